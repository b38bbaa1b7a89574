// With StrictNoSign, a message with an author is accepted.
const node = await start({ D: 3, Dlo: 2, Dhi: 4, globalSignaturePolicy: StrictNoSign });
node.subscribe("t");
await connect(1); await send(1, { sub: ["t"], graft: ["t"] });
await connect(2); await send(2, { sub: ["t"], graft: ["t"] });
answers();
await send(1, { raw: [{ from: peerId(3).toMultihash().bytes, data: bytes("m1"), topic: "t" }] });
assert.deepEqual(answers(), { 2: ["message m1"] }); // nothing: the field from is present
process.exit();
