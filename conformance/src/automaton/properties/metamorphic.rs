//! Metamorphic tests: a sequence is replayed under transformations that must not change the answers.

use super::{
    Check, Property,
    renaming::{Names, Order},
};
use crate::{
    automaton::{Answer, AutomatonFamily, Event, Exchange, Header, Referee, Step},
    engine::{
        Difference, Finding, Implementation, ImplementationError, PropertyExtent, Views, Violation, differences, json,
    },
};
use gossipsub_automaton::{
    IhaveOutput, Output, OutputKind, PartialView, SelectGossipMessagesOutput, SelectPxPeersOutput, Span,
    trace_ids::TraceIds,
};
use gossipsub_reference_model::{Observer, Rule};

/// What an automaton does depends on no more of the names than their order.
pub(super) const RENAMED: Property = Property {
    name: "other names in the same order give the same answers",
    source: "Octez, lib_gossipsub, README, AUTOMATON interface",
    quote: "It is fully functional and deterministic (with explicit `Random.State` usage).",
    except: Some("only of an automaton whose choices are known to follow its seed"),
    check: Check::Metamorphic,
};

/// If nothing is left to chance, what an automaton does does not depend on the names at all.
pub(super) const REORDERED: Property = Property {
    name: "equal histories have equal outcomes, whatever the names of peers and message ids",
    source: "gossipsub v1.1, Peer Scoring",
    quote: "The score is locally computed by each individual peer based on observed behaviour and is not shared.",
    except: Some("up to the first choice that is left to chance and taken otherwise"),
    check: Check::Metamorphic,
};

/// The parts of a score that depend on time elsewhere than at a refresh are the window of duplicates and the flood of
/// grafts.
pub(super) const LATER: Property = Property {
    name: "between refreshes time does not move a score",
    source: "gossipsub v1.1, P₁: Time in Mesh",
    quote: "The time in mesh is calculated lazily during the decay update to avoid a large number of calls to \
            `gettimeofday`.",
    except: Some(
        "a duplicate counts up to mesh_message_deliveries_window after the first sight, and a graft during a backoff is \
         penalized twice up to graft_flood_threshold",
    ),
    check: Check::Metamorphic,
};

/// How much later an input is step.
const MUCH_LATER: Span = Span::from_secs(3600);

/// Makes all trials with a sequence that was answered without a finding.
///
/// The automaton is started over. Trials that compare random choices are left out where these are not known to follow
/// the seed ([`Implementation::follows_seed`]).
///
/// # Errors
/// The first property that does not hold, or how the automaton fails.
pub fn run(
    implementation: &mut (impl Implementation<AutomatonFamily> + ?Sized),
    header: &Header,
    steps: &[Step],
) -> Result<(), Finding> {
    if implementation.follows_seed() {
        renamed(implementation, header, steps, &RENAMED, Order::Kept)?;
        later(implementation, header, steps)?;
    }
    renamed(implementation, header, steps, &REORDERED, Order::Reversed)
}

/// Whether a rule is one of these properties.
#[must_use]
pub fn is_rule(kind: &str) -> bool {
    [&RENAMED, &REORDERED, &LATER].iter().any(|property| property.rule() == kind)
}

fn renamed(
    implementation: &mut (impl Implementation<AutomatonFamily> + ?Sized),
    header: &Header,
    steps: &[Step],
    property: &Property,
    order: Order,
) -> Result<(), Finding> {
    let names = Names::of(header, steps, order);
    let is_open = if order == Order::Kept { Vec::new() } else { open_steps(header, steps) };
    implementation.start(&names.header(header), Views::Heartbeat)?;
    for (index, step) in steps.iter().enumerate() {
        let (sent, recorded) = match (names.event(&step.event), &step.event) {
            (Event::Environment(change), _) => {
                implementation.change(step.now, &change)?;
                continue;
            }
            (Event::Input(sent), Event::Input(Exchange { output: Some(output), view, .. })) => (sent, (output, view)),
            _ => return Ok(()),
        };
        let reply = implementation.answer(step.now, &sent.input)?;
        let expected =
            Answer { output: names.output(recorded.0), view: recorded.1.as_ref().map(|view| names.view(view)) };
        if same(&expected, &reply, order) {
            continue;
        }
        if is_open.get(index).copied().unwrap_or(order == Order::Reversed) {
            return Ok(());
        }
        return Err(differing(property, index, &expected, &reply, order).into());
    }
    Ok(())
}

/// What is compared: all that both show.
fn same(expected: &Answer, observed: &Answer, order: Order) -> bool {
    let outputs = expected.output == observed.output
        || order == Order::Reversed && in_any_order(&expected.output) == in_any_order(&observed.output);
    outputs && (expected.view.is_none() || observed.view.is_none() || expected.view == observed.view)
}

