//! The part of the overview page that is about the router.

use super::{Shown, WITHOUT_SCENARIO, parameters, switch_of, switches};
use crate::{Scenario, page::row};
use gossipsub_conformance::libp2p::Libp2pFamily;
use gossipsub_reference_model::libp2p::RULES;
use std::{error::Error, fmt::Write as _};

const OPENING: &str = "
# Snapshots of every rule of the libp2p router

The scenarios of the libp2p router are in `libp2p/scenarios/`, and their traces in `libp2p/traces/`.

- The reference model answers, and a second one judges every answer.
- The description of a scenario names the rule that its last step shows, with the outcome. The last line of its trace has
  what was compared.
- The choices are drawn with the seed of the header. A line says how many members were chosen of how many.
- If a scenario is about a switch of the dialects, its trace has the last step of each dialect that differs.
- A new rule needs a scenario, and so does a new switch: add a script to `libp2p/scenarios/`, run
  `INSTA_UPDATE=always cargo test -p gossipsub-snapshots`, read the new trace and make this page again.
";

/// The part of the page, in Markdown.
pub(crate) fn page() -> Result<String, Box<dyn Error>> {
    let mut scenarios = Vec::new();
    for name in Scenario::<Libp2pFamily>::names()? {
        scenarios.push(Scenario::<Libp2pFamily>::read(&name)?);
    }
    let mut page = OPENING.to_owned();
    page.push_str(
        "\n## Rules\n\n| rule | outcome | what the scenario shows | scenario | trace |\n|---|---|---|---|---|\n",
    );
    for rule in RULES {
        let of_rule = scenarios.iter().filter_map(|scenario| {
            let shown = Shown::read(&scenario.description)?;
            (shown.rule == rule.name).then_some((scenario, shown))
        });
        for (Scenario { name, .. }, Shown { outcome, sentence, .. }) in of_rule {
            row(&mut page, &[rule.name, &outcome.to_string(), &sentence, &links(name)]);
        }
        if let Some((_, reason)) = WITHOUT_SCENARIO.iter().find(|(without, _)| *without == rule.name) {
            row(&mut page, &[rule.name, "", reason, "", ""]);
        }
    }
    page.push_str("\n## Switches of the dialects\n\n| switch | scenario | trace |\n|---|---|---|\n");
    for switch in switches() {
        for Scenario { name, .. } in scenarios.iter().filter(|found| switch_of(&found.description) == Some(switch)) {
            row(&mut page, &[&format!("`{switch}`"), &links(name)]);
        }
    }
    page.push_str(
        "\n## Default parameters\n\nThe traces say which parameters are not these (times and spans in ms).\n\n",
    );
    for parameter in parameters::all_default()? {
        writeln!(page, "- `{parameter}`")?;
    }
    Ok(page)
}

/// Two cells: the scenario, and its trace.
fn links(name: &str) -> String {
    format!("[{name}](libp2p/scenarios/{name}.jsonl) | [trace](libp2p/traces/{name}.snap)")
}
