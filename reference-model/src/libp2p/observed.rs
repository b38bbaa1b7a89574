//! Choices that are read from an observed answer.

use super::{
    answer::{Answer, DialList},
    choice::{Choice, JoinPick, Pick, Publication, report},
    fanout::Fanout,
    mesh::{MeshChanges, MeshChoice, MeshSituation, OverfullMesh, Standing},
    rules,
    violation::{Members, Violation},
    vocabulary::{MessageId, Peer, Prune, Sent, Topic},
};
use crate::{Observer, Rule};
use std::collections::{BTreeMap, BTreeSet};

/// How many ways to split the grafts of a heartbeat are tried, if the best guess does not explain them.
const MOST_SPLITS: usize = 1024;

/// Reads choices from an answer. What the answer does not show stays open.
#[derive(Debug)]
pub(super) struct Observed<'a> {
    sent: &'a Sent,
    /// The PRUNEs that no rule has asked for yet.
    prunes: BTreeMap<Peer, Vec<&'a Prune>>,
}

impl<'a> Observed<'a> {
    pub(super) fn new(sent: &'a Sent) -> Self {
        let prunes = sent.to.iter().map(|(peer, parts)| (*peer, parts.prune.iter().collect())).collect();
        Self { sent, prunes }
    }

    fn grafted(&self, topic: &Topic) -> BTreeSet<Peer> {
        self.sent.to.iter().filter(|(_, parts)| parts.graft.contains(topic)).map(|(peer, _)| *peer).collect()
    }

    fn pruned(&self, topic: &Topic) -> BTreeSet<Peer> {
        let has = |prunes: &[Prune]| prunes.iter().any(|prune| prune.topic == *topic);
        self.sent.to.iter().filter(|(_, parts)| has(&parts.prune)).map(|(peer, _)| *peer).collect()
    }

    /// The peers that got a message.
    fn recipients(&self, publication: Publication<'_>) -> BTreeSet<Peer> {
        let Publication { topic, id, .. } = publication;
        let got = self.sent.to.iter().filter(|(_, parts)| {
            parts.messages.iter().any(|message| message.topic == *topic && message.message_id == id)
        });
        got.map(|(peer, _)| *peer).collect()
    }

    fn advertised(&self, topic: &Topic) -> BTreeMap<Peer, &'a [MessageId]> {
        let ihave = self.sent.to.iter().filter_map(|(peer, parts)| {
            let ihave = parts.ihave.iter().find(|ihave| ihave.topic == *topic)?;
            Some((*peer, ihave.message_ids.as_slice()))
        });
        ihave.collect()
    }
}

