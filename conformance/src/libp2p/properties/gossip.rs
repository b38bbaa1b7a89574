//! IHAVE, IWANT and the cache.

use super::{
    Property, StepContext, Verdict, braces, broken,
    history::{Certainty, State},
};
use gossipsub_reference_model::libp2p::{
    dialect::IdontwantQueue,
    vocabulary::{Ihave, Input, MessageId, Peer, Topic},
};
use std::collections::BTreeSet;

/// As many RPCs with IWANT between two heartbeats are answered by every implementation.
const CERTAIN_IWANT: usize = 10;

pub(super) const REQUESTED: Property = Property {
    number: 14,
    name: "the ids of an IHAVE that were not seen are requested",
    source: "gossipsub v1.0, Message Processing",
    quote: "If the `IHAVE` message contains message IDs that have not been seen, the router will request them with an `IWANT` message.",
    except: Some(
        "up to max_ihave_messages and max_ihave_length between two heartbeats, and not below gossip_threshold",
    ),
    check: requested,
};

pub(super) const NOT_WITH_MESSAGE: Property = Property {
    number: 15,
    name: "a message that comes with its IHAVE is not requested",
    source: "gossipsub v1.0, Message Processing",
    quote: "After processing the message payload, the router will process the control messages:",
    except: None,
    check: not_with_message,
};

pub(super) const ONLY_NEW_REQUESTED: Property = Property {
    number: 16,
    name: "only ids of an IHAVE of a joined topic that were not seen are requested, each once",
    source: "gossipsub v1.0, Message Cache",
    quote: "For gossipsub in particular, the `seen` cache is used when processing an [`IHAVE` message](#ihave) sent by another peer, so that we only request messages we have not already seen before.",
    except: None,
    check: only_new_requested,
};

pub(super) const GIVEN: Property = Property {
    number: 17,
    name: "a cached message is sent to a peer that requests it",
    source: "gossipsub v1.0, Message Processing",
    quote: "On receiving an [`IWANT(ids)` message](#iwant), the router will check its [`mcache`](#message-cache) and will forward any requested messages that are present in the `mcache` to the peer who sent the `IWANT` message.",
    except: Some(
        "up to gossip_retransmission times, not to a peer that does not want it, and in js-libp2p for ten RPCs between two heartbeats and for max_ihave_length ids of an RPC; with idontwant_queue `dropped`, not if the RPC also says that the message is not wanted",
    ),
    check: given,
};

pub(super) const RECIPIENTS: Property = Property {
    number: 23,
    name: "IHAVE goes only at a heartbeat, to gossipsub peers that announced the topic and are not in its mesh",
    source: "gossipsub v1.0, Gossip Emission",
    quote: "select D peers from peers.gossipsub[topic] for each peer not in mesh[topic] or fanout[topic] emit IHAVE(mids)",
    except: None,
    check: recipients,
};

pub(super) const FANOUT_TTL: Property = Property {
    number: 25,
    name: "a topic that is not joined is not advertised longer than fanout_ttl after the last publish",
    source: "gossipsub v1.0, Fanout Maintenance",
    quote: "If we do not publish to a topic within `fanout_ttl`, the `fanout[topic]` set is discarded.",
    except: Some("in some implementations a message that is accepted after its topic was left counts as a publish"),
    check: fanout_ttl,
};

pub(super) const LAZY: Property = Property {
    number: 38,
    name: "IHAVE goes to gossip_factor of the peers outside the mesh, and to D_lazy at least",
    source: "gossipsub v1.1, Adaptive Gossip Dissemination",
    quote: "From these peers, it randomly selects gossip factor peers with a minimum of `D_lazy`, and emits gossip to the selected peers.",
    except: Some("with a max_ihave_length of 0 there are no ids to advertise"),
    check: lazy,
};

pub(super) const THRESHOLD: Property = Property {
    number: 47,
    name: "a peer below gossip_threshold gets no gossip, and its gossip is ignored",
    source: "gossipsub v1.1, Score Thresholds",
    quote: "`GossipThreshold`: when a peer's score drops below this threshold, no gossip is emitted towards that peer and gossip from that peer is ignored.",
    except: None,
    check: threshold,
};

pub(super) const GRAYLISTED: Property = Property {
    number: 50,
    name: "an RPC of a peer below graylist_threshold is not answered",
    source: "gossipsub v1.1, Score Thresholds",
    quote: "`GraylistThreshold`: when a peer's score drops below this threshold, the peer is graylisted and its RPCs are ignored.",
    except: Some("direct peers"),
    check: graylisted,
};

