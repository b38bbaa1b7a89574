// One gossipsub node, driven step by step in virtual time.

import { gossipsub, StrictNoSign } from "@libp2p/gossipsub";

import * as clock from "./clock.js";
import * as random from "./random.js";
import { InvalidLine } from "./format.js";
import { Network } from "./network.js";
import { PeerIds, by, byNumber, byText, messageData, messageNumber } from "./translation.js";

/** The implementation has no such function: nothing has changed. */
export class Unsupported extends Error {}

/** Parameters that are constants in the implementation. */
export const FIXED = { max_ihave_length: 5000, max_ihave_messages: 10, gossip_retransmission: 3 };

const PROTOCOLS = ["/meshsub/1.2.0", "/meshsub/1.1.0", "/meshsub/1.0.0", "/floodsub/1.0.0"];

/** The first heartbeat comes after a fixed time, which is the zero of the format. */
const FIRST_HEARTBEAT = 100;

// One step can span a heartbeat interval: this bounds the timers that run in one, and the slots of the message cache.
const LONGEST_HEARTBEAT_INTERVAL = 3_600_000;
const SHORTEST_DECAY_INTERVAL = 100;
const LONGEST_HISTORY = 1_000_000;

const log = Object.assign(logger("log"), { error: logger("error"), trace: () => {}, enabled: false, newScope: () => log });

/** With ADAPTER_LOG set, what the implementation logs goes to standard error. */
function logger(level) {
  return process.env.ADAPTER_LOG === undefined ? () => {} : (...parts) => console.error(level, ...parts);
}

function checkParameters(parameters) {
  for (const [name, value] of Object.entries(FIXED)) {
    if (parameters[name] !== value) {
      throw new InvalidLine(`${name}: this implementation has ${value} only`);
    }
  }
  const checkRange = (name, value, least, most) => {
    if (value < least || value > most) {
      throw new InvalidLine(`${name}: expected ${least} to ${most}, found ${value}`);
    }
  };
  checkRange("heartbeat_interval", parameters.heartbeat_interval, 1, LONGEST_HEARTBEAT_INTERVAL);
  checkRange("history_length", parameters.history_length, 0, LONGEST_HISTORY);
  if (parameters.scoring !== null) {
    checkRange("decay_interval", parameters.scoring.decay_interval, SHORTEST_DECAY_INTERVAL, 2 ** 31 - 1);
  }
}

function options(parameters) {
  const { scoring } = parameters;
  return {
    D: parameters.D,
    Dlo: parameters.D_low,
    Dhi: parameters.D_high,
    Dscore: parameters.D_score,
    Dout: parameters.D_out,
    Dlazy: parameters.D_lazy,
    gossipFactor: parameters.gossip_factor,
    heartbeatInterval: parameters.heartbeat_interval,
    fanoutTTL: parameters.fanout_ttl,
    seenTTL: parameters.seen_ttl,
    mcacheLength: parameters.history_length,
    mcacheGossip: parameters.history_gossip,
    pruneBackoff: parameters.prune_backoff,
    // The implementation spells it so.
    unsubcribeBackoff: parameters.unsubscribe_backoff,
    graftFloodThreshold: parameters.graft_flood_threshold,
    gossipsubIWantFollowupMs: parameters.iwant_followup_time,
    floodPublish: parameters.flood_publish,
    doPX: parameters.do_px,
    prunePeers: parameters.px_peers,
    opportunisticGraftTicks: parameters.opportunistic_graft_ticks,
    opportunisticGraftPeers: parameters.opportunistic_graft_peers,
    asyncValidation: parameters.validation === "asked",
    idontwantMinDataSize: 0,
    emitSelf: false,
    globalSignaturePolicy: StrictNoSign,
    msgIdFn: message => message.data,
    scoreThresholds: scoring === null ? { acceptPXThreshold: 0, opportunisticGraftThreshold: 0 } : {
      gossipThreshold: scoring.thresholds.gossip,
      publishThreshold: scoring.thresholds.publish,
      graylistThreshold: scoring.thresholds.graylist,
      acceptPXThreshold: scoring.thresholds.accept_px,
      opportunisticGraftThreshold: scoring.thresholds.opportunistic_graft,
    },
  };
}

/** Scoring cannot be switched off: without it, nothing has a weight. */
const NO_SCORING = { topics: {}, appSpecificWeight: 0, IPColocationFactorWeight: 0, behaviourPenaltyWeight: 0 };

