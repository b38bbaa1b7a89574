//! The random choices of a step: the members of an answer that were chosen, and the candidates.

use crate::name::{Name, braces, brackets};
use gossipsub_automaton::{
    Output, PartialView,
    trace_ids::{MessageId, Peer, Topic, TraceIds},
};
use gossipsub_reference_model::automaton::{Choice, ChoicePoint, ObservedChoices, OverfullMesh, Pick, Violation};
use std::collections::{BTreeMap, BTreeSet};

/// Follows the choices that an answer shows, and notes those that could have been others.
#[derive(Debug)]
pub(crate) struct ChoiceRecorder<'a> {
    observed: ObservedChoices<'a>,
    open: OpenChoices,
}

/// The choices of one step that could have been others.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpenChoices {
    peers: BTreeMap<Peer, String>,
    requested: Option<String>,
    announced: BTreeMap<(Topic, Peer), String>,
}

impl OpenChoices {
    /// The name of a peer: the choice that gave it, if one did.
    pub(crate) fn peer(&self, peer: Peer) -> Name<Peer> {
        self.peers.get(&peer).cloned().map_or(Name::Known(peer), Name::OpenChoices)
    }

    /// The names of peers.
    pub(crate) fn peers<C: FromIterator<Name<Peer>>>(&self, peers: impl IntoIterator<Item = Peer>) -> C {
        peers.into_iter().map(|peer| self.peer(peer)).collect()
    }

    /// The names of the message ids that are requested.
    pub(crate) fn requested(&self, ids: &[MessageId]) -> Vec<Name<MessageId>> {
        names_of_ids(self.requested.as_ref(), ids)
    }

    /// The names of the message ids that are announced to a peer.
    pub(crate) fn announced(&self, topic: &Topic, peer: Peer, ids: &[MessageId]) -> Vec<Name<MessageId>> {
        names_of_ids(self.announced.get(&(topic.clone(), peer)), ids)
    }

    /// Records the chosen part of a set, if it is not the whole.
    fn note(&mut self, part: &BTreeSet<Peer>, from: &BTreeSet<Peer>) {
        if part.len() < from.len() {
            let choice = format!("any {} of {}", part.len(), braces(from));
            self.peers.extend(part.iter().map(|peer| (*peer, choice.clone())));
        }
    }
}

fn names_of_ids(choice: Option<&String>, ids: &[MessageId]) -> Vec<Name<MessageId>> {
    match choice {
        Some(choice) => vec![Name::OpenChoices(choice.clone())],
        None => ids.iter().copied().map(Name::Known).collect(),
    }
}

impl<'a> ChoiceRecorder<'a> {
    /// Follows an output and the view after it.
    pub(crate) fn new(output: &'a Output<TraceIds>, view: &'a PartialView<TraceIds>) -> Self {
        Self { observed: ObservedChoices::new(output, Some(view)), open: OpenChoices::default() }
    }

    /// What was recorder.
    pub(crate) fn into_choices(self) -> OpenChoices {
        self.open
    }
}

impl Choice for ChoiceRecorder<'_> {
    fn choose(&mut self, pick: &Pick<'_>) -> Result<Vec<usize>, Violation> {
        let positions = self.observed.choose(pick)?;
        let Pick { point, from, count } = pick;
        let ids = from.message_ids();
        let peers = from.peers();
        let is_free = match point {
            // The order is a choice as well, unless all ids are equal.
            ChoicePoint::Requested | ChoicePoint::GossipIds(..) => {
                ids.windows(2).any(|pair| pair.first() != pair.last())
            }
            // The order is a choice as well, unless there is one peer at most.
            ChoicePoint::PxPeers => peers.len() > 1,
            _ => *count < from.len(),
        };
        if !is_free {
            return Ok(positions);
        }
        let candidates = match point {
            ChoicePoint::Requested | ChoicePoint::GossipIds(..) => brackets(ids),
            ChoicePoint::Px => brackets(&peers),
            _ => braces(&peers.iter().collect()),
        };
        let choice = format!("any {count} of {candidates}");
        match point {
            ChoicePoint::Requested => self.open.requested = Some(choice),
            ChoicePoint::GossipIds(topic, peer) => {
                self.open.announced.insert(((*topic).clone(), *peer), choice);
            }
            _ => {
                let chosen = positions.iter().filter_map(|position| peers.get(*position));
                self.open.peers.extend(chosen.map(|peer| (*peer, choice.clone())));
            }
        }
        Ok(positions)
    }

    fn keep(&mut self, topic: &Topic, mesh: &OverfullMesh) -> Result<BTreeSet<Peer>, Violation> {
        let kept = self.observed.keep(topic, mesh)?;
        let free = kept_or_not(mesh);
        let (stay, go): (BTreeSet<Peer>, BTreeSet<Peer>) = free.iter().partition(|peer| kept.contains(peer));
        for part in [stay, go] {
            self.open.note(&part, &free);
        }
        Ok(kept)
    }
}

/// The peers that are in some of the sets that may be kept, and not in others. Tries all: the meshes are small.
fn kept_or_not(mesh: &OverfullMesh) -> BTreeSet<Peer> {
    let mut allowed = subsets(&mesh.peers.keys().copied().collect::<Vec<_>>());
    allowed.retain(|kept| mesh.may_keep(kept));
    let always = |peer: &Peer| allowed.iter().all(|kept| kept.contains(peer));
    let some: BTreeSet<Peer> = allowed.iter().flatten().copied().collect();
    some.into_iter().filter(|peer| !always(peer)).collect()
}

fn subsets(peers: &[Peer]) -> Vec<BTreeSet<Peer>> {
    peers.iter().fold(vec![BTreeSet::new()], |mut subsets, peer| {
        let with_peer: Vec<_> = subsets.iter().map(|subset| subset.iter().copied().chain([*peer]).collect()).collect();
        subsets.extend(with_peer);
        subsets
    })
}
