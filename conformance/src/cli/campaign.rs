//! The options of commands that generate sequences, and what such commands share.

use super::{family::CommandFamily, progress::ProgressOptions, seconds::positive_seconds, view::View};
use clap::Args;
use gossipsub_automaton::LARGEST_INTEGER;
use gossipsub_conformance::engine::{
    Named,
    campaign::{CALIBRATED_STEPS, Plan, ProfileOf, Until},
};
use std::{collections::BTreeSet, error::Error, num::NonZeroUsize, thread::available_parallelism, time::Duration};

/// Which sequences are generated, and until when.
#[derive(Debug, Args)]
pub(crate) struct CampaignOptions {
    /// Stop after this number of cases
    #[arg(long, value_name = "N", conflicts_with = "time", value_parser = clap::value_parser!(u64).range(1..))]
    cases: Option<u64>,
    /// Stop after this number of seconds
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = positive_seconds)]
    time: Duration,
    /// Begin with the case of this number
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=LARGEST_INTEGER))]
    from: u64,
    /// Run the case of this number alone
    #[arg(long, value_name = "N", conflicts_with_all = ["cases", "time", "from"], value_parser = clap::value_parser!(u64).range(..=LARGEST_INTEGER))]
    case: Option<u64>,
    /// The seed of all choices
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=LARGEST_INTEGER))]
    pub(crate) seed: u64,
    /// A profile of parameters; may be given several times [default: all]
    #[arg(long = "profile", value_name = "PROFILE")]
    pub(crate) profiles: Vec<String>,
    /// The kinds of inputs to send, for an implementation that has only some yet [default: all]
    #[arg(long, value_name = "INPUT,...", value_delimiter = ',')]
    inputs: Vec<String>,
    /// The number of steps of a case
    #[arg(long, value_name = "N", default_value_t = CALIBRATED_STEPS, value_parser = clap::value_parser!(u64).range(1..))]
    steps: u64,
    /// The number of cases that run at the same time, 256 at most [default: one a core]
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,
    #[command(flatten)]
    pub(crate) progress: ProgressOptions,
}

impl CampaignOptions {
    /// The whole campaign, without known differences.
    pub(crate) fn plan<F: CommandFamily>(&self, variant: F::Variant, view: View) -> Result<Plan<F>, Box<dyn Error>> {
        let jobs = self.jobs.map_or_else(available_parallelism, Ok)?;
        let until = match (self.case, self.cases) {
            (Some(_), _) => Until::Cases(1),
            (None, Some(cases)) => Until::Cases(cases),
            (None, None) => Until::Time(self.time),
        };
        let profiles = if self.profiles.is_empty() {
            ProfileOf::<F>::ALL.to_vec()
        } else {
            self.profiles.iter().map(|name| named("profile", name)).collect::<Result<_, _>>()?
        };
        Ok(Plan {
            seed: self.seed,
            variant,
            profiles,
            steps: self.steps,
            from: self.case.unwrap_or(self.from),
            jobs: jobs.get(),
            until,
            views: view.into(),
            inputs: self.inputs::<F>()?,
            stop: super::stop::signal(),
            ..Plan::default()
        })
    }

    fn inputs<F: CommandFamily>(&self) -> Result<Option<BTreeSet<String>>, String> {
        if let Some(unknown) = self.inputs.iter().find(|name| !F::INPUT_KINDS.contains(&name.as_str())) {
            return Err(format!("unknown input `{unknown}`; expected some of: {}", F::INPUT_KINDS.join(", ")));
        }
        Ok((!self.inputs.is_empty()).then(|| self.inputs.iter().cloned().collect()))
    }
}

/// The value of a name, or an error that lists all names.
fn named<T: Named>(kind: &str, name: &str) -> Result<T, String> {
    T::from_name(name).ok_or_else(|| T::unknown(kind, name))
}

/// The variant of a name; without a name, the default one.
pub(crate) fn variant<F: CommandFamily>(name: Option<&str>) -> Result<F::Variant, String> {
    name.map_or_else(|| Ok(F::Variant::default()), |name| named("variant", name))
}

/// What a bar of cases or of seconds counts to.
pub(crate) fn length<F: CommandFamily>(plan: &Plan<F>) -> u64 {
    match plan.until {
        Until::Cases(cases) => plan.shard.share_of(cases, plan.profiles.len() as u64),
        Until::Time(time) => time.as_secs(),
    }
}
