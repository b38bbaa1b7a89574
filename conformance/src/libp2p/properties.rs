//! Properties that the documents of the protocol state about the RPCs of a router, checked beside the model, so that a
//! mistake that a router and the model share shows.
//!
//! Nothing here asks the model. What a property needs to know comes from the events and the answers before it, which
//! [`History`] keeps. What those do not tell for certain, such as a score with several parts, leaves a property open:
//! it then accepts every answer.

mod forwarding;
mod gossip;
mod grafts;
mod history;
mod maintenance;
mod peer_exchange;
mod publishing;
mod topics;
mod unwanted;

pub use history::History;

use super::{Header, Libp2pFamily};
use crate::engine::{self, Difference, NoChange, PROPERTY_PREFIX, PropertyExtent, Violation};
use gossipsub_automaton::Time;
use gossipsub_reference_model::libp2p::vocabulary::{
    Input, Message, MessageId, Output, Parameters, Parts, Peer, Protocol, Rpc, Sent, Topic, View,
};
use std::{collections::BTreeSet, fmt::Display};

/// What a document of the protocol says, and how it is checked.
#[derive(Debug)]
pub struct Property {
    /// The number of the sentence. Two properties of one sentence have the same number.
    pub number: u8,
    /// What holds. A finding names it after [`PROPERTY_PREFIX`].
    pub name: &'static str,
    /// The document, and its section.
    pub source: &'static str,
    /// The sentence, word for word, with its line breaks joined.
    pub quote: &'static str,
    /// Which answers are accepted although the sentence alone would not allow them.
    pub except: Option<&'static str>,
    check: fn(&StepContext<'_>) -> Verdict,
}

/// The difference, if the property does not hold.
type Verdict = Result<(), Difference>;

/// All properties, in the order in which they are checked.
pub const ALL: &[&Property] = &[
    &topics::JOIN_DEGREE,
    &topics::JOIN_FILLS,
    &topics::HELLO,
    &topics::ANNOUNCED,
    &topics::LEAVE_PRUNES,
    &forwarding::NOT_BACK,
    &forwarding::ONCE,
    &forwarding::NOT_OWN,
    &forwarding::TO_FLOODSUB,
    &forwarding::TO_MESH,
    &forwarding::TO_MESH_AFTER_VERDICT,
    &forwarding::ONLY_MESH,
    &forwarding::NOT_AFTER_PRUNE,
    &forwarding::TO_DIRECT,
    &forwarding::DIRECT_ACCEPTED,
    &forwarding::VALIDATED_FIRST,
    &forwarding::DROPPED,
    &publishing::NO_FANOUT_OF_JOINED,
    &publishing::TO_MESH,
    &publishing::FANOUT_DEGREE,
    &publishing::FANOUT_FILLS,
    &publishing::FANOUT_STAYS,
    &publishing::FLOODED,
    &publishing::THRESHOLD,
    &grafts::ACCEPTED,
    &grafts::ACCEPTED_AFTER_UNSUBSCRIBE,
    &grafts::UNKNOWN,
    &grafts::DIRECT_REFUSED,
    &grafts::DIRECT_OUTSIDE,
    &grafts::NOT_IN_BACKOFF,
    &grafts::GRAFT_OR_PRUNE,
    &grafts::REFUSED_IN_BACKOFF,
    &grafts::RECEIVED_BACKOFF,
    &grafts::SENT_BACKOFF,
    &grafts::FULL,
    &maintenance::ONLY_OVERFULL_PRUNED,
    &maintenance::PRUNED_TO_DEGREE,
    &maintenance::ONLY_UNDERFULL_GRAFTED,
    &maintenance::FILLED,
    &maintenance::OUTBOUND_KEPT,
    &maintenance::OUTBOUND_QUOTA,
    &maintenance::NEGATIVE_PRUNED,
    &maintenance::NEGATIVE_NOT_GRAFTED,
    &maintenance::BEST_KEPT,
    &maintenance::OPPORTUNISTIC,
    &peer_exchange::OFFERED,
    &peer_exchange::OFFERED_SCORE,
    &peer_exchange::NOT_OFFERED,
    &peer_exchange::NEGATIVE_IGNORED,
    &peer_exchange::DIALLED,
    &gossip::REQUESTED,
    &gossip::NOT_WITH_MESSAGE,
    &gossip::ONLY_NEW_REQUESTED,
    &gossip::GIVEN,
    &gossip::RECIPIENTS,
    &gossip::FANOUT_TTL,
    &gossip::LAZY,
    &gossip::THRESHOLD,
    &gossip::GRAYLISTED,
    &gossip::IHAVE_MESSAGES,
    &gossip::IHAVE_LENGTH,
    &gossip::RETRANSMISSION,
    &gossip::CACHE_END,
    &gossip::ONLY_RECENT_ADVERTISED,
    &gossip::RECENT_ADVERTISED,
    &unwanted::SENT,
    &unwanted::RESPECTED,
];

impl Property {
    /// The rule as a finding names it.
    #[must_use]
    pub fn rule(&self) -> String {
        format!("{PROPERTY_PREFIX}{}", self.name)
    }
}

/// A step, and what was known of the router before it. The announcements of an RPC count as known: they come first in it.
#[derive(Clone, Copy, Debug)]
struct StepContext<'a> {
    parameters: &'a Parameters,
    history: &'a History,
    now: Time,
    input: &'a Input,
    sent: &'a Sent,
}

