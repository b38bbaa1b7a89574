//! The register of deliberate deviations in `BEHAVIOUR.md`.

use gossipsub_automaton::{
    Action, AddPeer, Application, Input, Join, Limits, Output, PublishMessage, SelectGossipMessagesOutput, Subscribe,
    Time, Validity,
    trace_ids::{Message, MessageId, Peer, TraceIds},
};
use gossipsub_reference_model::automaton::{Model, RandomChoices};

/// Accepts everything.
struct Lenient;

impl Application<TraceIds> for Lenient {
    fn validity(&self, _: &MessageId, _: Option<&Message>) -> Validity {
        Validity::Valid
    }

    fn peer_filter(&self, _: &Peer, _: Action<'_, TraceIds>) -> bool {
        true
    }
}

#[test]
fn opportunistic_graft_ticks_of_0_are_refused() {
    let limits = Limits { opportunistic_graft_ticks: 0, ..Limits::default() };
    assert!(Model::new(limits, Lenient).is_err());
}

#[test]
fn a_huge_gossip_factor_selects_all_candidates() {
    let limits = Limits { gossip_factor: 1e300, degree_lazy: 0, ..Limits::default() };
    let mut model = Model::new(limits, Lenient).expect("valid limits");
    let (peer, topic) = (Peer(1), "a".to_owned());
    let steps: [Input<TraceIds>; 5] = [
        Join { topic: topic.clone() }.into(),
        AddPeer { peer, direct: false, outbound: false, bootstrap: false }.into(),
        Subscribe { peer, topic: topic.clone() }.into(),
        PublishMessage { topic, message_id: MessageId(1), message: "m".into() }.into(),
        Input::SelectGossipMessages,
    ];
    let mut choices = RandomChoices::from_seed(0);
    let outputs = steps.iter().map(|step| model.answer(Time::ZERO, step, &mut choices));
    let Some(Output::SelectGossipMessages(SelectGossipMessagesOutput::GossipMessages { ihaves })) = outputs.last()
    else {
        panic!("gossip messages");
    };
    assert_eq!(ihaves.len(), 1);
}
