// The time in the mesh of peers that a join grafts does not count.
const scores = {};
const node = await start({ D: 3, Dlo: 1, Dhi: 4, Dscore: 0, Dout: 0, opportunisticGraftTicks: 1, opportunisticGraftPeers: 1,
  scoreThresholds: { gossipThreshold: -10.0, publishThreshold: -50.0, graylistThreshold: -80.0, acceptPXThreshold: 10.0, opportunisticGraftThreshold: 2.5 },
  scoreParams: { topics: { t: { topicWeight: 1.0, timeInMeshWeight: 1.0, timeInMeshQuantum: 1000, timeInMeshCap: 100.0, firstMessageDeliveriesWeight: 0, meshMessageDeliveriesWeight: 0, meshFailurePenaltyWeight: 0, invalidMessageDeliveriesWeight: 0 } }, behaviourPenaltyWeight: 0.0, behaviourPenaltyDecay: 0.5, topicScoreCap: 0, appSpecificWeight: 1, appSpecificScore: id => scores[id] ?? 0 } });
await connect(1); await send(1, { sub: ["t"] });
await connect(2); await send(2, { sub: ["t"] });
node.subscribe("t");
await connect(3); await send(3, { sub: ["t"] });
scores[peerId(3)] = 1;
answers();
await advance(1000);
assert.deepEqual(answers(), { 3: ["GRAFT t"] }); // nothing: the median of the mesh is 1 for 1 s in the mesh, and the score of peer 3 is not above it
process.exit();
