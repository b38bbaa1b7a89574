//! Whether a campaign is over, for what runs within a case.

use super::Until;
use crate::engine::StopSignal;
use std::{
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::Instant,
};

/// Whether a campaign is over: its time, or a request to stop. Asking is cheap enough for every step.
#[derive(Debug)]
pub(in crate::engine) struct Clock {
    until: Until,
    begin: Instant,
    time_is_over: AtomicBool,
    stop: StopSignal,
}

impl Clock {
    pub(super) fn start(until: Until, stop: StopSignal) -> Self {
        Self { until, begin: Instant::now(), time_is_over: AtomicBool::new(false), stop }
    }

    pub(in crate::engine) fn is_over(&self) -> bool {
        self.time_is_over.load(Ordering::Relaxed) || self.stop.is_set()
    }

    /// Whether a case may begin.
    pub(super) fn allows_case(&self, index: u64) -> bool {
        let is_left = match self.until {
            Until::Cases(cases) => index < cases,
            Until::Time(time) => self.begin.elapsed() < time,
        };
        is_left && !self.is_over()
    }

    /// Waits for the end of the time, or of the jobs: they drop the other side.
    pub(super) fn run(&self, jobs: &Receiver<()>) {
        if let Until::Time(time) = self.until
            && jobs.recv_timeout(time) == Err(RecvTimeoutError::Timeout)
        {
            self.time_is_over.store(true, Ordering::Relaxed);
        }
    }
}
