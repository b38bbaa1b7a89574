//! The default campaign finds every known fault of libp2p implementations, and every mistake of an implementer that
//! `faults/libp2p` plants in a copy of the reference model.
//!
//! With `LIBP2P_FAULTS_TABLE` set to the page `LIBP2P-FAULTS.md`, the tests also minimize what they find, and write the
//! tables of the page.

use gossipsub_automaton::Time;
use gossipsub_conformance::{
    engine::{
        Counterexample, Finding, Implementation, ImplementationError, Named as _, NoChange, Sequence, Views,
        campaign::{Case, Plan, Results, Until, run},
        minimize::{Options, minimize},
        run_sequence,
    },
    libp2p::{Answer, DialectName, Header, Libp2pFamily, Profile, Reference},
};
use gossipsub_libp2p_faults::{FAULTS, PlantedFault, PlantedModel};
use gossipsub_reference_model::libp2p::{Fault, Faults, vocabulary::Input};
use std::{
    fs,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// The cases in which each fault is found. `check` runs three times as many in its 30 seconds.
const CASES: u64 = 6_000;

/// The steps of a case.
const STEPS: u64 = 200;

/// A router with a mistake of an implementer.
#[derive(Clone)]
struct MistakenRouter {
    fault: PlantedFault,
    started: Option<(PlantedModel, Views)>,
}

impl MistakenRouter {
    fn new(fault: PlantedFault) -> Self {
        Self { fault, started: None }
    }
}

impl Implementation<Libp2pFamily> for MistakenRouter {
    fn start(&mut self, header: &Header, views: Views) -> Result<(), ImplementationError> {
        let dialect = header.dialect.unwrap_or_default().dialect();
        let model = PlantedModel::new(self.fault, &header.parameters, dialect, header.seed.unwrap_or(0));
        self.started = Some((model.map_err(ImplementationError::Parameters)?, views));
        Ok(())
    }

    fn change(&mut self, _: Time, change: &NoChange) -> Result<(), ImplementationError> {
        match *change {}
    }

    fn answer(&mut self, now: Time, input: &Input) -> Result<Answer, ImplementationError> {
        let not_started = || ImplementationError::NotUnderstood("a header comes before the first step".into());
        let (model, views) = self.started.as_mut().ok_or_else(not_started)?;
        model.check_step(now, input).map_err(|error| ImplementationError::NotUnderstood(error.to_string()))?;
        let output = model.respond(now, input);
        let view = match (*views, input) {
            (Views::Every, _) | (Views::Heartbeat, Input::Heartbeat) => Some(model.view()),
            (Views::Heartbeat | Views::Never, _) => None,
        };
        Ok(Answer { output, view })
    }

    fn copy(&self) -> Option<Self> {
        Some(self.clone())
    }

    fn follows_seed(&self) -> bool {
        true
    }
}

/// The number of steps of the shortest sequence made by hand that shows a fault, if there is one.
fn by_hand(fault: Fault) -> Option<usize> {
    Some(match fault.code() {
        "P1" => 3,
        "R1" | "G3-js" => 4,
        "G3" | "R9" | "J7" => 5,
        "J18" => 6,
        "J1" | "J16" | "G4" | "G4-js" => 7,
        "J17" | "J22" => 8,
        "R4" | "G5" | "G6" => 10,
        "J3" => 13,
        "J2" | "G2" => 14,
        "R2" => 23,
        "R10" => 26,
        _ => return None,
    })
}

fn planted(fault: Fault) -> Reference {
    Reference::with_faults(others(fault).iter().chain([fault]).collect())
}

/// The faults without which a fault does nothing.
fn others(fault: Fault) -> Faults {
    match fault {
        // Only an active deficit counts, and without this fault none is active outside the mesh.
        Fault::DeficitWithoutMesh => Faults::from_iter([Fault::DeficitStaysActive]),
        _ => Faults::none(),
    }
}

/// The dialect of the specification, then that of the implementation that has the fault: some faults do nothing without
/// a switch of it.
fn dialects(fault: Fault) -> impl Iterator<Item = DialectName> {
    let own = match fault.code().chars().next() {
        Some('R') => Some(DialectName::Rust),
        Some('G') => Some(DialectName::Go),
        Some('J') => Some(DialectName::Js),
        _ => None,
    };
    [DialectName::Spec].into_iter().chain(own)
}

/// The first case of the default campaign that shows a fault, in the first of some dialects that has one. The model without
/// the fault shows nothing in it.
fn first_case<M: Implementation<Libp2pFamily>>(
    make: &(impl Fn() -> M + Sync),
    without: &Faults,
    dialects: impl IntoIterator<Item = DialectName>,
) -> Option<Case<Libp2pFamily>> {
    let is_of_fault = |case: &Case<Libp2pFamily>| {
        let Counterexample { header, steps, views, .. } = &case.counterexample;
        run_sequence(&mut Reference::with_faults(without.clone()), header, steps, *views).1.is_none()
    };
    // Most faults are found by few cases.
    let mut attempts = dialects.into_iter().flat_map(|dialect| [10, 100, 1000, CASES].map(|cases| (dialect, cases)));
    attempts.find_map(|(dialect, cases)| {
        let cases = campaign(make, dialect, cases).findings.into_values().map(|(case, _)| case);
        cases.filter(is_of_fault).min_by_key(|case| case.number)
    })
}

fn campaign<M: Implementation<Libp2pFamily>>(
    make: &(impl Fn() -> M + Sync),
    dialect: DialectName,
    cases: u64,
) -> Results<Libp2pFamily> {
    let plan =
        Plan::<Libp2pFamily> { variant: dialect, steps: STEPS, jobs: 2, until: Until::Cases(cases), ..Plan::default() };
    run(&plan, make, &|_, _| ())
}

/// The rule of a finding, without its sentence.
fn rule(finding: &Finding) -> String {
    let kind = finding.kind();
    match kind.split_once("): ") {
        Some((rule, _)) => format!("{rule})"),
        None => kind,
    }
}

/// The cells of a row from the dialect on: rule, cases, steps, and steps after minimization.
fn found(case: Case<Libp2pFamily>, implementation: &mut impl Implementation<Libp2pFamily>) -> String {
    let Case { number, counterexample, .. } = case;
    let steps = number * STEPS + counterexample.steps.len() as u64;
    let found = rule(&counterexample.finding);
    let dialect = counterexample.header.dialect.unwrap_or_default().name();
    let sequence = Sequence { header: counterexample.header, steps: counterexample.steps };
    let options = Options { time: Duration::from_mins(1), views: counterexample.views, ..Options::default() };
    let minimized = minimize(sequence, implementation, &options).expect("a finding shows again");
    format!("{dialect} | {found} | {} | {steps} | {}", number + 1, minimized.counterexample.steps.len())
}

/// Whether the campaign can show a fault. It draws valid parameters only. R26 needs more than an hour, and J39 300
/// heartbeats. These faults have tests of their own.
fn is_in_reach(fault: Fault) -> bool {
    fault != Fault::ParametersUnchecked && !["R26", "J39"].contains(&fault.code())
}

#[test]
fn every_known_fault_is_found_by_the_default_campaign() {
    let mut rows = Vec::new();
    let mut missed = Vec::new();
    for fault in Fault::ALL.into_iter().filter(|fault| is_in_reach(*fault)) {
        match first_case(&|| planted(fault), &others(fault), dialects(fault)) {
            None => missed.push(fault.code()),
            Some(case) if writes_table() => {
                let hand = by_hand(fault).map_or_else(String::new, |steps| steps.to_string());
                let found = found(case, &mut planted(fault));
                rows.push(format!("| {} | {} | {found} | {hand} |", fault.code(), fault.sentence()));
            }
            Some(_) => {}
        }
    }
    write_table("## Known faults of implementations", &rows);
    assert!(missed.is_empty(), "not found in {CASES} cases: {missed:?}");
}

#[test]
fn every_mistake_of_an_implementer_is_found_by_the_default_campaign() {
    let mut rows = Vec::new();
    let mut missed = Vec::new();
    for fault in FAULTS {
        let PlantedFault { name, sentence, by_hand, .. } = fault;
        let case = first_case(&|| MistakenRouter::new(*fault), &Faults::none(), [DialectName::Spec]);
        // A long test shows how far it is.
        println!("{name}: case {:?}", case.as_ref().map(|case| case.number));
        match case {
            None => missed.push(*name),
            Some(case) if writes_table() => {
                let found = found(case, &mut MistakenRouter::new(*fault));
                rows.push(format!("| {name} | {sentence} | {found} | {by_hand} |"));
            }
            Some(_) => {}
        }
    }
    write_table("## Mistakes of an implementer", &rows);
    assert!(missed.is_empty(), "not found in {CASES} cases: {missed:?}");
}

fn writes_table() -> bool {
    std::env::var_os("LIBP2P_FAULTS_TABLE").is_some()
}

/// Replaces the table of a section of the page that `LIBP2P_FAULTS_TABLE` names, if it does.
fn write_table(section: &str, rows: &[String]) {
    static PAGE: Mutex<()> = Mutex::new(());

    let Some(path) = std::env::var_os("LIBP2P_FAULTS_TABLE") else { return };
    let _one_at_a_time = PAGE.lock().unwrap_or_else(PoisonError::into_inner);
    let page = fs::read_to_string(&path).expect("the page can be read");
    let start = page.find(section).expect("the page has the section");
    let table = start + page.get(start..).and_then(|rest| rest.find("\n|---")).expect("the section has a table") + 1;
    let (head, rest) = page.split_at(table);
    let rule = rest.lines().next().expect("it was found above");
    let after = rest.lines().skip_while(|line| line.starts_with('|'));
    let lines: Vec<&str> = head.lines().chain([rule]).chain(rows.iter().map(String::as_str)).chain(after).collect();
    fs::write(path, lines.join("\n") + "\n").expect("the page can be written");
}

#[test]
fn the_page_has_a_row_for_each_fault() {
    let page = include_str!("../LIBP2P-FAULTS.md");
    let known = Fault::ALL.into_iter().filter(|fault| is_in_reach(*fault));
    let known = known.map(|fault| (fault.code(), fault.sentence()));
    for (name, sentence) in known.chain(FAULTS.iter().map(|fault| (fault.name, fault.sentence))) {
        let start = format!("| {name} | {sentence} | ");
        assert!(page.contains(&start), "the page has no row that starts with `{start}`");
    }
}

#[test]
fn minimized_sequences_are_at_most_twice_as_long_as_those_made_by_hand() {
    let page = include_str!("../LIBP2P-FAULTS.md");
    for row in page.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        if let [name, .., minimized, by_hand] = cells.as_slice()
            && let (Ok(minimized), Ok(by_hand)) = (minimized.parse::<usize>(), by_hand.parse::<usize>())
        {
            assert!(minimized <= 2 * by_hand, "{name}: {minimized} steps, {by_hand} by hand");
        }
    }
}

#[test]
fn parameters_that_break_a_rule_are_refused_except_by_the_fault() {
    let mut parameters = Profile::Small.parameters();
    parameters.degree_low = parameters.degree + 1;
    let header = Header {
        implementation: None,
        seed: None,
        profile: None,
        dialect: None,
        follows: Faults::none(),
        description: None,
        parameters,
    };
    let refused = Reference::new().start(&header, Views::Never);
    assert!(matches!(refused, Err(ImplementationError::Parameters(_))), "{refused:?}");
    assert!(planted(Fault::ParametersUnchecked).start(&header, Views::Never).is_ok());
}
