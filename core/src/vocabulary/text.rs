//! One-line text forms of inputs and outputs, equal to those that the original prints.
//!
//! White space of any length is one blank here. Outputs with a score show its value, and the original shows the whole
//! score record.

use crate::{
    AddPeer, AddPeerOutput, ApplyBatch, ApplyBatchOutput, Behaviour, Connection, Graft, GraftOutput, HeartbeatOutput,
    Identifiers, Ihave, IhaveOutput, Input, Iwant, IwantOutput, Join, JoinOutput, Leave, LeaveOutput, MeshStatus,
    Output, PeerStatus, Prune, PruneOutput, PublishMessage, PublishMessageOutput, ReceiveMessage, ReceiveMessageOutput,
    RemovePeer, RemovePeerOutput, RoutedMessage, ScoreRecord, SelectGossipMessagesOutput, SelectPxPeers,
    SelectPxPeersOutput, SetApplicationScore, SetApplicationScoreOutput, SortedSet, Subscribe, SubscribeOutput,
    TopicCounters, Unsubscribe, UnsubscribeOutput,
};
use alloc::format;
use core::fmt::{self, Display, Formatter, Write};

/// Identifiers that can be printed. Inputs and outputs over them can be printed, too.
pub trait DisplayIdentifiers: Identifiers<Peer: Display, Topic: Display, MessageId: Display, Message: Display> {}

impl<I> DisplayIdentifiers for I where
    I: Identifiers<Peer: Display, Topic: Display, MessageId: Display, Message: Display>
{
}

/// Prints a float as C's `%g` does: six significant digits, without trailing zeros.
pub(crate) fn write_float(f: &mut Formatter<'_>, value: f64) -> fmt::Result {
    if !value.is_finite() {
        return f.write_str(if value.is_nan() {
            "nan"
        } else if value > 0.0 {
            "inf"
        } else {
            "-inf"
        });
    }
    let scientific = format!("{value:.5e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().map_err(|_| fmt::Error)?;
    if (-4..6).contains(&exponent) {
        let decimals = usize::try_from(5 - exponent).map_err(|_| fmt::Error)?;
        f.write_str(without_trailing_zeros(&format!("{value:.decimals$}")))
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        write!(f, "{}e{sign}{:02}", without_trailing_zeros(mantissa), exponent.unsigned_abs())
    }
}

fn without_trailing_zeros(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

/// Writes the text of an identifier, with a blank for each character that ends a line.
struct OneLine<'a, 'b>(&'a mut Formatter<'b>);

impl Write for OneLine<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for (index, part) in text.split(|c: char| c.is_whitespace() && c != ' ').enumerate() {
            if index > 0 {
                self.0.write_str(" ")?;
            }
            self.0.write_str(part)?;
        }
        Ok(())
    }
}

/// One identifier on one line.
pub(crate) struct Line<'a, T>(pub(crate) &'a T);

impl<T: Display> Display for Line<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(OneLine(f), "{}", self.0)
    }
}

/// `( a b c)`, and `( )` for an empty list.
fn write_members(f: &mut Formatter<'_>, members: impl Iterator<Item: Display>) -> fmt::Result {
    let mut none = true;
    f.write_str("(")?;
    for member in members {
        write!(f, " {member}")?;
        none = false;
    }
    f.write_str(if none { " )" } else { ")" })
}

/// `( a b c)`
impl<T: Display> Display for SortedSet<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_members(f, self.iter().map(Line))
    }
}

/// Members that are printed as a set: `( a b c)`.
#[derive(Clone, Copy, Debug)]
pub struct SetText<S>(pub S);

impl<S: Clone + IntoIterator<Item: Display>> Display for SetText<S> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let members = self.0.clone().into_iter().map(OwnedLine);
        write_members(f, members)
    }
}

/// Pairs that are printed as a map: `( (key, value) (key, value))`.
///
/// ```
/// use gossipsub_automaton::MapText;
/// use std::collections::BTreeMap;
///
/// let sizes = BTreeMap::from([("a", 3), ("b", 0)]);
/// assert_eq!(MapText(&sizes).to_string(), "( (a, 3) (b, 0))");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct MapText<M>(pub M);

impl<K: Display, V: Display, M: Clone + IntoIterator<Item = (K, V)>> Display for MapText<M> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let pairs = self.0.clone().into_iter().map(|(key, value)| Entry(OwnedLine(key), value));
        write_members(f, pairs)
    }
}

/// One identifier or reference on one line.
struct OwnedLine<T>(T);

impl<T: Display> Display for OwnedLine<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Line(&self.0).fmt(f)
    }
}

