//! The switches by which implementations differ where the specification is silent or leaves a choice.

use std::fmt;

/// The values of all switches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Its name.
    pub name: &'static str,
    /// Whether a peer that was dialled because of peer exchange counts as outbound.
    pub px_outbound: PxOutbound,
    /// How many topics a peer may announce.
    pub subscription_limit: SubscriptionLimit,
    /// What an announcement of a joined topic leads to.
    pub graft_on_subscribe: GraftOnSubscribe,
    /// What becomes of a message in a topic that is not joined.
    pub unjoined_message: UnjoinedMessage,
    /// The peers that are sent IDONTWANT.
    pub idontwant_to: IdontwantTo,
    /// When a message enters the cache.
    pub cache_at: CacheAt,
    /// What a verdict does that comes late.
    pub late_verdict: LateVerdict,
    /// To whom a message goes that is accepted after its topic was left.
    pub forward_after_leave: ForwardAfterLeave,
    /// Which recipients an IDONTWANT spares.
    pub idontwant_scope: IdontwantScope,
    /// Whether a message is forwarded to peers that sent a copy before the verdict.
    pub duplicate_senders: DuplicateSenders,
    /// Whom an own message reaches if the mesh is smaller than D.
    pub publish_extra: PublishExtra,
    /// Whether a fanout may hold direct peers.
    pub fanout_direct: FanoutDirect,
    /// What becomes of an own message without recipients.
    pub publish_no_peer: PublishNoPeer,
    /// Whether an own message is recorded for P3.
    pub own_echo: OwnEcho,
    /// How many ids of an RPC are looked at.
    pub ihave_ids: IhaveIds,
    /// Which of the requested ids are promised.
    pub promise: Promise,
    /// How many RPCs with IWANT are answered between two heartbeats.
    pub iwant_limit: IwantLimit,
    /// Whether a request for a message that the peer does not want counts.
    pub iwant_unwanted: IwantUnwanted,
    /// How often a message goes to a peer that requests it several times in one RPC.
    pub iwant_repeat: IwantRepeat,
    /// Whether a peer of gossipsub v1.0 is backed off when it is pruned.
    pub prune_v10: PruneV10,
    /// When direct peers are dialled.
    pub direct_dial: DirectDial,
    /// Whether a PRUNE to a floodsub peer, which grafted although it does not speak gossipsub, has a backoff.
    pub prune_floodsub: PruneFloodsub,
    /// What an IDONTWANT does to messages that answer an IWANT of the same RPC.
    pub idontwant_queue: IdontwantQueue,
    /// Which peers of an address count for P6.
    pub p6_peers: P6Peers,
    /// What follows a GRAFT from a direct peer.
    pub graft_direct: GraftDirect,
    /// How the GRAFTs of one RPC are answered.
    pub graft_batch: GraftBatch,
    /// What a PRUNE with a backoff of 0 seconds means.
    pub prune_zero: PruneZero,
    /// How many IDONTWANT are kept, and how long.
    pub idontwant_life: IdontwantLife,
    /// Where P5 is kept.
    pub p5_source: P5Source,
    /// How P1 divides.
    pub p1_division: P1Division,
    /// When the changes of a mesh count for scores and backoffs.
    pub mesh_effects: MeshEffects,
    /// Which backoffs a heartbeat removes.
    pub backoff_clear: BackoffClear,
    /// Which median opportunistic grafting takes.
    pub median: Median,
    /// Which scores decide who gets gossip.
    pub gossip_score: GossipScore,
    /// When a seen message is forgotten.
    pub seen_expiry: SeenExpiry,
}

macro_rules! switches {
    ($($(#[$doc:meta])* $name:ident { $($(#[$value_doc:meta])* $value:ident = $text:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$value_doc])* $value,)*
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Self::$value => $text,)*
                })
            }
        }
    )*};
}

