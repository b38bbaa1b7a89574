//! The peers that may be in a mesh and in a fanout.

use super::{Check, FullView, Property, StepContext, Verdict, broken, full_view::expect_none};
use gossipsub_automaton::{
    Input, OutputKind,
    trace_ids::{Peer, Topic},
};
use std::collections::BTreeSet;

pub(super) const NOT_DIRECT: Property = Property {
    name: "no mesh has a direct peer",
    source: "gossipsub v1.1, Explicit Peering Agreements",
    quote: "explicit peers exist outside the mesh",
    except: None,
    check: Check::State(not_direct),
};

pub(super) const CONNECTED: Property = Property {
    name: "every peer in a mesh is connected",
    source: "gossipsub v1.0, Peering State",
    quote: "`peers` is a set of ids of all known peers that support gossipsub or floodsub",
    except: None,
    check: Check::State(connected),
};

pub(super) const SUBSCRIBED: Property = Property {
    name: "every peer in a mesh subscribes to its topic",
    source: "gossipsub v1.0, gossipsub: The gossiping mesh router",
    quote: "It will then select a subset of the topic members, up to a maximum of `D`",
    except: None,
    check: Check::State(subscribed),
};

pub(super) const MESH_OR_FANOUT: Property = Property {
    name: "no topic has a mesh and a fanout",
    source: "gossipsub v1.0, Peering State",
    quote: "the `fanout` map contains topics to which we _are not_ subscribed",
    except: None,
    check: Check::State(mesh_or_fanout),
};

pub(super) const FANOUT: Property = Property {
    name: "a fanout has at most degree_optimal peers, all of them subscribed",
    source: "gossipsub v1.0, Message Processing",
    quote: "the router will choose up to `D` peers from `peers.gossipsub[topic]` and add them to `fanout[topic]`",
    except: None,
    check: Check::State(fanout),
};

pub(super) const TOPICS: Property = Property {
    name: "no peer subscribes to more than max_topics_per_peer topics",
    source: "BEHAVIOUR.md, graft (8b)",
    quote: "The peer has max_topics_per_peer other topics or more.",
    except: None,
    check: Check::State(topics),
};

pub(super) const TOPICS_FULL: Property = Property {
    name: "a subscription is ignored only of a peer with max_topics_per_peer other topics",
    source: "BEHAVIOUR.md, subscribe (1a)",
    quote: "The peer has max_topics_per_peer other topics or more.",
    except: None,
    check: Check::State(topics_full),
};

fn in_meshes(view: &FullView<'_>, what: &str, is_wrong: impl Fn(&Topic, Peer) -> bool) -> Verdict {
    for (topic, mesh) in view.mesh {
        let wrong = mesh.iter().copied().filter(|peer| is_wrong(topic, *peer));
        expect_none(|| format!("{what} in the mesh of topic {topic}"), wrong)?;
    }
    Ok(())
}

fn not_direct(_: &StepContext<'_>, view: &FullView<'_>) -> Verdict {
    in_meshes(view, "direct peers", |_, peer| view.is_direct(peer))
}

fn connected(_: &StepContext<'_>, view: &FullView<'_>) -> Verdict {
    in_meshes(view, "peers that are not connected", |_, peer| !view.connections.contains_key(&peer))
}

fn subscribed(_: &StepContext<'_>, view: &FullView<'_>) -> Verdict {
    let does = |topic: &Topic, peer| view.connections.get(&peer).is_none_or(|of| of.topics.contains(topic));
    in_meshes(view, "peers that do not subscribe", |topic, peer| !does(topic, peer))
}

fn mesh_or_fanout(_: &StepContext<'_>, view: &FullView<'_>) -> Verdict {
    match view.fanout.keys().find(|topic| view.mesh.contains_key(*topic)) {
        Some(topic) => broken(format_args!("topic {topic}"), "a mesh or a fanout", "both"),
        None => Ok(()),
    }
}

fn fanout(step: &StepContext<'_>, view: &FullView<'_>) -> Verdict {
    for (topic, fanout) in view.fanout {
        let subscribers: BTreeSet<Peer> = view.subscribers(topic).collect();
        let wrong = fanout.peers.difference(&subscribers).copied();
        expect_none(|| format!("peers that do not subscribe in the fanout of topic {topic}"), wrong)?;
        if fanout.peers.len() as u64 > step.limits.degree_optimal {
            let most = format_args!("at most {}", step.limits.degree_optimal);
            return broken(format_args!("peers in the fanout of topic {topic}"), most, fanout.peers.len());
        }
    }
    Ok(())
}

fn topics(step: &StepContext<'_>, view: &FullView<'_>) -> Verdict {
    let most = step.limits.max_topics_per_peer.unwrap_or(u64::MAX);
    let many = view.connections.iter().filter(|(_, connection)| connection.topics.len() as u64 > most);
    expect_none(|| format!("peers with more than {most} topics"), many.map(|(peer, _)| *peer))
}

fn topics_full(step: &StepContext<'_>, view: &FullView<'_>) -> Verdict {
    let (Input::Subscribe(input), OutputKind::SubscribeIgnoredTopicLimitExceeded) = (step.input, step.output.kind())
    else {
        return Ok(());
    };
    let least = step.limits.max_topics_per_peer.unwrap_or(u64::MAX);
    let topics = view.connections.get(&input.peer).into_iter().flat_map(|connection| &connection.topics);
    let others = topics.filter(|topic| **topic != input.topic).count() as u64;
    if others < least {
        return broken(format_args!("other topics of peer {}", input.peer), format_args!("{least} or more"), others);
    }
    Ok(())
}
