//! One sequence: a node with the parameters of a header, asked step by step.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use libp2p_gossipsub::{IdentTopic, MessageAcceptance, MessageId, PublishError, TopicHash};

use crate::configuration::{Release, behaviour};
use crate::format::{
    Answer, Delivery, Input, Output, Parameters, PeerNumber, Sent, SentToPeer, Step, Validation, Verdict, View,
};
use crate::node::Node;
use crate::translation::{message_data, message_number};

const PROTOCOLS: [&str; 4] = ["/meshsub/1.2.0", "/meshsub/1.1.0", "/meshsub/1.0.0", "/floodsub/1.0.0"];

pub(crate) struct Session {
    node: Node,
    validation: Validation,
    is_scoring: bool,
    now: u64,
    heartbeat_interval: u64,
    next_heartbeat: u64,
    /// Who sent the first copy of each message that the application was asked about.
    sources: HashMap<u64, u64>,
}

/// Why a step was not done. Nothing has changed.
pub(crate) enum Refusal {
    /// It is no step of the format here.
    Invalid(String),
    /// The implementation has no such function.
    Unsupported(String),
}

impl Session {
    pub(crate) fn new(parameters: &Parameters, release: &Release) -> Result<Self, String> {
        let heartbeat_interval = u64::try_from(parameters.heartbeat_interval.span().as_millis()).expect("at most 2^53");
        Ok(Self {
            node: Node::new(behaviour(parameters, release)?),
            validation: parameters.validation,
            is_scoring: parameters.scoring.is_some(),
            now: 0,
            heartbeat_interval,
            next_heartbeat: heartbeat_interval,
            sources: HashMap::new(),
        })
    }

    pub(crate) fn step(&mut self, step: Step) -> Result<Answer, Refusal> {
        self.check_time(&step).map_err(Refusal::Invalid)?;
        self.check_input(&step.input)?;
        self.now = step.now.0;
        if self.now == self.next_heartbeat {
            self.next_heartbeat += self.heartbeat_interval;
        }
        self.node.advance_to(self.now);
        let refused = self.run(step.input);
        let output = Output::Sent(self.sent(refused));
        Ok(Answer::Step { output, view: self.view() })
    }

    fn check_time(&self, step: &Step) -> Result<(), String> {
        let Self { now, next_heartbeat, .. } = *self;
        let time = step.now.0;
        if matches!(step.input, Input::Heartbeat {}) {
            if time != next_heartbeat {
                return Err(format!("now: the next heartbeat is at {next_heartbeat}, found {time}"));
            }
        } else if time < now {
            return Err(format!("now: expected {now} or later, found {time}"));
        } else if time >= next_heartbeat {
            return Err(format!("now: a heartbeat is due at {next_heartbeat}, found {time}"));
        }
        Ok(())
    }

    fn check_input(&self, input: &Input) -> Result<(), Refusal> {
        let check_connected = |peer: &PeerNumber, expected: bool| {
            if self.node.peers().contains_key(&peer.0) == expected {
                return Ok(());
            }
            let state = if expected { "not connected" } else { "connected already" };
            Err(Refusal::Invalid(format!("peer {} is {state}", peer.0)))
        };
        match input {
            Input::Connect { peer, .. } if peer.0 == 0 => Err(Refusal::Invalid("peer 0 is the node itself".to_owned())),
            Input::Connect { peer, protocol, .. } => {
                check_connected(peer, false)?;
                if PROTOCOLS.contains(&protocol.as_str()) {
                    return Ok(());
                }
                Err(Refusal::Unsupported(format!("protocol {protocol}")))
            }
            Input::Disconnect { peer } | Input::Rpc { peer, .. } | Input::Rpcs { peer, .. } => {
                check_connected(peer, true)
            }
            Input::Validated { .. } if self.validation == Validation::Automatic => {
                Err(Refusal::Unsupported("validation is automatic".to_owned()))
            }
            Input::Validated { message_id, .. } if !self.sources.contains_key(&message_id.0) => {
                Err(Refusal::Invalid(format!("message {} was not asked about", message_id.0)))
            }
            Input::SetApplicationScore { .. } if !self.is_scoring => {
                Err(Refusal::Unsupported("scoring is off".to_owned()))
            }
            Input::Join { .. }
            | Input::Leave { .. }
            | Input::Publish { .. }
            | Input::Validated { .. }
            | Input::SetApplicationScore { .. }
            | Input::Heartbeat {} => Ok(()),
        }
    }

