//! Every property of the libp2p family is broken by some answer, and says so by its name; none is broken by the model.

use gossipsub_automaton::{Span, Time};
use gossipsub_conformance::{
    engine::{
        Implementation as _, Named as _, PROPERTY_PREFIX, Properties as _, PropertyExtent, Views,
        campaign::{Plan, Results, Until, run},
    },
    libp2p::{
        DialectName, Header, Libp2pFamily, Profile, Reference,
        properties::{ALL, PropertyChecker},
    },
};
use gossipsub_reference_model::libp2p::{
    Faults,
    vocabulary::{
        Delivery, Ihave, Input, Message, MessageId, Output, Parameters, Peer, Protocol, Prune, Rpc, Sent, Subscription,
        Topic, Validation, Verdict,
    },
};

/// A sequence whose last answer is altered, so that one property does not hold.
struct Row {
    property: &'static str,
    parameters: fn() -> Parameters,
    steps: &'static str,
    alter: fn(&mut Sent),
}

/// Small meshes without scoring.
fn small() -> Parameters {
    Parameters { degree_out: 0, ..Profile::Small.parameters() }
}

/// As small, with the score that the application says, and peer exchange.
fn application() -> Parameters {
    Parameters { degree_out: 0, ..Profile::Application.parameters() }
}

fn asked() -> Parameters {
    Parameters { validation: Validation::Asked, ..small() }
}

fn outbound() -> Parameters {
    Parameters { degree_out: 1, ..small() }
}

fn topic() -> Topic {
    Topic::new("t")
}

fn message(sent: &mut Sent, peer: u64, id: i64) {
    let message = Message { topic: topic(), message_id: MessageId(id) };
    sent.to.entry(Peer(peer)).or_default().messages.push(message);
}

fn graft(sent: &mut Sent, peer: u64) {
    sent.to.entry(Peer(peer)).or_default().graft.push(topic());
}

fn prune(sent: &mut Sent, peer: u64, peers: &[u64]) {
    let peers = peers.iter().copied().map(Peer).collect();
    let parts = sent.to.entry(Peer(peer)).or_default();
    parts.prune = vec![Prune { topic: topic(), backoff: Some(6), peers }];
}

fn deliver(sent: &mut Sent, peer: u64, id: i64) {
    sent.delivered.push(Delivery { peer: Peer(peer), topic: topic(), message_id: MessageId(id) });
}

fn iwant(sent: &mut Sent, peer: u64, id: i64) {
    sent.to.entry(Peer(peer)).or_default().iwant.push(MessageId(id));
}

fn ihave(sent: &mut Sent, peer: u64, ids: &[i64]) {
    let message_ids = ids.iter().copied().map(MessageId).collect();
    sent.to.entry(Peer(peer)).or_default().ihave = vec![Ihave { topic: topic(), message_ids }];
}

/// Nothing is sent.
fn silent(sent: &mut Sent) {
    sent.to.clear();
}

