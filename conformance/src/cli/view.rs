//! After which inputs a view is taken.

use clap::ValueEnum;
use gossipsub_conformance::engine::Views;

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum View {
    /// After every input
    Every,
    /// After heartbeats
    Heartbeat,
    /// Never the whole state: the fanout alone after heartbeats, which cannot be checked without
    Never,
}

impl From<View> for Views {
    fn from(view: View) -> Self {
        match view {
            View::Every => Self::Every,
            View::Heartbeat => Self::Heartbeat,
            View::Never => Self::Never,
        }
    }
}
