//! Sequences of RPCs and events that reach every rule.
//!
//! Every case has a world of its own: parameters, peers with their protocols, topics, the weight of each input. Inputs are
//! drawn with an eye on the model's state, so that times sit on and beside deadlines, and RPCs are about members, backed
//! off peers and cached messages.

mod parameters;
mod rpc;
mod world;

pub use parameters::Profile;
pub(super) use parameters::{simplest, simplest_scoring, simplest_topic};

use super::{DialectName, Header, Libp2pFamily, Step};
use crate::engine::{self, Capabilities, Draw, Named};
use gossipsub_automaton::Time;
use gossipsub_reference_model::libp2p::{
    Faults, Model,
    vocabulary::{Input, MessageId, Peer, Topic, Verdict},
};
use world::World;

/// Generates one sequence.
#[derive(Clone, Debug)]
pub struct Generator {
    world: World,
}

impl engine::Generator<Libp2pFamily> for Generator {
    type Profile = Profile;

    fn probes() -> Vec<Header> {
        let header = |profile: Profile| Header {
            implementation: None,
            seed: Some(0),
            profile: Some(profile.name().into()),
            dialect: None,
            follows: Faults::none(),
            description: None,
            parameters: profile.parameters(),
        };
        Profile::ALL.iter().copied().map(header).collect()
    }

    fn start(
        profile: Profile,
        dialect: DialectName,
        capabilities: &Capabilities,
        draw: &mut impl Draw,
    ) -> (Header, Self) {
        let parameters = parameters::draw(profile, capabilities, draw);
        let world = World::draw(&parameters, capabilities, draw);
        let header = Header {
            implementation: None,
            seed: Some(draw.below(1 << 53)),
            profile: Some(profile.name().into()),
            dialect: Some(dialect),
            follows: Faults::none(),
            description: None,
            parameters,
        };
        (header, Self { world })
    }

    fn step(&mut self, model: &Model, draw: &mut impl Draw) -> Step {
        let script = model.script();
        let (now, due) = (script.now(), script.next_heartbeat());
        if let Some(input) = self.world.welcome(draw) {
            return Step::of_input(now, input);
        }
        if self.world.heartbeats > 0 || draw.below(100) < self.world.heartbeat_percent {
            self.world.heartbeats = match self.world.heartbeats.checked_sub(1) {
                Some(left) => left,
                // Now and then many heartbeats follow each other, so that time reaches far deadlines.
                None if draw.one_in(self.world.run_one_in) => draw.between(2, 40),
                None => 0,
            };
            return Step::of_input(due, Input::Heartbeat);
        }
        let now = time(model, draw);
        Step::of_input(now, input(&mut self.world, model, draw))
    }
}

/// The time of a step that is no heartbeat: the same, a little later, or beside a deadline, before the next heartbeat.
fn time(model: &Model, draw: &mut impl Draw) -> Time {
    let (now, due) = (model.script().now().as_millis(), model.script().next_heartbeat().as_millis());
    let last = due.saturating_sub(1).max(now);
    let next = match draw.below(10) {
        0..=5 => now,
        6 | 7 => draw.between(now, last),
        8 => {
            let deadlines: Vec<u64> = (model.deadlines().iter().map(|deadline| deadline.time.as_millis()))
                .filter(|deadline| *deadline <= last.saturating_add(1))
                .collect();
            let deadline = draw.pick(&deadlines).copied().unwrap_or(now);
            deadline.saturating_add(draw.below(3)).saturating_sub(1)
        }
        _ => last,
    };
    Time::from_millis(next.clamp(now, last))
}

fn input(world: &mut World, model: &Model, draw: &mut impl Draw) -> Input {
    let connected: Vec<Peer> = model.script().connected().iter().copied().collect();
    let kind = draw.weighted(&world.weights);
    let connected_peer = |draw: &mut _| Draw::pick(draw, &connected).copied();
    match (kind, connected_peer(draw)) {
        (0, Some(peer)) => Input::Disconnect { peer },
        (1, _) => Input::Join { topic: world.topic(draw) },
        (2, _) => Input::Leave { topic: joined_topic(world, model, draw) },
        (3, _) => {
            let topic = world.topic(draw);
            let message_id = world.message_id(&topic, draw);
            Input::Publish { topic, message_id }
        }
        (4, Some(peer)) if world.has_application_scores => {
            Input::SetApplicationScore { peer, score: application_score(model, peer, draw) }
        }
        (5, Some(peer)) if world.supports("rpcs") => {
            // Now and then the same RPC comes more often than any limit allows between two heartbeats.
            if draw.one_in(8) {
                let rpc = rpc::draw(world, model, peer, draw);
                let count = usize::try_from(draw.between(10, 14)).unwrap_or(10);
                return Input::Rpcs { peer, rpcs: vec![rpc; count] };
            }
            let rpcs = (0..draw.between(1, 4)).map(|_| rpc::draw(world, model, peer, draw)).collect();
            Input::Rpcs { peer, rpcs }
        }
        (6, _) if world.is_asked && model.awaiting().next().is_some() => {
            let awaiting: Vec<MessageId> = model.awaiting().collect();
            let message_id = draw.pick(&awaiting).copied().expect("a message awaits a verdict");
            let ignore = if world.supports("validation.ignore") { Verdict::Ignore } else { Verdict::Accept };
            let verdicts = [Verdict::Accept, Verdict::Accept, Verdict::Reject, ignore];
            Input::Validated { message_id, verdict: draw.pick(&verdicts).copied().expect("there are verdicts") }
        }
        (7, _) => match world.connect(model, draw) {
            Some(input) => input,
            None => Input::Join { topic: world.topic(draw) },
        },
        (_, Some(peer)) => {
            let peer = world::favourite(model, draw).unwrap_or(peer);
            Input::Rpc { peer, rpc: rpc::draw(world, model, peer, draw) }
        }
        (_, None) => world.connect(model, draw).unwrap_or(Input::Join { topic: world.topic(draw) }),
    }
}

/// A topic that is joined, if one is; now and then any topic.
fn joined_topic(world: &World, model: &Model, draw: &mut impl Draw) -> Topic {
    let joined: Vec<&Topic> = model.meshes().keys().collect();
    match draw.pick(&joined) {
        Some(topic) if !draw.one_in(8) => (*topic).clone(),
        _ => world.topic(draw),
    }
}

/// A score that brings the peer onto a threshold or beside it, or a round number.
fn application_score(model: &Model, peer: Peer, draw: &mut impl Draw) -> f64 {
    let Some(scoring) = &model.settings().0.scoring else { return 0.0 };
    let thresholds = &scoring.thresholds;
    let aims = [
        0.0,
        thresholds.gossip,
        thresholds.publish,
        thresholds.graylist,
        thresholds.accept_px,
        thresholds.opportunistic_graft,
    ];
    let round = [0.0, 0.0, 1.0, -1.0, 5.0, -5.0, 20.0, -20.0, 100.0, -100.0, 0.5];
    if draw.one_in(2) || scoring.app_specific_weight == 0.0 {
        return draw.pick(&round).copied().unwrap_or(0.0);
    }
    let aim = draw.pick(&aims).copied().unwrap_or(0.0);
    // The other parts of the score count as well. As the last score that was set is not known, this is exact only if it
    // was 0.
    let score = (aim - model.score(peer)) / scoring.app_specific_weight;
    let score = match draw.below(4) {
        0 => score + 0.25,
        1 => score - 0.25,
        _ => score,
    };
    if score.is_finite() { score.clamp(-1e9, 1e9) } else { 0.0 }
}
