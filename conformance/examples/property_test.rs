//! The generator as a strategy of proptest: an automaton must answer every sequence as the model allows.
//!
//! ```sh
//! cargo test -p gossipsub-conformance --features proptest --example property_test
//! ```
//!
//! `cargo run` runs the same test as a program, and `cargo test --workspace --all-features` includes it.

use gossipsub_conformance::automaton::{
    Core, Runner,
    generate::{Profile, strategy::sequences},
};
use proptest::{prelude::ProptestConfig, proptest};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    // A failing sequence shrinks to a few steps, and proptest prints it with the finding.
    #[cfg_attr(test, test)]
    fn the_automaton_answers_as_the_model_allows(sequence in sequences(Profile::Tiny, 1..100)) {
        // Put your own implementation here.
        let mut automaton = Core::new();
        let mut runner = Runner::start(&mut automaton, &sequence.header)?;
        for mut step in sequence.steps {
            runner.step(&mut step)?;
        }
    }
}

fn main() {
    the_automaton_answers_as_the_model_allows();
    println!("64 sequences: every answer is allowed");
}
