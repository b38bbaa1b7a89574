//! The scenarios of the libp2p router: at least one for each rule of its page, and one for each switch of a dialect.
//!
//! The reference model answers, a second one judges every answer, and [`render`] writes inputs, answers and changes of the
//! state. The description of a scenario starts with a rule and what the model reports of it in the last step, such as
//! `graft (4) holds: the backoff has not ended.` If it names a switch, such as `` `prune_zero` ``, the last step is shown in
//! each dialect that answers otherwise.

mod facts;
mod page;
mod parameters;
mod render;
mod run;
mod shown;
mod text;

pub use render::{Rendering, render};
pub use run::Report;
pub use shown::{Outcome, Shown, switch_of, switches};

pub(crate) use page::page;

use crate::SnapshotFamily;
use gossipsub_conformance::libp2p::{Header, Libp2pFamily};

impl SnapshotFamily for Libp2pFamily {
    const FOLDER: &'static str = "libp2p";

    fn description(header: &Header) -> Option<&str> {
        header.description.as_deref()
    }
}

/// The rules that no scenario shows, each with the reason.
pub const WITHOUT_SCENARIO: &[(&str, &str)] = &[
    ("answer (1)", "about answers that no model gives"),
    ("answer (2)", "about answers that no model gives"),
    ("answer (3)", "about answers that no model gives"),
    ("answer (4)", "about steps that no script has"),
    ("view (1)", "compares what is shown, and decides nothing"),
    ("view (2)", "compares what is shown, and decides nothing"),
    ("view (3)", "compares what is shown, and decides nothing"),
    ("view (4)", "compares what is shown, and decides nothing"),
];
