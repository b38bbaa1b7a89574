//! Choices read from what somebody answered, and refused where they are not allowed.

use crate::{Choice, Grafts, OverfullMesh, Pick, Point, Violation, choice::Braces};
use gossipsub_automaton::{
    HeartbeatOutput, IhaveOutput, JoinOutput, Output, PartialView, PruneOutput, PublishMessageOutput,
    SelectGossipMessagesOutput, SelectPxPeersOutput, SortedSet, TopicsByPeer,
    trace_ids::{MessageId, Peer, Topic, TraceIds},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
};

/// Follows the choices that an output shows, and, for the fanouts of a heartbeat, those that a view shows.
///
/// Where the output is of another kind than the choice belongs to, any choice is as good as another: the
/// outputs will differ.
#[derive(Clone, Copy, Debug)]
pub struct Observed<'a> {
    output: &'a Output<TraceIds>,
    view: Option<&'a PartialView<TraceIds>>,
}

impl<'a> Observed<'a> {
    /// Follows an output and the view after it.
    #[must_use]
    pub const fn new(output: &'a Output<TraceIds>, view: Option<&'a PartialView<TraceIds>>) -> Self {
        Self { output, view }
    }

    /// The peers that are seen at a point, among them those that are there without a choice.
    fn seen(&self, point: Point<'_>) -> Option<BTreeSet<Peer>> {
        Some(match (point, self.output) {
            (Point::Joined(_), Output::Join(JoinOutput::JoiningTopic { to_graft: peers }))
            | (
                Point::NewFanout(_),
                Output::PublishMessage(PublishMessageOutput::PublishMessage { to_publish: peers }),
            )
            | (Point::Px, Output::Prune(PruneOutput::Px { peers })) => peers.iter().copied().collect(),
            (Point::Px, Output::Prune(PruneOutput::NoPx)) => BTreeSet::new(),
            (
                Point::Fill(topic) | Point::Outbound(topic),
                Output::Heartbeat(HeartbeatOutput::Heartbeat { to_graft, .. }),
            ) => with_topic(to_graft, topic),
            (Point::Kept(topic), Output::Heartbeat(HeartbeatOutput::Heartbeat { to_prune, .. })) => {
                with_topic(to_prune, topic)
            }
            (Point::Fanout(topic), Output::Heartbeat(_)) => {
                let fanout = self.view?.fanout.as_ref()?.get(topic);
                fanout.map(|fanout| fanout.peers.clone()).unwrap_or_default()
            }
            (
                Point::GossipPeers(topic),
                Output::SelectGossipMessages(SelectGossipMessagesOutput::GossipMessages { ihaves }),
            ) => ihaves.iter().filter(|ihave| ihave.topic == *topic).map(|ihave| ihave.peer).collect(),
            _ => return None,
        })
    }

    /// The message ids that are seen at a point.
    fn seen_ids(&self, point: Point<'_>) -> Option<&'a [MessageId]> {
        match (point, self.output) {
            (Point::Requested, Output::Ihave(IhaveOutput::MessageRequestedMessageIds { message_ids })) => {
                Some(message_ids)
            }
            (
                Point::GossipIds(topic, peer),
                Output::SelectGossipMessages(SelectGossipMessagesOutput::GossipMessages { ihaves }),
            ) => {
                let ihave = ihaves.iter().find(|ihave| ihave.topic == *topic && ihave.peer == peer)?;
                Some(&ihave.message_ids)
            }
            _ => None,
        }
    }
}

/// The peers that have this topic.
fn with_topic(topics: &TopicsByPeer<TraceIds>, topic: &Topic) -> BTreeSet<Peer> {
    topics.iter().filter(|(_, topics): &(_, &SortedSet<_>)| topics.contains(topic)).map(|(peer, _)| *peer).collect()
}

fn refuse(rule: &str, what: impl Display, allowed: impl Display, observed: impl Display) -> Violation {
    Violation {
        rule: rule.to_owned(),
        what: what.to_string(),
        allowed: allowed.to_string(),
        observed: observed.to_string(),
    }
}

/// How often each member is in a list.
fn repetitions<T: Ord + Copy>(list: &[T]) -> BTreeMap<T, usize> {
    let mut counts = BTreeMap::new();
    for member in list {
        *counts.entry(*member).or_insert(0) += 1;
    }
    counts
}

/// Any choice will do, because the outputs will differ.
fn any(pick: &Pick) -> BTreeSet<Peer> {
    pick.from.iter().copied().take(pick.count).collect()
}

impl Choice for Observed<'_> {
    type Refusal = Violation;

    fn peers(&mut self, point: Point<'_>, pick: &Pick) -> Result<BTreeSet<Peer>, Violation> {
        let Some(seen) = self.seen(point) else { return Ok(any(pick)) };
        let chosen: BTreeSet<Peer> = seen.intersection(&pick.from).copied().collect();
        let others_are_beside = seen.difference(&chosen).all(|peer| pick.beside.contains(peer));
        if chosen.len() != pick.count || !others_are_beside {
            return Err(refuse(point.rule(), point, pick, Braces(&seen)));
        }
        Ok(chosen)
    }

