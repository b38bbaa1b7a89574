//! The rows of the coverage table.

use gossipsub_automaton::{Behaviour, OutputKind};
use gossipsub_reference_model::automaton::{MarkId, Report, RuleId};
use std::sync::LazyLock;

/// A row of the table.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) source: Source,
    /// The first behaviour that can reach it.
    pub(super) since: Behaviour,
}

impl Row {
    fn new(name: String, source: Source) -> Self {
        let since = match source {
            Source::Output(rule)
            | Source::Holds(rule)
            | Source::Fails(rule)
            | Source::ChoseNone(rule)
            | Source::ChoseSome(rule)
            | Source::ChoseAll(rule) => rule.since(),
            Source::Below(rules) | Source::At(rules) | Source::Above(rules) => {
                rules.iter().map(|rule| rule.since()).max().unwrap_or_default()
            }
            Source::Reached(mark) => mark.since(),
        };
        Self { name, source, since }
    }
}

/// The report of the model that a row counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The rule gave its output.
    Output(RuleId),
    /// The condition of the rule holds.
    Holds(RuleId),
    /// The condition of the rule does not hold.
    Fails(RuleId),
    /// The value of one of these rules is below its limit.
    Below(&'static [RuleId]),
    /// The value of one of these rules is at its limit.
    At(&'static [RuleId]),
    /// The value of one of these rules is above its limit.
    Above(&'static [RuleId]),
    /// The rule chose none of the candidates.
    ChoseNone(RuleId),
    /// The rule chose some of the candidates.
    ChoseSome(RuleId),
    /// The rule chose all candidates, of which there are some.
    ChoseAll(RuleId),
    /// The special case was met.
    Reached(MarkId),
}

/// All rows: the outputs, the named rows, and both outcomes of every check that no other row counts.
pub(super) static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let outputs =
        OutputKind::ALL.iter().map(|kind| Row::new(kind.name().to_owned(), Source::Output(RuleId::of(*kind))));
    let named = NAMED.iter().map(|(name, source)| Row::new((*name).to_owned(), *source));
    let outcomes = RuleId::ALL.iter().flat_map(|rule| outcomes(*rule));
    outputs.chain(named).chain(outcomes.filter(|row| !is_counted(row.source))).collect()
});

/// Both outcomes of a check, and a value at its limit.
fn outcomes(rule: RuleId) -> Vec<Row> {
    let name = rule.rule().name;
    let mut rows = Vec::new();
    if rule.reports().iter().any(|report| matches!(report, Report::Check | Report::Comparison)) {
        rows.push(Row::new(format!("{name}: holds"), Source::Holds(rule)));
        rows.push(Row::new(format!("{name}: does not hold"), Source::Fails(rule)));
    }
    if rule.reports().contains(&Report::Comparison) {
        let rule = RuleId::ALL.get(rule as usize..=rule as usize).expect("the table has a row for each identifier");
        rows.push(Row::new(format!("{name}: at its limit"), Source::At(rule)));
    }
    rows
}

/// Whether another row counts the same, or cannot be reached.
fn is_counted(source: Source) -> bool {
    let by_output = |rule| OutputKind::ALL.iter().any(|kind| RuleId::of(*kind) == rule);
    let at = |rules: &[RuleId]| {
        NAMED
            .iter()
            .any(|(_, named)| matches!(named, Source::At(named) if rules.iter().all(|rule| named.contains(rule))))
    };
    match source {
        Source::Holds(rule) if by_output(rule) => true,
        Source::At(rules) if at(rules) => true,
        _ => NAMED.iter().any(|(_, named)| *named == source) || UNREACHABLE.iter().any(|(other, _)| *other == source),
    }
}

/// The outcomes that cannot be reached, each with the reason.
const UNREACHABLE: &[(Source, &str)] = &[(
    Holds(R::Heartbeat5b),
    "unsubscribing and leaving take a peer out of its fanouts at once, so every peer of a fanout is subscribed",
)];

use RuleId as R;
use Source::{Above, At, Below, ChoseAll, ChoseNone, ChoseSome, Fails, Holds, Reached};

