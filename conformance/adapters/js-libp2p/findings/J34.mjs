// A dial that fails ends the handling of its RPC.
const node = await start({ D: 3, Dlo: 2, Dhi: 4, Dscore: 1, Dout: 0, scoreThresholds: { acceptPXThreshold: 0 } });
node.subscribe("t");
node.subscribe("u");
await connect(1); await send(1, { sub: ["t"], graft: ["t"] });
await send(1, { sub: ["u"], graft: ["u"] });
await send(1, { prune: [["t", 60, [9]], ["u", 60]] });
await connect(2); await send(2, { sub: ["t"] });
answers();
await send(2, { sub: ["u"], message: [["u", "m1"]] });
assert.deepEqual(answers(), { 1: ["message m1"], 2: ["GRAFT u"] }); // no message: peer 1 has left the mesh of u
process.exit();
