// Own messages go to members of the mesh below the publish threshold.
const scores = {};
const node = await start({ D: 3, Dlo: 2, Dhi: 4, Dscore: 1, Dout: 0, floodPublish: false,
  scoreThresholds: { gossipThreshold: -5.0, publishThreshold: -10.0, graylistThreshold: -80.0, acceptPXThreshold: 10.0, opportunisticGraftThreshold: 20.0 },
  scoreParams: { topics: {}, behaviourPenaltyWeight: 0.0, behaviourPenaltyDecay: 0.5, topicScoreCap: 0, appSpecificWeight: 1, appSpecificScore: id => scores[id] ?? 0 } });
node.subscribe("t");
await connect(1); await send(1, { sub: ["t"], graft: ["t"] });
scores[peerId(1)] = -20;
answers();
await node.publish("t", bytes("m1")).catch(error => dials.push(error.message));
assert.deepEqual(answers(), { 1: ["message m1"] }); // nothing, or a refusal: the score is -20, the publish threshold -10
process.exit();
