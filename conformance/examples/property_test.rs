//! The generator as a strategy of proptest: an automaton must answer every sequence as the model allows.
//!
//! ```sh
//! cargo test -p gossipsub-conformance --features proptest --example property_test
//! ```
//!
//! `cargo run` runs the same test as a program, and `cargo test --workspace --all-features` includes it.

use gossipsub_conformance::{
    automaton::{
        Core,
        generate::{Profile, strategy::sequences},
    },
    engine::check_sequence,
};
use proptest::{prelude::ProptestConfig, proptest};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    // A failing sequence shrinks to a few steps. The failure shows what was allowed, what was observed, and a saved trace.
    #[cfg_attr(test, test)]
    fn the_automaton_answers_as_the_model_allows(sequence in sequences(Profile::Tiny, 1..100)) {
        // Put your own implementation here.
        check_sequence(&mut Core::new(), &sequence)?;
    }
}

fn main() {
    the_automaton_answers_as_the_model_allows();
    println!("64 sequences: every answer is allowed");
}
