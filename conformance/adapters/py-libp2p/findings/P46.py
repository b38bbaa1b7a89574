# An id that is hex text is requested as the bytes that the text stands for.
async def steps():
    await node.subscribe("t")
    await connect(1)
    await answers()
    rpc = rpc_pb2.RPC(control=rpc_pb2.ControlMessage(ihave=[{"topicID": "t", "messageIDs": [b"abcd"]}]))
    await peers[peer_id(1)].sink.send_all(encode_varint_prefixed(rpc.SerializeToString()))
    assert await answers() == {1: [f"IWANT {0xabcd}"]}  # IWANT of the four bytes "abcd": f"IWANT {0x6364}", by its last two bytes
run(steps)
