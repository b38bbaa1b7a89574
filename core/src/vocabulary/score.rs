//! Score values as outputs and views show them, and the finite numbers that an application may set.

use core::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
};

/// The score of a peer: any float except NaN, which counts as minus infinity.
///
/// Two scores are equal if all their bits are, so 0.0 and -0.0 differ here. The rules of the automaton compare
/// [`Score::value`]s instead, so that the two zeros are equal.
#[derive(Clone, Copy, Debug)]
pub struct Score(f64);

impl Score {
    /// The score of a peer without a record.
    pub const ZERO: Self = Self(0.0);

    /// The number, for comparisons.
    #[must_use]
    pub const fn value(self) -> f64 {
        self.0
    }
}

/// The order of [`f64::total_cmp`], which agrees with equality: -0.0 comes directly before 0.0.
impl Ord for Score {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<f64> for Score {
    /// A NaN becomes minus infinity.
    fn from(value: f64) -> Self {
        Self(if value.is_nan() { f64::NEG_INFINITY } else { value })
    }
}

impl PartialEq for Score {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Score {}

impl Hash for Score {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

/// A number that is neither infinite nor NaN. Two of them are equal if all their bits are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Finite(f64);

/// The error for an application score that is infinite or NaN.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("an application score must be finite, and {0} is not")]
pub struct NotFinite(pub f64);

impl Finite {
    /// Checks that the number is finite.
    ///
    /// # Errors
    /// [`NotFinite`] for infinities and NaN.
    pub fn new(value: f64) -> Result<Self, NotFinite> {
        if value.is_finite() { Ok(Self(value)) } else { Err(NotFinite(value)) }
    }

    /// The finite number nearest to a float. NaN becomes 0.
    #[must_use]
    pub const fn nearest(value: f64) -> Self {
        if value.is_nan() { Self(0.0) } else { Self(value.clamp(f64::MIN, f64::MAX)) }
    }

    /// The number.
    #[must_use]
    pub const fn value(self) -> f64 {
        self.0
    }
}

impl PartialEq for Finite {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Finite {}

impl Hash for Finite {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::vocabulary::text::write_float(f, self.0)
    }
}

impl fmt::Display for Finite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::vocabulary::text::write_float(f, self.0)
    }
}
