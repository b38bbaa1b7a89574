//! The state of a router, line by line, for the report of a finding.

use gossipsub_reference_model::libp2p::{
    Model,
    vocabulary::{Input, Peer},
};
use std::collections::BTreeSet;

/// The lines of the state that are about the peer of an input; all lines if it names none.
pub(super) fn state_lines(model: &Model, input: &Input) -> Vec<String> {
    let of_input = match input {
        Input::Connect { peer, .. }
        | Input::Disconnect { peer }
        | Input::Rpc { peer, .. }
        | Input::Rpcs { peer, .. }
        | Input::SetApplicationScore { peer, .. } => Some(*peer),
        Input::Join { .. }
        | Input::Leave { .. }
        | Input::Publish { .. }
        | Input::Validated { .. }
        | Input::Heartbeat => None,
    };
    let is_shown = |peer: Peer| of_input.is_none_or(|of_input| of_input == peer);
    let mut lines = Vec::new();
    for (peer, protocol, outbound, topics) in model.connections().filter(|(peer, ..)| is_shown(*peer)) {
        let outbound = if outbound { ", outbound" } else { "" };
        let direct = if model.direct_peers().contains(&peer) { ", direct" } else { "" };
        lines.push(format!("peer {peer}: {protocol}{outbound}{direct}, topics [{}]", joined(topics)));
        if model.settings().0.scoring.is_some() {
            lines.push(format!("peer {peer}: score {:?}", model.score(peer)));
        }
    }
    for (topic, mesh) in model.meshes() {
        lines.push(format!("topic {topic}: mesh [{}]", joined(mesh)));
        for (peer, ..) in model.connections().filter(|(peer, ..)| is_shown(*peer)) {
            if let Some(end) = model.backoff_end(topic, peer) {
                lines.push(format!("topic {topic}: peer {peer} backed off until {end}"));
            }
        }
    }
    for (topic, fanout) in model.fanouts() {
        lines.push(format!(
            "topic {topic}: fanout [{}] and {} to {} of [{}]",
            joined(fanout.certain()),
            fanout.fewest(),
            fanout.most(),
            joined(fanout.possible())
        ));
    }
    lines
}

fn joined<T: ToString>(members: &BTreeSet<T>) -> String {
    members.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
