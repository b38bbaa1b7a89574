// A score stands for a heartbeat interval.
const scores = {};
const node = await start({ D: 3, Dlo: 2, Dhi: 4, Dscore: 1, Dout: 0,
  scoreThresholds: { gossipThreshold: -10.0, publishThreshold: -50.0, graylistThreshold: -80.0, acceptPXThreshold: 10.0, opportunisticGraftThreshold: 20.0 },
  scoreParams: { topics: {}, behaviourPenaltyWeight: 0.0, behaviourPenaltyDecay: 0.5, topicScoreCap: 0, appSpecificWeight: 1, appSpecificScore: id => scores[id] ?? 0 } });
node.subscribe("t");
await connect(1); await send(1, { sub: ["t"], graft: ["t"] });
await send(1, { ihave: [["t", ["m1"]]] });
scores[peerId(1)] = -20;
answers();
await send(1, { ihave: [["t", ["m2"]]] });
assert.deepEqual(answers(), { 1: ["IWANT m2"] }); // nothing: the score is -20, the threshold -10
process.exit();
