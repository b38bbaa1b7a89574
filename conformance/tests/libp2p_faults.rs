//! The default campaign finds every known fault of libp2p implementations, planted in the reference model.
//!
//! With `LIBP2P_FAULTS_TABLE` set to a file, the test also minimizes what it finds, and writes `LIBP2P-FAULTS.md` there.

use gossipsub_conformance::{
    engine::{
        Counterexample, Finding, Implementation as _, ImplementationError, Named as _, Sequence, Views,
        campaign::{Case, Plan, Results, Shard, Until, run},
        known_differences::KnownDifferences,
        minimize::{Options, minimize},
        run_sequence,
    },
    libp2p::{DialectName, Header, Libp2pFamily, Profile, Reference},
};
use gossipsub_reference_model::libp2p::{Fault, Faults};
use std::{fmt::Write as _, time::Duration};

/// So many cases find each fault.
const CASES: u64 = 3000;

/// The steps of a case.
const STEPS: u64 = 200;

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
        "R7" => 3608,
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

/// The first case of the default campaign that shows the fault. The model without the fault shows nothing in it.
fn first_case(fault: Fault) -> Option<Case<Libp2pFamily>> {
    dialects(fault).find_map(|dialect| first_case_in(fault, dialect))
}

fn first_case_in(fault: Fault, dialect: DialectName) -> Option<Case<Libp2pFamily>> {
    let is_of_fault = |case: &Case<Libp2pFamily>| {
        let Counterexample { header, steps, views, .. } = &case.counterexample;
        run_sequence(&mut Reference::with_faults(others(fault)), header, steps, *views).1.is_none()
    };
    // Most faults are found by few cases.
    [30, 300, CASES].into_iter().find_map(|cases| {
        let cases = campaign(fault, dialect, cases).findings.into_values().map(|(case, _)| case);
        cases.filter(is_of_fault).min_by_key(|case| case.number)
    })
}

fn campaign(fault: Fault, dialect: DialectName, cases: u64) -> Results<Libp2pFamily> {
    let plan = Plan::<Libp2pFamily> {
        seed: 0,
        variant: dialect,
        profiles: Profile::ALL.to_vec(),
        steps: STEPS,
        shard: Shard::WHOLE,
        jobs: 2,
        until: Until::Cases(cases),
        fail_fast: false,
        views: Views::Heartbeat,
        known: KnownDifferences::default(),
    };
    run(&plan, || planted(fault), &|_, _| ())
}

/// The rule of a finding, without its sentence.
fn rule(finding: &Finding) -> String {
    let kind = finding.kind();
    match kind.split_once("): ") {
        Some((rule, _)) => format!("{rule})"),
        None => kind,
    }
}

fn row(fault: Fault, case: Case<Libp2pFamily>) -> String {
    let Case { number, counterexample, .. } = case;
    let steps = number * STEPS + counterexample.steps.len() as u64;
    let found = rule(&counterexample.finding);
    let dialect = counterexample.header.dialect.unwrap_or_default().name();
    let sequence = Sequence { header: counterexample.header, steps: counterexample.steps };
    let options = Options { time: Duration::from_secs(20), views: counterexample.views, ..Options::default() };
    let minimized = minimize(sequence, &mut planted(fault), &options).expect("a finding shows again");
    let length = minimized.counterexample.steps.len();
    let hand = by_hand(fault).map_or_else(String::new, |steps| steps.to_string());
    let (code, sentence) = (fault.code(), fault.sentence());
    format!("| {code} | {sentence} | {dialect} | {found} | {} | {steps} | {length} | {hand} |", number + 1)
}

/// The campaign draws valid parameters only, so this fault has a test of its own.
fn is_about_invalid_parameters(fault: Fault) -> bool {
    fault == Fault::ParametersUnchecked
}

#[test]
fn every_known_fault_is_found_by_the_default_campaign() {
    let mut rows = Vec::new();
    let mut missed = Vec::new();
    for fault in Fault::ALL.into_iter().filter(|fault| !is_about_invalid_parameters(*fault)) {
        match first_case(fault) {
            None => missed.push(fault.code()),
            Some(case) if std::env::var_os("LIBP2P_FAULTS_TABLE").is_some() => rows.push(row(fault, case)),
            Some(_) => {}
        }
    }
    if let Some(path) = std::env::var_os("LIBP2P_FAULTS_TABLE") {
        std::fs::write(path, table(&rows)).expect("the table can be written");
    }
    assert!(missed.is_empty(), "not found in {CASES} cases: {missed:?}");
}

fn table(rows: &[String]) -> String {
    let mut text = String::from(
        "# Known faults of libp2p implementations\n\n\
         Each fault is planted in the reference model, and the default campaign runs against it.\n\
         The table has the rule that the first finding names, the cases and steps until then, and the steps of the minimized sequence.\n\
         The last column has the steps of the shortest sequence made by hand, if there is one.\n\
         The test `libp2p_faults` writes this page if `LIBP2P_FAULTS_TABLE` names it.\n\
         Some faults do nothing without a switch of their implementation's dialect; G6 does nothing without G5, so it is planted with it.\n\
         R12 is about parameters that are no valid ones, which a campaign never draws: it has a test of its own.\n\n\
         | fault | what the router does | dialect | rule | cases | steps | minimized | by hand |\n\
         |---|---|---|---|---:|---:|---:|---:|\n",
    );
    for row in rows {
        writeln!(text, "{row}").expect("writing to a string succeeds");
    }
    text
}

#[test]
fn the_table_has_a_row_for_each_fault() {
    let table = include_str!("../LIBP2P-FAULTS.md");
    for fault in Fault::ALL.into_iter().filter(|fault| !is_about_invalid_parameters(*fault)) {
        let start = format!("| {} | {} | ", fault.code(), fault.sentence());
        assert!(table.contains(&start), "the table has no row that starts with `{start}`");
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