pub(super) const IHAVE_MESSAGES: Property = Property {
    number: 58,
    name: "no more than max_ihave_messages RPCs with IHAVE of a peer are answered between two heartbeats",
    source: "gossipsub v1.1, Spam Protection Measures",
    quote: CAPPED,
    except: None,
    check: ihave_messages,
};

pub(super) const IHAVE_LENGTH: Property = Property {
    number: 58,
    name: "no more than max_ihave_length ids are requested from a peer between two heartbeats",
    source: "gossipsub v1.1, Spam Protection Measures",
    quote: CAPPED,
    except: None,
    check: ihave_length,
};

const CAPPED: &str = "`IHAVE` messages are capped to a certain number of `IHAVE` messages and aggregate number of message IDs advertised per heartbeat, in order to reduce the exposure to floods.";

pub(super) const RETRANSMISSION: Property = Property {
    number: 59,
    name: "a message is sent to a peer on request at most gossip_retransmission times",
    source: "gossipsub v1.1, Spam Protection Measures",
    quote: "In gossipsub v1.1 the router responds a limited number of times to each peer so that `IWANT` spam does not cause a signficant drain of resources.",
    except: Some("messages that were forgotten and came again, or that came when their topic was not joined"),
    check: retransmission,
};

pub(super) const CACHE_END: Property = Property {
    number: 67,
    name: "a message is not sent on request history_length heartbeats after it was accepted",
    source: "gossipsub v1.0, Message Cache",
    quote: "`mcache.shift()`: shifts the current window, discarding messages older than the history length of the cache (`mcache_len`).",
    except: Some("messages that were forgotten and came again, or that came when their topic was not joined"),
    check: cache_end,
};

pub(super) const ONLY_RECENT_ADVERTISED: Property = Property {
    number: 68,
    name: "only messages of the topic of the last history_gossip heartbeats are advertised, each once",
    source: "gossipsub v1.0, Message Cache",
    quote: RECENT,
    except: Some(
        "messages that came when the topic was not joined, which some implementations cache; messages that were forgotten and came again",
    ),
    check: only_recent_advertised,
};

pub(super) const RECENT_ADVERTISED: Property = Property {
    number: 68,
    name: "all messages of the topic of the last history_gossip heartbeats are advertised, up to max_ihave_length",
    source: "gossipsub v1.0, Message Cache",
    quote: RECENT,
    except: Some(
        "messages that were accepted late, whose time in the cache starts when they come in some implementations; messages that were forgotten and came again",
    ),
    check: recent_advertised,
};

const RECENT: &str = "`mcache.get_gossip_ids(topic)`: retrieves the message IDs for messages in the most recent history windows, scoped to a given topic.";

/// The ids of the IHAVEs of joined topics.
fn advertised_to_us(step: &StepContext<'_>) -> BTreeSet<MessageId> {
    let all = step.rpcs().iter().flat_map(|rpc| &rpc.ihave).filter(|ihave| step.history.is_joined(&ihave.topic));
    all.flat_map(|ihave| &ihave.message_ids).copied().collect()
}

/// The ids of the messages of joined topics in the RPCs of the step.
fn arriving(step: &StepContext<'_>) -> BTreeSet<MessageId> {
    let all = step.rpcs().iter().flat_map(|rpc| &rpc.messages);
    all.filter(|message| step.history.is_joined(&message.topic)).map(|message| message.message_id).collect()
}

/// The ids that are requested from the sender.
fn requests(step: &StepContext<'_>) -> Vec<MessageId> {
    let parts = step.sender().and_then(|peer| step.to(peer));
    parts.map_or_else(Vec::new, |parts| parts.iwant.clone())
}

/// The messages that are sent to the sender on request.
fn replies(step: &StepContext<'_>) -> Vec<MessageId> {
    let parts = step.sender().and_then(|peer| step.to(peer));
    parts.into_iter().flat_map(|parts| &parts.messages).map(|message| message.message_id).collect()
}

/// The IHAVEs that are sent, each with its receiver.
fn gossip<'a>(step: &StepContext<'a>) -> impl Iterator<Item = (Peer, &'a Ihave)> {
    step.sent.to.iter().flat_map(|(peer, parts)| parts.ihave.iter().map(|ihave| (*peer, ihave)))
}

/// Whether a peer certainly scores `gossip_threshold` or more.
fn is_trusted(step: &StepContext<'_>, peer: Peer) -> bool {
    step.history.score(peer).is_some_and(|score| score >= step.history.gossip_threshold())
}

