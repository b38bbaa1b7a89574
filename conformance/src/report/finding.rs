//! One finding, for people and for programs: what was found, how it came about, and how to see it again.

use crate::{
    checker::{Answer, Violation, check_step},
    difference::Difference,
    runner::Finding,
    trace::{Environment, Event, Exchange, Header, Step},
};
use gossipsub_automaton::{
    Input, View,
    trace_ids::{Peer, Topic, TraceIds},
};
use gossipsub_reference_model::Model;
use serde::Serialize;
use std::{
    collections::BTreeSet,
    fmt::{Display, Formatter, Result, Write},
};

/// How many of the last steps are shown.
const STEPS: usize = 8;

/// How many lines of the state are shown.
const LINES: usize = 40;

/// A finding with all that is to be told of it.
#[derive(Debug, Serialize)]
pub struct FindingReport {
    /// What kind of finding it is: the rule, or how the implementation failed.
    pub kind: String,
    /// How many cases ended in a finding of this kind.
    pub cases: u64,
    /// The number of the first of them.
    pub first_case: u64,
    /// Its profile.
    pub profile: String,
    /// How many steps it had.
    pub steps: u64,
    /// How many were left of them.
    pub minimized_to: u64,
    /// What was found, in words.
    pub message: String,
    /// What was allowed, and what was observed instead.
    pub differences: Vec<Difference>,
    /// The last steps, readable.
    pub last_steps: Vec<String>,
    /// The state before the last step, as far as its peers and topics go.
    pub state: Vec<String>,
    /// The file of the trace.
    pub trace: Option<String>,
    /// The command that replays it.
    pub replay: Option<String>,
    /// What else is to be said.
    pub remarks: Vec<String>,
}

impl FindingReport {
    /// Tells of a finding at the last of these steps.
    #[must_use]
    pub fn new(finding: &Finding, header: &Header, steps: &[Step]) -> Self {
        let differences = match finding {
            Finding::Violated(Violation { differences, .. }) => differences.clone(),
            Finding::Failed(_) | Finding::Unverifiable(_) => Vec::new(),
        };
        let earlier = steps.len().saturating_sub(STEPS);
        let mut last_steps: Vec<String> = steps.iter().skip(earlier).map(readable).collect();
        if earlier > 0 {
            last_steps.insert(0, format!("... {earlier} earlier steps"));
        }
        Self {
            kind: finding.kind(),
            cases: 1,
            first_case: 0,
            profile: header.profile.clone().unwrap_or_default(),
            steps: steps.len() as u64,
            minimized_to: steps.len() as u64,
            message: finding.to_string(),
            differences,
            last_steps,
            state: state_before_the_last(header, steps),
            trace: None,
            replay: None,
            remarks: Vec::new(),
        }
    }
}

/// `1500ms graft { peer=3; topic=a } -> Mesh_full`
fn readable(step: &Step) -> String {
    let now = step.now;
    match &step.event {
        Event::Environment(change) => {
            format!("{now} environment {}", serde_json::to_string(change).unwrap_or_default())
        }
        Event::Input(Exchange { input, output, .. }) => {
            let mut text = format!("{now} {} {input}", input.kind());
            if let Some(output) = output {
                // Writing to a string cannot fail.
                let _ = write!(text, " -> {output}");
            }
            text
        }
    }
}

/// The state that the model is in before the last step, line by line.
fn state_before_the_last(header: &Header, steps: &[Step]) -> Vec<String> {
    let Some((last, before)) = steps.split_last() else { return Vec::new() };
    let Ok(mut model) = Model::new(header.limits.clone(), Environment::default()) else { return Vec::new() };
    for step in before {
        match &step.event {
            Event::Environment(change) => model.application_mut().apply(change),
            Event::Input(Exchange { input, output, view }) => {
                let answer = Answer::new(input, output.as_ref(), view.as_ref()).ok();
                if answer.is_none_or(|answer| check_step(&mut model, step.now, input, answer).is_err()) {
                    return Vec::new();
                }
            }
        }
    }
    let Event::Input(Exchange { input, .. }) = &last.event else { return Vec::new() };
    let mut lines = Involved::of(input).lines(&model.view());
    if lines.len() > LINES {
        let more = lines.split_off(LINES).len();
        lines.push(format!("... {more} more lines"));
    }
    lines
}

/// The peers and topics that an input is about; all, where it names none.
struct Involved {
    peers: Option<BTreeSet<Peer>>,
    topics: Option<BTreeSet<Topic>>,
}

