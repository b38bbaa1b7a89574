//! Messages that come in: whom they go to.

use super::{
    Property, StepContext, Verdict, braces, broken,
    history::{MessageRecord, State},
};
use gossipsub_reference_model::libp2p::vocabulary::{
    Input, MessageId, Peer, Protocol, Topic, Validation, Verdict as ApplicationVerdict,
};
use std::collections::BTreeSet;

pub(super) const NOT_BACK: Property = Property {
    number: 6,
    name: "a message is not forwarded back to the peer that it came from",
    source: "gossipsub v1.0, In the beginning was floodsub",
    quote: "It also never forwards a message back to the source or the peer that forwarded the message.",
    except: None,
    check: not_back,
};

pub(super) const ONCE: Property = Property {
    number: 7,
    name: "a message that was seen is neither delivered nor forwarded again",
    source: "gossipsub v1.0, In the beginning was floodsub",
    quote: "There is a bit of logic, as the router maintains a timed cache of previous messages, so that seen messages are not further forwarded.",
    except: None,
    check: once,
};

pub(super) const NOT_OWN: Property = Property {
    number: 8,
    name: "an own message that comes back is neither delivered nor forwarded",
    source: "gossipsub v1.0, Message Processing",
    quote: "It will also ensure that it was not the source of the message; if the router receives a message that it published itself, it will not forward it further.",
    except: None,
    check: not_own,
};

pub(super) const TO_FLOODSUB: Property = Property {
    number: 9,
    name: "an accepted message goes to the floodsub peers of its topic",
    source: "gossipsub v1.0, Message Processing",
    quote: "First, it will forward the message to every peer in `peers.floodsub[topic]` for backwards-compatibility with [floodsub](#in-the-beginning-was-floodsub).",
    except: Some("floodsub peers below publish_threshold, and those that sent it before"),
    check: to_floodsub,
};

pub(super) const TO_MESH: Property = Property {
    number: 10,
    name: "an accepted message goes once to each member of the mesh",
    source: "gossipsub v1.0, Message Processing",
    quote: "Next, it will forward the message to every peer in its local gossipsub topic mesh, contained in `mesh[topic]`.",
    except: Some(EXCEPT_SENDERS),
    check: to_mesh,
};

pub(super) const TO_MESH_AFTER_VERDICT: Property = Property {
    number: 60,
    name: "a message that the application accepts in time goes once to each member of the mesh",
    source: "gossipsub v1.1, Extended Validators",
    quote: "Accept message; in this case the message is considered valid, and it should be delivered and forwarded to the network.",
    except: Some(EXCEPT_SENDERS),
    check: to_mesh_after_verdict,
};

const EXCEPT_SENDERS: &str = "members that sent it before or do not want it; in some implementations what the application accepts late is dropped";

pub(super) const ONLY_MESH: Property = Property {
    number: 18,
    name: "only members of the mesh, direct peers and floodsub peers are forwarded a message",
    source: "gossipsub v1.0, Topic Membership",
    quote: "Regardless of whether they came from `fanout` or `peers.gossipsub`, the router will inform the new members of `mesh[topic]` that they have been added to the mesh by sending them a [`GRAFT` control message](#graft).",
    except: None,
    check: only_mesh,
};

pub(super) const NOT_AFTER_PRUNE: Property = Property {
    number: 13,
    name: "a peer that sent a PRUNE is forwarded no message until it is grafted again",
    source: "gossipsub v1.0, Message Processing",
    quote: "On receiving a [`PRUNE(topic)` message](#prune), the router will remove the sender from `mesh[topic]`.",
    except: None,
    check: not_after_prune,
};

pub(super) const TO_DIRECT: Property = Property {
    number: 29,
    name: "an accepted message goes to the direct peers of its topic",
    source: "gossipsub v1.1, Explicit Peering Agreements",
    quote: "explicit peers exist outside the mesh: every new valid incoming message is forwarded to the direct peers, and incoming RPCs are always accepted from them.",
    except: Some("direct peers that sent it before or do not want it"),
    check: to_direct,
};

pub(super) const DIRECT_ACCEPTED: Property = Property {
    number: 28,
    name: "a new message of a direct peer is delivered, whatever its score",
    source: "gossipsub v1.1, Explicit Peering Agreements",
    quote: "incoming RPCs are always accepted from them.",
    except: None,
    check: direct_accepted,
};

pub(super) const VALIDATED_FIRST: Property = Property {
    number: 57,
    name: "a message is neither sent nor advertised before the application accepts it",
    source: "pubsub, Topic Validation",
    quote: "When propagating a message for a topic, implementations will invoke all validators attached to that topic, and will only continue propagation if, and only if all, validations pass.",
    except: None,
    check: validated_first,
};

pub(super) const DROPPED: Property = Property {
    number: 61,
    name: "a message that the application ignores or rejects is neither sent nor advertised",
    source: "gossipsub v1.1, Extended Validators",
    quote: "Ignore message; in this case the message is neither delivered nor forwarded to the network, but the router does not trigger the P₄ penalty.",
    except: None,
    check: dropped,
};

