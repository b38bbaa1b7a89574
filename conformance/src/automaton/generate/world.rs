//! The world of a case: who and what there is, how likely each input is, and how time goes by.

use crate::engine::Draw;
use gossipsub_automaton::{
    BatchedMessage, Behaviour, InputKind, Limits, Switches, Time,
    trace_ids::{MessageId, Topic, TraceIds},
};
use std::collections::VecDeque;

/// The names that topics have: in the order of bytes, the recorded families' and others.
const TOPICS: [&str; 6] = ["a", "b", "c", "Z", "é", ""];

/// The weight of each input of all behaviours if it is neither absent nor a flood, in the order of [`InputKind::ALL`].
const WEIGHTS: [u64; 16] = [8, 2, 10, 2, 6, 6, 12, 6, 6, 16, 4, 1, 14, 6, 2, 2];

/// The members of a case and their weights.
#[derive(Clone, Debug)]
pub struct World {
    /// Peers are numbered from 0 to below this.
    pub(super) peers: u64,
    /// The topics.
    pub(super) topics: Vec<Topic>,
    /// Whether the first topic is spoken of more than the others: one mesh is over-full then, and others are small.
    pub(super) has_favourite: bool,
    /// The weight of each input, in the order of [`InputKind::ALL`].
    pub(super) weights: [u64; 16],
    /// One step in this many changes the environment.
    pub(super) change_one_in: u64,
    /// One new connection in this many is direct.
    pub(super) direct_one_in: u64,
    /// One new connection in this many is outbound.
    pub(super) outbound_one_in: u64,
    /// The weights of no time, a little, a heartbeat, up to a deadline, and far.
    pub(super) time: [u64; 5],
    /// The most milliseconds of a little time.
    pub(super) stride: u64,
    /// The time of the last step.
    pub(super) now: Time,
    /// What else the behaviour has.
    pub(super) switches: Switches,
    /// Messages that were lately received for a batch, oldest first.
    pub(super) pending: VecDeque<BatchedMessage<TraceIds>>,
    /// The first message id that was not used yet.
    pub(super) next_id: u64,
    /// The crowd that comes before all others and goes soon, and its members that are still to come.
    pub(super) crowd: (Crowd, u64),
    /// How many peers are still to be connected and subscribed after them.
    pub(super) to_welcome: u64,
    /// How many of them we dial: outbound ones, the last to come, together, when meshes are full of others. 0 where any
    /// connection may be outbound.
    pub(super) dialed: u64,
    /// Which topics the peer that is being welcomed is still to subscribe to, and we are to join at the end.
    pub(super) to_subscribe: usize,
}

/// Many names that are soon forgotten: those that stay are then moved together in memory, if the automaton does such things.
#[derive(Clone, Copy, Debug)]
pub(super) enum Crowd {
    /// Peers of which a counter is kept until the next heartbeat.
    Announcing,
    /// Peers of which a backoff is kept until it is cleaned up.
    Grafting,
    /// Topics of which a message is announced for a few heartbeats.
    Topics,
}

impl World {
    /// Draws a world.
    pub(super) fn draw(limits: &Limits<TraceIds>, behaviour: Behaviour, draw: &mut impl Draw) -> Self {
        let peers = match draw.below(20) {
            0 => draw.below(3),
            1..=4 => draw.between(3, 6),
            _ if draw.one_in(30) => draw.between(17, 28),
            _ => draw.between(6, 16),
        };
        let topics = if draw.one_in(6) || peers > 16 { 1 } else { draw.between(2, 4) };
        let first = draw.below(TOPICS.len() as u64);
        let names = TOPICS.iter().cycle().skip(usize::try_from(first).unwrap_or(0));
        let topics: Vec<Topic> =
            names.take(usize::try_from(topics).unwrap_or(1)).map(|name| Topic::from(*name)).collect();
        let welcome = !draw.one_in(5);
        // Meshes that lack several outbound peers need many others.
        let lacking = limits.degree_out >= 3;
        let peers = if lacking { peers.max(12) } else { peers };
        let outbound: &[u64] = if lacking { &[2, 3, 4, 6] } else { &[1, 2, 3, 8] };
        let dialed = if lacking && welcome && draw.one_in(2) { draw.between(4, 6) } else { 0 };
        let mut world = Self {
            peers,
            has_favourite: draw.one_in(3),
            weights: WEIGHTS,
            change_one_in: draw.pick(&[4, 12, 40, u64::MAX]).copied().unwrap_or(12),
            direct_one_in: draw.pick(&[4, 12, u64::MAX]).copied().unwrap_or(12),
            outbound_one_in: draw.pick(outbound).copied().unwrap_or(2),
            time: [60, 15, 10, 12, 3],
            stride: 400,
            now: start(draw),
            switches: behaviour.switches(),
            pending: VecDeque::new(),
            next_id: draw.below(3),
            crowd: crowd(draw),
            to_welcome: if welcome { peers } else { 0 },
            dialed,
            to_subscribe: topics.len(),
            topics,
        };
        world.swarm(draw);
        if limits.heartbeat_interval.as_millis() == 0 {
            world.time = [60, 30, 0, 10, 0];
        }
        world
    }

    /// Makes some inputs rare or absent, and others a flood.
    fn swarm(&mut self, draw: &mut impl Draw) {
        if draw.one_in(4) {
            return;
        }
        for (weight, kind) in self.weights.iter_mut().zip(InputKind::ALL) {
            *weight = match draw.below(10) {
                0 | 1 if *kind != InputKind::Heartbeat => 0,
                2 => 1,
                3 => *weight * 10,
                _ => *weight,
            };
        }
        match draw.below(16) {
            0 | 1 => self.time = [90, 8, 1, 1, 0],
            // Slow enough that many steps are made before the spans of the limits are over.
            2 | 3 => {
                self.time = [60, 36, 1, 3, 0];
                self.stride = draw.between(2, 40);
            }
            _ => {}
        }
    }

    /// An id that was not used yet.
    pub(super) const fn fresh_id(&mut self) -> MessageId {
        let id = MessageId(self.next_id);
        self.next_id += 1;
        id
    }
}

fn crowd(draw: &mut impl Draw) -> (Crowd, u64) {
    let crowd = draw.pick(&[Crowd::Announcing, Crowd::Grafting, Crowd::Topics]).copied().unwrap_or(Crowd::Topics);
    (crowd, if draw.one_in(16) { draw.between(66, 90) } else { 0 })
}

/// The start time of a case: often zero, so that some deadlines would lie before zero.
fn start(draw: &mut impl Draw) -> Time {
    Time::from_millis(match draw.below(10) {
        0..=3 => 0,
        4..=6 => draw.below(5000),
        7 | 8 => 1_700_000_000_000 + draw.below(1000),
        _ => 9_000_000_000_000_000,
    })
}
