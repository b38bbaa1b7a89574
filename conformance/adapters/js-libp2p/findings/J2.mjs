// A join grafts D peers in addition to those of the fanout.
const node = await start({ D: 3, Dlo: 2, Dhi: 4, Dscore: 1, Dout: 0, floodPublish: false });
await connect(1); await send(1, { sub: ["t"] });
await connect(2); await send(2, { sub: ["t"] });
await node.publish("t", bytes("m1"));
await connect(3); await send(3, { sub: ["t"] });
await connect(4); await send(4, { sub: ["t"] });
await connect(5); await send(5, { sub: ["t"] });
answers();
node.subscribe("t");
assert.deepEqual(answers(), { 1: ["SUBSCRIBE t", "GRAFT t"], 2: ["SUBSCRIBE t", "GRAFT t"], 3: ["SUBSCRIBE t", "GRAFT t"], 4: ["SUBSCRIBE t", "GRAFT t"], 5: ["SUBSCRIBE t", "GRAFT t"] }); // 3 GRAFT, as D is 3: to peers 1 and 2 of the fanout and to one other
process.exit();
