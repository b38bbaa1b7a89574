//! Topics and announcements.

use super::{Property, StepContext, Verdict, braces, broken, history::Certainty, peer_exchange::exchange_dials};
use gossipsub_reference_model::libp2p::vocabulary::{Input, Parts, Subscription};
use std::collections::BTreeSet;

pub(super) const JOIN_DEGREE: Property = Property {
    number: 1,
    name: "a join grafts at most D peers, which announced the topic",
    source: "gossipsub v1.0, gossipsub: The gossiping mesh router",
    quote: "It will then select a subset of the topic members, up to a maximum of `D`, which is a configurable [parameter](#parameters) representing the desired degree of the network.",
    except: Some("a member of the fanout that has left the topic since the last heartbeat may be grafted"),
    check: join_degree,
};

pub(super) const JOIN_FILLS: Property = Property {
    number: 2,
    name: "a join grafts D peers if there are as many, and only gossipsub peers that are not direct and score 0 or more",
    source: "gossipsub v1.0, Topic Membership",
    quote: "If the topic is not in the `fanout` map, or if `fanout[topic]` contains fewer than `D` peers, the router will attempt to fill `mesh[topic]` with peers from `peers.gossipsub[topic]` which is the set of all gossipsub-capable peers it is aware of that are members of the topic.",
    except: None,
    check: join_fills,
};

pub(super) const HELLO: Property = Property {
    number: 4,
    name: "a new peer gets the announcements of all joined topics, and nothing else happens",
    source: "gossipsub v1.0, Ambient Peer Discovery",
    quote: "Whenever a new peer is connected, the gossipsub implementation checks to see if the peer implements floodsub and/or gossipsub, and if so, it sends it a hello packet that announces the topics that it is currently subscribing to.",
    except: Some("with direct_dial `300 heartbeats, and at 900 ms`, direct peers are dialled, too"),
    check: hello,
};

pub(super) const ANNOUNCED: Property = Property {
    number: 11,
    name: "joining or leaving a topic is announced to every peer, and nothing is announced otherwise",
    source: "gossipsub v1.0, Topic Membership",
    quote: "These announcements are sent to all known pubsub-capable peers, regardless of whether we currently have any topics in common.",
    except: None,
    check: announced,
};

pub(super) const LEAVE_PRUNES: Property = Property {
    number: 21,
    name: "leaving a topic prunes exactly the members of its mesh",
    source: "gossipsub v1.0, Topic Membership",
    quote: "The router will inform the peers in `mesh[topic]` by sending them a [`PRUNE` control message](#prune), so that they can remove the link from their own topic mesh.",
    except: None,
    check: leave_prunes,
};

fn join_degree(step: &StepContext<'_>) -> Verdict {
    let Input::Join { topic } = step.input else { return Ok(()) };
    let grafted = step.grafted(topic);
    if grafted.len() > step.parameters.degree || grafted.iter().any(|peer| !step.history.has_announced(topic, *peer)) {
        let allowed = format_args!("at most {} peers that announced the topic", step.parameters.degree);
        return broken("the grafted peers", allowed, braces(grafted));
    }
    Ok(())
}

fn join_fills(step: &StepContext<'_>) -> Verdict {
    let Input::Join { topic } = step.input else { return Ok(()) };
    if step.history.is_joined(topic) {
        return Ok(());
    }
    let grafted = step.grafted(topic);
    let is_wrong = |peer: &_| {
        !step.is_gossipsub(*peer)
            || step.history.is_direct(*peer)
            || step.history.score(*peer).is_some_and(|score| score < 0.0)
    };
    if let Some(peer) = grafted.iter().find(|peer| is_wrong(peer)) {
        return broken("the grafted peers", "gossipsub peers that are not direct and score 0 or more", peer);
    }
    let mut candidates = step.candidates(topic, 0.0);
    candidates.retain(|peer| step.history.possible_backoff(topic, *peer).is_none());
    let fewest = candidates.len().min(step.parameters.degree);
    if grafted.len() < fewest {
        return broken("the number of grafted peers", format_args!("at least {fewest}"), grafted.len());
    }
    Ok(())
}

fn hello(step: &StepContext<'_>) -> Verdict {
    let Input::Connect { peer, .. } = step.input else { return Ok(()) };
    if step.history.is_connected(*peer) {
        return Ok(());
    }
    let announcement = |topic: &_| Subscription { topic: Clone::clone(topic), subscribe: true };
    let hello = Parts { subscriptions: step.history.joined().map(announcement).collect(), ..Parts::default() };
    let is_alone = step.sent.to.keys().all(|to| to == peer)
        && step.sent.delivered.is_empty()
        && exchange_dials(step, &BTreeSet::new()).is_empty();
    if !is_alone || step.to(*peer).cloned().unwrap_or_default() != hello {
        return broken("the answer", format_args!("{hello:?} to peer {peer}"), format_args!("{:?}", step.sent));
    }
    Ok(())
}

fn announced(step: &StepContext<'_>) -> Verdict {
    let announcement = match step.input {
        Input::Connect { .. } => return Ok(()),
        Input::Join { topic } if !step.history.is_joined(topic) => Some((topic, true)),
        Input::Leave { topic } if step.history.is_joined(topic) => Some((topic, false)),
        _ => None,
    };
    let announcement = announcement.map(|(topic, subscribe)| Subscription { topic: topic.clone(), subscribe });
    let expected = announcement.as_slice();
    let to_all = step.history.connected().chain(step.sent.to.keys().copied());
    for peer in to_all {
        let observed = step.to(peer).map_or(&[][..], |parts| &parts.subscriptions);
        if observed != expected {
            let what = format_args!("the announcements to peer {peer}");
            return broken(what, format_args!("{expected:?}"), format_args!("{observed:?}"));
        }
    }
    Ok(())
}

fn leave_prunes(step: &StepContext<'_>) -> Verdict {
    let Input::Leave { topic } = step.input else { return Ok(()) };
    let pruned = step.pruned(topic);
    let is_once = |peer: &_| {
        step.to(*peer).is_some_and(|parts| parts.prune.iter().filter(|prune| prune.topic == *topic).count() == 1)
    };
    let all = &step.history.links(topic) | &pruned;
    let is_right = |peer: &_| match step.history.link(topic, *peer) {
        Some(Certainty::Certain) => is_once(peer),
        Some(Certainty::Open) => true,
        None => false,
    };
    match all.iter().find(|peer| !is_right(peer)) {
        Some(_) => broken("the pruned peers", braces(step.history.links(topic)), braces(pruned)),
        None => Ok(()),
    }
}
