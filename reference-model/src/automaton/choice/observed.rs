//! Choices read from an output that another automaton gave, and refused if they are not allowed.

use super::{Braces, Candidates, Choice, ChoicePoint, OverfullMesh, Pick, Violation};
use crate::automaton::RuleId;
use gossipsub_automaton::{
    HeartbeatOutput, IhaveOutput, JoinOutput, Output, PartialView, PruneOutput, PublishMessageOutput,
    SelectGossipMessagesOutput, SelectPxPeersOutput, TopicsByPeer,
    trace_ids::{MessageId, Peer, Topic, TraceIds},
};
use std::{collections::BTreeSet, fmt::Display};

/// Follows the choices that an output shows. The choices for the fanouts of a heartbeat are read from a view.
///
/// If the output is of another kind than the choice belongs to, any choice is as good as another: the outputs will
/// differ. Peers that an output shows beside the chosen ones are not looked at: the comparison of the outputs does that.
#[derive(Clone, Debug)]
pub struct ObservedChoices<'a> {
    output: &'a Output<TraceIds>,
    view: Option<&'a PartialView<TraceIds>>,
    /// The choice of heartbeat 3b or 3d, until 3e is chosen for the same topic.
    first_grafts: Option<FirstGrafts>,
}

/// The part of the observed grafts of a topic that heartbeat 3b or 3d explains.
#[derive(Clone, Debug)]
struct FirstGrafts {
    rule: RuleId,
    from: Candidates,
    chosen: BTreeSet<Peer>,
}

impl<'a> ObservedChoices<'a> {
    /// Follows an output and the view after it.
    #[must_use]
    pub const fn new(output: &'a Output<TraceIds>, view: Option<&'a PartialView<TraceIds>>) -> Self {
        Self { output, view, first_grafts: None }
    }

    /// The peers that the output or the view shows at a point, in the order of the output.
    fn seen_peers(&self, point: ChoicePoint<'_>) -> Option<Vec<Peer>> {
        Some(match (point, self.output) {
            (ChoicePoint::Joined(_), Output::Join(JoinOutput::JoiningTopic { to_graft: peers }))
            | (
                ChoicePoint::NewFanout(_),
                Output::PublishMessage(PublishMessageOutput::PublishMessage { to_publish: peers }),
            )
            | (ChoicePoint::Px, Output::Prune(PruneOutput::Px { peers })) => peers.iter().copied().collect(),
            (ChoicePoint::Px, Output::Prune(PruneOutput::NoPx)) => Vec::new(),
            (ChoicePoint::PxPeers, Output::SelectPxPeers(SelectPxPeersOutput::PxPeers { peers })) => peers.clone(),
            (
                ChoicePoint::Fill(topic) | ChoicePoint::Outbound(topic) | ChoicePoint::Opportunistic(topic),
                Output::Heartbeat(HeartbeatOutput::Heartbeat { to_graft, .. }),
            ) => with_topic(to_graft, topic),
            (ChoicePoint::Kept(topic), Output::Heartbeat(HeartbeatOutput::Heartbeat { to_prune, .. })) => {
                with_topic(to_prune, topic)
            }
            (ChoicePoint::Fanout(topic), Output::Heartbeat(_)) => {
                let fanout = self.view?.fanout.as_ref()?.get(topic);
                fanout.map_or_else(Vec::new, |fanout| fanout.peers.iter().copied().collect())
            }
            (
                ChoicePoint::GossipPeers(topic),
                Output::SelectGossipMessages(SelectGossipMessagesOutput::GossipMessages { ihaves }),
            ) => ihaves.iter().filter(|ihave| ihave.topic == *topic).map(|ihave| ihave.peer).collect(),
            _ => return None,
        })
    }

