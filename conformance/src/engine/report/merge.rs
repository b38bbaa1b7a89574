//! One report from those of all shards of a campaign.

use super::{campaign::CampaignReport, finding::FindingReport, plan::PlanReport};
use crate::engine::campaign::{NotUnderstood, Shard};
use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt::Debug,
};

/// Reports that are not those of all shards of one campaign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// There are none.
    #[error("expected at least one report")]
    Nothing,
    /// A report of another campaign.
    #[error("{file}: {what}: expected {expected}, as in {first}, found {found}")]
    Different {
        /// The file.
        file: String,
        /// What differs.
        what: &'static str,
        /// The value of the first report.
        expected: String,
        /// The first report.
        first: String,
        /// The value.
        found: String,
    },
    /// No report is of this shard.
    #[error("shard {number}/{of} is missing")]
    Missing {
        /// Which shard, from 1.
        number: u64,
        /// Of how many.
        of: u64,
    },
    /// Two reports of one shard.
    #[error("shard {number}/{of} is in {first} and in {second}")]
    Twice {
        /// Which shard, from 1.
        number: u64,
        /// Of how many.
        of: u64,
        /// One report.
        first: String,
        /// The other.
        second: String,
    },
    /// A shard that does not exist.
    #[error("{file}: there is no shard {number}/{of}")]
    NoShard {
        /// The file.
        file: String,
        /// Which shard, from 1.
        number: u64,
        /// Of how many.
        of: u64,
    },
    /// A shard that did not run to its end.
    #[error("{file}: the campaign was stopped before its end, after {cases} cases")]
    Unfinished {
        /// The file.
        file: String,
        /// How many cases it ran.
        cases: u64,
    },
}

/// Merges the reports of all shards, each with the name of its file. Coverage and counts are added, and the lowest case of
/// each kind of finding wins. The caller judges the sums.
///
/// # Errors
/// If the reports are not those of all shards of one campaign.
pub fn merge(reports: Vec<(String, CampaignReport)>) -> Result<CampaignReport, MergeError> {
    let mut shards: BTreeMap<u64, (String, CampaignReport)> = BTreeMap::new();
    let (first_file, first) = reports.first().cloned().ok_or(MergeError::Nothing)?;
    let of = first.plan.shard.of;
    for (file, report) in reports {
        check_alike((&first_file, &first), (&file, &report))?;
        let number = report.plan.shard.number;
        if number == 0 || number > of {
            return Err(MergeError::NoShard { file, number, of });
        }
        check_finished(&file, &report)?;
        match shards.entry(number) {
            Entry::Vacant(entry) => drop(entry.insert((file, report))),
            Entry::Occupied(entry) => {
                return Err(MergeError::Twice { number, of, first: entry.get().0.clone(), second: file });
            }
        }
    }
    if let Some(number) = (1..=of).find(|number| !shards.contains_key(number)) {
        return Err(MergeError::Missing { number, of });
    }
    let mut shards = shards.into_values();
    let (_, mut sum) = shards.next().ok_or(MergeError::Nothing)?;
    for (file, report) in shards {
        add(&mut sum, report, &file, &first_file)?;
    }
    sum.plan.shard = Shard::WHOLE.into();
    sum.sort_findings();
    Ok(sum)
}

fn check_alike(
    (first, expected): (&str, &CampaignReport),
    (file, found): (&str, &CampaignReport),
) -> Result<(), MergeError> {
    let of_campaign = |plan: &PlanReport| PlanReport { shard: expected.plan.shard, ..plan.clone() };
    different(file, first, "harness", &expected.plan.harness, &found.plan.harness)?;
    different(file, first, "family", &expected.plan.family, &found.plan.family)?;
    different(file, first, "variant", &expected.variant, &found.variant)?;
    different(file, first, "seed", &expected.seed, &found.seed)?;
    different(file, first, "number of shards", &expected.plan.shard.of, &found.plan.shard.of)?;
    different(file, first, "implementation", &expected.implementation, &found.implementation)?;
    different(file, first, "plan", &of_campaign(&expected.plan), &of_campaign(&found.plan))?;
    let rules = |report: &CampaignReport| {
        report.known_differences.iter().map(|known| (known.id.clone(), known.rules.clone())).collect::<Vec<_>>()
    };
    different(file, first, "known differences", &rules(expected), &rules(found))
}

