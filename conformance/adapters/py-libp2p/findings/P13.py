# A copy that arrives before the verdict is validated, delivered and forwarded once more.
async def steps():
    asked = []
    async def validate(forwarder, message): asked.append(message); await trio.sleep_forever()
    node.set_topic_validator("t", validate, True); await node.subscribe("t")
    for peer in (1, 2): await connect(peer); await send(peer, sub=["t"], graft=["t"])
    await send(1, msg=[("t", 1)])
    await send(2, msg=[("t", 1)])
    assert len(asked) == 2  # 1: the message has been seen
run(steps)
