// A leave sends peers to members with a negative score.
const scores = {};
const node = await start({ D: 3, Dlo: 1, Dhi: 4, Dscore: 1, Dout: 0, doPX: true,
  scoreThresholds: { gossipThreshold: -10.0, publishThreshold: -50.0, graylistThreshold: -80.0, acceptPXThreshold: 10.0, opportunisticGraftThreshold: 20.0 },
  scoreParams: { topics: {}, behaviourPenaltyWeight: 0.0, behaviourPenaltyDecay: 0.5, topicScoreCap: 0, appSpecificWeight: 1, appSpecificScore: id => scores[id] ?? 0 } });
node.subscribe("t");
await connect(1); await send(1, { sub: ["t"], graft: ["t"] });
await connect(2); await send(2, { sub: ["t"] });
scores[peerId(1)] = -1;
answers();
node.unsubscribe("t"); await settle();
assert.deepEqual(answers(), { 1: ["UNSUBSCRIBE t", "PRUNE t, 10 s, 1 peers"], 2: ["UNSUBSCRIBE t"] }); // the PRUNE to peer 1 carries no peers
process.exit();
