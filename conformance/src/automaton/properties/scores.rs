//! The events that change a score, and the direction.

use super::{
    Check, FullView, Property, StepContext, Verdict, batches::applied, braces, broken, full_view::expect_none,
};
use gossipsub_automaton::{
    BatchedMessageOutput, HeartbeatOutput, Input, JoinOutput, LeaveOutput, Output, OutputKind,
    trace_ids::{Peer, Topic},
};
use std::collections::{BTreeMap, BTreeSet};

pub(super) const MISDEEDS: Property = Property {
    name: "a misdeed never raises a score",
    source: "gossipsub v1.1, Peer Scoring",
    quote: "The intention is to detect malicious or faulty behaviour and penalize the misbehaving peers with a negative \
            score.",
    except: Some("for an invalid message of a topic with a negative weight, which no limit forbids"),
    check: Check::Change(misdeeds),
};

pub(super) const REWARDS: Property = Property {
    name: "the first delivery of a message never lowers a score",
    source: "gossipsub v1.1, The Score Function",
    quote: "This is intended to reward peers who first forward a valid message.",
    except: Some("for a topic whose weight is not positive, which no limit forbids"),
    check: Check::Change(rewards),
};

pub(super) const IGNORED_MESSAGES: Property = Property {
    name: "a message that is outdated, or of unknown validity, moves no score",
    source: "gossipsub v1.1, Extended Validators",
    quote: "the message is neither delivered nor forwarded to the network, but the router does not trigger the P₄ \
            penalty",
    except: None,
    check: Check::Change(ignored_messages),
};

pub(super) const BATCHES: Property = Property {
    name: "a batch moves no score but those of the senders of its valid and invalid messages",
    source: "gossipsub v1.1, Extended Validators",
    quote: "the message is neither delivered nor forwarded to the network, but the router does not trigger the P₄ \
            penalty",
    except: None,
    check: Check::Change(batches),
};

pub(super) const ACTIVE: Property = Property {
    name: "a peer is active in the score of a topic if and only if it is in its mesh",
    source: "gossipsub v1.1, The Score Function",
    quote: "This is the time a peer has been in the mesh, capped to a small value and mixed with a small positive weight.",
    except: None,
    check: Check::State(active),
};

pub(super) const TIME: Property = Property {
    name: "between refreshes only what concerns a peer moves its score",
    source: "Octez, gossipsub_intf.ml, score_limits",
    quote: "Scores are refreshed and decayed every [score_cleanup_ticks] heartbeats",
    except: None,
    check: Check::Change(time),
};

/// The score of a peer before and after, if it has a record at both times.
fn scores(before: &FullView<'_>, after: &FullView<'_>, peer: Peer) -> Option<(f64, f64)> {
    Some((before.scores.get(&peer)?.value(), after.scores.get(&peer)?.value()))
}

fn weight(step: &StepContext<'_>, topic: &Topic) -> f64 {
    step.limits.score_limits.topics.of(topic).1
}

fn misdeeds(step: &StepContext<'_>, before: &FullView<'_>, after: &FullView<'_>) -> Verdict {
    let (peer, lowers) = match (step.input, step.output.kind()) {
        (Input::Graft(graft), OutputKind::PeerBackedOff) => (graft.peer, true),
        (Input::Ihave(ihave), OutputKind::InvalidMessageId) => (ihave.peer, weight(step, &ihave.topic) >= 0.0),
        (Input::ReceiveMessage(message), OutputKind::InvalidMessage) => {
            (message.sender, weight(step, &message.topic) >= 0.0)
        }
        _ => return Ok(()),
    };
    match scores(before, after, peer).filter(|_| lowers) {
        Some((before, after)) if after > before => {
            broken(format_args!("the score of peer {peer}"), format_args!("{before} or less"), after)
        }
        _ => Ok(()),
    }
}

fn rewards(step: &StepContext<'_>, before: &FullView<'_>, after: &FullView<'_>) -> Verdict {
    let (Input::ReceiveMessage(message), OutputKind::RouteMessage) = (step.input, step.output.kind()) else {
        return Ok(());
    };
    // A weight of 0 makes no number of an infinite reward.
    let raises = weight(step, &message.topic) > 0.0;
    match scores(before, after, message.sender).filter(|_| raises) {
        Some((before, after)) if after < before => {
            broken(format_args!("the score of peer {}", message.sender), format_args!("{before} or more"), after)
        }
        _ => Ok(()),
    }
}

