// An RPC with more than 16 peers in a PRUNE is ignored as a whole.
const node = await start({ D: 3, Dlo: 2, Dhi: 4, Dscore: 1, Dout: 0 });
node.subscribe("t");
await connect(1); await send(1, { sub: ["t"], graft: ["t"] });
await send(1, { prune: [["t", 60, [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26]]] });
await connect(2); await send(2, { sub: ["t"] });
answers();
await send(2, { message: [["t", "m1"]] });
assert.deepEqual(answers(), { 1: ["message m1"] }); // message m1 goes to nobody: peer 1 has left the mesh
process.exit();
