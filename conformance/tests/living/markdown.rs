//! The pages as Markdown.

use super::matrix::{CellVerdict, Difference, LEGEND, Matrix, Row, Sequence};
use gossipsub_conformance::engine::Named;
use std::fmt::Write;

/// `LIVING.md`.
pub(crate) fn page(matrix: &Matrix) -> String {
    let mut page = String::from(
        "# Living implementations\n\n\
         Implementations of gossipsub in use, checked by the campaign of the harness through the [adapters](adapters/README.md).\n\
         This page is generated from stored results; [`living`](living) renews it.\n\n\
         ## Campaigns\n\n\
         | implementation | version | dialect | cases | steps | known differences | open findings |\n\
         |---|---|---|---:|---:|---:|---:|\n",
    );
    // Writing to a string cannot fail.
    for one in &matrix.implementations {
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} | {} | {} | {} |",
            one.name,
            one.version,
            one.dialect.name(),
            one.results.cases,
            one.results.steps,
            one.differences.len(),
            one.results.findings.len()
        );
    }
    page.push_str("\n## What a cell means\n\n| cell | meaning |\n|---|---|\n");
    for (word, meaning) in LEGEND {
        let _ = writeln!(page, "| {word} | {meaning} |");
    }
    page.push_str(
        "\nThe numbers say how often the rule decided, and in how many cases.\n\
         Each property is checked at every step of these cases up to the first difference; a step can have nothing that the property is about.\n",
    );
    table(
        &mut page,
        "Rules of the model",
        "[LIBP2P.md](../reference-model/LIBP2P.md) has the rules.",
        matrix,
        &matrix.rules,
    );
    let about = "Sentences of the specification, checked without the model: [TRUST.md](TRUST.md).";
    table(&mut page, "Properties", about, matrix, &matrix.properties);
    page.push_str("\n## Differences\n");
    for one in &matrix.implementations {
        if one.differences.is_empty() && one.results.unsupported.is_empty() && one.results.findings.is_empty() {
            continue;
        }
        let _ = writeln!(page, "\n### {} {}\n", one.name, one.version);
        for difference in &one.differences {
            write_difference(&mut page, difference);
        }
        for finding in &one.results.findings {
            let _ = writeln!(page, "- **open finding**: {} (in {} cases)", finding.kind, finding.cases);
        }
        for (reason, cases) in &one.results.unsupported {
            let _ = writeln!(page, "- unsupported: {reason} ({cases} cases ended there)");
        }
    }
    page
}

fn table(page: &mut String, title: &str, about: &str, matrix: &Matrix, rows: &[Row]) {
    let _ = write!(page, "\n## {title}\n\n{about}\n\n| |");
    for one in &matrix.implementations {
        let _ = write!(page, " {} {} |", one.name, one.version);
    }
    let _ = writeln!(page, "\n|---|{}", "---|".repeat(matrix.implementations.len()));
    for row in rows {
        let _ = write!(page, "| {} |", row.name);
        for cell in &row.cells {
            let more = match &cell.verdict {
                CellVerdict::Dialect(switches) => format!(" ({switches})"),
                CellVerdict::Fault(faults) => {
                    let links = faults.iter().map(|(name, page)| match page {
                        Some(page) => format!("[{name}]({page})"),
                        None => name.clone(),
                    });
                    format!(": {}", links.collect::<Vec<_>>().join(", "))
                }
                _ => String::new(),
            };
            let checked = cell.checked();
            let checked = if checked.is_empty() { checked } else { format!(", {checked}") };
            let _ = write!(page, " {}{more}{checked} |", cell.word());
        }
        page.push('\n');
    }
}

fn write_difference(page: &mut String, difference: &Difference) {
    let Difference { known, times, .. } = difference;
    let name = match &difference.page {
        Some(path) => format!("[{}]({path})", known.name()),
        None => known.name().to_owned(),
    };
    let _ = writeln!(page, "- **{name}** ({}; {times} times): {}", known.rules.join(", "), known.reason);
    if known.withheld {
        let _ = writeln!(page, "  Details are withheld until the maintainers have had a report.");
    }
    if let Some(sentence) = &known.sentence {
        let link = known.link.as_ref().map_or_else(String::new, |link| format!(" ([specification]({link}))"));
        let _ = writeln!(page, "  Breaks: “{sentence}”{link}");
    }
    if let Some(dialect) = &known.dialect {
        let _ = writeln!(page, "  Dialect: {dialect}.");
    }
    for Sequence { path, words, allowed } in &difference.sequences {
        let allowed = allowed.as_ref().map_or_else(String::new, |allowed| format!(" Allowed: {allowed}."));
        let _ = writeln!(page, "  Minimal sequence: {words}.{allowed} [Trace]({path})");
    }
    if let Some(upstream) = &known.upstream {
        let _ = writeln!(page, "  Upstream: {upstream}");
    }
    let _ = writeln!(page, "  Versions: {}.", difference.versions());
}
