# IDONTWANT beyond the limit displace earlier ones.
async def steps():
    await node.subscribe("t"); await connect(1); await send(1, sub=["t"], graft=["t"])
    await connect(2, V12); await send(2, sub=["t"], graft=["t"])
    await send(2, idontwant=[[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]])
    await send(2, idontwant=[[11, 12, 13, 14, 15, 16, 17, 18, 19, 20]])
    await answers()
    await send(1, msg=[("t", 1)])
    assert await answers() == {2: ["IDONTWANT 1", "message 1"]}  # no message to peer 2: its first 10 IDONTWANT are within the limit
run(steps)
