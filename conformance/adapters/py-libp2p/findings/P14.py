# A rejected message does not count as seen.
async def steps():
    asked = []
    async def validate(forwarder, message):
        asked.append(trio.Event())
        await asked[-1].wait()
        return False
    node.set_topic_validator("t", validate, True)
    await node.subscribe("t")
    await connect(1); await send(1, sub=["t"], graft=["t"])
    await connect(2); await send(2, sub=["t"], graft=["t"])
    await send(1, msg=[("t", 1)])
    [event.set() for event in asked]; await settle()
    await answers()
    await send(2, ihave=[("t", [1])])
    assert await answers() == {2: ["IWANT 1"]}  # no IWANT: the message has been seen
run(steps)
