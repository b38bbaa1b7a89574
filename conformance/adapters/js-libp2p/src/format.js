// The RPC trace format, version 1: what a header and a step look like.

/** A line is no header or step of the format, or no step of it here: nothing has changed. */
export class InvalidLine extends Error {}

const LARGEST_INTEGER = 2 ** 53 - 1;

// A type is a function that checks a value, and throws if it is of another type.

function fail(path, expected, value) {
  throw new InvalidLine(`${path}: expected ${expected}, found ${JSON.stringify(value)?.slice(0, 100) ?? "nothing"}`);
}

function integerUpTo(limit) {
  return (value, path) => {
    if (!Number.isInteger(value) || value < 0 || value > limit) {
      fail(path, `an integer from 0 to ${limit}`, value);
    }
  };
}

const integer = integerUpTo(LARGEST_INTEGER);
const count = integerUpTo(2 ** 32 - 1);

function primitive(type) {
  return (value, path) => {
    if (typeof value !== type) {
      fail(path, `a ${type}`, value);
    }
  };
}

const boolean = primitive("boolean");
const number = primitive("number");
const string = primitive("string");

function oneOf(...values) {
  return (value, path) => {
    if (!values.includes(value)) {
      fail(path, `one of ${JSON.stringify(values)}`, value);
    }
  };
}

function list(item) {
  return (value, path) => {
    if (!Array.isArray(value)) {
      fail(path, "a list", value);
    }
    value.forEach((part, index) => item(part, `${path}[${index}]`));
  };
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function optional(type) {
  return (value, path) => value === undefined || type(value, path);
}

function nullable(type) {
  return (value, path) => value === null || type(value, path);
}

/** An object with these fields. It has no other, if `exact`. */
function object(fields, { exact = false } = {}) {
  return (value, path) => {
    if (!isObject(value)) {
      fail(path, "an object", value);
    }
    for (const [name, type] of Object.entries(fields)) {
      type(Object.hasOwn(value, name) ? value[name] : undefined, `${path}.${name}`);
    }
    for (const name of exact ? Object.keys(value) : []) {
      if (!Object.hasOwn(fields, name)) {
        throw new InvalidLine(`${path}: unknown field \`${name}\``);
      }
    }
  };
}

/** An object from any string to values of one type. */
function map(type) {
  return (value, path) => {
    if (!isObject(value)) {
      fail(path, "an object", value);
    }
    for (const [name, part] of Object.entries(value)) {
      type(part, `${path}.${name}`);
    }
  };
}

const topicScoring = object(
  {
    topic_weight: number,
    time_in_mesh_weight: number,
    time_in_mesh_quantum: integer,
    time_in_mesh_cap: number,
    first_message_deliveries_weight: number,
    first_message_deliveries_decay: number,
    first_message_deliveries_cap: number,
    mesh_message_deliveries_weight: number,
    mesh_message_deliveries_decay: number,
    mesh_message_deliveries_threshold: number,
    mesh_message_deliveries_cap: number,
    mesh_message_deliveries_activation: integer,
    mesh_message_deliveries_window: integer,
    mesh_failure_penalty_weight: number,
    mesh_failure_penalty_decay: number,
    invalid_message_deliveries_weight: number,
    invalid_message_deliveries_decay: number,
  },
  { exact: true },
);

const thresholds = object(
  { gossip: number, publish: number, graylist: number, accept_px: number, opportunistic_graft: number },
  { exact: true },
);

const scoring = object(
  {
    thresholds,
    topics: map(topicScoring),
    topic_score_cap: number,
    app_specific_weight: number,
    ip_colocation_factor_weight: number,
    ip_colocation_factor_threshold: number,
    behaviour_penalty_weight: number,
    behaviour_penalty_threshold: number,
    behaviour_penalty_decay: number,
    decay_to_zero: number,
    decay_interval: integer,
    retain_score: integer,
  },
  { exact: true },
);

const parameters = object(
  {
    D: count,
    D_low: count,
    D_high: count,
    D_score: count,
    D_out: count,
    D_lazy: count,
    gossip_factor: number,
    heartbeat_interval: integer,
    fanout_ttl: integer,
    seen_ttl: integer,
    prune_backoff: integer,
    unsubscribe_backoff: integer,
    graft_flood_threshold: integer,
    iwant_followup_time: integer,
    history_length: count,
    history_gossip: count,
    max_ihave_length: count,
    max_ihave_messages: count,
    gossip_retransmission: count,
    flood_publish: boolean,
    do_px: boolean,
    px_peers: count,
    opportunistic_graft_ticks: count,
    opportunistic_graft_peers: count,
    validation: oneOf("automatic", "asked"),
    scoring: nullable(scoring),
  },
  { exact: true },
);

const header = object({
  format: oneOf("gossipsub-rpc-trace"),
  version: oneOf(1),
  seed: optional(integer),
  parameters,
});

const rpc = object(
  {
    subscriptions: optional(list(object({ topic: string, subscribe: boolean }))),
    messages: optional(list(object({ topic: string, message_id: integer }))),
    ihave: optional(list(object({ topic: string, message_ids: list(integer) }))),
    iwant: optional(list(list(integer))),
    graft: optional(list(string)),
    prune: optional(
      list(object({ topic: string, backoff: optional(nullable(integer)), peers: optional(list(integer)) })),
    ),
    idontwant: optional(list(list(integer))),
  },
  { exact: true },
);

const inputs = {
  connect: object({ peer: integer, outbound: boolean, direct: boolean, protocol: string, ip: optional(nullable(integer)) }),
  disconnect: object({ peer: integer }),
  rpc: object({ peer: integer, rpc }),
  rpcs: object({ peer: integer, rpcs: list(rpc) }),
  join: object({ topic: string }),
  leave: object({ topic: string }),
  publish: object({ topic: string, message_id: integer }),
  validated: object({ message_id: integer, verdict: oneOf("accept", "reject", "ignore") }),
  set_application_score: object({ peer: integer, score: number }),
  heartbeat: object({}),
};

const step = object({ now: integer, input: object({ kind: oneOf(...Object.keys(inputs)) }) });

/** Whether a line is a header. Any other line is a step. */
export function isHeader(line) {
  return isObject(line) && Object.hasOwn(line, "format");
}

/** Throws `InvalidLine` unless the line is a header. */
export function checkHeader(line) {
  header(line, "header");
}

/** Throws `InvalidLine` unless the line is a step. */
export function checkStep(line) {
  step(line, "step");
  inputs[line.input.kind](line.input, "input");
}