/// One row for each property. `up 1 4` connects peers 1 to 4, which announce `t` and send a GRAFT; `here 1 4` does without
/// the GRAFT.
const ROWS: &[Row] = &[
    Row {
        property: "a join grafts at most D peers, which announced the topic",
        parameters: small,
        steps: "here 1 2 | + 3 | join",
        alter: |sent| graft(sent, 3),
    },
    Row {
        property: "a join grafts D peers if there are as many, and only gossipsub peers that are not direct and score 0 or more",
        parameters: small,
        steps: "here 1 2 | join",
        alter: silent,
    },
    Row {
        property: "a new peer gets the announcements of all joined topics, and nothing else happens",
        parameters: small,
        steps: "join | + 1",
        alter: silent,
    },
    Row {
        property: "joining or leaving a topic is announced to every peer, and nothing is announced otherwise",
        parameters: small,
        steps: "+ 1 | join",
        alter: silent,
    },
    Row {
        property: "leaving a topic prunes exactly the members of its mesh",
        parameters: small,
        steps: "join | up 1 1 | leave",
        alter: silent,
    },
    Row {
        property: "a message is not forwarded back to the peer that it came from",
        parameters: small,
        steps: "join | up 1 2 | 1: msg 5",
        alter: |sent| message(sent, 1, 5),
    },
    Row {
        property: "a message that was seen is neither delivered nor forwarded again",
        parameters: small,
        steps: "join | up 1 2 | 1: msg 5 | 2: msg 5",
        alter: |sent| deliver(sent, 2, 5),
    },
    Row {
        property: "an own message that comes back is neither delivered nor forwarded",
        parameters: small,
        steps: "join | up 1 2 | publish 5 | 1: msg 5",
        alter: |sent| deliver(sent, 1, 5),
    },
    Row {
        property: "an accepted message goes to the floodsub peers of its topic",
        parameters: small,
        steps: "join | +f 1 | 1: sub | here 2 2 | 2: msg 5",
        alter: silent,
    },
    Row {
        property: "an accepted message goes once to each member of the mesh",
        parameters: small,
        steps: "join | up 1 1 | here 2 2 | 2: msg 5",
        alter: silent,
    },
    Row {
        property: "a message that the application accepts in time goes once to each member of the mesh",
        parameters: asked,
        steps: "join | up 1 1 | here 2 2 | 2: msg 5 | accept 5",
        alter: silent,
    },
    Row {
        property: "only members of the mesh, direct peers and floodsub peers are forwarded a message",
        parameters: small,
        steps: "join | here 1 2 | 1: msg 5",
        alter: |sent| message(sent, 2, 5),
    },
    Row {
        property: "a peer that sent a PRUNE is forwarded no message until it is grafted again",
        parameters: small,
        steps: "join | up 1 1 | 1: prune 10 | here 2 2 | 2: msg 5",
        alter: |sent| message(sent, 1, 5),
    },
    Row {
        property: "an accepted message goes to the direct peers of its topic",
        parameters: small,
        steps: "join | +d 1 | 1: sub | here 2 2 | 2: msg 5",
        alter: silent,
    },
    Row {
        property: "a new message of a direct peer is delivered, whatever its score",
        parameters: small,
        steps: "join | +d 1 | 1: msg 5",
        alter: |sent| sent.delivered.clear(),
    },
    Row {
        property: "a message is neither sent nor advertised before the application accepts it",
        parameters: asked,
        steps: "join | here 1 2 | 1: msg 5 | 2: iwant 5",
        alter: |sent| message(sent, 2, 5),
    },
    Row {
        property: "a message that the application ignores or rejects is neither sent nor advertised",
        parameters: asked,
        steps: "join | here 1 2 | 1: msg 5 | ignore 5 | 2: iwant 5",
        alter: |sent| message(sent, 2, 5),
    },
    Row {
        property: "an own message in a joined topic with an empty mesh goes to direct and floodsub peers alone",
        parameters: small,
        steps: "join | here 1 1 | publish 5",
        alter: |sent| message(sent, 1, 5),
    },
    Row {
        property: "an own message in a joined topic goes to each member of the mesh",
        parameters: small,
        steps: "join | up 1 1 | publish 5",
        alter: silent,
    },
    Row {
        property: "an own message in a topic that is not joined goes to at most D peers that are neither direct nor floodsub peers",
        parameters: small,
        steps: "here 1 4 | publish 5",
        alter: |sent| (1..=4).for_each(|peer| message(sent, peer, 5)),
    },
    Row {
        property: "the first own message in a topic that is not joined goes to D peers if there are as many",
        parameters: small,
        steps: "here 1 4 | publish 5",
        alter: silent,
    },
    Row {
        property: "two own messages in a row in a topic that is not joined go to the same peers",
        parameters: small,
        steps: "here 1 4 | publish 5 | publish 6",
        alter: silent,
    },
    Row {
        property: "with flood_publish, an own message goes to exactly the peers that announced its topic",
        parameters: || Parameters { flood_publish: true, ..small() },
        steps: "here 1 2 | publish 5",
        alter: silent,
    },
    Row {
        property: "no own message goes to a peer below publish_threshold",
        parameters: application,
        steps: "here 1 1 | score 1 -5 | publish 5",
        alter: |sent| message(sent, 1, 5),
    },
    Row {
        property: "a GRAFT of a peer without a backoff and a negative score is accepted if the mesh has room",
        parameters: small,
        steps: "join | here 1 1 | 1: graft",
        alter: |sent| prune(sent, 1, &[]),
    },
    Row {
        property: "a GRAFT is accepted after the backoff that the peer sent when it unsubscribed",
        parameters: small,
        steps: "join | up 1 1 | 1: unsub, prune 2 | heartbeat | heartbeat | 1: sub, graft",
        alter: |sent| prune(sent, 1, &[]),
    },
    Row {
        property: "a GRAFT of a topic that is not joined is not answered",
        parameters: small,
        steps: "here 1 1 | 1: graft",
        alter: |sent| prune(sent, 1, &[]),
    },
    Row {
        property: "a GRAFT of a direct peer is answered with a PRUNE",
        parameters: small,
        steps: "join | +d 1 | 1: sub, graft",
        alter: silent,
    },
    Row {
        property: "a direct peer gets neither GRAFT nor IHAVE",
        parameters: small,
        steps: "join | +d 1 | 1: sub | heartbeat",
        alter: |sent| graft(sent, 1),
    },
    Row {
        property: "no GRAFT is sent before the backoff ends",
        parameters: small,
        steps: "join | up 1 1 | leave | join",
        alter: |sent| graft(sent, 1),
    },
    Row {
        property: "no peer gets both GRAFT and PRUNE of a topic in one step",
        parameters: small,
        steps: "join | here 1 1 | heartbeat",
        alter: |sent| prune(sent, 1, &[]),
    },
    Row {
        property: "a GRAFT before the backoff ends is answered with a PRUNE",
        parameters: small,
        steps: "join | up 1 1 | 1: prune 10 | 1: graft",
        alter: silent,
    },
    Row {
        property: "a peer that sent a PRUNE gets no GRAFT before the backoff in it ends",
        parameters: small,
        steps: "join | up 1 1 | 1: prune 10 | heartbeat",
        alter: |sent| graft(sent, 1),
    },
    Row {
        property: "a PRUNE has unsubscribe_backoff after a leave and prune_backoff otherwise, and to a peer of v1.0 neither backoff nor peers",
        parameters: small,
        steps: "join | up 1 1 | leave",
        alter: |sent| prune(sent, 1, &[]),
    },
    Row {
        property: "a GRAFT of an inbound peer is answered with a PRUNE if the mesh has D_high members",
        parameters: small,
        steps: "join | up 1 4 | here 5 5 | 5: graft",
        alter: silent,
    },
    Row {
        property: "a heartbeat prunes a peer without a negative score only from a mesh of more than D_high",
        parameters: small,
        steps: "join | up 1 4 | heartbeat",
        alter: |sent| prune(sent, 4, &[]),
    },
    Row {
        property: "a heartbeat prunes a mesh of more than D_high to D members",
        parameters: small,
        steps: "join | up 1 4 | +o 5 | 5: sub, graft | heartbeat",
        alter: silent,
    },
    Row {
        property: "a heartbeat grafts only into a mesh of fewer than D_low, if neither D_out nor opportunistic grafting asks for it",
        parameters: small,
        steps: "join | up 1 2 | here 3 3 | heartbeat",
        alter: |sent| graft(sent, 3),
    },
    Row {
        property: "a heartbeat fills a mesh of fewer than D_low up to D if there are as many peers",
        parameters: small,
        steps: "join | here 1 1 | heartbeat",
        alter: silent,
    },
    Row {
        property: "a mesh that is pruned to D keeps D_out outbound members if it has as many",
        parameters: outbound,
        steps: "join | up 1 4 | +o 5 | 5: sub, graft | heartbeat",
        alter: |sent| {
            silent(sent);
            prune(sent, 4, &[]);
            prune(sent, 5, &[]);
        },
    },
    Row {
        property: "after a heartbeat a mesh of D_low or more has D_out outbound members if there are as many peers",
        parameters: outbound,
        steps: "join | up 1 2 | +o 3 | 3: sub | heartbeat",
        alter: silent,
    },
    Row {
        property: "a heartbeat prunes every member with a negative score",
        parameters: application,
        steps: "join | up 1 1 | score 1 -1 | heartbeat",
        alter: silent,
    },
    Row {
        property: "no peer with a negative score gets a GRAFT",
        parameters: application,
        steps: "join | here 1 1 | score 1 -1 | heartbeat",
        alter: |sent| graft(sent, 1),
    },
    Row {
        property: "a mesh that is pruned to D keeps its D_score best members",
        parameters: application,
        steps: "join | up 1 4 | +o 5 | 5: sub, graft | score 5 3 | heartbeat",
        alter: |sent| {
            silent(sent);
            prune(sent, 4, &[]);
            prune(sent, 5, &[]);
        },
    },
    Row {
        property: "opportunistic grafting grafts peers above the median if the median is below the threshold",
        parameters: || Parameters { opportunistic_graft_ticks: 1, ..application() },
        steps: "join | up 1 2 | here 3 3 | score 3 3 | heartbeat",
        alter: silent,
    },
    Row {
        property: "with do_px, a PRUNE carries up to prune_peers different gossipsub peers that announced the topic",
        parameters: application,
        steps: "join | up 1 2 | leave",
        alter: |sent| prune(sent, 1, &[1]),
    },
    Row {
        property: "no PRUNE carries a peer with a negative score",
        parameters: application,
        steps: "join | up 1 2 | score 2 -1 | leave",
        alter: |sent| prune(sent, 1, &[2]),
    },
    Row {
        property: "a PRUNE to a peer with a negative score carries no peers",
        parameters: application,
        steps: "join | up 1 2 | score 1 -1 | leave",
        alter: |sent| prune(sent, 1, &[2]),
    },
    Row {
        property: "no peer of a PRUNE of a peer with a negative score is dialled",
        parameters: application,
        steps: "join | up 1 1 | score 1 -1 | 1: prune 10 7",
        alter: |sent| sent.dial.push(Peer(7)),
    },
    Row {
        property: "prune_peers peers of a PRUNE are dialled if its sender scores accept_px_threshold or more, and none otherwise",
        parameters: application,
        steps: "join | up 1 1 | score 1 5 | 1: prune 10 7",
        alter: |sent| sent.dial.clear(),
    },
    Row {
        property: "the ids of an IHAVE that were not seen are requested",
        parameters: small,
        steps: "join | here 1 1 | 1: ihave 5",
        alter: silent,
    },
    Row {
        property: "a message that comes with its IHAVE is not requested",
        parameters: small,
        steps: "join | here 1 1 | 1: msg 5, ihave 5",
        alter: |sent| iwant(sent, 1, 5),
    },
    Row {
        property: "only ids of an IHAVE of a joined topic that were not seen are requested, each once",
        parameters: small,
        steps: "join | here 1 1 | 1: ihave 5",
        alter: |sent| iwant(sent, 1, 6),
    },
    Row {
        property: "a cached message is sent to a peer that requests it",
        parameters: small,
        steps: "join | here 1 2 | 1: msg 5 | 2: iwant 5",
        alter: silent,
    },
    Row {
        property: "IHAVE goes only at a heartbeat, to gossipsub peers that announced the topic and are not in its mesh",
        parameters: small,
        steps: "join | up 1 2 | 1: msg 5 | heartbeat",
        alter: |sent| ihave(sent, 2, &[5]),
    },
    Row {
        property: "a topic that is not joined is not advertised longer than fanout_ttl after the last publish",
        parameters: || Parameters { fanout_ttl: Span::from_millis(500), ..small() },
        steps: "here 1 4 | publish 5 | heartbeat",
        alter: |sent| ihave(sent, 4, &[5]),
    },
    Row {
        property: "IHAVE goes to gossip_factor of the peers outside the mesh, and to D_lazy at least",
        parameters: small,
        steps: "join | up 1 2 | here 3 3 | 1: msg 5 | heartbeat",
        alter: silent,
    },
    Row {
        property: "a peer below gossip_threshold gets no gossip, and its gossip is ignored",
        parameters: application,
        steps: "join | here 1 1 | score 1 -3 | 1: ihave 5",
        alter: |sent| iwant(sent, 1, 5),
    },
    Row {
        property: "an RPC of a peer below graylist_threshold is not answered",
        parameters: application,
        steps: "join | here 1 1 | score 1 -9 | 1: msg 5",
        alter: |sent| deliver(sent, 1, 5),
    },
    Row {
        property: "no more than max_ihave_messages RPCs with IHAVE of a peer are answered between two heartbeats",
        parameters: || Parameters { max_ihave_messages: 1, ..small() },
        steps: "join | here 1 1 | 1: ihave 5 | 1: ihave 6",
        alter: |sent| iwant(sent, 1, 6),
    },
    Row {
        property: "no more than max_ihave_length ids are requested from a peer between two heartbeats",
        parameters: || Parameters { max_ihave_length: 1, ..small() },
        steps: "join | here 1 1 | 1: ihave 5 | 1: ihave 6",
        alter: |sent| iwant(sent, 1, 6),
    },
    Row {
        property: "a message is sent to a peer on request at most gossip_retransmission times",
        parameters: || Parameters { gossip_retransmission: 1, ..small() },
        steps: "join | here 1 2 | 1: msg 5 | 2: iwant 5 | 2: iwant 5",
        alter: |sent| message(sent, 2, 5),
    },
    Row {
        property: "a message is not sent on request history_length heartbeats after it was accepted",
        parameters: || Parameters { history_length: 1, history_gossip: 1, ..small() },
        steps: "join | here 1 2 | 1: msg 5 | heartbeat | 2: iwant 5",
        alter: |sent| message(sent, 2, 5),
    },
    Row {
        property: "only messages of the topic of the last history_gossip heartbeats are advertised, each once",
        parameters: small,
        steps: "join | up 1 2 | here 3 3 | 1: msg 5 | heartbeat",
        alter: |sent| ihave(sent, 3, &[5, 6]),
    },
    Row {
        property: "all messages of the topic of the last history_gossip heartbeats are advertised, up to max_ihave_length",
        parameters: small,
        steps: "join | up 1 2 | here 3 3 | 1: msg 5 | heartbeat",
        alter: |sent| ihave(sent, 3, &[]),
    },
    Row {
        property: "a new message is refused from all members of the mesh that speak v1.2, except its sender",
        parameters: small,
        steps: "join | +w 1 | 1: sub, graft | +w 2 | 2: sub, graft | 1: msg 5 | 2: msg 6",
        alter: silent,
    },
    Row {
        property: "a message is not relayed to a member of the mesh that does not want it",
        parameters: small,
        steps: "join | +w 1 | 1: sub, graft | here 2 2 | 1: idontwant 5 | 2: msg 5",
        alter: |sent| message(sent, 1, 5),
    },
];

