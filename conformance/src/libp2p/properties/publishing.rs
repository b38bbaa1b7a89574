//! Own messages: whom they go to.

use super::{Property, StepContext, Verdict, braces, broken};
use gossipsub_reference_model::libp2p::{
    dialect::PublishExtra,
    vocabulary::{Input, MessageId, Peer, Topic},
};
use std::collections::BTreeSet;

pub(super) const NO_FANOUT_OF_JOINED: Property = Property {
    number: 3,
    name: "an own message in a joined topic with an empty mesh goes to direct and floodsub peers alone",
    source: "gossipsub v1.0, Peering State",
    quote: "`fanout`, like `mesh`, is a map of topics to a set of peers, however, the `fanout` map contains topics to which we _are not_ subscribed.",
    except: Some("not checked with publish_extra `up to D`, with which other peers are chosen for each message"),
    check: no_fanout_of_joined,
};

pub(super) const TO_MESH: Property = Property {
    number: 19,
    name: "an own message in a joined topic goes to each member of the mesh",
    source: "gossipsub v1.0, Message Processing",
    quote: "If the router is subscribed to the topic, it will send the message to all peers in `mesh[topic]`.",
    except: Some(
        "not to members below publish_threshold, nor to those that do not want it; flood_publish is another case",
    ),
    check: to_mesh,
};

pub(super) const FANOUT_DEGREE: Property = Property {
    number: 20,
    name: "an own message in a topic that is not joined goes to at most D peers that are neither direct nor floodsub peers",
    source: "gossipsub v1.0, Message Processing",
    quote: FANOUT,
    except: None,
    check: fanout_degree,
};

pub(super) const FANOUT_FILLS: Property = Property {
    number: 20,
    name: "the first own message in a topic that is not joined goes to D peers if there are as many",
    source: "gossipsub v1.0, Message Processing",
    quote: FANOUT,
    except: Some("direct peers may be members of the fanout; the publish of a message that was seen may be dropped"),
    check: fanout_fills,
};

pub(super) const FANOUT_STAYS: Property = Property {
    number: 20,
    name: "two own messages in a row in a topic that is not joined go to the same peers",
    source: "gossipsub v1.0, Message Processing",
    quote: FANOUT,
    except: Some("a message that was seen: its publish may be dropped"),
    check: fanout_stays,
};

const FANOUT: &str = "If this set is empty, the router will choose up to `D` peers from `peers.gossipsub[topic]` and add them to `fanout[topic]`.";

pub(super) const FLOODED: Property = Property {
    number: 37,
    name: "with flood_publish, an own message goes to exactly the peers that announced its topic",
    source: "gossipsub v1.1, Flood Publishing",
    quote: "With flood publishing enabled, the mesh is used when propagating messages from other peers, but a peer's own messages will always be published to all known peers in the topic.",
    except: Some("not to peers below publish_threshold, unless they are direct"),
    check: flooded,
};

pub(super) const THRESHOLD: Property = Property {
    number: 49,
    name: "no own message goes to a peer below publish_threshold",
    source: "gossipsub v1.1, Overview of New Parameters",
    quote: "No self-published messages are sent to peers below threshold.",
    except: Some("direct peers"),
    check: threshold,
};

/// The publish of a step that was not refused, with its recipients.
fn published<'a>(step: &StepContext<'a>) -> Option<(&'a Topic, MessageId, BTreeSet<Peer>)> {
    let Input::Publish { topic, message_id } = step.input else { return None };
    step.sent.refused.is_none().then(|| (topic, *message_id, step.recipients(topic, *message_id)))
}

/// As [`published`], without flood publishing, in a topic that is not joined.
fn published_to_fanout<'a>(step: &StepContext<'a>) -> Option<(&'a Topic, MessageId, BTreeSet<Peer>)> {
    published(step).filter(|(topic, ..)| !step.parameters.flood_publish && !step.history.is_joined(topic))
}

/// Without those that get every message of their topic.
fn gossipsub_only(step: &StepContext<'_>, recipients: &BTreeSet<Peer>) -> BTreeSet<Peer> {
    let is_other = |peer: &Peer| step.history.is_direct(*peer) || !step.is_gossipsub(*peer);
    recipients.iter().copied().filter(|peer| !is_other(peer)).collect()
}

/// Whether a fanout may not get an own message: a peer may not want it, or it may count as seen.
fn may_be_held_back(step: &StepContext<'_>, id: MessageId) -> bool {
    step.history.may_be_unwanted_by_any(id) || !step.history.messages.is_unseen(id)
}

