//! One gossipsub node in a real swarm, driven in virtual time, and the peers around it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use futures::StreamExt;
use libp2p_core::{PeerId, Transport};
use libp2p_gossipsub::{Behaviour, Event};
use libp2p_swarm::dial_opts::DialOpts;
use libp2p_swarm::{Config, Swarm, SwarmEvent};

use crate::dial_observer::DialObserver;
use crate::network::{Network, address};
use crate::peer::RawPeer;
use crate::translation::PeerIds;
use crate::wire;

/// An event of the swarm can cause the next. A node that still has events after this many rounds is at fault.
const MOST_ROUNDS: usize = 100_000;

/// What the node has done since the last question.
#[derive(Debug, Default)]
pub(crate) struct Activity {
    pub(crate) rpcs: BTreeMap<u64, Vec<wire::Rpc>>,
    pub(crate) messages: Vec<ReceivedMessage>,
    pub(crate) dials: Vec<u64>,
    pub(crate) closed: Vec<u64>,
}

/// A message that the node has handed to the application.
#[derive(Debug)]
pub(crate) struct ReceivedMessage {
    pub(crate) source: u64,
    pub(crate) topic: String,
    pub(crate) data: Vec<u8>,
}

/// Whether a task of the node was woken.
#[derive(Debug, Default)]
struct WakeFlag(AtomicBool);

impl Wake for WakeFlag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

pub(crate) struct Node {
    pub(crate) peer_ids: PeerIds,
    swarm: Swarm<DialObserver>,
    network: Network,
    peers: BTreeMap<u64, RawPeer>,
    start: Duration,
    wake_flag: Arc<WakeFlag>,
    activity: Activity,
}

impl Node {
    pub(crate) fn new(gossipsub: Behaviour) -> Self {
        let mut peer_ids = PeerIds::default();
        let network = Network::default();
        // No executor: connections are polled with the swarm. The network breaks no idle connection, and time is free.
        let config = Config::without_executor().with_idle_connection_timeout(Duration::from_secs(u64::from(u32::MAX)));
        let transport = network.clone().boxed();
        let mut swarm = Swarm::new(transport, DialObserver::new(gossipsub), peer_ids.id(0), config);
        swarm.listen_on(Network::local_address()).expect("the network listens on every address");
        let mut node = Self {
            peer_ids,
            swarm,
            network,
            peers: BTreeMap::new(),
            start: web_time::now(),
            wake_flag: Arc::default(),
            activity: Activity::default(),
        };
        node.settle();
        node
    }

    pub(crate) fn gossipsub(&self) -> &Behaviour {
        &self.swarm.behaviour().gossipsub
    }

    pub(crate) fn peers(&self) -> &BTreeMap<u64, RawPeer> {
        &self.peers
    }

    pub(crate) fn take_activity(&mut self) -> Activity {
        std::mem::take(&mut self.activity)
    }

    /// Moves the clock to this many milliseconds after the start, from one timer to the next as a real clock would.
    pub(crate) fn advance_to(&mut self, milliseconds: u64) {
        let end = self.start + Duration::from_millis(milliseconds);
        while web_time::now() < end {
            let deadline = futures_timer::next_deadline().unwrap_or(end);
            web_time::advance_to(deadline.min(end));
            self.settle();
        }
    }

    pub(crate) fn connect(&mut self, number: u64, outbound: bool, direct: bool, protocol: String, ip: u64) {
        let id = self.peer_ids.id(number);
        if direct {
            // It is dialled at once, which fails.
            self.call(|gossipsub| gossipsub.add_explicit_peer(&id));
        } else {
            self.call(|gossipsub| gossipsub.remove_explicit_peer(&id));
        }
        let connection = if outbound {
            let connection = self.network.allow_dial(id, address(ip));
            let dial = DialOpts::peer_id(id).addresses(vec![address(ip)]).build();
            self.swarm.dial(dial).expect("neither a connection nor a dial of this peer is left");
            connection
        } else {
            self.network.connect_from(id, address(ip))
        };
        self.peers.insert(number, RawPeer::new(id, connection, protocol));
        self.settle();
        self.peer_mut(number).open_stream();
        self.settle();
    }

    pub(crate) fn disconnect(&mut self, number: u64) {
        self.peer_mut(number).disconnect();
        self.settle();
        self.peers.remove(&number);
        self.activity.closed.retain(|closed| *closed != number);
    }

    /// Sends the RPCs one behind the other: all lie in the stream before the node reads.
    pub(crate) fn send(&mut self, number: u64, rpcs: &[wire::Rpc]) {
        for rpc in rpcs {
            self.peer_mut(number).send(rpc);
        }
        self.settle();
    }

    /// The application calls gossipsub.
    pub(crate) fn call<T>(&mut self, function: impl FnOnce(&mut Behaviour) -> T) -> T {
        let result = function(&mut self.swarm.behaviour_mut().gossipsub);
        self.settle();
        result
    }

    fn peer_mut(&mut self, number: u64) -> &mut RawPeer {
        self.peers.get_mut(&number).expect("the peer is connected")
    }

    /// Runs the node and its peers until none of them moves.
    fn settle(&mut self) {
        for _ in 0..MOST_ROUNDS {
            futures_timer::wake_due();
            self.wake_flag.0.store(false, Ordering::Relaxed);
            let had_event = self.poll();
            let has_written = self.read();
            if !had_event && !has_written && !self.wake_flag.0.load(Ordering::Relaxed) {
                return;
            }
        }
        panic!("the node still moves after {MOST_ROUNDS} rounds at one time");
    }

    /// Polls the swarm until it waits. True if it had an event.
    fn poll(&mut self) -> bool {
        let waker = Waker::from(Arc::clone(&self.wake_flag));
        let mut had_event = false;
        while let Poll::Ready(Some(event)) = self.swarm.poll_next_unpin(&mut Context::from_waker(&waker)) {
            had_event = true;
            self.note(event);
        }
        let dials = self.swarm.behaviour_mut().take_dials();
        self.activity.dials.extend(dials.iter().map(|id| self.peer_ids.number(id)));
        had_event
    }

    fn note(&mut self, event: SwarmEvent<Event>) {
        match event {
            SwarmEvent::Behaviour(Event::Message { propagation_source, message, .. }) => {
                self.activity.messages.push(ReceivedMessage {
                    source: self.number(&propagation_source),
                    topic: message.topic.into_string(),
                    data: message.data,
                });
            }
            SwarmEvent::ConnectionClosed { peer_id, .. } => {
                let number = self.number(&peer_id);
                self.activity.closed.push(number);
            }
            _ => {}
        }
    }

    fn number(&self, id: &PeerId) -> u64 {
        self.peer_ids.number(id)
    }

    /// Lets each peer read. True if one of them had something to read.
    fn read(&mut self) -> bool {
        let mut is_any = false;
        for (number, peer) in &mut self.peers {
            let read = peer.read();
            is_any |= read.is_any;
            if !read.rpcs.is_empty() {
                self.activity.rpcs.entry(*number).or_default().extend(read.rpcs);
            }
        }
        is_any
    }

    /// Forgets a peer whose connection the node has closed.
    pub(crate) fn forget(&mut self, number: u64) {
        self.peers.remove(&number);
    }
}
