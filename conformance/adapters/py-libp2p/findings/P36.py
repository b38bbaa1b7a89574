# The RPCs of graylisted peers are handled.
scores = {}
async def steps():
    await node.subscribe("t"); await connect(1)
    await connect(2)
    scores[peer_id(1)] = -100
    await answers()
    await send(1, msg=[("t", 1)])
    assert await answers() == {}  # nothing: the score is -100, the threshold -80
run(steps, scores=scores)