fn different<T: PartialEq + Debug>(
    file: &str,
    first: &str,
    what: &'static str,
    expected: &T,
    found: &T,
) -> Result<(), MergeError> {
    if expected == found {
        return Ok(());
    }
    let (expected, found) = (format!("{expected:?}"), format!("{found:?}"));
    Err(MergeError::Different { file: file.to_owned(), what, expected, first: first.to_owned(), found })
}

fn check_finished(file: &str, report: &CampaignReport) -> Result<(), MergeError> {
    let PlanReport { cases, shard, profiles, fail_fast, .. } = &report.plan;
    let all_cases = cases.and_then(|cases| {
        let shard = Shard::of_index(shard.number.checked_sub(1)?, shard.of).ok()?;
        Some(shard.share_of(cases, profiles.len() as u64))
    });
    let ran_to_its_end = report.findings.is_empty() || !fail_fast;
    let are_missing = ran_to_its_end && all_cases.is_some_and(|all| report.cases < all);
    if report.stopped || are_missing {
        return Err(MergeError::Unfinished { file: file.to_owned(), cases: report.cases });
    }
    Ok(())
}

fn add(sum: &mut CampaignReport, report: CampaignReport, file: &str, first: &str) -> Result<(), MergeError> {
    sum.cases = sum.cases.saturating_add(report.cases);
    sum.steps = sum.steps.saturating_add(report.steps);
    // The shards run side by side.
    sum.seconds = sum.seconds.max(report.seconds);
    sum.followed_cases = sum.followed_cases.saturating_add(report.followed_cases);
    add_counts(&mut sum.profiles, report.profiles);
    add_counts(&mut sum.unsupported, report.unsupported);
    for (profile, seconds) in report.profile_seconds {
        *sum.profile_seconds.entry(profile).or_insert(0.0) += seconds;
    }
    sum.compared.add(report.compared);
    if !sum.coverage.add(&report.coverage) {
        let (file, first) = (file.to_owned(), first.to_owned());
        let (expected, found) = ("the same rows".to_owned(), "other rows".to_owned());
        return Err(MergeError::Different { file, what: "coverage", expected, first, found });
    }
    for (rule, count) in report.rules {
        sum.rules.entry(rule).or_default().add(count);
    }
    sum.properties.add(report.properties);
    for (kind, more) in report.not_understood {
        match sum.not_understood.entry(kind) {
            Entry::Vacant(entry) => drop::<&mut NotUnderstood>(entry.insert(more)),
            Entry::Occupied(mut entry) => entry.get_mut().add(more),
        }
    }
    for (ours, theirs) in sum.known_differences.iter_mut().zip(report.known_differences) {
        ours.times = ours.times.saturating_add(theirs.times);
    }
    sum.replayed.extend(report.replayed);
    for finding in report.findings {
        add_finding(&mut sum.findings, finding);
    }
    Ok(())
}

fn add_counts(counts: &mut BTreeMap<String, u64>, others: BTreeMap<String, u64>) {
    for (key, count) in others {
        let sum = counts.entry(key).or_insert(0);
        *sum = sum.saturating_add(count);
    }
}

