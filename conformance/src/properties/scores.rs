//! What moves a score, and where to.

use super::{Asked, Check, Property, Verdict, Whole, broken, whole::nobody};
use gossipsub_automaton::{
    HeartbeatOutput, Input, JoinOutput, LeaveOutput, Output, OutputKind,
    trace_ids::{Peer, Topic},
};

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
    name: "a message of unknown validity moves no score",
    source: "gossipsub v1.1, Extended Validators",
    quote: "the message is neither delivered nor forwarded to the network, but the router does not trigger the P₄ \
            penalty",
    except: None,
    check: Check::Change(ignored_messages),
};

pub(super) const TIME: Property = Property {
    name: "between refreshes only what concerns a peer moves its score",
    source: "Octez, gossipsub_intf.ml, score_limits",
    quote: "Scores are refreshed and decayed every [score_cleanup_ticks] heartbeats",
    except: None,
    check: Check::Change(time),
};

/// The score of a peer before and after, where it has a record at both times.
fn scores(before: &Whole<'_>, after: &Whole<'_>, peer: Peer) -> Option<(f64, f64)> {
    Some((before.scores.get(&peer)?.value(), after.scores.get(&peer)?.value()))
}

fn weight(asked: &Asked<'_>, topic: &Topic) -> f64 {
    asked.limits.score_limits.topics.of(topic).1
}

fn misdeeds(asked: &Asked<'_>, before: &Whole<'_>, after: &Whole<'_>) -> Verdict {
    let (peer, lowers) = match (asked.input, asked.output.kind()) {
        (Input::Graft(graft), OutputKind::PeerBackedOff) => (graft.peer, true),
        (Input::Ihave(ihave), OutputKind::InvalidMessageId) => (ihave.peer, weight(asked, &ihave.topic) >= 0.0),
        (Input::ReceiveMessage(message), OutputKind::InvalidMessage) => {
            (message.sender, weight(asked, &message.topic) >= 0.0)
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

fn rewards(asked: &Asked<'_>, before: &Whole<'_>, after: &Whole<'_>) -> Verdict {
    let (Input::ReceiveMessage(message), OutputKind::RouteMessage) = (asked.input, asked.output.kind()) else {
        return Ok(());
    };
    // A weight of 0 makes no number of an infinite reward.
    let raises = weight(asked, &message.topic) > 0.0;
    match scores(before, after, message.sender).filter(|_| raises) {
        Some((before, after)) if after < before => {
            broken(format_args!("the score of peer {}", message.sender), format_args!("{before} or more"), after)
        }
        _ => Ok(()),
    }
}

fn ignored_messages(asked: &Asked<'_>, before: &Whole<'_>, after: &Whole<'_>) -> Verdict {
    if asked.output.kind() != OutputKind::UnknownValidity {
        return Ok(());
    }
    nobody(|| "peers whose score moved".to_owned(), moved(before, after))
}

/// The peers whose score or record is not the same.
fn moved(before: &Whole<'_>, after: &Whole<'_>) -> impl Iterator<Item = Peer> {
    let gone = before.scores.keys().filter(|peer| !after.scores.contains_key(peer));
    let other = after.scores.iter().filter(|(peer, score)| before.scores.get(peer) != Some(score));
    other.map(|(peer, _)| *peer).chain(gone.copied())
}

fn time(asked: &Asked<'_>, before: &Whole<'_>, after: &Whole<'_>) -> Verdict {
    let concerns = |peer: Peer| match (asked.input, asked.output) {
        (Input::AddPeer(input), _) => input.peer == peer,
        (Input::RemovePeer(input), _) => input.peer == peer,
        (Input::Unsubscribe(input), _) => input.peer == peer,
        (Input::Ihave(input), _) => input.peer == peer,
        (Input::Graft(input), _) => input.peer == peer,
        (Input::Prune(input), _) => input.peer == peer,
        (Input::ReceiveMessage(input), _) => input.sender == peer,
        (Input::SetApplicationScore(input), _) => input.peer == peer,
        (_, Output::Join(JoinOutput::JoiningTopic { to_graft })) => to_graft.contains(&peer),
        (_, Output::Leave(LeaveOutput::LeavingTopic { to_prune, .. })) => to_prune.contains(&peer),
        (_, Output::Heartbeat(HeartbeatOutput::Heartbeat { to_graft, to_prune, .. })) => {
            asked.known.ticks.is_multiple_of(asked.limits.score_cleanup_ticks)
                || to_graft.contains_key(&peer)
                || to_prune.contains_key(&peer)
        }
        _ => false,
    };
    let wrong = moved(before, after).filter(|peer| !concerns(*peer));
    nobody(|| "others whose score moved".to_owned(), wrong)
}
