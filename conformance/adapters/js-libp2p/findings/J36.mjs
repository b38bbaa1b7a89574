// An accepted message counts twice for P2.
const node = await start({ D: 3, Dlo: 2, Dhi: 4, Dscore: 1, Dout: 0, asyncValidation: true,
  scoreThresholds: { gossipThreshold: -10.0, publishThreshold: -50.0, graylistThreshold: -80.0, acceptPXThreshold: 1.5, opportunisticGraftThreshold: 20.0 },
  scoreParams: { topics: { t: { topicWeight: 1.0, firstMessageDeliveriesWeight: 1.0, firstMessageDeliveriesDecay: 0.99, firstMessageDeliveriesCap: 100.0, timeInMeshWeight: 0, meshMessageDeliveriesWeight: 0, meshFailurePenaltyWeight: 0, invalidMessageDeliveriesWeight: 0 } }, behaviourPenaltyWeight: 0.0, behaviourPenaltyDecay: 0.5, topicScoreCap: 0 } });
const asked = new Map();
node.addEventListener("gossipsub:message", ({ detail }) => asked.set(text(detail.msg.data), detail));
node.subscribe("t");
await connect(1); await send(1, { sub: ["t"], graft: ["t"] });
await send(1, { message: [["t", "m1"]] });
{ const { msgId, propagationSource } = asked.get("m1"); node.reportMessageValidationResult(msgId, propagationSource.toString(), "accept"); await settle(); }
await advance(1000);
answers();
await send(1, { prune: [["t", 60, [9]]] });
assert.deepEqual(answers(), {}); // no dial: the score is 0.99, the threshold for peer exchange 1.5
assert.equal(dials.length, 1);
process.exit();