function scoreParameters(scoring, appSpecificScore) {
  if (scoring === null) {
    return NO_SCORING;
  }
  const topics = Object.entries(scoring.topics).map(([topic, weights]) => [
    topic,
    Object.fromEntries(Object.entries(weights).map(([name, value]) => [camelCase(name), value])),
  ]);
  return {
    topics: Object.fromEntries(topics),
    topicScoreCap: scoring.topic_score_cap,
    appSpecificScore,
    appSpecificWeight: scoring.app_specific_weight,
    IPColocationFactorWeight: scoring.ip_colocation_factor_weight,
    IPColocationFactorThreshold: scoring.ip_colocation_factor_threshold,
    behaviourPenaltyWeight: scoring.behaviour_penalty_weight,
    behaviourPenaltyThreshold: scoring.behaviour_penalty_threshold,
    behaviourPenaltyDecay: scoring.behaviour_penalty_decay,
    decayInterval: scoring.decay_interval,
    decayToZero: scoring.decay_to_zero,
    retainScore: scoring.retain_score,
  };
}

function camelCase(name) {
  return name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
}

export class Node {
  #gossipsub;
  #network;
  #peerIds = new PeerIds();
  #isAsking;
  #isScoring;
  #heartbeatInterval;
  #start;
  #now = 0;
  #nextHeartbeat;
  /** Connected peers by number. */
  #peers = new Set();
  #applicationScores = new Map();
  /** The id and the sender of each message that the application was asked about. */
  #questions = new Map();
  #rpcs = new Map();
  #deliveries = [];
  #dials = [];

  /** A node with the parameters of a header that was checked. Its messages are handled before control parts, if `awaitsMessages`. */
  static async start({ parameters, seed }, { awaitsMessages }) {
    checkParameters(parameters);
    clock.reset();
    random.seed(seed ?? 0);
    const node = new Node(parameters, awaitsMessages);
    await node.#run();
    return node;
  }

