//! The reference model, as the engine uses it.

use super::{AutomatonFamily, Environment, EnvironmentChange, Header, checker};
use crate::engine::{self, Family, Views, Violation, trace::LineError};
use gossipsub_automaton::{Input, Output, PartialView, Time, trace_ids::TraceIds};
use gossipsub_reference_model::{
    Observer,
    automaton::{EnumeratedChoices, Model, RandomChoices},
};
use siphasher::sip128::{Hasher128, SipHasher13};
use std::hash::Hash;

impl engine::Model<AutomatonFamily> for Model<Environment> {
    type Chance = RandomChoices;

    fn start(header: &Header) -> Result<Self, LineError> {
        Self::with_behaviour(header.limits.clone(), header.behaviour, Environment::default())
            .map_err(|error| LineError::of_field("limits", engine::trace::LineErrorKind::from(error)))
    }

    fn chance(seed: u64) -> RandomChoices {
        RandomChoices::from_seed(seed)
    }

    fn change(&mut self, change: &EnvironmentChange) {
        self.application_mut().apply(change);
    }

    fn judge(
        &mut self,
        now: Time,
        input: &Input<TraceIds>,
        output: &Output<TraceIds>,
        view: Option<&PartialView<TraceIds>>,
        observer: &mut dyn Observer,
    ) -> Result<(), Violation> {
        checker::check_step(self, now, input, output, view, observer)
    }

    fn respond(&mut self, now: Time, input: &Input<TraceIds>, chance: &mut RandomChoices) -> Output<TraceIds> {
        self.answer(now, input, chance)
    }

    fn view(&self, input: &Input<TraceIds>, views: Views) -> Option<PartialView<TraceIds>> {
        shown(views, input, || Self::view(self))
    }

    fn take_over(&mut self, view: &PartialView<TraceIds>) -> bool {
        Self::take_over(self, view);
        true
    }

    fn outcomes(&self, now: Time, input: &Input<TraceIds>) -> Vec<(Output<TraceIds>, Self)> {
        let mut outcomes: Vec<(Output<TraceIds>, Self, u128)> = Vec::new();
        let mut choice = EnumeratedChoices::default();
        loop {
            let mut after = self.clone();
            let output = after.answer(now, input, &mut choice);
            let (output, key) = (AutomatonFamily::normalized(&output), engine::Model::key(&after));
            if !outcomes.iter().any(|(other, _, other_key)| *other_key == key && *other == output) {
                outcomes.push((output, after, key));
            }
            if !choice.advance() {
                return outcomes.into_iter().map(|(output, after, _)| (output, after)).collect();
            }
        }
    }

    fn key(&self) -> u128 {
        let mut hasher = SipHasher13::new();
        self.hash_state(&mut hasher);
        self.application().hash(&mut hasher);
        hasher.finish128().as_u128()
    }
}

/// What an automaton in this process shows after an input. After a heartbeat it shows the fanout at least.
pub(super) fn shown(
    views: Views,
    input: &Input<TraceIds>,
    view: impl FnOnce() -> gossipsub_automaton::View<TraceIds>,
) -> Option<PartialView<TraceIds>> {
    match (views, input) {
        (Views::Every, _) | (Views::Heartbeat, Input::Heartbeat) => Some(view().into()),
        (Views::Never, Input::Heartbeat) => Some(PartialView { fanout: Some(view().fanout), ..PartialView::default() }),
        (Views::Heartbeat | Views::Never, _) => None,
    }
}
