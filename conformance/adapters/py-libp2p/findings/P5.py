# A refused GRAFT does not extend the backoff.
async def steps():
    router.graft_flood_threshold = 2
    await node.subscribe("t"); await connect(1); await send(1, sub=["t"], graft=["t"])
    await send(1, prune=[("t", 4)])
    await advance(0.5); await send(1, graft=["t"])
    await answers()
    await advance(3.5)
    assert await answers() == {1: ["GRAFT t"]}  # no GRAFT at 4000 ms: the refused GRAFT at 500 ms extended the backoff to 4500 ms
run(steps, prune_back_off=4)
