//! The reference model of the router, as the engine uses it.

use super::{Header, Libp2pFamily};
use crate::engine::{
    self, Difference, Family, NoChange, Views, Violation,
    trace::{LineError, LineErrorKind},
};
use gossipsub_automaton::Time;
use gossipsub_reference_model::{
    Observer,
    libp2p::{
        Model, Random,
        vocabulary::{Input, Output, View},
    },
};
use siphasher::sip128::{Hasher128, SipHasher13};

impl engine::Model<Libp2pFamily> for Model {
    type Chance = Random;

    fn start(header: &Header) -> Result<Self, LineError> {
        let dialect = header.dialect.unwrap_or_default().dialect();
        Self::with_faults(&header.parameters, dialect, header.follows.clone()).map_err(|error| {
            let kind = LineErrorKind::Content(format!("{} is required, found {}", error.rule, error.found));
            LineError::of_field(&format!("parameters.{}", error.field), kind)
        })
    }

    fn chance(seed: u64) -> Random {
        Random::from_seed(seed)
    }

    fn change(&mut self, change: &NoChange) {
        match *change {}
    }

    fn judge(
        &mut self,
        now: Time,
        input: &Input,
        output: &Output,
        view: Option<&View>,
        observer: &mut dyn Observer,
    ) -> Result<(), Violation> {
        Self::judge(self, now, input, output, view, observer).map_err(|violation| {
            let rule = format!("{}: {}", violation.rule.name, violation.rule.sentence);
            let (what, allowed) = ("answer".into(), violation.expected);
            Violation::of(rule, Difference { what, allowed, observed: violation.found })
        })
    }

    fn respond(&mut self, now: Time, input: &Input, chance: &mut Random) -> Output {
        Self::respond(self, now, input, chance, &mut ())
    }

    fn view(&self, input: &Input, views: Views) -> Option<View> {
        match (views, input) {
            (Views::Every, _) | (Views::Heartbeat, Input::Heartbeat) => Some(Self::view(self)),
            (Views::Heartbeat | Views::Never, _) => None,
        }
    }

    fn outcomes(&self, now: Time, input: &Input) -> Vec<(Output, Self)> {
        let mut outcomes: Vec<(Output, Self, u128)> = Vec::new();
        for (output, after) in self.responses(now, input) {
            let (output, key) = (Libp2pFamily::normalized(&output), engine::Model::key(&after));
            if !outcomes.iter().any(|(other, _, other_key)| *other_key == key && *other == output) {
                outcomes.push((output, after, key));
            }
        }
        outcomes.into_iter().map(|(output, after, _)| (output, after)).collect()
    }

    fn key(&self) -> u128 {
        let mut hasher = SipHasher13::new();
        self.hash_state(&mut hasher);
        hasher.finish128().as_u128()
    }
}
