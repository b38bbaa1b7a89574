//! A model-based conformance test harness for gossipsub implementations.
//!
//! Gossipsub leaves many choices to chance, and most of its mistakes show only after a long history: a backoff that ends
//! one tick early, a score that is not reset, a mesh that an attacker can fill. Hand-written tests reach few of these
//! states. This crate generates sequences of inputs that reach them, sends them to an implementation, and judges every
//! answer by an executable specification, the *reference model*. Where the protocol leaves a choice, the model accepts
//! every allowed outcome and follows the one that it observes.
//!
//! The command `gossipsub-conformance` checks programs in any language over pipes. This library checks implementations in
//! the same process.
//!
//! # Implement the trait
//!
//! The [`engine`] knows no rule of gossipsub. A [`Family`](engine::Family) brings the inputs, the model and the generator
//! of one kind of system: [`automaton`] is the state machine of the Octez and Mavryk nodes. An implementation of
//! [`Implementation`](engine::Implementation) has three required methods. This one has a fault, and a campaign finds it:
//!
//! ```
//! use gossipsub_automaton::{GraftOutput, Output, Time};
//! use gossipsub_conformance::automaton::{Answer, AutomatonFamily, Core, EnvironmentChange, Header, generate::Profile};
//! use gossipsub_conformance::engine::campaign::{Plan, Until, run};
//! use gossipsub_conformance::engine::{Family, Implementation, ImplementationError, Views};
//!
//! /// An automaton that reports success for every graft.
//! #[derive(Default)]
//! struct MyAutomaton(Core);
//!
//! type Input = <AutomatonFamily as Family>::Input;
//!
//! impl Implementation<AutomatonFamily> for MyAutomaton {
//!     fn start(&mut self, header: &Header, views: Views) -> Result<(), ImplementationError> {
//!         self.0.start(header, views)
//!     }
//!
//!     fn change(&mut self, now: Time, change: &EnvironmentChange) -> Result<(), ImplementationError> {
//!         self.0.change(now, change)
//!     }
//!
//!     fn answer(&mut self, now: Time, input: &Input) -> Result<Answer, ImplementationError> {
//!         let mut answer = self.0.answer(now, input)?;
//!         if let Output::Graft(output) = &mut answer.output {
//!             *output = GraftOutput::GraftingSuccessfully;
//!         }
//!         Ok(answer)
//!     }
//! }
//!
//! let plan = Plan {
//!     profiles: vec![Profile::Tiny],
//!     until: Until::Cases(20),
//!     ..Plan::default()
//! };
//! let results = run(&plan, MyAutomaton::default, &|_, _| {});
//!
//! // One finding for each broken rule, with the first case that shows it.
//! assert!(results.findings.keys().any(|rule| rule.starts_with("graft ")));
//! assert!(results.findings.values().all(|(case, _)| !case.counterexample.steps.is_empty()));
//! ```
//!
//! # Run
//!
//! - [`Runner`](engine::Runner) sends one sequence, step by step. Property tests use it. With the feature `proptest`,
//!   the generator is a strategy of proptest.
//! - [`campaign::run`](engine::campaign::run) generates many sequences, in parallel.
//! - [`exhaustive::explore`](engine::exhaustive::explore) enumerates every sequence over a small world up to a depth.
//! - [`verify`](mod@engine::verify) judges recorded traces and replays their inputs.
//! - [`randomness::examine`](automaton::randomness::examine) tests by chi-squared whether choices are uniform.
//!
//! # Read a finding
//!
//! A [`Finding`](engine::Finding) is a violation of a rule, a failure to answer, or an answer that lacks a field.
//! A [`Violation`](engine::Violation) names the rule and, for each difference, what was allowed and what was observed.
//! Rules have the names of the model's page `BEHAVIOUR.md`, such as `graft (7)`. A rule that starts with `property:` is a
//! sentence of the protocol's documents, checked without the model. A [`Counterexample`](engine::Counterexample) holds the
//! sequence up to the finding. [`minimize`](mod@engine::minimize) makes it shorter, and
//! [`FindingReport`](engine::report::finding::FindingReport) prints it with the last steps and the state.
//!
//! # What is not checked
//!
//! - State that an implementation does not show in a view, until it changes an output.
//! - Time, memory and concurrency: an implementation gets one input at a time.
//! - The network: what a node does with an output.
//! - The uniformity of choices, except by `randomness`.
//!
//! `TRUST.md` says how the harness itself was tested and what it can miss.

#![warn(clippy::indexing_slicing, clippy::unwrap_used)]

pub mod automaton;
pub mod engine;
pub mod fuzzing;
pub mod libp2p;
