"""A network in memory: what a node sees of libp2p, and the connections with its peers."""

import types

import trio
from libp2p.network.stream.exceptions import StreamEOF, StreamReset
from libp2p.peer.peerinfo import PeerInfo
from libp2p.pubsub.pb import rpc_pb2
from libp2p.utils.varint import decode_uvarint


class Stream:
    """A stream between the node and a peer, as far as pubsub uses one. The node only writes it, or only reads it."""

    metric_send_channel = None

    def __init__(self, connection, protocol, on_rpc=None):
        self.muxed_conn = connection.muxed_conn
        self.protocol = protocol
        self.on_rpc = on_rpc
        self.received = bytearray()
        self.has_changed = trio.Event()
        self.is_ended = False
        self.is_reset = False

    def get_protocol(self):
        return self.protocol

    async def write(self, data):
        self.on_rpc(decode_frame(data))

    async def read(self, length=None):
        while not self.received:
            if self.is_reset:
                raise StreamReset
            if self.is_ended:
                raise StreamEOF
            self.has_changed = trio.Event()
            await self.has_changed.wait()
        data = bytes(self.received[:length])
        del self.received[: len(data)]
        return data

    async def close(self):
        pass

    async def reset(self):
        self.is_reset = True
        self.has_changed.set()

    def push(self, data):
        """The peer writes."""
        self.received += data
        self.has_changed.set()

    def end(self):
        """The peer closes the stream."""
        self.is_ended = True
        self.has_changed.set()


def decode_frame(data):
    """The RPC behind its length. The node writes each RPC at once."""
    length = decode_uvarint(data)
    rpc = rpc_pb2.RPC()
    rpc.ParseFromString(data[len(data) - length :])
    return rpc


class Connection:
    """A connection with a peer, and the stream that the peer has opened."""

    def __init__(self, peer, protocol, on_rpc):
        self.muxed_conn = types.SimpleNamespace(peer_id=peer, is_closed=False)
        self.protocol = protocol
        self.on_rpc = on_rpc
        self.inbound = None


class Network:
    """The host, the network and the peer store that pubsub asks for, in one object."""

    def __init__(self, me, on_dial):
        self.me = me
        self.on_dial = on_dial
        self.connections = {}
        self.handlers = {}
        self.notifee = None

    # What the host has.

    def get_id(self):
        return self.me

    def get_network(self):
        return self

    def get_peerstore(self):
        return self

    def set_stream_handler(self, protocol, handler):
        self.handlers[protocol] = handler

    async def new_stream(self, peer, protocols):
        connection = self.connections[peer]
        return Stream(connection, connection.protocol, connection.on_rpc)

    async def connect(self, peer_info):
        self.on_dial(peer_info.peer_id)
        raise ConnectionRefusedError("every dial fails")

    # What the network has.

    def register_notifee(self, notifee):
        self.notifee = notifee

    def get_connections(self, peer=None):
        return [self.connections[peer]] if peer in self.connections else []

    # What the peer store has.

    def get_peer_record(self, peer):
        return None

    def add_addrs(self, peer, addresses, ttl):
        pass

    def peer_info(self, peer):
        return PeerInfo(peer, [])

    # What the driver does.

    async def open_connection(self, peer, protocol, on_rpc):
        """Connects a peer. The node is told, and opens its stream."""
        connection = Connection(peer, protocol, on_rpc)
        self.connections[peer] = connection
        await self.notifee.connected(self, connection)
        return connection

    def open_stream(self, connection):
        """The peer opens the stream on which it sends. The handler that has to run with it."""
        connection.inbound = Stream(connection, connection.protocol)
        return self.handlers[connection.protocol], connection.inbound

    async def close_connection(self, peer):
        connection = self.connections.pop(peer)
        connection.muxed_conn.is_closed = True
        connection.inbound.end()
        await self.notifee.disconnected(self, connection)
