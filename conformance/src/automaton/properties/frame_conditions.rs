//! Frame conditions: the state that an input must not change. Scores have their own file.

use super::{Check, FullView, Property, StepContext, Verdict, broken};
use gossipsub_automaton::{
    Input, LeaveOutput, Output,
    trace_ids::{Peer, Topic},
};
use std::collections::BTreeMap;

pub(super) const QUERIES: Property = Property {
    name: "a query changes nothing",
    source: "Octez, gossipsub_intf.ml, select_px_peers",
    quote: "Note that function is deterministic; however, it has side effects in that it updates the [state]'s random \
            state.",
    except: None,
    check: Check::Change(queries),
};

pub(super) const TOPICS: Property = Property {
    name: "an input about a topic leaves the meshes, fanouts and backoffs of other topics alone",
    source: "gossipsub v1.0, GRAFT",
    quote: "The `GRAFT` informs a peer that it has been added to the local router's mesh view for the included topic id.",
    except: None,
    check: Check::Change(topics),
};

pub(super) const PEERS: Property = Property {
    name: "an input about a peer leaves the connections, places, backoffs and counters of other peers alone",
    source: "gossipsub v1.0, Message Processing",
    quote: "On receiving a `PRUNE(topic)` message, the router will remove the sender from `mesh[topic]`.",
    except: None,
    check: Check::Change(peers),
};

fn queries(step: &StepContext<'_>, before: &FullView<'_>, after: &FullView<'_>) -> Verdict {
    let is_query = matches!(step.input, Input::SelectPxPeers(_) | Input::SelectGossipMessages);
    if is_query && before != after { broken("the state after a query", "the same", "another") } else { Ok(()) }
}

/// Whether two maps are the same but at some keys.
fn same_but<K: Ord, V: PartialEq>(a: &BTreeMap<K, V>, b: &BTreeMap<K, V>, but: impl Fn(&K) -> bool) -> bool {
    a.iter().filter(|(key, _)| !but(key)).eq(b.iter().filter(|(key, _)| !but(key)))
}

fn changed(what: &str) -> Verdict {
    broken(what, "the same", "another")
}

fn topics(step: &StepContext<'_>, before: &FullView<'_>, after: &FullView<'_>) -> Verdict {
    let named: Option<&Topic> = match step.input {
        Input::Subscribe(input) => Some(&input.topic),
        Input::Unsubscribe(input) => Some(&input.topic),
        Input::Ihave(input) => Some(&input.topic),
        Input::Graft(input) => Some(&input.topic),
        Input::Prune(input) => Some(&input.topic),
        Input::PublishMessage(input) => Some(&input.topic),
        Input::ReceiveMessage(input) => Some(&input.topic),
        Input::Join(input) => Some(&input.topic),
        Input::Leave(input) => Some(&input.topic),
        Input::AddPeer(_)
        | Input::Iwant(_)
        | Input::SetApplicationScore(_)
        | Input::SelectPxPeers(_)
        | Input::SelectGossipMessages
        // A batch changes no mesh, fanout or backoff.
        | Input::ApplyBatch(_) => None,
        Input::RemovePeer(_) | Input::Heartbeat => return Ok(()),
    };
    let but = |topic: &Topic| Some(topic) == named;
    if !same_but(before.mesh, after.mesh, but) {
        return changed("the meshes of other topics");
    }
    if !same_but(before.fanout, after.fanout, but) {
        return changed("the fanouts of other topics");
    }
    if !same_but(before.backoff, after.backoff, but) {
        return changed("the backoffs of other topics");
    }
    Ok(())
}

/// The peer that an input is about.
fn peer_of(step: &StepContext<'_>) -> Option<Peer> {
    Some(match step.input {
        Input::AddPeer(input) => input.peer,
        Input::RemovePeer(input) => input.peer,
        Input::Subscribe(input) => input.peer,
        Input::Unsubscribe(input) => input.peer,
        Input::Ihave(input) => input.peer,
        Input::Iwant(input) => input.peer,
        Input::Graft(input) => input.peer,
        Input::Prune(input) => input.peer,
        Input::ReceiveMessage(input) => input.sender,
        Input::SetApplicationScore(input) => input.peer,
        _ => return None,
    })
}

fn peers(step: &StepContext<'_>, before: &FullView<'_>, after: &FullView<'_>) -> Verdict {
    if matches!(step.input, Input::Heartbeat) {
        return Ok(());
    }
    let named = peer_of(step);
    let but = |peer: &Peer| Some(*peer) == named;
    if !same_but(before.connections, after.connections, but) {
        return changed("the connections of other peers");
    }
    if !same_but(before.ihave_per_heartbeat, after.ihave_per_heartbeat, but)
        || !same_but(before.iwant_per_heartbeat, after.iwant_per_heartbeat, but)
    {
        return changed("the counters of other peers");
    }
    if let Some(named) = named {
        places(before, after, named)?;
    }
    backoffs(step, before, after, but)?;
    for (id, cached) in before.message_cache {
        let still = after.message_cache.get(id).is_none_or(|after| {
            same_but(&cached.access_counters, &after.access_counters, |peer| {
                matches!(step.input, Input::Iwant(_)) && but(peer)
            })
        });
        if !still {
            return changed(&format!("how often other peers asked for message {id}"));
        }
    }
    Ok(())
}

/// That all but one are in the same meshes and fanouts as before.
fn places(before: &FullView<'_>, after: &FullView<'_>, but: Peer) -> Verdict {
    for (topic, mesh) in before.mesh {
        let others = mesh.iter().copied().filter(|peer| *peer != but);
        if !others.eq(after.in_mesh(topic).filter(|peer| *peer != but)) {
            return changed(&format!("the others in the mesh of topic {topic}"));
        }
    }
    for (topic, fanout) in before.fanout {
        let left = after.fanout.get(topic).into_iter().flat_map(|fanout| &fanout.peers);
        if !fanout.peers.iter().filter(|peer| **peer != but).eq(left.filter(|peer| **peer != but)) {
            return changed(&format!("the others in the fanout of topic {topic}"));
        }
    }
    Ok(())
}

fn backoffs(
    step: &StepContext<'_>,
    before: &FullView<'_>,
    after: &FullView<'_>,
    but: impl Fn(&Peer) -> bool,
) -> Verdict {
    let pruned = match step.output {
        Output::Leave(LeaveOutput::LeavingTopic { to_prune, .. }) => to_prune.as_slice(),
        _ => &[],
    };
    let none = BTreeMap::new();
    for topic in before.backoff.keys().chain(after.backoff.keys()) {
        let [before, after] = [before, after].map(|view| view.backoff.get(topic).unwrap_or(&none));
        if !same_but(before, after, |peer| but(peer) || pruned.contains(peer)) {
            return changed(&format!("the backoffs of other peers for topic {topic}"));
        }
    }
    Ok(())
}
