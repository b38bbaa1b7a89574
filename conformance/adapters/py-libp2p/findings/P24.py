# Peers that are backed off get no gossip.
async def steps():
    await node.subscribe("t"); await connect(1); await send(1, sub=["t"], graft=["t"]); await connect(2); await send(2, sub=["t"], graft=["t"])
    await connect(3); await send(3, sub=["t"], graft=["t"])
    await send(3, prune=[("t", 60)])
    await send(1, msg=[("t", 1)])
    await answers()
    await advance(1)
    assert await answers() == {}  # IHAVE 1 to peer 3
run(steps)
