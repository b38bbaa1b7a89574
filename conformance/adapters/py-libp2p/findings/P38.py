# Peers with a negative score are exchanged.
scores = {}
async def steps():
    await node.subscribe("t"); await connect(1); await send(1, sub=["t"], graft=["t"])
    await connect(2); await send(2, sub=["t"], graft=["t"])
    scores[peer_id(2)] = -1
    await answers()
    await node.unsubscribe("t"); await settle()
    assert await answers() == {1: ["PRUNE t, 10 s, 1 peers", "UNSUBSCRIBE t"], 2: ["PRUNE t, 10 s, 1 peers", "UNSUBSCRIBE t"]}  # no peers to peer 1: the score of peer 2 is -1
run(steps, scores=scores, do_px=True)