/// The rows with names of their own.
const NAMED: &[(&str, Source)] = &[
    ("ihave (6): an empty list", Reached(MarkId::IhaveEmpty)),
    ("ihave (6): all ids are seen", Reached(MarkId::IhaveAllSeen)),
    ("ihave (6): an id is unknown or outdated", Holds(R::Ihave5b)),
    ("ihave (6): the filter refuses", Holds(R::Ihave5d)),
    ("ihave (2): below max_recv_ihave_per_heartbeat", Below(&[R::Ihave2])),
    ("ihave (2): at max_recv_ihave_per_heartbeat", At(&[R::Ihave2])),
    ("ihave (2): above max_recv_ihave_per_heartbeat", Above(&[R::Ihave2])),
    ("ihave (3): below max_sent_iwant_per_heartbeat", Below(&[R::Ihave3])),
    ("ihave (3): at max_sent_iwant_per_heartbeat", At(&[R::Ihave3])),
    ("iwant (2): the message", Fails(R::Iwant2c)),
    ("iwant (2): not found", Holds(R::Iwant2a)),
    ("iwant (2): ignored", Holds(R::Iwant2c)),
    ("iwant (2): too many requests", Holds(R::Iwant2b)),
    ("iwant (2): below max_gossip_retransmission", Below(&[R::Iwant2b])),
    ("iwant (2): at max_gossip_retransmission", At(&[R::Iwant2b])),
    ("ihave, iwant (1): a score below gossip_threshold", Below(&[R::Ihave1, R::Iwant1])),
    ("ihave, iwant (1): a score at gossip_threshold", At(&[R::Ihave1, R::Iwant1])),
    ("ihave, iwant (1): a score above gossip_threshold", Above(&[R::Ihave1, R::Iwant1])),
    ("graft (1): of a peer that is not connected", Reached(MarkId::GraftFilteredUnknown)),
    ("graft (2): of a peer that is not connected", Reached(MarkId::GraftUnsubscribedUnknown)),
    ("graft (6): before the end of a backoff", Below(&[R::Graft6])),
    ("graft (6): at the end of a backoff", At(&[R::Graft6])),
    ("graft (6): after the end of a backoff", Above(&[R::Graft6])),
    ("graft (6): within the flood threshold", Holds(R::Graft6a)),
    ("graft (6): after the flood threshold", Fails(R::Graft6a)),
    ("graft (7): a score of zero", At(&[R::Graft7])),
    ("graft (8): a mesh below degree_high", Below(&[R::Graft8])),
    ("graft (8): a mesh at degree_high", At(&[R::Graft8])),
    ("graft (8): a mesh above degree_high", Above(&[R::Graft8])),
    ("graft (8): an outbound peer into a full mesh", Reached(MarkId::GraftOutboundFull)),
    ("prune (5): an empty list", Reached(MarkId::PruneEmptyList)),
    ("prune (5): a list that repeats a peer", Reached(MarkId::PruneRepeatedPeer)),
    ("prune (4): a score at accept_px_threshold", At(&[R::Prune4])),
    ("receive_message (2): a duplicate by a mesh peer", Reached(MarkId::ReceiveDuplicateInMesh)),
    ("receive_message (2): a duplicate within the window", Holds(R::Duplicate)),
    ("receive_message (2): a duplicate after the window", Fails(R::Duplicate)),
    ("receive_message (4): the sender is direct (Q4)", Reached(MarkId::ReceiveFromDirect)),
    ("receive_message (4): the sender is not connected", Reached(MarkId::ReceiveFromStranger)),
    ("apply_batch (4): the topic is not joined (B1)", Reached(MarkId::BatchTopicNotJoined)),
    ("apply_batch (4): the sender is not connected (B1)", Reached(MarkId::BatchSenderNotConnected)),
    ("apply_batch (4): the id counts as seen (B1, B2)", Reached(MarkId::BatchSeenId)),
    ("publish_message (3): to the mesh", Holds(R::PublishMessage3a)),
    ("publish_message (3): to a fanout", Fails(R::PublishMessage3c)),
    ("publish_message (3): to an empty fanout (Q6)", Holds(R::PublishMessage3c)),
    ("publish_message (3): to nobody", Reached(MarkId::PublishToNobody)),
    ("join (2): peers of the fanout are kept", Reached(MarkId::JoinKeepsFanoutPeers)),
    ("join (2): peers of the fanout are not kept", Reached(MarkId::JoinDropsFanoutPeers)),
    ("leave (2): a peer with a negative score", Holds(R::Leave2a)),
    ("heartbeat 3b: a mesh below degree_low", Below(&[R::Heartbeat3b])),
    ("heartbeat 3b: a mesh at degree_low", At(&[R::Heartbeat3b])),
    ("heartbeat 3c: a mesh at degree_high", At(&[R::Heartbeat3c])),
    ("heartbeat 3c: a mesh above degree_high", Above(&[R::Heartbeat3c])),
    ("heartbeat 3a: a peer with a negative score", Holds(R::Heartbeat3a)),
    ("heartbeat 3: a peer grafted in one topic and pruned in another", Reached(MarkId::HeartbeatGraftsAndPrunes)),
    ("heartbeat 3: two joined topics that share peers", Reached(MarkId::HeartbeatSharedPeers)),
    ("heartbeat 5: a fanout expires", Holds(R::Heartbeat5a)),
    ("heartbeat 5: a fanout at fanout_ttl", At(&[R::Heartbeat5a])),
    ("heartbeat 5: a fanout is left empty", Reached(MarkId::HeartbeatEmptyFanout)),
    ("heartbeat 2: a backoff is dropped", Holds(R::Heartbeat2b)),
    ("heartbeat 2: an ended backoff stays (Q1)", Reached(MarkId::HeartbeatEndedBackoff)),
    ("heartbeat 2: a record expires", Holds(R::Refresh1)),
    ("remove_peer: a peer that is retained (Q2)", Reached(MarkId::RemovePeerRetained)),
    ("remove_peer: a record with a positive score", Holds(R::Disconnect1)),
    ("add_peer: a peer that is retained", Reached(MarkId::AddPeerRetained)),
    ("choice of ids to request: some", ChoseSome(R::Ihave7)),
    ("choice of ids to request: all", ChoseAll(R::Ihave7)),
    ("choice of a new fanout: none", ChoseNone(R::PublishMessage3)),
    ("choice of a new fanout: some", ChoseSome(R::PublishMessage3)),
    ("choice of a new fanout: all", ChoseAll(R::PublishMessage3)),
    ("choice at a join: none", ChoseNone(R::Join2)),
    ("choice at a join: some", ChoseSome(R::Join2)),
    ("choice at a join: all", ChoseAll(R::Join2)),
    ("choice of px peers: none", ChoseNone(R::Prune5)),
    ("choice of px peers: some", ChoseSome(R::Prune5)),
    ("choice of px peers: all", ChoseAll(R::Prune5)),
    ("choice to fill a mesh: none", ChoseNone(R::Heartbeat3b)),
    ("choice to fill a mesh: some", ChoseSome(R::Heartbeat3b)),
    ("choice to fill a mesh: all", ChoseAll(R::Heartbeat3b)),
    ("choice of a mesh to keep: none", ChoseNone(R::Heartbeat3c)),
    ("choice of a mesh to keep: some", ChoseSome(R::Heartbeat3c)),
    ("choice of outbound peers: none", ChoseNone(R::Heartbeat3d)),
    ("choice of outbound peers: some", ChoseSome(R::Heartbeat3d)),
    ("choice of outbound peers: all", ChoseAll(R::Heartbeat3d)),
    ("choice of opportunistic grafts: none", ChoseNone(R::Heartbeat3e)),
    ("choice of opportunistic grafts: some", ChoseSome(R::Heartbeat3e)),
    ("choice of opportunistic grafts: all", ChoseAll(R::Heartbeat3e)),
    ("choice to fill a fanout: none", ChoseNone(R::Heartbeat5)),
    ("choice to fill a fanout: some", ChoseSome(R::Heartbeat5)),
    ("choice to fill a fanout: all", ChoseAll(R::Heartbeat5)),
    ("choice of peers to offer: none", ChoseNone(R::SelectPxPeers3)),
    ("choice of peers to offer: some", ChoseSome(R::SelectPxPeers3)),
    ("choice of peers to offer: all", ChoseAll(R::SelectPxPeers3)),
    ("choice of peers to gossip to: none", ChoseNone(R::SelectGossipMessages2)),
    ("choice of peers to gossip to: some", ChoseSome(R::SelectGossipMessages2)),
    ("choice of peers to gossip to: all", ChoseAll(R::SelectGossipMessages2)),
    ("choice of ids to gossip: none", ChoseNone(R::SelectGossipMessages3)),
    ("choice of ids to gossip: some", ChoseSome(R::SelectGossipMessages3)),
    ("choice of ids to gossip: all", ChoseAll(R::SelectGossipMessages3)),
];
