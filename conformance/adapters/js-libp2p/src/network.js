// A network in memory: what a node sees of libp2p, and the connections with its peers.

import { multiaddr } from "@multiformats/multiaddr";
import { RPC } from "@libp2p/gossipsub/message";
import { decode, encode } from "it-length-prefixed";

/** A stream of one direction, as far as gossipsub uses one. */
class Stream extends EventTarget {
  constructor(protocol) {
    super();
    this.protocol = protocol;
  }

  async close() {
    this.dispatchEvent(new Event("close"));
  }

  abort(error) {
    this.dispatchEvent(Object.assign(new Event("close"), { error }));
  }
}

/** A stream that the node has opened: the peer decodes what is written. */
class OutboundStream extends Stream {
  constructor(protocol, onRpc) {
    super(protocol);
    this.onRpc = onRpc;
  }

  send(bytes) {
    for (const frame of decode([bytes.subarray()])) {
      this.onRpc(RPC.decode(frame));
    }
    return true;
  }
}

/** A stream that the peer has opened. */
class InboundStream extends Stream {
  write(bytes) {
    this.dispatchEvent(Object.assign(new Event("message"), { data: bytes }));
  }
}

/** The address of a host with this number: a unique local one of IPv6, which has room for every number. */
function address(host) {
  const groups = [48n, 32n, 16n, 0n].map(shift => ((BigInt(host) >> shift) & 0xffffn).toString(16));
  return multiaddr(`/ip6/fd00:0:0:0:${groups.join(":")}/tcp/4001`);
}

/** A connection of the node with a peer. */
class Connection {
  status = "open";

  constructor(peer, protocol, { isOutbound, host, onRpc }) {
    this.remotePeer = peer;
    this.remoteAddr = address(host);
    this.direction = isOutbound ? "outbound" : "inbound";
    this.inbound = new InboundStream(protocol);
    this.newStream = async () => new OutboundStream(protocol, onRpc);
  }
}

/** The components that gossipsub asks for, with one peer behind each connection. */
export class Network {
  #topologies = new Map();
  #handlers = new Map();
  #connections = new Map();

  /** `onDial` is called with the id of each peer that the node wants to connect to; `log` with what it logs. */
  constructor(peerId, { onDial, log }) {
    this.components = {
      peerId,
      logger: { forComponent: () => log },
      peerStore: {
        merge: async () => {},
        get: async () => {
          throw Object.assign(new Error("no peer is stored"), { name: "NotFoundError" });
        },
        consumePeerRecord: async () => true,
      },
      registrar: {
        handle: async (protocol, handler) => void this.#handlers.set(protocol, handler),
        unhandle: async protocol => void this.#handlers.delete(protocol),
        register: async (protocol, topology) => {
          this.#topologies.set(protocol, topology);
          return protocol;
        },
        unregister: protocol => void this.#topologies.delete(protocol),
        getTopologies: protocol => [this.#topologies.get(protocol)].filter(topology => topology !== undefined),
      },
      connectionManager: {
        openConnection: async id => {
          const connection = this.#connections.get(id.toString());
          if (connection === undefined) {
            onDial(id);
            throw new Error("every dial fails");
          }
          return connection;
        },
      },
    };
  }

  /** Connects a peer; the node is told, and opens its stream. */
  connect(peer, protocol, options) {
    const connection = new Connection(peer, protocol, options);
    this.#connections.set(peer.toString(), connection);
    this.#topologies.get(protocol).onConnect(peer, connection);
  }

  /** The peer opens the stream on which it sends. */
  openStream(peer) {
    const connection = this.#connections.get(peer.toString());
    this.#handlers.get(connection.inbound.protocol)(connection.inbound, connection);
  }

  disconnect(peer) {
    const connection = this.#connections.get(peer.toString());
    connection.status = "closed";
    this.#connections.delete(peer.toString());
    this.#topologies.get(connection.inbound.protocol).onDisconnect(peer);
  }

  /** The peer sends these RPCs, all in one piece. */
  send(peer, rpcs) {
    const frames = rpcs.map(rpc => encode.single(RPC.encode(rpc)).subarray());
    this.#connections.get(peer.toString()).inbound.write(Buffer.concat(frames));
  }
}
