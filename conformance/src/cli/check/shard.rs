//! Which share of a campaign this run has.

use clap::Args;
use gossipsub_conformance::engine::campaign::Shard;
use std::{env, num::NonZeroU64};

/// Which share of a campaign this run has.
#[derive(Clone, Debug, Args)]
pub(super) struct ShardOptions {
    /// Run the K-th of N disjoint shares of the campaign; `--cases` counts those of all shares. `auto` takes the share from
    /// the environment of a Kubernetes indexed job, of Bazel or of GitLab
    #[arg(long, value_name = "K/N|auto")]
    shard: Option<String>,
    /// Run the share of this index, counted from 0
    #[arg(long, value_name = "INDEX", requires = "shard_count", conflicts_with = "shard")]
    shard_index: Option<u64>,
    /// The number of shares, for `--shard-index` and `--shard auto`
    #[arg(long, value_name = "N")]
    shard_count: Option<NonZeroU64>,
}

/// An index from 0, the variable that has the number of shares, and the variable that has the index.
const ENVIRONMENTS: [(&str, &str, u64); 3] = [
    // A Kubernetes indexed job names no number of completions; a manifest can.
    ("JOB_COMPLETION_INDEX", "JOB_COMPLETIONS", 0),
    ("TEST_SHARD_INDEX", "TEST_TOTAL_SHARDS", 0),
    // GitLab counts from 1.
    ("CI_NODE_INDEX", "CI_NODE_TOTAL", 1),
];

impl ShardOptions {
    pub(super) fn shard(&self) -> Result<Shard, String> {
        self.shard_in(&|name| env::var(name).ok())
    }

    /// `variable` has the values of environment variables.
    fn shard_in(&self, variable: &impl Fn(&str) -> Option<String>) -> Result<Shard, String> {
        let explained = |error| format!("--shard: {error}");
        match (self.shard.as_deref(), self.shard_index) {
            (None, None) if self.shard_count.is_some() => {
                Err("--shard-count requires --shard-index or --shard auto".into())
            }
            (None, None) => Ok(Shard::WHOLE),
            (None, Some(index)) => {
                let count = self.shard_count.map_or(1, NonZeroU64::get);
                Shard::of_index(index, count)
                    .map_err(|_| format!("--shard-index: expected an index below {count}, found {index}"))
            }
            (Some("auto"), _) => self.shard_of_environment(variable).map_err(explained),
            (Some(_), _) if self.shard_count.is_some() => {
                Err("--shard K/N has the number of shares, and --shard-count too".into())
            }
            (Some(text), _) => text
                .parse()
                .map_err(|error: gossipsub_conformance::engine::campaign::NoShard| explained(error.to_string())),
        }
    }

    fn shard_of_environment(&self, variable: &impl Fn(&str) -> Option<String>) -> Result<Shard, String> {
        let number = |name: &str| match variable(name) {
            None => Ok(None),
            Some(text) => match text.parse::<u64>() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(format!("{name}: expected a number, found `{text}`")),
            },
        };
        for (index, count, first) in ENVIRONMENTS {
            let Some(value) = number(index)? else { continue };
            let counted = match self.shard_count {
                Some(given) => Some(given.get()),
                None => number(count)?,
            };
            let of = counted.ok_or_else(|| format!("{index} is set, but not {count}: give --shard-count"))?;
            let from_zero = value.checked_sub(first);
            return from_zero
                .and_then(|index| Shard::of_index(index, of).ok())
                .ok_or_else(|| format!("{index} is {value}, and there are {of} shares"));
        }
        let names = ENVIRONMENTS.map(|(index, ..)| index).join(", ");
        Err(format!("expected one of these environment variables: {names}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard(options: (Option<&str>, Option<u64>, u64), environment: &[(&str, &str)]) -> Result<String, String> {
        let (shard, shard_index, count) = options;
        let options = ShardOptions { shard: shard.map(Into::into), shard_index, shard_count: NonZeroU64::new(count) };
        let variable =
            |name: &str| environment.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned());
        options.shard_in(&variable).map(|shard| shard.to_string())
    }

    #[test]
    fn a_shard_comes_from_options_or_from_the_environment() {
        let auto = Some("auto");
        for (options, environment, expected) in [
            ((None, None, 0), &[][..], "1/1"),
            ((Some("2/4"), None, 0), &[], "2/4"),
            ((None, Some(0), 4), &[], "1/4"),
            ((None, Some(3), 4), &[], "4/4"),
            ((auto, None, 8), &[("JOB_COMPLETION_INDEX", "7")], "8/8"),
            ((auto, None, 0), &[("JOB_COMPLETION_INDEX", "0"), ("JOB_COMPLETIONS", "8")], "1/8"),
            ((auto, None, 0), &[("TEST_SHARD_INDEX", "1"), ("TEST_TOTAL_SHARDS", "3")], "2/3"),
            ((auto, None, 0), &[("CI_NODE_INDEX", "3"), ("CI_NODE_TOTAL", "3")], "3/3"),
        ] {
            assert_eq!(shard(options, environment).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn what_is_no_share_is_explained() {
        let auto = Some("auto");
        for (options, environment, expected) in [
            ((Some("5/4"), None, 0), &[][..], "--shard: a shard is K/N with 1 <= K <= N, such as 2/4"),
            ((None, Some(4), 4), &[], "--shard-index: expected an index below 4, found 4"),
            ((None, None, 4), &[], "--shard-count requires --shard-index or --shard auto"),
            ((auto, None, 0), &[], "expected one of these environment variables: JOB_COMPLETION_INDEX, "),
            ((auto, None, 0), &[("JOB_COMPLETION_INDEX", "0")], "but not JOB_COMPLETIONS: give --shard-count"),
            (
                (auto, None, 0),
                &[("CI_NODE_INDEX", "0"), ("CI_NODE_TOTAL", "3")],
                "CI_NODE_INDEX is 0, and there are 3 shares",
            ),
            ((auto, None, 2), &[("TEST_SHARD_INDEX", "x")], "TEST_SHARD_INDEX: expected a number, found `x`"),
        ] {
            let error = shard(options, environment).expect_err("no share");
            assert!(error.contains(expected), "{error}");
        }
    }
}
