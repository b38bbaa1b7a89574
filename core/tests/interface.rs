//! `INTERFACE.md` names what exists: the names of its second column are in the code, and each output is in its table.

use gossipsub_automaton::{
    AcceptEverything, AddPeer, AddPeerOutput, Application, ApplyBatchOutput, CachedMessage, Connection, Fanout, Graft,
    GraftOutput, HeartbeatOutput, Identifiers, Ihave, IhaveOutput, Input, Iwant, IwantOutput, Join, JoinOutput, Leave,
    LeaveOutput, Limits, MapText, Output, OutputKind, PeerQuery, PeerStatus, Prune, PruneOutput, PublishMessage,
    PublishMessageOutput, ReceiveMessage, ReceiveMessageOutput, RemovePeer, RemovePeerOutput, Score, ScoreLimits,
    ScoreRecord, SetApplicationScore, SetApplicationScoreOutput, SetText, SortedSet, Span, Subscribe, SubscribeOutput,
    Time, TopicParameters, TopicScoreLimits, Unsubscribe, UnsubscribeOutput, View,
    trace_ids::TraceIds,
    worker::{self, Event, NodeAction, Origin, PeerMessage, WorkerIdentifiers},
};
use std::{
    collections::BTreeSet,
    fs,
    ops::{Add, Mul, Sub},
    path::Path,
};

type Automaton = gossipsub_automaton::Automaton<TraceIds, AcceptEverything>;
type Connections = gossipsub_automaton::Connections<'static, TraceIds, AcceptEverything>;
type Worker = worker::Worker<TraceIds, AcceptEverything>;
type EventQueue = worker::EventQueue<TraceIds>;

/// The name of each type, which is compiled.
macro_rules! types {
    ($($name:ident $([$($of:tt)*])?)*) => {
        [$({ let _ = size_of::<$name $(<$($of)*>)?>; stringify!($name) }),*]
    };
}

/// The name of each function or constant, which is compiled.
macro_rules! items {
    ($($name:ident: $($item:ident)*;)*) => {
        [$($({ let _ = <$name>::$item; concat!(stringify!($name), "::", stringify!($item)) }),*),*]
    };
}

/// The name of each variant, which is compiled.
macro_rules! variants {
    ($($name:ident $([$of:ty])?: $($variant:ident)*;)*) => {{
        let mut names = Vec::new();
        $({
            type Enum = $name $(<$of>)?;
            $(
                let _ = |value: &Enum| matches!(value, Enum::$variant { .. });
                names.push(concat!(stringify!($name), "::", stringify!($variant)));
            )*
        })*
        names
    }};
}

/// The name of each field, which is compiled.
macro_rules! fields {
    ($($name:ident.$field:ident)*) => {
        [$({ let _ = |value: $name<TraceIds>| value.$field; concat!(stringify!($name), ".", stringify!($field)) }),*]
    };
}

fn outputs() -> Vec<&'static str> {
    variants! {
        AddPeerOutput: PeerAdded PeerAlreadyKnown;
        RemovePeerOutput: RemovingPeer;
        SubscribeOutput: Subscribed SubscribeToUnknownPeer SubscribeIgnoredTopicLimitExceeded;
        UnsubscribeOutput: Unsubscribed UnsubscribeFromUnknownPeer;
        IhaveOutput[TraceIds]: IhaveFromPeerWithLowScore TooManyRecvIhaveMessages TooManySentIwantMessages
            MessageTopicNotTracked MessageRequestedMessageIds InvalidMessageId;
        IwantOutput[TraceIds]: IwantFromPeerWithLowScore OnIwantMessagesToRoute;
        GraftOutput: PeerFiltered UnsubscribedTopic PeerAlreadyInMesh GraftingDirectPeer UnexpectedGraftingPeer
            GraftingPeerWithNegativeScore GraftingSuccessfully PeerBackedOff MeshFull;
        PruneOutput[TraceIds]: PruneTopicNotTracked PeerNotInMesh IgnorePxScoreTooLow NoPx Px;
        PublishMessageOutput[TraceIds]: PublishMessage AlreadyPublished;
        ReceiveMessageOutput[TraceIds]: RouteMessage AlreadyReceived NotSubscribed InvalidMessage UnknownValidity
            Outdated ToIncludeInBatch;
        ApplyBatchOutput[TraceIds]: BatchResult;
        JoinOutput[TraceIds]: AlreadyJoined JoiningTopic;
        LeaveOutput[TraceIds]: NotJoined LeavingTopic;
        HeartbeatOutput[TraceIds]: Heartbeat;
        SetApplicationScoreOutput: SetApplicationScore;
    }
}