    fn ordered_peers(&mut self, point: Point<'_>, pick: &Pick) -> Result<Vec<Peer>, Violation> {
        let Output::SelectPxPeers(SelectPxPeersOutput::PxPeers { peers }) = self.output else {
            return Ok(any(pick).into_iter().collect());
        };
        let different: BTreeSet<Peer> = peers.iter().copied().collect();
        if peers.len() != pick.count || different.len() != pick.count || !different.is_subset(&pick.from) {
            return Err(refuse(point.rule(), point, pick, Braces(peers)));
        }
        Ok(peers.clone())
    }

    fn message_ids(&mut self, point: Point<'_>, from: &[MessageId], count: usize) -> Result<Vec<MessageId>, Violation> {
        let Some(seen) = self.seen_ids(point) else { return Ok(from.iter().copied().take(count).collect()) };
        let there = repetitions(from);
        let enough = repetitions(seen).iter().all(|(id, times)| there.get(id).is_some_and(|most| times <= most));
        if seen.len() != count || !enough {
            let allowed = format!("{count} positions of the list {}", Braces(from));
            return Err(refuse(point.rule(), point, allowed, Braces(seen)));
        }
        Ok(seen.to_vec())
    }

    fn px(&mut self, from: &[Peer], count: usize) -> Result<BTreeSet<Peer>, Violation> {
        let Some(seen) = self.seen(Point::Px) else { return Ok(from.iter().copied().take(count).collect()) };
        let there = repetitions(from);
        // Each of the set needs one position, and their positions together must reach the count.
        let positions: usize = seen.iter().filter_map(|peer| there.get(peer)).sum();
        let offered = seen.iter().all(|peer| there.contains_key(peer));
        if !offered || seen.len() > count || positions < count {
            let allowed = format!("the set of {count} positions of the list {}", Braces(from));
            return Err(refuse(Point::Px.rule(), Point::Px, allowed, Braces(&seen)));
        }
        Ok(seen)
    }

    fn kept(&mut self, topic: &Topic, mesh: &OverfullMesh) -> Result<BTreeSet<Peer>, Violation> {
        let point = Point::Kept(topic);
        let Some(pruned) = self.seen(point) else { return Ok(mesh.peers.keys().copied().take(mesh.keep).collect()) };
        let kept: BTreeSet<Peer> = mesh.peers.keys().copied().filter(|peer| !pruned.contains(peer)).collect();
        if !mesh.may_keep(&kept) {
            return Err(refuse(point.rule(), point, mesh, Braces(&kept)));
        }
        Ok(kept)
    }

    /// The first choice is taken to be those with the lowest scores among the grafted that it could have been. If any
    /// pair of choices is allowed, one with this first choice is: opportunistic grafting takes only peers with a
    /// score above the median, so those at or below it were chosen first; and which of the others were makes no
    /// difference to the median, nor to how many candidates are left.
    fn grafts(&mut self, grafts: &Grafts<'_>) -> Result<(BTreeSet<Peer>, BTreeSet<Peer>), Violation> {
        let none = Pick::default();
        let (point, pick) = match &grafts.first {
            Some((point, pick)) => (*point, pick),
            None => (Point::Fill(grafts.topic), &none),
        };
        let Some(seen) = self.seen(point) else { return Ok((any(pick), BTreeSet::new())) };

        let mut candidates: Vec<Peer> = seen.intersection(&pick.from).copied().collect();
        candidates.sort_by(|a, b| (grafts.score)(*a).total_cmp(&(grafts.score)(*b)));
        let first: BTreeSet<Peer> = candidates.into_iter().take(pick.count).collect();

        let opportunistic = (grafts.opportunistic)(&first);
        let mut second: BTreeSet<Peer> = seen.difference(&first).copied().collect();
        let again = first.iter().copied().filter(|peer| opportunistic.from.contains(peer));
        second.extend(again.take(opportunistic.count.saturating_sub(second.len())));

        let allowed =
            first.len() == pick.count && second.len() == opportunistic.count && second.is_subset(&opportunistic.from);
        if !allowed {
            return Err(refuse_grafts(grafts, &opportunistic, &seen));
        }
        Ok((first, second))
    }
}

fn refuse_grafts(grafts: &Grafts<'_>, opportunistic: &Pick, seen: &BTreeSet<Peer>) -> Violation {
    let first = grafts.first.as_ref().filter(|(_, pick)| pick.count > 0);
    let what = format!("to_graft for topic {}", grafts.topic);
    let (rule, allowed) = match (first, opportunistic.count) {
        (None, 0) => ("heartbeat 3".to_owned(), "nobody".to_owned()),
        (None, _) => (Point::Opportunistic(grafts.topic).rule().to_owned(), opportunistic.to_string()),
        (Some((point, pick)), 0) => (point.rule().to_owned(), pick.to_string()),
        (Some((point, pick)), _) => {
            (format!("{}, 3e", point.rule()), format!("{pick}, and opportunistically {opportunistic}"))
        }
    };
    refuse(&rule, what, allowed, Braces(seen))
}
