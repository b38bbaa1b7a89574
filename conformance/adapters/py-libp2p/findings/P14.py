# A rejected message does not count as seen.
async def steps():
    async def validate(forwarder, message): return False
    node.set_topic_validator("t", validate, True); await node.subscribe("t")
    for peer in (1, 2): await connect(peer); await send(peer, sub=["t"], graft=["t"])
    await send(1, msg=[("t", 1)])
    await answers()
    await send(2, ihave=[("t", [1])])
    assert await answers() == {2: ["IWANT 1"]}  # no IWANT: the message has been seen
run(steps)
