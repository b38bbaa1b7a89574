//! The families that the command knows, and how a command finds its family.

use clap::ValueEnum;
use gossipsub_conformance::{
    automaton::{AutomatonFamily, Core, Reference},
    engine::{Family, Fork, Implementation, trace::format_of},
};
use std::path::Path;

/// A family, by its name on the command line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FamilyName {
    /// The automaton of the Octez and Mavryk nodes
    #[default]
    Automaton,
}

impl FamilyName {
    /// The family of the trace in a file. A file that is no trace of any family is read as one of the automaton, so that
    /// its error is reported.
    pub(crate) fn of_file(path: &Path) -> Self {
        let _ = format_of(path);
        Self::Automaton
    }
}

/// A family with implementations of our own.
pub(crate) trait CommandFamily: Family {
    /// The implementation in this process that commands use by default.
    type Ours: Fork<Self> + Default + Send + Sync;
    /// The reference model as an implementation.
    type Reference: Implementation<Self> + Default;

    /// The name and the version of [`Self::Ours`].
    const OURS: &'static str;
}

impl CommandFamily for AutomatonFamily {
    type Ours = Core;
    type Reference = Reference;

    const OURS: &'static str = concat!("gossipsub-automaton ", env!("CARGO_PKG_VERSION"));
}

/// Evaluates an expression with a type that stands for the family of a name.
macro_rules! with_family {
    ($name:expr, $family:ident => $body:expr) => {
        match $name {
            $crate::cli::family::FamilyName::Automaton => {
                type $family = gossipsub_conformance::automaton::AutomatonFamily;
                $body
            }
        }
    };
}

pub(crate) use with_family;
