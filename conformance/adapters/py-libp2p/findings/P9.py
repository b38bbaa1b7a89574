# A heartbeat sends GRAFT, PRUNE and IHAVE to peers that they are not meant for.
async def steps():
    await connect(1); await connect(2); await send(1, sub=["t"]); await send(2, sub=["u"]); await node.subscribe("t")
    await node.subscribe("u")
    await send(1, prune=[("t", 1)])
    await send(2, prune=[("u", 1)])
    await answers()
    await advance(1)
    assert await answers() == {1: ["GRAFT t"], 2: ["GRAFT t", "GRAFT u"]}  # GRAFT t to peer 1, and GRAFT u to peer 2
run(steps, degree=1, degree_low=1, degree_high=2)
