# The PRUNE of a heartbeat has no backoff.
async def steps():
    await node.subscribe("t"); await connect(1); await send(1, sub=["t"], graft=["t"]); await connect(2); await send(2, sub=["t"], graft=["t"])
    await connect(3); await send(3, sub=["t"], graft=["t"])
    await connect(4); await send(4, sub=["t"], graft=["t"])
    await connect(5); await send(5, sub=["t"], graft=["t"])
    await answers()
    await advance(1)
    assert list((await answers()).values()) == [["PRUNE t"], ["PRUNE t"]]  # each PRUNE has a backoff of 60 s
run(steps)
