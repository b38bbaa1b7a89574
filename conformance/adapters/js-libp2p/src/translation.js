// From the numbers of the format to the ids of the implementation and back, and the same for RPCs.

import { publicKeyFromRaw } from "@libp2p/crypto/keys";
import { peerIdFromPublicKey } from "@libp2p/peer-id";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The data of a message, which is its id, too. */
export function messageData(number) {
  return encoder.encode(`m${number}`);
}

/** The number of the message with this data; -1 if there is none. */
export function messageNumber(data) {
  const digits = /^m(0|[1-9]\d*)$/.exec(decoder.decode(data))?.[1];
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : -1;
}

/** The peers whose number was met. */
export class PeerIds {
  #ids = new Map();
  #numbers = new Map();
  #numbersByBytes = new Map();

  id(number) {
    let id = this.#ids.get(number);
    if (id === undefined) {
      // The number in place of a public key: nothing is signed here, and nobody looks for a private key.
      const key = new Uint8Array(32);
      new DataView(key.buffer).setBigUint64(0, BigInt(number), true);
      id = peerIdFromPublicKey(publicKeyFromRaw(key));
      this.#ids.set(number, id);
      this.#numbers.set(id.toString(), number);
      this.#numbersByBytes.set(hex(id.toMultihash().bytes), number);
    }
    return id;
  }

  /** The number of the peer with this id, given as a string; 0 if it has none. */
  number(id) {
    return this.#numbers.get(id) ?? 0;
  }

  numberOfBytes(bytes) {
    return this.#numbersByBytes.get(hex(bytes)) ?? 0;
  }

  /** The RPC as an object that the implementation's own codec encodes. */
  encode(rpc) {
    const ids = numbers => numbers.map(messageData);
    const control = {
      ihave: (rpc.ihave ?? []).map(part => ({ topicID: part.topic, messageIDs: ids(part.message_ids) })),
      iwant: (rpc.iwant ?? []).map(part => ({ messageIDs: ids(part) })),
      graft: (rpc.graft ?? []).map(topicID => ({ topicID })),
      prune: (rpc.prune ?? []).map(part => ({
        topicID: part.topic,
        peers: (part.peers ?? []).map(peer => ({ peerID: this.id(peer).toMultihash().bytes })),
        backoff: part.backoff ?? undefined,
      })),
      idontwant: (rpc.idontwant ?? []).map(part => ({ messageIDs: ids(part) })),
    };
    return {
      subscriptions: (rpc.subscriptions ?? []).map(({ topic, subscribe }) => ({ topic, subscribe })),
      messages: (rpc.messages ?? []).map(part => ({ topic: part.topic, data: messageData(part.message_id) })),
      control: Object.values(control).some(parts => parts.length > 0) ? control : undefined,
    };
  }

  /** All that the node has written to a peer in one step, merged. */
  merge(rpcs) {
    const controls = rpcs.flatMap(rpc => rpc.control ?? []);
    const ids = parts => parts.flatMap(part => part.messageIDs.map(messageNumber)).sort(byNumber);
    const ihave = new Map();
    for (const part of controls.flatMap(control => control.ihave ?? [])) {
      ihave.set(part.topicID, [...(ihave.get(part.topicID) ?? []), part]);
    }
    const merged = {
      subscriptions: rpcs
        .flatMap(rpc => rpc.subscriptions ?? [])
        .map(part => ({ topic: part.topic, subscribe: part.subscribe === true }))
        .sort(by("topic", "subscribe")),
      messages: rpcs
        .flatMap(rpc => rpc.messages ?? [])
        .map(part => ({ topic: part.topic, message_id: messageNumber(part.data) }))
        .sort(by("topic", "message_id")),
      graft: controls.flatMap(control => control.graft ?? []).map(part => part.topicID).sort(byText),
      prune: controls
        .flatMap(control => control.prune ?? [])
        .map(part => ({
          topic: part.topicID,
          backoff: part.backoff === undefined ? null : Number(part.backoff),
          peers: part.peers.map(peer => this.numberOfBytes(peer.peerID)).sort(byNumber),
        }))
        .sort(by("topic", "backoff")),
      ihave: [...ihave].map(([topic, parts]) => ({ topic, message_ids: ids(parts) })).sort(by("topic")),
      iwant: ids(controls.flatMap(control => control.iwant ?? [])),
      idontwant: ids(controls.flatMap(control => control.idontwant ?? [])),
    };
    return Object.fromEntries(Object.entries(merged).filter(([, parts]) => parts.length > 0));
  }
}

function hex(bytes) {
  return Buffer.from(bytes).toString("hex");
}

export function byNumber(a, b) {
  return a - b;
}

/** Compares strings by their UTF-8 bytes, as the format sorts them; the operator `<` compares UTF-16 units. */
export function byText(a, b) {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Compares objects by these fields, one after the other. False precedes true, null precedes a number. */
export function by(...fields) {
  return (a, b) => {
    for (const field of fields) {
      const [x, y] = [a[field], b[field]];
      const order = typeof x === "string" ? byText(x, y) : (x ?? -1) - (y ?? -1);
      if (order !== 0) {
        return order;
      }
    }
    return 0;
  };
}
