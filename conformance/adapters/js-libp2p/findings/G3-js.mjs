// No own message is sent in a topic that no peer announced.
const node = await start({ D: 3, Dlo: 2, Dhi: 4, Dscore: 1, Dout: 0, floodPublish: false });
node.subscribe("t");
await connect(1); await send(1, { graft: ["t"] });
answers();
await node.publish("t", bytes("m1")).catch(error => dials.push(error.message));
assert.deepEqual(answers(), {}); // message 1 to peer 1, a member of the mesh
assert.deepEqual(dials, ["PublishError.NoPeersSubscribedToTopic"]);
process.exit();