/// How many heartbeats came since this one.
fn age(step: &StepContext<'_>, heartbeats: u64) -> usize {
    usize::try_from(step.history.heartbeats.saturating_sub(heartbeats)).unwrap_or(usize::MAX)
}

/// How many heartbeats came since a message was put in the cache at the latest, if it was. A message that was forgotten
/// and came again may be in the cache twice, and is left out.
fn youngest<'a>(step: &StepContext<'a>, id: MessageId) -> Option<(usize, &'a Topic)> {
    let record = step.history.messages.record(id).filter(|record| record.is_first)?;
    let heartbeats = match record.state {
        State::Accepted(heartbeats, _) | State::Published(heartbeats) => heartbeats,
        State::Awaiting | State::Dropped => return None,
    };
    Some((age(step, heartbeats), &record.topic))
}

/// How many heartbeats came since a message came, if it was certainly put in the cache.
fn oldest<'a>(step: &StepContext<'a>, id: MessageId) -> Option<(usize, &'a Topic)> {
    let record = step.history.messages.record(id).filter(|record| record.is_first)?;
    match record.state {
        State::Accepted(_, Certainty::Certain) | State::Published(_) => {
            Some((age(step, record.arrival), &record.topic))
        }
        State::Accepted(_, Certainty::Open) | State::Awaiting | State::Dropped => None,
    }
}

fn requested(step: &StepContext<'_>) -> Verdict {
    let Some((peer, rpc)) = step.accepted_rpc().filter(|(peer, _)| is_trusted(step, *peer)) else { return Ok(()) };
    let (counts, parameters) = (step.history.counts(peer), step.parameters);
    let length = rpc.ihave.iter().map(|ihave| ihave.message_ids.len()).sum::<usize>();
    if counts.possible_ihave >= parameters.max_ihave_messages
        || counts.requested.saturating_add(length) > parameters.max_ihave_length
    {
        return Ok(());
    }
    let mut wanted = advertised_to_us(step);
    let all: BTreeSet<MessageId> = rpc.messages.iter().map(|message| message.message_id).collect();
    wanted.retain(|id| step.history.messages.is_unseen(*id) && !all.contains(id));
    let requests: BTreeSet<MessageId> = requests(step).into_iter().collect();
    if wanted.is_subset(&requests) {
        return Ok(());
    }
    broken(format_args!("IWANT to peer {peer}"), braces(wanted), braces(requests))
}

fn not_with_message(step: &StepContext<'_>) -> Verdict {
    let Some((peer, _)) = step.rpc() else { return Ok(()) };
    let arriving = arriving(step);
    match requests(step).into_iter().find(|id| arriving.contains(id)) {
        Some(id) => broken(format_args!("IWANT to peer {peer}"), "not what came with it", format_args!("message {id}")),
        None => Ok(()),
    }
}

fn only_new_requested(step: &StepContext<'_>) -> Verdict {
    let advertised = advertised_to_us(step);
    let is_wrong =
        |id: &MessageId| !advertised.contains(id) || step.history.messages.is_seen(*id, step.now, step.parameters);
    let requests = requests(step);
    if let Some(id) = requests.iter().find(|id| is_wrong(id)) {
        return broken("IWANT", "advertised ids that were not seen", format_args!("message {id}"));
    }
    let different: BTreeSet<&MessageId> = requests.iter().collect();
    if step.rpc().is_some() && different.len() < requests.len() {
        return broken("IWANT", "each id once", braces(requests));
    }
    let sender = step.sender();
    match step.sent.to.iter().find(|(peer, parts)| Some(**peer) != sender && !parts.iwant.is_empty()) {
        Some((peer, parts)) => broken(format_args!("IWANT to peer {peer}"), "none", braces(&parts.iwant)),
        None => Ok(()),
    }
}

fn given(step: &StepContext<'_>) -> Verdict {
    let Some((peer, rpc)) = step.accepted_rpc().filter(|(peer, _)| is_trusted(step, *peer)) else { return Ok(()) };
    let ids = rpc.iwant.iter().map(Vec::len).sum::<usize>();
    if step.history.counts(peer).iwant >= CERTAIN_IWANT || ids > step.parameters.max_ihave_length {
        return Ok(());
    }
    let replies: BTreeSet<MessageId> = replies(step).into_iter().collect();
    for id in rpc.iwant.iter().flatten() {
        let is_cached = youngest(step, *id).is_some_and(|(age, _)| age < step.parameters.history_length)
            && oldest(step, *id).is_some_and(|(age, _)| age < step.parameters.history_length);
        let is_allowed = step.history.messages.requests(*id, peer) < step.parameters.gossip_retransmission;
        let is_dropped = step.history.dialect().idontwant_queue == IdontwantQueue::Dropped
            && rpc.idontwant.iter().flatten().any(|unwanted| unwanted == id);
        let is_unwanted = is_dropped || step.history.may_be_unwanted(peer, *id);
        if is_cached && is_allowed && !is_unwanted && !replies.contains(id) {
            return broken(format_args!("message {id}, which peer {peer} requests"), "sent", "not sent");
        }
    }
    Ok(())
}

