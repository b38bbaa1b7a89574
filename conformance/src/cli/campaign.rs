//! The options of commands that generate sequences, and what such commands share.

use super::{family::CommandFamily, view::View};
use clap::Args;
use gossipsub_automaton::LARGEST_INTEGER;
use gossipsub_conformance::engine::{
    Named,
    campaign::{Plan, ProfileOf, Until},
};
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    error::Error,
    num::NonZeroUsize,
    thread::available_parallelism,
    time::{Duration, TryFromFloatSecsError},
};

/// Which sequences are generated, and until when.
#[derive(Debug, Args)]
pub(crate) struct CampaignOptions {
    /// Stop after this number of cases
    #[arg(long, value_name = "N", conflicts_with = "time")]
    cases: Option<u64>,
    /// Stop after this number of seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0)]
    time: f64,
    /// The seed of all choices
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=LARGEST_INTEGER))]
    pub(crate) seed: u64,
    /// A profile of parameters; may be given several times [default: all]
    #[arg(long = "profile", value_name = "PROFILE")]
    pub(crate) profiles: Vec<String>,
    /// The number of steps of a case
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..))]
    steps: u64,
    /// The number of cases that run at the same time [default: one a core]
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,
}

impl CampaignOptions {
    /// The whole campaign, without known differences.
    pub(crate) fn plan<F: CommandFamily>(&self, variant: F::Variant, view: View) -> Result<Plan<F>, Box<dyn Error>> {
        let jobs = self.jobs.map_or_else(available_parallelism, Ok)?;
        let until = match self.cases {
            Some(cases) => Until::Cases(cases),
            None => Until::Time(Duration::try_from_secs_f64(self.time)?),
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
            jobs: jobs.get(),
            until,
            views: view.into(),
            ..Plan::default()
        })
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

/// The share of a time for each of `count` tasks.
pub(crate) fn share(seconds: f64, count: usize) -> Result<Duration, TryFromFloatSecsError> {
    Duration::try_from_secs_f64(seconds / f64::from(u32::try_from(count).unwrap_or(u32::MAX).max(1)))
}

/// A bar of cases or of seconds, if standard error is a terminal. `message` is where the template shows the message.
pub(crate) fn progress<F: CommandFamily>(plan: &Plan<F>, message: &str) -> ProgressBar {
    let length = match plan.until {
        Until::Cases(cases) => cases / plan.shard.of.get(),
        Until::Time(time) => time.as_secs(),
    };
    let style = ProgressStyle::with_template(&format!("{{bar:40}} {message}{{elapsed}}"));
    ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
