//! Known faults of implementations. A dialect never contains one; a model has one only if it is planted.

use std::{collections::BTreeSet, fmt};

/// What an implementation does although a sentence of the specification forbids it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// R1.
    GraftOfDirectPeerUnanswered,
    /// R2.
    FanoutRedrawn,
    /// R4, G7.
    MeshPrunedAtHigh,
    /// R7.
    PromisedIdsNotRequested,
    /// R9.
    DirectPeersGraylisted,
    /// R10.
    UnsubscribePrunes,
    /// R12, J26.
    ParametersUnchecked,
    /// R20.
    GraftWithoutSubscriptionIgnored,
    /// R21.
    IdontwantForDuplicates,
    /// R22.
    DirectGraftsAllPruned,
    /// R23.
    UnjoinedPruneBacksOff,
    /// R24.
    OppositeSubscriptionsCancel,
    /// R25.
    GraylistedSubscriptionsTaken,
    /// R26.
    LongBackoffCut,
    /// R27, J43.
    RemovedMessageKeepsPlace,
    /// R41.
    OwnCopiesInvalid,
    /// R42.
    RefusedMessagesKept,
    /// R43.
    AnswersOutliveIdontwant,
    /// G2.
    ControlCountsAsIhave,
    /// G3.
    NothingWithoutSubscribers,
    /// G3 of js.
    NothingPublishedWithoutSubscribers,
    /// G4.
    ZeroDegreeMeansAll,
    /// G4 of js.
    ZeroDegreeMeansAllInFanout,
    /// G5.
    DeficitStaysActive,
    /// G6.
    DeficitWithoutMesh,
    /// G9.
    OutboundQuotaBelowHalf,
    /// J1.
    PrunesAfterUnknownDropped,
    /// J2.
    JoinIgnoresFanoutSize,
    /// J3.
    JoinDoesNotScore,
    /// J7.
    EmptyMeshUsesFanout,
    /// J16.
    UnvalidatedGivenOut,
    /// J17.
    ScoresCached,
    /// J18.
    ControlBeforeMessages,
    /// J22.
    GraylistCached,
    /// J31.
    FloodsubPeersGrafted,
    /// J32.
    PrunedPeersGossiped,
    /// J33.
    ScoreForgottenOnConnect,
    /// J34.
    FailedDialEndsRpc,
    /// J35.
    PublishedBelowThreshold,
    /// J36.
    VerdictsDeliverTwice,
    /// J37.
    LeaveExchangesWithAll,
    /// J39.
    FailedDialEndsHeartbeat,
    /// J45.
    ManyOfferedPeersEndRpc,
    /// J46.
    RefusedGraftDelaysRest,
    /// P1 of py.
    UnknownGraftPruned,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 45] = [
        Self::GraftOfDirectPeerUnanswered,
        Self::FanoutRedrawn,
        Self::MeshPrunedAtHigh,
        Self::PromisedIdsNotRequested,
        Self::DirectPeersGraylisted,
        Self::UnsubscribePrunes,
        Self::ParametersUnchecked,
        Self::GraftWithoutSubscriptionIgnored,
        Self::IdontwantForDuplicates,
        Self::DirectGraftsAllPruned,
        Self::UnjoinedPruneBacksOff,
        Self::OppositeSubscriptionsCancel,
        Self::GraylistedSubscriptionsTaken,
        Self::LongBackoffCut,
        Self::RemovedMessageKeepsPlace,
        Self::OwnCopiesInvalid,
        Self::RefusedMessagesKept,
        Self::AnswersOutliveIdontwant,
        Self::ControlCountsAsIhave,
        Self::NothingWithoutSubscribers,
        Self::NothingPublishedWithoutSubscribers,
        Self::ZeroDegreeMeansAll,
        Self::ZeroDegreeMeansAllInFanout,
        Self::DeficitStaysActive,
        Self::DeficitWithoutMesh,
        Self::OutboundQuotaBelowHalf,
        Self::PrunesAfterUnknownDropped,
        Self::JoinIgnoresFanoutSize,
        Self::JoinDoesNotScore,
        Self::EmptyMeshUsesFanout,
        Self::UnvalidatedGivenOut,
        Self::ScoresCached,
        Self::ControlBeforeMessages,
        Self::GraylistCached,
        Self::FloodsubPeersGrafted,
        Self::PrunedPeersGossiped,
        Self::ScoreForgottenOnConnect,
        Self::FailedDialEndsRpc,
        Self::PublishedBelowThreshold,
        Self::VerdictsDeliverTwice,
        Self::LeaveExchangesWithAll,
        Self::FailedDialEndsHeartbeat,
        Self::ManyOfferedPeersEndRpc,
        Self::RefusedGraftDelaysRest,
        Self::UnknownGraftPruned,
    ];

    /// Its short name: the first letter of the implementation and a number.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::GraftOfDirectPeerUnanswered => "R1",
            Self::FanoutRedrawn => "R2",
            Self::MeshPrunedAtHigh => "R4",
            Self::PromisedIdsNotRequested => "R7",
            Self::DirectPeersGraylisted => "R9",
            Self::UnsubscribePrunes => "R10",
            Self::ParametersUnchecked => "R12",
            Self::GraftWithoutSubscriptionIgnored => "R20",
            Self::IdontwantForDuplicates => "R21",
            Self::DirectGraftsAllPruned => "R22",
            Self::UnjoinedPruneBacksOff => "R23",
            Self::OppositeSubscriptionsCancel => "R24",
            Self::GraylistedSubscriptionsTaken => "R25",
            Self::LongBackoffCut => "R26",
            Self::RemovedMessageKeepsPlace => "R27",
            Self::OwnCopiesInvalid => "R41",
            Self::RefusedMessagesKept => "R42",
            Self::AnswersOutliveIdontwant => "R43",
            Self::ControlCountsAsIhave => "G2",
            Self::NothingWithoutSubscribers => "G3",
            Self::NothingPublishedWithoutSubscribers => "G3-js",
            Self::ZeroDegreeMeansAll => "G4",
            Self::ZeroDegreeMeansAllInFanout => "G4-js",
            Self::DeficitStaysActive => "G5",
            Self::DeficitWithoutMesh => "G6",
            Self::OutboundQuotaBelowHalf => "G9",
            Self::PrunesAfterUnknownDropped => "J1",
            Self::JoinIgnoresFanoutSize => "J2",
            Self::JoinDoesNotScore => "J3",
            Self::EmptyMeshUsesFanout => "J7",
            Self::UnvalidatedGivenOut => "J16",
            Self::ScoresCached => "J17",
            Self::ControlBeforeMessages => "J18",
            Self::GraylistCached => "J22",
            Self::FloodsubPeersGrafted => "J31",
            Self::PrunedPeersGossiped => "J32",
            Self::ScoreForgottenOnConnect => "J33",
            Self::FailedDialEndsRpc => "J34",
            Self::PublishedBelowThreshold => "J35",
            Self::VerdictsDeliverTwice => "J36",
            Self::LeaveExchangesWithAll => "J37",
            Self::FailedDialEndsHeartbeat => "J39",
            Self::ManyOfferedPeersEndRpc => "J45",
            Self::RefusedGraftDelaysRest => "J46",
            Self::UnknownGraftPruned => "P1",
        }
    }

    /// What the router does instead of what the page says.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::GraftOfDirectPeerUnanswered => "No GRAFT of an RPC from a direct peer is answered.",
            Self::FanoutRedrawn => {
                "A publish adds peers to a fanout with fewer than D members, and the fanout is the added peers alone then. It starts fanout_ttl even if no peer announced the topic."
            }
            Self::MeshPrunedAtHigh => "A heartbeat prunes a mesh of exactly D_high members.",
            Self::PromisedIdsNotRequested => {
                "A peer can keep a node from requesting messages. Details are withheld until the maintainers of rust-libp2p had a report: versions 0.49.5 and 0.50.1, severity high."
            }
            Self::DirectPeersGraylisted => "RPCs of direct peers below graylist_threshold are ignored.",
            Self::UnsubscribePrunes => {
                "A peer that unsubscribes leaves the mesh and the fanout after the announcements of its RPC, and a member of the mesh is backed off."
            }
            Self::ParametersUnchecked => "Parameters that break a rule are accepted.",
            Self::GraftWithoutSubscriptionIgnored => "A GRAFT of a topic that its sender did not announce is ignored.",
            Self::IdontwantForDuplicates => {
                "IDONTWANT is sent for duplicates, too, and twice to a member that promised the message."
            }
            Self::DirectGraftsAllPruned => {
                "A GRAFT from a direct peer is answered with a PRUNE in topics that are not joined, too."
            }
            Self::GraylistedSubscriptionsTaken => "The announcements of an RPC count even if its sender is graylisted.",
            Self::LongBackoffCut => "A backoff of more than an hour in a PRUNE is cut to an hour.",
            Self::RemovedMessageKeepsPlace => {
                "A message that is rejected or ignored keeps its place in the cache. A later copy goes with it, and is advertised twice."
            }
            Self::OwnCopiesInvalid => {
                "A copy of an own message counts as invalid for P4, and not as a duplicate, until the first publish after seen_ttl."
            }
            Self::RefusedMessagesKept => {
                "An own message without recipients is refused, but it counts as seen and is cached if a peer announced its topic."
            }
            Self::AnswersOutliveIdontwant => {
                "An IDONTWANT does not drop the messages that answer an IWANT of the same RPC."
            }
            Self::OppositeSubscriptionsCancel => {
                "A SUBSCRIBE and an UNSUBSCRIBE of one topic in one RPC cancel each other."
            }
            Self::UnjoinedPruneBacksOff => "A PRUNE of a topic that is not joined backs its sender off.",
            Self::ControlCountsAsIhave => "Every RPC with a control part counts as an IHAVE.",
            Self::NothingWithoutSubscribers => "No message is sent in a topic that no peer announced.",
            Self::NothingPublishedWithoutSubscribers => "No own message is sent in a topic that no peer announced.",
            Self::ZeroDegreeMeansAll => "With D = 0, join and a new fanout take every peer.",
            Self::ZeroDegreeMeansAllInFanout => "With D = 0, a new fanout takes every peer.",
            Self::DeficitStaysActive => "P3 counts on after a prune.",
            Self::DeficitWithoutMesh => "A prune of a peer outside the mesh counts its deficit for P3b, too.",
            Self::OutboundQuotaBelowHalf => "Parameters with D_out = D / 2 are refused.",
            Self::PrunesAfterUnknownDropped => "A PRUNE of a topic that is not joined ends the PRUNEs of its RPC.",
            Self::JoinIgnoresFanoutSize => "A join grafts D peers in addition to those of the fanout.",
            Self::JoinDoesNotScore => "A join does not start P1 of the peers that it grafts.",
            Self::EmptyMeshUsesFanout => "In a joined topic with an empty mesh, own messages go to a fanout.",
            Self::UnvalidatedGivenOut => "IWANT is answered with messages that are not validated.",
            Self::ScoresCached => "A score stands for heartbeat_interval.",
            Self::ControlBeforeMessages => {
                "The control parts of an RPC are handled before its messages. After a refused GRAFT, the messages precede the PRUNEs and the promises of the RPC, and a duplicate keeps a promise, too."
            }
            Self::GraylistCached => "A peer that was not graylisted is not looked at again for 1 s or 128 RPCs.",
            Self::FloodsubPeersGrafted => {
                "Floodsub peers are chosen like gossipsub peers: for meshes, fanouts and gossip."
            }
            Self::PrunedPeersGossiped => {
                "A peer that a heartbeat pruned gets gossip of the topic even if it has not announced it."
            }
            Self::ScoreForgottenOnConnect => {
                "A peer that connects again starts with a new score, and its old address still counts for P6."
            }
            Self::FailedDialEndsRpc => {
                "A dial that fails ends the handling of its RPC: later PRUNEs and IDONTWANT are dropped, and IHAVE, IWANT and GRAFT are not answered."
            }
            Self::PublishedBelowThreshold => {
                "Own messages go to members of the mesh and the fanout below publish_threshold, too."
            }
            Self::VerdictsDeliverTwice => {
                "With validation `asked`, an accepted message counts twice for P2 and P3 of its first sender."
            }
            Self::LeaveExchangesWithAll => "A leave sends peers to members with a score below 0, too.",
            Self::FailedDialEndsHeartbeat => {
                "A dial of a direct peer that fails ends the heartbeat: later steps do not happen, and the cache does not shift."
            }
            Self::RefusedGraftDelaysRest => {
                "A refused GRAFT delays the rest of an RPC until the next RPC of the same read has begun, and with peers in the PRUNE until the next two have. A received PRUNE whose peers are not dialled adds one, unless it is the first and no GRAFT was refused."
            }
            Self::ManyOfferedPeersEndRpc => "An RPC with more than 16 peers in a PRUNE is ignored as a whole.",
            Self::UnknownGraftPruned => "A GRAFT of a topic that is not joined is answered with a PRUNE.",
        }
    }

    /// The fault of this short name.
    #[must_use]
    pub fn named(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.code() == code)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.sentence())
    }
}

