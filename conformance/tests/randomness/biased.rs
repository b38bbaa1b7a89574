//! The reference model with choices that are allowed and not uniform.

use gossipsub_automaton::{
    Input, Time,
    trace_ids::{Peer, Topic, TraceIds},
};
use gossipsub_conformance::{
    automaton::{Answer, AutomatonFamily, Environment, EnvironmentChange, Header},
    engine::{self, Draw, Implementation, ImplementationError, Random, Views},
};
use gossipsub_reference_model::automaton::{Choice, Model, OverfullMesh, Pick, Violation};
use std::collections::BTreeSet;

/// What is wrong with the choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bias {
    /// Always the lowest ids.
    Lowest,
    /// The last candidate only if it is the only one.
    NeverTheLast,
    /// All choices of one input are drawn alike.
    SameForEachTopic,
    /// The choices of each input are those of the input before.
    SameInEachHeartbeat,
    /// The first is 1.2 times as likely as any other, each time that one is drawn.
    FirstLikelier,
    /// All are as likely, and those that stand side by side are chosen together.
    Neighbours,
    /// The same choices for every seed.
    DeafToSeeds,
}

/// The reference model that chooses so.
pub(crate) struct Biased {
    model: Option<Model<Environment>>,
    choice: BiasedChoice,
}

impl Biased {
    pub(crate) fn new(bias: Bias) -> Self {
        Self { model: None, choice: BiasedChoice { bias, seed: 0, input: 0, draw: Random::of_case(0, 0) } }
    }
}

impl Implementation<AutomatonFamily> for Biased {
    fn start(&mut self, header: &Header, _: Views) -> Result<(), ImplementationError> {
        self.model = Some(<Model<_> as engine::Model<AutomatonFamily>>::start(header)?);
        let seed = if self.choice.bias == Bias::DeafToSeeds { 0 } else { header.seed.expect("a seed") };
        self.choice = BiasedChoice { seed, input: 0, draw: Random::of_case(seed, 0), ..self.choice };
        Ok(())
    }

    fn change(&mut self, _: Time, _: &EnvironmentChange) -> Result<(), ImplementationError> {
        Ok(())
    }

    fn answer(&mut self, now: Time, input: &Input<TraceIds>) -> Result<Answer, ImplementationError> {
        let model = self.model.as_mut().expect("a header");
        self.choice.input += 1;
        if self.choice.bias == Bias::SameInEachHeartbeat {
            self.choice.draw = Random::of_case(self.choice.seed, 0);
        }
        let output = model.answer(now, input, &mut self.choice);
        Ok(Answer { output, view: engine::Model::view(model, input, Views::Heartbeat) })
    }
}

struct BiasedChoice {
    bias: Bias,
    seed: u64,
    /// How many inputs there were.
    input: u64,
    draw: Random,
}

impl BiasedChoice {
    /// The members in an order of which the first will be taken.
    fn order<T: Copy>(&mut self, members: impl IntoIterator<Item = T>) -> Vec<T> {
        let mut members: Vec<T> = members.into_iter().collect();
        if members.len() < 2 {
            return members;
        }
        match self.bias {
            Bias::Lowest => members,
            Bias::NeverTheLast => {
                let last = members.pop();
                self.weighted(members, 5).into_iter().chain(last).collect()
            }
            Bias::SameForEachTopic => {
                self.draw = Random::of_case(self.seed, self.input);
                self.weighted(members, 5)
            }
            Bias::SameInEachHeartbeat | Bias::DeafToSeeds => self.weighted(members, 5),
            Bias::FirstLikelier => self.weighted(members, 6),
            Bias::Neighbours => {
                let start = self.draw.below(members.len() as u64);
                members.rotate_left(usize::try_from(start).expect("an index"));
                members
            }
        }
    }

    /// Draws one after the other: the first with this weight, each other with 5.
    fn weighted<T: Copy>(&mut self, members: Vec<T>, first: u64) -> Vec<T> {
        let weights = std::iter::once(first).chain(std::iter::repeat(5));
        let mut left: Vec<(T, u64)> = members.into_iter().zip(weights).collect();
        let mut order = Vec::new();
        while !left.is_empty() {
            let weights: Vec<u64> = left.iter().map(|(_, weight)| *weight).collect();
            order.push(left.remove(self.draw.weighted(&weights)).0);
        }
        order
    }
}

impl Choice for BiasedChoice {
    fn choose(&mut self, pick: &Pick<'_>) -> Result<Vec<usize>, Violation> {
        Ok(self.order(0..pick.from.len()).into_iter().take(pick.count).collect())
    }

    /// The best, each tie in biased order; then the others in biased order, and one of the outbound first where one is
    /// missing.
    fn keep(&mut self, _: &Topic, mesh: &OverfullMesh) -> Result<BTreeSet<Peer>, Violation> {
        let mut by_score: Vec<(Peer, f64, bool)> =
            mesh.peers.iter().map(|(peer, (score, outbound))| (*peer, *score, *outbound)).collect();
        by_score.sort_by(|a, b| b.1.total_cmp(&a.1));
        let ties: Vec<_> = by_score.chunk_by(|a, b| a.1.total_cmp(&b.1).is_eq()).map(<[_]>::to_vec).collect();
        let mut kept: Vec<_> = Vec::new();
        for tied in ties {
            let missing = mesh.best - kept.len();
            if missing > 0 {
                kept.extend(self.order(tied).into_iter().take(missing));
            }
        }
        let mut others: Vec<_> = by_score.into_iter().filter(|peer| !kept.contains(peer)).collect();
        others.sort_by_key(|(peer, ..)| *peer);
        others = self.order(others);
        if mesh.outbound > kept.iter().filter(|(.., outbound)| *outbound).count() {
            let first = others.iter().position(|(.., outbound)| *outbound).expect("an outbound peer");
            let first = others.remove(first);
            others.insert(0, first);
        }
        kept.extend(others);
        Ok(kept.into_iter().map(|(peer, ..)| peer).take(mesh.keep).collect())
    }
}