switches! {
    /// Values of [`Dialect::px_outbound`].
    PxOutbound {
        /// As the input says.
        AsTold = "as told",
        /// Never outbound.
        Never = "never",
    }
    /// Values of [`Dialect::subscription_limit`].
    SubscriptionLimit {
        /// No limit.
        Unlimited = "none",
        /// 100 announcements an RPC and 100 topics a peer; more are ignored all together.
        Hundred = "100 an RPC, 100 topics",
        /// 1 MiB of (length of the topic + 1024) a peer; what exceeds it is ignored.
        Mebibyte = "1 MiB of (length + 1024)",
    }
    /// Values of [`Dialect::graft_on_subscribe`].
    GraftOnSubscribe {
        /// Nothing.
        Never = "never",
        /// The peer is grafted if the mesh has fewer than `D_low` members.
        Low = "below D_low",
    }
    /// Values of [`Dialect::unjoined_message`].
    UnjoinedMessage {
        /// It is ignored and does not count as seen.
        Ignored = "ignored",
        /// It is seen and cached, and goes no further.
        Cached = "seen and cached",
        /// It is seen and cached, and accepted if the application is not asked.
        Accepted = "seen, cached and accepted",
    }
    /// Values of [`Dialect::idontwant_to`].
    IdontwantTo {
        /// The mesh.
        Mesh = "mesh",
        /// The mesh, and the peers that promised the message.
        MeshAndPromises = "mesh and who promised it",
    }
    /// Values of [`Dialect::cache_at`].
    CacheAt {
        /// When it is accepted.
        Accept = "accept",
        /// When it arrives. It is hidden until it is accepted.
        Arrival = "arrival, hidden until accept",
    }
    /// Values of [`Dialect::late_verdict`].
    LateVerdict {
        /// The same as one in time.
        Counts = "counts",
        /// Nothing, if the message is not in the cache any more.
        NeedsCache = "needs the cached message",
    }
    /// Values of [`Dialect::forward_after_leave`].
    ForwardAfterLeave {
        /// Direct and floodsub peers only.
        NoMesh = "no mesh",
        /// The fanout, as if it was published.
        Fanout = "fanout",
    }
    /// Values of [`Dialect::idontwant_scope`].
    IdontwantScope {
        /// Members of a mesh or fanout, of forwarded and of own messages.
        MeshAndFanout = "mesh and fanout",
        /// Every recipient of a forwarded message, and no recipient of an own message.
        Forwarded = "forwarded messages",
    }
    /// Values of [`Dialect::duplicate_senders`].
    DuplicateSenders {
        /// It is.
        SentTo = "sent to",
        /// It is not.
        LeftOut = "left out",
    }
    /// Values of [`Dialect::publish_extra`].
    PublishExtra {
        /// The mesh only.
        Never = "none",
        /// Other peers of the topic, up to D recipients.
        UpToD = "up to D",
        /// Other peers of the topic, up to D recipients, unless the mesh is empty.
        UpToDIfMesh = "up to D, unless the mesh is empty",
    }
    /// Values of [`Dialect::fanout_direct`].
    FanoutDirect {
        /// It may not.
        Excluded = "excluded",
        /// A new fanout may.
        Included = "included when new",
    }
    /// Values of [`Dialect::publish_no_peer`].
    PublishNoPeer {
        /// It is seen and cached.
        Cached = "seen and cached",
        /// The call is refused, and nothing changes.
        Refused = "refused",
    }
    /// Values of [`Dialect::own_echo`].
    OwnEcho {
        /// It is.
        Recorded = "recorded",
        /// It is not.
        NotRecorded = "not recorded",
    }
    /// Values of [`Dialect::ihave_ids`].
    IhaveIds {
        /// All.
        All = "all",
        /// The first `max_ihave_length` of each IHAVE.
        FirstOfPart = "first of a part",
        /// The first `max_ihave_length` of all IHAVE, and of all IWANT.
        FirstOfRpc = "first of an RPC, IWANT too",
    }
    /// Values of [`Dialect::promise`].
    Promise {
        /// One at random.
        One = "one",
        /// All.
        All = "all",
    }
    /// Values of [`Dialect::iwant_limit`].
    IwantLimit {
        /// No limit.
        Unlimited = "none",
        /// 10 RPCs.
        Ten = "10 RPCs",
    }
    /// Values of [`Dialect::iwant_unwanted`].
    IwantUnwanted {
        /// It does not.
        NotCounted = "not counted",
        /// It does.
        Counted = "counted",
    }
    /// Values of [`Dialect::iwant_repeat`].
    IwantRepeat {
        /// Once.
        Once = "once",
        /// Each time.
        EachTime = "each time",
    }
    /// Values of [`Dialect::prune_v10`].
    PruneV10 {
        /// It is.
        BacksOff = "backs off",
        /// It is, except when the router leaves the topic.
        BareLeave = "backs off, except at a leave",
        /// It is not, because its PRUNE says no backoff.
        Bare = "no backoff",
    }
    /// Values of [`Dialect::direct_dial`].
    DirectDial {
        /// At every 300th heartbeat.
        Ticks = "300 heartbeats",
        /// At every 300th heartbeat, and 1 s after the start of the node, which is 100 ms before time 0.
        TicksAndStart = "300 heartbeats, and at 900 ms",
    }
    /// Values of [`Dialect::prune_floodsub`].
    PruneFloodsub {
        /// It has none, as to gossipsub v1.0.
        Bare = "no backoff",
        /// It has one.
        WithBackoff = "backoff",
    }
    /// Values of [`Dialect::idontwant_queue`].
    IdontwantQueue {
        /// Nothing.
        Kept = "kept",
        /// They are not sent.
        Dropped = "dropped",
    }
    /// Values of [`Dialect::p6_peers`].
    P6Peers {
        /// Those with a record.
        WithRecord = "with a record",
        /// Those that are connected.
        Connected = "connected",
    }
    /// Values of [`Dialect::graft_direct`].
    GraftDirect {
        /// A PRUNE.
        Prune = "prune",
        /// A PRUNE and a backoff.
        PruneAndBackoff = "prune and back off",
    }
    /// Values of [`Dialect::graft_batch`].
    GraftBatch {
        /// One PRUNE for each GRAFT, and the backoff at once.
        EachGraft = "each graft",
        /// One PRUNE for each topic, and the backoffs at the end.
        EachTopic = "each topic, backoffs at the end",
    }
    /// Values of [`Dialect::prune_zero`].
    PruneZero {
        /// The router's own `prune_backoff`.
        OwnBackoff = "prune_backoff",
        /// A backoff of 0 seconds.
        Zero = "0 s",
    }
    /// Values of [`Dialect::idontwant_life`].
    IdontwantLife {
        /// 10 ids of each of 1000 RPCs between two heartbeats, for 3 heartbeats.
        ThreeHeartbeats = "1000 RPCs, 10 ids; 3 heartbeats",
        /// The newest 10,000 ids, until a heartbeat more than 3 s later.
        ThreeSeconds = "10,000 ids; 3 s",
        /// 512 ids between two heartbeats, for as many heartbeats as the cache has slots.
        CacheLength = "512 ids; history_length heartbeats",
    }
    /// Values of [`Dialect::p5_source`].
    P5Source {
        /// With the application: it can be set at any time, and stays.
        Application = "application",
        /// In the record of the peer: it is lost with the record, and not taken without one.
        Record = "record",
    }
    /// Values of [`Dialect::p1_division`].
    P1Division {
        /// Whole quanta.
        Floor = "floor",
        /// Seconds as floats, without rounding.
        Seconds = "f64 seconds",
        /// Milliseconds as floats, without rounding.
        Milliseconds = "f64 milliseconds",
    }
    /// Values of [`Dialect::mesh_effects`].
    MeshEffects {
        /// At once.
        AtOnce = "at once",
        /// After gossip, when GRAFT and PRUNE are sent.
        AtEnd = "after gossip",
    }
    /// Values of [`Dialect::backoff_clear`].
    BackoffClear {
        /// At every 15th heartbeat, those that ended more than 2 s ago.
        TwoSeconds = "15 heartbeats, 2 s",
        /// At every 15th heartbeat, those that ended more than `heartbeat_interval` ago.
        Interval = "15 heartbeats, heartbeat_interval",
        /// Those in the slot of the heartbeat that ended `heartbeat_interval` ago or earlier.
        Slots = "slots",
    }
    /// Values of [`Dialect::median`].
    Median {
        /// The element in the middle, the upper one of two.
        Element = "element",
        /// The mean of two elements in the middle.
        Mean = "mean",
    }
    /// Values of [`Dialect::gossip_score`].
    GossipScore {
        /// The scores after the mesh of the topic was maintained.
        Now = "now",
        /// The scores before any mesh was maintained.
        BeforeMesh = "before the meshes",
    }
    /// Values of [`Dialect::seen_expiry`].
    SeenExpiry {
        /// At once.
        Exact = "exact",
        /// By a sweep every minute.
        Sweep = "sweep each 60 s",
        /// When a message arrives or is published. IHAVE, IDONTWANT and the check of an own message look before that.
        AtMessage = "at a message",
        /// At a heartbeat.
        AtHeartbeat = "at a heartbeat",
    }
}

