//! Which choices are accepted, compared with every choice that is possible.

use super::{
    choice::Choice,
    dialect::Median,
    fanout::Fanout,
    mesh::{MeshChoice, MeshSituation, Opportunistic, OverfullMesh, Standing},
    observed::Observed,
    violation::Violation,
    vocabulary::{Peer, Prune, Sent, Topic},
};
use crate::Rule;
use std::collections::{BTreeMap, BTreeSet};

/// Numbers for situations: splitmix64.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    fn small(&mut self, bound: u64) -> usize {
        usize::try_from(self.below(bound)).unwrap()
    }

    fn set(&mut self, of: &[Peer]) -> BTreeSet<Peer> {
        of.iter().copied().filter(|_| self.below(2) == 0).collect()
    }
}

fn subsets(of: &[Peer]) -> Vec<BTreeSet<Peer>> {
    (0..1_usize << of.len())
        .map(|mask| of.iter().enumerate().filter(|(index, _)| mask >> index & 1 == 1).map(|(_, peer)| *peer).collect())
        .collect()
}

/// Makes every sequence of choices in turn: each choice takes the option that the path says.
#[derive(Default)]
struct Enumerated {
    path: Vec<usize>,
    /// How many options each choice on the way had.
    options: Vec<usize>,
}

impl Enumerated {
    fn take(&mut self, mut options: Vec<BTreeSet<Peer>>) -> BTreeSet<Peer> {
        let position = self.options.len();
        self.options.push(options.len());
        if self.path.len() == position {
            self.path.push(0);
        }
        options.swap_remove(self.path[position])
    }

    /// Goes to the next sequence.
    fn advance(&mut self) -> bool {
        let options = std::mem::take(&mut self.options);
        self.path.truncate(options.len());
        while let Some(last) = self.path.pop() {
            if last + 1 < options[self.path.len()] {
                self.path.push(last + 1);
                return true;
            }
        }
        false
    }
}

impl MeshChoice for Enumerated {
    fn graft(
        &mut self,
        _: &'static Rule,
        candidates: &BTreeMap<Peer, Standing>,
        count: usize,
    ) -> Result<BTreeSet<Peer>, Violation> {
        let peers: Vec<Peer> = candidates.keys().copied().collect();
        Ok(self.take(subsets(&peers).into_iter().filter(|set| set.len() == count).collect()))
    }

    fn keep(&mut self, mesh: &OverfullMesh<'_>) -> Result<BTreeSet<Peer>, Violation> {
        let peers: Vec<Peer> = mesh.members.keys().copied().collect();
        Ok(self.take(subsets(&peers).into_iter().filter(|kept| mesh.check(kept).is_ok()).collect()))
    }
}

fn situation(numbers: &mut Numbers) -> MeshSituation {
    let mut standings = |peers: std::ops::Range<u64>, least: i32| -> BTreeMap<Peer, Standing> {
        let mut standings = BTreeMap::new();
        for peer in peers {
            let score = f64::from(least + i32::try_from(numbers.below(4)).unwrap());
            standings.insert(Peer(peer), Standing { score, outbound: numbers.below(3) == 0 });
        }
        standings
    };
    let members = standings(1..6, -1);
    let candidates = standings(11..16, 0);
    let count = numbers.small(6);
    let members: BTreeMap<_, _> = members.into_iter().take(count).collect();
    let may_return = if numbers.below(4) == 0 { members.keys().copied().collect() } else { BTreeSet::new() };
    let count = numbers.small(6);
    let candidates = candidates.into_iter().take(count).collect();
    let degree = 2 + numbers.small(2);
    let median = if numbers.below(2) == 0 { Median::Element } else { Median::Mean };
    MeshSituation {
        topic: Topic::new("t"),
        members,
        candidates,
        degree,
        degree_low: degree - numbers.small(2),
        degree_high: degree + numbers.small(2),
        degree_score: numbers.small(3),
        degree_out: numbers.small(2),
        may_return: may_return.into_iter().filter(|_| numbers.below(4) > 0).collect(),
        prunes_at_high: numbers.below(4) == 0,
        opportunistic: (numbers.below(2) == 0).then(|| Opportunistic {
            threshold: 2.5,
            peers: 1 + numbers.small(2),
            median,
        }),
    }
}

