// Floodsub peers are grafted.
const node = await start({ D: 3, Dlo: 2, Dhi: 4, Dscore: 1, Dout: 0 });
await connect(1, "/floodsub/1.0.0"); await send(1, { sub: ["t"] });
answers();
node.subscribe("t");
assert.deepEqual(answers(), { 1: ["SUBSCRIBE t", "GRAFT t"] }); // only SUBSCRIBE: the peer does not speak gossipsub
process.exit();
