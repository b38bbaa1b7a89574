# An id that stands twice in an IHAVE is requested twice.
async def steps():
    await node.subscribe("t")
    await connect(1)
    await answers()
    await send(1, ihave=[("t", [1, 1])])
    assert await answers() == {1: ["IWANT 1, 1"]}  # IWANT 1, once
run(steps)