/// A message that is accepted in this step.
struct Accepted<'a> {
    topic: &'a Topic,
    id: MessageId,
    /// Who sent it before it was accepted, the source first.
    senders: Vec<Peer>,
}

/// The messages that are certainly accepted in this step, in joined topics.
fn accepted<'a>(step: &StepContext<'a>) -> Vec<Accepted<'a>> {
    let all: Vec<Accepted<'a>> = match step.input {
        Input::Rpc { peer, .. } | Input::Rpcs { peer, .. } if step.parameters.validation == Validation::Automatic => {
            let delivered = step.sent.delivered.iter().filter(|delivery| delivery.peer == *peer);
            let accepted = |topic, id| Accepted { topic, id, senders: vec![*peer] };
            delivered.map(|delivery| accepted(&delivery.topic, delivery.message_id)).collect()
        }
        Input::Validated { message_id, verdict: ApplicationVerdict::Accept } => {
            let record =
                step.history.messages.record(*message_id).filter(|record| {
                    record.state == State::Awaiting && step.history.is_cached_since_arrival(*message_id)
                });
            let senders = |record: &MessageRecord| {
                std::iter::once(record.source).chain(record.senders.iter().copied()).collect::<Vec<_>>()
            };
            let accepted = |record: &'a MessageRecord| Accepted {
                topic: &record.topic,
                id: *message_id,
                senders: senders(record),
            };
            record.map(accepted).into_iter().collect()
        }
        _ => Vec::new(),
    };
    all.into_iter().filter(|accepted| step.history.is_joined(accepted.topic)).collect()
}

/// Each accepted message goes to all peers that `to` returns, except those that sent it or may not want it.
fn goes_to(step: &StepContext<'_>, to: impl Fn(&Topic) -> BTreeSet<Peer>) -> Verdict {
    for Accepted { topic, id, senders } in accepted(step) {
        let mut expected = to(topic);
        expected.retain(|peer| !senders.contains(peer) && !step.history.may_be_unwanted(*peer, id));
        let recipients = step.recipients(topic, id);
        if !expected.is_subset(&recipients) {
            return broken(format_args!("the recipients of message {id}"), braces(expected), braces(recipients));
        }
    }
    Ok(())
}

fn not_back(step: &StepContext<'_>) -> Verdict {
    if let Some(peer) = step.sender() {
        let requested: BTreeSet<MessageId> =
            step.rpcs().iter().flat_map(|rpc| rpc.iwant.iter().flatten()).copied().collect();
        let back = step.to(peer).into_iter().flat_map(|parts| &parts.messages);
        let mut back = back.filter(|message| !requested.contains(&message.message_id));
        return match back.next() {
            Some(message) => {
                broken(format_args!("the messages to peer {peer}"), "only what it requested", message.message_id)
            }
            None => Ok(()),
        };
    }
    for (peer, message) in step.forwarded() {
        let record = step.history.messages.record(message.message_id);
        if record.is_some_and(|record| record.source == peer) {
            let what = format_args!("the recipients of message {}", message.message_id);
            return broken(what, format_args!("not peer {peer}, which sent it"), format_args!("peer {peer}"));
        }
    }
    Ok(())
}

/// No copy of the messages that `is_old` holds for is delivered or forwarded.
fn not_again(step: &StepContext<'_>, is_old: impl Fn(&MessageRecord) -> bool) -> Verdict {
    for message in step.rpcs().iter().flat_map(|rpc| &rpc.messages) {
        let id = message.message_id;
        let is_old = step.history.messages.record(id).is_some_and(&is_old)
            && step.history.messages.is_seen(id, step.now, step.parameters);
        if !is_old {
            continue;
        }
        let asked = step.sent.asked.iter().flatten();
        if step.sent.delivered.iter().chain(asked).any(|delivery| delivery.message_id == id) {
            return broken(format_args!("message {id}, which was seen"), "not delivered", "delivered");
        }
        if let Some((peer, _)) = step.forwarded().find(|(_, forwarded)| forwarded.message_id == id) {
            return broken(
                format_args!("message {id}, which was seen"),
                "not forwarded",
                format_args!("sent to peer {peer}"),
            );
        }
    }
    Ok(())
}

fn once(step: &StepContext<'_>) -> Verdict {
    not_again(step, |record| record.source != Peer::NODE)
}

fn not_own(step: &StepContext<'_>) -> Verdict {
    not_again(step, |record| record.source == Peer::NODE)
}

fn to_floodsub(step: &StepContext<'_>) -> Verdict {
    let threshold = step.history.publish_threshold();
    let is_certain = |peer: &_| {
        step.history.protocol(*peer) == Some(Protocol::Floodsub)
            && step.history.score(*peer).is_some_and(|score| score >= threshold)
    };
    goes_to(step, |topic| step.history.subscribers(topic).filter(is_certain).collect())
}