fn ignored_messages(step: &StepContext<'_>, before: &FullView<'_>, after: &FullView<'_>) -> Verdict {
    if !matches!(step.output.kind(), OutputKind::UnknownValidity | OutputKind::Outdated) {
        return Ok(());
    }
    expect_none(|| "peers whose score moved".to_owned(), moved(before, after))
}

fn batches(step: &StepContext<'_>, before: &FullView<'_>, after: &FullView<'_>) -> Verdict {
    if !matches!(step.input, Input::ApplyBatch(_)) {
        return Ok(());
    }
    let is_scored = |result: &BatchedMessageOutput<_>| {
        matches!(result, BatchedMessageOutput::RouteMessage { .. } | BatchedMessageOutput::InvalidMessage)
    };
    let scored: BTreeSet<Peer> =
        applied(step).filter(|(_, result)| is_scored(result)).map(|(batched, _)| batched.sender).collect();
    let wrong = moved(before, after).filter(|peer| !scored.contains(peer));
    expect_none(|| "others whose score a batch moved".to_owned(), wrong)
}

/// The peers whose score or record is not the same.
fn moved(before: &FullView<'_>, after: &FullView<'_>) -> impl Iterator<Item = Peer> {
    let gone = before.scores.keys().filter(|peer| !after.scores.contains_key(peer));
    let other = after.scores.iter().filter(|(peer, score)| before.scores.get(peer) != Some(score));
    other.map(|(peer, _)| *peer).chain(gone.copied())
}

fn time(step: &StepContext<'_>, before: &FullView<'_>, after: &FullView<'_>) -> Verdict {
    let concerns = |peer: Peer| match (step.input, step.output) {
        (Input::AddPeer(input), _) => input.peer == peer,
        (Input::RemovePeer(input), _) => input.peer == peer,
        (Input::Unsubscribe(input), _) => input.peer == peer,
        (Input::Ihave(input), _) => input.peer == peer,
        (Input::Graft(input), _) => input.peer == peer,
        (Input::Prune(input), _) => input.peer == peer,
        (Input::ReceiveMessage(input), _) => input.sender == peer,
        (Input::SetApplicationScore(input), _) => input.peer == peer,
        (Input::ApplyBatch(input), _) => input.batch.iter().any(|batched| batched.sender == peer),
        (_, Output::Join(JoinOutput::JoiningTopic { to_graft })) => to_graft.contains(&peer),
        (_, Output::Leave(LeaveOutput::LeavingTopic { to_prune, .. })) => to_prune.contains(&peer),
        (_, Output::Heartbeat(HeartbeatOutput::Heartbeat { to_graft, to_prune, .. })) => {
            step.history.ticks.is_multiple_of(step.limits.score_cleanup_ticks)
                || to_graft.contains_key(&peer)
                || to_prune.contains_key(&peer)
        }
        _ => false,
    };
    let wrong = moved(before, after).filter(|peer| !concerns(*peer));
    expect_none(|| "others whose score moved".to_owned(), wrong)
}

/// Only of a view with score records.
fn active(_: &StepContext<'_>, after: &FullView<'_>) -> Verdict {
    let Some(records) = after.score_records else { return Ok(()) };
    let mut active: BTreeMap<&Topic, BTreeSet<Peer>> = BTreeMap::new();
    for (peer, record) in records {
        for (topic, _) in record.topics.iter().filter(|(_, counters)| !counters.mesh_status.is_inactive()) {
            active.entry(topic).or_default().insert(*peer);
        }
    }
    for topic in active.keys().copied().chain(after.mesh.keys()) {
        let none = BTreeSet::new();
        let [expected, observed] = [after.mesh.get(topic), active.get(topic)].map(|peers| peers.unwrap_or(&none));
        if expected != observed {
            return broken(
                format_args!("the peers that are active in topic {topic}"),
                braces(expected),
                braces(observed),
            );
        }
    }
    Ok(())
}