fn recipients(step: &StepContext<'_>) -> Verdict {
    for (peer, Ihave { topic, .. }) in gossip(step) {
        let is_member = step.history.link(topic, peer) == Some(Certainty::Certain) && !step.is_pruned(topic, peer);
        let is_grafted = step.grafted(topic).contains(&peer);
        let is_outside = step.is_gossipsub(peer) && step.history.subscription(topic, peer).is_some();
        if !matches!(step.input, Input::Heartbeat) || is_member || is_grafted || !is_outside {
            let allowed = "gossipsub peers that announced the topic and are not in its mesh, at a heartbeat";
            return broken(format_args!("IHAVE of {topic}"), allowed, format_args!("to peer {peer}"));
        }
    }
    Ok(())
}

fn fanout_ttl(step: &StepContext<'_>) -> Verdict {
    for (peer, Ihave { topic, .. }) in gossip(step) {
        let last = step.history.last_published(topic);
        let is_over = last.is_none_or(|last| last + step.parameters.fanout_ttl < step.now);
        if !step.history.is_joined(topic) && is_over {
            let allowed =
                last.map_or_else(|| "no publish, no IHAVE".into(), |last| format!("none so long after {last}"));
            return broken(format_args!("IHAVE of {topic}"), allowed, format_args!("to peer {peer}"));
        }
    }
    Ok(())
}

/// The messages of a topic that certainly are to be advertised at this heartbeat.
fn certainly_recent(step: &StepContext<'_>, topic: &Topic) -> BTreeSet<MessageId> {
    let is_recent = |of: Option<(usize, &Topic)>| {
        of.is_some_and(|(age, of)| {
            of == topic && age < step.parameters.history_gossip.min(step.parameters.history_length)
        })
    };
    step.history.messages.recent().filter(|id| is_recent(youngest(step, *id)) && is_recent(oldest(step, *id))).collect()
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the factor is between 0 and 1, and a router has far fewer than 2^52 peers"
)]
fn share(factor: f64, of: usize) -> usize {
    (factor * of as f64).floor() as usize
}

fn lazy(step: &StepContext<'_>) -> Verdict {
    if !matches!(step.input, Input::Heartbeat) || step.parameters.max_ihave_length == 0 {
        return Ok(());
    }
    for topic in step.history.joined().filter(|topic| !certainly_recent(step, topic).is_empty()) {
        let gossip_threshold = step.history.gossip_threshold();
        let candidates = step.candidates(topic, gossip_threshold);
        let is_known = candidates == step.possible_candidates(topic, gossip_threshold)
            && step.history.links(topic) == step.history.possible_links(topic);
        if !is_known {
            continue;
        }
        let stay = &step.history.links(topic) - &step.pruned(topic);
        let outside = &candidates - &(&stay | &step.grafted(topic));
        let parameters = step.parameters;
        let count = parameters.degree_lazy.max(share(parameters.gossip_factor, outside.len())).min(outside.len());
        let chosen: BTreeSet<Peer> =
            gossip(step).filter(|(_, ihave)| ihave.topic == *topic).map(|(peer, _)| peer).collect();
        if chosen.len() != count {
            let allowed = format_args!("to {count} of {}", braces(outside));
            return broken(format_args!("IHAVE of {topic}"), allowed, format_args!("to {}", braces(chosen)));
        }
    }
    Ok(())
}

fn is_below(step: &StepContext<'_>, peer: Peer, threshold: f64) -> bool {
    step.history.score(peer).is_some_and(|score| score < threshold)
}

fn threshold(step: &StepContext<'_>) -> Verdict {
    let threshold = step.history.gossip_threshold();
    for (peer, parts) in step.sent.to.iter().filter(|(peer, _)| is_below(step, **peer, threshold)) {
        let has_reply = step.sender() == Some(*peer) && !parts.messages.is_empty();
        if !parts.ihave.is_empty() || !parts.iwant.is_empty() || has_reply {
            return broken(format_args!("the gossip with peer {peer}"), "none", format_args!("{parts:?}"));
        }
    }
    Ok(())
}

