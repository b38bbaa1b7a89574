# A peer that announces a topic gets the cached messages, its own, too.
async def steps():
    await node.subscribe("t")
    await connect(2); await send(2, sub=["t"], graft=["t"])
    await connect(3); await send(3, sub=["t"], graft=["t"])
    await connect(1); await send(1, msg=[("t", 1)])
    await answers()
    await send(1, sub=["t"])
    assert await answers() == {1: ["message 1"]}  # no message: peer 1 has sent it
run(steps)
