# A full mesh accepts the GRAFT of an inbound peer.
async def steps():
    await node.subscribe("t"); await connect(1); await send(1, sub=["t"], graft=["t"]); await connect(2); await send(2, sub=["t"], graft=["t"])
    await connect(3); await send(3, sub=["t"], graft=["t"])
    await connect(4); await send(4, sub=["t"], graft=["t"])
    await connect(5)
    await answers()
    await send(5, sub=["t"], graft=["t"])
    assert await answers() == {}  # PRUNE t to peer 5, an inbound peer: the mesh has D_high members
run(steps)