    /// Runs a step that was checked. Returns why the implementation refused it, if it did.
    fn run(&mut self, input: Input) -> Option<String> {
        let node = &mut self.node;
        match input {
            Input::Heartbeat {} => None,
            Input::Connect { peer, outbound, direct, protocol, ip } => {
                node.connect(peer.0, outbound, direct, protocol, ip.unwrap_or(peer).0);
                None
            }
            Input::Disconnect { peer } => {
                node.disconnect(peer.0);
                None
            }
            Input::Rpc { peer, rpc } => {
                let rpc = node.peer_ids.encode(&rpc);
                node.send(peer.0, &[rpc]);
                None
            }
            Input::Rpcs { peer, rpcs } => {
                let rpcs: Vec<_> = rpcs.iter().map(|rpc| node.peer_ids.encode(rpc)).collect();
                node.send(peer.0, &rpcs);
                None
            }
            Input::Join { topic } => {
                let result = node.call(|gossipsub| gossipsub.subscribe(&IdentTopic::new(topic)));
                result.err().map(|error| error.to_string())
            }
            Input::Leave { topic } => {
                node.call(|gossipsub| gossipsub.unsubscribe(&IdentTopic::new(topic)));
                None
            }
            Input::Publish { topic, message_id } => {
                let data = message_data(message_id);
                let result = node.call(|gossipsub| gossipsub.publish(TopicHash::from_raw(topic), data));
                result.err().map(|error| match error {
                    PublishError::Duplicate => "duplicate".to_owned(),
                    PublishError::NoPeersSubscribedToTopic => "no peers".to_owned(),
                    error => error.to_string(),
                })
            }
            Input::Validated { message_id, verdict } => {
                let source = node.peer_ids.id(self.sources[&message_id.0]);
                let id = MessageId::from(message_data(message_id));
                let acceptance = match verdict {
                    Verdict::Accept => MessageAcceptance::Accept,
                    Verdict::Reject => MessageAcceptance::Reject,
                    Verdict::Ignore => MessageAcceptance::Ignore,
                };
                let is_known =
                    node.call(|gossipsub| gossipsub.report_message_validation_result(&id, &source, acceptance));
                (!is_known).then(|| "not in the cache".to_owned())
            }
            Input::SetApplicationScore { peer, score } => {
                let id = node.peer_ids.id(peer.0);
                let is_known = node.call(|gossipsub| gossipsub.set_application_score(&id, score));
                (!is_known).then(|| "no such peer".to_owned())
            }
        }
    }

    fn sent(&mut self, refused: Option<String>) -> Sent {
        let activity = self.node.take_activity();
        let deliveries = activity.messages.into_iter().map(|message| Delivery {
            peer: message.source,
            topic: message.topic,
            message_id: message_number(&message.data),
        });
        let mut deliveries: Vec<_> = deliveries.collect();
        deliveries.sort_unstable();
        let (delivered, asked) = match self.validation {
            Validation::Automatic => (deliveries, None),
            Validation::Asked => (Vec::new(), Some(deliveries)),
        };
        for question in asked.iter().flatten() {
            if let Ok(number) = u64::try_from(question.message_id) {
                self.sources.insert(number, question.peer);
            }
        }
        let merged = activity.rpcs.into_iter().map(|(peer, rpcs)| (peer, self.node.peer_ids.merge(rpcs)));
        let to = merged.filter(|(_, sent)| *sent != SentToPeer::default()).collect();
        for peer in &activity.closed {
            self.node.forget(*peer);
        }
        let is_connected = |peer: &u64| self.node.peers().contains_key(peer);
        let dial = activity.dials.into_iter().filter(|peer| !is_connected(peer)).collect();
        Sent { to, delivered, asked, dial, refused, closed: activity.closed.into_iter().collect() }
    }

    fn view(&self) -> View {
        let gossipsub = self.node.gossipsub();
        let number = |id| self.node.peer_ids.number(id);
        let mesh = |topic| gossipsub.mesh_peers(topic).map(number).collect();
        let mut subscribed = BTreeMap::<_, BTreeSet<_>>::new();
        for (id, topics) in gossipsub.all_peers() {
            for topic in topics {
                subscribed.entry(topic.to_string()).or_default().insert(number(id));
            }
        }
        let score = |(number, peer): (&u64, &crate::peer::RawPeer)| Some((*number, gossipsub.peer_score(&peer.id)?));
        View {
            mesh: gossipsub.topics().map(|topic| (topic.to_string(), mesh(topic))).collect(),
            subscribed,
            scores: self.is_scoring.then(|| self.node.peers().iter().filter_map(score).collect()),
        }
    }
}