    /// The message ids that the output shows at a point.
    fn seen_ids(&self, point: ChoicePoint<'_>) -> Option<&'a [MessageId]> {
        match (point, self.output) {
            (ChoicePoint::Requested, Output::Ihave(IhaveOutput::MessageRequestedMessageIds { message_ids })) => {
                Some(message_ids)
            }
            (
                ChoicePoint::GossipIds(topic, peer),
                Output::SelectGossipMessages(SelectGossipMessagesOutput::GossipMessages { ihaves }),
            ) => {
                let ihave = ihaves.iter().find(|ihave| ihave.topic == *topic && ihave.peer == peer)?;
                Some(&ihave.message_ids)
            }
            _ => None,
        }
    }

    /// Heartbeat 3b or 3d: of the observed grafts, the candidates with the lowest scores.
    ///
    /// If any pair of choices has the observed union, then one with this first choice has it: 3e takes only peers with a
    /// score above the median, so those at or below it were chosen first. Which of the others were chosen first changes
    /// neither the median nor the number of candidates that are left.
    fn first_grafts(&mut self, pick: &Pick<'_>, grafts: &[(Peer, f64)], seen: &[Peer]) -> Option<Vec<usize>> {
        let mut positions: Vec<(usize, Peer, f64)> = Vec::new();
        for (position, (peer, score)) in grafts.iter().enumerate() {
            if seen.contains(peer) {
                positions.push((position, *peer, *score));
            }
        }
        // The sort is stable: peers with equal scores stay in their order.
        positions.sort_by(|(_, _, a), (_, _, b)| a.total_cmp(b));
        positions.truncate(pick.count);
        self.first_grafts = Some(FirstGrafts {
            rule: pick.point.rule(),
            from: pick.from.clone(),
            chosen: positions.iter().map(|(_, peer, _)| *peer).collect(),
        });
        (positions.len() == pick.count).then(|| positions.into_iter().map(|(position, ..)| position).collect())
    }

    /// Heartbeat 3e: the observed grafts that the first choice does not explain. It may have chosen peers of the first
    /// choice again, which the output does not show.
    fn opportunistic_grafts(
        &mut self,
        topic: &Topic,
        pick: &Pick<'_>,
        candidates: &[Peer],
        seen: &[Peer],
    ) -> Result<Vec<usize>, Violation> {
        let first = self.first_grafts.take();
        let is_first = |peer: &Peer| first.as_ref().is_some_and(|first| first.chosen.contains(peer));
        let (again, new): (Vec<Peer>, Vec<Peer>) = seen.iter().partition(|peer| is_first(peer));
        let again: Vec<Peer> = again.into_iter().filter(|peer| candidates.contains(peer)).collect();
        let missing = pick.count.saturating_sub(new.len());
        let second: Vec<Peer> = new.into_iter().chain(again.into_iter().take(missing)).collect();
        positions_of_all(candidates, &second, pick.count)
            .ok_or_else(|| refuse_grafts(topic, first.as_ref(), pick, Braces(seen)))
    }
}

/// The positions of the candidates that are seen, if there are `count` of them.
fn positions_of_some(candidates: &[Peer], seen: &[Peer], count: usize) -> Option<Vec<usize>> {
    let seen: BTreeSet<&Peer> = seen.iter().collect();
    let positions = candidates.iter().enumerate().filter(|(_, peer)| seen.contains(peer)).map(|(position, _)| position);
    Some(positions.collect::<Vec<_>>()).filter(|positions| positions.len() == count)
}

/// A position of its own for each seen member, in their order, if there are `count` of them and all are candidates.
fn positions_of_all<T: PartialEq>(candidates: &[T], seen: &[T], count: usize) -> Option<Vec<usize>> {
    if seen.len() != count {
        return None;
    }
    let mut free: Vec<usize> = (0..candidates.len()).collect();
    let mut take = |member: &T| {
        let index = free.iter().position(|position| candidates.get(*position) == Some(member))?;
        Some(free.remove(index))
    };
    seen.iter().map(&mut take).collect()
}

/// `count` positions of a list whose members are the seen set: one for each of the set, and then any others of the same
/// peers.
fn positions_of_set(list: &[Peer], seen: &[Peer], count: usize) -> Option<Vec<usize>> {
    let mut positions = positions_of_all(list, seen, seen.len())?;
    for (position, peer) in list.iter().enumerate() {
        if positions.len() < count && seen.contains(peer) && !positions.contains(&position) {
            positions.push(position);
        }
    }
    Some(positions).filter(|positions| positions.len() == count)
}

/// The peers that have this topic.
fn with_topic(topics: &TopicsByPeer<TraceIds>, topic: &Topic) -> Vec<Peer> {
    topics.iter().filter(|(_, topics)| topics.contains(topic)).map(|(peer, _)| *peer).collect()
}

fn refuse(point: ChoicePoint<'_>, allowed: impl Display, observed: impl Display) -> Violation {
    Violation {
        rule: point.rule().rule().name.to_owned(),
        what: point.to_string(),
        allowed: allowed.to_string(),
        observed: observed.to_string(),
    }
}

/// Names the rules that may graft: 3b or 3d, 3e, or both.
fn refuse_grafts(topic: &Topic, first: Option<&FirstGrafts>, second: &Pick<'_>, observed: impl Display) -> Violation {
    let first = first.filter(|first| !first.chosen.is_empty());
    let of_first = |first: &FirstGrafts| format!("{} of {}", first.chosen.len(), first.from);
    let (rule, allowed) = match (first, second.count) {
        (None, 0) => ("heartbeat 3".to_owned(), "no peer".to_owned()),
        (None, _) => (RuleId::Heartbeat3e.rule().name.to_owned(), second.to_string()),
        (Some(first), 0) => (first.rule.rule().name.to_owned(), of_first(first)),
        (Some(first), _) => {
            (format!("{}, 3e", first.rule.rule().name), format!("{}, and opportunistically {second}", of_first(first)))
        }
    };
    Violation { rule, allowed, ..refuse(ChoicePoint::Opportunistic(topic), "", observed) }
}

impl Choice for ObservedChoices<'_> {
    fn choose(&mut self, pick: &Pick<'_>) -> Result<Vec<usize>, Violation> {
        let any = || Ok((0..pick.count).collect());
        if let Candidates::MessageIds(ids) = &pick.from {
            let Some(seen) = self.seen_ids(pick.point) else { return any() };
            return positions_of_all(ids, seen, pick.count).ok_or_else(|| refuse(pick.point, pick, Braces(seen)));
        }
        let Some(seen) = self.seen_peers(pick.point) else { return any() };
        let positions = match (pick.point, &pick.from) {
            (ChoicePoint::Opportunistic(topic), Candidates::Peers(peers)) => {
                return self.opportunistic_grafts(topic, pick, peers, &seen);
            }
            (_, Candidates::Grafts(grafts)) => self.first_grafts(pick, grafts, &seen),
            (ChoicePoint::Px, Candidates::Peers(list)) => positions_of_set(list, &seen, pick.count),
            (ChoicePoint::PxPeers, Candidates::Peers(peers)) => positions_of_all(peers, &seen, pick.count),
            (_, Candidates::Peers(peers)) => positions_of_some(peers, &seen, pick.count),
            (_, Candidates::MessageIds(_)) => None,
        };
        positions.ok_or_else(|| refuse(pick.point, pick, Braces(&seen)))
    }

    fn keep(&mut self, topic: &Topic, mesh: &OverfullMesh) -> Result<BTreeSet<Peer>, Violation> {
        let point = ChoicePoint::Kept(topic);
        let mut kept: BTreeSet<Peer> = mesh.peers.keys().copied().collect();
        let Some(pruned) = self.seen_peers(point) else { return Ok(kept.into_iter().take(mesh.keep).collect()) };
        kept.retain(|peer| !pruned.contains(peer));
        if mesh.may_keep(&kept) { Ok(kept) } else { Err(refuse(point, mesh, Braces(&kept))) }
    }
}
