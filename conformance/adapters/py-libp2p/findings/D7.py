# A message goes to direct peers that have not announced its topic.
async def steps():
    await node.subscribe("t")
    await connect(1, direct=True)
    await connect(2); await send(2, sub=["t"], graft=["t"])
    await answers()
    await send(2, msg=[("t", 1)])
    assert await answers() == {1: ["message 1"]}  # no message to peer 1
run(steps)
