//! The ways to all choice points.

mod heartbeat;
mod inputs;
mod queries;

use super::{
    scenario::{Scenario, Tested},
    scenario_run::{Kind, ScenarioRun},
};
use crate::engine::Finding;
use gossipsub_automaton::{LARGEST_INTEGER, Limits, trace_ids::TraceIds};

/// All scenarios: at least one for each rule that leaves a choice.
pub static ALL: [Scenario; 17] = [
    inputs::REQUESTED,
    inputs::NEW_FANOUT,
    inputs::JOINED,
    inputs::JOINED_OF_FEW,
    inputs::PX,
    heartbeat::FILL,
    heartbeat::KEPT_OF_TIED,
    heartbeat::KEPT_OF_OTHERS,
    heartbeat::KEPT_WITH_OUTBOUND,
    heartbeat::OUTBOUND,
    heartbeat::OPPORTUNISTIC,
    heartbeat::FANOUT,
    queries::PX_PEERS,
    queries::MANY_PX_PEERS,
    queries::MOST_PX_PEERS,
    queries::GOSSIP_PEERS,
    queries::GOSSIP_IDS,
];

/// A choice of 2 of 4, twice a round.
const SMALL: Scenario = Scenario {
    rule: "",
    case: "",
    chosen: 2,
    of: 4,
    tested: Tested::Sets("two topics"),
    rounds: 8,
    limits,
    prepare: |_| Ok(()),
    round: |_| Ok(Vec::new()),
};

/// The topics of choices that are made side by side.
const TOPICS: [&str; 2] = ["a", "b"];

/// The peers, or the ids, to choose from.
const CANDIDATES: std::ops::Range<u64> = 0..4;

/// Two peers that are not chosen.
const OTHERS: [u64; 2] = [10, 11];

/// Two are chosen wherever there are more. Backoffs end within the hour, each heartbeat drops those that have ended, and
/// only the application changes scores.
fn limits() -> Limits<TraceIds> {
    Limits {
        max_sent_iwant_per_heartbeat: 2,
        peers_to_px: 2,
        degree_optimal: 2,
        degree_low: 0,
        degree_high: 8,
        degree_score: 0,
        degree_out: 0,
        degree_lazy: 2,
        opportunistic_graft_peers: 2,
        opportunistic_graft_ticks: LARGEST_INTEGER,
        score_cleanup_ticks: LARGEST_INTEGER,
        backoff_cleanup_ticks: 1,
        ..Limits::default()
    }
}

/// The candidates subscribe to both topics.
fn connect(run: &mut ScenarioRun<'_>, kind: Kind) -> Result<(), Finding> {
    CANDIDATES.into_iter().try_for_each(|peer| run.connect(peer, kind, &TOPICS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::automaton::{Core, Header};
    use gossipsub_reference_model::automaton::{Report, RuleId};
    use std::collections::BTreeSet;

    #[test]
    fn each_scenario_leaves_the_choice_that_it_names_and_no_other() {
        for scenario in &ALL {
            let mut core = Core::new();
            let header = Header { limits: (scenario.limits)(), ..Header::default() };
            let mut run = ScenarioRun::start(&mut core, &header).expect("limits");
            (scenario.prepare)(&mut run).expect("a way to the choice");
            assert!(!run.choices().contains(scenario.rule), "{scenario}: chosen before the first round");
            for _ in 0..scenario.rounds {
                for choice in (scenario.round)(&mut run).expect("a round") {
                    assert_eq!(choice.len() as u64, scenario.chosen, "{scenario}: {choice:?}");
                    assert!(choice.iter().all(|member| *member < scenario.of), "{scenario}: {choice:?}");
                }
            }
            assert_eq!(run.choices().iter().collect::<Vec<_>>(), [&scenario.rule], "{scenario}");
            assert!(scenario.rounds.is_multiple_of(2), "{scenario}: rounds make pairs");
        }
    }

    #[test]
    fn every_rule_that_leaves_a_choice_has_a_scenario() {
        let leaves_a_choice = |rule: &&RuleId| rule.reports().contains(&Report::Choice);
        let rules: BTreeSet<&str> = RuleId::ALL.iter().filter(leaves_a_choice).map(|rule| rule.rule().name).collect();
        assert_eq!(ALL.iter().map(|scenario| scenario.rule).collect::<BTreeSet<_>>(), rules);
    }
}
