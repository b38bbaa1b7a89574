# An IDONTWANT of a direct peer spares it forwarded messages.
async def steps():
    await node.subscribe("t")
    await connect(1, V12, direct=True); await send(1, sub=["t"])
    await connect(2); await send(2, sub=["t"], graft=["t"])
    await send(1, idontwant=[[1]])
    await answers()
    await send(2, msg=[("t", 1)])
    assert await answers() == {}  # message 1 to peer 1, where IDONTWANT counts for members of the mesh alone
run(steps)
