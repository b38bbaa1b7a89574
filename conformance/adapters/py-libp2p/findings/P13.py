# A copy that arrives before the verdict is validated, delivered and forwarded once more.
async def steps():
    asked = []
    async def validate(forwarder, message):
        asked.append(trio.Event())
        await asked[-1].wait()
        return True
    node.set_topic_validator("t", validate, True)
    await node.subscribe("t")
    await connect(1); await send(1, sub=["t"], graft=["t"])
    await connect(2); await send(2, sub=["t"], graft=["t"])
    await send(1, msg=[("t", 1)])
    await answers()
    await send(2, msg=[("t", 1)])
    assert await answers() == {}  # nothing: message 1 has been seen
run(steps)
