// IWANT is answered with a message that is not validated.
const node = await start({ D: 3, Dlo: 2, Dhi: 4, Dscore: 1, Dout: 0, asyncValidation: true });
const asked = new Map();
node.addEventListener("gossipsub:message", ({ detail }) => asked.set(text(detail.msg.data), detail));
node.subscribe("t");
await connect(1); await send(1, { sub: ["t"] });
await connect(2); await send(2, { sub: ["t"] });
await send(1, { message: [["t", "m1"]] });
answers();
await send(2, { iwant: [["m1"]] });
assert.deepEqual(answers(), { 2: ["message m1"] }); // nothing: the application has not accepted the message
process.exit();
