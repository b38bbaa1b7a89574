// With D = 0, a new fanout takes every peer.
const node = await start({ D: 0, Dlo: 0, Dhi: 0, Dscore: 0, Dout: 0, floodPublish: false });
await connect(1); await send(1, { sub: ["t"] });
await connect(2); await send(2, { sub: ["t"] });
await connect(3); await send(3, { sub: ["t"] });
answers();
await node.publish("t", bytes("m1")).catch(error => dials.push(error.message));
assert.deepEqual(answers(), { 1: ["message m1"], 2: ["message m1"], 3: ["message m1"] }); // nothing, or a refusal: D is 0
process.exit();
