//! Signals: the first one asks a command to stop with what it has, the second one ends it.

use gossipsub_conformance::engine::{StopSignal, implementation::end_all};
use std::{
    process::exit,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

/// The exit code of a command that was stopped before its end and found nothing.
pub(crate) const STOPPED: u8 = 130;

/// Set by the first signal.
static STOP: OnceLock<StopSignal> = OnceLock::new();

/// Whether the command that runs ends by itself after [`STOP`].
static ENDS_ITSELF: AtomicBool = AtomicBool::new(false);

/// Handles SIGINT, SIGTERM and SIGHUP. Programs under test end with the command in any case.
pub(crate) fn handle_signals() -> Result<(), ctrlc::Error> {
    let stop = STOP.get_or_init(StopSignal::default);
    ctrlc::set_handler(|| {
        if stop.is_set() || !ENDS_ITSELF.load(Ordering::Relaxed) {
            end_all();
            exit(STOPPED.into());
        }
        stop.stop();
    })
}

/// The request to stop, for a command that ends by itself after it.
pub(crate) fn signal() -> StopSignal {
    ENDS_ITSELF.store(true, Ordering::Relaxed);
    STOP.get_or_init(StopSignal::default).clone()
}
