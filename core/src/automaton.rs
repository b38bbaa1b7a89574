//! The automaton as a whole: construction, and one step over all inputs.

mod backoff;
mod capacity;
mod choice;
mod connections;
mod gossip;
mod heartbeat;
mod intern;
mod introspection;
mod members;
mod mesh;
mod message_cache;
mod messages;
mod peer_score;
mod scores;
mod sliding_window;
mod topics;

pub use introspection::{Footprint, PeerQuery};

use crate::{Application, Identifiers, Input, Limits, LimitsError, Output, Time};
use alloc::vec::Vec;
use choice::Choice;
use connections::Peers;
use intern::{Interner, PeerSlot, TopicSlot};
use message_cache::MessageCache;
use scores::Scores;
use topics::Topics;

/// The gossipsub automaton: it keeps the state, decides, and leaves time and the network to its owner.
///
/// Every input has a method, named as the input is. Each takes the time of the event. A time before that of an
/// earlier event is taken as the last time seen. Every input is legal in every state; no input panics.
///
/// Two automata with the same seed, limits and application answer the same inputs alike, on every machine.
#[derive(Clone)]
pub struct Automaton<I: Identifiers, A> {
    pub(crate) application: A,
    pub(crate) limits: Limits<I>,
    pub(crate) choice: Choice,
    /// The last time seen.
    pub(crate) now: Time,
    pub(crate) heartbeat_ticks: u64,
    pub(crate) peers: Peers<I>,
    pub(crate) topics: Topics<I>,
    /// The topics that have a mesh, ascending.
    pub(crate) joined: Vec<TopicSlot>,
    /// The topics that have a fanout, ascending.
    pub(crate) fanouts: Vec<TopicSlot>,
    pub(crate) scores: Scores<I>,
    pub(crate) messages: MessageCache<I>,
    /// The peers whose counters of this heartbeat are not 0.
    pub(crate) counted: Vec<PeerSlot>,
}

impl<I: Identifiers, A: Application<I>> Automaton<I, A> {
    /// An automaton without peers and topics.
    ///
    /// All random choices are drawn from the seed. It also keys the hash tables: keep it secret from peers.
    ///
    /// # Errors
    /// The first rule on limits that is broken ([`Limits::check`]).
    pub fn new(seed: u64, limits: Limits<I>, application: A) -> Result<Self, LimitsError> {
        limits.check()?;
        let Limits { history_length, history_gossip_length, seen_history_length, .. } = limits;
        Ok(Self {
            application,
            choice: Choice::new(seed),
            now: Time::ZERO,
            heartbeat_ticks: 0,
            peers: Interner::new(seed),
            topics: Interner::new(seed),
            joined: Vec::new(),
            fanouts: Vec::new(),
            scores: Scores::new(&limits),
            messages: MessageCache::new(seed, history_length, history_gossip_length, seen_history_length),
            counted: Vec::new(),
            limits,
        })
    }

    /// From here on, all random choices are drawn from this seed: a copy of an automaton chooses otherwise than the
    /// original.
    pub fn reseed(&mut self, seed: u64) {
        self.choice = Choice::new(seed);
    }

    /// Answers any input or query.
    pub fn step(&mut self, now: Time, input: Input<I>) -> Output<I> {
        let now = self.observe(now);
        match input {
            Input::AddPeer(input) => self.add_peer(now, input).into(),
            Input::RemovePeer(input) => self.remove_peer(now, input).into(),
            Input::Subscribe(input) => self.subscribe(now, input).into(),
            Input::Unsubscribe(input) => self.unsubscribe(now, input).into(),
            Input::Ihave(input) => self.ihave(now, input).into(),
            Input::Iwant(input) => self.iwant(now, input).into(),
            Input::Graft(input) => self.graft(now, input).into(),
            Input::Prune(input) => self.prune(now, input).into(),
            Input::PublishMessage(input) => self.publish_message(now, input).into(),
            Input::ReceiveMessage(input) => self.receive_message(now, input).into(),
            Input::Join(input) => self.join(now, input).into(),
            Input::Leave(input) => self.leave(now, input).into(),
            Input::Heartbeat => self.heartbeat(now).into(),
            Input::SetApplicationScore(input) => self.set_application_score(now, input).into(),
            Input::SelectPxPeers(input) => self.select_px_peers(input).into(),
            Input::SelectGossipMessages => self.select_gossip_messages().into(),
        }
    }

    /// Takes notice of the time: it never goes backwards.
    pub(crate) fn observe(&mut self, now: Time) -> Time {
        self.now = self.now.max(now);
        self.now
    }
}