impl<'a> StepContext<'a> {
    /// The one RPC of the step, and its sender. Steps of several RPCs are no case: which one was answered is open.
    fn rpc(&self) -> Option<(Peer, &'a Rpc)> {
        match self.input {
            Input::Rpc { peer, rpc } => Some((*peer, rpc)),
            _ => None,
        }
    }

    /// The RPC of the step if it certainly was not ignored for the score of its sender.
    fn accepted_rpc(&self) -> Option<(Peer, &'a Rpc)> {
        let (peer, _) = self.rpc()?;
        (self.history.is_heard(peer, self.input, self.sent) == Some(true)).then(|| self.rpc()).flatten()
    }

    /// The sender of the RPCs of the step, if there are any.
    fn sender(&self) -> Option<Peer> {
        match self.input {
            Input::Rpc { peer, .. } | Input::Rpcs { peer, .. } => Some(*peer),
            _ => None,
        }
    }

    /// The RPCs of the step.
    fn rpcs(&self) -> &'a [Rpc] {
        match self.input {
            Input::Rpc { rpc, .. } => std::slice::from_ref(rpc),
            Input::Rpcs { rpcs, .. } => rpcs,
            _ => &[],
        }
    }

    /// What is sent to a peer.
    fn to(&self, peer: Peer) -> Option<&'a Parts> {
        self.sent.to.get(&peer)
    }

    /// The peers that get a PRUNE of a topic.
    fn pruned(&self, topic: &Topic) -> BTreeSet<Peer> {
        let has = |parts: &Parts| parts.prune.iter().any(|prune| prune.topic == *topic);
        self.sent.to.iter().filter(|(_, parts)| has(parts)).map(|(peer, _)| *peer).collect()
    }

    /// The peers that get a GRAFT of a topic.
    fn grafted(&self, topic: &Topic) -> BTreeSet<Peer> {
        self.sent.to.iter().filter(|(_, parts)| parts.graft.contains(topic)).map(|(peer, _)| *peer).collect()
    }

    fn is_pruned(&self, topic: &Topic, peer: Peer) -> bool {
        self.to(peer).is_some_and(|parts| parts.prune.iter().any(|prune| prune.topic == *topic))
    }

    /// The peers that get a message.
    fn recipients(&self, topic: &Topic, id: MessageId) -> BTreeSet<Peer> {
        let has = |parts: &Parts| parts.messages.iter().any(|sent| sent.topic == *topic && sent.message_id == id);
        self.sent.to.iter().filter(|(_, parts)| has(parts)).map(|(peer, _)| *peer).collect()
    }

    /// The messages that are forwarded, each with a recipient. What goes to the sender of an RPC is an answer to its
    /// IWANT.
    fn forwarded(&self) -> impl Iterator<Item = (Peer, &'a Message)> {
        let forwards = matches!(self.input, Input::Rpc { .. } | Input::Rpcs { .. } | Input::Validated { .. });
        let sender = self.sender();
        let to = self.sent.to.iter().filter(move |(peer, _)| forwards && Some(**peer) != sender);
        to.flat_map(|(peer, parts)| parts.messages.iter().map(|message| (*peer, message)))
    }

    fn is_gossipsub(&self, peer: Peer) -> bool {
        self.history.protocol(peer).is_some_and(Protocol::is_gossipsub)
    }

    /// The gossipsub peers that certainly announced a topic, are not direct and certainly have a score of a threshold or
    /// more.
    fn candidates(&self, topic: &Topic, threshold: f64) -> BTreeSet<Peer> {
        let fits = |peer: &Peer| {
            self.is_gossipsub(*peer)
                && !self.history.is_direct(*peer)
                && self.history.score(*peer).is_some_and(|score| score >= threshold)
        };
        self.history.subscribers(topic).filter(fits).collect()
    }

    /// As [`Self::candidates`], with all that may be candidates.
    fn possible_candidates(&self, topic: &Topic, threshold: f64) -> BTreeSet<Peer> {
        let fits = |peer: &Peer| {
            self.is_gossipsub(*peer)
                && !self.history.is_direct(*peer)
                && self.history.score(*peer).is_none_or(|score| score >= threshold)
        };
        self.history.possible_subscribers(topic).filter(fits).collect()
    }
}

