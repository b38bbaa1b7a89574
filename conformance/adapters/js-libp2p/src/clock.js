// A virtual clock in place of the real one: `Date`, `performance.now` and the timers follow it, and it moves when it is told to.
//
// Import this module before any other that reads the time. `setImmediate` stays real: waiting for it lets promises run.

const START = 1_700_000_000_000;

const realSetImmediate = globalThis.setImmediate;
const RealDate = globalThis.Date;

let time = START;
let nextId = 1;
const timers = new Map();

/** What `setTimeout` and `setInterval` return in Node. */
class Timer {
  constructor(callback, delay, args, repeats) {
    // As in Node: a delay that is no number from 1 to 2^31 - 1 is 1.
    this.delay = delay >= 1 && delay <= 0x7fff_ffff ? Math.trunc(delay) : 1;
    this.id = nextId++;
    this.due = time + this.delay;
    this.call = () => callback(...args);
    this.repeats = repeats;
    timers.set(this.id, this);
  }

  ref() {
    return this;
  }

  unref() {
    return this;
  }

  hasRef() {
    return true;
  }

  refresh() {
    this.due = time + this.delay;
    timers.set(this.id, this);
    return this;
  }

  [Symbol.toPrimitive]() {
    return this.id;
  }
}

function clear(timer) {
  timers.delete(Number(timer));
}

class VirtualDate extends RealDate {
  constructor(...args) {
    super(...(args.length === 0 ? [time] : args));
  }

  static now() {
    return time;
  }
}

globalThis.Date = VirtualDate;
globalThis.performance.now = () => time - START;
globalThis.setTimeout = (callback, delay, ...args) => new Timer(callback, delay, args, false);
globalThis.setInterval = (callback, delay, ...args) => new Timer(callback, delay, args, true);
globalThis.clearTimeout = clear;
globalThis.clearInterval = clear;

/** The time of the virtual clock, in milliseconds. */
export function now() {
  return time;
}

/** Forgets all timers and goes back to the start. */
export function reset() {
  timers.clear();
  time = START;
  nextId = 1;
}

/** Lets everything run that waits for no timer. */
export function settle() {
  // Promises run before the event loop goes on to this callback, and the implementation does no real input or output.
  return new Promise(resolve => realSetImmediate(resolve));
}

/** Moves the clock to `target`, from one timer to the next as a real clock would. */
export async function advanceTo(target) {
  for (let timer = earliest(); timer !== undefined && timer.due <= target; timer = earliest()) {
    time = Math.max(time, timer.due);
    if (timer.repeats) {
      timer.due = time + timer.delay;
    } else {
      timers.delete(timer.id);
    }
    timer.call();
    await settle();
  }
  time = Math.max(time, target);
}

/** The timer that is due first. Of equal ones an interval, so that a decay precedes a heartbeat; else the oldest. */
function earliest() {
  let first;
  for (const timer of timers.values()) {
    if (first === undefined || precedes(timer, first)) {
      first = timer;
    }
  }
  return first;
}

function precedes(timer, other) {
  if (timer.due !== other.due) {
    return timer.due < other.due;
  }
  return timer.repeats === other.repeats ? timer.id < other.id : timer.repeats;
}