impl Dialect {
    /// What the specification writes, and what go-libp2p-pubsub does where the specification is silent.
    pub const SPEC: Self = Self {
        name: "spec",
        px_outbound: PxOutbound::AsTold,
        subscription_limit: SubscriptionLimit::Unlimited,
        graft_on_subscribe: GraftOnSubscribe::Never,
        unjoined_message: UnjoinedMessage::Ignored,
        idontwant_to: IdontwantTo::Mesh,
        cache_at: CacheAt::Accept,
        late_verdict: LateVerdict::Counts,
        forward_after_leave: ForwardAfterLeave::NoMesh,
        idontwant_scope: IdontwantScope::MeshAndFanout,
        duplicate_senders: DuplicateSenders::SentTo,
        publish_extra: PublishExtra::Never,
        fanout_direct: FanoutDirect::Excluded,
        publish_no_peer: PublishNoPeer::Cached,
        own_echo: OwnEcho::Recorded,
        ihave_ids: IhaveIds::All,
        promise: Promise::One,
        iwant_limit: IwantLimit::Unlimited,
        iwant_unwanted: IwantUnwanted::NotCounted,
        iwant_repeat: IwantRepeat::Once,
        prune_v10: PruneV10::BacksOff,
        direct_dial: DirectDial::Ticks,
        prune_floodsub: PruneFloodsub::Bare,
        idontwant_queue: IdontwantQueue::Kept,
        p6_peers: P6Peers::WithRecord,
        graft_direct: GraftDirect::Prune,
        graft_batch: GraftBatch::EachGraft,
        prune_zero: PruneZero::OwnBackoff,
        idontwant_life: IdontwantLife::ThreeHeartbeats,
        p5_source: P5Source::Application,
        p1_division: P1Division::Floor,
        mesh_effects: MeshEffects::AtOnce,
        backoff_clear: BackoffClear::TwoSeconds,
        median: Median::Element,
        gossip_score: GossipScore::Now,
        seen_expiry: SeenExpiry::Exact,
    };

