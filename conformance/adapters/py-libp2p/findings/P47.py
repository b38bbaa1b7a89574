# A validator cannot ignore a message.
async def steps():
    node.set_topic_validator("t", lambda forwarder, message: False, False)  # the only answers are true and false
    await node.subscribe("t")
    await connect(1)
    await send(1, msg=[("t", 1)])
    assert router.scorer.invalid_messages[peer_id(1)]["t"] == 1.0  # 0.0, if the validator ignores the message
run(steps)
