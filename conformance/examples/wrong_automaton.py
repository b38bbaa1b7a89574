#!/usr/bin/env python3
"""A small gossipsub automaton with deliberate faults, which speaks the trace format.

An automaton under test reads a line and answers with a line. This one has connections, meshes, fanouts and seen ids.
It lacks scores, backoffs, caches and limits on counts, and the harness finds all of these faults:

    gossipsub-conformance check --implementation "python3 conformance/examples/wrong_automaton.py" --time 5
"""
import json
import random
import sys


class Automaton:
    def __init__(self, header):
        self.limits = header["limits"]
        # All random choices come from the header's seed, so that a run can be repeated.
        self.random = random.Random(header.get("seed", 0))
        self.peers, self.mesh, self.fanout, self.seen, self.ticks = {}, {}, {}, set(), 0

    def subscribed(self, topic, *but):
        return [p for p, c in sorted(self.peers.items()) if topic in c["topics"] and not c["direct"] and p not in but]

    def choose(self, candidates, count):
        return self.random.sample(candidates, min(max(count, 0), len(candidates)))

    def receivers(self, topic, peers):
        direct = [p for p, c in self.peers.items() if c["direct"] and topic in c["topics"]]
        return sorted({*peers, *direct})

    def add_peer(self, peer, direct, outbound):
        if peer in self.peers:
            return {"kind": "peer_already_known"}
        self.peers[peer] = {"topics": set(), "direct": direct, "outbound": outbound}
        return {"kind": "peer_added"}

    def remove_peer(self, peer):
        self.peers.pop(peer, None)
        for members in [*self.mesh.values(), *(f["peers"] for f in self.fanout.values())]:
            members.discard(peer)
        return {"kind": "removing_peer"}

    def subscribe(self, peer, topic):
        if peer not in self.peers:
            return {"kind": "subscribe_to_unknown_peer"}
        self.peers[peer]["topics"].add(topic)
        return {"kind": "subscribed"}

    def unsubscribe(self, peer, topic):
        if peer not in self.peers:
            return {"kind": "unsubscribe_from_unknown_peer"}
        self.peers[peer]["topics"].discard(topic)
        self.mesh.get(topic, set()).discard(peer)
        self.fanout.get(topic, {"peers": set()})["peers"].discard(peer)
        return {"kind": "unsubscribed"}

    def ihave(self, peer, topic, message_ids):
        if topic not in self.mesh:
            return {"kind": "message_topic_not_tracked"}
        return {"kind": "message_requested_message_ids", "message_ids": [i for i in message_ids if i not in self.seen]}

    def iwant(self, peer, message_ids):
        return {"kind": "on_iwant_messages_to_route", "routed_message_ids": {str(i): {"kind": "not_found"} for i in message_ids}}

    def graft(self, peer, topic):
        if topic not in self.mesh:
            return {"kind": "unsubscribed_topic"}
        if peer in self.mesh[topic]:
            return {"kind": "peer_already_in_mesh"}
        if peer not in self.peers:
            return {"kind": "unexpected_grafting_peer"}
        if self.peers[peer]["direct"]:
            return {"kind": "grafting_direct_peer"}
        self.mesh[topic].add(peer)
        self.peers[peer]["topics"].add(topic)
        return {"kind": "grafting_successfully"}

    def prune(self, peer, topic, px, backoff):
        if topic not in self.mesh:
            return {"kind": "prune_topic_not_tracked"}
        if peer not in self.mesh[topic]:
            return {"kind": "peer_not_in_mesh"}
        self.mesh[topic].discard(peer)
        peers = sorted(set(self.choose(px, self.limits["peers_to_px"])))
        return {"kind": "px", "peers": peers} if peers else {"kind": "no_px"}

    def receive_message(self, sender, topic, message_id, message):
        if topic not in self.mesh:
            return {"kind": "not_subscribed"}
        if message_id in self.seen:
            return {"kind": "already_received"}
        self.seen.add(message_id)
        return {"kind": "route_message", "to_route": self.receivers(topic, self.mesh[topic] - {sender})}

    def publish_message(self, topic, message_id, message):
        if message_id in self.seen:
            return {"kind": "already_published"}
        self.seen.add(message_id)
        peers = self.mesh.get(topic)
        if peers is None:
            if topic not in self.fanout:
                chosen = self.choose(self.subscribed(topic), self.limits["degree_optimal"])
                if chosen:
                    self.fanout[topic] = {"peers": set(chosen)}
            fanout = self.fanout.get(topic, {"peers": set()})
            if fanout["peers"]:
                fanout["last_published_time"] = self.now
            peers = fanout["peers"]
        return {"kind": "publish_message", "to_publish": self.receivers(topic, peers)}

    def join(self, topic):
        if topic in self.mesh:
            return {"kind": "already_joined"}
        keep = self.fanout.pop(topic, {"peers": set()})["peers"]
        missing = self.limits["degree_optimal"] - len(keep)
        self.mesh[topic] = keep | set(self.choose(self.subscribed(topic, *keep), missing))
        return {"kind": "joining_topic", "to_graft": sorted(self.mesh[topic])}

    def leave(self, topic):
        if topic not in self.mesh:
            return {"kind": "not_joined"}
        return {"kind": "leaving_topic", "to_prune": sorted(self.mesh.pop(topic)), "no_px_peers": []}

    def heartbeat(self):
        self.ticks += 1
        to_graft = {}
        for topic, mesh in sorted(self.mesh.items()):
            if len(mesh) < self.limits["degree_low"]:
                missing = self.limits["degree_optimal"] - len(mesh)
                for peer in self.choose(self.subscribed(topic, *mesh), missing):
                    mesh.add(peer)
                    to_graft.setdefault(str(peer), []).append(topic)
        return {"kind": "heartbeat", "to_graft": to_graft, "to_prune": {}, "no_px_peers": []}

    def set_application_score(self, peer, score):
        return {"kind": "set_application_score"}

    def select_px_peers(self, peer_to_prune, topic, no_px_peers):
        return {"kind": "px_peers", "peers": []}

    def select_gossip_messages(self):
        return {"kind": "gossip_messages", "ihaves": []}

    def answer(self, step):
        if "environment" in step:
            return {}
        self.now, fields = step["now"], dict(step["input"])
        kind = fields.pop("kind")
        answer = {"output": getattr(self, kind)(**fields)}
        if kind == "heartbeat":  # No output shows the choice of fanout peers.
            fanout = {t: {**f, "peers": sorted(f["peers"])} for t, f in self.fanout.items()}
            answer["view"] = {"heartbeat_ticks": self.ticks, "fanout": fanout}
        return answer


def main():
    automaton = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "format" in request:
                automaton = Automaton(request)
                answer = {"ready": True, "implementation": "wrong_automaton.py"}
            else:
                answer = automaton.answer(request)
        except Exception as error:  # Report a step that is not understood, and go on.
            answer = {"error": repr(error)}
        print(json.dumps(answer), flush=True)


main()
