//! Counts of what happened, for metrics.

use super::PeerMessage;
use crate::{BatchedMessageOutput, GraftOutput, Identifiers, PruneOutput};

/// Defines the statistics with the name of each in the original.
macro_rules! statistics {
    ($($(#[$doc:meta])* $field:ident: $type:ty = $name:literal,)*) => {
        /// The statistics of a worker since its start. The numbers saturate.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Statistics {
            $($(#[$doc])* pub $field: $type,)*
        }

        impl Statistics {
            /// Every number with its name in the original.
            #[must_use]
            pub fn named(&self) -> [(&'static str, i64); 16] {
                [$(($name, i64::try_from(self.$field).unwrap_or(i64::MAX)),)*]
            }
        }
    };
}

statistics! {
    /// The number of joined topics.
    topics: i64 = "count_topics",
    /// Connections that were added, less those that were removed. The removal of an unknown peer counts as well, so the
    /// number may be below zero.
    connections: i64 = "count_connections",
    /// The number of connected bootstrap peers.
    bootstrap_connections: i64 = "count_bootstrap_connections",
    /// Messages of applications that were sent.
    sent_messages: u64 = "count_sent_app_messages",
    /// Grafts that were sent.
    sent_grafts: u64 = "count_sent_grafts",
    /// Prunes that were sent.
    sent_prunes: u64 = "count_sent_prunes",
    /// IHaves that were sent.
    sent_ihaves: u64 = "count_sent_ihaves",
    /// IWants that were sent.
    sent_iwants: u64 = "count_sent_iwants",
    /// Received messages that were new and valid.
    received_valid_messages: u64 = "count_recv_valid_app_messages",
    /// Received messages that were invalid.
    received_invalid_messages: u64 = "count_recv_invalid_app_messages",
    /// Received messages of unknown validity. In `mavryk`, also those that are outdated.
    received_unknown_messages: u64 = "count_recv_unknown_validity_app_messages",
    /// Received messages that were outdated.
    received_outdated_messages: u64 = "count_recv_outdated_app_messages",
    /// Grafts that were accepted, or refused because the mesh was full.
    received_grafts: u64 = "count_recv_grafts",
    /// Prunes that removed a peer from a mesh.
    received_prunes: u64 = "count_recv_prunes",
    /// Message ids of IHaves that were requested.
    received_ihaves: u64 = "count_recv_ihaves",
    /// Messages that were found for IWants.
    received_iwants: u64 = "count_recv_iwants",
}

/// Adds one.
pub(super) const fn count(counter: &mut u64) {
    *counter = counter.saturating_add(1);
}

impl Statistics {
    pub(super) const fn count_sent<I: Identifiers>(&mut self, message: &PeerMessage<I>) {
        match message {
            PeerMessage::Message { .. } => count(&mut self.sent_messages),
            PeerMessage::Graft { .. } => count(&mut self.sent_grafts),
            PeerMessage::Prune { .. } => count(&mut self.sent_prunes),
            PeerMessage::Ihave { .. } => count(&mut self.sent_ihaves),
            PeerMessage::Iwant { .. } => count(&mut self.sent_iwants),
            PeerMessage::Subscribe { .. } | PeerMessage::Unsubscribe { .. } | PeerMessage::Ping => {}
        }
    }

    pub(super) const fn count_received<I: Identifiers>(&mut self, result: &BatchedMessageOutput<I>) {
        match result {
            BatchedMessageOutput::RouteMessage { .. } => count(&mut self.received_valid_messages),
            BatchedMessageOutput::Outdated => count(&mut self.received_outdated_messages),
            BatchedMessageOutput::UnknownValidity => count(&mut self.received_unknown_messages),
            BatchedMessageOutput::InvalidMessage => count(&mut self.received_invalid_messages),
        }
    }

    pub(super) const fn count_graft(&mut self, output: &GraftOutput) {
        if matches!(output, GraftOutput::GraftingSuccessfully | GraftOutput::MeshFull) {
            count(&mut self.received_grafts);
        }
    }

    pub(super) const fn count_prune<I: Identifiers>(&mut self, output: &PruneOutput<I>) {
        match output {
            PruneOutput::IgnorePxScoreTooLow { .. } | PruneOutput::NoPx | PruneOutput::Px { .. } => {
                count(&mut self.received_prunes);
            }
            PruneOutput::PruneTopicNotTracked | PruneOutput::PeerNotInMesh => {}
        }
    }
}
