//! The answer that the rules ask for, part by part, each with its rule.

use super::{
    rules,
    violation::{Members, Violation},
    vocabulary::{
        Delivery, Ihave, Message, MessageId, Output, Peer, Prune, Refusal, Sent, Subscription, Topic, Validation,
    },
};
use crate::Rule;
use std::{collections::BTreeMap, fmt};

/// The smallest parts of an answer. An answer is a multiset of pairs of a peer and a part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// An announcement is sent to the peer.
    Subscription(Subscription),
    /// A message is sent to the peer.
    Message(Message),
    /// A GRAFT is sent to the peer.
    Graft(Topic),
    /// A PRUNE is sent to the peer.
    Prune(Prune),
    /// An id is advertised to the peer.
    Ihave(Topic, MessageId),
    /// An id is requested from the peer.
    Iwant(MessageId),
    /// An id is refused from the peer.
    Idontwant(MessageId),
    /// The application gets a message that the peer sent.
    Delivered(Message),
    /// The application is asked about a message that the peer sent.
    Asked(Message),
    /// The peer is dialled.
    Dial,
}

impl Part {
    /// The rules that may have been against such a part: the first of these names that was looked at, or the one of
    /// these groups that was looked at last.
    fn rules_against(&self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Self::Subscription(_) => (&[], &["connect", "join", "leave"]),
            Self::Message(_) => (&[], &["rpc", "message", "validated", "forward", "publish", "iwant"]),
            Self::Graft(_) => (&[], &["rpc", "subscribe", "join", "mesh"]),
            Self::Prune(_) => (&[], &["rpc", "graft", "leave", "mesh"]),
            Self::Ihave(..) => (&[], &["gossip"]),
            Self::Iwant(_) => (&[], &["rpc", "ihave"]),
            Self::Idontwant(_) => (&["message (3)"], &["rpc", "message"]),
            Self::Delivered(_) | Self::Asked(_) => (&["message (4)"], &["rpc", "message"]),
            Self::Dial => (&[], &["rpc", "prune", "heartbeat"]),
        }
    }
}

/// The peers of a PRUNE that are dialled, as far as they are not connected.
#[derive(Clone, Debug)]
pub(super) struct DialList {
    pub(super) rule: &'static Rule,
    pub(super) peers: Vec<Peer>,
    pub(super) fewest: usize,
    pub(super) most: usize,
}

/// What the rules ask for so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    parts: Vec<(Peer, Part, &'static Rule)>,
    dial_lists: Vec<DialList>,
    refused: Option<(Refusal, &'static Rule)>,
    /// The own message of this step.
    published: Option<Message>,
    /// The rules that were looked at, in order.
    looks: Vec<&'static Rule>,
}

impl Answer {
    /// Adds a part that a rule asks for.
    pub(super) fn add(&mut self, rule: &'static Rule, peer: Peer, part: Part) {
        self.parts.push((peer, part, rule));
    }

    /// How many parts there are so far.
    pub(super) fn len(&self) -> usize {
        self.parts.len()
    }

    /// The parts after the first ones.
    pub(super) fn parts_since(&self, first: usize) -> Vec<Part> {
        self.parts.iter().skip(first).map(|(_, part, _)| part.clone()).collect()
    }

    /// Takes out parts that are sent to a peer. Only with
    /// [`Fault::FailedDialEndsRpc`](super::Fault::FailedDialEndsRpc).
    pub(super) fn take_out(&mut self, peer: Peer, parts: &[Part]) {
        for part in parts {
            if let Some(index) = self.parts.iter().position(|(to, other, _)| *to == peer && other == part) {
                self.parts.remove(index);
            }
        }
    }

    /// Takes out a message to a peer that has not left yet.
    pub(super) fn drop_message(&mut self, peer: Peer, id: MessageId) {
        let dropped = |part: &Part| matches!(part, Part::Message(message) if message.message_id == id);
        self.parts.retain(|(to, part, _)| *to != peer || !dropped(part));
    }

    /// Some peers of a list are dialled.
    pub(super) fn add_dial_list(&mut self, list: DialList) {
        self.dial_lists.push(list);
    }

    /// The call of the application is refused.
    pub(super) fn refuse(&mut self, rule: &'static Rule, refusal: Refusal) {
        self.refused = Some((refusal, rule));
    }

