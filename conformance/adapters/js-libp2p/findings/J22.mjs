// A peer that was not graylisted is not looked at again for 1 s or 128 RPCs.
const scores = {};
const node = await start({ D: 3, Dlo: 2, Dhi: 4, Dscore: 1, Dout: 0,
  scoreThresholds: { gossipThreshold: -10.0, publishThreshold: -50.0, graylistThreshold: -80.0, acceptPXThreshold: 10.0, opportunisticGraftThreshold: 20.0 },
  scoreParams: { topics: {}, behaviourPenaltyWeight: 0.0, behaviourPenaltyDecay: 0.5, topicScoreCap: 0, appSpecificWeight: 1, appSpecificScore: id => scores[id] ?? 0 } });
node.subscribe("t");
await connect(1); await send(1, { sub: ["t"] });
await connect(2); await send(2, { sub: ["t"] });
await send(1, { message: [["t", "m1"]] });
scores[peerId(1)] = -100;
answers();
await send(1, { message: [["t", "m2"]] });
assert.deepEqual(answers(), { 2: ["message m2"] }); // nothing: the score of peer 1 is -100, the graylist threshold -80
process.exit();
