//! Sequences of any steps, an implementation against the model.

use super::fail;
use crate::{
    automaton::{
        AutomatonFamily, Core, Counterexample, Header, Runner, Step,
        generate::{Generator, Profile},
    },
    engine::{Bytes, Draw, Finding, Implementation, Named as _, PropertyExtent, Views},
};
use gossipsub_automaton::{Behaviour, Input};

/// The optimized automaton answers any sequence as the model allows.
///
/// The first [`Bytes::HEAD`] bytes draw the behaviour, the limits and the world. Each record of [`Bytes::RECORD`] bytes after them draws
/// a step, so that a record less is a step less. At the end comes a heartbeat, after which the whole states are compared.
///
/// # Panics
/// If an answer is not allowed. The sequence is in a trace then, which the panic names.
pub fn differential(bytes: &[u8]) {
    if let Err(found) = differential_of(&mut Core::new(), bytes) {
        fail("differential", &found);
    }
}

/// As [`differential`], of any implementation.
///
/// # Errors
/// The sequence up to the first step that was not answered as is allowed.
pub fn differential_of(
    implementation: &mut impl Implementation<AutomatonFamily>,
    bytes: &[u8],
) -> Result<(), Box<Counterexample>> {
    let views = Views::Heartbeat;
    let (header, steps, finding) = run(implementation, bytes, views);
    finding.map_or(Ok(()), |finding| Err(Box::new(Counterexample { header, steps, finding, views })))
}

/// Runs the sequence that these bytes draw, up to the first finding.
pub(super) fn run(
    implementation: &mut impl Implementation<AutomatonFamily>,
    bytes: &[u8],
    views: Views,
) -> (Header, Vec<Step>, Option<Finding>) {
    let (head, records) = bytes.split_at_checked(Bytes::HEAD).unwrap_or((bytes, &[]));
    let mut draw = Bytes::new(head);
    let (behaviour, profile) = behaviour_and_profile(&mut draw);
    let (header, mut generator) = Generator::with_behaviour(profile, behaviour, &mut draw);
    let mut steps: Vec<Step> = Vec::new();
    let mut runner = match Runner::start_with(implementation, &header, views, PropertyExtent::All) {
        Ok(runner) => runner,
        Err(finding) => return (header, steps, Some(finding)),
    };
    let mut finding = None;
    for record in records.chunks(Bytes::RECORD) {
        let mut step = generator.step(runner.model(), &mut Bytes::new(record));
        finding = runner.step(&mut step).err();
        steps.push(step);
        if finding.is_some() {
            break;
        }
    }
    if finding.is_none() {
        let mut last = heartbeat_after(&steps);
        finding = runner.step(&mut last).err();
        steps.push(last);
    }
    (header, steps, finding)
}

/// Draws a behaviour and a profile together, from the first byte. A new profile leaves the meaning of the others' bytes.
fn behaviour_and_profile(draw: &mut Bytes<'_>) -> (Behaviour, Profile) {
    let pairs = Profile::ALL.iter().flat_map(|profile| Behaviour::ALL.iter().map(|behaviour| (*behaviour, *profile)));
    let pairs: Vec<(Behaviour, Profile)> = pairs.collect();
    draw.pick(&pairs).copied().unwrap_or((Behaviour::default(), Profile::Default))
}

fn heartbeat_after(steps: &[Step]) -> Step {
    let now = steps.last().map(|step| step.now).unwrap_or_default();
    Step::of_input(now, Input::Heartbeat)
}
