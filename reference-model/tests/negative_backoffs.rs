//! Prunes with negative backoffs, which traces cannot hold: the automaton and the model agree.

use gossipsub_automaton::{
    AcceptEverything, AddPeer, Automaton, Graft, Input, Join, Limits, Prune, PruneBackoff, Time,
    trace_ids::{Peer, TraceIds},
};
use gossipsub_reference_model::automaton::{Model, RandomChoices};

#[test]
fn the_automaton_and_the_model_agree_on_negative_backoffs() {
    let limits = Limits { backoff_cleanup_ticks: 2, ..Limits::default() };
    for seconds in [-20, -3, -2, -1, 0, 1] {
        let mut automaton: Automaton<TraceIds, _> =
            Automaton::new(0, limits.clone(), AcceptEverything).expect("these limits are allowed");
        let mut model = Model::new(limits.clone(), AcceptEverything).expect("these limits are allowed");
        let mut choices = RandomChoices::from_seed(0);
        let (peer, topic) = (Peer(1), "a".to_owned());
        let backoff = PruneBackoff::from_secs(seconds);
        let steps: Vec<Input<TraceIds>> = vec![
            AddPeer { peer, direct: false, outbound: false, bootstrap: false }.into(),
            Join { topic: topic.clone() }.into(),
            Graft { peer, topic: topic.clone() }.into(),
            Prune { peer, topic: topic.clone(), px: vec![], backoff }.into(),
            Input::Heartbeat,
            Graft { peer, topic: topic.clone() }.into(),
            Prune { peer, topic, px: vec![], backoff }.into(),
            Input::Heartbeat,
            Input::Heartbeat,
            Input::Heartbeat,
        ];
        for (second, step) in (10..).zip(steps) {
            let now = Time::from_millis(second * 1000);
            assert_eq!(automaton.step(now, step.clone()), model.answer(now, &step, &mut choices), "{seconds}: {step}");
            assert_eq!(automaton.view(), model.view(), "{seconds}: the state after {step}");
        }
    }
}
