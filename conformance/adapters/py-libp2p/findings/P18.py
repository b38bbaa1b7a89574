# Ids of a topic that is not joined are requested.
async def steps():
    await node.subscribe("t")
    await connect(1)
    await answers()
    await send(1, ihave=[("u", [1])])
    assert await answers() == {1: ["IWANT 1"]}  # nothing: u is not joined
run(steps)
