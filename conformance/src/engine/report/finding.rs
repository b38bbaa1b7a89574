//! One finding, for people and for programs: what was found, how it came about, and how to see it again.

use super::{rules_page, shown::Shown};
use crate::engine::{
    Counterexample, Difference, Event, Exchange, Family, Finding, PropertyExtent, Referee, Step, TraceHeader,
    Violation, json,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    cmp::Ordering,
    collections::BTreeSet,
    fmt::{Display, Formatter, Result},
    path::Path,
};

/// The number of last steps that are shown.
const STEPS: usize = 8;

/// The number of lines of the state that are shown.
const LINES: usize = 40;

/// A finding, how it came about, and how to see it again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FindingReport {
    /// What kind of finding it is: the rule, or how the implementation failed.
    pub kind: String,
    /// The number of cases that ended in a finding of this kind.
    pub cases: u64,
    /// The number of the first of them.
    pub first_case: u64,
    /// Its profile.
    pub profile: String,
    /// The number of its steps.
    pub steps: u64,
    /// The number of steps after minimization.
    pub minimized_to: u64,
    /// What was found, in words.
    pub message: String,
    /// The page that has the rule, from the root of the repository. Absent if no rule of the model is broken.
    pub page: Option<String>,
    /// What was allowed, and what was observed instead.
    pub differences: Vec<Difference>,
    /// The parameters that the rule names, with their values.
    pub limits: Vec<String>,
    /// The last steps, readable.
    pub last_steps: Vec<String>,
    /// The state before the last step, as far as its peers and topics go.
    pub state: Vec<String>,
    /// The file of the trace, minimized if that was possible.
    pub trace: Option<String>,
    /// The file of the trace as it was found.
    pub original: Option<String>,
    /// The command that replays it.
    pub replay: Option<String>,
    /// Remarks on how it was found and minimized.
    pub remarks: Vec<String>,
    /// How long minimizing it took, in seconds.
    pub seconds: f64,
}

impl FindingReport {
    /// The order of findings in a report: the most frequent first, then by kind.
    #[must_use]
    pub fn by_frequency(&self, other: &Self) -> Ordering {
        (other.cases, &self.kind).cmp(&(self.cases, &other.kind))
    }

    /// The report of a counterexample that is not saved yet.
    #[must_use]
    pub fn new<F: Family>(counterexample: &Counterexample<F>) -> Self {
        let Counterexample { header, steps, finding, .. } = counterexample;
        let (page, differences) = match finding {
            Finding::Violated(Violation { rule, differences }) => (rules_page::<F>(rule), differences.clone()),
            Finding::Failed(_) | Finding::Unverifiable(_) => (None, Vec::new()),
        };
        Self {
            kind: finding.kind(),
            cases: 1,
            first_case: 0,
            profile: header.profile().unwrap_or_default().to_owned(),
            steps: steps.len() as u64,
            minimized_to: steps.len() as u64,
            message: finding.to_string(),
            page: page.map(ToOwned::to_owned),
            differences,
            limits: named_limits(&header.parameters(), &finding.kind()),
            last_steps: last_steps(steps),
            state: state_before_the_last::<F>(header, steps),
            trace: None,
            original: None,
            replay: None,
            remarks: Vec::new(),
            seconds: 0.0,
        }
    }

    /// Names the file of the trace. `arguments` are those that name the implementation, with a space before them; without
    /// them no replay shows the finding.
    pub fn saved_at(&mut self, path: &Path, arguments: Option<&str>) {
        let path = path.display().to_string();
        self.replay = arguments.map(|arguments| replay_command(&path, arguments));
        self.trace = Some(path);
    }
}

/// The parameters that a rule names as a word, with their values: `degree_high = 12`.
fn named_limits(parameters: &Value, rule: &str) -> Vec<String> {
    let is_in_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    let words: BTreeSet<&str> = rule.split(|letter: char| !is_in_name(letter)).collect();
    let mut named = BTreeSet::new();
    collect_named(parameters, &words, &mut named);
    named.into_iter().collect()
}