fn graylisted(step: &StepContext<'_>) -> Verdict {
    let Some(peer) = step.sender().filter(|peer| !step.history.is_direct(*peer)) else { return Ok(()) };
    let sent = step.sent;
    let asked = sent.asked.iter().flatten().count();
    let is_empty = sent.to.is_empty() && sent.delivered.is_empty() && asked == 0 && sent.dial.is_empty();
    if !is_below(step, peer, step.history.graylist_threshold()) || is_empty {
        return Ok(());
    }
    broken(format_args!("the answer to the RPC of peer {peer}"), "nothing", format_args!("{sent:?}"))
}

fn ihave_messages(step: &StepContext<'_>) -> Verdict {
    let Some((peer, _)) = step.rpc() else { return Ok(()) };
    let (count, most) = (step.history.counts(peer).ihave, step.parameters.max_ihave_messages);
    let requests = requests(step);
    if count < most || requests.is_empty() {
        return Ok(());
    }
    broken(format_args!("IWANT to peer {peer} after {count} RPCs with IHAVE"), "none", braces(requests))
}

fn ihave_length(step: &StepContext<'_>) -> Verdict {
    let Some(peer) = step.sender() else { return Ok(()) };
    let all = step.history.counts(peer).requested.saturating_add(requests(step).len());
    let most = step.parameters.max_ihave_length;
    if all <= most || requests(step).is_empty() {
        return Ok(());
    }
    broken(format_args!("the ids requested from peer {peer} since the heartbeat"), format_args!("at most {most}"), all)
}

fn retransmission(step: &StepContext<'_>) -> Verdict {
    let Some(peer) = step.sender() else { return Ok(()) };
    let (replies, arriving, most) = (replies(step), arriving(step), step.parameters.gossip_retransmission);
    for id in &replies {
        let is_once = |id: MessageId| !step.history.messages.came_unjoined(id) && !arriving.contains(&id);
        let Some(record) = step.history.messages.record(*id).filter(|record| record.is_first && is_once(*id)) else {
            continue;
        };
        let now = replies.iter().filter(|other| *other == id).count();
        let all = record.replies.get(&peer).copied().unwrap_or(0).saturating_add(now);
        if all > most {
            return broken(
                format_args!("how often message {id} is sent to peer {peer}"),
                format_args!("at most {most}"),
                all,
            );
        }
    }
    Ok(())
}

fn cache_end(step: &StepContext<'_>) -> Verdict {
    let length = step.parameters.history_length;
    for id in replies(step) {
        let is_new = step.rpcs().iter().flat_map(|rpc| &rpc.messages).any(|message| message.message_id == id);
        if let Some((age, _)) = youngest(step, id).filter(|(age, _)| *age >= length)
            && !is_new
            && !step.history.messages.came_unjoined(id)
        {
            return broken(format_args!("message {id} after {age} heartbeats"), "not sent on request", "sent");
        }
    }
    Ok(())
}

fn only_recent_advertised(step: &StepContext<'_>) -> Verdict {
    for (peer, Ihave { topic, message_ids }) in gossip(step) {
        let is_recent = |id: &MessageId| {
            youngest(step, *id).is_some_and(|(age, of)| of == topic && age < step.parameters.history_gossip)
        };
        let is_open = |id: &MessageId| {
            step.history.messages.came_unjoined(*id)
                || step.history.messages.record(*id).is_some_and(|record| !record.is_first)
        };
        if let Some(id) = message_ids.iter().find(|id| !is_recent(id) && !is_open(id)) {
            let allowed = "messages of the last heartbeats";
            return broken(format_args!("IHAVE of {topic} to peer {peer}"), allowed, format_args!("message {id}"));
        }
        let different: BTreeSet<&MessageId> = message_ids.iter().collect();
        if different.len() < message_ids.len() {
            return broken(format_args!("IHAVE of {topic} to peer {peer}"), "each id once", braces(message_ids));
        }
    }
    Ok(())
}

fn recent_advertised(step: &StepContext<'_>) -> Verdict {
    for (peer, Ihave { topic, message_ids }) in gossip(step) {
        let recent = certainly_recent(step, topic);
        let advertised: BTreeSet<MessageId> = message_ids.iter().copied().collect();
        if advertised.len() < step.parameters.max_ihave_length && !recent.is_subset(&advertised) {
            return broken(format_args!("IHAVE of {topic} to peer {peer}"), braces(recent), braces(advertised));
        }
    }
    Ok(())
}
