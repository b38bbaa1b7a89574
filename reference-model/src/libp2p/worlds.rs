//! States that differ in what no answer shows.
//!
//! Whether a promise was broken is not certain if several ids were requested and some of them came. Then the count of
//! penalties of the peer is not certain, and with it the score. The model keeps every possible count of a peer. If an
//! answer depends on the score, each count is tried, and those that do not explain the answer are forgotten. If two
//! counts explain an answer and leave states that differ in anything but counts of penalties and fanouts, both states
//! are kept.

use super::{
    fanout::Fanout,
    model::Model,
    promises::BrokenPromises,
    violation::Violation,
    vocabulary::{Input, Peer, Sent, View},
};
use crate::Observer;
use gossipsub_automaton::Time;
use std::collections::{BTreeMap, BTreeSet};

/// How many states are tried in a step, and how many are kept. Others are forgotten.
const MOST_WORLDS: usize = 64;

impl Model {
    /// Other states that the answers so far allow, beside this one.
    #[must_use]
    pub fn alternatives(&self) -> &[Self] {
        &self.alternatives
    }

    /// Whether there is one state before a step, with one count of penalties for each peer.
    pub(super) fn is_certain(&self, now: Time, input: &Input) -> bool {
        let penalties = self.scores.as_ref().is_none_or(|scores| scores.uncertain().next().is_none());
        penalties && self.alternatives.is_empty() && self.doubtful_promises(now, input).is_empty()
    }

    /// Makes a step from each possible state, and keeps those that explain the answer.
    pub(super) fn judge_in_worlds(
        &mut self,
        now: Time,
        input: &Input,
        sent: &Sent,
        view: Option<&View>,
        observer: &mut dyn Observer,
    ) -> Result<(), Violation> {
        let mut starts = std::mem::take(&mut self.alternatives);
        starts.insert(0, self.clone());
        let ends: Vec<(Self, Self)> =
            starts.iter().flat_map(|start| start.worlds_that_explain(now, input, sent, view)).collect();
        // The decisions of the first state are reported.
        if let Some((start, _)) = ends.first() {
            *self = start.clone();
        }
        self.judge_once(now, input, sent, view, observer).0?;
        let mut kept: Vec<Self> = Vec::new();
        for (_, end) in ends {
            let absorbed = kept.iter_mut().any(|world| world.absorb(&end));
            if !absorbed && kept.len() < MOST_WORLDS {
                kept.push(end);
            }
        }
        if !kept.is_empty() {
            *self = kept.remove(0);
            self.alternatives = kept;
        }
        Ok(())
    }

    /// The states before and after a step that explains the answer, one for each combination of counts that matters.
    fn worlds_that_explain(&self, now: Time, input: &Input, sent: &Sent, view: Option<&View>) -> Vec<(Self, Self)> {
        let doubtful = self.doubtful_promises(now, input);
        let mut counting: BTreeSet<Peer> = BTreeSet::new();
        loop {
            let mut worlds: Vec<(Self, Self)> = Vec::new();
            let mut others: BTreeSet<Peer> = BTreeSet::new();
            for start in self.worlds(&counting, &doubtful) {
                let mut end = start.clone();
                let (judged, uncertain) = end.judge_once(now, input, sent, view, &mut ());
                others.extend(uncertain);
                if judged.is_ok() {
                    worlds.push((start, end));
                }
            }
            if others.is_subset(&counting) {
                return worlds;
            }
            counting.extend(others);
        }
    }

    /// The peers for which it is not certain how many promises end in a step.
    fn doubtful_promises(&self, now: Time, input: &Input) -> BTreeMap<Peer, BrokenPromises> {
        if *input == Input::Heartbeat && self.scores.is_some() { self.promises.doubtful(now) } else { BTreeMap::new() }
    }

    /// Copies of this state, each with one count of penalties, and one number of promises that end in this step, for
    /// each of some peers.
    fn worlds(&self, peers: &BTreeSet<Peer>, doubtful: &BTreeMap<Peer, BrokenPromises>) -> Vec<Self> {
        let mut worlds = vec![self.clone()];
        for peer in peers {
            let penalties = self.scores.as_ref().map_or(&[][..], |scores| scores.penalties(*peer));
            let broken = doubtful.get(peer).map(|count| count.fewest..=count.most);
            let broken: Vec<Option<usize>> = broken.map_or_else(|| vec![None], |counts| counts.map(Some).collect());
            let mut split = Vec::new();
            for world in &worlds {
                for count in penalties {
                    split.extend(broken.iter().map(|broken| world.with_counts(*peer, *count, *broken)));
                }
            }
            if !split.is_empty() {
                worlds = split;
            }
            worlds.truncate(MOST_WORLDS);
        }
        worlds
    }

    /// A copy in which the counts of a peer are certain.
    fn with_counts(&self, peer: Peer, penalties: f64, broken: Option<usize>) -> Self {
        let mut world = self.clone();
        if let Some(scores) = &mut world.scores {
            scores.set_penalties(peer, vec![penalties]);
        }
        if let Some(broken) = broken {
            let heartbeat = world.script.next_heartbeat();
            world.promises.settle(peer, heartbeat, broken);
        }
        world
    }

    /// Takes in a state that differs in nothing but counts of penalties and fanouts, and tells whether it did.
    fn absorb(&mut self, other: &Self) -> bool {
        if !self.fanout.keys().eq(other.fanout.keys()) {
            return false;
        }
        let mut rest = other.clone();
        rest.fanout.clone_from(&self.fanout);
        if let (Some(rest), Some(scores)) = (&mut rest.scores, &self.scores) {
            rest.copy_penalties(scores);
        }
        if rest != *self {
            return false;
        }
        for (fanout, other) in self.fanout.values_mut().zip(other.fanout.values()) {
            *fanout = Fanout::either(fanout, other);
        }
        if let (Some(scores), Some(others)) = (&mut self.scores, &other.scores) {
            scores.add_penalties(others);
        }
        true
    }
}
