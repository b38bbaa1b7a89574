# IDONTWANT goes to the sender of the message, too, and follows validation.
async def steps():
    await node.subscribe("t")
    await connect(1, V12); await send(1, sub=["t"], graft=["t"])
    await connect(2, V12); await send(2, sub=["t"], graft=["t"])
    await answers()
    await send(1, msg=[("t", 1)])
    assert await answers() == {1: ["IDONTWANT 1"], 2: ["IDONTWANT 1", "message 1"]}  # IDONTWANT 1 and message 1 to peer 2, and nothing to peer 1
run(steps)