    /// go-libp2p-pubsub.
    pub const GO: Self = Self {
        name: "go",
        forward_after_leave: ForwardAfterLeave::Fanout,
        ihave_ids: IhaveIds::FirstOfPart,
        seen_expiry: SeenExpiry::Sweep,
        ..Self::SPEC
    };

    /// rust-libp2p, libp2p-gossipsub 0.50.
    pub const RUST: Self = Self {
        name: "rust",
        p6_peers: P6Peers::Connected,
        idontwant_queue: IdontwantQueue::Dropped,
        prune_floodsub: PruneFloodsub::WithBackoff,
        prune_v10: PruneV10::Bare,
        px_outbound: PxOutbound::Never,
        subscription_limit: SubscriptionLimit::Hundred,
        graft_on_subscribe: GraftOnSubscribe::Low,
        unjoined_message: UnjoinedMessage::Cached,
        idontwant_to: IdontwantTo::MeshAndPromises,
        cache_at: CacheAt::Arrival,
        late_verdict: LateVerdict::NeedsCache,
        idontwant_scope: IdontwantScope::Forwarded,
        duplicate_senders: DuplicateSenders::LeftOut,
        publish_extra: PublishExtra::UpToD,
        publish_no_peer: PublishNoPeer::Refused,
        own_echo: OwnEcho::NotRecorded,
        promise: Promise::All,
        iwant_unwanted: IwantUnwanted::Counted,
        iwant_repeat: IwantRepeat::EachTime,
        graft_batch: GraftBatch::EachTopic,
        prune_zero: PruneZero::Zero,
        idontwant_life: IdontwantLife::ThreeSeconds,
        p5_source: P5Source::Record,
        p1_division: P1Division::Seconds,
        mesh_effects: MeshEffects::AtEnd,
        backoff_clear: BackoffClear::Slots,
        median: Median::Mean,
        gossip_score: GossipScore::BeforeMesh,
        seen_expiry: SeenExpiry::AtMessage,
        ..Self::SPEC
    };

