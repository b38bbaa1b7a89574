//! Our own automata, in this process.

use super::{Fault, Implementation, Reply, Reseed, Views};
use crate::trace::{Environment, EnvironmentChange, Header};
use gossipsub_automaton::{Automaton, Input, Time, trace_ids::TraceIds};
use gossipsub_reference_model::{Drawn, Model};
use std::{
    cell::Cell,
    panic::{self, AssertUnwindSafe},
    sync::Once,
};

/// The optimized automaton. Its seed is the header's, or 0.
#[derive(Clone)]
pub struct Core {
    automaton: Option<Automaton<TraceIds, Environment>>,
    views: Views,
    show_all: bool,
}

impl Core {
    /// An automaton that is not started yet.
    #[must_use]
    pub const fn new(views: Views) -> Self {
        Self { automaton: None, views, show_all: false }
    }
}

/// What is wrong where an automaton is asked before a header.
fn not_started() -> Fault {
    Fault::NotUnderstood("a header comes before the first step".into())
}

thread_local! {
    /// Whether this thread asks an automaton, whose panic is a finding and not a fault of the harness.
    static ASKING: Cell<bool> = const { Cell::new(false) };
}

/// Turns a panic of an automaton into a fault, and keeps it from the terminal.
fn caught<T>(ask: impl FnOnce() -> T) -> Result<T, Fault> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !ASKING.get() {
                loud(info);
            }
        }));
    });
    ASKING.set(true);
    let answered = panic::catch_unwind(AssertUnwindSafe(ask));
    ASKING.set(false);
    answered.map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        Fault::Panicked(
            text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default(),
        )
    })
}

impl Implementation for Core {
    fn start(&mut self, header: &Header) -> Result<(), Fault> {
        let seed = header.seed.unwrap_or(0);
        self.automaton = Some(Automaton::new(seed, header.limits.clone(), Environment::default())?);
        Ok(())
    }

    fn environment(&mut self, _: Time, change: &EnvironmentChange) -> Result<(), Fault> {
        self.automaton.as_mut().ok_or_else(not_started)?.application_mut().apply(change);
        Ok(())
    }

    fn ask(&mut self, now: Time, input: &Input<TraceIds>) -> Result<Reply, Fault> {
        let automaton = self.automaton.as_mut().ok_or_else(not_started)?;
        let views = self.views.or_every(self.show_all);
        let reply = caught(|| {
            let output = automaton.step(now, input.clone());
            Reply { output, view: views.after(input, || automaton.view()) }
        });
        if reply.is_err() {
            // What panicked is not asked again.
            self.automaton = None;
        }
        reply
    }

    fn copy(&self) -> Option<Self> {
        Some(self.clone())
    }

    fn show_all(&mut self, all: bool) {
        self.show_all = all;
    }

    fn follows_seed(&self) -> bool {
        true
    }
}

impl Reseed for Core {
    fn reseed(&mut self, seed: u64) {
        if let Some(automaton) = &mut self.automaton {
            automaton.reseed(seed);
        }
    }
}

/// The reference model, with choices drawn from the header's seed, or 0.
#[derive(Clone, Debug)]
pub struct Reference {
    model: Option<(Model<Environment>, Drawn)>,
    views: Views,
    show_all: bool,
}

impl Reference {
    /// A model that is not started yet.
    #[must_use]
    pub const fn new(views: Views) -> Self {
        Self { model: None, views, show_all: false }
    }
}

impl Implementation for Reference {
    fn start(&mut self, header: &Header) -> Result<(), Fault> {
        let model = Model::new(header.limits.clone(), Environment::default())?;
        self.model = Some((model, Drawn::from_seed(header.seed.unwrap_or(0))));
        Ok(())
    }

    fn environment(&mut self, _: Time, change: &EnvironmentChange) -> Result<(), Fault> {
        self.model.as_mut().ok_or_else(not_started)?.0.application_mut().apply(change);
        Ok(())
    }

    fn ask(&mut self, now: Time, input: &Input<TraceIds>) -> Result<Reply, Fault> {
        let (model, drawn) = self.model.as_mut().ok_or_else(not_started)?;
        let Ok(output) = model.respond(now, input, drawn);
        Ok(Reply { output, view: self.views.or_every(self.show_all).after(input, || model.view()) })
    }

    fn copy(&self) -> Option<Self> {
        Some(self.clone())
    }

    fn show_all(&mut self, all: bool) {
        self.show_all = all;
    }

    fn follows_seed(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        campaign::{Plan, Shard, Until, run},
        expectations::Expectations,
        generate::Profile,
        runner::Finding,
    };

    /// Core, but for one thing: it panics at its first heartbeat.
    struct Panicking(Core);

    impl Implementation for Panicking {
        fn start(&mut self, header: &Header) -> Result<(), Fault> {
            self.0.start(header)
        }

        fn environment(&mut self, now: Time, change: &EnvironmentChange) -> Result<(), Fault> {
            self.0.environment(now, change)
        }

        fn ask(&mut self, now: Time, input: &Input<TraceIds>) -> Result<Reply, Fault> {
            if matches!(input, Input::Heartbeat) {
                return caught(|| panic!("at {now}"));
            }
            self.0.ask(now, input)
        }
    }

    #[test]
    fn a_panic_is_a_fault_that_says_its_text() {
        for fault in [caught(|| panic!("a slot")), caught(|| panic!("{} slot", "a"))] {
            assert_eq!(
                fault.map_err(|fault: Fault| fault.to_string()),
                Err::<(), _>("the implementation panicked: a slot".into())
            );
        }
        assert!(matches!(caught(|| 7), Ok(7)), "what does not panic is answered");
    }

    #[test]
    fn after_a_panic_the_campaign_goes_on() {
        let plan = Plan {
            seed: 0,
            profiles: vec![Profile::Tiny],
            steps: 200,
            shard: Shard::WHOLE,
            jobs: 2,
            until: Until::Cases(20),
            fail_fast: false,
            expectations: Expectations::default(),
        };
        let results = run(&plan, || Panicking(Core::new(Views::Heartbeat)), &|_, _| {});
        assert_eq!(results.cases, 20);
        let (case, count) = results.findings.get("the implementation panicked").expect("a finding");
        assert!(*count > 10 && results.findings.len() == 1, "{count} cases");
        assert!(matches!(&case.finding, Finding::Failed(Fault::Panicked(text)) if text.starts_with("at ")));
    }
}
