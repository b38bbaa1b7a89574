//! Properties that the protocol's documents state, checked beside the model: they find mistakes that an automaton and the
//! model share.
//!
//! No property uses the model. Inputs, outputs and views are its only sources.
//! - A property of answers is checked at every step.
//! - A property of the state is checked at every view that shows all fields, such as after heartbeats.
//! - A property of a change is checked if the states before and after a step were both shown.
//! - A [metamorphic test](metamorphic) replays a sequence under a transformation that must not change the answers.

mod batches;
mod forwarding;
mod frame_conditions;
mod full_view;
mod gossip;
mod grafting;
mod history;
mod maintenance;
mod membership;
pub mod metamorphic;
mod peer_exchange;
mod renaming;
mod retention;
mod scores;
mod senders;

pub use full_view::FullView;
pub use history::History;

use super::{AutomatonFamily, EnvironmentChange, Header};
use crate::engine::{self, Difference, PROPERTY_PREFIX, PropertyExtent, Violation};
use gossipsub_automaton::{Behaviour, Input, Limits, Output, PartialView, Time, View, trace_ids::TraceIds};
use std::{collections::BTreeMap, fmt::Display, sync::LazyLock};

/// A sentence of a document of the protocol, and how it is checked.
#[derive(Debug)]
pub struct Property {
    /// The property in short. A finding names it after [`PROPERTY_PREFIX`].
    pub name: &'static str,
    /// The document and its section. BEHAVIOUR.md is the source of rules that no document of the protocol states.
    pub source: &'static str,
    /// The sentence that states the property, or a part of it, word for word, without links and line breaks.
    pub quote: &'static str,
    /// The exact exceptions of the recorded behaviour, if it has any.
    pub except: Option<&'static str>,
    /// The data that it is checked on.
    pub check: Check,
}

/// The difference, if the property does not hold.
pub(crate) type Verdict = Result<(), Difference>;

