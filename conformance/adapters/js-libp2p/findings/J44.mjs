// A positive score is lost at a disconnect.
const node = await start({ D: 3, Dlo: 1, Dhi: 4, Dscore: 0, Dout: 0, opportunisticGraftTicks: 1, opportunisticGraftPeers: 1,
  scoreThresholds: { gossipThreshold: -10.0, publishThreshold: -50.0, graylistThreshold: -80.0, acceptPXThreshold: 10.0, opportunisticGraftThreshold: 0.5 },
  scoreParams: { topics: { t: { topicWeight: 1.0, firstMessageDeliveriesWeight: 1.0, firstMessageDeliveriesDecay: 0.99, firstMessageDeliveriesCap: 100.0, timeInMeshWeight: 0, meshMessageDeliveriesWeight: 0, meshFailurePenaltyWeight: 0, invalidMessageDeliveriesWeight: 0 } }, behaviourPenaltyWeight: 0.0, behaviourPenaltyDecay: 0.5, topicScoreCap: 0 } });
node.subscribe("t");
await connect(1); await send(1, { sub: ["t"], graft: ["t"] });
await connect(3); await send(3, { sub: ["t"], graft: ["t"] });
await connect(2); await send(2, { sub: ["t"] });
await send(2, { message: [["t", "m1"]] });
await disconnect(2);
await connect(2); await send(2, { sub: ["t"] });
answers();
await advance(1000);
assert.deepEqual(answers(), { 2: ["IHAVE m1"] }); // GRAFT to peer 2: its score of 1 is above the median of 0
process.exit();
