//! The model agrees with itself: what it responds it judges to be allowed, in every dialect and with every fault, and
//! what differs from it is refused.

use gossipsub_automaton::{Span, Time};
use gossipsub_reference_model::{
    Observer, Rule,
    libp2p::{
        Dialect, Fanout, Fault, Faults, Model, RULES, Random,
        vocabulary::{
            Ihave, Input, Message, MessageId, Output, Parameters, Peer, Protocol, Prune, Rpc, Sent, Subscription,
            Topic, Validation, Verdict,
        },
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// Numbers for scripts: splitmix64.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn choose<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let index = self.below(of.len() as u64);
        &of[usize::try_from(index).unwrap()]
    }
}

const PARAMETERS: &str = r#"{"D": 3, "D_high": 4, "D_lazy": 1, "D_low": 2, "D_out": 1, "D_score": 1, "do_px": true, "fanout_ttl": 3000, "flood_publish": false, "gossip_factor": 0.25, "gossip_retransmission": 2, "graft_flood_threshold": 1000, "heartbeat_interval": 1000, "history_gossip": 2, "history_length": 4, "iwant_followup_time": 1500, "max_ihave_length": 3, "max_ihave_messages": 2, "opportunistic_graft_peers": 2, "opportunistic_graft_ticks": 2, "prune_backoff": 3000, "px_peers": 2, "scoring": null, "seen_ttl": 3000, "unsubscribe_backoff": 2000, "validation": "automatic"}"#;

const SCORING: &str = r#"{"thresholds": {"gossip": -1, "publish": -2, "graylist": -5, "accept_px": 1, "opportunistic_graft": 1}, "topics": {"a": {"topic_weight": 1, "time_in_mesh_weight": 0.1, "time_in_mesh_quantum": 1000, "time_in_mesh_cap": 5, "first_message_deliveries_weight": 1, "first_message_deliveries_decay": 0.5, "first_message_deliveries_cap": 4, "mesh_message_deliveries_weight": -1, "mesh_message_deliveries_decay": 0.5, "mesh_message_deliveries_threshold": 1, "mesh_message_deliveries_cap": 4, "mesh_message_deliveries_activation": 2000, "mesh_message_deliveries_window": 100, "mesh_failure_penalty_weight": -1, "mesh_failure_penalty_decay": 0.5, "invalid_message_deliveries_weight": -1, "invalid_message_deliveries_decay": 0.5}}, "topic_score_cap": 6, "app_specific_weight": 1, "ip_colocation_factor_weight": -1, "ip_colocation_factor_threshold": 2, "behaviour_penalty_weight": -1, "behaviour_penalty_threshold": 0, "behaviour_penalty_decay": 0.5, "decay_interval": 1000, "decay_to_zero": 0.1, "retain_score": 2000}"#;

fn parameters(numbers: &mut Numbers) -> Parameters {
    let mut parameters: Parameters = serde_json::from_str(PARAMETERS).unwrap();
    if numbers.chance(60) {
        parameters.scoring = Some(serde_json::from_str(SCORING).unwrap());
        parameters.iwant_followup_time = Span::from_millis(1 + numbers.below(2500));
    }
    if numbers.chance(30) {
        parameters.validation = Validation::Asked;
    }
    parameters.flood_publish = numbers.chance(20);
    parameters.do_px = numbers.chance(60);
    parameters.degree_out = usize::from(numbers.chance(50));
    parameters.max_ihave_length = 1 + usize::try_from(numbers.below(4)).unwrap();
    parameters.check().unwrap();
    parameters
}

/// Draws steps that fit the state of a model.
struct Script {
    numbers: Numbers,
    next_id: i64,
}