/// All names of the second column. A name that does not exist does not compile.
fn names() -> BTreeSet<&'static str> {
    let mut names = BTreeSet::from(types! {
        Time Span Score PeerStatus Automaton ScoreRecord[TraceIds] Limits[TraceIds] ScoreLimits[TraceIds]
        TopicScoreLimits[TraceIds] TopicParameters AddPeer[TraceIds] RemovePeer[TraceIds] Subscribe[TraceIds]
        Unsubscribe[TraceIds] Ihave[TraceIds] Iwant[TraceIds] Graft[TraceIds] Prune[TraceIds] PublishMessage[TraceIds]
        ReceiveMessage[TraceIds] Join[TraceIds] Leave[TraceIds] SetApplicationScore[TraceIds] Output[TraceIds]
        Connection[TraceIds] Fanout[TraceIds] PeerQuery['static, TraceIds] MapText[()] SetText[()] SortedSet[u8] Worker
        PeerMessage[TraceIds] NodeAction[TraceIds] Origin[TraceIds]
    });
    names.extend(items! {
        Span: ZERO from_secs as_secs from_secs_f64 as_secs_f64;
        Time: as_span;
        Score: ZERO;
        Automaton: with_behaviour add_peer remove_peer subscribe unsubscribe ihave iwant graft prune receive_message
            apply_batch publish_message heartbeat join leave set_application_score select_px_peers
            select_gossip_messages view limits application connections score_records ihaves_of iwants_of meshes fanouts
            backoffs cached_ids reseed heartbeat_ticks connected_peers mesh_peers our_topics topics_of fanout_peers
            score backoff has_joined in_mesh is_direct is_outbound;
        Connections: contains get iter count peers_in_topic topics_by_peer peers_by_topic;
        Worker: new statistics unreachable_points;
        EventQueue: push;
    });
    names.extend(variants! {
        Event[TraceIds]: Join Received Connected Disconnected Publish Leave Heartbeat ProcessBatch Unreachable;
        NodeAction[TraceIds]: Deliver Send Connect ConnectPoint Forget;
    });
    names.extend(fields! { ScoreRecord.value CachedMessage.access_counters });
    names.extend(outputs());
    // What a trait gives.
    let _: fn(Time, Span) -> Time = Add::add;
    let _: fn(Time, Span) -> Time = Sub::sub;
    let _: fn(Span, u64) -> Span = Mul::mul;
    let _: fn(f64) -> Score = From::from;
    let _: fn(&Score, &Score) -> std::cmp::Ordering = Ord::cmp;
    names.extend(["Time::add", "Time::sub", "Span::mul", "Score::from", "Score::cmp"]);
    let _ = <AcceptEverything as Application<TraceIds>>::validity;
    let _ = <AcceptEverything as Application<TraceIds>>::peer_filter;
    let _ = size_of::<&dyn Application<TraceIds>>;
    names.extend(["Application", "Application::validity", "Application::peer_filter"]);
    let _ = <TraceIds as WorkerIdentifiers>::topic_of;
    names.insert("WorkerIdentifiers::topic_of");
    let _ = size_of::<(
        <TraceIds as Identifiers>::Peer,
        <TraceIds as Identifiers>::Topic,
        <TraceIds as Identifiers>::MessageId,
        <TraceIds as Identifiers>::Message,
    )>;
    let identifiers = ["Identifiers::Peer", "Identifiers::Topic", "Identifiers::MessageId", "Identifiers::Message"];
    names.extend(identifiers);
    // Named in the third column.
    let _ = (Input::<TraceIds>::text_of, |view: View<TraceIds>| (view.ihave_per_heartbeat, view.iwant_per_heartbeat));
    let _ = (Automaton::scores, Worker::handle, Score::value);
    names
}

/// The first two cells of each row of the tables, without the marks around the names.
fn rows() -> Vec<(String, String)> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("INTERFACE.md");
    let page = fs::read_to_string(page).expect("the page");
    let cell = |cell: &str| cell.trim().strip_prefix('`')?.strip_suffix('`').map(str::to_owned);
    let rows = page.lines().filter(|line| line.starts_with("| `")).map(|line| {
        let mut cells = line.split('|').skip(1);
        let mut next = || cells.next().and_then(cell).unwrap_or_else(|| panic!("a row without two names: {line}"));
        (next(), next())
    });
    rows.collect()
}

#[test]
fn every_name_of_the_page_exists_and_every_name_is_on_the_page() {
    let rows = rows();
    let on_page: BTreeSet<&str> = rows.iter().map(|(_, here)| here.as_str()).collect();
    let exists = names();
    let (unknown, unnamed): (Vec<_>, Vec<_>) =
        (on_page.difference(&exists).collect(), exists.difference(&on_page).collect());
    assert!(unknown.is_empty() && unnamed.is_empty(), "only on the page: {unknown:?}; only in the test: {unnamed:?}");
    assert!(!rows.iter().any(|(original, here)| original.contains("missing") || here.contains("missing")));
}

#[test]
fn every_output_is_on_the_page() {
    let on_page: BTreeSet<String> =
        outputs().iter().filter_map(|name| name.split_once("::").map(|(_, variant)| variant.to_owned())).collect();
    let queries = [OutputKind::PxPeers, OutputKind::GossipMessages];
    let kinds = OutputKind::ALL.iter().filter(|kind| !queries.contains(kind)).map(|kind| format!("{kind:?}"));
    assert_eq!(on_page, kinds.collect());
}
