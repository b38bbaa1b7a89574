// The quota of outbound peers displaces the best peers of a mesh.
Math.random = () => 0.5; // The shuffle leaves peer 3 before the outbound peers.
const scores = {};
const node = await start({ D: 3, Dlo: 2, Dhi: 4, Dscore: 2, Dout: 1,
  scoreThresholds: { gossipThreshold: -10.0, publishThreshold: -50.0, graylistThreshold: -80.0, acceptPXThreshold: 10.0, opportunisticGraftThreshold: 20.0 },
  scoreParams: { topics: {}, behaviourPenaltyWeight: 0.0, behaviourPenaltyDecay: 0.5, topicScoreCap: 0, appSpecificWeight: 1, appSpecificScore: id => scores[id] ?? 0 } });
node.subscribe("t");
for (const peer of [1, 2, 3]) { await connect(peer); await send(peer, { sub: ["t"], graft: ["t"] }); }
for (const peer of [4, 5]) await connect(peer, "/meshsub/1.1.0", "outbound");
[1, 2, 4, 3, 5].forEach((peer, place) => { scores[peerId(peer)] = 5 - place; });
for (const peer of [4, 5]) await send(peer, { sub: ["t"], graft: ["t"] });
answers();
await advance(1000);
assert.deepEqual(answers(), { 2: ["PRUNE t, 60 s, 0 peers"], 3: ["PRUNE t, 60 s, 0 peers"] }); // PRUNE to two of the peers 3, 4 and 5: peers 1 and 2 are the D_score best
process.exit();
