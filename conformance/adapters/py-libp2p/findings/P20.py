# The control parts of an RPC are handled before its messages.
async def steps():
    await node.subscribe("t")
    await connect(1)
    await answers()
    await send(1, ihave=[("t", [1])], msg=[("t", 1)])
    assert await answers() == {1: ["IWANT 1"]}  # no IWANT: the message came in the same RPC
run(steps)