    /// The application publishes a message.
    pub(super) fn publish(&mut self, message: Message) {
        self.published = Some(message);
    }

    /// Notes that a rule was looked at, so that a part that no rule asks for is explained by it.
    pub(super) fn note(&mut self, rule: &'static Rule) {
        self.looks.push(rule);
    }

    /// The ids that are requested from a peer so far.
    pub(super) fn requested(&self, peer: Peer) -> impl Iterator<Item = MessageId> {
        self.parts.iter().filter_map(move |(to, part, _)| match part {
            Part::Iwant(id) if *to == peer => Some(*id),
            _ => None,
        })
    }

    /// Compares with an observed answer.
    pub(super) fn compare(&self, sent: &Sent) -> Result<(), Violation> {
        if let Some(peer) = sent.closed.first() {
            return Err(Violation::new(&rules::ANSWER_3, "no connection to be closed", format!("peer {peer} closed")));
        }
        let mut observed: BTreeMap<(Peer, Part), usize> = BTreeMap::new();
        for (peer, part) in parts_of(sent) {
            *observed.entry((peer, part)).or_default() += 1;
        }
        for (peer, part, rule) in &self.parts {
            let key = (*peer, part.clone());
            match observed.get_mut(&key) {
                Some(count @ 1..) => *count -= 1,
                _ => return Err(Self::missing(*peer, part, rule, &observed)),
            }
        }
        self.compare_dials(&mut observed)?;
        let own = |part: &Part| matches!(part, Part::Delivered(message) if self.published.as_ref() == Some(message));
        let mut others = observed.into_iter().filter(|(_, count)| *count > 0);
        // Whether the application gets its own message is free.
        match others.find(|((peer, part), count)| !(*peer == Peer::NODE && own(part) && *count == 1)) {
            Some(((peer, part), _)) => {
                Err(Violation::new(self.rule_against(&part), "nothing of the kind", shown(peer, &part)))
            }
            None => self.compare_refusal(sent.refused.as_ref()),
        }
    }

    /// Takes the dials out that the lists of PRUNEs explain.
    fn compare_dials(&self, observed: &mut BTreeMap<(Peer, Part), usize>) -> Result<(), Violation> {
        let mut dialled: Vec<Peer> = Vec::new();
        for ((peer, part), count) in &mut *observed {
            if *part == Part::Dial && self.dial_lists.iter().any(|list| list.peers.contains(peer)) {
                dialled.extend((0..std::mem::take(count)).map(|_| *peer));
            }
        }
        let covered = covers(&self.dial_lists, &dialled);
        for DialList { rule, peers, fewest, most } in &self.dial_lists {
            // A peer that stands several times in lists may be dialled once for all of them.
            let enough = peers.iter().filter(|peer| dialled.contains(peer)).count() >= *fewest;
            if !enough || !covered {
                let expected = format!("{fewest} to {most} of {} dialled", Members(peers));
                return Err(Violation::new(rule, expected, format!("{}", Members(&dialled))));
            }
        }
        Ok(())
    }

    fn missing(peer: Peer, part: &Part, rule: &'static Rule, observed: &BTreeMap<(Peer, Part), usize>) -> Violation {
        // A PRUNE of the same topic with other contents is shown beside the expected one.
        let similar = observed.iter().find(|((to, other), count)| {
            let same = matches!((part, other), (Part::Prune(a), Part::Prune(b)) if a.topic == b.topic);
            *to == peer && **count > 0 && same
        });
        let found = similar.map_or_else(|| "nothing".into(), |((peer, part), _)| shown(*peer, part));
        Violation::new(rule, shown(peer, part), found)
    }

