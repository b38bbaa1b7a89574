//! Choices of `heartbeat`, each for two topics in one heartbeat.

use super::{CANDIDATES, OTHERS, SMALL, TOPICS, connect, limits};
use crate::{
    automaton::randomness::{
        scenario::Scenario,
        scenario_run::{Kind, ScenarioRun},
    },
    engine::Finding,
};
use gossipsub_automaton::{
    Input, Limits, Span, Subscribe, Unsubscribe,
    trace_ids::{Peer, TraceIds},
};

/// 3b: 2 of 4 are grafted into each empty mesh. They prune us again.
pub(super) const FILL: Scenario = Scenario {
    rule: "heartbeat 3b",
    limits: || Limits { degree_low: 2, ..limits() },
    prepare: |run| {
        run.join(&TOPICS)?;
        connect(run, Kind::Inbound)
    },
    round: graft_and_prune,
    ..SMALL
};

/// 3c that keeps the 3 best by score: peer 10, and 2 of 4 that tie.
pub(super) const KEPT_OF_TIED: Scenario = Scenario {
    rule: "heartbeat 3c",
    case: "the best where some tie",
    limits: || Limits { degree_optimal: 3, degree_score: 3, degree_high: 4, ..limits() },
    prepare: |run| overfull(run, |_| 1.0),
    round: prune_and_graft,
    ..SMALL
};

/// 3c that keeps the best by score, peer 10, and 2 of 4 others, whatever their scores.
pub(super) const KEPT_OF_OTHERS: Scenario = Scenario {
    case: "the others",
    limits: || Limits { degree_optimal: 3, degree_score: 1, degree_high: 4, ..limits() },
    prepare: |run| overfull(run, |peer| f64::from(peer) / 10.0),
    ..KEPT_OF_TIED
};

/// 3c where 2 of 4 are kept, one of them outbound: as 3 are, all choices are allowed.
pub(super) const KEPT_WITH_OUTBOUND: Scenario = Scenario {
    case: "with enough outbound",
    limits: || Limits { degree_high: 3, degree_low: 1, degree_out: 1, ..limits() },
    prepare: |run| {
        run.join(&TOPICS)?;
        for peer in CANDIDATES {
            // The inbound one grafts before the mesh is full.
            let kind = if peer == 0 { Kind::Inbound } else { Kind::Outbound };
            run.connect(peer, kind, &[])?;
            TOPICS.into_iter().try_for_each(|topic| run.graft(peer, topic))?;
        }
        Ok(())
    },
    ..KEPT_OF_TIED
};

/// 3d: the meshes have 2 inbound peers; 2 of 4 outbound ones are grafted, and prune us again.
pub(super) const OUTBOUND: Scenario = Scenario {
    rule: "heartbeat 3d",
    limits: || Limits { degree_optimal: 4, degree_low: 2, degree_out: 2, ..limits() },
    prepare: |run| {
        run.join(&TOPICS)?;
        graft_others(run, Kind::Inbound)?;
        connect(run, Kind::Outbound)
    },
    round: graft_and_prune,
    ..SMALL
};

/// 3e: the meshes have 2 peers of score 0; 2 of 4 better ones are grafted, and prune us again.
pub(super) const OPPORTUNISTIC: Scenario = Scenario {
    rule: "heartbeat 3e",
    limits: || Limits { opportunistic_graft_ticks: 1, ..limits() },
    prepare: |run| {
        run.join(&TOPICS)?;
        graft_others(run, Kind::Inbound)?;
        connect(run, Kind::Inbound)?;
        CANDIDATES.into_iter().try_for_each(|peer| run.score(peer, 1.0))
    },
    round: graft_and_prune,
    ..SMALL
};

/// 5: the fanouts have peer 10, and room for 2 of 4. Those who get in subscribe anew.
pub(super) const FANOUT: Scenario = Scenario {
    rule: "heartbeat 5",
    limits: || Limits { degree_optimal: 3, fanout_ttl: Span::from_secs(1 << 32), ..limits() },
    prepare: |run| {
        run.connect(OTHERS[0], Kind::Inbound, &TOPICS)?;
        TOPICS.into_iter().zip(100..).try_for_each(|(topic, id)| run.publish(topic, id))?;
        connect(run, Kind::Inbound)
    },
    round: |run| {
        run.ask(Input::Heartbeat)?;
        let chosen = TOPICS.map(|topic| {
            let mut fanout = run.fanout(topic);
            fanout.retain(|peer| *peer != OTHERS[0]);
            fanout
        });
        for (topic, peers) in TOPICS.iter().zip(&chosen) {
            for peer in peers {
                let (peer, topic) = (Peer(*peer), (*topic).to_owned());
                run.ask(Unsubscribe::<TraceIds> { peer, topic: topic.clone() })?;
                run.ask(Subscribe::<TraceIds> { peer, topic })?;
            }
        }
        Ok(chosen.into())
    },
    ..SMALL
};

/// The grafted prune us again.
fn graft_and_prune(run: &mut ScenarioRun<'_>) -> Result<Vec<Vec<u64>>, Finding> {
    run.ask(Input::Heartbeat)?;
    let grafted = TOPICS.map(|topic| run.grafted(topic));
    for (topic, peers) in TOPICS.iter().zip(&grafted) {
        peers.iter().try_for_each(|peer| run.prune(*peer, topic, &[]))?;
    }
    Ok(grafted.into())
}

/// The pruned graft again. Who is pruned tells who is kept.
fn prune_and_graft(run: &mut ScenarioRun<'_>) -> Result<Vec<Vec<u64>>, Finding> {
    run.ask(Input::Heartbeat)?;
    let pruned = TOPICS.map(|topic| run.pruned(topic));
    for (topic, peers) in TOPICS.iter().zip(&pruned) {
        peers.iter().try_for_each(|peer| run.graft(*peer, topic))?;
    }
    Ok(pruned.into())
}

/// Peer 10 has the best score, and 4 outbound ones have others. All of them graft: outbound ones do in a full mesh.
fn overfull(run: &mut ScenarioRun<'_>, score: fn(u32) -> f64) -> Result<(), Finding> {
    run.join(&TOPICS)?;
    let best = (OTHERS[0], 2.0);
    for (peer, score) in CANDIDATES.zip((0..).map(score)).chain([best]) {
        run.connect(peer, Kind::Outbound, &[])?;
        run.score(peer, score)?;
        TOPICS.into_iter().try_for_each(|topic| run.graft(peer, topic))?;
    }
    Ok(())
}

/// Two more peers in the mesh.
fn graft_others(run: &mut ScenarioRun<'_>, kind: Kind) -> Result<(), Finding> {
    for peer in OTHERS {
        run.connect(peer, kind, &[])?;
        TOPICS.into_iter().try_for_each(|topic| run.graft(peer, topic))?;
    }
    Ok(())
}
