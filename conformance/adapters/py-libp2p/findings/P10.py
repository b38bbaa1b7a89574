# Direct peers are grafted.
async def steps():
    await connect(1, direct=True); await send(1, sub=["t"])
    await answers()
    await node.subscribe("t")
    assert await answers() == {1: ["GRAFT t", "SUBSCRIBE t"]}  # SUBSCRIBE t only: peer 1 is direct
run(steps)
