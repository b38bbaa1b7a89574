import functools, time, trio, trio.testing, types
from libp2p.peer.id import ID
from libp2p.pubsub import gossipsub, pubsub, score
from libp2p.pubsub.pb import rpc_pb2
from libp2p.tools.anyio_service import background_trio_service
from libp2p.utils.varint import decode_uvarint, encode_varint_prefixed
V10, V11, V12, clock = gossipsub.PROTOCOL_ID, gossipsub.PROTOCOL_ID_V11, gossipsub.PROTOCOL_ID_V12, trio.testing.MockClock()
time.time = lambda: 1_700_000_000 + (round(trio.current_time(), 6) if trio.lowlevel.in_trio_run() else 0)
pubsub.env_to_send_in_RPC = gossipsub.env_to_send_in_RPC = lambda host: (b"", False)  # no signed records
peer_id = functools.cache(lambda number: ID(bytes([0, 36, 8, 1, 18, 32]) + bytes([number]) * 32))
message = lambda topic, n: rpc_pb2.Message(data=b"m%d" % n, topicIDs=[topic], from_id=peer_id(99).to_bytes(), seqno=bytes([255, n // 256, n % 256]))
ids = lambda numbers: [message("", n).from_id + message("", n).seqno for n in numbers]
settle, handlers, peers, Plain = trio.testing.wait_all_tasks_blocked, {}, {}, types.SimpleNamespace
class Stream(Plain):
    metric_send_channel, get_protocol, close, reset = None, lambda self: self.protocol, settle, settle
    async def write(self, data): self.peer.received += words(rpc_pb2.RPC.FromString(data[len(data) - decode_uvarint(data):]))
    async def read(self, length=None): return await self.source.receive_some(length)
class Host:
    get_network, get_id, get_peer_record, register_notifee = lambda self: self, lambda self: peer_id(0), lambda self, peer: None, lambda self, notifee: setattr(self, "notifee", notifee)
    get_peerstore, set_stream_handler = get_network, lambda self, protocol, handler: handlers.update({protocol: handler})
    get_connections = lambda self, peer=None: [peers[peer].connection] if peer in peers else []
    async def new_stream(self, peer, protocols): return Stream(muxed_conn=peers[peer].connection.muxed_conn, protocol=peers[peer].protocol, peer=peers[peer])
async def connect(number, protocol=V11, direct=False):
    peer = peers[peer_id(number)] = Plain(connection=Plain(muxed_conn=Plain(peer_id=peer_id(number), is_closed=False)), protocol=protocol, received=[])
    if direct: router.direct_peers[peer_id(number)] = Plain(peer_id=peer_id(number), addrs=[])
    peer.sink, source = trio.testing.memory_stream_one_way_pair()
    await host.notifee.connected(host, peer.connection); await settle()
    nursery.start_soon(handlers[protocol], Stream(muxed_conn=peer.connection.muxed_conn, protocol=protocol, source=source))
async def send(number, sub=(), unsub=(), msg=(), ihave=(), iwant=(), graft=(), prune=(), idontwant=()):
    control = rpc_pb2.ControlMessage(ihave=[{"topicID": t, "messageIDs": ids(i)} for t, i in ihave], iwant=[{"messageIDs": ids(i)} for i in iwant], graft=[{"topicID": t} for t in graft],
        prune=[{"topicID": t, "backoff": b} for t, b in prune], idontwant=[{"messageIDs": ids(i)} for i in idontwant])
    rpc = rpc_pb2.RPC(subscriptions=[{"topicid": t, "subscribe": t in sub} for t in [*sub, *unsub]], publish=[message(t, i) for t, i in msg], control=control if control.ByteSize() else None)
    await peers[peer_id(number)].sink.send_all(encode_varint_prefixed(rpc.SerializeToString())); await settle()
def words(rpc):
    listed = lambda name, parts: [f"{name} " + ", ".join(str(int.from_bytes(i[-2:], "big")) for i in part.messageIDs) for part in parts]
    prunes = [f"PRUNE {p.topicID}" + (f", {p.backoff} s" if p.HasField("backoff") else "") + (f", {len(p.peers)} peers" if p.peers else "") for p in rpc.control.prune]
    return prunes + [("SUBSCRIBE " if s.subscribe else "UNSUBSCRIBE ") + s.topicid for s in rpc.subscriptions] + [f"message {m.data.decode()[1:]}" for m in rpc.publish] + [
        f"GRAFT {p.topicID}" for p in rpc.control.graft] + listed("IHAVE", rpc.control.ihave) + listed("IWANT", rpc.control.iwant) + listed("IDONTWANT", rpc.control.idontwant)
async def answers(): return await settle() or {n: sorted(parts) for n in range(1, 20) if peer_id(n) in peers and (parts := [peers[peer_id(n)].received.pop() for _ in [*peers[peer_id(n)].received]])}
async def advance(seconds):
    for _ in range(round(seconds * 10)): clock.jump(round(trio.current_time() + 0.1, 1) + 1e-6 - trio.current_time()); await settle()
async def main(steps, scores, seen_ttl, options):
    global host, router, node, nursery
    scoring = lambda: score.ScoreParams(p6_appl_slack_weight=1.0, app_specific_score_fn=lambda peer: scores.get(peer, 0.0), gossip_threshold=-10.0, publish_threshold=-50.0, graylist_threshold=-80.0)
    options = {"degree": 3, "degree_low": 2, "degree_high": 4, "heartbeat_initial_delay": 1, "heartbeat_interval": 1} | ({"score_params": scoring()} if scores is not None else {}) | options
    host, router = Host(), gossipsub.GossipSub([V12, V11, V10], adaptive_gossip_enabled=False, spam_protection_enabled=False, eclipse_protection_enabled=False, **options)
    node = pubsub.Pubsub(host, router, seen_ttl=seen_ttl, strict_signing=False)
    async with background_trio_service(router), background_trio_service(node), trio.open_nursery() as nursery: await settle(); await steps(); nursery.cancel_scope.cancel()
run = lambda steps, scores=None, seen_ttl=120, **options: trio.run(main, steps, scores, seen_ttl, options, clock=clock)
