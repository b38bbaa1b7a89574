//! The families that the command knows, and how a command finds its family.

use clap::ValueEnum;
use gossipsub_conformance::{
    automaton::{self, AutomatonFamily},
    engine::{Family, Fork, Implementation, trace::format_of},
    libp2p::{self, Libp2pFamily},
};
use std::path::Path;

/// A family, by its name on the command line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FamilyName {
    /// The automaton of the Octez and Mavryk nodes
    #[default]
    Automaton,
    /// The libp2p router, judged by the RPCs that it sends
    Libp2p,
}

impl FamilyName {
    /// The family of the trace in a file. A file that is no trace of any family is read as one of the automaton, so that
    /// its error is reported.
    pub(crate) fn of_file(path: &Path) -> Self {
        match format_of(path).as_deref() {
            Some(Libp2pFamily::FORMAT) => Self::Libp2p,
            _ => Self::Automaton,
        }
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

    /// The reference model with known faults planted.
    ///
    /// # Errors
    /// The names that exist, if one does not.
    fn reference(faults: &[String]) -> Result<Self::Reference, String>;
}

impl CommandFamily for AutomatonFamily {
    type Ours = automaton::Core;
    type Reference = automaton::Reference;

    const OURS: &'static str = concat!("gossipsub-automaton ", env!("CARGO_PKG_VERSION"));

    fn reference(faults: &[String]) -> Result<automaton::Reference, String> {
        match faults.first() {
            None => Ok(automaton::Reference::new()),
            Some(fault) => Err(format!("unknown fault `{fault}`; the model of the automaton has none to plant")),
        }
    }
}

impl CommandFamily for Libp2pFamily {
    type Ours = libp2p::Reference;
    type Reference = libp2p::Reference;

    const OURS: &'static str = concat!("gossipsub-reference-model ", env!("CARGO_PKG_VERSION"));

    fn reference(faults: &[String]) -> Result<libp2p::Reference, String> {
        libp2p::Reference::named(faults)
    }
}

/// Evaluates an expression with a type that stands for the family of a name.
macro_rules! with_family {
    ($name:expr, $family:ident => $body:expr) => {
        match $name {
            $crate::cli::family::FamilyName::Automaton => {
                type $family = gossipsub_conformance::automaton::AutomatonFamily;
                $body
            }
            $crate::cli::family::FamilyName::Libp2p => {
                type $family = gossipsub_conformance::libp2p::Libp2pFamily;
                $body
            }
        }
    };
}

pub(crate) use with_family;
