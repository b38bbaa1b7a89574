// `Math.random` as a sequence that a seed repeats: the generator xorshift128 (Marsaglia: Xorshift RNGs, 2003).

let state;

/** Starts the sequence of a seed, an integer below 2^53. */
export function seed(value) {
  state = [value >>> 0, Math.floor(value / 2 ** 32) >>> 0, 0x9e3779b9, 0x243f6a88];
  // Close seeds differ in a few bits of the first numbers only.
  for (let i = 0; i < 32; i++) {
    next();
  }
}

function next() {
  const [x, y, z, w] = state;
  const t = x ^ (x << 11);
  state = [y, z, w, (w ^ (w >>> 19) ^ t ^ (t >>> 8)) >>> 0];
  return state[3];
}

seed(0);
Math.random = () => next() / 2 ** 32;
