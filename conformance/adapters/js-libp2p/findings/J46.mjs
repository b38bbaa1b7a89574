// What follows a refused GRAFT in an RPC is handled after the GRAFT of the next RPC of the same read.
const node = await start({ D: 3, Dlo: 2, Dhi: 4, Dscore: 1, Dout: 0 });
node.subscribe("t"); node.subscribe("u");
await connect(1);
await send(1, { prune: [["u", 60]] });
answers();
await send(1, { graft: ["u"], prune: [["t", 60]] }, { graft: ["t"] });
assert.deepEqual(answers(), { 1: ["PRUNE u, 60 s, 0 peers"] }); // PRUNE u and PRUNE t: the PRUNE precedes the GRAFT of t
process.exit();