fn number<T: std::str::FromStr>(word: &str) -> T {
    word.parse().unwrap_or_else(|_| panic!("expected a number, found {word}"))
}

fn connect(flag: &str, peer: u64) -> Input {
    let protocol = match flag {
        "f" => Protocol::Floodsub,
        "w" => Protocol::Gossipsub12,
        _ => Protocol::Gossipsub11,
    };
    Input::Connect { peer: Peer(peer), outbound: flag == "o", direct: flag == "d", protocol, ip: None }
}

fn rpc(peer: u64, parts: &str) -> Input {
    let mut rpc = Rpc::default();
    for part in parts.split(',') {
        match *part.split_whitespace().collect::<Vec<_>>() {
            [word @ ("sub" | "unsub")] => {
                rpc.subscriptions.push(Subscription { topic: topic(), subscribe: word == "sub" });
            }
            ["graft"] => rpc.graft.push(topic()),
            ["msg", id] => rpc.messages.push(Message { topic: topic(), message_id: MessageId(number(id)) }),
            ["ihave", id] => rpc.ihave.push(Ihave { topic: topic(), message_ids: vec![MessageId(number(id))] }),
            ["iwant", id] => rpc.iwant.push(vec![MessageId(number(id))]),
            ["idontwant", id] => rpc.idontwant.push(vec![MessageId(number(id))]),
            ["prune", backoff, ref peers @ ..] => {
                let peers = peers.iter().map(|peer| Peer(number(peer))).collect();
                rpc.prune.push(Prune { topic: topic(), backoff: Some(number(backoff)), peers });
            }
            ref other => panic!("unknown part {other:?}"),
        }
    }
    Input::Rpc { peer: Peer(peer), rpc }
}

