// A peer that connects again starts with a new score.
const node = await start({ D: 3, Dlo: 2, Dhi: 4, Dscore: 1, Dout: 0,
  scoreThresholds: { gossipThreshold: -10.0, publishThreshold: -50.0, graylistThreshold: -80.0, acceptPXThreshold: 10.0, opportunisticGraftThreshold: 20.0 },
  scoreParams: { topics: {}, behaviourPenaltyWeight: -1.0, behaviourPenaltyDecay: 0.99, topicScoreCap: 0 } });
node.subscribe("t");
node.subscribe("u");
await connect(1); await send(1, { sub: ["t"], prune: [["t", 60]] });
await send(1, { graft: ["t"] });
await disconnect(1);
await connect(1);
answers();
await send(1, { graft: ["u"] });
assert.deepEqual(answers(), {}); // PRUNE of u: the score is still negative
process.exit();
