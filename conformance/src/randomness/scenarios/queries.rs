//! Choices of the queries.

use super::{CANDIDATES, OTHERS, SMALL, TOPICS, connect, limits};
use crate::{
    randomness::{
        play::{Kind, Play},
        scenario::{Scenario, Tested},
    },
    runner::Finding,
};
use gossipsub_automaton::{
    Ihave, Input, Limits, Output, SelectGossipMessagesOutput, SelectPxPeers, SelectPxPeersOutput, SortedSet,
    trace_ids::{Peer, TraceIds},
};

/// `select_px_peers`: 2 of 4 subscribers, for a peer that is not one.
pub(super) const PX_PEERS: Scenario = Scenario {
    rule: "select_px_peers",
    tested: Tested::Lists("two queries"),
    prepare: |play| connect(play, Kind::Inbound),
    round: |play| TOPICS.into_iter().map(|topic| px_peers(play, topic)).collect(),
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
    prepare: |play| (0..40).try_for_each(|peer| play.connect(peer, Kind::Inbound, &["a"])),
    round: |play| Ok(vec![px_peers(play, "a")?]),
    ..PX_PEERS
};

/// Too many for that.
pub(super) const MOST_PX_PEERS: Scenario =
    Scenario { case: "most", chosen: 24, limits: || Limits { peers_to_px: 24, ..limits() }, ..MANY_PX_PEERS };

fn px_peers(play: &mut Play<'_>, topic: &str) -> Result<Vec<u64>, Finding> {
    let peer_to_prune = Peer(play.fresh());
    play.ask(SelectPxPeers { peer_to_prune, topic: topic.to_owned(), no_px_peers: SortedSet::new() })?;
    Ok(match play.output() {
        Some(Output::SelectPxPeers(SelectPxPeersOutput::PxPeers { peers })) => {
            peers.iter().map(|peer| peer.0).collect()
        }
        _ => Vec::new(),
    })
}

/// `select_gossip_messages`: a message of each topic, announced to 2 of 4 subscribers.
pub(super) const GOSSIP_PEERS: Scenario = Scenario {
    rule: "select_gossip_messages",
    case: "peers",
    prepare: |play| {
        play.join(&TOPICS)?;
        connect(play, Kind::Inbound)?;
        TOPICS.into_iter().zip(100..).try_for_each(|(topic, id)| play.publish(topic, id))
    },
    round: |play| {
        play.ask(Input::SelectGossipMessages)?;
        Ok(TOPICS
            .map(|topic| {
                let ihaves = ihaves(play).iter().filter(|ihave| ihave.topic == topic);
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
    case: "ids",
    tested: Tested::Sets("two peers of a gossip"),
    prepare: |play| {
        play.join(&["a"])?;
        OTHERS.into_iter().try_for_each(|peer| play.connect(peer, Kind::Inbound, &["a"]))?;
        CANDIDATES.into_iter().try_for_each(|id| play.publish("a", id))
    },
    round: |play| {
        play.ask(Input::SelectGossipMessages)?;
        Ok(OTHERS
            .map(|peer| {
                let ihaves = ihaves(play).iter().filter(|ihave| ihave.peer == Peer(peer));
                let mut ids: Vec<u64> = ihaves.flat_map(|ihave| &ihave.message_ids).map(|id| id.0).collect();
                ids.sort_unstable();
                ids
            })
            .into())
    },
    ..GOSSIP_PEERS
};

fn ihaves<'a>(play: &'a Play<'_>) -> &'a [Ihave<TraceIds>] {
    match play.output() {
        Some(Output::SelectGossipMessages(SelectGossipMessagesOutput::GossipMessages { ihaves })) => ihaves,
        _ => &[],
    }
}