fn inputs(step: &str) -> Vec<Input> {
    if let Some((peer, parts)) = step.split_once(':') {
        return vec![rpc(number(peer.trim()), parts)];
    }
    match *step.split_whitespace().collect::<Vec<_>>() {
        ["join"] => vec![Input::Join { topic: topic() }],
        ["leave"] => vec![Input::Leave { topic: topic() }],
        ["heartbeat"] => vec![Input::Heartbeat],
        ["publish", id] => vec![Input::Publish { topic: topic(), message_id: MessageId(number(id)) }],
        [word @ ("accept" | "ignore"), id] => {
            let verdict = if word == "accept" { Verdict::Accept } else { Verdict::Ignore };
            vec![Input::Validated { message_id: MessageId(number(id)), verdict }]
        }
        ["score", peer, score] => {
            vec![Input::SetApplicationScore { peer: Peer(number(peer)), score: number(score) }]
        }
        [word @ ("up" | "here"), first, last] => {
            let parts = if word == "up" { "sub, graft" } else { "sub" };
            (number(first)..=number(last)).flat_map(|peer| [connect("", peer), rpc(peer, parts)]).collect()
        }
        [flag, peer] if flag.starts_with('+') => vec![connect(flag.trim_start_matches('+'), number(peer))],
        ref other => panic!("unknown step {other:?}"),
    }
}