/// `(key, value)`
struct Entry<K, V>(K, V);

impl<K: Display, V: Display> Display for Entry<K, V> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "({}, {})", self.0, self.1)
    }
}

/// `[a;b;c]`, with the text between two members.
pub(crate) struct List<'a, T>(pub(crate) &'a [T], pub(crate) &'static str);

impl<T: Display> Display for List<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (index, member) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(self.1)?;
            }
            write!(f, "{}", Line(member))?;
        }
        f.write_str("]")
    }
}

/// An input, to be printed as a behaviour prints it.
#[derive(Clone, Copy, Debug)]
pub struct InputText<'a, I: Identifiers> {
    input: &'a Input<I>,
    behaviour: Behaviour,
}

impl<I: Identifiers> Input<I> {
    /// The input as a behaviour prints it. Only the text of `add_peer` differs: later behaviours show the flag of
    /// bootstrap peers.
    #[must_use]
    pub const fn text_of(&self, behaviour: Behaviour) -> InputText<'_, I> {
        InputText { input: self, behaviour }
    }
}

impl<I: DisplayIdentifiers> Display for InputText<'_, I> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.input {
            Input::AddPeer(x) if self.behaviour.switches().has_bootstrap_flag => {
                let (direct, outbound, peer, bootstrap) = (x.direct, x.outbound, Line(&x.peer), x.bootstrap);
                write!(f, "{{ direct={direct}; outbound={outbound}; peer={peer}; bootstrap={bootstrap} }}")
            }
            input => input.fmt(f),
        }
    }
}

impl<I: DisplayIdentifiers> Display for Input<I> {
    /// The payload as a record, without the kind: `{ peer=3; topic=a }`.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddPeer(payload) => payload.fmt(f),
            Self::RemovePeer(payload) => payload.fmt(f),
            Self::Subscribe(payload) => payload.fmt(f),
            Self::Unsubscribe(payload) => payload.fmt(f),
            Self::Ihave(payload) => payload.fmt(f),
            Self::Iwant(payload) => payload.fmt(f),
            Self::Graft(payload) => payload.fmt(f),
            Self::Prune(payload) => payload.fmt(f),
            Self::PublishMessage(payload) => payload.fmt(f),
            Self::ReceiveMessage(payload) => payload.fmt(f),
            Self::Join(payload) => payload.fmt(f),
            Self::Leave(payload) => payload.fmt(f),
            Self::Heartbeat | Self::SelectGossipMessages => f.write_str("{ }"),
            Self::SetApplicationScore(payload) => payload.fmt(f),
            Self::SelectPxPeers(payload) => payload.fmt(f),
            Self::ApplyBatch(payload) => payload.fmt(f),
        }
    }
}

/// Prints payloads as records: the text of each field after its name.
macro_rules! payloads {
    ($($payload:ident { $first:literal = $first_text:ident($first_field:ident) $(, $name:literal = $text:ident($field:ident))* })*) => {$(
        impl<I: DisplayIdentifiers> Display for $payload<I> {
            fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
                write!(f, concat!("{{ ", $first, "={}"), $first_text(&self.$first_field))?;
                $(write!(f, concat!("; ", $name, "={}"), $text(&self.$field))?;)*
                f.write_str(" }")
            }
        }
    )*};
}

payloads! {
    AddPeer { "direct" = Line(direct), "outbound" = Line(outbound), "peer" = Line(peer) }
    RemovePeer { "peer" = Line(peer) }
    Subscribe { "topic" = Line(topic), "peer" = Line(peer) }
    Unsubscribe { "topic" = Line(topic), "peer" = Line(peer) }
    Ihave { "peer" = Line(peer), "topic" = Line(topic), "message_ids" = list(message_ids) }
    Iwant { "peer" = Line(peer), "message_ids" = list(message_ids) }
    Graft { "peer" = Line(peer), "topic" = Line(topic) }
    Prune { "peer" = Line(peer), "topic" = Line(topic), "px" = list(px), "backoff" = Line(backoff) }
    PublishMessage { "topic" = Line(topic), "message_id" = Line(message_id), "message" = Line(message) }
    ReceiveMessage {
        "sender" = Line(sender), "topic" = Line(topic), "message_id" = Line(message_id), "message" = Line(message)
    }
    Join { "topic" = Line(topic) }
    Leave { "topic" = Line(topic) }
    SetApplicationScore { "peer" = Line(peer), "score" = Line(score) }
    SelectPxPeers { "peer_to_prune" = Line(peer_to_prune), "topic" = Line(topic), "no_px_peers" = Line(no_px_peers) }
}

