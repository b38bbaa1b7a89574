# IWANT is answered without a limit.
async def steps():
    await node.subscribe("t"); await connect(1); await send(1, sub=["t"], graft=["t"]); await connect(2); await send(2, sub=["t"], graft=["t"])
    await send(1, msg=[("t", 1)]); await send(2, iwant=[[1]])
    await send(2, iwant=[[1]])
    await send(2, iwant=[[1]])
    await answers()
    await send(2, iwant=[[1]])
    assert await answers() == {2: ["message 1"]}  # nothing: the message has been sent 3 times
run(steps, gossip_history=10)
