// An adapter for @libp2p/gossipsub: it speaks the RPC protocol of the conformance harness over standard input and output.

// First: the modules of the implementation must see the virtual clock.
import "./clock.js";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { InvalidLine, checkHeader, checkStep, isHeader } from "./format.js";
import { FIXED, Node, Unsupported } from "./node.js";

const SUPPORTS = [
  "scoring",
  "px",
  "idontwant",
  "flood_publish",
  "direct",
  "floodsub",
  "application_score",
  "validation.asked",
  "validation.ignore",
  "ip",
  "rpcs",
  "backoff.milliseconds",
  "view.mesh",
  "view.fanout",
  "view.subscribed",
  "view.scores",
];

/** The name and the version that is installed. */
function implementation() {
  const main = createRequire(import.meta.url).resolve("@libp2p/gossipsub");
  const manifest = `${main.slice(0, main.lastIndexOf("/dist/"))}/package.json`;
  const { name, version } = JSON.parse(readFileSync(manifest, "utf8"));
  return `js-libp2p ${name} ${version}`;
}

// Exceptions that the implementation throws outside of any call of ours.
const uncaught = [];
process.on("uncaughtException", error => uncaught.push(error));
process.on("unhandledRejection", error => uncaught.push(error));
// The harness has gone.
process.stdout.on("error", () => process.exit(0));

class Server {
  #node = null;
  #settings;
  #ready = { ready: true, implementation: implementation(), supports: SUPPORTS, fixed: FIXED };

  constructor(settings) {
    this.#settings = settings;
  }

  async answer(line) {
    try {
      const value = parse(line);
      const answer = isHeader(value) ? await this.#start(value) : await this.#step(value);
      if (uncaught.length > 0) {
        throw uncaught[0];
      }
      return answer;
    } catch (error) {
      return await this.#failure(error);
    }
  }

  async #start(header) {
    await this.#stop();
    checkHeader(header);
    this.#node = await Node.start(header, this.#settings);
    return this.#ready;
  }

  async #step(step) {
    checkStep(step);
    if (this.#node === null) {
      throw new InvalidLine("no sequence is running: expected a header");
    }
    return await this.#node.step(step);
  }

  async #failure(error) {
    if (error instanceof InvalidLine) {
      return { error: error.message };
    }
    if (error instanceof Unsupported) {
      return { unsupported: error.message };
    }
    const text = String(error?.message ?? error);
    console.error(error);
    const wasRunning = this.#node !== null;
    await this.#stop();
    return wasRunning ? { output: { kind: "crashed", text } } : { error: `the implementation did not start: ${text}` };
  }

  async #stop() {
    const node = this.#node;
    this.#node = null;
    try {
      await node?.stop();
    } catch (error) {
      // After a crash it may not stop in order; the next node shares nothing with it.
      console.error(error);
    }
    uncaught.length = 0;
  }
}

function parse(line) {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new InvalidLine(`not JSON: ${error.message.slice(0, 200).replaceAll("\n", " ")}`);
  }
}

/** The lines of standard input. (`readline` also splits at other line ends, which JSON allows in strings.) */
async function* lines() {
  let pending = [];
  for await (let chunk of process.stdin) {
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10)) {
      yield Buffer.concat([...pending, chunk.subarray(0, end)]).toString();
      pending = [];
      chunk = chunk.subarray(end + 1);
    }
    pending.push(chunk);
  }
  const rest = Buffer.concat(pending);
  if (rest.length > 0) {
    yield rest.toString();
  }
}

const [command, ...flags] = process.argv.slice(2);
if (command !== "serve" || flags.some(flag => flag !== "--await-messages")) {
  console.error("usage: serve [--await-messages] (reads lines of the RPC protocol from standard input)");
  process.exit(2);
}
const server = new Server({ awaitsMessages: flags.length > 0 });
for await (const line of lines()) {
  process.stdout.write(`${JSON.stringify(await server.answer(line))}\n`);
}
process.exit(0);