impl Script {
    const TOPICS: [&'static str; 3] = ["a", "b", "c"];
    const PEERS: u64 = 8;

    fn new(seed: u64) -> Self {
        Self { numbers: Numbers(seed), next_id: 1 }
    }

    fn topic(&mut self) -> Topic {
        let topics: &[&str] = &Self::TOPICS;
        Topic::new(self.numbers.choose::<&str>(topics))
    }

    fn new_id(&mut self) -> MessageId {
        self.next_id += 1;
        MessageId(self.next_id)
    }

    fn some_id(&mut self) -> MessageId {
        let back = i64::try_from(self.numbers.below(6)).unwrap();
        MessageId((self.next_id + 1 - back).max(0))
    }

    fn ids(&mut self) -> Vec<MessageId> {
        (0..=self.numbers.below(4)).map(|_| self.some_id()).collect()
    }

    /// The next time: often beside a deadline.
    fn time(&mut self, model: &Model) -> Time {
        let now = model.script().now().as_millis();
        let heartbeat = model.script().next_heartbeat().as_millis();
        let time = if self.numbers.chance(40) {
            let deadlines = model.deadlines();
            let deadline = self.numbers.choose(&deadlines).time.as_millis();
            (deadline + self.numbers.below(3)).saturating_sub(1)
        } else {
            now + self.numbers.below(300)
        };
        Time::from_millis(time.clamp(now, heartbeat - 1))
    }

    fn step(&mut self, model: &Model) -> (Time, Input) {
        if self.numbers.chance(15) {
            return (model.script().next_heartbeat(), Input::Heartbeat);
        }
        let now = self.time(model);
        let connected: Vec<Peer> = model.connections().map(|(peer, ..)| peer).collect();
        let awaiting: Vec<MessageId> = model.awaiting().collect();
        let absent: Vec<Peer> = (1..=Self::PEERS).map(Peer).filter(|peer| !connected.contains(peer)).collect();
        let input = match self.numbers.below(100) {
            0..10 if !absent.is_empty() => self.connect(&absent),
            10..13 if !connected.is_empty() => Input::Disconnect { peer: *self.numbers.choose(&connected) },
            13..20 => Input::Join { topic: self.topic() },
            20..24 => Input::Leave { topic: self.topic() },
            24..38 => {
                let message_id = if self.numbers.chance(80) { self.new_id() } else { self.some_id() };
                Input::Publish { topic: self.topic(), message_id }
            }
            38..44 if !awaiting.is_empty() => {
                let verdicts = [Verdict::Accept, Verdict::Accept, Verdict::Reject, Verdict::Ignore];
                Input::Validated {
                    message_id: *self.numbers.choose(&awaiting),
                    verdict: *self.numbers.choose(&verdicts),
                }
            }
            44..48 => {
                let peer = Peer(1 + self.numbers.below(Self::PEERS));
                Input::SetApplicationScore { peer, score: *self.numbers.choose(&[-6.0, -1.5, -0.5, 0.0, 0.5, 2.0]) }
            }
            48..50 if !connected.is_empty() => {
                let rpcs = vec![self.rpc(), self.rpc()];
                Input::Rpcs { peer: *self.numbers.choose(&connected), rpcs }
            }
            _ if !connected.is_empty() => Input::Rpc { peer: *self.numbers.choose(&connected), rpc: self.rpc() },
            _ => self.connect(&absent),
        };
        (now, input)
    }

    fn connect(&mut self, absent: &[Peer]) -> Input {
        let protocols = [
            Protocol::Gossipsub11,
            Protocol::Gossipsub12,
            Protocol::Gossipsub11,
            Protocol::Gossipsub12,
            Protocol::Gossipsub10,
            Protocol::Floodsub,
        ];
        Input::Connect {
            peer: *self.numbers.choose(absent),
            outbound: self.numbers.chance(40),
            direct: self.numbers.chance(12),
            protocol: *self.numbers.choose(&protocols),
            ip: Some(self.numbers.below(4)),
        }
    }

    fn rpc(&mut self) -> Rpc {
        let mut rpc = Rpc::default();
        loop {
            match self.numbers.below(100) {
                0..30 => {
                    let subscribe = self.numbers.chance(85);
                    rpc.subscriptions.push(Subscription { topic: self.topic(), subscribe });
                }
                30..50 => {
                    let message_id = if self.numbers.chance(60) { self.new_id() } else { self.some_id() };
                    rpc.messages.push(Message { topic: self.topic(), message_id });
                }
                50..62 => rpc.graft.push(self.topic()),
                62..72 => {
                    let backoff = *self.numbers.choose(&[None, Some(0), Some(1), Some(5)]);
                    let peers = (0..self.numbers.below(4)).map(|_| Peer(1 + self.numbers.below(12))).collect();
                    rpc.prune.push(Prune { topic: self.topic(), backoff, peers });
                }
                72..84 => rpc.ihave.push(Ihave { topic: self.topic(), message_ids: self.ids() }),
                84..94 => rpc.iwant.push(self.ids()),
                _ => rpc.idontwant.push(self.ids()),
            }
            if self.numbers.chance(70) {
                return rpc;
            }
        }
    }
}

/// Counts how often each rule was decided in each way.
#[derive(Default)]
struct Coverage(BTreeMap<&'static str, [usize; 2]>);

impl Observer for Coverage {
    fn decision(&mut self, decision: gossipsub_reference_model::Decision<'_>) {
        let _ = decision.operands.to_string();
        self.0.entry(decision.rule.name).or_default()[usize::from(decision.holds)] += 1;
    }

    fn choice(&mut self, rule: &'static Rule, taken: usize, of: usize) {
        assert!(taken <= of || rule.name == "gossip (2)" || rule.name == "px (2)", "{}: {taken} of {of}", rule.name);
    }
}

/// Lets a model respond to random scripts, and judges its answers with a second model, once without views and once with
/// all views.
fn respond_and_judge(dialect: Dialect, faults: &Faults, seeds: std::ops::Range<u64>, coverage: &mut Coverage) {
    for seed in seeds {
        let mut script = Script::new(seed);
        let parameters = parameters(&mut script.numbers);
        let new = || Model::with_faults(&parameters, dialect, faults.clone()).unwrap();
        let (mut responder, mut blind, mut seeing) = (new(), new(), new());
        let mut random = Random::from_seed(seed);
        for number in 0..150 {
            let (now, input) = script.step(&responder);
            responder.check_step(now, &input).unwrap();
            let output = responder.respond(now, &input, &mut random, coverage);
            let view = responder.view();
            let context =
                || format!("{}, {faults:?}, seed {seed}, step {number}: {input:?} at {now}: {output:?}", dialect.name);
            if let Err(violation) = blind.judge(now, &input, &output, None, &mut ()) {
                panic!("without views: {violation}\n{}", context());
            }
            if let Err(violation) = seeing.judge(now, &input, &output, Some(&view), &mut ()) {
                panic!("with views: {violation}\n{}", context());
            }
            assert!(seeing.fanouts().values().all(Fanout::is_exact), "{}", context());
            let explains = |state: &Model| {
                state.fanouts().iter().all(|(topic, fanout)| {
                    let members = responder.fanouts().get(topic).expect("both have the fanout").certain();
                    assert!(fanout.candidates().len() <= responder.connections().count(), "{}", context());
                    fanout.can_be(members)
                })
            };
            let states = std::iter::once(&blind).chain(blind.alternatives());
            assert!(states.into_iter().any(explains), "{:?}: {}", blind.fanouts(), context());
        }
    }
}

#[test]
fn every_dialect_judges_itself() {
    for dialect in Dialect::ALL {
        let mut coverage = Coverage::default();
        respond_and_judge(dialect, &Faults::none(), 0..120, &mut coverage);
        let never: Vec<&str> =
            RULES.iter().map(|rule| rule.name).filter(|name| !coverage.0.contains_key(name)).collect();
        let dialects_or_views = |name: &&&str| !name.starts_with("answer") && !name.starts_with("view");
        let unexpected: Vec<_> = never.iter().filter(dialects_or_views).collect();
        // Rules of other dialects are never looked at.
        assert!(unexpected.len() <= 6, "{}: never looked at: {unexpected:?}", dialect.name);
    }
}

#[test]
fn every_fault_judges_itself() {
    let dialect = |fault: Fault| match fault.code().chars().next() {
        Some('R') => Dialect::RUST,
        Some('J') => Dialect::JS,
        Some('G') => Dialect::GO,
        _ => Dialect::SPEC,
    };
    for fault in Fault::ALL {
        if fault != Fault::OutboundQuotaBelowHalf {
            respond_and_judge(dialect(fault), &Faults::from_iter([fault]), 1000..1020, &mut Coverage::default());
        }
    }
    respond_and_judge(Dialect::RUST, &Faults::of_rust(), 2000..2040, &mut Coverage::default());
    respond_and_judge(Dialect::RUST, &Faults::of_rust_0_49(), 2000..2020, &mut Coverage::default());
    respond_and_judge(Dialect::JS, &Faults::of_js(), 2000..2040, &mut Coverage::default());
}

#[test]
fn a_copy_goes_on_alike() {
    for seed in 0..20 {
        let mut script = Script::new(seed);
        let parameters = parameters(&mut script.numbers);
        let mut model = Model::new(&parameters, Dialect::SPEC).unwrap();
        let mut random = Random::from_seed(seed);
        for _ in 0..100 {
            let (now, input) = script.step(&model);
            let (mut copy, mut copied_random) = (model.clone(), random.clone());
            let output = model.respond(now, &input, &mut random, &mut ());
            assert_eq!(output, copy.respond(now, &input, &mut copied_random, &mut ()));
            assert_eq!(model.view(), copy.view());
        }
    }
}

/// Removes one part of an answer: each way in turn.
fn without_a_part(sent: &Sent) -> Vec<Sent> {
    let mut others = Vec::new();
    for (peer, parts) in &sent.to {
        macro_rules! each {
            ($($list:ident),*) => {$(
                for index in 0..parts.$list.len() {
                    let mut other = sent.clone();
                    let changed = other.to.get_mut(peer).unwrap();
                    changed.$list.remove(index);
                    if changed.is_empty() {
                        other.to.remove(peer);
                    }
                    others.push(other);
                }
            )*};
        }
        each!(subscriptions, messages, graft, prune, ihave, iwant, idontwant);
    }
    for index in 0..sent.delivered.len() {
        let mut other = sent.clone();
        other.delivered.remove(index);
        others.push(other);
    }
    others
}

/// Adds a part to an answer that no rule asks for: each way in turn.
fn with_a_part(sent: &Sent) -> Vec<Sent> {
    let mut others = Vec::new();
    for (peer, parts) in &sent.to {
        macro_rules! each {
            ($($list:ident),*) => {$(
                if let Some(part) = parts.$list.first() {
                    let mut other = sent.clone();
                    other.to.get_mut(peer).unwrap().$list.insert(0, part.clone());
                    others.push(other);
                }
            )*};
        }
        each!(subscriptions, messages, graft, prune, iwant, idontwant);
    }
    let mut other = sent.clone();
    other.dial.push(Peer(99));
    others.push(other);
    let mut other = sent.clone();
    other.to.entry(Peer(99)).or_default().graft.push(Topic::new("a"));
    others.push(other);
    others
}

#[test]
fn other_answers_are_refused() {
    let mut judged = 0;
    for dialect in Dialect::ALL {
        for seed in 500..530 {
            let mut script = Script::new(seed);
            let parameters = parameters(&mut script.numbers);
            let mut model = Model::new(&parameters, dialect).unwrap();
            let mut random = Random::from_seed(seed);
            for _ in 0..100 {
                let (now, input) = script.step(&model);
                let before = model.clone();
                let output = model.respond(now, &input, &mut random, &mut ());
                let Output::Sent(sent) = &output else {
                    unreachable!("a model does not crash");
                };
                let view = model.view();
                for other in without_a_part(sent).into_iter().chain(with_a_part(sent)) {
                    judged += 1;
                    let result = before.clone().judge(now, &input, &Output::Sent(other.clone()), Some(&view), &mut ());
                    assert!(
                        result.is_err(),
                        "{} seed {seed}: {input:?} at {now}: {other:?} was accepted instead of {sent:?}",
                        dialect.name
                    );
                }
            }
        }
    }
    assert!(judged > 10_000, "only {judged} other answers");
}

#[test]
fn other_views_are_refused() {
    for seed in 700..720 {
        let mut script = Script::new(seed);
        let parameters = parameters(&mut script.numbers);
        let mut model = Model::new(&parameters, Dialect::SPEC).unwrap();
        let mut random = Random::from_seed(seed);
        for _ in 0..100 {
            let (now, input) = script.step(&model);
            let before = model.clone();
            let output = model.respond(now, &input, &mut random, &mut ());
            let view = model.view();
            let refuses = |change: &dyn Fn(&mut gossipsub_reference_model::libp2p::vocabulary::View)| {
                let mut other = view.clone();
                change(&mut other);
                before.clone().judge(now, &input, &output, Some(&other), &mut ()).is_err()
            };
            let members = BTreeSet::from([Peer(99)]);
            assert!(refuses(&|view| drop(view.mesh.as_mut().unwrap().insert("x".into(), members.clone()))));
            assert!(refuses(&|view| drop(view.fanout.as_mut().unwrap().insert("x".into(), members.clone()))));
            assert!(refuses(&|view| drop(view.subscribed.as_mut().unwrap().insert("x".into(), members.clone()))));
            if let Some(scores) = view.scores.as_ref().filter(|scores| !scores.is_empty()) {
                let peer = *scores.keys().next().unwrap();
                assert!(refuses(&|view| *view.scores.as_mut().unwrap().get_mut(&peer).unwrap() += 0.125));
            }
        }
    }
}
