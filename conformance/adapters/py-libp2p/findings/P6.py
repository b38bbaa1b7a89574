# A backoff ends up to a second early.
async def steps():
    router.graft_flood_threshold = 2
    await node.subscribe("t")
    await connect(1); await send(1, sub=["t"], graft=["t"])
    await advance(0.9); await send(1, prune=[("t", 4)])
    await answers()
    await advance(3.1)
    assert await answers() == {1: ["GRAFT t"]}  # no GRAFT: the backoff ends at 4900 ms
run(steps, prune_back_off=4)
