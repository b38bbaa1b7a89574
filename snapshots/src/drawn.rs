//! What was left to chance in a step: which members of an answer are drawn, and from what.

use crate::name::{Name, braces, brackets};
use gossipsub_automaton::{
    Output, PartialView,
    trace_ids::{MessageId, Peer, Topic, TraceIds},
};
use gossipsub_reference_model::{Choice, Grafts, Observed, OverfullMesh, Pick, Point, Violation};
use std::collections::{BTreeMap, BTreeSet};

/// Follows the choices that an answer shows, and notes those that could have been others.
#[derive(Debug)]
pub(crate) struct Noted<'a> {
    observed: Observed<'a>,
    drawn: Drawn,
}

/// The choices of one step that could have been others.
#[derive(Clone, Debug, Default)]
pub(crate) struct Drawn {
    peers: BTreeMap<Peer, String>,
    requested: Option<String>,
    announced: BTreeMap<(Topic, Peer), String>,
}

impl Drawn {
    /// The name of a peer: the choice that gave it, if one did.
    pub(crate) fn peer(&self, peer: Peer) -> Name<Peer> {
        self.peers.get(&peer).cloned().map_or(Name::Known(peer), Name::Drawn)
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

    fn note(&mut self, chosen: impl IntoIterator<Item = Peer>, count: usize, from: &BTreeSet<Peer>) {
        if count < from.len() {
            let choice = format!("any {count} of {}", braces(from));
            self.peers.extend(chosen.into_iter().map(|peer| (peer, choice.clone())));
        }
    }
}

fn names_of_ids(choice: Option<&String>, ids: &[MessageId]) -> Vec<Name<MessageId>> {
    match choice {
        Some(choice) => vec![Name::Drawn(choice.clone())],
        None => ids.iter().copied().map(Name::Known).collect(),
    }
}

impl<'a> Noted<'a> {
    /// Follows an output and the view after it.
    pub(crate) fn new(output: &'a Output<TraceIds>, view: &'a PartialView<TraceIds>) -> Self {
        Self { observed: Observed::new(output, Some(view)), drawn: Drawn::default() }
    }

    /// What was noted.
    pub(crate) fn into_drawn(self) -> Drawn {
        self.drawn
    }
}

impl Choice for Noted<'_> {
    type Refusal = Violation;

    fn peers(&mut self, point: Point<'_>, pick: &Pick) -> Result<BTreeSet<Peer>, Violation> {
        let chosen = self.observed.peers(point, pick)?;
        self.drawn.note(chosen.iter().copied(), pick.count, &pick.from);
        Ok(chosen)
    }

    /// The order is drawn, too: only of one or none is nothing left to chance.
    fn ordered_peers(&mut self, point: Point<'_>, pick: &Pick) -> Result<Vec<Peer>, Violation> {
        let chosen = self.observed.ordered_peers(point, pick)?;
        if pick.from.len() > 1 {
            let choice = format!("any {} of {}", pick.count, braces(&pick.from));
            self.drawn.peers.extend(chosen.iter().map(|peer| (*peer, choice.clone())));
        }
        Ok(chosen)
    }

    /// The order is drawn, too: only of equal ids is nothing left to chance.
    fn message_ids(&mut self, point: Point<'_>, from: &[MessageId], count: usize) -> Result<Vec<MessageId>, Violation> {
        let chosen = self.observed.message_ids(point, from, count)?;
        if from.windows(2).any(|pair| matches!(pair, [a, b] if a != b)) {
            let choice = format!("any {count} of {}", brackets(from));
            if let Point::GossipIds(topic, peer) = point {
                self.drawn.announced.insert((topic.clone(), peer), choice);
            } else {
                self.drawn.requested = Some(choice);
            }
        }
        Ok(chosen)
    }

    fn px(&mut self, from: &[Peer], count: usize) -> Result<BTreeSet<Peer>, Violation> {
        let chosen = self.observed.px(from, count)?;
        if count < from.len() {
            let choice = format!("any {count} of {}", brackets(from));
            self.drawn.peers.extend(chosen.iter().map(|peer| (*peer, choice.clone())));
        }
        Ok(chosen)
    }

    fn kept(&mut self, topic: &Topic, mesh: &OverfullMesh) -> Result<BTreeSet<Peer>, Violation> {
        let kept = self.observed.kept(topic, mesh)?;
        let free = kept_or_not(mesh);
        let (stay, go): (BTreeSet<Peer>, BTreeSet<Peer>) = free.iter().partition(|peer| kept.contains(peer));
        for part in [stay, go] {
            self.drawn.note(part.iter().copied(), part.len(), &free);
        }
        Ok(kept)
    }

    fn grafts(&mut self, grafts: &Grafts<'_>) -> Result<(BTreeSet<Peer>, BTreeSet<Peer>), Violation> {
        let (first, opportunistic) = self.observed.grafts(grafts)?;
        if let Some((_, pick)) = &grafts.first {
            self.drawn.note(first.iter().copied(), pick.count, &pick.from);
        }
        let pick = (grafts.opportunistic)(&first);
        self.drawn.note(opportunistic.iter().copied(), pick.count, &pick.from);
        Ok((first, opportunistic))
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
