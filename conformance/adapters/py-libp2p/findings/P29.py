# Every heartbeat grafts two peers into a mesh that has enough members.
async def steps():
    await node.subscribe("t"); await connect(1); await send(1, sub=["t"], graft=["t"]); await connect(2); await send(2, sub=["t"], graft=["t"])
    await connect(3); await send(3, sub=["t"])
    await connect(4); await send(4, sub=["t"])
    await connect(5); await send(5, sub=["t"])
    await answers()
    await advance(1)
    assert sum("GRAFT t" in parts for parts in (await answers()).values()) == 2  # nothing: the mesh has D_low members
run(steps, degree=2, degree_high=6)
