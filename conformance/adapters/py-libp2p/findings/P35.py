# The publish threshold ignores the application's score.
scores = {}
async def steps():
    await node.subscribe("t")
    await connect(1); await send(1, sub=["t"], graft=["t"])
    scores[peer_id(1)] = -60
    await answers()
    await node.publish("t", b"m1"); await settle()
    assert await answers() == {1: ["message 1"]}  # nothing to peer 1: its score is -60, the threshold -50
run(steps, scores=scores)
