//! The API of `web-time` over a virtual clock: it stands still until [`advance_to`] is called.
//!
//! Each thread has a clock of its own, which starts at the same instant: a run in a new thread repeats the run of another.
#![forbid(unsafe_code)]

use std::cell::Cell;
use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::ops::{Add, AddAssign, Sub, SubAssign};

pub use std::time::Duration;

/// Where every clock starts: late enough that an implementation can subtract its time spans from it.
const START: Duration = Duration::from_secs(1_000_000_000);

/// The zero of [`SystemTime`].
pub const UNIX_EPOCH: SystemTime = SystemTime::UNIX_EPOCH;

thread_local! {
    static NOW: Cell<Duration> = const { Cell::new(START) };
}

/// The time of this thread's clock, from a fixed zero.
#[must_use]
pub fn now() -> Duration {
    NOW.get()
}

/// Moves this thread's clock forward. An earlier time leaves it as it is.
pub fn advance_to(time: Duration) {
    NOW.set(NOW.get().max(time));
}

/// The error of [`SystemTime::duration_since`]: the other time is later.
#[derive(Clone, Debug)]
pub struct SystemTimeError;

impl Display for SystemTimeError {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("the other time is later than this one")
    }
}

impl Error for SystemTimeError {}

/// Both types are a span since the zero of the clock. Like those of `std`, their operators panic on overflow.
macro_rules! point_in_time {
    ($(#[$documentation:meta])* $name:ident) => {
        $(#[$documentation])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Duration);

        impl $name {
            /// The time of this thread's clock.
            #[must_use]
            pub fn now() -> Self {
                Self(now())
            }

            /// The time `span` later, if there is one.
            #[must_use]
            pub fn checked_add(&self, span: Duration) -> Option<Self> {
                self.0.checked_add(span).map(Self)
            }

            /// The time `span` earlier, if there is one.
            #[must_use]
            pub fn checked_sub(&self, span: Duration) -> Option<Self> {
                self.0.checked_sub(span).map(Self)
            }
        }

        impl Add<Duration> for $name {
            type Output = Self;
            fn add(self, span: Duration) -> Self {
                Self(self.0 + span)
            }
        }

        impl AddAssign<Duration> for $name {
            fn add_assign(&mut self, span: Duration) {
                self.0 += span;
            }
        }

        impl Sub<Duration> for $name {
            type Output = Self;
            fn sub(self, span: Duration) -> Self {
                Self(self.0 - span)
            }
        }

        impl SubAssign<Duration> for $name {
            fn sub_assign(&mut self, span: Duration) {
                self.0 -= span;
            }
        }
    };
}

point_in_time! {
    /// A point of monotonic time.
    Instant
}

point_in_time! {
    /// A point of wall-clock time.
    SystemTime
}

impl Instant {
    /// The span since `earlier`; zero if that is later.
    #[must_use]
    pub fn duration_since(&self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// The span since `earlier`; `None` if that is later.
    #[must_use]
    pub fn checked_duration_since(&self, earlier: Self) -> Option<Duration> {
        self.0.checked_sub(earlier.0)
    }

    /// The span since `earlier`; zero if that is later.
    #[must_use]
    pub fn saturating_duration_since(&self, earlier: Self) -> Duration {
        self.duration_since(earlier)
    }

    /// The span from this instant until now; zero if this instant is later.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        Self::now().duration_since(*self)
    }
}

impl Sub for Instant {
    type Output = Duration;
    fn sub(self, earlier: Self) -> Duration {
        self.duration_since(earlier)
    }
}

impl SystemTime {
    /// The zero of the wall clock.
    pub const UNIX_EPOCH: Self = Self(Duration::ZERO);

    /// The span since `earlier`.
    ///
    /// # Errors
    /// If `earlier` is later.
    pub fn duration_since(&self, earlier: Self) -> Result<Duration, SystemTimeError> {
        self.0.checked_sub(earlier.0).ok_or(SystemTimeError)
    }

    /// The span from this time until now.
    ///
    /// # Errors
    /// If this time is later than now.
    pub fn elapsed(&self) -> Result<Duration, SystemTimeError> {
        Self::now().duration_since(*self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_moves_only_when_told_and_never_back() {
        let start = Instant::now();
        assert_eq!(start.elapsed(), Duration::ZERO);
        advance_to(START + Duration::from_millis(5));
        advance_to(START + Duration::from_millis(3));
        assert_eq!(start.elapsed(), Duration::from_millis(5));
        assert_eq!(SystemTime::now().duration_since(UNIX_EPOCH).unwrap(), START + Duration::from_millis(5));
    }

    #[test]
    fn each_thread_starts_at_the_same_time() {
        advance_to(START + Duration::from_secs(1));
        assert_eq!(std::thread::spawn(now).join().unwrap(), START);
    }
}
