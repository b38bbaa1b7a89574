# A message that comes again after seen_ttl is forwarded without validation.
async def steps():
    asked = []
    async def validate(forwarder, message): asked.append(message); return True
    node.set_topic_validator("t", validate, True); await node.subscribe("t")
    for peer in (1, 2): await connect(peer); await send(peer, sub=["t"], graft=["t"])
    await send(1, msg=[("t", 1)]); await advance(3)
    node.seen_messages._sweep()  # a thread does this every minute
    await answers(); await send(1, msg=[("t", 1)])
    assert await answers() == {2: ["message 1"]} and len(asked) == 1  # 2: the application is asked about the message again
run(steps, seen_ttl=2)