/// The answers of the model to the steps of a row.
fn answered(row: &Row) -> (Header, Vec<(Time, Input, Output)>) {
    let header = Header {
        implementation: None,
        seed: Some(0),
        profile: None,
        dialect: None,
        follows: Faults::none(),
        description: None,
        parameters: (row.parameters)(),
    };
    let mut model = Reference::new();
    model.start(&header, Views::Never).expect("the parameters are valid");
    let mut now = Time::ZERO;
    let mut steps = Vec::new();
    for input in row.steps.split('|').flat_map(|step| inputs(step.trim())) {
        if input == Input::Heartbeat {
            now = now + header.parameters.heartbeat_interval;
        }
        let answer = model.answer(now, &input).expect("the steps are legal");
        steps.push((now, input, answer.output));
    }
    (header, steps)
}

#[test]
fn every_property_has_one_row_a_source_and_a_quote() {
    let properties: Vec<&str> = ALL.iter().map(|property| property.name).collect();
    let rows: Vec<&str> = ROWS.iter().map(|row| row.property).collect();
    assert_eq!(rows, properties);
    for property in ALL {
        assert!(!property.source.is_empty() && !property.quote.is_empty(), "{}", property.name);
        assert!((1..=70).contains(&property.number), "{}", property.name);
    }
}

