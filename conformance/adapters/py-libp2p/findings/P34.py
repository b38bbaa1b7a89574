# The gossip of peers below the gossip threshold counts.
scores = {}
async def steps():
    await node.subscribe("t")
    await connect(1)
    scores[peer_id(1)] = -20
    await answers()
    await send(1, ihave=[("t", [1])])
    assert await answers() == {1: ["IWANT 1"]}  # no IWANT: the score is -20, the threshold -10
run(steps, scores=scores)
