//! Choices of `ihave`, `publish_message`, `join` and `prune`.

use super::{CANDIDATES, OTHERS, SMALL, TOPICS, connect};
use crate::{
    automaton::randomness::{
        scenario::{Scenario, Tested},
        scenario_run::{Kind, ScenarioRun},
    },
    engine::Finding,
};
use gossipsub_automaton::{
    Ihave, IhaveOutput, Input, JoinOutput, Leave, Output, PruneOutput, PublishMessageOutput,
    trace_ids::{MessageId, Peer, TraceIds},
};

/// ihave (7): peers that did not announce anything before announce 4 messages, of which 2 are requested.
pub(super) const REQUESTED: Scenario = Scenario {
    rule: "ihave (7)",
    tested: Tested::Lists("two peers"),
    prepare: |run| run.join(&["a"]),
    round: |run| {
        let mut chosen = Vec::new();
        for _ in 0..2 {
            let (peer, message_ids) = (Peer(run.fresh()), CANDIDATES.map(MessageId).collect());
            run.ask(Ihave { peer, topic: "a".to_owned(), message_ids })?;
            chosen.push(match run.output() {
                Some(Output::Ihave(IhaveOutput::MessageRequestedMessageIds { message_ids })) => {
                    message_ids.iter().map(|id| id.0).collect()
                }
                _ => Vec::new(),
            });
        }
        Ok(chosen)
    },
    ..SMALL
};

/// publish (3): a fanout for each topic, which the heartbeat drops.
pub(super) const NEW_FANOUT: Scenario = Scenario {
    rule: "publish_message (3)",
    prepare: |run| connect(run, Kind::Inbound),
    round: |run| {
        let mut chosen = Vec::new();
        for topic in TOPICS {
            let id = run.fresh();
            run.publish(topic, id)?;
            chosen.push(match run.output() {
                Some(Output::PublishMessage(PublishMessageOutput::PublishMessage { to_publish })) => {
                    to_publish.iter().map(|peer| peer.0).collect()
                }
                _ => Vec::new(),
            });
        }
        run.ask(Input::Heartbeat)?;
        Ok(chosen)
    },
    ..SMALL
};

/// join (2): a mesh for each topic; we leave it again, and the heartbeat drops the backoffs.
pub(super) const JOINED: Scenario =
    Scenario { rule: "join (2)", prepare: |run| connect(run, Kind::Inbound), round: join_and_leave, ..SMALL };

/// join (2) with mostly direct subscribers: an automaton that tries random peers needs another way to find the rest.
pub(super) const JOINED_OF_FEW: Scenario = Scenario {
    case: "few of many",
    rounds: 20,
    prepare: |run| {
        (100..110).try_for_each(|peer| run.connect(peer, Kind::Direct, &TOPICS))?;
        connect(run, Kind::Inbound)?;
        (110..120).try_for_each(|peer| run.connect(peer, Kind::Direct, &TOPICS))
    },
    ..JOINED
};

fn join_and_leave(run: &mut ScenarioRun<'_>) -> Result<Vec<Vec<u64>>, Finding> {
    let mut chosen = Vec::new();
    for topic in TOPICS {
        run.join(&[topic])?;
        chosen.push(match run.output() {
            Some(Output::Join(JoinOutput::JoiningTopic { to_graft })) => to_graft.iter().map(|peer| peer.0).collect(),
            _ => Vec::new(),
        });
    }
    TOPICS.into_iter().try_for_each(|topic| run.ask(Leave::<TraceIds> { topic: topic.to_owned() }))?;
    run.ask(Input::Heartbeat)?;
    Ok(chosen)
}

/// prune (5): two peers of the mesh prune us and offer 4 others, then graft again.
pub(super) const PX: Scenario = Scenario {
    rule: "prune (5)",
    tested: Tested::Sets("two peers"),
    prepare: |run| {
        run.join(&["a"])?;
        OTHERS.into_iter().try_for_each(|peer| {
            run.connect(peer, Kind::Inbound, &[])?;
            run.graft(peer, "a")
        })
    },
    round: |run| {
        let mut chosen = Vec::new();
        for peer in OTHERS {
            run.prune(peer, "a", &CANDIDATES.collect::<Vec<_>>())?;
            chosen.push(match run.output() {
                Some(Output::Prune(PruneOutput::Px { peers })) => peers.iter().map(|peer| peer.0).collect(),
                _ => Vec::new(),
            });
        }
        OTHERS.into_iter().try_for_each(|peer| run.graft(peer, "a"))?;
        Ok(chosen)
    },
    ..SMALL
};
