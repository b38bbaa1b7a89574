//! IHAVE and IWANT, sent and received.

use super::{Check, FullView, Property, StepContext, Verdict, braces, broken, full_view::expect_none};
use gossipsub_automaton::{
    Ihave, IhaveOutput, Input, IwantOutput, Output, OutputKind, RoutedMessage, SelectGossipMessagesOutput,
    trace_ids::{MessageId, Peer, Topic, TraceIds},
};
use std::collections::BTreeMap;

pub(super) const REQUESTED: Property = Property {
    name: "only announced ids that do not count as seen are requested",
    source: "gossipsub v1.0, Message Cache",
    quote: "the `seen` cache is used when processing an `IHAVE` message sent by another peer, so that we only request \
            messages we have not already seen before",
    except: None,
    check: Check::Answer(requested),
};

pub(super) const REQUESTED_COUNT: Property = Property {
    name: "of a peer at most max_sent_iwant_per_heartbeat ids are requested between two heartbeats",
    source: "Octez, gossipsub_intf.ml, max_sent_iwant_per_heartbeat",
    quote: "The maximum number of IWant control message ids we can send to a peer between two heartbeats.",
    except: None,
    check: Check::Answer(requested_count),
};

pub(super) const HEARD: Property = Property {
    name: "at most max_recv_ihave_per_heartbeat IHaves of a peer are looked at between two heartbeats",
    source: "gossipsub v1.1, Spam Protection Measures",
    quote: "If more `IHAVE` advertisements are received than the limit (or more messages are advertised than the \
            limit), then additional `IHAVE` messages are ignored.",
    except: None,
    check: Check::Answer(heard),
};

pub(super) const RETRANSMITTED: Property = Property {
    name: "a peer gets a message by IWant at most max_gossip_retransmission times",
    source: "gossipsub v1.1, Spam Protection Measures",
    quote: "In gossipsub v1.1 the router responds a limited number of times to each peer so that `IWANT` spam does not \
            cause a signficant drain of resources.",
    except: Some("as long as it is cached: a message that left the cache and was added again counts anew"),
    check: Check::Answer(retransmitted),
};

pub(super) const EMITTED: Property = Property {
    name: "an IHave goes to a connected peer that is not direct, with at most max_sent_iwant_per_heartbeat ids",
    source: "Octez, gossipsub_intf.ml, max_sent_iwant_per_heartbeat",
    quote: "It is also the maximum number of message ids to include in an IHave message.",
    except: None,
    check: Check::Answer(emitted),
};

pub(super) const EMITTED_OUTSIDE: Property = Property {
    name: "no IHave goes to a peer in the mesh or the fanout",
    source: "gossipsub v1.0, Gossip Emission",
    quote: "Gossip is emitted to a random selection of peers for each topic that are not already members of the topic \
            mesh",
    except: None,
    check: Check::State(emitted_outside),
};

pub(super) const EMITTED_SCORE: Property = Property {
    name: "no IHave goes to a peer whose score is below gossip_threshold",
    source: "gossipsub v1.1, Score Thresholds",
    quote: "when a peer's score drops below this threshold, no gossip is emitted towards that peer",
    except: None,
    check: Check::State(emitted_score),
};

pub(super) const LAZY: Property = Property {
    name: "gossip goes to at least degree_lazy peers, or to all candidates",
    source: "gossipsub v1.1, Adaptive Gossip Dissemination",
    quote: "we emit gossip to a percentage of our peers with a minimum of `D_lazy` peers",
    except: None,
    check: Check::State(lazy),
};

pub(super) const IGNORED: Property = Property {
    name: "gossip of a peer whose score is below gossip_threshold is ignored",
    source: "gossipsub v1.1, Score Thresholds",
    quote: "when a peer's score drops below this threshold, no gossip is emitted towards that peer and gossip from that \
            peer is ignored",
    except: Some("a peer without a score record is below no threshold"),
    check: Check::Change(ignored),
};

/// An IHave that was looked at, and the ids that are requested in return.
fn requests<'a>(step: &StepContext<'a>) -> Option<(&'a Ihave<TraceIds>, &'a [MessageId])> {
    match (step.input, step.output) {
        (Input::Ihave(ihave), Output::Ihave(IhaveOutput::MessageRequestedMessageIds { message_ids })) => {
            Some((ihave, message_ids))
        }
        _ => None,
    }
}

/// Whether each id is in one list at most as often as in the other.
fn is_part(part: &[MessageId], of: &[MessageId]) -> bool {
    let mut left: BTreeMap<MessageId, usize> = BTreeMap::new();
    for id in of {
        *left.entry(*id).or_insert(0) += 1;
    }
    part.iter().all(|id| {
        let left = left.get_mut(id).filter(|left| **left > 0);
        left.map(|left| *left -= 1).is_some()
    })
}

fn requested(step: &StepContext<'_>) -> Verdict {
    let Some((ihave, ids)) = requests(step) else { return Ok(()) };
    if ids.is_empty() {
        return Ok(());
    }
    if !is_part(ids, &ihave.message_ids) {
        return broken("the ids requested", format_args!("of the list {}", braces(&ihave.message_ids)), braces(ids));
    }
    match ids.iter().find(|id| step.history.seen.contains_key(*id)) {
        Some(seen) => broken("the ids requested", format_args!("without {seen}, which was seen"), braces(ids)),
        None => Ok(()),
    }
}

