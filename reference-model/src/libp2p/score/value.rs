//! What a score is worth: the sum over topics and the other parts.

use super::{Decide, Record, Scores, TopicRecord, ignore};
use crate::libp2p::{
    dialect::{P1Division, P5Source},
    rules,
    vocabulary::{Peer, Topic},
};
use gossipsub_automaton::Span;
use std::collections::BTreeSet;

impl Scores {
    /// The score of a peer now, 0 without a record.
    pub(in crate::libp2p) fn value(&self, peer: Peer, decide: &mut Decide<'_>) -> f64 {
        let penalties = self.records.get(&peer).and_then(|record| record.penalties.first().copied());
        self.value_with(peer, penalties.unwrap_or_default(), decide)
    }

    /// The score of a peer with a given count of penalties.
    fn value_with(&self, peer: Peer, penalties: f64, decide: &mut Decide<'_>) -> f64 {
        let Some(record) = self.records.get(&peer) else {
            return 0.0;
        };
        let topics: Vec<f64> =
            record.topics.iter().filter_map(|(topic, entry)| self.topic_value(topic, entry, decide)).collect();
        let sum = topics.into_iter().fold(0.0, |sum, value| sum + value);
        self.total(peer, record, sum, penalties, decide)
    }

    /// What a peer scores in a topic. None if the topic has no parameters.
    fn topic_value(&self, topic: &Topic, entry: &TopicRecord, decide: &mut Decide<'_>) -> Option<f64> {
        let parameters = self.parameters().topics.get(topic)?;
        let mut value = 0.0;
        let in_mesh = entry.in_mesh;
        if in_mesh {
            let quanta = self.quanta(entry.mesh_time, parameters.time_in_mesh_quantum);
            let cap = parameters.time_in_mesh_cap;
            decide(&rules::SCORE_1, quanta > cap, format_args!("{quanta} quanta, time_in_mesh_cap {cap}"));
            value += quanta.min(cap) * parameters.time_in_mesh_weight;
        }
        let first = entry.first_deliveries;
        decide(&rules::SCORE_2, first > 0.0, format_args!("first deliveries {first}"));
        value += first * parameters.first_message_deliveries_weight;
        let (deliveries, threshold) = (entry.mesh_deliveries, parameters.mesh_message_deliveries_threshold);
        let deficit = entry.active && deliveries < threshold;
        decide(
            &rules::SCORE_3,
            deficit,
            format_args!("active {}, deliveries {deliveries}, threshold {threshold}", entry.active),
        );
        if deficit {
            let missing = threshold - deliveries;
            value += (missing * missing) * parameters.mesh_message_deliveries_weight;
        }
        let failures = entry.failure_penalties;
        decide(&rules::SCORE_4, failures > 0.0, format_args!("failure penalties {failures}"));
        value += failures * parameters.mesh_failure_penalty_weight;
        let invalid = entry.invalid_messages;
        decide(&rules::SCORE_5, invalid > 0.0, format_args!("invalid messages {invalid}"));
        value += (invalid * invalid) * parameters.invalid_message_deliveries_weight;
        Some(value * parameters.topic_weight)
    }

    #[expect(clippy::cast_precision_loss, reason = "the rounding is that of the implementations")]
    fn quanta(&self, time: Span, quantum: Span) -> f64 {
        match self.settings.dialect.p1_division {
            P1Division::Floor => (time.as_millis() / quantum.as_millis().max(1)) as f64,
            P1Division::Seconds => seconds(time) / seconds(quantum),
            P1Division::Milliseconds => time.as_millis() as f64 / quantum.as_millis() as f64,
        }
    }

    /// The score of a peer from what it scores in all topics.
    fn total(&self, peer: Peer, record: &Record, sum: f64, penalties: f64, decide: &mut Decide<'_>) -> f64 {
        let parameters = self.parameters();
        let mut value = sum;
        let cap = parameters.topic_score_cap;
        let capped = cap > 0.0 && value > cap;
        decide(&rules::SCORE_6, capped, format_args!("sum over topics {value}, topic_score_cap {cap}"));
        if capped {
            value = cap;
        }
        let application = self.application(peer, record);
        decide(&rules::SCORE_7, application != 0.0, format_args!("P5 {application}"));
        value += application * parameters.app_specific_weight;
        let sharing = self.sharing(record.address);
        let threshold = parameters.ip_colocation_factor_threshold;
        let crowded = sharing > threshold;
        decide(&rules::SCORE_8, crowded, format_args!("{sharing} peers share the address, threshold {threshold}"));
        if crowded {
            let surplus = sharing - threshold;
            value += (surplus * surplus) * parameters.ip_colocation_factor_weight;
        }
        let threshold = parameters.behaviour_penalty_threshold;
        let penalized = penalties > threshold;
        decide(&rules::SCORE_9, penalized, format_args!("penalties {penalties}, threshold {threshold}"));
        if penalized {
            let excess = penalties - threshold;
            value += (excess * excess) * parameters.behaviour_penalty_weight;
        }
        value
    }