#[test]
fn exactly_the_possible_changes_of_a_mesh_are_accepted() {
    let mut numbers = Numbers(1);
    let mut possible_changes = 0;
    for _ in 0..400 {
        let mesh = situation(&mut numbers);
        let mut possible: BTreeSet<(BTreeSet<Peer>, BTreeSet<Peer>)> = BTreeSet::new();
        let mut enumerated = Enumerated::default();
        loop {
            let changes = mesh.maintain(&mut enumerated, &mut |_, _, _| {}).unwrap();
            let pruned = &changes.negative | &changes.pruned;
            possible.insert((changes.grafted.keys().copied().collect(), pruned));
            if !enumerated.advance() {
                break;
            }
        }
        possible_changes += possible.len();
        let members: Vec<Peer> = mesh.members.keys().copied().collect();
        let grafts: Vec<Peer> = mesh.candidates.keys().chain(&members).copied().collect();
        // A member is grafted only after it was pruned: sets with more members than candidates are not looked at.
        for pruned in subsets(&members) {
            let again = members.iter().take(2).filter(|peer| mesh.may_return.contains(peer) && pruned.contains(peer));
            let some: Vec<Peer> =
                grafts.iter().filter(|peer| mesh.candidates.contains_key(peer)).chain(again).copied().collect();
            for grafted in subsets(&some) {
                let mut sent = Sent::default();
                for peer in &grafted {
                    sent.to.entry(*peer).or_default().graft.push(mesh.topic.clone());
                }
                for peer in &pruned {
                    let prune = Prune { topic: mesh.topic.clone(), backoff: Some(60), peers: Vec::new() };
                    sent.to.entry(*peer).or_default().prune.push(prune);
                }
                let accepted = Observed::new(&sent).maintain(&mesh, &mut ()).is_ok_and(|changes| {
                    (&changes.negative | &changes.pruned) == pruned && changes.grafted.keys().eq(&grafted)
                });
                let expected = possible.contains(&(grafted.clone(), pruned.clone()));
                assert_eq!(accepted, expected, "{mesh:?}: grafted {grafted:?}, pruned {pruned:?}");
            }
        }
    }
    assert!(possible_changes > 1000, "only {possible_changes} possible changes");
}

/// A fanout and, beside it, every set of members that it can be.
struct Possible {
    fanout: Fanout,
    sets: BTreeSet<BTreeSet<Peer>>,
}

impl Possible {
    fn change(&mut self, change: impl Fn(&BTreeSet<Peer>) -> Vec<BTreeSet<Peer>>) {
        self.sets = self.sets.iter().flat_map(change).collect();
    }

    fn check(&self) {
        for set in &self.sets {
            assert!(self.fanout.can_be(set), "{:?} cannot be {set:?}", self.fanout);
        }
    }
}

#[test]
fn a_fanout_that_is_possible_is_never_excluded() {
    const DEGREE: usize = 3;
    let peers: Vec<Peer> = (1..8).map(Peer).collect();
    let mut numbers = Numbers(2);
    let mut narrowed = 0;
    for _ in 0..2000 {
        let start: BTreeSet<Peer> = numbers.set(&peers).into_iter().take(DEGREE).collect();
        let mut possible = Possible { fanout: Fanout::exact(start.clone()), sets: BTreeSet::from([start]) };
        for _ in 0..8 {
            match numbers.below(4) {
                0 => {
                    let eligible = numbers.set(&peers);
                    possible.fanout.fill(&eligible, DEGREE);
                    possible.change(|set| {
                        let others: Vec<Peer> = (&eligible - set).into_iter().collect();
                        let missing = DEGREE.saturating_sub(set.len()).min(others.len());
                        let added = subsets(&others).into_iter().filter(|added| added.len() == missing);
                        added.map(|added| set | &added).collect()
                    });
                }
                1 => {
                    let peer = peers[numbers.small(7)];
                    possible.fanout.remove(peer);
                    possible.change(|set| vec![set - &BTreeSet::from([peer])]);
                }
                2 => {
                    let hidden = if numbers.below(2) == 0 { BTreeSet::new() } else { numbers.set(&peers) };
                    let shown = possible.sets.iter().nth(numbers.small(possible.sets.len() as u64)).unwrap() - &hidden;
                    possible.sets.retain(|set| set - &hidden == shown);
                    possible.fanout = possible.fanout.narrow(&shown, &hidden).expect("it is possible");
                    narrowed += 1;
                }
                _ => {
                    let member = possible.sets.iter().nth(numbers.small(possible.sets.len() as u64)).unwrap().clone();
                    let others = &numbers.set(&peers) - &member;
                    possible.sets.retain(|set| set.is_disjoint(&others));
                    possible.fanout = possible.fanout.without(&others).expect("it is possible");
                }
            }
            possible.check();
        }
    }
    assert!(narrowed > 1000);
}

#[test]
fn a_fanout_is_exact_after_it_was_published_to() {
    let mut fanout = Fanout::exact(BTreeSet::from([Peer(1)]));
    let eligible: BTreeSet<Peer> = (1..7).map(Peer).collect();
    fanout.fill(&eligible, 3);
    assert_eq!((fanout.smallest_size(), fanout.largest_size()), (3, 3));
    assert!(!fanout.is_exact());
    let none = BTreeSet::new();
    let narrow = |peers: &[u64]| fanout.narrow(&peers.iter().copied().map(Peer).collect(), &none);
    assert!(narrow(&[1, 2, 3]).is_some_and(|fanout| fanout.is_exact()));
    assert!(narrow(&[2, 3, 4]).is_none(), "the certain member is missing");
    assert!(narrow(&[1, 2]).is_none(), "a member is missing");
    assert!(narrow(&[1, 2, 3, 4]).is_none(), "a member too many");
    assert!(narrow(&[1, 2, 9]).is_none(), "a peer that was not eligible");
}
