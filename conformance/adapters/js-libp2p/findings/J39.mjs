// A dial of a direct peer that fails ends the heartbeat.
const node = await start({ D: 3, Dlo: 2, Dhi: 4, Dscore: 1, Dout: 0 });
node.subscribe("t");
node.direct.add(peerId(9).toString()); await connect(9);
await disconnect(9);
await advance(298000); await connect(1); await send(1, { sub: ["t"] });
await send(1, { prune: [["t", 60]] });
await connect(2); await send(2, { message: [["t", "m1"]] });
answers();
await advance(1000);
assert.deepEqual(answers(), {}); // IHAVE 1 to peer 1
assert.equal(dials.length, 2);
process.exit();
