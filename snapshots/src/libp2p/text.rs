//! Inputs and answers as a person reads them.

use crate::name::{braces, brackets};
use gossipsub_reference_model::libp2p::vocabulary::{
    Delivery, Ihave, Input, Message, MessageId, Output, Parts, Prune, Rpc, Sent, Subscription, Topic,
};
use std::{collections::BTreeMap, fmt::Display};

/// More parts of one kind are told by their number.
const MOST_PARTS: usize = 6;

pub(super) fn input_text(input: &Input) -> String {
    match input {
        Input::Connect { peer, outbound, direct, protocol, ip } => {
            let outbound = if *outbound { ", outbound" } else { "" };
            let direct = if *direct { ", direct" } else { "" };
            let address = ip.map_or_else(String::new, |ip| format!(", address {ip}"));
            format!("peer {peer} connects: {protocol}{outbound}{direct}{address}")
        }
        Input::Disconnect { peer } => format!("peer {peer} disconnects"),
        Input::Rpc { peer, rpc } => format!("peer {peer} sends {}", rpc_text(rpc)),
        Input::Rpcs { peer, rpcs } => {
            let mut texts: Vec<(String, usize)> = Vec::new();
            for text in rpcs.iter().map(rpc_text) {
                match texts.last_mut() {
                    Some((last, count)) if *last == text => *count += 1,
                    _ => texts.push((text, 1)),
                }
            }
            let text = |(text, count): (String, usize)| if count > 1 { format!("{count} times {text}") } else { text };
            let texts: Vec<String> = texts.into_iter().map(text).collect();
            format!("peer {peer} sends {} RPCs: {}", rpcs.len(), texts.join(", then "))
        }
        Input::Join { topic } => format!("the application joins {topic}"),
        Input::Leave { topic } => format!("the application leaves {topic}"),
        Input::Publish { topic, message_id } => format!("the application publishes {message_id} in {topic}"),
        Input::Validated { message_id, verdict } => {
            format!("the verdict on {message_id} is {}", format!("{verdict:?}").to_lowercase())
        }
        Input::SetApplicationScore { peer, score } => format!("the application scores peer {peer} with {score}"),
        Input::Heartbeat => "heartbeat".into(),
    }
}

fn rpc_text(rpc: &Rpc) -> String {
    let Rpc { subscriptions, messages, ihave, iwant, graft, prune, idontwant } = rpc;
    let mut parts = Vec::new();
    parts.extend(some_of(subscriptions, "announcements", subscription_text));
    parts.extend(some_of(messages, "messages", message_text));
    parts.extend(some_of(ihave, "IHAVE", ihave_text));
    parts.extend(some_of(iwant, "IWANT", |ids| format!("IWANT {}", ids_text(ids))));
    parts.extend(some_of(graft, "GRAFT", graft_text));
    parts.extend(some_of(prune, "PRUNE", prune_text));
    parts.extend(some_of(idontwant, "IDONTWANT", |ids| format!("IDONTWANT {}", ids_text(ids))));
    if parts.is_empty() { "an empty RPC".into() } else { parts.join("; ") }
}

/// The texts of some parts, or how many there are.
fn some_of<T>(parts: &[T], name: &str, text: impl Fn(&T) -> String) -> Vec<String> {
    if parts.len() > MOST_PARTS { vec![format!("{} {name}", parts.len())] } else { parts.iter().map(text).collect() }
}

/// The lines of an answer, one for each peer and each kind of effect.
pub(super) fn output_lines(output: &Output) -> Vec<String> {
    let Sent { to, delivered, asked, dial, refused, closed } = match output {
        Output::Sent(sent) => sent,
        Output::Crashed { text } => return vec![format!("crashes: {text}")],
    };
    let mut lines: Vec<String> =
        to.iter().map(|(peer, parts)| format!("to peer {peer}: {}", parts_text(parts))).collect();
    let delivery = |Delivery { peer, topic, message_id }: &Delivery| format!("{message_id} of peer {peer} in {topic}");
    lines.extend(delivered.iter().map(|message| format!("delivers {}", delivery(message))));
    lines.extend(asked.iter().flatten().map(|message| format!("asks for a verdict on {}", delivery(message))));
    lines.extend(dial.iter().map(|peer| format!("dials peer {peer}")));
    lines.extend(refused.iter().map(|refusal| format!("refuses: {refusal}")));
    lines.extend(closed.iter().map(|peer| format!("closes the connection of peer {peer}")));
    if lines.is_empty() {
        lines.push("no answer".into());
    }
    lines
}

fn parts_text(parts: &Parts) -> String {
    let Parts { subscriptions, messages, graft, prune, ihave, iwant, idontwant } = parts;
    let mut texts: Vec<String> = Vec::new();
    texts.extend(subscriptions.iter().map(subscription_text));
    texts.extend(repeated(messages.iter().map(message_text)));
    texts.extend(ihave.iter().map(ihave_text));
    if !iwant.is_empty() {
        texts.push(format!("IWANT {}", brackets(iwant)));
    }
    texts.extend(graft.iter().map(graft_text));
    texts.extend(prune.iter().map(prune_text));
    if !idontwant.is_empty() {
        texts.push(format!("IDONTWANT {}", brackets(idontwant)));
    }
    texts.join("; ")
}

/// Each text once, with its number.
fn repeated(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for text in texts {
        *counts.entry(text).or_default() += 1;
    }
    counts.into_iter().map(|(text, count)| if count > 1 { format!("{count} times {text}") } else { text }).collect()
}

fn subscription_text(Subscription { topic, subscribe }: &Subscription) -> String {
    format!("{} {topic}", if *subscribe { "SUBSCRIBE" } else { "UNSUBSCRIBE" })
}

fn message_text(Message { topic, message_id }: &Message) -> String {
    format!("message {message_id} in {topic}")
}

fn ihave_text(Ihave { topic, message_ids }: &Ihave) -> String {
    format!("IHAVE {topic} {}", ids_text(message_ids))
}

fn ids_text(ids: &[MessageId]) -> String {
    if ids.len() > MOST_PARTS { format!("{} ids", ids.len()) } else { brackets(ids) }
}

fn graft_text(topic: &Topic) -> String {
    format!("GRAFT {topic}")
}

fn prune_text(Prune { topic, backoff, peers }: &Prune) -> String {
    let backoff = backoff.map_or_else(String::new, |seconds| format!(", backoff {seconds} s"));
    let peers = if peers.is_empty() { String::new() } else { format!(", peers {}", list(peers)) };
    format!("PRUNE {topic}{backoff}{peers}")
}

fn list<T: Display + Ord + Clone>(members: &[T]) -> String {
    braces(&members.iter().cloned().collect())
}
