// A message is forwarded to its author.
const node = await start({ D: 3, Dlo: 2, Dhi: 4, globalSignaturePolicy: "StrictSign", msgIdFn: message => message.data });
node.subscribe("t");
await connect(1); await send(1, { sub: ["t"], graft: ["t"] });
await connect(2); await send(2, { sub: ["t"], graft: ["t"] });
const message = { from: peerId(2).toMultihash().bytes, data: bytes("m1"), seqno: new Uint8Array(8), topic: "t" };
message.signature = await keys[2].sign(new Uint8Array([...bytes("libp2p-pubsub:"), ...RPC.Message.encode(message)]));
answers();
await send(1, { raw: [message] });
await advance(100);
assert.deepEqual(answers(), { 2: ["message m1"] }); // nothing: peer 2 is the author of the message
process.exit();
