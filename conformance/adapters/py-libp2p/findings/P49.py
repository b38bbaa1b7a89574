# A mesh may have more than D_high members.
async def steps():
    await node.subscribe("t")
    await connect(1)
    await connect(2); await send(2, graft=["t"])
    await answers()
    await advance(1)
    assert await answers() == {}  # PRUNE t to peer 2: the mesh has one member, and D_high is 0
run(steps, degree=0, degree_low=0, degree_high=0, scores=score.ScoreParams())