fn requested_count(step: &StepContext<'_>) -> Verdict {
    let Some((ihave, ids)) = requests(step) else { return Ok(()) };
    let before = step.history.requested.get(&ihave.peer).copied().unwrap_or(0);
    let (all, most) = (before.saturating_add(ids.len() as u64), step.limits.max_sent_iwant_per_heartbeat);
    if all > most {
        return broken("ids requested of the peer since the last heartbeat", format_args!("at most {most}"), all);
    }
    Ok(())
}

fn heard(step: &StepContext<'_>) -> Verdict {
    let (Input::Ihave(ihave), Output::Ihave(output)) = (step.input, step.output) else { return Ok(()) };
    let ignored =
        matches!(output, IhaveOutput::IhaveFromPeerWithLowScore { .. } | IhaveOutput::TooManyRecvIhaveMessages { .. });
    let most = step.limits.max_recv_ihave_per_heartbeat;
    if !ignored && step.history.heard.get(&ihave.peer).copied().unwrap_or(0) >= most {
        return broken("output", format_args!("ignored, after {most} IHaves since the last heartbeat"), output.kind());
    }
    Ok(())
}

fn retransmitted(step: &StepContext<'_>) -> Verdict {
    let (Input::Iwant(iwant), Output::Iwant(IwantOutput::OnIwantMessagesToRoute { routed_message_ids })) =
        (step.input, step.output)
    else {
        return Ok(());
    };
    let most = step.limits.max_gossip_retransmission;
    for (id, routed) in routed_message_ids {
        let sent = step.history.cached.get(id).and_then(|cached| cached.sent.get(&iwant.peer)).copied().unwrap_or(0);
        if matches!(routed, RoutedMessage::Message { .. }) && sent >= most {
            let what = format!("how often peer {} got message {id}", iwant.peer);
            return broken(what, format_args!("at most {most} times"), format_args!("{sent} times, and again"));
        }
    }
    Ok(())
}

/// The IHaves that go out.
fn ihaves<'a>(step: &StepContext<'a>) -> &'a [Ihave<TraceIds>] {
    match step.output {
        Output::SelectGossipMessages(SelectGossipMessagesOutput::GossipMessages { ihaves }) => ihaves,
        _ => &[],
    }
}

fn emitted(step: &StepContext<'_>) -> Verdict {
    let most = step.limits.max_sent_iwant_per_heartbeat;
    for ihave in ihaves(step) {
        if step.history.connected.get(&ihave.peer) != Some(&false) {
            return broken("an IHave", "to a connected peer that is not direct", format_args!("to {}", ihave.peer));
        }
        if ihave.message_ids.len() as u64 > most {
            return broken("ids of an IHave", format_args!("at most {most}"), braces(&ihave.message_ids));
        }
    }
    Ok(())
}

/// The peers that must get no gossip of a topic whose mesh or fanout they are in.
fn is_member(view: &FullView<'_>, topic: &Topic, peer: Peer) -> bool {
    let fanout = view.fanout.get(topic).map(|fanout| &fanout.peers);
    view.mesh.get(topic).into_iter().chain(fanout).any(|peers| peers.contains(&peer))
}

fn emitted_outside(step: &StepContext<'_>, view: &FullView<'_>) -> Verdict {
    let wrong = ihaves(step).iter().filter(|ihave| is_member(view, &ihave.topic, ihave.peer));
    expect_none(|| "peers of a mesh or a fanout that get an IHave for it".to_owned(), wrong.map(|ihave| ihave.peer))
}

fn emitted_score(step: &StepContext<'_>, view: &FullView<'_>) -> Verdict {
    let threshold = step.limits.gossip_threshold;
    let wrong = ihaves(step).iter().map(|ihave| ihave.peer).filter(|peer| view.score(*peer) < threshold);
    expect_none(|| format!("peers with a score below {threshold} that get an IHave"), wrong)
}

fn lazy(step: &StepContext<'_>, view: &FullView<'_>) -> Verdict {
    if !matches!(step.input, Input::SelectGossipMessages) {
        return Ok(());
    }
    let least = u64::try_from(step.limits.degree_lazy).unwrap_or(0);
    for (topic, ids) in view.gossip_ids.iter().filter(|(_, ids)| !ids.is_empty()) {
        let told = ihaves(step).iter().filter(|ihave| ihave.topic == *topic).count() as u64;
        let others = view.subscribers(topic).filter(|peer| {
            !view.is_direct(*peer)
                && !is_member(view, topic, *peer)
                && view.score(*peer) >= step.limits.gossip_threshold
        });
        let least = least.min(others.count() as u64);
        if told < least {
            let what = format!("how many peers get an IHave of {} for topic {topic}", braces(ids));
            return broken(what, format_args!("{least} or more"), told);
        }
    }
    Ok(())
}

fn ignored(step: &StepContext<'_>, before: &FullView<'_>, _: &FullView<'_>) -> Verdict {
    let (peer, expected) = match step.input {
        Input::Ihave(ihave) => (ihave.peer, OutputKind::IhaveFromPeerWithLowScore),
        Input::Iwant(iwant) => (iwant.peer, OutputKind::IwantFromPeerWithLowScore),
        _ => return Ok(()),
    };
    let low = before.scores.get(&peer).is_some_and(|score| score.value() < step.limits.gossip_threshold);
    if low && step.output.kind() != expected {
        return broken("output", expected, step.output.kind());
    }
    Ok(())
}
