//! After which inputs a view is taken.

use clap::ValueEnum;
use gossipsub_conformance::implementation::Views;

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum View {
    /// After every input
    Every,
    /// After heartbeats, which cannot be checked without
    Heartbeat,
}

impl From<View> for Views {
    fn from(view: View) -> Self {
        match view {
            View::Every => Self::Every,
            View::Heartbeat => Self::Heartbeat,
        }
    }
}
