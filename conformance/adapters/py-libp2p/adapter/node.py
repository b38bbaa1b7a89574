"""One gossipsub node, driven step by step in virtual time."""

import math
from contextlib import asynccontextmanager

import trio
import trio.testing
from libp2p.peer.peerinfo import PeerInfo
from libp2p.pubsub import floodsub, gossipsub, pubsub, score
from libp2p.tools.anyio_service import background_trio_service
from libp2p.utils.varint import encode_varint_prefixed

import translation
from network import Network
from trace_format import InvalidLine

# Parameters that are constants in the implementation.
FIXED = {"D_lazy": 6, "gossip_factor": 0.25}

# Parameters that it has no counterpart for.
IGNORED = [
    "D_score",
    "D_out",
    "flood_publish",
    "max_ihave_length",
    "max_ihave_messages",
    "gossip_retransmission",
    "iwant_followup_time",
    "opportunistic_graft_ticks",
    "opportunistic_graft_peers",
]

PROTOCOLS = [gossipsub.PROTOCOL_ID_V12, gossipsub.PROTOCOL_ID_V11, gossipsub.PROTOCOL_ID, floodsub.PROTOCOL_ID]

# One step can span a heartbeat interval: this bounds the timers that run in one, and the slots of the message cache.
LONGEST_HEARTBEAT_INTERVAL = 3_600_000
LONGEST_HISTORY = 1_000_000

# Sums of time spans miss their timer by less than this, in seconds.
TOLERANCE = 1e-6

# RPCs carry no signed record of the sender: the node has no key.
for module in (pubsub, gossipsub, floodsub):
    module.env_to_send_in_RPC = lambda host: (b"", False)


class Unsupported(Exception):
    """The implementation has no such function: nothing has changed."""


class Crash(Exception):
    """An exception has left the implementation."""


def check_parameters(parameters):
    for name, value in FIXED.items():
        if parameters[name] != value:
            raise InvalidLine(f"{name}: this implementation has {value} only")
    if parameters["scoring"] is not None:
        check_scoring(parameters["scoring"])
    for name in ("fanout_ttl", "seen_ttl", "prune_backoff", "unsubscribe_backoff"):
        if parameters[name] % 1000 != 0:
            raise InvalidLine(f"{name}: expected whole seconds")
    if not 1 <= parameters["heartbeat_interval"] <= LONGEST_HEARTBEAT_INTERVAL:
        raise InvalidLine(f"heartbeat_interval: expected 1 to {LONGEST_HEARTBEAT_INTERVAL}")
    if parameters["history_length"] > LONGEST_HISTORY:
        raise InvalidLine(f"history_length: expected at most {LONGEST_HISTORY}")


def check_scoring(scoring):
    """Of the score of the specification, the implementation has the application's part in the same form."""
    weights = {"ip_colocation_factor_weight": scoring["ip_colocation_factor_weight"]}
    weights["behaviour_penalty_weight"] = scoring["behaviour_penalty_weight"]
    for topic, parameters in scoring["topics"].items():
        if not isinstance(parameters, dict):
            raise InvalidLine(f"scoring.topics.{topic}: expected an object")
        names = (name for name in parameters if name.endswith("_weight") and name != "topic_weight")
        weights.update({f"topics.{topic}.{name}": parameters[name] for name in names})
    for name, weight in weights.items():
        if weight != 0:
            raise InvalidLine(f"scoring.{name}: this part of the score has another form here, expected 0")


