//! What campaigns of the libp2p family reach is what the table of minimum counts lists.
//!
//! With `LIBP2P_COVERAGE_TABLE` set to a file, the test runs longer campaigns and writes `minimum_counts.txt` there.

use gossipsub_conformance::{
    engine::{
        Coverage as _, Named as _, Views,
        campaign::{Plan, Results, Until, run},
    },
    libp2p::{Coverage, DialectName, Libp2pFamily, Reference},
};
use std::fmt::Write as _;

fn campaign(dialect: DialectName, seed: u64, cases: u64) -> Results<Libp2pFamily> {
    let plan = Plan::<Libp2pFamily> {
        seed,
        variant: dialect,
        jobs: 2,
        until: Until::Cases(cases),
        views: Views::Never,
        ..Plan::default()
    };
    run(&plan, Reference::new, &|_, _| ())
}

#[test]
fn campaigns_reach_only_rows_of_the_table_and_nine_in_ten_of_them() {
    if let Some(path) = std::env::var_os("LIBP2P_COVERAGE_TABLE") {
        std::fs::write(path, table()).expect("the table can be written");
    }
    let mut all = Coverage::default();
    for dialect in DialectName::ALL {
        all.add(&campaign(*dialect, 3, 90).coverage);
    }
    let rows = all.rows();
    let counts = all.counts().into_iter();
    let without_row: Vec<String> = counts
        .filter(|(name, count)| *count > 0 && !rows.iter().any(|(row, _)| row == name))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(without_row, Vec::<String>::new());
    let (reached, of) = all.reached();
    assert!(reached * 10 >= of * 9, "{reached} of {of} rows");
}

/// The rows that any campaign reaches, and those that were reached before, each with a third of the least count of a
/// million steps.
fn table() -> String {
    let mut campaigns = Vec::new();
    for dialect in DialectName::ALL {
        for seed in 0..3 {
            campaigns.push(campaign(*dialect, seed, 1000));
        }
    }
    let of_million = |results: &Results<Libp2pFamily>| {
        let counts = results.coverage.counts().into_iter();
        counts.map(|(name, count)| (name, count * 1_000_000 / results.steps)).collect::<Vec<_>>()
    };
    let all: Vec<Vec<(String, u64)>> = campaigns.iter().map(of_million).collect();
    let (known, mut text) = (Coverage::default().rows(), String::new());
    for (index, (name, _)) in Coverage::default().counts().iter().enumerate() {
        let counts = || all.iter().filter_map(|counts| counts.get(index)).map(|(_, count)| *count);
        if counts().any(|count| count > 0) || known.iter().any(|(row, _)| row == name) {
            let minimum = counts().min().unwrap_or(0) / 3;
            writeln!(text, "{minimum:>7}  {name}").expect("writing to a string succeeds");
        }
    }
    text
}