    /// The rule against a part that no rule asks for.
    fn rule_against(&self, part: &Part) -> &'static Rule {
        let (names, groups) = part.rules_against();
        let by_name = names.iter().find_map(|name| self.looks.iter().find(|rule| rule.name == *name));
        let last = || self.looks.iter().rev().find(|rule| groups.contains(&group(rule)));
        by_name.or_else(last).copied().unwrap_or_else(unasked)
    }

    /// A refusal may be silent, and its words are free, except those that the format knows.
    fn compare_refusal(&self, observed: Option<&Refusal>) -> Result<(), Violation> {
        let (expected, rule) = match &self.refused {
            Some((refusal, rule)) => (Some(refusal), *rule),
            None => (None, unasked()),
        };
        let matches = match (expected, observed) {
            (_, None) | (None, Some(Refusal::Other(_))) => true,
            (expected, observed) => expected == observed,
        };
        if matches {
            return Ok(());
        }
        let show = |refusal: Option<&Refusal>| match refusal {
            Some(refusal) => format!("the call refused: {refusal}"),
            None => "the call accepted".into(),
        };
        Err(Violation::new(rule, show(expected), show(observed)))
    }

    /// The answer as an output.
    pub(super) fn into_output(self, validation: Validation) -> Output {
        let mut sent = Sent { asked: (validation == Validation::Asked).then(Vec::new), ..Sent::default() };
        for (peer, part, _) in self.parts {
            let delivery = |Message { topic, message_id }| Delivery { peer, topic, message_id };
            match part {
                Part::Delivered(message) => sent.delivered.push(delivery(message)),
                Part::Asked(message) => sent.asked.get_or_insert_default().push(delivery(message)),
                Part::Dial => sent.dial.push(peer),
                part => {
                    let parts = sent.to.entry(peer).or_default();
                    match part {
                        Part::Subscription(subscription) => parts.subscriptions.push(subscription),
                        Part::Message(message) => parts.messages.push(message),
                        Part::Graft(topic) => parts.graft.push(topic),
                        Part::Prune(prune) => parts.prune.push(prune),
                        Part::Ihave(topic, id) => match parts.ihave.iter_mut().find(|ihave| ihave.topic == topic) {
                            Some(ihave) => ihave.message_ids.push(id),
                            None => parts.ihave.push(Ihave { topic, message_ids: vec![id] }),
                        },
                        Part::Iwant(id) => parts.iwant.push(id),
                        Part::Idontwant(id) => parts.idontwant.push(id),
                        Part::Delivered(_) | Part::Asked(_) | Part::Dial => unreachable!("matched above"),
                    }
                }
            }
        }
        for parts in sent.to.values_mut() {
            parts.sort();
        }
        sent.delivered.sort();
        if let Some(asked) = &mut sent.asked {
            asked.sort();
        }
        sent.dial.sort();
        sent.refused = self.refused.map(|(refusal, _)| refusal);
        Output::Sent(sent)
    }
}

/// Whether each dialled peer can be taken from a list, and from each list at most as many as it allows: a matching in
/// a bipartite graph, found by augmenting paths.
fn covers(lists: &[DialList], dialled: &[Peer]) -> bool {
    /// Takes a dialled peer from a list, and moves others to other lists if need be.
    fn take(index: usize, lists: &[DialList], dialled: &[Peer], taken: &mut [Vec<usize>], tried: &mut [bool]) -> bool {
        let Some(peer) = dialled.get(index) else {
            return false;
        };
        for (number, list) in lists.iter().enumerate() {
            let positions = list.peers.iter().filter(|other| *other == peer).count();
            let of_list = taken.get(number).cloned().unwrap_or_default();
            let same = |other: &usize| dialled.get(*other) == Some(peer);
            if of_list.iter().filter(|other| same(other)).count() >= positions {
                continue;
            }
            let Some(tried_before) = tried.get_mut(number) else {
                return false;
            };
            if std::mem::replace(tried_before, true) {
                continue;
            }
            // If the list is full, another peer makes room.
            let moved = if of_list.len() < list.most {
                None
            } else {
                match of_list
                    .iter()
                    .copied()
                    .filter(|other| !same(other))
                    .find(|other| take(*other, lists, dialled, taken, tried))
                {
                    Some(other) => Some(other),
                    None => continue,
                }
            };
            if let Some(of_list) = taken.get_mut(number) {
                of_list.retain(|other| Some(*other) != moved);
                of_list.push(index);
            }
            return true;
        }
        false
    }

    let mut taken: Vec<Vec<usize>> = vec![Vec::new(); lists.len()];
    (0..dialled.len()).all(|index| take(index, lists, dialled, &mut taken, &mut vec![false; lists.len()]))
}

