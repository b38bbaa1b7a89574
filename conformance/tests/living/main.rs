//! The pages `LIVING.md` and `living.html`: a matrix of implementations in use, by rule and by property.
//!
//! The pages are generated from the results that are stored beside the adapters and from the files of known differences.
//! This test fails if they are not current. With `LIVING_PAGES=write` it writes them; with `LIVING_REPORTS=FOLDER` it
//! stores the reports of `check --report-json` in that folder first. `conformance/living` does both.

mod html;
mod markdown;
mod matrix;
mod results;
mod words;

use matrix::Matrix;
use std::path::{Path, PathBuf};

/// The largest size of the HTML page.
const MOST_BYTES: usize = 300_000;

fn conformance() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn pages() -> [(&'static str, String); 2] {
    let matrix = Matrix::read(&conformance());
    [("LIVING.md", markdown::page(&matrix)), ("living.html", html::page(&matrix))]
}

#[test]
fn the_pages_are_those_of_the_stored_results() {
    if let Some(folder) = std::env::var_os("LIVING_REPORTS") {
        results::store(Path::new(&folder), &conformance());
    }
    for (name, page) in pages() {
        let path = conformance().join(name);
        if std::env::var_os("LIVING_PAGES").is_some_and(|value| value == "write") {
            std::fs::write(&path, &page).expect("to write");
        }
        let stored = std::fs::read_to_string(&path).expect("the page");
        assert!(stored == page, "{name} is not current: LIVING_PAGES=write cargo test --test living renews it");
    }
}

#[test]
fn the_html_page_stands_alone() {
    let [_, (_, page)] = pages();
    assert!(page.len() <= MOST_BYTES, "{} bytes", page.len());
    for outside in ["<script", "src=", "@import", "url(", "<link"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("prefers-color-scheme: dark"));
}

#[test]
fn every_rule_and_property_has_a_row() {
    let matrix = Matrix::read(&conformance());
    assert_eq!(matrix.rules.len(), gossipsub_reference_model::libp2p::RULES.len());
    assert_eq!(matrix.properties.len(), gossipsub_conformance::libp2p::properties::ALL.len());
    let columns = matrix.implementations.len();
    assert!(matrix.rules.iter().chain(&matrix.properties).all(|row| row.cells.len() == columns));
}