impl Choice for Observed<'_> {
    fn join(&mut self, pick: &JoinPick<'_>) -> Result<BTreeSet<Peer>, Violation> {
        let mesh = self.grafted(pick.topic);
        let (certain, possible) = (pick.kept.certain(), pick.kept.possible());
        let violation = |rule, expected: String| Violation::new(rule, expected, format!("GRAFT to {}", Members(&mesh)));
        if !certain.is_subset(&mesh) {
            return Err(violation(&rules::JOIN_3, format!("GRAFT to the fanout {}", Members(certain))));
        }
        let others = &mesh - certain;
        let candidates = pick.candidates - certain;
        // Those that are no candidates must be from the fanout; others may be.
        let surely_kept = &others - &candidates;
        let perhaps_kept = &others & possible;
        if !surely_kept.is_subset(possible) {
            return Err(violation(&rules::JOIN_4, format!("GRAFT to peers of {}", Members(&candidates | possible))));
        }
        let fits = |kept: usize| {
            let chosen = candidates.len() - (kept - surely_kept.len()).min(candidates.len());
            let chosen = chosen.min(pick.count(certain.len() + kept));
            others.len() == kept + chosen
        };
        let fewest = pick.kept.fewest().max(surely_kept.len());
        let most = pick.kept.most().min(perhaps_kept.len());
        if !(fewest..=most).any(fits) {
            let count = pick.count(certain.len() + fewest).min(candidates.len());
            let expected = format!("GRAFT to {count} of {}", Members(&candidates));
            return Err(violation(&rules::JOIN_4, expected));
        }
        Ok(mesh)
    }

    fn extra_recipients(
        &mut self,
        publication: Publication<'_>,
        pick: &Pick,
        count: usize,
    ) -> Result<BTreeSet<Peer>, Violation> {
        let chosen = &self.recipients(publication) & &pick.candidates;
        let count = count.min(pick.candidates.len());
        if chosen.len() == count {
            Ok(chosen)
        } else {
            let expected = format!("the message to {count} of {}", Members(&pick.candidates));
            Err(Violation::new(pick.rule, expected, format!("it to {}", Members(&chosen))))
        }
    }

    fn new_fanout(&mut self, publication: Publication<'_>, pick: &Pick, count: usize) -> Result<Fanout, Violation> {
        let hidden = publication.hidden & &pick.candidates;
        let shown = &(&self.recipients(publication) & &pick.candidates) - &hidden;
        let count = count.min(pick.candidates.len());
        let fanout = (count.checked_sub(shown.len()))
            .and_then(|missing| Fanout::between(shown.clone(), &hidden, missing, missing));
        fanout.ok_or_else(|| {
            let expected = format!("the message to {count} of {}", Members(&pick.candidates));
            Violation::new(pick.rule, expected, format!("it to {}", Members(&shown)))
        })
    }

    fn published_to(&mut self, publication: Publication<'_>, fanout: &Fanout) -> Result<Fanout, Violation> {
        let shown = &(&self.recipients(publication) & &fanout.candidates()) - publication.hidden;
        fanout.narrow(&shown, publication.hidden).ok_or_else(|| {
            let expected = format!(
                "the message to {} and to {} to {} of {}",
                Members(fanout.certain()),
                fanout.fewest(),
                fanout.most(),
                Members(fanout.possible())
            );
            Violation::new(&rules::PUBLISH_8, expected, format!("it to {}", Members(&shown)))
        })
    }

    fn redrawn_fanout(
        &mut self,
        publication: Publication<'_>,
        fanout: &Fanout,
        pick: &Pick,
        degree: usize,
    ) -> Result<(BTreeSet<Peer>, Fanout), Violation> {
        let all = &fanout.candidates() | &pick.candidates;
        let shown = &(&self.recipients(publication) & &all) - publication.hidden;
        // Either the fanout is full and stays, or it is filled up and goes.
        let full = (fanout.largest_size() >= degree).then(|| fanout.narrow(&shown, publication.hidden)).flatten();
        let hidden = &all & publication.hidden;
        let others = &shown - fanout.certain();
        let size = degree.min((fanout.certain() | &pick.candidates).len());
        let fits = (fanout.certain() - publication.hidden).is_subset(&shown)
            && (shown.len()..=shown.len() + hidden.len()).contains(&size);
        let certain = &others - fanout.possible();
        let added = (fanout.smallest_size() < degree && fits).then(|| {
            let possible = &(&others & fanout.possible()) | &(&hidden & &pick.candidates);
            let fewest = others.len().saturating_sub(fanout.most()).saturating_sub(certain.len());
            let most = possible.len();
            Fanout::between(certain, &possible, fewest.min(most), most)
        });
        let after = match (full, added.flatten()) {
            (Some(full), Some(added)) => full.either(&added),
            (Some(fanout), None) | (None, Some(fanout)) => fanout,
            (None, None) => {
                let expected = format!("the message to {size} of {}", Members(&all));
                return Err(Violation::new(pick.rule, expected, format!("it to {}", Members(&shown))));
            }
        };
        Ok((shown, after))
    }

    fn settle_fanout(&mut self, _: &mut Fanout) {}

    fn maintain(&mut self, mesh: &MeshSituation, observer: &mut dyn Observer) -> Result<MeshChanges, Violation> {
        let grafted = self.grafted(&mesh.topic);
        let pruned = self.pruned(&mesh.topic);
        let split = |opportunistic: BTreeSet<Peer>| Split {
            mesh,
            opportunistic,
            grafted: grafted.clone(),
            pruned: pruned.clone(),
        };
        let explains = |opportunistic: &BTreeSet<Peer>| {
            let mut split = split(opportunistic.clone());
            mesh.maintain(&mut split, &mut |_, _, _| {}).is_ok() && split.grafted.is_empty()
        };
        let opportunistic = opportunistic_grafts(mesh, &grafted).find(explains).unwrap_or_default();
        let mut split = split(opportunistic);
        let changes =
            mesh.maintain(&mut split, &mut |rule, holds, operands| report(observer, rule, holds, operands))?;
        if split.grafted.is_empty() {
            return Ok(changes);
        }
        let expected = format!("GRAFT of {} to {}", mesh.topic, Members(changes.grafted.keys()));
        Err(Violation::new(&rules::MESH_2, expected, format!("GRAFT to {}, too", Members(&split.grafted))))
    }

    fn gossip_targets(
        &mut self,
        topic: &Topic,
        pick: &Pick,
        count: &dyn Fn(usize) -> usize,
        fanout: &mut Fanout,
    ) -> Result<BTreeSet<Peer>, Violation> {
        let targets: BTreeSet<Peer> = self.advertised(topic).into_keys().collect();
        let all = &pick.candidates | &pick.doubtful;
        let violation =
            |expected: String| Violation::new(pick.rule, expected, format!("IHAVE to {}", Members(&targets)));
        if !targets.is_subset(&all) {
            return Err(violation(format!("IHAVE of {topic} to peers of {}", Members(&all))));
        }
        let narrowed = fanout.without(&targets);
        let narrowed =
            narrowed.ok_or_else(|| violation(format!("no IHAVE to the fanout {}", Members(fanout.certain()))))?;
        // The number of candidates is not certain if some may be members.
        let possible = fanout.possible() - &targets;
        let members = |peers: &BTreeSet<Peer>| (peers & &possible).len();
        let smallest = pick.candidates.len() - members(&pick.candidates).min(fanout.most());
        let outside = possible.len() - members(&all);
        let largest = all.len() - members(&all).min(fanout.fewest().saturating_sub(outside));
        if !(count(smallest)..=count(largest)).contains(&targets.len()) {
            let expected = format!("IHAVE of {topic} to {} of {}", count(largest), Members(&all));
            return Err(violation(expected));
        }
        *fanout = narrowed;
        Ok(targets)
    }

    fn gossip_ids(
        &mut self,
        topic: &Topic,
        peer: Peer,
        ids: &[MessageId],
        count: usize,
    ) -> Result<Vec<MessageId>, Violation> {
        let shown = self.advertised(topic).get(&peer).copied().unwrap_or_default();
        let mut left: BTreeMap<MessageId, usize> = BTreeMap::new();
        for id in ids {
            *left.entry(*id).or_default() += 1;
        }
        let mut is_left = |id| match left.get_mut(id) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        };
        if shown.len() == count && shown.iter().all(&mut is_left) {
            Ok(shown.to_vec())
        } else {
            let expected = format!("IHAVE of {topic} with {count} of {} to peer {peer}", Members(ids));
            Err(Violation::new(&rules::GOSSIP_3, expected, format!("{}", Members(shown))))
        }
    }

    fn requested(
        &mut self,
        peer: Peer,
        wanted: &BTreeSet<MessageId>,
        count: usize,
        answer: &Answer,
    ) -> Result<BTreeSet<MessageId>, Violation> {
        let mut shown: Vec<MessageId> = self.sent.to.get(&peer).map(|parts| parts.iwant.clone()).unwrap_or_default();
        for id in answer.requested(peer) {
            if let Some(index) = shown.iter().position(|other| *other == id) {
                shown.remove(index);
            }
        }
        let chosen: BTreeSet<MessageId> = shown.iter().copied().filter(|id| wanted.contains(id)).collect();
        if chosen.len() == count {
            Ok(chosen)
        } else {
            let expected = format!("IWANT of {count} of {} to peer {peer}", Members(wanted));
            Err(Violation::new(&rules::IHAVE_6, expected, format!("{}", Members(&shown))))
        }
    }

    fn promised(&mut self, requested: &BTreeSet<MessageId>) -> BTreeSet<MessageId> {
        requested.clone()
    }

    fn exchanged(
        &mut self,
        peer: Peer,
        topic: &Topic,
        backoff: Option<u64>,
        pick: &Pick,
        count: usize,
    ) -> Result<Vec<Peer>, Violation> {
        let all = &pick.candidates | &pick.doubtful;
        let counts = count.min(pick.candidates.len())..=count.min(all.len());
        let allowed = |peers: &[Peer]| {
            let set: BTreeSet<Peer> = peers.iter().copied().collect();
            set.len() == peers.len() && counts.contains(&set.len()) && set.is_subset(&all)
        };
        let prunes = self.prunes.entry(peer).or_default();
        let same: Vec<usize> = (prunes.iter().enumerate())
            .filter(|(_, prune)| prune.topic == *topic && prune.backoff == backoff)
            .map(|(index, _)| index)
            .collect();
        let found = |index: &usize| prunes.get(*index).map_or(&[][..], |prune| &prune.peers);
        match same.iter().find(|index| allowed(found(index))) {
            Some(index) => {
                let mut peers = prunes.remove(*index).peers.clone();
                peers.sort();
                Ok(peers)
            }
            // The PRUNE is missing, which the comparison of the answers says.
            None if same.is_empty() => Ok(all.into_iter().take(*counts.end()).collect()),
            None => {
                let expected = format!("a PRUNE of {topic} to peer {peer} with {count} of {}", Members(&all));
                let found = same.first().map_or(&[][..], found);
                Err(Violation::new(pick.rule, expected, format!("{}", Members(found))))
            }
        }
    }

    fn dialled(
        &mut self,
        rule: &'static Rule,
        list: &[Peer],
        connected: &BTreeSet<Peer>,
        count: usize,
        answer: &mut Answer,
    ) -> Vec<Peer> {
        let peers: Vec<Peer> = list.iter().copied().filter(|peer| !connected.contains(peer)).collect();
        let count = count.min(list.len());
        let fewest = count.saturating_sub(list.len() - peers.len());
        let dialled = self.sent.dial.iter().copied().filter(|peer| peers.contains(peer)).collect();
        answer.add_dial_list(DialList { rule, peers, fewest, most: count });
        dialled
    }
}

