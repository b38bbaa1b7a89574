//! The trace of every scenario is as it was, and the model allows it.

use gossipsub_snapshots::{Scenario, folder, render};
use std::panic::catch_unwind;

#[test]
fn traces_are_as_they_were() {
    let names = Scenario::names().expect("the folder of scenarios");
    assert!(!names.is_empty());
    let different: Vec<String> = names.into_iter().filter(|name| catch_unwind(|| check(name)).is_err()).collect();
    assert!(different.is_empty(), "{} traces changed: {}", different.len(), different.join(" "));
}

fn check(name: &str) {
    let rendering = render(&Scenario::read(name).expect("a scenario"), 0).expect("to be rendering");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder("traces"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, rendering.text));
    assert_eq!(rendering.violation, None, "{name}");
}

/// Random choices do not show: other seeds have the same text.
#[test]
fn traces_do_not_depend_on_the_seed() {
    for name in Scenario::names().expect("the folder of scenarios") {
        let scenario = Scenario::read(&name).expect("a scenario");
        let [first, others @ ..] =
            [0, 1, 2, 3, 4, 5, 6, 7].map(|seed| render(&scenario, seed).expect("to be rendering").text);
        assert!(others.iter().all(|other| *other == first), "{name}");
    }
}