/// Fails a check.
fn broken(what: impl Display, allowed: impl Display, observed: impl Display) -> Verdict {
    Err(Difference { what: what.to_string(), allowed: allowed.to_string(), observed: observed.to_string() })
}

/// Members in braces.
fn braces(members: impl IntoIterator<Item = impl Display>) -> String {
    let members: Vec<String> = members.into_iter().map(|member| member.to_string()).collect();
    format!("{{{}}}", members.join(", "))
}

/// Checks the properties of one router from its start.
#[derive(Clone, Debug)]
pub struct PropertyChecker {
    parameters: Parameters,
    history: History,
}

impl PropertyChecker {
    /// Checks all properties of a step, and returns those that do not hold, each with what is otherwise.
    pub fn broken_properties(
        &mut self,
        now: Time,
        input: &Input,
        output: &Output,
    ) -> Vec<(&'static Property, Difference)> {
        // A crash is a finding of the model.
        let Output::Sent(sent) = output else { return Vec::new() };
        self.history.learn_announcements(input, sent);
        let step = StepContext { parameters: &self.parameters, history: &self.history, now, input, sent };
        let all = ALL.iter().filter_map(|property| Some((*property, (property.check)(&step).err()?)));
        let broken = all.collect();
        self.history.learn(now, input, sent);
        broken
    }
}

impl engine::Properties<Libp2pFamily> for PropertyChecker {
    fn start(header: &Header, _: PropertyExtent) -> Self {
        let dialect = header.dialect.unwrap_or_default().dialect();
        Self { parameters: header.parameters.clone(), history: History::new(&header.parameters, dialect) }
    }

    fn change(&mut self, change: &NoChange) {
        match *change {}
    }

    fn check(&mut self, now: Time, input: &Input, output: &Output, _: Option<&View>) -> Result<(), Violation> {
        match self.broken_properties(now, input, output).into_iter().next() {
            Some((property, difference)) => Err(Violation::of(property.rule(), difference)),
            None => Ok(()),
        }
    }
}
