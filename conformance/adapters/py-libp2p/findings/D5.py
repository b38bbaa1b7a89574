# A PRUNE of a topic that is not joined backs its sender off.
async def steps():
    await connect(1); await send(1, sub=["t"], prune=[("t", 60)])
    await node.subscribe("t")
    assert await answers() == {1: ["SUBSCRIBE t"]}  # GRAFT t to peer 1, too
run(steps)
