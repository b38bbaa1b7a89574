//! The decays of counters, and what happens with them.

use super::{Decide, Presence, Scores, TopicRecord};
use crate::libp2p::{rules, vocabulary::Peer};
use gossipsub_automaton::{Span, Time};
use std::sync::Arc;

impl Scores {
    /// Time passes: each decay until now.
    pub(in crate::libp2p) fn advance(&mut self, now: Time, decide: &mut Decide<'_>) {
        while self.next_decay <= now {
            let interval = self.parameters().decay_interval;
            let mut decay = self.next_decay;
            if !self.has_counters() {
                // Of decays without a counter above zero, the last one does all that the others do.
                let passed = now.since(decay).as_millis();
                decay = decay + Span::from_millis(passed - passed % interval.as_millis().max(1));
            }
            self.refresh(decay, decide);
            self.next_decay = decay + interval;
            if self.next_decay == decay {
                // The end of time.
                break;
            }
        }
        self.deliveries.advance(now);
    }

    /// Whether a counter of a connected peer can decay.
    fn has_counters(&self) -> bool {
        let mut connected = self.records.values().filter(|record| matches!(record.presence, Presence::Connected));
        connected.any(|record| {
            let of_topic = |entry: &TopicRecord| {
                let TopicRecord { first_deliveries, mesh_deliveries, failure_penalties, invalid_messages, .. } = entry;
                [first_deliveries, mesh_deliveries, failure_penalties, invalid_messages].into_iter().any(|x| *x != 0.0)
            };
            record.topics.values().any(of_topic) || record.penalties.iter().any(|count| *count != 0.0)
        })
    }

    fn refresh(&mut self, now: Time, decide: &mut Decide<'_>) {
        let settings = Arc::clone(&self.settings);
        let parameters = settings.parameters.scoring.as_ref().expect("scores exist only with scoring");
        let zero = parameters.decay_to_zero;
        let mut gone: Vec<(Peer, u64)> = Vec::new();
        for (peer, record) in &self.records {
            if let Presence::Expiring(end) = record.presence {
                let expired = now > end;
                decide(&rules::SCORE_18, expired, format_args!("the record of peer {peer} is kept until {end}"));
                if expired {
                    gone.push((*peer, record.address));
                }
            }
        }
        for (peer, address) in gone {
            self.records.remove(&peer);
            self.forget_address(peer, address);
        }
        for record in self.records.values_mut().filter(|record| record.presence == Presence::Connected) {
            for (topic, entry) in &mut record.topics {
                let Some(parameters) = parameters.topics.get(topic) else {
                    continue;
                };
                decay(&mut entry.first_deliveries, parameters.first_message_deliveries_decay, zero, decide);
                decay(&mut entry.mesh_deliveries, parameters.mesh_message_deliveries_decay, zero, decide);
                decay(&mut entry.failure_penalties, parameters.mesh_failure_penalty_decay, zero, decide);
                decay(&mut entry.invalid_messages, parameters.invalid_message_deliveries_decay, zero, decide);
                if entry.in_mesh {
                    entry.mesh_time = now.since(entry.graft_time);
                    let (time, activation) = (entry.mesh_time, parameters.mesh_message_deliveries_activation);
                    let activates = time > activation;
                    decide(&rules::SCORE_16, activates, format_args!("{time} in the mesh, activation {activation}"));
                    entry.active |= activates;
                }
            }
            for penalties in &mut record.penalties {
                decay(penalties, parameters.behaviour_penalty_decay, zero, decide);
            }
            record.penalties.dedup();
        }
    }
}

fn decay(counter: &mut f64, factor: f64, zero: f64, decide: &mut Decide<'_>) {
    let decayed = *counter * factor;
    let vanishes = decayed < zero;
    if *counter != 0.0 {
        decide(&rules::SCORE_15, vanishes, format_args!("{counter} * {factor}, decay_to_zero {zero}"));
    }
    *counter = if vanishes { 0.0 } else { decayed };
}
