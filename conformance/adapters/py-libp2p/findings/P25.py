# A PRUNE to a peer of gossipsub v1.0 has a backoff and peers.
async def steps():
    await node.subscribe("t")
    await connect(1, V10); await send(1, sub=["t"], graft=["t"])
    await connect(2); await send(2, sub=["t"], graft=["t"])
    await answers()
    await node.unsubscribe("t"); await settle()
    assert await answers() == {1: ["PRUNE t, 10 s, 1 peers", "UNSUBSCRIBE t"], 2: ["PRUNE t, 10 s, 1 peers", "UNSUBSCRIBE t"]}  # the PRUNE to peer 1 has neither a backoff nor peers: it speaks v1.0
run(steps, do_px=True)
