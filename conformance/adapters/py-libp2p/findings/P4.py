# A GRAFT after the end of a short backoff is refused.
async def steps():
    await node.subscribe("t"); await connect(1, V10); await send(1, sub=["t"], graft=["t"])
    await connect(2, V10); await send(2, sub=["t"], graft=["t"]); await connect(3, V10); await send(3, sub=["t"], graft=["t"])
    await send(1, prune=[("t", 2)])
    await advance(2.5)
    await answers()
    await send(1, graft=["t"])
    assert await answers() == {1: ["PRUNE t, 60 s"]}  # no PRUNE: the backoff of 2 s has ended
run(steps)