#[test]
fn every_property_is_broken_by_an_altered_answer() {
    for row in ROWS {
        let (header, mut steps) = answered(row);
        let mut checker = PropertyChecker::start(&header, PropertyExtent::All);
        let (now, input, output) = steps.pop().expect("a row has steps");
        for (now, input, output) in &steps {
            let broken = checker.broken_properties(*now, input, output);
            assert!(broken.is_empty(), "{}: {broken:?}", row.property);
        }
        let unaltered = checker.clone().broken_properties(now, &input, &output);
        assert!(unaltered.is_empty(), "{}: {unaltered:?}", row.property);
        let Output::Sent(mut sent) = output else { panic!("the model does not crash") };
        (row.alter)(&mut sent);
        let broken = checker.broken_properties(now, &input, &Output::Sent(sent));
        let names: Vec<&str> = broken.iter().map(|(property, _)| property.name).collect();
        assert!(names.contains(&row.property), "{}: broken are only {names:?}", row.property);
    }
}

#[test]
fn no_property_is_broken_by_the_model_in_any_dialect() {
    for dialect in DialectName::ALL {
        let plan = Plan::<Libp2pFamily> {
            seed: 7,
            variant: *dialect,
            steps: 120,
            jobs: 2,
            until: Until::Cases(90),
            views: Views::Never,
            ..Plan::default()
        };
        let results: Results<Libp2pFamily> = run(&plan, Reference::new, &|_, _| ());
        let broken: Vec<&String> = results.findings.keys().filter(|kind| kind.starts_with(PROPERTY_PREFIX)).collect();
        assert!(broken.is_empty(), "{}: {broken:?}", dialect.name());
    }
}
