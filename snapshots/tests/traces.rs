//! The trace of every scenario is as it was, and the model allows it.

use gossipsub_conformance::{automaton::AutomatonFamily, libp2p::Libp2pFamily};
use gossipsub_snapshots::{Scenario, SnapshotFamily, libp2p, render};
use std::panic::catch_unwind;

/// Compares the trace of every scenario of a family. `text` renders one, and panics if the model does not allow it.
fn compare_all<F: SnapshotFamily>(text: fn(&Scenario<F>) -> String) {
    let names = Scenario::<F>::names().expect("the folder of scenarios");
    assert!(!names.is_empty());
    let compare = |name: &String| {
        let text = text(&Scenario::read(name).expect("a scenario"));
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(Scenario::<F>::folder("traces"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name.as_str(), text));
    };
    let different: Vec<String> = names.into_iter().filter(|name| catch_unwind(|| compare(name)).is_err()).collect();
    assert!(different.is_empty(), "{} traces changed: {}", different.len(), different.join(" "));
}

#[test]
fn traces_of_the_automaton_are_as_they_were() {
    compare_all::<AutomatonFamily>(|scenario| {
        let rendering = render(scenario, 0).expect("to be rendering");
        assert_eq!(rendering.violation, None, "{}", scenario.name);
        rendering.text
    });
}

#[test]
fn traces_of_the_router_are_as_they_were() {
    compare_all::<Libp2pFamily>(|scenario| {
        let rendering = libp2p::render(scenario).expect("valid parameters");
        assert_eq!(rendering.violation, None, "{}", scenario.name);
        rendering.text
    });
}

/// Random choices do not show: other seeds have the same text.
#[test]
fn traces_do_not_depend_on_the_seed() {
    for name in Scenario::<AutomatonFamily>::names().expect("the folder of scenarios") {
        let scenario = Scenario::read(&name).expect("a scenario");
        let [first, others @ ..] =
            [0, 1, 2, 3, 4, 5, 6, 7].map(|seed| render(&scenario, seed).expect("to be rendering").text);
        assert!(others.iter().all(|other| *other == first), "{name}");
    }
}
