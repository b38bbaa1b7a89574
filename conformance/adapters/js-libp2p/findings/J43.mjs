// A message that is accepted at its second arrival leaves the cache with the first.
const node = await start({ D: 3, Dlo: 2, Dhi: 4, Dscore: 1, Dout: 0, seenTTL: 1000, asyncValidation: true });
const asked = new Map();
node.addEventListener("gossipsub:message", ({ detail }) => asked.set(text(detail.msg.data), detail));
node.subscribe("t");
await connect(1); await send(1, { sub: ["t"], graft: ["t"] });
await connect(2); await send(2, { sub: ["t"], graft: ["t"] });
await send(1, { message: [["t", "m1"]] });
{ const { msgId, propagationSource } = asked.get("m1"); node.reportMessageValidationResult(msgId, propagationSource.toString(), "reject"); await settle(); }
await advance(3000); await send(1, { message: [["t", "m1"]] });
{ const { msgId, propagationSource } = asked.get("m1"); node.reportMessageValidationResult(msgId, propagationSource.toString(), "accept"); await settle(); }
await advance(2000);
answers();
await send(2, { iwant: [["m1"]] });
assert.deepEqual(answers(), {}); // message 1: it was accepted two heartbeats ago, and the cache is 5 heartbeats long
process.exit();
