//! A sequence that a scenario plays.

use crate::{
    automaton::{AutomatonFamily, Event, Exchange, Header, Runner, Step},
    engine::{Finding, Implementation},
};
use gossipsub_automaton::{
    AddPeer, Finite, Graft, HeartbeatOutput, Input, Join, Output, Prune, PublishMessage, SetApplicationScore, Span,
    Subscribe, Time,
    trace_ids::{MessageId, Peer, TraceIds},
};
use gossipsub_reference_model::{Observer, Rule};
use std::collections::BTreeSet;

/// A run of a scenario: sends inputs one by one, and checks the answers.
pub(super) struct ScenarioRun<'a> {
    runner: Runner<'a, dyn Implementation<AutomatonFamily> + 'a>,
    now: Time,
    steps: Vec<Step>,
    choices: Choices,
    fresh: u64,
}

/// The rules that left a choice.
#[derive(Debug, Default)]
struct Choices(BTreeSet<&'static str>);

impl Observer for Choices {
    fn choice(&mut self, rule: &'static Rule, taken: usize, of: usize) {
        if 0 < taken && taken < of {
            self.0.insert(rule.name);
        }
    }
}

impl<'a> ScenarioRun<'a> {
    /// Starts over.
    pub(super) fn start(
        implementation: &'a mut (dyn Implementation<AutomatonFamily> + 'a),
        header: &Header,
    ) -> Result<Self, Finding> {
        let runner = Runner::start(implementation, header)?;
        Ok(Self { runner, now: Time::ZERO, steps: Vec::new(), choices: Choices::default(), fresh: 1 << 20 })
    }

    /// Asks. An hour goes by before each input: what ends has ended.
    pub(super) fn ask(&mut self, input: impl Into<Input<TraceIds>>) -> Result<(), Finding> {
        self.now = self.now + Span::from_secs(60 * 60);
        let event = Event::Input(Exchange { input: input.into(), output: None, view: None });
        let mut step = Step { now: self.now, event };
        let checked = self.runner.observed_step(&mut step, &mut self.choices);
        self.steps.push(step);
        checked
    }

    /// The steps so far, with their answers.
    pub(super) fn steps(&self) -> Vec<Step> {
        self.steps.clone()
    }

    /// The rules that left a choice so far.
    #[cfg(test)]
    pub(super) const fn choices(&self) -> &BTreeSet<&'static str> {
        &self.choices.0
    }

    /// What was asked last, with its answer.
    fn last(&self) -> Option<&Exchange> {
        match self.steps.last().map(|step| &step.event) {
            Some(Event::Input(exchange)) => Some(exchange),
            Some(Event::Environment(_)) | None => None,
        }
    }

    /// The last output.
    pub(super) fn output(&self) -> Option<&Output<TraceIds>> {
        self.last()?.output.as_ref()
    }

    /// Whom the last heartbeat grafts into the mesh of a topic, in ascending order.
    pub(super) fn grafted(&self, topic: &str) -> Vec<u64> {
        match self.output() {
            Some(Output::Heartbeat(HeartbeatOutput::Heartbeat { to_graft, .. })) => with_topic(to_graft, topic),
            _ => Vec::new(),
        }
    }

    /// Whom the last heartbeat prunes from the mesh of a topic, in ascending order.
    pub(super) fn pruned(&self, topic: &str) -> Vec<u64> {
        match self.output() {
            Some(Output::Heartbeat(HeartbeatOutput::Heartbeat { to_prune, .. })) => with_topic(to_prune, topic),
            _ => Vec::new(),
        }
    }

    /// The fanout of a topic after the last step, in ascending order.
    pub(super) fn fanout(&self, topic: &str) -> Vec<u64> {
        let fanouts = self.last().and_then(|last| last.view.as_ref()?.fanout.as_ref());
        let fanout = fanouts.and_then(|fanouts| fanouts.get(topic));
        fanout.map_or_else(Vec::new, |fanout| fanout.peers.iter().map(|peer| peer.0).collect())
    }

    /// A number that nothing else has.
    pub(super) const fn fresh(&mut self) -> u64 {
        self.fresh += 1;
        self.fresh
    }

    pub(super) fn join(&mut self, topics: &[&str]) -> Result<(), Finding> {
        topics.iter().try_for_each(|topic| self.ask(Join { topic: (*topic).to_owned() }))
    }

    /// A peer that subscribes to these topics.
    pub(super) fn connect(&mut self, peer: u64, kind: Kind, topics: &[&str]) -> Result<(), Finding> {
        let (direct, outbound) = (kind == Kind::Direct, kind == Kind::Outbound);
        self.ask(AddPeer { peer: Peer(peer), direct, outbound, bootstrap: false })?;
        topics.iter().try_for_each(|topic| self.ask(Subscribe { peer: Peer(peer), topic: (*topic).to_owned() }))
    }

    pub(super) fn score(&mut self, peer: u64, score: f64) -> Result<(), Finding> {
        let score = Finite::new(score).unwrap_or_default();
        self.ask(SetApplicationScore { peer: Peer(peer), score })
    }

    pub(super) fn graft(&mut self, peer: u64, topic: &str) -> Result<(), Finding> {
        self.ask(Graft { peer: Peer(peer), topic: topic.to_owned() })
    }

    /// A peer prunes us, for no time, and offers these.
    pub(super) fn prune(&mut self, peer: u64, topic: &str, px: &[u64]) -> Result<(), Finding> {
        let px = px.iter().copied().map(Peer).collect();
        self.ask(Prune { peer: Peer(peer), topic: topic.to_owned(), px, backoff: Span::ZERO.into() })
    }

    pub(super) fn publish(&mut self, topic: &str, message_id: u64) -> Result<(), Finding> {
        let (topic, message_id) = (topic.to_owned(), MessageId(message_id));
        self.ask(PublishMessage { topic, message_id, message: String::new() })
    }
}

/// What a peer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Inbound,
    Outbound,
    Direct,
}

fn with_topic(topics: &gossipsub_automaton::TopicsByPeer<TraceIds>, topic: &str) -> Vec<u64> {
    topics.iter().filter(|(_, topics)| topics.iter().any(|of| of == topic)).map(|(peer, _)| peer.0).collect()
}
