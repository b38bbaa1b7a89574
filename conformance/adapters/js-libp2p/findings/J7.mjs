// In a joined topic with an empty mesh, own messages go to a fanout.
const node = await start({ D: 3, Dlo: 2, Dhi: 4, Dscore: 1, Dout: 0, floodPublish: false });
node.subscribe("t");
await connect(1); await send(1, { sub: ["t"], graft: ["t"] });
await send(1, { prune: [["t", 60]] });
answers();
await node.publish("t", bytes("m1")).catch(error => dials.push(error.message));
assert.deepEqual(answers(), { 1: ["message m1"] }); // nothing, or a refusal: the mesh is empty
process.exit();
