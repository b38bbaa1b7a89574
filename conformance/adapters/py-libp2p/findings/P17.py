# The ids that are requested of a peer are not limited.
async def steps():
    await node.subscribe("t")
    await connect(1)
    await answers()
    await send(1, ihave=[("t", range(1, 5002))])
    assert await answers() == {1: ["IWANT " + ", ".join(map(str, range(1, 5002)))]}  # IWANT of at most 5000 ids
run(steps)
