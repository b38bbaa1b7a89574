//! Choices of the queries.

use super::{CANDIDATES, OTHERS, SMALL, TOPICS, connect, limits};
use crate::{
    automaton::randomness::{
        scenario::{Scenario, Tested},
        scenario_run::{Kind, ScenarioRun},
    },
    engine::Finding,
};
use gossipsub_automaton::{
    Ihave, Input, Limits, Output, SelectGossipMessagesOutput, SelectPxPeers, SelectPxPeersOutput, SortedSet,
    trace_ids::{Peer, TraceIds},
};

/// `select_px_peers`: 2 of 4 subscribers, for a peer that is not one.
pub(super) const PX_PEERS: Scenario = Scenario {
    rule: "select_px_peers (3)",
    tested: Tested::Lists("two queries"),
    prepare: |run| connect(run, Kind::Inbound),
    round: |run| TOPICS.into_iter().map(|topic| px_peers(run, topic)).collect(),
    ..SMALL
};

/// Few enough of many to be found by trial and error.
pub(super) const MANY_PX_PEERS: Scenario = Scenario {
    case: "many",
    chosen: 10,
    of: 40,
    tested: Tested::Members,
    rounds: 40,
    limits: || Limits { peers_to_px: 10, ..limits() },
    prepare: |run| (0..40).try_for_each(|peer| run.connect(peer, Kind::Inbound, &["a"])),
    round: |run| Ok(vec![px_peers(run, "a")?]),
    ..PX_PEERS
};

/// Too many for that.
pub(super) const MOST_PX_PEERS: Scenario =
    Scenario { case: "most", chosen: 24, limits: || Limits { peers_to_px: 24, ..limits() }, ..MANY_PX_PEERS };

fn px_peers(run: &mut ScenarioRun<'_>, topic: &str) -> Result<Vec<u64>, Finding> {
    let peer_to_prune = Peer(run.fresh());
    run.ask(SelectPxPeers { peer_to_prune, topic: topic.to_owned(), no_px_peers: SortedSet::new() })?;
    Ok(match run.output() {
        Some(Output::SelectPxPeers(SelectPxPeersOutput::PxPeers { peers })) => {
            peers.iter().map(|peer| peer.0).collect()
        }
        _ => Vec::new(),
    })
}

/// `select_gossip_messages`: a message of each topic, announced to 2 of 4 subscribers.
pub(super) const GOSSIP_PEERS: Scenario = Scenario {
    rule: "select_gossip_messages (2)",
    prepare: |run| {
        run.join(&TOPICS)?;
        connect(run, Kind::Inbound)?;
        TOPICS.into_iter().zip(100..).try_for_each(|(topic, id)| run.publish(topic, id))
    },
    round: |run| {
        run.ask(Input::SelectGossipMessages)?;
        Ok(TOPICS
            .map(|topic| {
                let ihaves = ihaves(run).iter().filter(|ihave| ihave.topic == topic);
                let mut peers: Vec<u64> = ihaves.map(|ihave| ihave.peer.0).collect();
                peers.sort_unstable();
                peers
            })
            .into())
    },
    ..SMALL
};

/// `select_gossip_messages`: two peers, and 2 of 4 messages announced to each.
pub(super) const GOSSIP_IDS: Scenario = Scenario {
    rule: "select_gossip_messages (3)",
    tested: Tested::Sets("two peers of a gossip"),
    prepare: |run| {
        run.join(&["a"])?;
        OTHERS.into_iter().try_for_each(|peer| run.connect(peer, Kind::Inbound, &["a"]))?;
        CANDIDATES.into_iter().try_for_each(|id| run.publish("a", id))
    },
    round: |run| {
        run.ask(Input::SelectGossipMessages)?;
        Ok(OTHERS
            .map(|peer| {
                let ihaves = ihaves(run).iter().filter(|ihave| ihave.peer == Peer(peer));
                let mut ids: Vec<u64> = ihaves.flat_map(|ihave| &ihave.message_ids).map(|id| id.0).collect();
                ids.sort_unstable();
                ids
            })
            .into())
    },
    ..GOSSIP_PEERS
};

fn ihaves<'a>(run: &'a ScenarioRun<'_>) -> &'a [Ihave<TraceIds>] {
    match run.output() {
        Some(Output::SelectGossipMessages(SelectGossipMessagesOutput::GossipMessages { ihaves })) => ihaves,
        _ => &[],
    }
}
