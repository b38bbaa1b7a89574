//! Points in time and spans of time, in whole milliseconds.
//!
//! Sums saturate at the last representable time, so a deadline beyond it never comes. If a saturated sum could give a
//! wrong answer, exact sums are compared instead ([`Time::plus_exact`]).

use core::{
    fmt,
    ops::{Add, Mul, Sub},
};

/// A point in time: whole milliseconds since an arbitrary zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(u64);

/// A length of time: whole milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(u64);

/// How long a peer must not be grafted, as a prune names it.
///
/// The messages of the data-availability layers can name a time that has passed already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PruneBackoff {
    /// Until this long before the prune. The entry stays until the next cleanup, as that of every ended backoff does.
    Before(Span),
    /// Until this long after the prune.
    After(Span),
}

/// How long after a message was first seen a duplicate still counts as a delivery: whole milliseconds.
///
/// The original accepts a negative window, in which no duplicate ever counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window(i64);

impl Time {
    /// The zero from which times are counted.
    pub const ZERO: Self = Self(0);
    /// The last time, at which sums saturate.
    pub const MAX: Self = Self(u64::MAX);

    /// The time `milliseconds` after zero.
    #[must_use]
    pub const fn from_millis(milliseconds: u64) -> Self {
        Self(milliseconds)
    }

    /// Milliseconds since zero.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// The span from `earlier` to this time, or zero if `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// The span from zero to this time.
    #[must_use]
    pub const fn as_span(self) -> Span {
        Span(self.0)
    }

    /// Milliseconds from zero to `span` after this time as an exact sum, for comparisons that must not saturate.
    #[must_use]
    pub fn plus_exact(self, span: Span) -> u128 {
        u128::from(self.0) + u128::from(span.0)
    }
}

impl Add<Span> for Time {
    type Output = Self;

    /// Saturates at [`Time::MAX`].
    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Sub<Span> for Time {
    type Output = Self;

    /// Saturates at [`Time::ZERO`].
    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl Add for Span {
    type Output = Self;

    /// Saturates at [`Span::MAX`].
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Span {
    type Output = Self;

    /// Saturates at [`Span::ZERO`].
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Mul<u64> for Span {
    type Output = Self;

    /// Saturates at [`Span::MAX`].
    fn mul(self, factor: u64) -> Self {
        Self(self.0.saturating_mul(factor))
    }
}

impl Span {
    /// The span of no time.
    pub const ZERO: Self = Self(0);
    /// The longest span.
    pub const MAX: Self = Self(u64::MAX);

    /// A span of whole milliseconds.
    #[must_use]
    pub const fn from_millis(milliseconds: u64) -> Self {
        Self(milliseconds)
    }

    /// A span of whole seconds, saturating.
    #[must_use]
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// A number of seconds, rounded down to milliseconds. A number below 0 and NaN become 0, and others saturate.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the conversion saturates")]
    pub const fn from_secs_f64(seconds: f64) -> Self {
        Self((seconds * 1000.0) as u64)
    }

    /// The length in whole seconds, rounded down.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0 / 1000
    }

    /// The length in milliseconds.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// The length in seconds: milliseconds as a float, divided by 1000.0. Scores are defined on this number.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "the rounding is that of the original")]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// Twice this span, saturating.
    #[must_use]
    pub const fn doubled(self) -> Self {
        Self(self.0.saturating_mul(2))
    }
}

impl PruneBackoff {
    /// A number of seconds, which may be negative.
    #[must_use]
    pub const fn from_secs(seconds: i64) -> Self {
        let span = Span::from_secs(seconds.unsigned_abs());
        if seconds < 0 { Self::Before(span) } else { Self::After(span) }
    }

    /// The end of the backoff of a prune at this time. Saturates at both ends.
    #[must_use]
    pub fn end(self, now: Time) -> Time {
        match self {
            Self::Before(span) => now - span,
            Self::After(span) => now + span,
        }
    }
}

impl From<Span> for PruneBackoff {
    fn from(span: Span) -> Self {
        Self::After(span)
    }
}

impl fmt::Display for PruneBackoff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Before(span) => write!(f, "-{span}"),
            Self::After(span) => span.fmt(f),
        }
    }
}

impl Window {
    /// A window of whole milliseconds. A negative window holds no time.
    #[must_use]
    pub const fn from_millis(milliseconds: i64) -> Self {
        Self(milliseconds)
    }

    /// The length in milliseconds.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whether `now` is within this window after `start`. The end of the window is included.
    #[must_use]
    pub fn holds(self, start: Time, now: Time) -> bool {
        i128::from(now.0) <= i128::from(start.0) + i128::from(self.0)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}ms", self.0)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}ms", self.0)
    }
}