    fn application(&self, peer: Peer, record: &Record) -> f64 {
        match self.settings.dialect.p5_source {
            P5Source::Application => self.application.get(&peer).copied().unwrap_or_default(),
            P5Source::Record => record.application,
        }
    }

    /// How many peers count for an address.
    #[expect(clippy::cast_precision_loss, reason = "there are fewer than 2^53 peers")]
    fn sharing(&self, address: u64) -> f64 {
        self.addresses.get(&address).map_or(0, BTreeSet::len) as f64
    }

    /// The scores of a peer that are possible if some of its changes since `before`, in these topics, have not happened
    /// yet.
    pub(in crate::libp2p) fn values_between(&self, before: &Self, peer: Peer, topics: &[Topic]) -> Vec<f64> {
        /// Of more topics, only all changes and no change are looked at.
        const MOST_TOPICS: usize = 6;

        let (Some(now), Some(then)) = (self.records.get(&peer), before.records.get(&peer)) else {
            return vec![self.value(peer, &mut ignore)];
        };
        let all = 1_usize << topics.len().min(MOST_TOPICS);
        let masks: Vec<usize> = if topics.len() <= MOST_TOPICS { (0..all).collect() } else { vec![0, usize::MAX] };
        let mut values = Vec::new();
        for mask in masks {
            let mut record = now.clone();
            for (index, topic) in topics.iter().enumerate() {
                let undone = mask.checked_shr(u32::try_from(index).unwrap_or(u32::MAX)).unwrap_or(1) & 1 == 1;
                if undone && let Some(entry) = then.topics.get(topic) {
                    record.topics.insert(topic.clone(), *entry);
                }
            }
            let values_of_topics =
                record.topics.iter().filter_map(|(topic, entry)| self.topic_value(topic, entry, &mut ignore));
            let sum = values_of_topics.fold(0.0, |sum, value| sum + value);
            let penalties = record.penalties.first().copied().unwrap_or_default();
            values.push(self.total(peer, &record, sum, penalties, &mut ignore));
        }
        values
    }

    /// Whether a peer can have a score that is shown: for some possible count of penalties, and for some order of the
    /// sum over topics. Counts that cannot be are forgotten.
    pub(in crate::libp2p) fn narrow(&mut self, peer: Peer, shown: f64) -> bool {
        let Some(record) = self.records.get(&peer) else {
            return is_same(0.0, shown);
        };
        let topics: Vec<f64> =
            record.topics.iter().filter_map(|(topic, entry)| self.topic_value(topic, entry, &mut ignore)).collect();
        let sums = sums_in_any_order(&topics);
        let possible = |penalties: &f64| {
            sums.iter().any(|sum| is_same(self.total(peer, record, *sum, *penalties, &mut ignore), shown))
        };
        let penalties: Vec<f64> = record.penalties.iter().copied().filter(possible).collect();
        let any = !penalties.is_empty();
        if any {
            self.records.get_mut(&peer).expect("it was read above").penalties = penalties;
        }
        any
    }
}

/// Whether two scores are the same number. 0 and -0 are.
fn is_same(score: f64, shown: f64) -> bool {
    score.partial_cmp(&shown) == Some(std::cmp::Ordering::Equal)
}

/// Seconds as the implementations compute them: whole seconds and a fraction, added.
#[expect(clippy::cast_precision_loss, reason = "the rounding is that of the implementations")]
fn seconds(span: Span) -> f64 {
    let milliseconds = span.as_millis();
    (milliseconds / 1000) as f64 + ((milliseconds % 1000) * 1_000_000) as f64 / 1e9
}

/// The sums of some numbers that are possible if they are added in any order, starting with 0.
///
/// Floats are added pairwise with rounding, so that the order counts. Of more than five numbers, only two orders count.
fn sums_in_any_order(numbers: &[f64]) -> Vec<f64> {
    const MOST_NUMBERS: usize = 5;

    fn extend(sum: f64, left: &[f64], sums: &mut Vec<f64>) {
        if left.is_empty() {
            sums.push(sum);
        }
        for (index, number) in left.iter().enumerate() {
            let mut others = left.to_vec();
            others.remove(index);
            extend(sum + number, &others, sums);
        }
    }

    let mut sums = Vec::new();
    if numbers.len() <= MOST_NUMBERS {
        extend(0.0, numbers, &mut sums);
    } else {
        sums.push(numbers.iter().fold(0.0, |sum, number| sum + number));
        sums.push(numbers.iter().rev().fold(0.0, |sum, number| sum + number));
    }
    sums.sort_by(f64::total_cmp);
    sums.dedup();
    sums
}