/// The rule against what no rule asks for.
fn unasked() -> &'static Rule {
    &rules::ANSWER_2
}

/// The group of a rule: its name without the number.
fn group(rule: &'static Rule) -> &'static str {
    rule.name.split_once(' ').map_or(rule.name, |(group, _)| group)
}

/// The parts of an observed answer.
fn parts_of(sent: &Sent) -> impl Iterator<Item = (Peer, Part)> {
    let to = sent.to.iter().flat_map(|(peer, parts)| {
        let subscriptions = parts.subscriptions.iter().cloned().map(Part::Subscription);
        let messages = parts.messages.iter().cloned().map(Part::Message);
        let graft = parts.graft.iter().cloned().map(Part::Graft);
        let prune = parts.prune.iter().map(|prune| {
            let mut prune = prune.clone();
            prune.peers.sort();
            Part::Prune(prune)
        });
        let ihave = (parts.ihave.iter())
            .flat_map(|ihave| ihave.message_ids.iter().map(|id| Part::Ihave(ihave.topic.clone(), *id)));
        let iwant = parts.iwant.iter().copied().map(Part::Iwant);
        let idontwant = parts.idontwant.iter().copied().map(Part::Idontwant);
        let parts = subscriptions.chain(messages).chain(graft).chain(prune).chain(ihave).chain(iwant).chain(idontwant);
        parts.map(|part| (*peer, part))
    });
    let message = |delivery: &Delivery| Message { topic: delivery.topic.clone(), message_id: delivery.message_id };
    let delivered = sent.delivered.iter().map(move |delivery| (delivery.peer, Part::Delivered(message(delivery))));
    let asked = sent.asked.iter().flatten().map(move |delivery| (delivery.peer, Part::Asked(message(delivery))));
    let dial = sent.dial.iter().map(|peer| (*peer, Part::Dial));
    to.chain(delivered).chain(asked).chain(dial)
}

fn shown(peer: Peer, part: &Part) -> String {
    match part {
        Part::Delivered(_) | Part::Asked(_) => format!("{part} from peer {peer}"),
        Part::Dial => format!("peer {peer} dialled"),
        _ => format!("{part} to peer {peer}"),
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subscription(Subscription { topic, subscribe: true }) => write!(f, "the announcement of {topic}"),
            Self::Subscription(Subscription { topic, subscribe: false }) => {
                write!(f, "the announcement that {topic} is left")
            }
            Self::Message(Message { topic, message_id }) => write!(f, "message {message_id} of {topic}"),
            Self::Graft(topic) => write!(f, "GRAFT of {topic}"),
            Self::Prune(Prune { topic, backoff, peers }) => {
                write!(f, "PRUNE of {topic}")?;
                if let Some(backoff) = backoff {
                    write!(f, " for {backoff} s")?;
                }
                write!(f, " with peers {}", Members(peers))
            }
            Self::Ihave(topic, id) => write!(f, "IHAVE of {id} in {topic}"),
            Self::Iwant(id) => write!(f, "IWANT of {id}"),
            Self::Idontwant(id) => write!(f, "IDONTWANT of {id}"),
            Self::Delivered(Message { topic, message_id }) => {
                write!(f, "message {message_id} of {topic} for the application")
            }
            Self::Asked(Message { topic, message_id }) => {
                write!(f, "the question to the application about message {message_id} of {topic}")
            }
            Self::Dial => f.write_str("a dial"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DialList, covers, unasked};
    use crate::libp2p::vocabulary::Peer;

    #[test]
    fn dials_are_taken_from_lists_that_share_peers() {
        let list = |peers: &[u64]| DialList {
            rule: unasked(),
            peers: peers.iter().copied().map(Peer).collect(),
            fewest: 2,
            most: 2,
        };
        let lists = [list(&[7, 7, 6]), list(&[7, 6])];
        let dialled = |peers: &[u64]| peers.iter().copied().map(Peer).collect::<Vec<_>>();
        assert!(covers(&lists, &dialled(&[6, 6, 7, 7])));
        assert!(covers(&lists, &dialled(&[7, 7, 7, 6])));
        assert!(!covers(&lists, &dialled(&[6, 6, 6, 7])));
        assert!(!covers(&lists, &dialled(&[7, 7, 6, 6, 7])));
    }
}