class Node:
    def __init__(self, header, clock):
        parameters = header["parameters"]
        check_parameters(parameters)
        self.clock = clock
        self.is_asking = parameters["validation"] == "asked"
        self.heartbeat_interval = parameters["heartbeat_interval"]
        self.next_heartbeat = self.heartbeat_interval
        self.now = 0
        self.peers = translation.Peers(header.get("seed", 0))
        self.messages = translation.Messages()
        self.connections = {}
        self.subscriptions = {}
        # The forwarder of each message object that the implementation has taken from a stream. The object is kept, as its
        # identity is the key.
        self.forwarders = {}
        # For each message that the application was asked about: an event, and the verdict once it is set.
        self.questions = {}
        # How often the application was asked about a message that it has not got from its subscription yet.
        self.accepted_unread = {}
        self.failure = None
        self.rpcs = {}
        self.dials = []
        self.asked = []
        self.is_scoring = parameters["scoring"] is not None
        self.application_scores = {}
        self.network = Network(self.peers.id(0), lambda peer: self.dials.append(self.peers.number(peer)))
        interval = self.heartbeat_interval / 1000
        self.router = gossipsub.GossipSub(
            PROTOCOLS,
            parameters["D"],
            parameters["D_low"],
            parameters["D_high"],
            time_to_live=parameters["fanout_ttl"] // 1000,
            gossip_window=parameters["history_gossip"],
            gossip_history=parameters["history_length"],
            heartbeat_initial_delay=interval,
            heartbeat_interval=interval,
            do_px=parameters["do_px"],
            px_peers_count=parameters["px_peers"],
            prune_back_off=parameters["prune_backoff"] // 1000,
            unsubscribe_back_off=parameters["unsubscribe_backoff"] // 1000,
            score_params=self.score_parameters(parameters["scoring"]),
            # These change parameters while the node runs, or add rules that the specification does not have.
            adaptive_gossip_enabled=False,
            spam_protection_enabled=False,
            eclipse_protection_enabled=False,
        )
        self.router.graft_flood_threshold = parameters["graft_flood_threshold"] / 1000
        # The specification limits no validator: a verdict counts whenever it comes.
        self.pubsub = pubsub.Pubsub(
            self.network,
            self.router,
            seen_ttl=parameters["seen_ttl"] // 1000,
            strict_signing=False,
            validation_timeout=math.inf,
        )
        # Its sweeper is a thread in real time; `sweep_seen_messages` does the same in virtual time.
        self.pubsub.seen_messages.stop()
        self.push_message = self.pubsub.push_msg
        self.pubsub.push_msg = self.observe_message

    def score_parameters(self, scoring):
        if scoring is None:
            return None
        thresholds = scoring["thresholds"]
        return score.ScoreParams(
            p6_appl_slack_weight=scoring["app_specific_weight"],
            app_specific_score_fn=lambda id: self.application_scores.get(self.peers.number(id), 0.0),
            publish_threshold=thresholds["publish"],
            gossip_threshold=thresholds["gossip"],
            graylist_threshold=thresholds["graylist"],
            accept_px_threshold=thresholds["accept_px"],
        )

    @asynccontextmanager
    async def running(self):
        """Runs the services of the implementation. An exception in one of them leaves this context."""
        async with background_trio_service(self.router), background_trio_service(self.pubsub):
            async with trio.open_nursery() as nursery:
                self.nursery = nursery
                nursery.start_soon(self.sweep_seen_messages)
                await self.settle()
                yield
                nursery.cancel_scope.cancel()

    async def sweep_seen_messages(self):
        cache = self.pubsub.seen_messages
        while True:
            await trio.sleep(cache.sweep_interval)
            cache._sweep()

    async def observe_message(self, forwarder, message):
        self.forwarders[id(message)] = (message, self.peers.number(forwarder))
        await self.push_message(forwarder, message)

    async def run_stream_handler(self, handler, stream):
        try:
            await handler(stream)
        except Exception as error:
            # In a real host this ends the connection's task, and with it the swarm.
            self.failure = self.failure or error

    async def validate(self, forwarder, message):
        """The validator of every topic that the node joins: it asks the application."""
        if forwarder == self.network.me:
            return True
        number = self.messages.number_of(message)
        self.asked.append(self.delivery(forwarder, message.topicIDs[0], message))
        question = self.questions.setdefault(number, (trio.Event(), []))
        await question[0].wait()
        if question[1][0]:
            self.accepted_unread[number] = self.accepted_unread.get(number, 0) + 1
        return question[1][0]

    def delivery(self, forwarder, topic, message):
        peer = forwarder if type(forwarder) is int else self.peers.number(forwarder)
        return {"peer": peer, "topic": topic, "message_id": self.messages.number_of(message)}

    async def settle(self):
        """Lets everything run that waits for no timer."""
        await trio.testing.wait_all_tasks_blocked()

    async def advance_to(self, milliseconds):
        """Moves the clock, from one timer to the next as a real clock would."""
        end = milliseconds / 1000
        while True:
            deadline = self.clock.now + trio.lowlevel.current_statistics().seconds_to_next_deadline
            if deadline > end + TOLERANCE:
                break
            self.clock.now = max(self.clock.now, deadline)
            await self.settle()
        self.clock.now = max(self.clock.now, end)

    async def step(self, step):
        """Runs a step that was checked against the format."""
        now, input = step["now"], step["input"]
        self.check_time(now, input)
        self.check_input(input)
        self.now = now
        if input["kind"] == "heartbeat":
            self.next_heartbeat += self.heartbeat_interval
        await self.advance_to(now)
        await self.run_input(input)
        await self.settle()
        delivered = self.take_deliveries()
        if self.failure is not None:
            raise Crash from self.failure
        return {"output": self.take_output(delivered), "view": self.view()}

    def check_time(self, now, input):
        if input["kind"] == "heartbeat":
            if now != self.next_heartbeat:
                raise InvalidLine(f"now: the next heartbeat is at {self.next_heartbeat}, found {now}")
        elif now < self.now:
            raise InvalidLine(f"now: expected {self.now} or later, found {now}")
        elif now >= self.next_heartbeat:
            raise InvalidLine(f"now: a heartbeat is due at {self.next_heartbeat}, found {now}")

    def check_input(self, input):
        kind, peer = input["kind"], input.get("peer")
        if kind == "connect":
            if peer == 0:
                raise InvalidLine("peer 0 is the node itself")
            if peer in self.connections:
                raise InvalidLine(f"peer {peer} is connected already")
            if input["protocol"] not in PROTOCOLS:
                raise Unsupported(f"protocol {input['protocol']}")
        elif kind in ("disconnect", "rpc", "rpcs"):
            if peer not in self.connections:
                raise InvalidLine(f"peer {peer} is not connected")
        elif kind == "validated":
            if not self.is_asking:
                raise Unsupported("validation is automatic")
            if input["message_id"] not in self.questions:
                raise InvalidLine(f"message {input['message_id']} was not asked about")
            if input["verdict"] == "ignore":
                raise Unsupported("a validator answers yes or no")
        elif kind == "set_application_score" and not self.is_scoring:
            raise Unsupported("scoring is off")

    async def run_input(self, input):
        match input["kind"]:
            case "connect":
                await self.connect(input["peer"], input["direct"], input["protocol"])
            case "disconnect":
                del self.connections[input["peer"]]
                await self.network.close_connection(self.peers.id(input["peer"]))
            case "rpc":
                await self.send(input["peer"], [input["rpc"]])
            case "rpcs":
                await self.send(input["peer"], input["rpcs"])
            case "join":
                if self.is_asking:
                    self.pubsub.set_topic_validator(input["topic"], self.validate, True)
                self.subscriptions[input["topic"]] = await self.pubsub.subscribe(input["topic"])
            case "leave":
                await self.pubsub.unsubscribe(input["topic"])
                self.subscriptions.pop(input["topic"], None)
            case "publish":
                # `publish` makes a message and calls this. It would number the messages itself, and make us their author.
                message = self.messages.message(input["topic"], input["message_id"])
                # Not awaited: it may wait for a free validator.
                self.nursery.start_soon(self.pubsub.push_msg, self.network.me, message)
            case "set_application_score":
                self.application_scores[input["peer"]] = input["score"]
            case "validated":
                event, verdict = self.questions.pop(input["message_id"])
                verdict.append(input["verdict"] == "accept")
                event.set()

    async def connect(self, peer, direct, protocol):
        id = self.peers.id(peer)
        if direct:
            self.router.direct_peers[id] = PeerInfo(id, [])
        else:
            self.router.direct_peers.pop(id, None)
        on_rpc = lambda rpc: self.rpcs.setdefault(peer, []).append(rpc)
        self.connections[peer] = await self.network.open_connection(id, protocol, on_rpc)
        await self.settle()
        self.open_stream(self.connections[peer])
        await self.settle()

    def open_stream(self, connection):
        self.nursery.start_soon(self.run_stream_handler, *self.network.open_stream(connection))

    async def send(self, peer, rpcs):
        connection = self.connections[peer]
        if connection.inbound.is_reset:
            # The node resets a stream on which an RPC is too large. The peer opens a new one.
            self.open_stream(connection)
        for rpc in rpcs:
            encoded = translation.encode(rpc, self.peers, self.messages)
            connection.inbound.push(encode_varint_prefixed(encoded.SerializeToString()))

    def take_deliveries(self):
        """What the application reads from its subscriptions."""
        deliveries = []
        for topic, subscription in self.subscriptions.items():
            while True:
                try:
                    message = subscription.receive_channel.receive_nowait()
                except (trio.WouldBlock, trio.EndOfChannel):
                    break
                number = self.messages.number_of(message)
                if self.accepted_unread.get(number, 0) > 0:
                    # The application has it since it was asked.
                    self.accepted_unread[number] -= 1
                    continue
                _, forwarder = self.forwarders[id(message)]
                deliveries.append(self.delivery(forwarder, topic, message))
        return deliveries

    def take_output(self, delivered):
        order = lambda delivery: (delivery["peer"], delivery["topic"], delivery["message_id"])
        merged = {peer: translation.merge(self.rpcs[peer], self.peers, self.messages) for peer in sorted(self.rpcs)}
        output = {
            "kind": "sent",
            "to": {str(peer): parts for peer, parts in merged.items() if parts},
            "delivered": sorted(delivered, key=order),
            "dial": sorted({peer for peer in self.dials if peer not in self.connections}),
        }
        if self.is_asking:
            output["asked"] = sorted(self.asked, key=order)
        self.rpcs, self.dials, self.asked = {}, [], []
        return output

    def view(self):
        sets = lambda peers_by_topic: {
            topic: sorted(map(self.peers.number, ids)) for topic, ids in sorted(peers_by_topic.items())
        }
        return {
            "mesh": sets(self.router.mesh),
            "fanout": sets(self.router.fanout),
            "subscribed": sets(self.pubsub.peer_topics),
        }