/// The faults that are planted in a model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(BTreeSet<Fault>);

impl Faults {
    /// No fault.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// The known faults of rust-libp2p, libp2p-gossipsub 0.50.1.
    #[must_use]
    pub fn of_rust() -> Self {
        Self::from_iter([
            Fault::GraftOfDirectPeerUnanswered,
            Fault::FanoutRedrawn,
            Fault::MeshPrunedAtHigh,
            Fault::PromisedIdsNotRequested,
            Fault::DirectPeersGraylisted,
            Fault::UnsubscribePrunes,
            Fault::GraftWithoutSubscriptionIgnored,
            Fault::OppositeSubscriptionsCancel,
            Fault::GraylistedSubscriptionsTaken,
            Fault::LongBackoffCut,
            Fault::RemovedMessageKeepsPlace,
            Fault::LeaveExchangesWithAll,
        ])
    }

    /// The known faults of rust-libp2p, libp2p-gossipsub 0.49.5.
    #[must_use]
    pub fn of_rust_0_49() -> Self {
        Self::from_iter([
            Fault::PromisedIdsNotRequested,
            Fault::DirectPeersGraylisted,
            Fault::UnsubscribePrunes,
            Fault::GraftWithoutSubscriptionIgnored,
            Fault::IdontwantForDuplicates,
            Fault::DirectGraftsAllPruned,
            Fault::UnjoinedPruneBacksOff,
            Fault::OppositeSubscriptionsCancel,
            Fault::GraylistedSubscriptionsTaken,
            Fault::LongBackoffCut,
            Fault::RemovedMessageKeepsPlace,
            Fault::OwnCopiesInvalid,
            Fault::RefusedMessagesKept,
            Fault::AnswersOutliveIdontwant,
            Fault::PublishedBelowThreshold,
            Fault::LeaveExchangesWithAll,
        ])
    }