fn to_mesh(step: &StepContext<'_>) -> Verdict {
    if step.parameters.validation != Validation::Automatic {
        return Ok(());
    }
    goes_to_mesh(step)
}

fn to_mesh_after_verdict(step: &StepContext<'_>) -> Verdict {
    if step.parameters.validation != Validation::Asked {
        return Ok(());
    }
    goes_to_mesh(step)
}

fn goes_to_mesh(step: &StepContext<'_>) -> Verdict {
    goes_to(step, |topic| step.history.links(topic))?;
    for Accepted { topic, id, .. } in accepted(step) {
        for (peer, parts) in &step.sent.to {
            let copies = parts.messages.iter().filter(|sent| sent.topic == *topic && sent.message_id == id).count();
            if copies > 1 && Some(*peer) != step.sender() {
                return broken(format_args!("the copies of message {id} to peer {peer}"), 1, copies);
            }
        }
    }
    Ok(())
}

fn only_mesh(step: &StepContext<'_>) -> Verdict {
    for (peer, message) in step.forwarded() {
        let topic = &message.topic;
        let is_other = step.history.is_direct(peer) || !step.is_gossipsub(peer);
        if step.history.is_joined(topic) && !is_other && step.history.link(topic, peer).is_none() {
            let allowed = format_args!("members of the mesh {}", braces(step.history.possible_links(topic)));
            return broken(format_args!("the recipients of message {}", message.message_id), allowed, peer);
        }
    }
    Ok(())
}

fn not_after_prune(step: &StepContext<'_>) -> Verdict {
    for (peer, message) in step.forwarded() {
        let topic = &message.topic;
        let is_other = step.history.is_direct(peer) || !step.is_gossipsub(peer);
        if step.history.is_joined(topic) && !is_other && step.history.has_left(topic, peer) {
            let what = format_args!("the recipients of message {}", message.message_id);
            return broken(what, format_args!("not peer {peer}, which sent a PRUNE"), format_args!("peer {peer}"));
        }
    }
    Ok(())
}

fn to_direct(step: &StepContext<'_>) -> Verdict {
    goes_to(step, |topic| step.history.subscribers(topic).filter(|peer| step.history.is_direct(*peer)).collect())
}

fn direct_accepted(step: &StepContext<'_>) -> Verdict {
    let Some((peer, rpc)) = step.rpc().filter(|(peer, _)| step.history.is_direct(*peer)) else { return Ok(()) };
    for message in &rpc.messages {
        let (topic, id) = (&message.topic, message.message_id);
        let is_only = rpc.messages.iter().filter(|other| other.message_id == id).count() == 1;
        if !is_only || !step.history.is_joined(topic) || !step.history.messages.is_unseen(id) {
            continue;
        }
        let mut all = step.sent.delivered.iter().chain(step.sent.asked.iter().flatten());
        if !all.any(|delivery| delivery.peer == peer && delivery.message_id == id) {
            return broken(format_args!("message {id} of the direct peer {peer}"), "delivered", "not delivered");
        }
    }
    Ok(())
}

/// The messages of a state, of which nothing may be sent or advertised.
fn not_shown(step: &StepContext<'_>, is_hidden: impl Fn(&MessageRecord) -> bool) -> Verdict {
    let exempt = match step.input {
        Input::Publish { message_id, .. } | Input::Validated { message_id, verdict: ApplicationVerdict::Accept } => {
            Some(*message_id)
        }
        _ => None,
    };
    for (peer, parts) in &step.sent.to {
        let messages = parts.messages.iter().map(|message| message.message_id);
        let advertised = parts.ihave.iter().flat_map(|ihave| &ihave.message_ids).copied();
        let mut all = messages.chain(advertised).filter(|id| Some(*id) != exempt);
        let hidden =
            all.find(|id| step.history.messages.record(*id).is_some_and(|record| record.is_first && is_hidden(record)));
        if let Some(id) = hidden {
            return broken(
                format_args!("message {id}"),
                "neither sent nor advertised",
                format_args!("sent to peer {peer}"),
            );
        }
    }
    Ok(())
}

fn validated_first(step: &StepContext<'_>) -> Verdict {
    not_shown(step, |record| record.state == State::Awaiting)?;
    // The messages that come in this step.
    for delivery in step.sent.asked.iter().flatten() {
        let id = delivery.message_id;
        let recipients = step.recipients(&delivery.topic, id);
        if step.history.messages.is_unseen(id) && !recipients.is_empty() {
            return broken(format_args!("the recipients of message {id}"), "{}", braces(recipients));
        }
    }
    Ok(())
}

fn dropped(step: &StepContext<'_>) -> Verdict {
    not_shown(step, |record| record.state == State::Dropped)?;
    let Input::Validated { message_id, verdict: ApplicationVerdict::Ignore | ApplicationVerdict::Reject } = step.input
    else {
        return Ok(());
    };
    match step.forwarded().next() {
        Some((peer, _)) => {
            broken(format_args!("message {message_id}"), "not sent", format_args!("sent to peer {peer}"))
        }
        None => Ok(()),
    }
}
