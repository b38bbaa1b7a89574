# A promise that is broken has no penalty.
async def steps():
    await node.subscribe("t")
    await connect(1)
    await answers()
    await send(1, ihave=[("t", [1])])
    assert await answers() == {1: ["IWANT 1"]}
    await advance(10)
    assert router.scorer.behavior_penalty[peer_id(1)] == 0.0  # a penalty
run(steps)
