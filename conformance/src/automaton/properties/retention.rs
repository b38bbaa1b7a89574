//! Retention: how long state is kept.

use super::{Check, FullView, Property, StepContext, Verdict, braces, broken, full_view::expect_none};
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

fn retained(step: &StepContext<'_>, before: &FullView<'_>, after: &FullView<'_>) -> Verdict {
    match step.input {
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

fn is_heartbeat(step: &StepContext<'_>, every: u64) -> bool {
    matches!(step.input, Input::Heartbeat) && step.history.ticks.is_multiple_of(every)
}

fn forgotten(step: &StepContext<'_>, view: &FullView<'_>) -> Verdict {
    if !is_heartbeat(step, step.limits.score_cleanup_ticks) {
        return Ok(());
    }
    let has_expired = |removed| removed + step.limits.retain_duration <= step.now;
    let left = view.scores.keys().copied().filter(|peer| {
        !view.connections.contains_key(peer) && step.history.removed.get(peer).copied().is_none_or(has_expired)
    });
    expect_none(|| "records of peers that left".to_owned(), left)
}

fn backoffs(step: &StepContext<'_>, view: &FullView<'_>) -> Verdict {
    if !is_heartbeat(step, step.limits.backoff_cleanup_ticks) {
        return Ok(());
    }
    let slack = step.limits.heartbeat_interval.doubled();
    // The cleanup comes before the prunes.
    let is_set_since = |peer: &Peer, topic: &Topic| {
        matches!(step.output, Output::Heartbeat(HeartbeatOutput::Heartbeat { to_prune, .. })
            if to_prune.get(peer).is_some_and(|topics| topics.contains(topic)))
    };
    for (topic, entries) in view.backoff {
        let ended = entries.iter().filter(|(_, end)| end.plus_exact(slack) <= step.now.as_millis().into());
        let left = ended.map(|(peer, _)| *peer).filter(|peer| !is_set_since(peer, topic));
        expect_none(|| format!("ended backoffs of topic {topic}"), left)?;
    }
    Ok(())
}

fn counters(step: &StepContext<'_>, view: &FullView<'_>) -> Verdict {
    if !is_heartbeat(step, 1) {
        return Ok(());
    }
    let counted = view.ihave_per_heartbeat.keys().chain(view.iwant_per_heartbeat.keys());
    expect_none(|| "peers with counters after a heartbeat".to_owned(), counted.copied())
}

/// That exactly these ids are kept.
fn kept<'a>(
    what: &str,
    expected: impl Iterator<Item = &'a MessageId> + Clone,
    observed: impl Iterator<Item = &'a MessageId> + Clone,
) -> Verdict {
    if expected.clone().eq(observed.clone()) { Ok(()) } else { broken(what, braces(expected), braces(observed)) }
}

fn cached(step: &StepContext<'_>, view: &FullView<'_>) -> Verdict {
    kept("cached messages", step.history.cached.keys(), view.message_cache.keys())
}

fn seen(step: &StepContext<'_>, view: &FullView<'_>) -> Verdict {
    kept("ids that count as seen", step.history.seen.keys(), view.first_seen.keys())
}