/// `[a;b;c]`
const fn list<T>(members: &[T]) -> List<'_, T> {
    List(members, ";")
}

impl<I: DisplayIdentifiers> Display for ApplyBatch<I> {
    /// The original has no text for it.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let message_ids = self.batch.iter().map(|batched| &batched.message_id);
        f.write_str("{ message_ids=")?;
        write_members(f, message_ids.map(Line))?;
        f.write_str(" }")
    }
}

impl<I: DisplayIdentifiers> Display for Output<I> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddPeer(output) => output.fmt(f),
            Self::RemovePeer(output) => output.fmt(f),
            Self::Subscribe(output) => output.fmt(f),
            Self::Unsubscribe(output) => output.fmt(f),
            Self::Ihave(output) => output.fmt(f),
            Self::Iwant(output) => output.fmt(f),
            Self::Graft(output) => output.fmt(f),
            Self::Prune(output) => output.fmt(f),
            Self::PublishMessage(output) => output.fmt(f),
            Self::ReceiveMessage(output) => output.fmt(f),
            Self::Join(output) => output.fmt(f),
            Self::Leave(output) => output.fmt(f),
            Self::Heartbeat(output) => output.fmt(f),
            Self::SetApplicationScore(output) => output.fmt(f),
            Self::SelectPxPeers(output) => output.fmt(f),
            Self::SelectGossipMessages(output) => output.fmt(f),
            Self::ApplyBatch(output) => output.fmt(f),
        }
    }
}

impl Display for AddPeerOutput {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PeerAdded => "Peer_added",
            Self::PeerAlreadyKnown => "Peer_already_known",
        })
    }
}

impl Display for RemovePeerOutput {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RemovingPeer => "Removing_peer",
        })
    }
}

impl Display for SubscribeOutput {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Subscribed => "Subscribed",
            Self::SubscribeToUnknownPeer => "Subscribe_to_unknown_peer",
            Self::SubscribeIgnoredTopicLimitExceeded => "Subscribe_ignored_topic_limit_exceeded",
        })
    }
}

impl Display for UnsubscribeOutput {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unsubscribed => "Unsubscribed",
            Self::UnsubscribeFromUnknownPeer => "Unsubscribe_from_unknown_peer",
        })
    }
}

impl<I: DisplayIdentifiers> Display for IhaveOutput<I> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::IhaveFromPeerWithLowScore { score, threshold } => {
                // The original prints this one under another name than its own.
                write!(f, "Negative_peer_score {{ \"score\" = {score}; \"threshold\" = {threshold} }}")
            }
            Self::TooManyRecvIhaveMessages { count, max } => {
                write!(f, "Too_many_recv_ihave_messages {{ count={count}; max={max} }}")
            }
            Self::TooManySentIwantMessages { count, max } => {
                write!(f, "Too_many_sent_iwant_messages {{ count={count}; max={max} }}")
            }
            Self::MessageTopicNotTracked => f.write_str("Message_topic_not_tracked"),
            Self::MessageRequestedMessageIds { message_ids } => {
                write!(f, "Message_requested_message_ids {}", List(message_ids, "; "))
            }
            Self::InvalidMessageId => f.write_str("Invalid_message_id"),
        }
    }
}

impl<I: DisplayIdentifiers> Display for IwantOutput<I> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::IwantFromPeerWithLowScore { score, threshold } => {
                write!(f, "Iwant_from_peer_with_low_score {{ \"score\" = {score}; \"threshold\" = {threshold} }}")
            }
            Self::OnIwantMessagesToRoute { routed_message_ids } => {
                f.write_str("On_iwant_messages_to_route ")?;
                write_members(f, routed_message_ids.iter().map(|(id, routed)| Entry(Line(id), routed)))
            }
        }
    }
}

impl<I: DisplayIdentifiers> Display for RoutedMessage<I> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message { message } => write!(f, "message({})", Line(message)),
            Self::NotFound => f.write_str("not_found"),
            Self::Ignored => f.write_str("ignored"),
            Self::TooManyRequests => f.write_str("too_many_requests"),
        }
    }
}

impl Display for GraftOutput {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PeerFiltered => "Peer_filtered",
            Self::UnsubscribedTopic => "Unsubscribed_topic",
            Self::PeerAlreadyInMesh => "Peer_already_in_mesh",
            Self::GraftingDirectPeer => "Grafting_direct_peer",
            Self::UnexpectedGraftingPeer => "Unexpected_grafting_peer",
            Self::GraftingPeerWithNegativeScore => "Grafting_peer_with_negative_score",
            Self::GraftingSuccessfully => "Grafting_successfully",
            Self::PeerBackedOff => "Peer_backed_off",
            Self::MeshFull => "Mesh_full",
        })
    }
}

