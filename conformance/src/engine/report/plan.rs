//! What a campaign was to do, so that reports of its shards can be merged.

use crate::engine::{
    Family, Named, Views,
    campaign::{CALIBRATED_STEPS, Plan, ProfileOf, Shard, Until},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A plan, as a report names it. Only `shard` differs between the shards of a campaign.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PlanReport {
    /// The version of the harness.
    pub harness: String,
    /// The family.
    pub family: String,
    /// The command of the implementation; absent if it runs in this process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The profiles of parameters, in their order.
    pub profiles: Vec<String>,
    /// Whether these are all profiles.
    pub profile_choice: ProfileChoice,
    /// The number of steps of a case.
    pub steps: u64,
    /// The number of the first case.
    pub from: u64,
    /// The number of cases of all shards; absent if time ends the campaign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cases: Option<u64>,
    /// The number of seconds of each shard, if time ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// After which inputs an implementation in this process showed its state.
    pub views: String,
    /// The kinds of inputs that were sent; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<BTreeSet<String>>,
    /// Whether each case had a new process.
    #[serde(default)]
    pub fresh_process: bool,
    /// Whether it ended at the first finding.
    #[serde(default)]
    pub fail_fast: bool,
    /// Whether each known difference has to occur.
    #[serde(default)]
    pub require_known: bool,
    /// The share that the report is of.
    pub shard: ShardReport,
}

/// Which profiles a campaign has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfileChoice {
    /// All profiles of the family.
    #[default]
    All,
    /// Some of them.
    Some,
}

/// A share of a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShardReport {
    /// Which share, from 1.
    pub number: u64,
    /// Of how many.
    pub of: u64,
}

impl Default for ShardReport {
    fn default() -> Self {
        Shard::WHOLE.into()
    }
}

impl From<Shard> for ShardReport {
    fn from(Shard { number, of }: Shard) -> Self {
        Self { number: number.get(), of: of.get() }
    }
}

impl PlanReport {
    /// The report of a plan, without what only the command knows.
    #[must_use]
    pub fn new<F: Family>(plan: &Plan<F>) -> Self {
        let (cases, seconds) = match plan.until {
            Until::Cases(cases) => (Some(cases), None),
            Until::Time(time) => (None, Some(time.as_secs_f64())),
        };
        Self {
            harness: env!("CARGO_PKG_VERSION").to_owned(),
            family: F::NAME.to_owned(),
            command: None,
            profiles: plan.profiles.iter().map(|profile| profile.name().to_owned()).collect(),
            profile_choice: if plan.profiles == ProfileOf::<F>::ALL { ProfileChoice::All } else { ProfileChoice::Some },
            steps: plan.steps,
            from: plan.from,
            cases,
            seconds,
            views: match plan.views {
                Views::Every => "every",
                Views::Heartbeat => "heartbeat",
                Views::Never => "never",
            }
            .to_owned(),
            inputs: plan.inputs.clone(),
            fresh_process: false,
            fail_fast: plan.fail_fast,
            require_known: false,
            shard: plan.shard.into(),
        }
    }

    /// Whether the report is of the whole campaign, and not of a share.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.shard.of == 1
    }

    /// Whether the minimum counts of the coverage hold: they are those of the default length, of all profiles and of all
    /// inputs.
    #[must_use]
    pub fn is_calibrated(&self) -> bool {
        self.is_whole()
            && self.profile_choice == ProfileChoice::All
            && self.steps == CALIBRATED_STEPS
            && self.inputs.is_none()
    }
}