fn no_fanout_of_joined(step: &StepContext<'_>) -> Verdict {
    let Some((topic, id, recipients)) = published(step) else { return Ok(()) };
    let chosen = gossipsub_only(step, &recipients);
    if step.parameters.flood_publish
        || !step.history.is_joined(topic)
        || !step.history.possible_links(topic).is_empty()
        || step.history.dialect().publish_extra == PublishExtra::UpToD
        || chosen.is_empty()
    {
        return Ok(());
    }
    broken(format_args!("the recipients of message {id}"), "direct and floodsub peers", braces(chosen))
}

fn to_mesh(step: &StepContext<'_>) -> Verdict {
    let Some((topic, id, recipients)) = published(step) else { return Ok(()) };
    if step.parameters.flood_publish {
        return Ok(());
    }
    let threshold = step.history.publish_threshold();
    let mut expected = step.history.links(topic);
    expected.retain(|peer| {
        step.history.score(*peer).is_some_and(|score| score >= threshold) && !step.history.may_be_unwanted(*peer, id)
    });
    if expected.is_subset(&recipients) {
        return Ok(());
    }
    broken(
        format_args!("the recipients of message {id}"),
        format_args!("the mesh {}", braces(expected)),
        braces(recipients),
    )
}

fn fanout_degree(step: &StepContext<'_>) -> Verdict {
    let Some((_, id, recipients)) = published_to_fanout(step) else { return Ok(()) };
    let (chosen, degree) = (gossipsub_only(step, &recipients), step.parameters.degree);
    if chosen.len() <= degree {
        return Ok(());
    }
    broken(format_args!("the recipients of message {id}"), format_args!("at most {degree}"), braces(chosen))
}

fn fanout_fills(step: &StepContext<'_>) -> Verdict {
    let Some((topic, id, recipients)) = published_to_fanout(step) else { return Ok(()) };
    let has_direct = step.history.possible_subscribers(topic).any(|peer| step.history.is_direct(peer));
    if step.history.may_have_fanout(topic) || has_direct || may_be_held_back(step, id) {
        return Ok(());
    }
    let candidates = step.candidates(topic, step.history.publish_threshold());
    let fewest = candidates.len().min(step.parameters.degree);
    let chosen = gossipsub_only(step, &recipients);
    if chosen.len() >= fewest {
        return Ok(());
    }
    broken(
        format_args!("the recipients of message {id}"),
        format_args!("at least {fewest} of {}", braces(candidates)),
        braces(chosen),
    )
}

fn fanout_stays(step: &StepContext<'_>) -> Verdict {
    let Some((topic, id, recipients)) = published_to_fanout(step) else { return Ok(()) };
    let Some(last) = step.history.last_recipients(topic).filter(|last| !last.is_empty()) else { return Ok(()) };
    // A fanout of members below the threshold gets nothing, and scores that are not known may change.
    if last == &recipients || may_be_held_back(step, id) || !step.history.knows_scores() {
        return Ok(());
    }
    broken(format_args!("the recipients of message {id}"), braces(last), braces(recipients))
}

fn flooded(step: &StepContext<'_>) -> Verdict {
    let Some((topic, id, recipients)) = published(step) else { return Ok(()) };
    if !step.parameters.flood_publish {
        return Ok(());
    }
    let threshold = step.history.publish_threshold();
    let fits = |peer: &Peer| {
        step.history.is_direct(*peer) || step.history.score(*peer).is_some_and(|score| score >= threshold)
    };
    let mut expected: BTreeSet<Peer> = step.history.subscribers(topic).filter(fits).collect();
    expected.retain(|peer| !step.history.may_be_unwanted(*peer, id));
    let possible: BTreeSet<Peer> = step.history.possible_subscribers(topic).collect();
    if expected.is_subset(&recipients) && recipients.is_subset(&possible) {
        return Ok(());
    }
    broken(format_args!("the recipients of message {id}"), braces(expected), braces(recipients))
}

fn threshold(step: &StepContext<'_>) -> Verdict {
    let Some((_, id, recipients)) = published(step) else { return Ok(()) };
    let threshold = step.history.publish_threshold();
    let is_below = |peer: &Peer| {
        !step.history.is_direct(*peer) && step.history.score(*peer).is_some_and(|score| score < threshold)
    };
    match recipients.into_iter().find(is_below) {
        Some(peer) => {
            let allowed = format_args!("peers with a score of {threshold} or more");
            broken(format_args!("the recipients of message {id}"), allowed, format_args!("peer {peer}"))
        }
        None => Ok(()),
    }
}
