# A fanout may hold direct peers.
async def steps():
    await connect(1, direct=True); await send(1, sub=["t"])
    await node.publish("t", b"data")
    assert router.fanout["t"] == {peer_id(1)}  # no member: direct peers get the message anyway
run(steps)