/// The grafts of a heartbeat, split into those that opportunistic grafting made and the others.
struct Split<'a> {
    mesh: &'a MeshSituation,
    opportunistic: BTreeSet<Peer>,
    /// The grafts that no rule has made yet.
    grafted: BTreeSet<Peer>,
    pruned: BTreeSet<Peer>,
}

impl MeshChoice for Split<'_> {
    fn graft(
        &mut self,
        rule: &'static Rule,
        candidates: &BTreeMap<Peer, Standing>,
        count: usize,
    ) -> Result<BTreeSet<Peer>, Violation> {
        let others = &self.grafted - &self.opportunistic;
        let chosen: BTreeSet<Peer> = if *rule == rules::MESH_5 {
            self.opportunistic.clone()
        } else if *rule == rules::MESH_2 {
            // Only outbound peers can be left for rule (4).
            let outbound = |peer: &Peer| candidates.get(peer).is_some_and(|standing| standing.outbound);
            let (outbound, inbound): (Vec<Peer>, Vec<Peer>) = others.into_iter().partition(outbound);
            inbound.into_iter().chain(outbound).take(count).collect()
        } else {
            others
        };
        let fits = chosen.len() == count && chosen.iter().all(|peer| candidates.contains_key(peer));
        if fits {
            self.grafted = &self.grafted - &chosen;
            return Ok(chosen);
        }
        let expected = format!("GRAFT of {} to {count} of {}", self.mesh.topic, Members(candidates.keys()));
        Err(Violation::new(rule, expected, format!("GRAFT to {}", Members(&chosen))))
    }

    fn keep(&mut self, mesh: &OverfullMesh<'_>) -> Result<BTreeSet<Peer>, Violation> {
        let kept = mesh.members.keys().copied().filter(|peer| !self.pruned.contains(peer)).collect();
        mesh.check(&kept)?;
        Ok(kept)
    }
}