fn add_finding(findings: &mut Vec<FindingReport>, mut more: FindingReport) {
    match findings.iter_mut().find(|finding| finding.kind == more.kind) {
        None => findings.push(more),
        Some(finding) => {
            let cases = finding.cases.saturating_add(more.cases);
            if more.first_case < finding.first_case {
                std::mem::swap(finding, &mut more);
            }
            finding.cases = cases;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::report::plan::ShardReport;
    use serde_json::json;

    fn report(number: u64) -> (String, CampaignReport) {
        let report = json!({
            "format": "gossipsub-conformance-report", "version": 1,
            "plan": {
                "harness": "0.1.0", "family": "bag", "profiles": ["small"], "profile_choice": "all", "steps": 200, "from": 0,
                "cases": 30, "views": "heartbeat", "shard": {"number": number, "of": 3}
            },
            "stopped": false, "implementation": {"implementation": "mine 1"}, "variant": "v", "seed": 7,
            "cases": 10, "steps": 100, "seconds": 1.0, "profiles": {"small": 10}, "profile_seconds": {"small": 0.5},
            "compared": {"answers": 100, "views": 0, "after": [], "fields": []},
            "coverage": {"b": number, "a": 1}, "rules": {}, "properties": {"times": 0, "cases": 0}, "below_minimum": [],
            "unsupported": {}, "not_understood": {}, "followed_cases": 0,
            "known_differences": [{"rules": ["r"], "times": number}], "no_longer_occurring": [],
            "findings": []
        });
        (format!("{number}.json"), serde_json::from_value(report).expect("a report"))
    }

    fn finding(first_case: u64) -> FindingReport {
        FindingReport { kind: "graft (8)".into(), cases: 2, first_case, ..FindingReport::default() }
    }

    fn error(edit: impl FnOnce(&mut CampaignReport)) -> String {
        let mut reports = vec![report(1), report(2), report(3)];
        edit(&mut reports[1].1);
        merge(reports).expect_err("it is refused").to_string()
    }

    #[test]
    fn counts_are_added_and_the_lowest_case_wins() {
        let mut reports = vec![report(3), report(1), report(2)];
        reports[0].1.findings.push(finding(5));
        reports[1].1.findings.push(finding(9));
        let sum = merge(reports).expect("one campaign");
        assert_eq!((sum.cases, sum.steps, sum.known_differences[0].times), (30, 300, 6));
        assert_eq!(sum.coverage.0, [("a".to_owned(), 3), ("b".to_owned(), 6)]);
        assert_eq!((sum.findings.len(), sum.findings[0].first_case, sum.findings[0].cases), (1, 5, 4));
        assert_eq!(sum.plan.shard, ShardReport { number: 1, of: 1 });
    }

    #[test]
    fn reports_of_different_campaigns_are_refused() {
        assert_eq!(error(|report| report.seed = 8), "2.json: seed: expected 7, as in 1.json, found 8");
        let text = error(|report| report.plan.harness = "0.2.0".into());
        assert_eq!(text, "2.json: harness: expected \"0.1.0\", as in 1.json, found \"0.2.0\"");
        assert!(error(|report| report.plan.steps = 100).starts_with("2.json: plan: expected "));
        assert!(error(|report| report.variant = "w".into()).starts_with("2.json: variant: expected "));
        let text = error(|report| report.implementation.implementation = Some("mine 2".into()));
        assert!(text.starts_with("2.json: implementation: expected ") && text.contains("mine 2"), "{text}");
        assert!(error(|report| report.known_differences.clear()).starts_with("2.json: known differences: "));
        assert!(error(|report| report.coverage.0.truncate(1)).starts_with("2.json: coverage: "));
    }

    #[test]
    fn every_shard_is_needed_once_and_whole() {
        assert_eq!(error(|report| report.plan.shard.number = 1), "shard 1/3 is in 1.json and in 2.json");
        assert_eq!(error(|report| report.plan.shard.number = 4), "2.json: there is no shard 4/3");
        assert_eq!(
            error(|report| report.plan.shard.of = 4),
            "2.json: number of shards: expected 3, as in 1.json, found 4"
        );
        let unfinished = "2.json: the campaign was stopped before its end, after ";
        assert_eq!(error(|report| report.stopped = true), format!("{unfinished}10 cases"));
        assert_eq!(error(|report| report.cases = 9), format!("{unfinished}9 cases"));
        assert_eq!(merge(vec![report(1), report(3)]).expect_err("one is missing").to_string(), "shard 2/3 is missing");
        assert_eq!(merge(Vec::new()), Err(MergeError::Nothing));
    }
}
