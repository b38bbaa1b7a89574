//! The overview page.

use crate::{Check, Quirk, limits, meaning_of, shown_by_output};
use gossipsub_automaton::OutputKind;
use gossipsub_reference_model::rule_of;
use std::fmt::Write;

const OPENING: &str = "\
# Snapshots of every output

What each output of the automaton looks like, by short scenarios. This page is generated: a test fails where it is not
up to date, and `cargo run -p gossipsub-snapshots > snapshots/README.md` makes it anew.

- A *scenario* is a trace script of at most a dozen steps in `scenarios/`, for `gossipsub-conformance record` and for the
  tests here. Its header says in one line what its last step shows.
- A *trace* is what comes of it, in `traces/`: time and input, below that the output in the text form of the original,
  below that what changed in the state. A score is written as the sum of its parts, P1 to P7 (there is no P6), those that
  are 0 left out: `-9 = a(P1 1) + P7 -10` has a time in mesh of topic a, and a behaviour penalty.
- What was left to chance is named by the choice, `any 2 of {1, 2, 3}`, and not by what was drawn: a trace is the same for
  every seed.
- The tests run the optimized automaton, and let the reference model check every answer. An answer that it does not
  allow ends the trace with the rule that it breaks.
- To accept a change of the traces: `INSTA_UPDATE=always cargo test -p gossipsub-snapshots`, and read the difference. A
  new check or quirk gets a variant in `src/check.rs` or `src/quirk.rs`, which then do not compile without a scenario.
";

/// The page, in Markdown.
///
/// # Errors
/// Where the default limits cannot be written: never.
pub fn page() -> Result<String, serde_json::Error> {
    let mut page = OPENING.to_owned();
    page.push_str("\n## Outputs\n\n| output | meaning | rule | scenario | trace |\n|---|---|---|---|---|\n");
    for output in OutputKind::ALL {
        let Some(check) = shown_by_output(*output) else { continue };
        row(&mut page, &[&format!("`{output}`"), meaning_of(*output), rule_of(*output), &links(check)]);
    }
    page.push_str("\n## Quirks\n\n| quirk | scenario | trace |\n|---|---|---|\n");
    for quirk in Quirk::ALL {
        row(&mut page, &[quirk.text(), &links(quirk.shown_by())]);
    }
    page.push_str(
        "\n## Numbered checks, in all their ways\n\n| check | output | scenario | trace |\n|---|---|---|---|\n",
    );
    for check in Check::ALL {
        row(&mut page, &[check.text(), &format!("`{}`", check.shown_by().output), &links(*check)]);
    }
    page.push_str("\n## Default limits\n\nThe traces say which limits are not these (times and spans in ms).\n\n");
    for limit in limits::all_default()? {
        let _ = writeln!(page, "- `{limit}`");
    }
    Ok(page)
}

fn row(page: &mut String, cells: &[&str]) {
    let _ = writeln!(page, "| {} |", cells.join(" | "));
}

/// Two cells: the scenario, and its trace.
fn links(check: Check) -> String {
    let name = check.shown_by().scenario;
    format!("[{name}](scenarios/{name}.jsonl) | [trace](traces/{name}.snap)")
}
