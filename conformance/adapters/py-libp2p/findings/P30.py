# There is no quota of outbound peers.
async def steps():
    await node.subscribe("t")
    await connect(1, V10); await send(1, sub=["t"], graft=["t"])
    await connect(2, V10); await send(2, sub=["t"], graft=["t"])
    await connect(3, V10); await send(3, sub=["t"])
    await answers()
    await advance(1)
    assert await answers() == {}  # GRAFT t to peer 3: no member of the mesh is outbound, and D_out is 1
run(steps)
