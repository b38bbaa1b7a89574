"""From the numbers of the format to the ids of the implementation and back, and the same for RPCs."""

from libp2p.peer.id import ID
from libp2p.pubsub.pb import rpc_pb2

# An id of py-libp2p that is ASCII and hex digits is read as hex. The first byte of a sequence number is none of these.
SEQUENCE_START = 0xFF << 56


def public_key_id(content):
    """An identity multihash of an Ed25519 public key. Nothing is signed here: any 32 bytes do."""
    return ID(bytes([0, 36, 8, 1, 18, 32]) + content.ljust(32, b"\0"))


class Peers:
    """The peers whose number was met.

    Their ids depend on the seed: the order of a set of ids, which decides some choices, depends on the ids.
    """

    def __init__(self, seed):
        self.seed = seed
        self.numbers = {}
        self.id(0)

    def id(self, number):
        id = public_key_id(number.to_bytes(8, "little") + self.seed.to_bytes(8, "little"))
        self.numbers[id] = number
        return id

    def number(self, id):
        """The number of the peer; 0 if it has none."""
        return self.numbers.get(id, 0)


# No peer has this id.
AUTHOR = public_key_id(b"author")


class Messages:
    """Messages by number. The author is the same for all, so that the id depends on the number alone."""

    def __init__(self):
        self.numbers = {}

    def message(self, topic, number):
        seqno = (SEQUENCE_START + number).to_bytes(8, "big")
        message = rpc_pb2.Message(data=f"m{number}".encode(), topicIDs=[topic], from_id=AUTHOR.to_bytes(), seqno=seqno)
        self.numbers[message_id(message)] = number
        return message

    def id(self, number):
        return message_id(self.message("", number))

    def number(self, id):
        """The number of the message with this id; -1 if it has none."""
        return self.numbers.get(id, -1)

    def number_of(self, message):
        return self.number(message_id(message))


def message_id(message):
    return message.from_id + message.seqno


def encode(rpc, peers, messages):
    """The RPC as the peer writes it."""
    ids = lambda numbers: [messages.id(number) for number in numbers]
    encoded = rpc_pb2.RPC()
    for part in rpc.get("subscriptions", []):
        encoded.subscriptions.add(subscribe=part["subscribe"], topicid=part["topic"])
    for part in rpc.get("messages", []):
        encoded.publish.append(messages.message(part["topic"], part["message_id"]))
    control = rpc_pb2.ControlMessage()
    for part in rpc.get("ihave", []):
        control.ihave.add(topicID=part["topic"], messageIDs=ids(part["message_ids"]))
    for part in rpc.get("iwant", []):
        control.iwant.add(messageIDs=ids(part))
    for topic in rpc.get("graft", []):
        control.graft.add(topicID=topic)
    for part in rpc.get("prune", []):
        others = [rpc_pb2.PeerInfo(peerID=peers.id(number).to_bytes()) for number in part.get("peers", [])]
        control.prune.add(topicID=part["topic"], peers=others, backoff=part.get("backoff"))
    for part in rpc.get("idontwant", []):
        control.idontwant.add(messageIDs=ids(part))
    if control.ByteSize() > 0:
        encoded.control.CopyFrom(control)
    return encoded


def merge(rpcs, peers, messages):
    """All that the node has written to a peer in one step, merged."""
    numbers = lambda parts: sorted(messages.number(id) for part in parts for id in part.messageIDs)
    controls = [rpc.control for rpc in rpcs]
    ihave = {}
    for control in controls:
        for part in control.ihave:
            ihave.setdefault(part.topicID, []).append(part)
    merged = {
        "subscriptions": sorted(
            ({"topic": part.topicid, "subscribe": part.subscribe} for rpc in rpcs for part in rpc.subscriptions),
            key=lambda part: (part["topic"], part["subscribe"]),
        ),
        "messages": sorted(
            (
                {"topic": part.topicIDs[0], "message_id": messages.number_of(part)}
                for rpc in rpcs
                for part in rpc.publish
            ),
            key=lambda part: (part["topic"], part["message_id"]),
        ),
        "graft": sorted(part.topicID for control in controls for part in control.graft),
        "prune": sorted(
            (
                {
                    "topic": part.topicID,
                    "backoff": part.backoff if part.HasField("backoff") else None,
                    "peers": sorted(peers.number(ID(peer.peerID)) for peer in part.peers),
                }
                for control in controls
                for part in control.prune
            ),
            key=lambda part: (part["topic"], -1 if part["backoff"] is None else part["backoff"]),
        ),
        "ihave": [{"topic": topic, "message_ids": numbers(parts)} for topic, parts in sorted(ihave.items())],
        "iwant": numbers(part for control in controls for part in control.iwant),
        "idontwant": numbers(part for control in controls for part in control.idontwant),
    }
    return {name: parts for name, parts in merged.items() if parts}