    /// js-libp2p, `@libp2p/gossipsub` 17.
    pub const JS: Self = Self {
        name: "js",
        prune_v10: PruneV10::BareLeave,
        direct_dial: DirectDial::TicksAndStart,
        subscription_limit: SubscriptionLimit::Mebibyte,
        graft_on_subscribe: GraftOnSubscribe::Low,
        unjoined_message: UnjoinedMessage::Accepted,
        cache_at: CacheAt::Arrival,
        late_verdict: LateVerdict::NeedsCache,
        idontwant_scope: IdontwantScope::Forwarded,
        duplicate_senders: DuplicateSenders::LeftOut,
        publish_extra: PublishExtra::UpToDIfMesh,
        fanout_direct: FanoutDirect::Included,
        publish_no_peer: PublishNoPeer::Refused,
        own_echo: OwnEcho::NotRecorded,
        ihave_ids: IhaveIds::FirstOfRpc,
        iwant_limit: IwantLimit::Ten,
        iwant_unwanted: IwantUnwanted::Counted,
        graft_direct: GraftDirect::PruneAndBackoff,
        idontwant_life: IdontwantLife::CacheLength,
        p1_division: P1Division::Milliseconds,
        backoff_clear: BackoffClear::Interval,
        gossip_score: GossipScore::BeforeMesh,
        seen_expiry: SeenExpiry::AtHeartbeat,
        ..Self::SPEC
    };

    /// Every dialect.
    pub const ALL: [Self; 4] = [Self::SPEC, Self::GO, Self::RUST, Self::JS];

    /// The dialect of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.name == name)
    }

    /// The name and the value of each switch.
    #[must_use]
    pub fn switches(&self) -> Vec<(&'static str, String)> {
        macro_rules! list {
            ($($field:ident,)*) => {
                vec![$((stringify!($field), self.$field.to_string()),)*]
            };
        }
        list![
            px_outbound,
            subscription_limit,
            graft_on_subscribe,
            unjoined_message,
            idontwant_to,
            cache_at,
            late_verdict,
            forward_after_leave,
            idontwant_scope,
            duplicate_senders,
            publish_extra,
            fanout_direct,
            publish_no_peer,
            own_echo,
            ihave_ids,
            promise,
            iwant_limit,
            iwant_unwanted,
            iwant_repeat,
            prune_v10,
            direct_dial,
            prune_floodsub,
            idontwant_queue,
            p6_peers,
            graft_direct,
            graft_batch,
            prune_zero,
            idontwant_life,
            p5_source,
            p1_division,
            mesh_effects,
            backoff_clear,
            median,
            gossip_score,
            seen_expiry,
        ]
    }
}
