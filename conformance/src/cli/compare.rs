//! `compare`: two implementations on the same generated sequences.

use super::{
    UNREADABLE, VIOLATIONS,
    campaign::{CampaignOptions, length, variant},
    family::{CommandFamily, FamilyName, with_family},
    files::{check_file, check_folder, write_file},
    output::{print, print_error},
    progress::Progress,
    seconds::{positive_seconds, seconds},
    stop,
    view::View,
};
use clap::Args;
use gossipsub_conformance::engine::{
    Counterexample, Implementation, Named, Sequence, TraceHeader,
    campaign::{Plan, Until},
    compare::{Pair, PairEnd, PartedCase, Parting, minimize, run, run_pair},
    implementation::{CommandLine, External},
    known_differences::KnownDifferences,
    minimize::Options,
    report::comparison::{ComparisonReport, DifferenceReport},
    trace::create,
};
use std::{
    error::Error,
    path::PathBuf,
    process::ExitCode,
    str::FromStr,
    time::{Duration, Instant},
};

/// Run two implementations on the same generated sequences, and report where they part
///
/// Each answer is judged by a model that follows the choices of its own implementation, so different random choices are no
/// difference. A difference is an answer that is not allowed while the other answer is, or while the other answer breaks
/// another rule. Each kind is minimized and saved as two traces, one with the answers of each implementation. If both
/// break the same rule at the same step, the sequence ends there.
///
/// A and B are `core` (our own implementation), `model` (the reference model), or the command of a program.
///
/// Exit codes: 0 if they never part, 1 if they do, 2 if something cannot be read or done.
#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// The first implementation: `core`, `model` or a command
    a: Compared,
    /// The second implementation
    b: Compared,
    /// The kind of system under test
    #[arg(long, value_enum, default_value_t = FamilyName::Automaton)]
    family: FamilyName,
    /// The variant of the system that answers are judged by [default: the first of the family]
    #[arg(long, value_name = "VARIANT", visible_aliases = ["behaviour", "dialect"])]
    variant: Option<String>,
    /// A TOML file of known differences: the models follow the faults that both implementations are known to have
    #[arg(long, value_name = "FILE")]
    known_differences: Option<PathBuf>,
    /// How many seconds an answer of a program may take
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = positive_seconds)]
    answer_within: Duration,
    #[command(flatten)]
    campaign: CampaignOptions,
    /// After which inputs to compare the whole state of our own implementations
    #[arg(long, value_enum, default_value_t = View::Heartbeat)]
    view: View,
    /// Write the results as JSON
    #[arg(long, value_name = "FILE")]
    report_json: Option<PathBuf>,
    /// The number of seconds for minimizing all differences; 0: do not minimize
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    minimize: Duration,
    /// The folder for the traces of differences
    #[arg(long, value_name = "FOLDER", default_value = "gossipsub-findings")]
    findings: PathBuf,
}

/// One of the two implementations.
#[derive(Clone, Debug)]
enum Compared {
    Core,
    Model,
    Program(CommandLine),
}

impl FromStr for Compared {
    type Err = <CommandLine as FromStr>::Err;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "core" => Ok(Self::Core),
            "model" => Ok(Self::Model),
            _ => text.parse().map(Self::Program),
        }
    }
}

impl Compared {
    fn make<F: CommandFamily>(&self, limit: Duration) -> Box<dyn Implementation<F>>
    where
        F::Ours: 'static,
        F::Reference: 'static,
    {
        match self {
            Self::Core => Box::new(F::Ours::default()),
            Self::Model => Box::new(F::Reference::default()),
            Self::Program(command) => Box::new(External::new(command.clone(), limit).stopped_by(stop::signal())),
        }
    }

    /// The name that it gives itself, or that it was given.
    fn name<F: CommandFamily>(&self, limit: Duration) -> String {
        let given = match self {
            Self::Core => return F::OURS.to_owned(),
            Self::Model => return concat!("gossipsub-reference-model ", env!("CARGO_PKG_VERSION")).to_owned(),
            Self::Program(command) => command.to_string(),
        };
        self.make::<F>(limit).learn_capabilities().implementation.unwrap_or(given)
    }

    /// The arguments of `replay` that name it, with a space before them.
    fn arguments<F: CommandFamily>(&self) -> String {
        let command = match self {
            Self::Core => return String::new(),
            Self::Model => format!("gossipsub-conformance serve model --family {} --view every", F::NAME),
            Self::Program(command) => command.to_string(),
        };
        format!(" --implementation {}", shell_words::quote(&command))
    }
}

impl Compare {
    pub(crate) fn run(&self) -> Result<ExitCode, Box<dyn Error>> {
        with_family!(self.family, F => self.compare::<F>())
    }