fn collect_named(parameters: &Value, words: &BTreeSet<&str>, named: &mut BTreeSet<String>) {
    let Value::Object(fields) = parameters else { return };
    for (name, value) in fields {
        if value.is_object() {
            collect_named(value, words, named);
        } else if words.contains(name.as_str()) {
            named.insert(format!("{name} = {value}"));
        }
    }
}

/// The command that replays a trace.
#[must_use]
pub fn replay_command(path: &str, arguments: &str) -> String {
    format!("gossipsub-conformance replay {}{arguments}", shell_words::quote(path))
}

/// The last steps, readable.
pub(in crate::engine) fn last_steps<F: Family>(steps: &[Step<F>]) -> Vec<String> {
    let earlier = steps.len().saturating_sub(STEPS);
    let mut lines: Vec<String> = steps.iter().skip(earlier).map(step_text).collect();
    if earlier > 0 {
        lines.insert(0, format!("... {earlier} earlier steps"));
    }
    lines
}

/// `1500ms graft { peer=3; topic=a } -> Mesh_full`
fn step_text<F: Family>(Step { now, event }: &Step<F>) -> String {
    match event {
        Event::Environment(change) => format!("{now} environment {}", json(change)),
        Event::Input(Exchange { input, output: None, .. }) => format!("{now} {}", F::input_text(input)),
        Event::Input(Exchange { input, output: Some(output), .. }) => {
            format!("{now} {} -> {}", F::input_text(input), F::output_text(output))
        }
    }
}

/// The state of the model before the last step, line by line. Empty if an earlier step is not allowed, as after a known
/// difference.
fn state_before_the_last<F: Family>(header: &F::Header, steps: &[Step<F>]) -> Vec<String> {
    let Some((Step { event: Event::Input(Exchange { input, .. }), .. }, before)) = steps.split_last() else {
        return Vec::new();
    };
    let Ok(mut referee) = Referee::<F>::start(header, PropertyExtent::None) else { return Vec::new() };
    if before.iter().any(|step| referee.judge(step, &mut ()).is_err()) {
        return Vec::new();
    }
    let mut lines = F::state_lines(referee.model(), input);
    if lines.len() > LINES {
        let more = lines.split_off(LINES).len();
        lines.push(format!("... {more} more lines"));
    }
    lines
}

impl Display for FindingReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(f, "finding: {}", Shown(&self.message))?;
        let Self { cases, first_case, profile, steps, minimized_to, .. } = self;
        if *first_case == u64::MAX {
            writeln!(f, "  at the end of the campaign")?;
        } else {
            writeln!(
                f,
                "  in {cases} cases; case {first_case} of profile {}: from {steps} steps to {minimized_to}",
                Shown(profile)
            )?;
        }
        for difference in &self.differences {
            write_difference(f, "  ", difference)?;
        }
        if let Some(page) = &self.page {
            writeln!(f, "  page: {page}")?;
        }
        section(f, "limits", &self.limits)?;
        section(f, "steps", &self.last_steps)?;
        section(f, "state before the last step", &self.state)?;
        section(f, "remarks", &self.remarks)?;
        if let Some(trace) = &self.trace {
            writeln!(f, "  trace: {trace}")?;
        }
        if let Some(original) = self.original.as_ref().filter(|original| Some(*original) != self.trace.as_ref()) {
            writeln!(f, "  as found: {original}")?;
        }
        if let Some(replay) = &self.replay {
            writeln!(f, "  replay: {replay}")?;
        }
        Ok(())
    }
}

pub(super) fn write_difference(f: &mut Formatter<'_>, indent: &str, difference: &Difference) -> Result {
    let Difference { what, allowed, observed } = difference;
    writeln!(f, "{indent}{}", Shown(what))?;
    writeln!(f, "{indent}  allowed   {}", Shown(allowed))?;
    writeln!(f, "{indent}  observed  {}", Shown(observed))?;
    difference.elements().iter().try_for_each(|words| writeln!(f, "{indent}  {}", Shown(words)))
}

pub(super) fn section(f: &mut Formatter<'_>, title: &str, lines: &[String]) -> Result {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(f, "  {title}:")?;
    lines.iter().try_for_each(|line| writeln!(f, "    {}", Shown(line)))
}
