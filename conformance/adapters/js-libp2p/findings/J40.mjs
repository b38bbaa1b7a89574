// A message whose author is this node is delivered and forwarded.
const node = await start({ D: 3, Dlo: 2, Dhi: 4, globalSignaturePolicy: "StrictSign", msgIdFn: message => message.data });
node.subscribe("t");
await connect(1); await send(1, { sub: ["t"], graft: ["t"] });
await connect(2); await send(2, { sub: ["t"], graft: ["t"] });
const message = { from: peerId(0).toMultihash().bytes, data: bytes("m1"), seqno: new Uint8Array(8), topic: "t" };
message.signature = await keys[0].sign(new Uint8Array([...bytes("libp2p-pubsub:"), ...RPC.Message.encode(message)]));
answers();
await send(1, { raw: [message] });
await advance(100);
assert.deepEqual(answers(), { 2: ["message m1"] }); // nothing
process.exit();