/// A check of an answer.
type OfAnswer = fn(&StepContext<'_>) -> Verdict;

/// The data that a property is checked on.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// Every answer.
    Answer(OfAnswer),
    /// Every full view, with the answer before it.
    State(fn(&StepContext<'_>, &FullView<'_>) -> Verdict),
    /// Two full views, before and after a step.
    Change(fn(&StepContext<'_>, &FullView<'_>, &FullView<'_>) -> Verdict),
    /// The answers of the same automaton to the transformed sequence.
    Metamorphic,
}

/// A step, and the history of the automaton.
#[derive(Clone, Copy, Debug)]
pub struct StepContext<'a> {
    pub(crate) limits: &'a Limits<TraceIds>,
    /// For a property of answers, before the step; else after it.
    pub(crate) history: &'a History,
    pub(crate) now: Time,
    pub(crate) input: &'a Input<TraceIds>,
    pub(crate) output: &'a Output<TraceIds>,
}

/// All properties.
pub const ALL: &[&Property] = &[
    &membership::NOT_DIRECT,
    &membership::CONNECTED,
    &membership::SUBSCRIBED,
    &membership::MESH_OR_FANOUT,
    &membership::FANOUT,
    &membership::TOPICS,
    &membership::TOPICS_FULL,
    &grafting::ACCEPTED,
    &grafting::ACCEPTED_SCORE,
    &grafting::ACCEPTED_BACKOFF,
    &grafting::ACCEPTED_FULL,
    &grafting::EXTENDED,
    &grafting::BACKED_OFF,
    &grafting::NOT_REGRAFTED,
    &grafting::GRAFTED_SCORE,
    &grafting::JOINED,
    &maintenance::GRAFT_OR_PRUNE,
    &maintenance::NEGATIVE,
    &maintenance::NOT_TOO_FEW,
    &maintenance::NOT_TOO_MANY,
    &maintenance::OUTBOUND,
    &maintenance::OUTBOUND_KEPT,
    &peer_exchange::TAKEN,
    &peer_exchange::TAKEN_SCORE,
    &peer_exchange::OFFERED,
    &peer_exchange::OFFERED_SCORE,
    &peer_exchange::NOT_OFFERED,
    &forwarding::ONCE,
    &forwarding::VALID,
    &forwarding::NOT_BACK,
    &forwarding::RECIPIENTS,
    &forwarding::DIRECT,
    &forwarding::PUBLISHED,
    &batches::PENDING,
    &batches::RESULTS,
    &batches::VERDICTS,
    &batches::MISMATCH,
    &batches::GOSSIP,
    &batches::PAYLOAD,
    &senders::FIRST_TIME,
    &senders::RECORDED,
    &senders::REPEATED,
    &gossip::REQUESTED,
    &gossip::REQUESTED_COUNT,
    &gossip::HEARD,
    &gossip::RETRANSMITTED,
    &gossip::EMITTED,
    &gossip::EMITTED_OUTSIDE,
    &gossip::EMITTED_SCORE,
    &gossip::LAZY,
    &gossip::IGNORED,
    &scores::MISDEEDS,
    &scores::REWARDS,
    &scores::IGNORED_MESSAGES,
    &scores::BATCHES,
    &scores::TIME,
    &scores::ACTIVE,
    &retention::RETAINED,
    &retention::FORGOTTEN,
    &retention::BACKOFFS,
    &retention::COUNTERS,
    &retention::CACHED,
    &retention::SEEN,
    &frame_conditions::QUERIES,
    &frame_conditions::TOPICS,
    &frame_conditions::PEERS,
    &metamorphic::RENAMED,
    &metamorphic::REORDERED,
    &metamorphic::LATER,
];

/// The properties of answers, which are checked at every step.
static OF_ANSWERS: LazyLock<Vec<(OfAnswer, &Property)>> = LazyLock::new(|| {
    let of_answers = ALL.iter().filter_map(|property| match property.check {
        Check::Answer(check) => Some((check, *property)),
        Check::State(_) | Check::Change(_) | Check::Metamorphic => None,
    });
    of_answers.collect()
});

impl Property {
    /// The rule as a finding names it.
    #[must_use]
    pub fn rule(&self) -> String {
        format!("{PROPERTY_PREFIX}{}", self.name)
    }

    pub(crate) fn violated(&self, difference: Difference) -> Violation {
        Violation { rule: self.rule(), differences: vec![difference] }
    }
}

/// Fails a check.
pub(crate) fn broken(what: impl Display, allowed: impl Display, observed: impl Display) -> Verdict {
    Err(Difference { what: what.to_string(), allowed: allowed.to_string(), observed: observed.to_string() })
}

/// Members in braces.
pub(crate) fn braces(members: impl IntoIterator<Item = impl Display>) -> String {
    let members: Vec<String> = members.into_iter().map(|member| member.to_string()).collect();
    format!("{{{}}}", members.join(", "))
}

/// Checks the properties of one automaton from its start.
#[derive(Clone, Debug)]
pub struct PropertyChecker {
    limits: Limits<TraceIds>,
    history: History,
    /// The view of the step before, as long as everything was shown after every step.
    shown: Option<PartialView<TraceIds>>,
    extent: PropertyExtent,
}

impl engine::Properties<AutomatonFamily> for PropertyChecker {
    fn start(header: &Header, extent: PropertyExtent) -> Self {
        let limits = header.limits.clone();
        Self { limits, history: History::default(), shown: Some(empty(header.behaviour).into()), extent }
    }

    fn change(&mut self, change: &EnvironmentChange) {
        self.history.environment.apply(change);
    }

    fn check(
        &mut self,
        now: Time,
        input: &Input<TraceIds>,
        output: &Output<TraceIds>,
        view: Option<&PartialView<TraceIds>>,
    ) -> Result<(), Violation> {
        let answers = StepContext { limits: &self.limits, history: &self.history, now, input, output };
        for (check, property) in &*OF_ANSWERS {
            check(&answers).map_err(|difference| property.violated(difference))?;
        }
        self.history.learn(&self.limits, now, input, output);
        if self.extent != PropertyExtent::All {
            return Ok(());
        }
        let before = self.shown.take();
        let Some(after) = view.and_then(FullView::of) else { return Ok(()) };
        let step = StepContext { limits: &self.limits, history: &self.history, now, input, output };
        let change = before.as_ref().and_then(FullView::of).map(|before| {
            // A field that only one of the views has says nothing about the change.
            let both_have = before.score_records.is_some() && after.score_records.is_some();
            [before, after].map(|view| FullView { score_records: view.score_records.filter(|_| both_have), ..view })
        });
        for property in ALL {
            let verdict = match (property.check, &change) {
                (Check::State(check), _) => check(&step, &after),
                (Check::Change(check), Some([before, after])) => check(&step, before, after),
                _ => Ok(()),
            };
            verdict.map_err(|difference| property.violated(difference))?;
        }
        if change.is_some() {
            self.shown = view.cloned();
        }
        Ok(())
    }
}

fn empty(behaviour: Behaviour) -> View<TraceIds> {
    View {
        heartbeat_ticks: 0,
        connections: [].into(),
        mesh: [].into(),
        fanout: [].into(),
        backoff: [].into(),
        scores: [].into(),
        ihave_per_heartbeat: [].into(),
        iwant_per_heartbeat: [].into(),
        message_cache: [].into(),
        first_seen: [].into(),
        gossip_ids: [].into(),
        senders: behaviour.switches().records_senders.then(BTreeMap::new),
        score_records: None,
    }
}