impl Involved {
    fn of(input: &Input<TraceIds>) -> Self {
        let both =
            |peer: Peer, topic: &Topic| Self { peers: Some([peer].into()), topics: Some([topic.clone()].into()) };
        let peer = |peer: Peer| Self { peers: Some([peer].into()), topics: None };
        let topic = |topic: &Topic| Self { peers: None, topics: Some([topic.clone()].into()) };
        match input {
            Input::AddPeer(input) => peer(input.peer),
            Input::RemovePeer(input) => peer(input.peer),
            Input::Subscribe(input) => both(input.peer, &input.topic),
            Input::Unsubscribe(input) => both(input.peer, &input.topic),
            Input::Ihave(input) => both(input.peer, &input.topic),
            Input::Iwant(input) => peer(input.peer),
            Input::Graft(input) => both(input.peer, &input.topic),
            Input::Prune(input) => both(input.peer, &input.topic),
            Input::ReceiveMessage(input) => both(input.sender, &input.topic),
            Input::SetApplicationScore(input) => peer(input.peer),
            Input::SelectPxPeers(input) => topic(&input.topic),
            Input::PublishMessage(input) => topic(&input.topic),
            Input::Join(input) => topic(&input.topic),
            Input::Leave(input) => topic(&input.topic),
            Input::Heartbeat | Input::SelectGossipMessages => Self { peers: None, topics: None },
        }
    }

    fn peer(&self, peer: Peer) -> bool {
        self.peers.as_ref().is_none_or(|peers| peers.contains(&peer))
    }

    fn topic(&self, topic: &Topic) -> bool {
        self.topics.as_ref().is_none_or(|topics| topics.contains(topic))
    }

    fn lines(&self, view: &View<TraceIds>) -> Vec<String> {
        let mut lines = vec![format!("heartbeat_ticks {}", view.heartbeat_ticks)];
        for (peer, connection) in view.connections.iter().filter(|(peer, _)| self.peer(**peer)) {
            let topics: Vec<&str> = connection.topics.iter().map(String::as_str).collect();
            let direct = if connection.direct { ", direct" } else { "" };
            let outbound = if connection.outbound { ", outbound" } else { "" };
            lines.push(format!("peer {peer}: connected{direct}{outbound}, topics [{}]", topics.join(", ")));
        }
        for (peer, score) in view.scores.iter().filter(|(peer, _)| self.peer(**peer)) {
            lines.push(format!("peer {peer}: score {:?}", score.value()));
        }
        for (peer, count) in view.ihave_per_heartbeat.iter().filter(|(peer, _)| self.peer(**peer)) {
            lines.push(format!("peer {peer}: {count} IHaves in this heartbeat"));
        }
        for (peer, count) in view.iwant_per_heartbeat.iter().filter(|(peer, _)| self.peer(**peer)) {
            lines.push(format!("peer {peer}: {count} ids requested in this heartbeat"));
        }
        for (topic, mesh) in view.mesh.iter().filter(|(topic, _)| self.topic(topic)) {
            lines.push(format!("topic {topic}: mesh [{}]", members(mesh)));
        }
        for (topic, fanout) in view.fanout.iter().filter(|(topic, _)| self.topic(topic)) {
            let published = fanout.last_published_time;
            lines.push(format!("topic {topic}: fanout [{}], last published at {published}", members(&fanout.peers)));
        }
        for (topic, entries) in view.backoff.iter().filter(|(topic, _)| self.topic(topic)) {
            for (peer, end) in entries.iter().filter(|(peer, _)| self.peer(**peer)) {
                lines.push(format!("topic {topic}: peer {peer} backed off until {end}"));
            }
        }
        lines
    }
}

fn members(peers: &BTreeSet<Peer>) -> String {
    peers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl Display for FindingReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(f, "finding: {}", self.message)?;
        let Self { cases, first_case, profile, steps, minimized_to, .. } = self;
        writeln!(
            f,
            "  in {cases} cases; case {first_case} of profile {profile}: from {steps} steps to {minimized_to}"
        )?;
        for difference in &self.differences {
            writeln!(f, "  {}", difference.what)?;
            writeln!(f, "    allowed   {}", difference.allowed)?;
            writeln!(f, "    observed  {}", difference.observed)?;
        }
        section(f, "steps", &self.last_steps)?;
        section(f, "state before the last step", &self.state)?;
        section(f, "remarks", &self.remarks)?;
        if let Some(trace) = &self.trace {
            writeln!(f, "  trace: {trace}")?;
        }
        if let Some(replay) = &self.replay {
            writeln!(f, "  replay: {replay}")?;
        }
        Ok(())
    }
}

fn section(f: &mut Formatter<'_>, title: &str, lines: &[String]) -> Result {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(f, "  {title}:")?;
    lines.iter().try_for_each(|line| writeln!(f, "    {line}"))
}
