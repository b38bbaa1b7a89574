//! A sequence in words, as short as it can be read.

use gossipsub_conformance::libp2p::{Event, Exchange, Step};
use gossipsub_reference_model::libp2p::vocabulary::{Input, Output, Parts, Protocol, Rpc, Sent, Verdict};
use std::fmt::Display;

/// The steps, and the answer to the last one.
pub(crate) fn sequence(steps: &[Step]) -> String {
    let mut words: Vec<String> = Vec::new();
    let (mut heartbeats, mut last) = (0, 0);
    for step in steps {
        let Event::Input(Exchange { input, .. }) = &step.event else { continue };
        if matches!(input, Input::Heartbeat) {
            heartbeats += 1;
        } else {
            words.extend(heartbeats_text(heartbeats));
            heartbeats = 0;
            let now = step.now.as_millis();
            let at = if now > last { format!(" at {now} ms") } else { String::new() };
            words.push(format!("{}{at}", input_text(input)));
        }
        last = step.now.as_millis();
    }
    words.extend(heartbeats_text(heartbeats));
    let answer = match steps.last().map(|step| &step.event) {
        Some(Event::Input(Exchange { output: Some(output), .. })) => output_text(output),
        _ => "no answer".to_owned(),
    };
    format!("{} → {answer}", words.join("; "))
}

fn heartbeats_text(count: u64) -> Option<String> {
    match count {
        0 => None,
        1 => Some("heartbeat".to_owned()),
        count => Some(format!("{count} heartbeats")),
    }
}

fn input_text(input: &Input) -> String {
    match input {
        Input::Connect { peer, outbound, direct, protocol, ip } => {
            let connects = if *outbound { format!("{peer} is dialled") } else { format!("{peer} connects") };
            let direct = if *direct { ", direct" } else { "" };
            let protocol = if *protocol == Protocol::Gossipsub11 { String::new() } else { format!(", {protocol}") };
            let ip = ip.map_or_else(String::new, |ip| format!(", address {ip}"));
            format!("{connects}{direct}{protocol}{ip}")
        }
        Input::Disconnect { peer } => format!("{peer} disconnects"),
        Input::Rpc { peer, rpc } => format!("{peer}: {}", rpc_text(rpc)),
        Input::Rpcs { peer, rpcs } => {
            format!("{peer}: {}", rpcs.iter().map(rpc_text).collect::<Vec<_>>().join(", then "))
        }
        Input::Join { topic } => format!("join({topic})"),
        Input::Leave { topic } => format!("leave({topic})"),
        Input::Publish { topic, message_id } => format!("publish({topic}, {message_id})"),
        Input::Validated { message_id, verdict } => {
            let verdict = match verdict {
                Verdict::Accept => "accepted",
                Verdict::Reject => "rejected",
                Verdict::Ignore => "ignored",
            };
            format!("message {message_id} is {verdict}")
        }
        Input::SetApplicationScore { peer, score } => format!("P5 of {peer} is {score}"),
        Input::Heartbeat => "heartbeat".to_owned(),
    }
}

fn list(members: impl IntoIterator<Item = impl Display>) -> String {
    members.into_iter().map(|member| member.to_string()).collect::<Vec<_>>().join(", ")
}

fn rpc_text(rpc: &Rpc) -> String {
    let mut parts = Vec::new();
    for subscription in &rpc.subscriptions {
        let kind = if subscription.subscribe { "sub" } else { "unsub" };
        parts.push(format!("{kind}({})", subscription.topic));
    }
    parts.extend(rpc.messages.iter().map(|message| format!("msg({}, {})", message.topic, message.message_id)));
    parts.extend(rpc.ihave.iter().map(|ihave| format!("ihave({}: {})", ihave.topic, list(&ihave.message_ids))));
    parts.extend(rpc.iwant.iter().map(|ids| format!("iwant({})", list(ids))));
    parts.extend(rpc.graft.iter().map(|topic| format!("graft({topic})")));
    parts.extend(rpc.prune.iter().map(prune_text));
    parts.extend(rpc.idontwant.iter().map(|ids| format!("idontwant({})", list(ids))));
    if parts.is_empty() { "an empty RPC".to_owned() } else { parts.join(" ") }
}

fn prune_text(prune: &gossipsub_reference_model::libp2p::vocabulary::Prune) -> String {
    let backoff = prune.backoff.map_or_else(String::new, |seconds| format!(", {seconds} s"));
    let peers = if prune.peers.is_empty() { String::new() } else { format!(", peers {}", list(&prune.peers)) };
    format!("prune({}{backoff}{peers})", prune.topic)
}

fn output_text(output: &Output) -> String {
    let Sent { to, delivered, asked, dial, refused, closed, .. } = match output {
        Output::Crashed { .. } => return "a crash".to_owned(),
        Output::Sent(sent) => sent,
    };
    let mut words: Vec<String> = to.iter().map(|(peer, parts)| format!("to {peer}: {}", parts_text(parts))).collect();
    if !delivered.is_empty() {
        words.push(format!("delivers {}", list(delivered.iter().map(|delivery| delivery.message_id))));
    }
    if let Some(asked) = asked.as_ref().filter(|asked| !asked.is_empty()) {
        words.push(format!("asks about {}", list(asked.iter().map(|delivery| delivery.message_id))));
    }
    if !dial.is_empty() {
        words.push(format!("dials {}", list(dial)));
    }
    if refused.is_some() {
        words.push("refuses the call".to_owned());
    }
    if !closed.is_empty() {
        words.push(format!("closes {}", list(closed)));
    }
    if words.is_empty() { "nothing".to_owned() } else { words.join("; ") }
}

fn parts_text(parts: &Parts) -> String {
    let mut words = Vec::new();
    for subscription in &parts.subscriptions {
        let kind = if subscription.subscribe { "sub" } else { "unsub" };
        words.push(format!("{kind}({})", subscription.topic));
    }
    words.extend(parts.messages.iter().map(|message| format!("msg({}, {})", message.topic, message.message_id)));
    words.extend(parts.ihave.iter().map(|ihave| format!("ihave({}: {})", ihave.topic, list(&ihave.message_ids))));
    if !parts.iwant.is_empty() {
        words.push(format!("iwant({})", list(&parts.iwant)));
    }
    words.extend(parts.graft.iter().map(|topic| format!("graft({topic})")));
    words.extend(parts.prune.iter().map(prune_text));
    if !parts.idontwant.is_empty() {
        words.push(format!("idontwant({})", list(&parts.idontwant)));
    }
    words.join(" ")
}
