// The control parts of an RPC are handled before its messages.
const node = await start({ D: 3, Dlo: 2, Dhi: 4, Dscore: 1, Dout: 0 });
node.subscribe("t");
await connect(1); await send(1, { sub: ["t"] });
await connect(2); await send(2, { sub: ["t"] });
answers();
await send(1, { message: [["t", "m1"]], ihave: [["t", ["m1"]]] });
assert.deepEqual(answers(), { 1: ["IWANT m1"], 2: ["message m1"] }); // message m1 to peer 2, and no IWANT
process.exit();
