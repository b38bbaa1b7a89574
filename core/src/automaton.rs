//! The automaton as a whole: construction, and one step over all inputs.

mod backoff;
mod batches;
mod capacity;
mod choice;
mod connection_view;
mod connections;
mod gossip;
mod heartbeat;
mod intern;
mod introspection;
#[cfg(debug_assertions)]
mod invariants;
mod members;
mod mesh;
mod message_cache;
mod messages;
mod overview;
mod peer_score;
mod peers;
mod queries;
mod score_parameters;
mod scores;
mod senders;
mod sliding_window;
mod slots;
mod topics;

pub use connection_view::Connections;
pub use introspection::{Footprint, PeerQuery};
pub use overview::CachedId;

use crate::{Application, Behaviour, Identifiers, Input, Limits, LimitsError, Output, Switches, Time};
use alloc::vec::Vec;
use choice::Choice;
use intern::Interner;
#[cfg(debug_assertions)]
use invariants::CheckSchedule;
use message_cache::MessageCache;
use peers::Peers;
use scores::Scores;
use slots::{PeerSlot, TopicSlot};
use topics::Topics;

/// The gossipsub automaton: it keeps the state of a node and makes its decisions. The node keeps the network and the
/// clock.
///
/// Every input has a method of the same name, which takes the time of the event. Time never goes backwards: an event
/// that is earlier than the one before counts as simultaneous with it. Every input is legal in every state, and no
/// input panics.
///
/// Two automata with the same seed, limits and application give the same outputs for the same inputs, on every machine.
#[derive(Clone)]
pub struct Automaton<I: Identifiers, A> {
    pub(crate) application: A,
    pub(crate) limits: Limits<I>,
    pub(crate) behaviour: Behaviour,
    /// Those of the behaviour.
    pub(crate) switches: Switches,
    pub(crate) choice: Choice,
    /// The latest time of an event.
    pub(crate) now: Time,
    pub(crate) heartbeat_ticks: u64,
    pub(crate) peers: Peers<I>,
    pub(crate) topics: Topics<I>,
    /// The topics with a mesh, ascending by name.
    pub(crate) joined: Vec<TopicSlot>,
    /// The topics with a fanout, ascending by name.
    pub(crate) fanouts: Vec<TopicSlot>,
    pub(crate) scores: Scores<I>,
    pub(crate) messages: MessageCache<I>,
    /// The peers that sent an IHave since the last heartbeat. Only their counters have to be reset.
    pub(crate) counted: Vec<PeerSlot>,
    #[cfg(debug_assertions)]
    check_schedule: CheckSchedule,
}

impl<I: Identifiers, A: Application<I>> Automaton<I, A> {
    /// An automaton without peers and topics, with the behaviour of `mavryk`.
    ///
    /// All random choices are drawn from the seed. It also keys the hash tables, so keep it secret from peers.
    ///
    /// # Errors
    /// The first rule that the limits break ([`Limits::check`]).
    pub fn new(seed: u64, limits: Limits<I>, application: A) -> Result<Self, LimitsError> {
        Self::with_behaviour(seed, limits, Behaviour::default(), application)
    }

    /// An automaton as [`Automaton::new`] gives, but with another behaviour.
    ///
    /// # Errors
    /// The first rule that the limits break ([`Limits::check_for`]).
    pub fn with_behaviour(
        seed: u64,
        limits: Limits<I>,
        behaviour: Behaviour,
        application: A,
    ) -> Result<Self, LimitsError> {
        limits.check_for(behaviour)?;
        let switches = behaviour.switches();
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
            messages: MessageCache::new(seed, &limits, switches.records_senders),
            counted: Vec::new(),
            #[cfg(debug_assertions)]
            check_schedule: CheckSchedule::default(),
            behaviour,
            switches,
            limits,
        })
    }

    /// Draws all further random choices from this seed. So a copy of an automaton can choose differently from the
    /// original.
    pub fn reseed(&mut self, seed: u64) {
        self.choice = Choice::new(seed);
    }

    /// Answers any input or query.
    pub fn step(&mut self, now: Time, input: Input<I>) -> Output<I> {
        // The methods of the queries take no time, but no later event is earlier than a query.
        self.now = self.now.max(now);
        let output = match input {
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
            Input::ApplyBatch(input) => self.apply_batch(now, input).into(),
        };
        #[cfg(debug_assertions)]
        self.check_invariants_if_due();
        output
    }

    /// Checks the invariants of the state now. Debug builds also do so by themselves; release builds check nothing.
    ///
    /// # Panics
    /// If the state contradicts itself, which is a bug of this crate.
    #[doc(hidden)]
    pub fn check_invariants(&mut self) {
        #[cfg(debug_assertions)]
        self.check_now();
    }

    /// The time of an event, which is never earlier than that of the event before. Every input calls this first.
    fn observe(&mut self, now: Time) -> Time {
        // A method of an input has many returns, so the state that it leaves is checked when the next input comes.
        // `step` checks at once.
        #[cfg(debug_assertions)]
        {
            self.check_invariants_if_due();
            self.check_schedule.count_input();
        }
        self.now = self.now.max(now);
        self.now
    }
}
