# Peers with a negative score stay in the mesh and are grafted.
scores = {}
async def steps():
    await node.subscribe("t")
    await connect(1); await send(1, sub=["t"], graft=["t"])
    scores[peer_id(1)] = -1
    await answers()
    await advance(1)
    assert await answers() == {}  # PRUNE t to peer 1: its score is -1
run(steps, scores=scores)
