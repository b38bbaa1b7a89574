//! A comparison's results, for people and for programs.

use super::{
    finding::{last_steps, replay_command, section, write_difference},
    shown::Shown,
};
use crate::engine::{
    Difference, Event, Exchange, Family, Step,
    compare::{Fault, Parting, Results},
};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    fmt::{Display, Formatter, Result},
    path::Path,
};

/// The results of a comparison.
#[derive(Debug, Serialize)]
pub struct ComparisonReport {
    /// The name of the first implementation.
    pub a: String,
    /// The name of the second.
    pub b: String,
    /// The seed of all choices.
    pub seed: u64,
    /// How many cases were run.
    pub cases: u64,
    /// How many steps were made with both.
    pub steps: u64,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// In how many cases allowed answers differed.
    pub choices_differed: u64,
    /// How many cases ended at a rule that both break.
    pub shared: BTreeMap<String, u64>,
    /// How many cases ended at something that one does not support.
    pub unsupported: BTreeMap<String, u64>,
    /// Where they part.
    pub differences: Vec<DifferenceReport>,
    /// Where they part after different choices only: the two may have the same fault.
    pub after_different_choices: Vec<DifferenceReport>,
}

/// One kind of parting.
#[derive(Debug, Serialize)]
pub struct DifferenceReport {
    /// Who breaks what.
    pub kind: String,
    /// The number of cases that ended in a parting of this kind.
    pub cases: u64,
    /// The number of the case that is shown.
    pub case: u64,
    /// Its profile.
    pub profile: String,
    /// The number of its steps.
    pub steps: u64,
    /// The number of steps after minimization.
    pub minimized_to: u64,
    /// The answer of A to the last step.
    pub a: AnswerReport,
    /// The answer of B.
    pub b: AnswerReport,
    /// The last steps with the answers of A, readable.
    pub last_steps: Vec<String>,
    /// Remarks on how it was found and minimized.
    pub remarks: Vec<String>,
}

/// The answer of one of the two where they part.
#[derive(Debug, Serialize)]
pub struct AnswerReport {
    /// What it answered; absent if it gave no answer.
    pub answer: Option<String>,
    /// The rule that the answer breaks, or how the implementation failed; absent if the answer is allowed.
    pub breaks: Option<String>,
    /// What was allowed, and what was observed instead.
    pub differences: Vec<Difference>,
    /// The file of the trace.
    pub trace: Option<String>,
    /// The command that replays it.
    pub replay: Option<String>,
}

impl AnswerReport {
    fn new<F: Family>(steps: &[Step<F>], fault: Option<&Fault>) -> Self {
        let answer = match steps.last().map(|step| &step.event) {
            Some(Event::Input(Exchange { output: Some(output), .. })) => Some(F::output_text(output)),
            _ => None,
        };
        let (breaks, differences) =
            (fault.map(|fault| fault.message.clone()), fault.map(|fault| fault.differences.clone()));
        Self { answer, breaks, differences: differences.unwrap_or_default(), trace: None, replay: None }
    }

    /// Names the file of the trace, and the arguments that name the implementation, with a space before them.
    pub fn saved_at(&mut self, path: &Path, arguments: &str) {
        let path = path.display().to_string();
        self.replay = Some(replay_command(&path, arguments));
        self.trace = Some(path);
    }
}

impl DifferenceReport {
    /// The report of a parting: the steps with the answers of each, up to the one where they part.
    #[must_use]
    pub fn new<F: Family>(parting: &Parting, a: &[Step<F>], b: &[Step<F>]) -> Self {
        Self {
            kind: parting.kind(),
            cases: 1,
            case: 0,
            profile: String::new(),
            steps: a.len() as u64,
            minimized_to: a.len() as u64,
            a: AnswerReport::new(a, parting.a.as_ref()),
            b: AnswerReport::new(b, parting.b.as_ref()),
            last_steps: last_steps(a),
            remarks: Vec::new(),
        }
    }
}

impl ComparisonReport {
    /// Reports on results, without where they part.
    #[must_use]
    pub fn new<F: Family>([a, b]: [String; 2], seed: u64, results: &Results<F>, seconds: f64) -> Self {
        Self {
            a,
            b,
            seed,
            cases: results.cases,
            steps: results.steps,
            seconds,
            choices_differed: results.choices_differed,
            shared: results.shared.clone(),
            unsupported: results.unsupported.clone(),
            differences: Vec::new(),
            after_different_choices: Vec::new(),
        }
    }

    /// Sorts the differences: first those with one allowed answer, and the frequent ones before the others.
    pub fn sort(&mut self) {
        for differences in [&mut self.differences, &mut self.after_different_choices] {
            let are_both_wrong = |one: &DifferenceReport| one.a.breaks.is_some() && one.b.breaks.is_some();
            differences.sort_by_key(|one| (are_both_wrong(one), std::cmp::Reverse(one.cases)));
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a rate is shown, not computed with")]
    fn rate(&self) -> f64 {
        self.steps as f64 / self.seconds.max(f64::MIN_POSITIVE)
    }
}

impl Display for ComparisonReport {
    /// The names, where they part, what they share, and the sums.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(f, "A: {}", Shown(&self.a))?;
        writeln!(f, "B: {}\n", Shown(&self.b))?;
        for difference in &self.differences {
            writeln!(f, "difference: {difference}")?;
        }
        for difference in &self.after_different_choices {
            writeln!(f, "difference after different choices, which both may have: {difference}")?;
        }
        for (kind, cases) in &self.shared {
            writeln!(f, "both: {}: {cases} cases ended there", Shown(kind))?;
        }
        for (reason, cases) in &self.unsupported {
            writeln!(f, "unsupported: {}: {cases} cases ended there", Shown(reason))?;
        }
        let Self { cases, steps, choices_differed, .. } = self;
        let (certain, others) = (self.differences.len(), self.after_different_choices.len());
        let differences = if certain == 1 { "difference" } else { "differences" };
        let others = if others == 0 { String::new() } else { format!(", {others} after different choices") };
        writeln!(
            f,
            "{cases} cases, {steps} steps ({:.0} a second), {choices_differed} cases with different choices: \
             {certain} {differences}{others}",
            self.rate()
        )
    }
}

impl Display for DifferenceReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(f, "{}", Shown(&self.kind))?;
        let Self { cases, case, profile, steps, minimized_to, .. } = self;
        writeln!(f, "  in {cases} cases; case {case} of profile {profile}: from {steps} steps to {minimized_to}")?;
        for (name, answer) in [("A", &self.a), ("B", &self.b)] {
            answer.write(f, name)?;
        }
        section(f, "steps, with the answers of A", &self.last_steps)?;
        section(f, "remarks", &self.remarks)
    }
}

impl AnswerReport {
    fn write(&self, f: &mut Formatter<'_>, name: &str) -> Result {
        match &self.breaks {
            None => writeln!(f, "  {name} is allowed")?,
            Some(breaks) => writeln!(f, "  {name} breaks {}", Shown(breaks))?,
        }
        if let Some(answer) = &self.answer {
            writeln!(f, "    answer    {}", Shown(answer))?;
        }
        for difference in &self.differences {
            write_difference(f, "    ", difference)?;
        }
        if let Some(trace) = &self.trace {
            writeln!(f, "    trace     {trace}")?;
        }
        if let Some(replay) = &self.replay {
            writeln!(f, "    replay    {replay}")?;
        }
        Ok(())
    }
}
