# A GRAFT of a topic that is not joined is answered with a PRUNE.
async def steps():
    await connect(1); await send(1, sub=["u"])
    await answers()
    await send(1, graft=["u"])
    assert await answers() == {1: ["PRUNE u, 60 s"]}  # nothing
run(steps)