    /// The known faults of js-libp2p, `@libp2p/gossipsub` 17.1.1. `awaitRpcMessageHandler` is off, as it is by default.
    #[must_use]
    pub fn of_js() -> Self {
        Self::from_iter([
            Fault::NothingPublishedWithoutSubscribers,
            Fault::ZeroDegreeMeansAllInFanout,
            Fault::PrunesAfterUnknownDropped,
            Fault::JoinIgnoresFanoutSize,
            Fault::JoinDoesNotScore,
            Fault::EmptyMeshUsesFanout,
            Fault::UnvalidatedGivenOut,
            Fault::ScoresCached,
            Fault::GraylistCached,
            Fault::FloodsubPeersGrafted,
            Fault::ControlBeforeMessages,
            Fault::PrunedPeersGossiped,
            Fault::ScoreForgottenOnConnect,
            Fault::FailedDialEndsRpc,
            Fault::PublishedBelowThreshold,
            Fault::VerdictsDeliverTwice,
            Fault::LeaveExchangesWithAll,
            Fault::FailedDialEndsHeartbeat,
            Fault::ManyOfferedPeersEndRpc,
            Fault::RefusedGraftDelaysRest,
            Fault::RemovedMessageKeepsPlace,
        ])
    }

    /// The known faults of go-libp2p-pubsub.
    #[must_use]
    pub fn of_go() -> Self {
        Self::from_iter([
            Fault::ControlCountsAsIhave,
            Fault::NothingWithoutSubscribers,
            Fault::ZeroDegreeMeansAll,
            Fault::DeficitStaysActive,
            Fault::DeficitWithoutMesh,
            Fault::MeshPrunedAtHigh,
            Fault::OutboundQuotaBelowHalf,
        ])
    }

    /// Whether a fault is planted.
    #[must_use]
    pub fn has(&self, fault: Fault) -> bool {
        self.0.contains(&fault)
    }

    /// Whether no fault is planted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The faults, in order.
    pub fn iter(&self) -> impl Iterator<Item = Fault> + '_ {
        self.0.iter().copied()
    }
}

impl FromIterator<Fault> for Faults {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        Self(faults.into_iter().collect())
    }
}