/// An output with its lists sorted: their order is a choice, too.
fn in_any_order(output: &Output<TraceIds>) -> Output<TraceIds> {
    let mut output = output.clone();
    match &mut output {
        Output::Ihave(IhaveOutput::MessageRequestedMessageIds { message_ids }) => message_ids.sort_unstable(),
        Output::SelectPxPeers(SelectPxPeersOutput::PxPeers { peers }) => peers.sort_unstable(),
        Output::SelectGossipMessages(SelectGossipMessagesOutput::GossipMessages { ihaves }) => {
            for ihave in &mut *ihaves {
                ihave.message_ids.sort_unstable();
            }
            ihaves.sort_by(|a, b| (&a.topic, a.peer).cmp(&(&b.topic, b.peer)));
        }
        _ => {}
    }
    output
}

fn differing(property: &Property, index: usize, expected: &Answer, observed: &Answer, order: Order) -> Violation {
    let shown = |reply: &Answer| {
        let output = if order == Order::Reversed { in_any_order(&reply.output) } else { reply.output.clone() };
        let view = reply.view.clone().filter(|_| expected.view.is_some() && observed.view.is_some());
        json(&Answer { output, view })
    };
    let mut differences = differences(&shown(expected), &shown(observed));
    for Difference { what, .. } in &mut differences {
        what.insert_str(0, &format!("step {}, with other names: ", index + 1));
    }
    Violation { rule: property.rule(), differences }
}

/// Whether each step leaves a choice, up to the first one that is not allowed. This is the only use of the model here.
fn open_steps(header: &Header, steps: &[Step]) -> Vec<bool> {
    /// Whether a choice could have been another one.
    struct OpenChoice(bool);

    impl Observer for OpenChoice {
        fn choice(&mut self, _: &'static Rule, taken: usize, of: usize) {
            self.0 |= 0 < taken && taken < of;
        }
    }

    let Ok(mut referee) = Referee::start(header, PropertyExtent::None) else { return Vec::new() };
    let mut open = Vec::new();
    for step in steps {
        let mut choice = OpenChoice(false);
        let judged = referee.judge(step, &mut choice);
        open.push(choice.0);
        if judged.is_err() {
            break;
        }
    }
    open
}

fn later(
    implementation: &mut (impl Implementation<AutomatonFamily> + ?Sized),
    header: &Header,
    steps: &[Step],
) -> Result<(), Finding> {
    let eligible: Vec<usize> = (0..steps.len()).filter(|index| steps.get(*index).is_some_and(is_timeless)).collect();
    let at = |part: usize| eligible.get(eligible.len().checked_sub(1)? * part / 3).copied();
    for index in (1..=3).filter_map(at) {
        let Some(upto) = steps.get(..=index) else { break };
        let before = last_answer(implementation, header, upto, Span::ZERO)?;
        let after = last_answer(implementation, header, upto, MUCH_LATER)?;
        let (Some(before), Some(after)) = (before, after) else { break };
        let scores = |reply: &Answer| reply.view.as_ref().and_then(|view| view.scores.clone());
        if before.output.kind() == after.output.kind() && scores(&before) != scores(&after) {
            let shown = |reply: &Answer| {
                let view = PartialView::<TraceIds> { scores: scores(reply), ..PartialView::default() };
                json(&view)
            };
            let mut differences = differences(&shown(&before), &shown(&after));
            for Difference { what, .. } in &mut differences {
                what.insert_str(0, &format!("step {}, an hour later: ", index + 1));
            }
            return Err(Violation { rule: LATER.rule(), differences }.into());
        }
    }
    Ok(())
}

/// Whether time has no part in what the step does to scores.
fn is_timeless(step: &Step) -> bool {
    let Event::Input(Exchange { output: Some(output), .. }) = &step.event else { return false };
    !matches!(output.kind(), OutputKind::Heartbeat | OutputKind::AlreadyReceived | OutputKind::PeerBackedOff)
}

/// The answer to the last of these steps, sent later by a span, with the state after it.
fn last_answer(
    implementation: &mut (impl Implementation<AutomatonFamily> + ?Sized),
    header: &Header,
    steps: &[Step],
    later: Span,
) -> Result<Option<Answer>, ImplementationError> {
    implementation.start(header, Views::Never)?;
    // Only the last view counts. If the implementation cannot show it alone, it shows all of them.
    let shows_state = implementation.state().is_some();
    if !shows_state {
        implementation.start(header, Views::Every)?;
    }
    let Some((last, before)) = steps.split_last() else { return Ok(None) };
    for step in before {
        match &step.event {
            Event::Environment(change) => implementation.change(step.now, change)?,
            Event::Input(exchange) => {
                implementation.answer(step.now, &exchange.input)?;
            }
        }
    }
    let Event::Input(exchange) = &last.event else { return Ok(None) };
    let mut answer = implementation.answer(last.now + later, &exchange.input)?;
    if shows_state {
        answer.view = implementation.state();
    }
    Ok(Some(answer))
}
