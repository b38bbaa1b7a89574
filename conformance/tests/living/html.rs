//! The pages as one HTML page that stands alone.

use super::matrix::{Cell, CellVerdict, Difference, LEGEND, Matrix, Row};
use gossipsub_conformance::engine::Named;
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = "
:root { color-scheme: light dark; --back: #fff; --text: #1a1a1a; --soft: #5c5c5c; --line: #d5d5d5;
  --conforms: #e3f4e3; --dialect: #e2ecfa; --fault: #fbe0dd; --open: #f6c8c2; --none: #f1f1f1; }
@media (prefers-color-scheme: dark) { :root { --back: #16181b; --text: #e8e8e8; --soft: #a3a3a3; --line: #3a3d42;
  --conforms: #1d3a24; --dialect: #1d2f4b; --fault: #52241f; --open: #6e2a22; --none: #24272b; } }
body { background: var(--back); color: var(--text); font: 15px/1.45 system-ui, sans-serif; margin: 2em auto;
  max-width: 78em; padding: 0 1em; }
a { color: inherit; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid var(--line); padding: .3em .5em; text-align: left; vertical-align: top; }
thead th { background: var(--back); position: sticky; top: 0; }
tbody th { font-weight: 600; min-width: 13em; }
small { color: var(--soft); display: block; font-weight: 400; }
.conforms { background: var(--conforms); } .dialect { background: var(--dialect); } .fault { background: var(--fault); }
.open { background: var(--open); } .none { background: var(--none); color: var(--soft); }
article { border-top: 1px solid var(--line); padding: .6em 0; }
h4 { margin: 0 0 .2em; } p { margin: .2em 0; } code { font-size: .9em; }
";

/// `living.html`.
pub(crate) fn page(matrix: &Matrix) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Living implementations of gossipsub" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { "Living implementations" }
                p { "Implementations of gossipsub in use, checked by the campaign of the harness. This page is generated from stored results." }
                h2 { "Campaigns" }
                div.wide { (campaigns(matrix)) }
                h2 { "What a cell means" }
                table {
                    tbody {
                        @for (word, meaning) in LEGEND {
                            tr { td class=(class(word)) { (word) } td { (meaning) } }
                        }
                    }
                }
                p { "The numbers say how often the rule decided, and in how many cases. Each property is checked at every step of these cases up to the first difference; a step can have nothing that the property is about." }
                h2 { "Rules of the model" }
                div.wide { (table(matrix, &matrix.rules)) }
                h2 { "Properties" }
                p { "Sentences of the specification, checked without the model." }
                div.wide { (table(matrix, &matrix.properties)) }
                h2 { "Differences" }
                (differences(matrix))
            }
        }
    };
    page.into_string() + "\n"
}

/// The class of a cell's word.
fn class(word: &str) -> &str {
    match word {
        "open finding" => "open",
        "unsupported" | "not reached" => "none",
        word => word,
    }
}

fn campaigns(matrix: &Matrix) -> Markup {
    html! {
        table {
            thead {
                tr {
                    @for name in ["implementation", "version", "dialect", "cases", "steps", "known differences", "open findings"] {
                        th scope="col" { (name) }
                    }
                }
            }
            tbody {
                @for one in &matrix.implementations {
                    tr {
                        th scope="row" { (one.name) }
                        td { (one.version) }
                        td { (one.dialect.name()) }
                        td { (one.results.cases) }
                        td { (one.results.steps) }
                        td { (one.differences.len()) }
                        td { (one.results.findings.len()) }
                    }
                }
            }
        }
    }
}

fn table(matrix: &Matrix, rows: &[Row]) -> Markup {
    html! {
        table {
            thead {
                tr {
                    th {}
                    @for one in &matrix.implementations { th scope="col" { (one.name) " " (one.version) } }
                }
            }
            tbody {
                @for row in rows {
                    tr {
                        th scope="row" { (row.name) small { (row.sentence) } }
                        @for cell in &row.cells { (cell_markup(cell)) }
                    }
                }
            }
        }
    }
}

fn cell_markup(cell: &Cell) -> Markup {
    html! {
        td class=(class(cell.word())) {
            (cell.word())
            @match &cell.verdict {
                CellVerdict::Dialect(switches) => { " (" (switches) ")" }
                CellVerdict::Fault(faults) => {
                    ": "
                    @for (index, (name, page)) in faults.iter().enumerate() {
                        @if index > 0 { ", " }
                        @match page {
                            Some(page) => { a href=(page) { (name) } }
                            None => { (name) }
                        }
                    }
                }
                _ => {}
            }
            small { (cell.checked()) }
        }
    }
}

fn differences(matrix: &Matrix) -> Markup {
    html! {
        @for one in &matrix.implementations {
            h3 { (one.name) " " (one.version) }
            @for difference in &one.differences { (difference_markup(difference)) }
            @for finding in &one.results.findings {
                p { b { "Open finding: " } (finding.kind) " (in " (finding.cases) " cases)" }
            }
            @for (reason, cases) in &one.results.unsupported {
                p { "Unsupported: " (reason) " (" (cases) " cases ended there)" }
            }
        }
    }
}

fn difference_markup(difference: &Difference) -> Markup {
    let Difference { known, times, page, sequences } = difference;
    html! {
        article {
            h4 {
                @match page {
                    Some(page) => { a href=(page) { (known.name()) } }
                    None => { (known.name()) }
                }
            }
            p { (known.reason) }
            @if known.withheld { p { "Details are withheld until the maintainers have had a report." } }
            @if let Some(sentence) = &known.sentence {
                p {
                    "Breaks: “" (sentence) "” "
                    @if let Some(link) = &known.link { a href=(link) { "specification" } }
                }
            }
            @if let Some(dialect) = &known.dialect { p { "Dialect: " (dialect) } }
            @for sequence in sequences {
                p {
                    "Minimal sequence: " code { (sequence.words) } " "
                    @if let Some(allowed) = &sequence.allowed { "Allowed: " (allowed) ". " }
                    a href=(sequence.path) { "trace" }
                }
            }
            @if let Some(upstream) = &known.upstream { p { a href=(upstream) { "upstream issue" } } }
            small { (known.rules.join(", ")) "; occurred " (times) " times; versions: " (difference.versions()) }
        }
    }
}
