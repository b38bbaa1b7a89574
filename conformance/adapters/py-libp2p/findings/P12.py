# Messages are kept for peers that have not announced the topic, and sent to them later.
async def steps():
    await node.subscribe("t"); await connect(2); await send(2, sub=["t"], graft=["t"]); await connect(3); await send(3, sub=["t"], graft=["t"])
    await connect(1)
    await send(2, msg=[("t", 1)])
    await advance(3)
    await answers()
    await send(1, sub=["t"])
    assert await answers() == {1: ["message 1"]}  # no message: it has left the cache
run(steps, gossip_history=2, gossip_window=1)