/// Sets of grafts that opportunistic grafting may have made: for each number of outbound and of other peers the best
/// ones, then any.
///
/// The best guess is enough if the median is an element: to exchange a peer above the median for another one does not
/// move it. With the mean of two elements it may.
fn opportunistic_grafts(mesh: &MeshSituation, grafted: &BTreeSet<Peer>) -> impl Iterator<Item = BTreeSet<Peer>> {
    let most = mesh.opportunistic.map_or(0, |opportunistic| opportunistic.peers).min(grafted.len());
    let standing = |peer: &Peer| mesh.candidates.get(peer).or_else(|| mesh.members.get(peer)).copied();
    let mut peers: Vec<(Peer, Standing)> = grafted.iter().filter_map(|peer| Some((*peer, standing(peer)?))).collect();
    peers.sort_by(|(_, a), (_, b)| b.score.total_cmp(&a.score));
    let best = |outbound: bool, count: usize| {
        let peers = peers.iter().filter(move |(_, standing)| standing.outbound == outbound);
        peers.map(|(peer, _)| *peer).take(count).collect::<BTreeSet<_>>()
    };
    let mut guesses: Vec<BTreeSet<Peer>> = Vec::new();
    for size in 0..=most {
        for outbound in 0..=size {
            let guess = &best(true, outbound) | &best(false, size - outbound);
            if guess.len() == size {
                guesses.push(guess);
            }
        }
    }
    let order: Vec<Peer> = peers.iter().map(|(peer, _)| *peer).collect();
    guesses.into_iter().chain(subsets(order, most).take(MOST_SPLITS))
}

/// The subsets of up to `most` members.
fn subsets(members: Vec<Peer>, most: usize) -> impl Iterator<Item = BTreeSet<Peer>> {
    // Depth-first over ascending positions.
    let mut stack: Vec<Vec<usize>> = vec![Vec::new()];
    std::iter::from_fn(move || {
        let positions = stack.pop()?;
        if positions.len() < most {
            let next = positions.last().map_or(0, |last| last + 1);
            stack.extend((next..members.len()).rev().map(|position| [positions.as_slice(), &[position]].concat()));
        }
        Some(positions.iter().filter_map(|position| members.get(*position).copied()).collect())
    })
}