impl<I: DisplayIdentifiers> Display for PruneOutput<I> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::PruneTopicNotTracked => f.write_str("Prune_topic_not_tracked"),
            Self::PeerNotInMesh => f.write_str("Peer_not_in_mesh"),
            Self::IgnorePxScoreTooLow { score } => write!(f, "Ignore_PX_score_too_low {{ \"score\" = {score} }}"),
            Self::NoPx => f.write_str("No_PX"),
            Self::Px { peers } => write!(f, "PX {peers}"),
        }
    }
}

impl<I: DisplayIdentifiers> Display for PublishMessageOutput<I> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::PublishMessage { to_publish } => {
                write!(f, "Publish_message {{ \"to_publish\" = {to_publish} }}")
            }
            Self::AlreadyPublished => f.write_str("Already_published"),
        }
    }
}

impl<I: DisplayIdentifiers> Display for ReceiveMessageOutput<I> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::RouteMessage { to_route } => write!(f, "Route_message {{ \"to_route\" = {to_route} }}"),
            Self::AlreadyReceived => f.write_str("Already_received"),
            Self::NotSubscribed => f.write_str("Not_subscribed"),
            Self::InvalidMessage => f.write_str("Invalid_message"),
            Self::UnknownValidity => f.write_str("Unknown_validity"),
            Self::Outdated => f.write_str("Outdated_message"),
            Self::ToIncludeInBatch { .. } => f.write_str("To include in batch"),
        }
    }
}

impl<I: DisplayIdentifiers> Display for JoinOutput<I> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyJoined => f.write_str("Already_joined"),
            Self::JoiningTopic { to_graft } => write!(f, "Joining_topic {to_graft}"),
        }
    }
}

impl<I: DisplayIdentifiers> Display for LeaveOutput<I> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJoined => f.write_str("Not_joined"),
            Self::LeavingTopic { to_prune, no_px_peers } => {
                write!(f, "Leaving_topic {{ \"to_prune\" = {to_prune}; \"noPX_peers\" = {no_px_peers} }}")
            }
        }
    }
}

impl<I: DisplayIdentifiers> Display for HeartbeatOutput<I> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self::Heartbeat { to_graft, to_prune, no_px_peers } = self;
        write!(
            f,
            "Heartbeat {{ \"to_graft\" = {}; \"to_prune\" = {}; \"noPX_peers\" = {no_px_peers} }}",
            MapText(to_graft),
            MapText(to_prune)
        )
    }
}

impl Display for SetApplicationScoreOutput {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SetApplicationScore => "Set_application_score",
        })
    }
}

impl<I: DisplayIdentifiers> Display for SelectPxPeersOutput<I> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self::PxPeers { peers } = self;
        write!(f, "Px_peers {}", List(peers, "; "))
    }
}

impl<I: DisplayIdentifiers> Display for SelectGossipMessagesOutput<I> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self::GossipMessages { ihaves } = self;
        write!(f, "Gossip_messages {}", List(ihaves, "; "))
    }
}

impl<I: DisplayIdentifiers> Display for ApplyBatchOutput<I> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self::BatchResult { .. } = self;
        f.write_str("Batch_result")
    }
}

impl<I: DisplayIdentifiers> Display for Connection<I> {
    /// As the original prints it, in every behaviour: without the flag of bootstrap peers, and without topics if there
    /// are none.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if !self.topics.is_empty() {
            write!(f, "topics: {} ", SetText(&self.topics))?;
        }
        write!(f, "direct: {} outbound: {}", self.direct, self.outbound)
    }
}

impl<I: DisplayIdentifiers> Display for ScoreRecord<I> {
    /// As the original prints it: without the counters of topics and the score of the application.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{{ \"stats\" = {{ \"behaviour_penalty\" = {}; \"topic_status\" = {}; \"peer_status\" = {} }}; \"score\" = {} }}",
            self.behaviour_penalty,
            MapText(&self.topics),
            self.status,
            self.value
        )
    }
}

impl Display for TopicCounters {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{{ mesh_status: {} }}", self.mesh_status)
    }
}

impl Display for MeshStatus {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inactive => f.write_str("Inactive"),
            Self::Active { since, during } => {
                write!(f, "{{ \"since\" = {}; \"during\" = {during} }}", since.as_millis())
            }
        }
    }
}

impl Display for PeerStatus {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connected => f.write_str("Connected"),
            Self::Disconnected { expires } => write!(f, "{{ \"expires\" = {} }}", expires.as_millis()),
        }
    }
}
