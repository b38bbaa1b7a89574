import assert from "node:assert/strict";
import { mock } from "node:test";
import { gossipsub, StrictNoSign } from "@libp2p/gossipsub";
import { RPC } from "@libp2p/gossipsub/message";
import { generateKeyPairFromSeed } from "@libp2p/crypto/keys";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";
import { multiaddr } from "@multiformats/multiaddr";
import { decode, encode } from "it-length-prefixed";
mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: 1 });
const keys = await Promise.all(Array.from({ length: 30 }, (_, number) => generateKeyPairFromSeed("Ed25519", new Uint8Array(32).fill(number))));
const peerId = number => peerIdFromPrivateKey(keys[number]);
const [text, bytes, peers, dials, [topologies, handlers]] = [data => new TextDecoder().decode(data), data => new TextEncoder().encode(data), new Map(), [], [new Map(), new Map()]];
const refuse = name => { throw Object.assign(new Error(name), { name }); };
const settle = async () => { for (let i = 0; i < 25; i++) await new Promise(resolve => setImmediate(resolve)); };
const advance = async ms => { for (let i = 0; i < ms; i += 100) { mock.timers.tick(100); await settle(); } };
async function start(options) {
  const node = gossipsub({ globalSignaturePolicy: StrictNoSign, msgIdFn: message => message.data, idontwantMinDataSize: 0, ...options })({
    peerId: peerId(0), privateKey: keys[0], logger: { forComponent: () => Object.assign(() => {}, { error() {}, trace() {} }) },
    peerStore: { merge: async () => {}, get: async () => refuse("NotFoundError"), consumePeerRecord: async () => true },
    registrar: { handle: async (id, handler) => handlers.set(id, handler), register: async (id, topology) => topologies.set(id, topology), getTopologies: () => [] },
    connectionManager: { openConnection: async id => { dials.push(id.toString()); refuse("DialError"); } } });
  await node.start(); await advance(100); // The first heartbeat comes after 100 ms.
  return node;
}
const stream = (protocol, more) => Object.assign(new EventTarget(), { protocol, close: async () => {}, ...more });
async function connect(number, protocol = "/meshsub/1.1.0", direction = "inbound") {
  const peer = { received: [], stream: stream(protocol), topology: topologies.get(protocol) };
  const outbound = stream(protocol, { send: sent => { for (const frame of decode([sent.subarray()])) peer.received.push(...words(RPC.decode(frame))); } });
  const connection = { remotePeer: peerId(number), remoteAddr: multiaddr(`/ip4/10.0.0.${number}/tcp/1`), direction, status: "open", newStream: async () => outbound };
  peers.set(number, peer); peer.topology.onConnect(connection.remotePeer, connection); await settle();
  handlers.get(protocol)(peer.stream, connection); await settle();
}
const disconnect = async number => { peers.get(number).topology.onDisconnect(peerId(number)); await settle(); };
const ids = (list, more) => ({ messageIDs: list.map(bytes), ...more });
const rpc = ({ sub = [], unsub = [], message = [], raw = [], ihave = [], iwant = [], graft = [], prune = [], idontwant = [] }) => ({
  subscriptions: [...sub.map(topic => ({ topic, subscribe: true })), ...unsub.map(topic => ({ topic, subscribe: false }))], messages: [...raw, ...message.map(([topic, id]) => ({ topic, data: bytes(id) }))],
  control: { ihave: ihave.map(([topicID, list]) => ids(list, { topicID })), iwant: iwant.map(list => ids(list)), graft: graft.map(topicID => ({ topicID })), idontwant: idontwant.map(list => ids(list)),
    prune: prune.map(([topicID, backoff, px = []]) => ({ topicID, backoff, peers: px.map(other => ({ peerID: peerId(other).toMultihash().bytes })) })) } });
/** A peer sends RPCs in one write. */
const send = async (number, ...rpcs) => { const data = Buffer.concat(rpcs.map(one => encode.single(RPC.encode(rpc(one))).subarray())); peers.get(number).stream.dispatchEvent(Object.assign(new Event("message"), { data })); await settle(); };
const words = ({ subscriptions, messages, control: c }) => [...subscriptions.map(part => `${part.subscribe ? "SUBSCRIBE" : "UNSUBSCRIBE"} ${part.topic}`), ...messages.map(part => `message ${text(part.data)}`), ...["ihave", "iwant", "idontwant"].flatMap(kind => (c?.[kind] ?? []).map(part => `${kind.toUpperCase()} ${part.messageIDs.map(text)}`)), ...(c?.graft ?? []).map(part => `GRAFT ${part.topicID}`), ...(c?.prune ?? []).map(part => `PRUNE ${part.topicID}, ${part.backoff} s, ${part.peers.length} peers`)];
/** What each peer received since the last call. */
const answers = () => Object.fromEntries([...peers].map(([number, { received }]) => [number, received.splice(0)]).filter(([, list]) => list.length > 0));