  constructor(parameters, awaitsMessages) {
    this.#isAsking = parameters.validation === "asked";
    this.#isScoring = parameters.scoring !== null;
    this.#heartbeatInterval = parameters.heartbeat_interval;
    this.#nextHeartbeat = parameters.heartbeat_interval;
    this.#network = new Network(this.#peerIds.id(0), {
      onDial: id => this.#dials.push(this.#peerIds.number(id.toString())),
      log,
    });
    const applicationScore = id => this.#applicationScores.get(this.#peerIds.number(id)) ?? 0;
    const scoreParams = scoreParameters(parameters.scoring, applicationScore);
    const settings = { ...options(parameters), scoreParams, awaitRpcMessageHandler: awaitsMessages };
    this.#gossipsub = gossipsub(settings)(this.#network.components);
    this.#gossipsub.addEventListener("gossipsub:message", event => this.#deliver(event.detail));
  }

  async #run() {
    await this.#gossipsub.start();
    await clock.advanceTo(clock.now() + FIRST_HEARTBEAT);
    // Score decay starts with the node, and is counted from there: it has to start at our zero, and precede heartbeats.
    this.#gossipsub.score.stop();
    this.#gossipsub.score.start();
    // The first heartbeat is over, and is none of the format.
    this.#gossipsub.heartbeatTicks = 0;
    this.#start = clock.now();
  }

  async stop() {
    await this.#gossipsub.stop();
    await clock.settle();
  }

  /** Runs a step that was checked against the format. */
  async step({ now, input }) {
    this.#checkTime(now, input);
    this.#checkInput(input);
    this.#now = now;
    if (input.kind === "heartbeat") {
      this.#nextHeartbeat += this.#heartbeatInterval;
    }
    await clock.advanceTo(this.#start + now);
    const refused = await this.#runInput(input);
    await clock.settle();
    return { output: this.#output(refused), view: this.#view() };
  }

  #checkTime(now, { kind }) {
    if (kind === "heartbeat") {
      if (now !== this.#nextHeartbeat) {
        throw new InvalidLine(`now: the next heartbeat is at ${this.#nextHeartbeat}, found ${now}`);
      }
    } else if (now < this.#now) {
      throw new InvalidLine(`now: expected ${this.#now} or later, found ${now}`);
    } else if (now >= this.#nextHeartbeat) {
      throw new InvalidLine(`now: a heartbeat is due at ${this.#nextHeartbeat}, found ${now}`);
    }
  }

  #checkInput(input) {
    switch (input.kind) {
      case "connect":
        if (input.peer === 0) {
          throw new InvalidLine("peer 0 is the node itself");
        }
        if (this.#peers.has(input.peer)) {
          throw new InvalidLine(`peer ${input.peer} is connected already`);
        }
        if (!PROTOCOLS.includes(input.protocol)) {
          throw new Unsupported(`protocol ${input.protocol}`);
        }
        break;
      case "disconnect":
      case "rpc":
      case "rpcs":
        if (!this.#peers.has(input.peer)) {
          throw new InvalidLine(`peer ${input.peer} is not connected`);
        }
        break;
      case "validated":
        if (!this.#isAsking) {
          throw new Unsupported("validation is automatic");
        }
        if (!this.#questions.has(input.message_id)) {
          throw new InvalidLine(`message ${input.message_id} was not asked about`);
        }
        break;
      case "set_application_score":
        if (!this.#isScoring) {
          throw new Unsupported("scoring is off");
        }
        break;
    }
  }

  /** Returns why the implementation refused the step, if it did. */
  async #runInput(input) {
    switch (input.kind) {
      case "connect":
        await this.#connect(input);
        break;
      case "disconnect":
        this.#peers.delete(input.peer);
        this.#network.disconnect(this.#peerIds.id(input.peer));
        break;
      case "rpc":
        this.#send(input.peer, [input.rpc]);
        break;
      case "rpcs":
        this.#send(input.peer, input.rpcs);
        break;
      case "join":
        this.#gossipsub.subscribe(input.topic);
        break;
      case "leave":
        this.#gossipsub.unsubscribe(input.topic);
        break;
      case "publish":
        return this.#publish(input);
      case "validated": {
        const { id, source } = this.#questions.get(input.message_id);
        this.#gossipsub.reportMessageValidationResult(id, source, input.verdict);
        break;
      }
      case "set_application_score":
        // Before the score is read: it is found by the id.
        this.#peerIds.id(input.peer);
        this.#applicationScores.set(input.peer, input.score);
        break;
    }
    return undefined;
  }

  async #connect({ peer, outbound, direct, protocol, ip }) {
    const id = this.#peerIds.id(peer);
    if (direct) {
      this.#gossipsub.direct.add(id.toString());
    } else {
      this.#gossipsub.direct.delete(id.toString());
    }
    this.#peers.add(peer);
    const onRpc = rpc => this.#rpcs.set(peer, [...(this.#rpcs.get(peer) ?? []), rpc]);
    this.#network.connect(id, protocol, { isOutbound: outbound, host: ip ?? peer, onRpc });
    await clock.settle();
    this.#network.openStream(id);
  }

  #send(peer, rpcs) {
    this.#network.send(this.#peerIds.id(peer), rpcs.map(rpc => this.#peerIds.encode(rpc)));
  }

  async #publish({ topic, message_id }) {
    try {
      await this.#gossipsub.publish(topic, messageData(message_id));
      return undefined;
    } catch (error) {
      switch (error.message) {
        case "PublishError.Duplicate":
          return "duplicate";
        case "PublishError.NoPeersSubscribedToTopic":
          return "no peers";
        default:
          throw error;
      }
    }
  }

  #deliver({ msgId, msg, propagationSource }) {
    const source = propagationSource.toString();
    const number = messageNumber(msg.data);
    if (this.#isAsking) {
      this.#questions.set(number, { id: msgId, source });
    }
    this.#deliveries.push({ peer: this.#peerIds.number(source), topic: msg.topic, message_id: number });
  }

  #output(refused) {
    const rpcs = [...this.#rpcs].sort(([a], [b]) => a - b);
    const merged = rpcs.map(([peer, parts]) => [peer, this.#peerIds.merge(parts)]);
    const deliveries = this.#deliveries.sort(by("peer", "topic", "message_id"));
    // The implementation disconnects a peer by itself if its stream cannot be read.
    const closed = [...this.#peers].filter(peer => !this.#gossipsub.peers.has(this.#peerIds.id(peer).toString()));
    closed.forEach(peer => this.#peers.delete(peer));
    const output = {
      kind: "sent",
      to: Object.fromEntries(merged.filter(([, parts]) => Object.keys(parts).length > 0)),
      delivered: this.#isAsking ? [] : deliveries,
      asked: this.#isAsking ? deliveries : undefined,
      dial: [...new Set(this.#dials)].sort(byNumber),
      refused,
      closed: closed.length > 0 ? closed.sort(byNumber) : undefined,
    };
    this.#rpcs = new Map();
    this.#deliveries = [];
    this.#dials = [];
    return output;
  }

  #view() {
    const { mesh, fanout, topics, score } = this.#gossipsub;
    const number = id => this.#peerIds.number(id);
    const sets = peersByTopic => {
      const entries = [...peersByTopic].sort(([a], [b]) => byText(a, b));
      return Object.fromEntries(entries.map(([topic, ids]) => [topic, [...ids].map(number).sort(byNumber)]));
    };
    const view = {
      mesh: sets(mesh),
      fanout: sets(fanout),
      subscribed: sets([...topics].filter(([, ids]) => ids.size > 0)),
    };
    if (this.#isScoring) {
      // Not `score.score(id)`, which would fill a cache.
      const entries = [...this.#peers].sort(byNumber).flatMap(peer => {
        const id = this.#peerIds.id(peer).toString();
        const stats = score.peerStats.get(id);
        return stats === undefined ? [] : [[peer, score.computeScore(id, stats, score.params, score.peerIPs)]];
      });
      view.scores = Object.fromEntries(entries);
    }
    return view;
  }
}
