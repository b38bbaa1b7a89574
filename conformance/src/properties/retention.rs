//! What is kept, for how long, and that it goes in the end.

use super::{Asked, Check, Property, Verdict, Whole, braces, broken, whole::nobody};
use gossipsub_automaton::{
    HeartbeatOutput, Input, Output,
    trace_ids::{MessageId, Peer, Topic},
};

pub(super) const RETAINED: Property = Property {
    name: "a negative score outlives the connection",
    source: "gossipsub v1.1, Peer Scoring",
    quote: "the score is retained for some period of time when a peer disconnects, so that malicious peers cannot \
            easily reset their score when it drops to negative",
    except: Some("a positive score is not retained"),
    check: Check::Change(retained),
};

pub(super) const FORGOTTEN: Property = Property {
    name: "after retain_duration the next refresh drops the record of a disconnected peer",
    source: "gossipsub v1.1, Overview of New Parameters",
    quote: "Time to remember peer scores after a peer disconnects.",
    except: Some("removing a peer that is not connected begins the time anew (Q2)"),
    check: Check::State(forgotten),
};

pub(super) const BACKOFFS: Property = Property {
    name: "a cleanup drops every backoff that ended two heartbeat intervals ago",
    source: "Octez, gossipsub_intf.ml, backoff_cleanup_ticks",
    quote: "The number of heartbeat ticks setting the frequency at which the backoffs are checked and potentially \
            cleared.",
    except: Some("where prune_backoff and heartbeat_interval are 0, a backoff that the same heartbeat sets has ended"),
    check: Check::State(backoffs),
};

pub(super) const COUNTERS: Property = Property {
    name: "a heartbeat resets the counters of IHaves and of requested ids",
    source: "Octez, gossipsub_intf.ml, max_recv_ihave_per_heartbeat",
    quote: "The maximum number of IHave control messages we can receive from a peer between two heartbeats.",
    except: None,
    check: Check::State(counters),
};

pub(super) const CACHED: Property = Property {
    name: "a message is cached for history_length heartbeats, and no longer",
    source: "Octez, gossipsub_intf.ml, history_length",
    quote: "The message cache will remember messages for [history_length] heartbeats.",
    except: None,
    check: Check::State(cached),
};

pub(super) const SEEN: Property = Property {
    name: "a message id counts as seen for seen_history_length heartbeats, and no longer",
    source: "Octez, gossipsub_intf.ml, seen_history_length",
    quote: "The seen messages cache will remember messages for [seen_history_length] heartbeats.",
    except: None,
    check: Check::State(seen),
};

fn retained(asked: &Asked<'_>, before: &Whole<'_>, after: &Whole<'_>) -> Verdict {
    match asked.input {
        Input::RemovePeer(input) if before.score(input.peer) < 0.0 && !after.scores.contains_key(&input.peer) => {
            broken(format_args!("the record of peer {}", input.peer), "retained", "none")
        }
        Input::AddPeer(input) => match (before.scores.get(&input.peer), after.scores.get(&input.peer)) {
            (Some(before), after) if after != Some(before) => {
                let observed = after.map_or_else(|| "none".to_owned(), ToString::to_string);
                broken(format_args!("the score of peer {}", input.peer), before, observed)
            }
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

fn is_heartbeat(asked: &Asked<'_>, every: u64) -> bool {
    matches!(asked.input, Input::Heartbeat) && asked.known.ticks.is_multiple_of(every)
}

fn forgotten(asked: &Asked<'_>, view: &Whole<'_>) -> Verdict {
    if !is_heartbeat(asked, asked.limits.score_cleanup_ticks) {
        return Ok(());
    }
    let has_expired = |removed| removed + asked.limits.retain_duration <= asked.now;
    let left = view.scores.keys().copied().filter(|peer| {
        !view.connections.contains_key(peer) && asked.known.removed.get(peer).copied().is_none_or(has_expired)
    });
    nobody(|| "records of peers that left".to_owned(), left)
}

fn backoffs(asked: &Asked<'_>, view: &Whole<'_>) -> Verdict {
    if !is_heartbeat(asked, asked.limits.backoff_cleanup_ticks) {
        return Ok(());
    }
    let slack = asked.limits.heartbeat_interval.doubled();
    // The cleanup comes before the prunes.
    let is_set_since = |peer: &Peer, topic: &Topic| {
        matches!(asked.output, Output::Heartbeat(HeartbeatOutput::Heartbeat { to_prune, .. })
            if to_prune.get(peer).is_some_and(|topics| topics.contains(topic)))
    };
    for (topic, entries) in view.backoff {
        let ended = entries.iter().filter(|(_, end)| end.plus_exact(slack) <= asked.now.as_millis().into());
        let left = ended.map(|(peer, _)| *peer).filter(|peer| !is_set_since(peer, topic));
        nobody(|| format!("ended backoffs of topic {topic}"), left)?;
    }
    Ok(())
}

fn counters(asked: &Asked<'_>, view: &Whole<'_>) -> Verdict {
    if !is_heartbeat(asked, 1) {
        return Ok(());
    }
    let counted = view.ihave_per_heartbeat.keys().chain(view.iwant_per_heartbeat.keys());
    nobody(|| "peers with counters after a heartbeat".to_owned(), counted.copied())
}

/// That exactly these ids are kept.
fn kept<'a>(
    what: &str,
    expected: impl Iterator<Item = &'a MessageId> + Clone,
    observed: impl Iterator<Item = &'a MessageId> + Clone,
) -> Verdict {
    if expected.clone().eq(observed.clone()) { Ok(()) } else { broken(what, braces(expected), braces(observed)) }
}

fn cached(asked: &Asked<'_>, view: &Whole<'_>) -> Verdict {
    kept("cached messages", asked.known.cached.keys(), view.message_cache.keys())
}

fn seen(asked: &Asked<'_>, view: &Whole<'_>) -> Verdict {
    kept("ids that count as seen", asked.known.seen.keys(), view.first_seen.keys())
}
