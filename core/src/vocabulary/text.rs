//! One-line text forms of inputs and outputs, equal to those that the original prints.
//!
//! White space of any length is one blank here. Outputs with a score show its value, and the original shows the whole
//! score record.

use crate::{
    AddPeerOutput, ApplyBatchOutput, Behaviour, GraftOutput, HeartbeatOutput, Identifiers, Ihave, IhaveOutput, Input,
    IwantOutput, JoinOutput, LeaveOutput, Output, PruneOutput, PublishMessageOutput, ReceiveMessageOutput,
    RemovePeerOutput, RoutedMessage, SelectGossipMessagesOutput, SelectPxPeersOutput, SetApplicationScoreOutput,
    SortedSet, SubscribeOutput, UnsubscribeOutput,
};
use alloc::{collections::BTreeMap, format};
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
struct Set<'a, T>(&'a SortedSet<T>);

impl<T: Display> Display for Set<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_members(f, self.0.iter().map(Line))
    }
}

/// `(key, value)`
struct Entry<K, V>(K, V);

impl<K: Display, V: Display> Display for Entry<K, V> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "({}, {})", self.0, self.1)
    }
}

/// `( (key, ( a b)) (key, ( c)))`
struct SetByKey<'a, K, T>(&'a BTreeMap<K, SortedSet<T>>);

impl<K: Display, T: Display> Display for SetByKey<'_, K, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_members(f, self.0.iter().map(|(key, set)| Entry(Line(key), Set(set))))
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
            Self::AddPeer(x) => {
                write!(f, "{{ direct={}; outbound={}; peer={} }}", x.direct, x.outbound, Line(&x.peer))
            }
            Self::RemovePeer(x) => write!(f, "{{ peer={} }}", Line(&x.peer)),
            Self::Subscribe(x) => write!(f, "{{ topic={}; peer={} }}", Line(&x.topic), Line(&x.peer)),
            Self::Unsubscribe(x) => write!(f, "{{ topic={}; peer={} }}", Line(&x.topic), Line(&x.peer)),
            Self::Ihave(x) => x.fmt(f),
            Self::Iwant(x) => {
                write!(f, "{{ peer={}; message_ids={} }}", Line(&x.peer), List(&x.message_ids, ";"))
            }
            Self::Graft(x) => write!(f, "{{ peer={}; topic={} }}", Line(&x.peer), Line(&x.topic)),
            Self::Prune(x) => write!(
                f,
                "{{ peer={}; topic={}; px={}; backoff={} }}",
                Line(&x.peer),
                Line(&x.topic),
                List(&x.px, ";"),
                x.backoff
            ),
            Self::PublishMessage(x) => write!(
                f,
                "{{ topic={}; message_id={}; message={} }}",
                Line(&x.topic),
                Line(&x.message_id),
                Line(&x.message)
            ),
            Self::ReceiveMessage(x) => write!(
                f,
                "{{ sender={}; topic={}; message_id={}; message={} }}",
                Line(&x.sender),
                Line(&x.topic),
                Line(&x.message_id),
                Line(&x.message)
            ),
            Self::Join(x) => write!(f, "{{ topic={} }}", Line(&x.topic)),
            Self::Leave(x) => write!(f, "{{ topic={} }}", Line(&x.topic)),
            Self::Heartbeat | Self::SelectGossipMessages => f.write_str("{ }"),
            Self::SetApplicationScore(x) => write!(f, "{{ peer={}; score={} }}", Line(&x.peer), x.score),
            Self::SelectPxPeers(x) => write!(
                f,
                "{{ peer_to_prune={}; topic={}; no_px_peers={} }}",
                Line(&x.peer_to_prune),
                Line(&x.topic),
                Set(&x.no_px_peers)
            ),
            // The original has no text for it.
            Self::ApplyBatch(x) => {
                let message_ids = x.batch.iter().map(|batched| &batched.message_id);
                f.write_str("{ message_ids=")?;
                write_members(f, message_ids.map(Line))?;
                f.write_str(" }")
            }
        }
    }
}

impl<I: DisplayIdentifiers> Display for Ihave<I> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{{ peer={}; topic={}; message_ids={} }}",
            Line(&self.peer),
            Line(&self.topic),
            List(&self.message_ids, ";")
        )
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
            Self::Px { peers } => write!(f, "PX {}", Set(peers)),
        }
    }
}

impl<I: DisplayIdentifiers> Display for PublishMessageOutput<I> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::PublishMessage { to_publish } => {
                write!(f, "Publish_message {{ \"to_publish\" = {} }}", Set(to_publish))
            }
            Self::AlreadyPublished => f.write_str("Already_published"),
        }
    }
}

impl<I: DisplayIdentifiers> Display for ReceiveMessageOutput<I> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::RouteMessage { to_route } => write!(f, "Route_message {{ \"to_route\" = {} }}", Set(to_route)),
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
            Self::JoiningTopic { to_graft } => write!(f, "Joining_topic {}", Set(to_graft)),
        }
    }
}

impl<I: DisplayIdentifiers> Display for LeaveOutput<I> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJoined => f.write_str("Not_joined"),
            Self::LeavingTopic { to_prune, no_px_peers } => {
                write!(f, "Leaving_topic {{ \"to_prune\" = {}; \"noPX_peers\" = {} }}", Set(to_prune), Set(no_px_peers))
            }
        }
    }
}

impl<I: DisplayIdentifiers> Display for HeartbeatOutput<I> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self::Heartbeat { to_graft, to_prune, no_px_peers } = self;
        write!(
            f,
            "Heartbeat {{ \"to_graft\" = {}; \"to_prune\" = {}; \"noPX_peers\" = {} }}",
            SetByKey(to_graft),
            SetByKey(to_prune),
            Set(no_px_peers)
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
