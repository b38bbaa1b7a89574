// Parameters that contradict each other are accepted.
const node = await start({ D: 3, Dlo: 5, Dhi: 2, Dout: 5 });
assert.ok(node.isStarted()); // an exception: Dout has to be below Dlo, and at most D / 2
process.exit();
