import functools, time, types
import trio, trio.testing
from libp2p.peer.id import ID
from libp2p.peer.peerinfo import PeerInfo
from libp2p.pubsub import gossipsub, pubsub, score
from libp2p.pubsub.pb import rpc_pb2
from libp2p.network.stream.exceptions import StreamEOF
from libp2p.tools.anyio_service import background_trio_service
from libp2p.utils.varint import decode_uvarint, encode_varint_prefixed
V10, V11, V12 = gossipsub.PROTOCOL_ID, gossipsub.PROTOCOL_ID_V11, gossipsub.PROTOCOL_ID_V12
clock = trio.testing.MockClock()
time.time = lambda: 1_700_000_000 + (round(trio.current_time(), 6) if trio.lowlevel.in_trio_run() else 0)
pubsub.env_to_send_in_RPC = gossipsub.env_to_send_in_RPC = lambda host: (b"", False)  # no signed records
peer_id = functools.cache(lambda number: ID(bytes([0, 36, 8, 1, 18, 32]) + bytes([number]) * 32))
message = functools.cache(lambda topic, number: rpc_pb2.Message(data=b"m%d" % number, topicIDs=[topic], from_id=peer_id(99).to_bytes(), seqno=bytes([255, number // 256, number % 256])))
ids = lambda numbers: [peer_id(99).to_bytes() + bytes([255, n // 256, n % 256]) for n in numbers]
settle, handlers, peers, dials = trio.testing.wait_all_tasks_blocked, {}, {}, []
class Stream(types.SimpleNamespace):
    metric_send_channel = None
    get_protocol = lambda self: self.protocol
    async def write(self, data):
        rpc = rpc_pb2.RPC.FromString(data[len(data) - decode_uvarint(data):])
        peers[self.muxed_conn.peer_id]["received"] += words(rpc)
    async def read(self, length=None):
        while not self.buffer:
            await self.changed.wait()
        self.changed = trio.Event()
        data = bytes(self.buffer[:length])
        del self.buffer[:len(data)]
        return data
    async def close(self): pass
    reset = close
class Host:
    get_network = get_peerstore = lambda self: self
    get_id = lambda self: peer_id(0)
    set_stream_handler = lambda self, protocol, handler: handlers.update({protocol: handler})
    register_notifee = lambda self, notifee: setattr(self, "notifee", notifee)
    get_connections = lambda self, peer=None: [peers[peer]["connection"]] if peer in peers else []
    get_peer_record = lambda self, peer: None
    async def new_stream(self, peer, protocols): return Stream(muxed_conn=peers[peer]["connection"].muxed_conn, protocol=peers[peer]["protocol"])
async def connect(number, protocol=V11, direct=False):
    peer = peer_id(number)
    if direct: router.direct_peers[peer] = PeerInfo(peer, [])
    connection = types.SimpleNamespace(muxed_conn=types.SimpleNamespace(peer_id=peer, is_closed=False))
    peers[peer] = {"connection": connection, "protocol": protocol, "received": []}
    await host.notifee.connected(host, connection)
    await settle()
    peers[peer]["stream"] = Stream(muxed_conn=connection.muxed_conn, protocol=protocol, buffer=bytearray(), changed=trio.Event())
    nursery.start_soon(handlers[protocol], peers[peer]["stream"])
async def send(number, sub=(), unsub=(), msg=(), ihave=(), iwant=(), graft=(), prune=(), idontwant=()):
    control = rpc_pb2.ControlMessage(ihave=[{"topicID": t, "messageIDs": ids(i)} for t, i in ihave], iwant=[{"messageIDs": ids(i)} for i in iwant], graft=[{"topicID": t} for t in graft],
        prune=[{"topicID": t, "backoff": b} for t, b in prune], idontwant=[{"messageIDs": ids(i)} for i in idontwant])
    subscriptions = [{"topicid": t, "subscribe": True} for t in sub] + [{"topicid": t, "subscribe": False} for t in unsub]
    rpc = rpc_pb2.RPC(subscriptions=subscriptions, publish=[message(t, i) for t, i in msg], control=control if control.ByteSize() else None)
    stream = peers[peer_id(number)]["stream"]
    stream.buffer += encode_varint_prefixed(rpc.SerializeToString())
    stream.changed.set()
    await settle()
def words(rpc):
    name = lambda parts: ", ".join(str(int.from_bytes(i[-2:], "big")) for i in parts)
    c = rpc.control
    return ([("SUBSCRIBE " if s.subscribe else "UNSUBSCRIBE ") + s.topicid for s in rpc.subscriptions] + [f"message {m.data.decode()[1:]}" for m in rpc.publish] + [f"IHAVE {name(p.messageIDs)}" for p in c.ihave]
        + [f"IWANT {name(p.messageIDs)}" for p in c.iwant] + [f"GRAFT {p.topicID}" for p in c.graft] + [f"PRUNE {p.topicID}" + (f", {p.backoff} s" if p.HasField("backoff") else "") + (f", {len(p.peers)} peers" if p.peers else "") for p in c.prune]
        + [f"IDONTWANT {name(p.messageIDs)}" for p in c.idontwant])
async def answers():
    """What each peer received since the last call."""
    await settle()
    sent = {number: sorted(peers[peer_id(number)].pop("received")) for number in range(1, 20) if peer_id(number) in peers}
    for peer in peers.values(): peer["received"] = []
    return {number: parts for number, parts in sent.items() if parts}
async def advance(seconds):
    start = trio.current_time()
    for tenth in range(1, round(seconds * 10) + 1):
        clock.jump(start + tenth / 10 + 1e-6 - trio.current_time())
        await settle()
def run(steps, scores=None, verdicts=None, **options):
    """Runs `steps` with a node of these options. `verdicts`: a channel for each message that a validator is asked about."""
    async def main():
        global host, router, node, nursery
        host = Host()
        if scores is not None: options["score_params"] = score.ScoreParams(p6_appl_slack_weight=1.0, app_specific_score_fn=lambda peer: scores.get(peer, 0.0), gossip_threshold=-10.0, publish_threshold=-50.0, graylist_threshold=-80.0)
        seen_ttl = options.pop("seen_ttl", 120)
        router = gossipsub.GossipSub([V12, V11, V10], **{"degree": 3, "degree_low": 2, "degree_high": 4, "heartbeat_initial_delay": 1, "heartbeat_interval": 1, "adaptive_gossip_enabled": False, "spam_protection_enabled": False, "eclipse_protection_enabled": False, **options})
        node = pubsub.Pubsub(host, router, seen_ttl=seen_ttl, strict_signing=False)
        async with background_trio_service(router), background_trio_service(node), trio.open_nursery() as nursery:
            await settle()
            await steps()
            nursery.cancel_scope.cancel()
    trio.run(main, clock=clock)
