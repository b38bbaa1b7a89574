// A PRUNE of a topic that is not joined ends the PRUNEs of its RPC.
const node = await start({ D: 3, Dlo: 2, Dhi: 4, Dscore: 1, Dout: 0 });
node.subscribe("t");
await connect(1); await send(1, { sub: ["t"], graft: ["t"] });
await send(1, { prune: [["u", 60], ["t", 60]] });
await connect(2); await send(2, { sub: ["t"] });
answers();
await send(2, { message: [["t", "m1"]] });
assert.deepEqual(answers(), { 1: ["message m1"] }); // message m1 goes to nobody: peer 1 has left the mesh
process.exit();
