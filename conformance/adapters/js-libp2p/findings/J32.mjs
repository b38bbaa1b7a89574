// A pruned peer gets gossip of a topic that it has not announced.
const scores = {};
const node = await start({ D: 3, Dlo: 2, Dhi: 4, Dscore: 1, Dout: 0,
  scoreThresholds: { gossipThreshold: -5.0, publishThreshold: -50.0, graylistThreshold: -80.0, acceptPXThreshold: 10.0, opportunisticGraftThreshold: 20.0 },
  scoreParams: { topics: {}, behaviourPenaltyWeight: 0.0, behaviourPenaltyDecay: 0.5, topicScoreCap: 0, appSpecificWeight: 1, appSpecificScore: id => scores[id] ?? 0 } });
node.subscribe("t");
await connect(1); await send(1, { graft: ["t"] });
await connect(2); await send(2, { sub: ["t"] });
await send(2, { message: [["t", "m1"]] });
scores[peerId(1)] = -1;
answers();
await advance(1000);
assert.deepEqual(answers(), { 1: ["IHAVE m1", "PRUNE t, 60 s, 0 peers"] }); // PRUNE only: peer 1 has not announced the topic
process.exit();
