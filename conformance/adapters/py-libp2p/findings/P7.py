# A peer that a heartbeat prunes is not backed off.
async def steps():
    await node.subscribe("t"); await connect(1, V10); await send(1, sub=["t"], graft=["t"])
    await connect(2, V10); await send(2, sub=["t"], graft=["t"]); await connect(3, V10); await send(3, sub=["t"], graft=["t"])
    await connect(4, V10); await send(4, sub=["t"], graft=["t"]); await connect(5, V10); await send(5, sub=["t"], graft=["t"])
    await advance(1)
    await answers()
    await send(1, graft=["t"])
    assert await answers() == {}  # PRUNE t to peer 1, which the heartbeat has pruned and backed off
run(steps)
