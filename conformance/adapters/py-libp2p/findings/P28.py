# A message in a topic that no peer announced is not forwarded to the mesh.
async def steps():
    await node.subscribe("t")
    await connect(1)
    await connect(2)
    await send(1, graft=["t"])
    await answers()
    await send(2, msg=[("t", 1)])
    assert await answers() == {}  # message 1 to peer 1, a member of the mesh
run(steps)
