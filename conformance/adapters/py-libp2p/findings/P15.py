# A message that comes again after seen_ttl is forwarded without validation.
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
    [event.set() for event in asked]; await settle()
    await advance(3)
    node.seen_messages._sweep()  # a thread does this every minute
    await answers()
    await send(1, msg=[("t", 1)])
    assert await answers() == {2: ["message 1"]}  # the application is asked about the message
run(steps, seen_ttl=2)
