//! The differences between the versions of the behaviour.

use crate::{Check, catalogue::catalogue};
use gossipsub_automaton::{Behaviour, Switches};

catalogue! {
    /// A difference between versions of the behaviour that shows in an output or in a view. Each is a switch.
    pub enum Difference {
        IdsFirst = "D1: a received message is checked by its id alone, and then, if that is valid, with its payload",
        OutdatedOutput = "D2, D3: an outdated message has an output of its own",
        RecordedSenders = "D4: a repetition by a recorded sender is no delivery",
        BootstrapFlag = "D5: a connection has a flag for bootstrap peers",
        UnknownIds = "D6: an announced id whose validity is unknown is requested",
        Batches = "D9: messages can be received for a batch, and batches be applied",
        TopicLimit = "D11: the number of topics of a peer may have a limit",
    }
}

impl Difference {
    /// Whether a behaviour has it.
    #[must_use]
    pub const fn is_in(self, switches: Switches) -> bool {
        let Switches {
            validates_ids_first,
            tells_outdated_messages,
            records_senders,
            has_bootstrap_flag,
            requests_unknown_ids,
            has_batches,
            limits_topics,
        } = switches;
        match self {
            Self::IdsFirst => validates_ids_first,
            Self::OutdatedOutput => tells_outdated_messages,
            Self::RecordedSenders => records_senders,
            Self::BootstrapFlag => has_bootstrap_flag,
            Self::UnknownIds => requests_unknown_ids,
            Self::Batches => has_batches,
            Self::TopicLimit => limits_topics,
        }
    }

    /// The first behaviour with it.
    ///
    /// # Panics
    /// If no behaviour has it. Each switch is on in some behaviour.
    #[must_use]
    pub fn since(self) -> Behaviour {
        let mut behaviours = Behaviour::ALL.iter().copied();
        behaviours.find(|behaviour| self.is_in(behaviour.switches())).expect("each switch is on in some behaviour")
    }

    /// A check whose scenario shows the last behaviour without it.
    #[must_use]
    pub const fn before(self) -> Check {
        match self {
            Self::IdsFirst => Check::Receive3Invalid,
            Self::OutdatedOutput => Check::Receive3Outdated,
            Self::RecordedSenders => Check::Receive2OwnDuplicate,
            Self::BootstrapFlag => Check::AddPeerDirectOutbound,
            Self::UnknownIds => Check::Ihave6Unknown,
            Self::Batches => Check::Receive4Sender,
            Self::TopicLimit => Check::Subscribe2NoLimit,
        }
    }

    /// A check whose scenario shows the first behaviour with it.
    #[must_use]
    pub const fn after(self) -> Check {
        match self {
            Self::IdsFirst => Check::Receive3IdOutdated,
            Self::OutdatedOutput => Check::Receive3OutdatedOutput,
            Self::RecordedSenders => Check::Receive2Recorded,
            Self::BootstrapFlag => Check::AddPeerBootstrap,
            Self::UnknownIds => Check::Ihave5UnknownRequested,
            Self::Batches => Check::Receive3cBatch,
            Self::TopicLimit => Check::Subscribe1aLimit,
        }
    }
}
