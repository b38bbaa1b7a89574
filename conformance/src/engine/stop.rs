//! A request to stop early, such as that of a user or of a CI system.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// A request to stop early. Copies share it. Campaigns and minimizers end soon after it, with what they have; an exchange
/// with a program ends with [`ImplementationError::Stopped`](super::ImplementationError::Stopped).
#[derive(Clone, Debug, Default)]
pub struct StopSignal(Arc<AtomicBool>);

impl StopSignal {
    /// Requests to stop.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was requested.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