    fn compare<F: CommandFamily>(&self) -> Result<ExitCode, Box<dyn Error>> {
        let limit = self.answer_within;
        self.check::<F>(limit)?;
        let names = [self.a.name::<F>(limit), self.b.name::<F>(limit)];
        let plan = self.plan::<F>(&names)?;
        let progress = Progress::start(&self.campaign.progress, length(&plan), "{bar:40} {elapsed}");
        let start = Instant::now();
        let pair = || Pair { a: self.a.make::<F>(limit), b: self.b.make::<F>(limit) };
        let results = run(&plan, pair, &|_| match plan.until {
            Until::Cases(_) => progress.bar().inc(1),
            Until::Time(_) => progress.set(start.elapsed().as_secs(), "comparing"),
        });
        let mut report = ComparisonReport::new(names, plan.seed, &results, start.elapsed().as_secs_f64());
        let (minimizing, mut waiting) = (Instant::now(), u32::try_from(results.partings.len()).unwrap_or(u32::MAX));
        let mut problems = Vec::new();
        for (case, count) in results.partings.into_values() {
            progress.set(0, format!("minimizing: {waiting} differences left"));
            // What one leaves of its share goes to those after it.
            let time = self.minimize.saturating_sub(minimizing.elapsed()) / waiting.max(1);
            waiting = waiting.saturating_sub(1);
            let options = Options { time, views: plan.views, stop: plan.stop.clone(), ..Options::default() };
            let (parting, mut difference) =
                self.conclude(&case, &mut pair(), &options, [&report.a, &report.b], &mut problems);
            difference.cases = count;
            if parting.equal_states { &mut report.differences } else { &mut report.after_different_choices }
                .push(difference);
        }
        drop(progress);
        report.sort();
        if let Some(path) = &self.report_json {
            let json = serde_json::to_string_pretty(&report)?;
            problems.extend(write_file(path, &json).err().map(|error| error.to_string()));
        }
        problems.extend(print(&report.to_string()).err().map(|error| error.to_string()));
        for problem in &problems {
            print_error(&format!("error: {problem}"));
        }
        Ok(match (problems.is_empty(), report.differences.is_empty()) {
            (false, _) => ExitCode::from(UNREADABLE),
            (true, false) => ExitCode::from(VIOLATIONS),
            (true, true) if plan.stop.is_set() => ExitCode::from(stop::STOPPED),
            (true, true) => ExitCode::SUCCESS,
        })
    }

    /// Checks what the comparison needs before it begins.
    fn check<F: CommandFamily>(&self, limit: Duration) -> Result<(), Box<dyn Error>> {
        if let Some(path) = &self.report_json {
            check_file(path)?;
        }
        check_folder(&self.findings)?;
        let plan = self.campaign.plan::<F>(variant::<F>(self.variant.as_deref())?, self.view)?;
        for compared in [&self.a, &self.b] {
            if let Compared::Program(command) = compared {
                External::<F>::new(command.clone(), limit)
                    .stopped_by(stop::signal())
                    .check_start(&plan.header_without_case().1)?;
            }
        }
        Ok(())
    }

    /// Minimizes a case, saves its traces, and reports it.
    fn conclude<F: CommandFamily>(
        &self,
        case: &PartedCase<F>,
        pair: &mut Pair<'_, F>,
        options: &Options,
        names: [&str; 2],
        problems: &mut Vec<String>,
    ) -> (Parting, DifferenceReport) {
        let (sequence, remark) = match minimize(case, pair, options) {
            Ok(minimized) => {
                let remark = minimized.to_string();
                let Counterexample { header, steps, .. } = minimized.counterexample;
                (Sequence { header, steps }, remark)
            }
            Err(nothing) => {
                let sequence = Sequence { header: case.header.clone(), steps: case.steps.clone() };
                (sequence, format!("it did not show again: {nothing}"))
            }
        };
        let run = run_pair(pair, &sequence, options.views);
        let (parting, a, b) = match run.end {
            PairEnd::Parted(parting) => (*parting, run.a, run.b),
            _ => (case.parting.clone(), case.steps.clone(), Vec::new()),
        };
        let mut report = DifferenceReport::new(&parting, &a, &b);
        (report.case, report.profile, report.steps) =
            (case.number, case.profile.name().to_owned(), case.steps.len() as u64);
        report.remarks.push(remark);
        let stem = format!("compare-case-{}-seed-{}", case.number, self.campaign.seed);
        for (letter, steps, compared, name, answer) in
            [("a", a, &self.a, names[0], &mut report.a), ("b", b, &self.b, names[1], &mut report.b)]
        {
            if steps.is_empty() {
                continue;
            }
            let path = self.findings.join(format!("{stem}-{letter}.jsonl"));
            let mut header = sequence.header.clone();
            header.set_implementation(Some(name.to_owned()));
            header.set_description(Some(parting.kind()));
            // If the folder cannot be made, creating the file says why.
            let _ = std::fs::create_dir_all(&self.findings);
            let saved = create::<F>(&path, &header).and_then(|mut file| {
                steps.iter().try_for_each(|step| file.step(step))?;
                file.finish()
            });
            match saved {
                Ok(()) => answer.saved_at(&path, &compared.arguments::<F>()),
                Err(error) => problems.push(format!("a difference cannot be saved: {error}")),
            }
        }
        (parting, report)
    }

    fn plan<F: CommandFamily>(&self, names: &[String; 2]) -> Result<Plan<F>, Box<dyn Error>> {
        let read = self.known_differences.as_deref().map(KnownDifferences::read::<F>);
        let mut known = read.transpose()?.unwrap_or_default();
        for name in names {
            known.retain_version_in(name);
        }
        let plan = self.campaign.plan(variant::<F>(self.variant.as_deref())?, self.view)?;
        Ok(Plan { known, ..plan })
    }
}
