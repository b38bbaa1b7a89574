//! Numbers of seconds on the command line.

use std::time::Duration;

/// A number of seconds above 0.
pub(crate) fn positive_seconds(text: &str) -> Result<Duration, String> {
    match seconds(text) {
        Ok(time) if !time.is_zero() => Ok(time),
        _ => Err("expected a number of seconds above 0".into()),
    }
}

/// A number of seconds, or 0.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: Option<f64> = text.parse().ok();
    seconds
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "expected a number of seconds, 0 or more".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_finite_and_not_negative() {
        for text in ["nan", "inf", "-1", "1e300", "", "x"] {
            assert!(seconds(text).is_err() && positive_seconds(text).is_err(), "{text}");
        }
        assert_eq!(seconds("0"), Ok(Duration::ZERO));
        assert!(positive_seconds("0").is_err() && positive_seconds("1e-12").is_err());
        assert_eq!(positive_seconds("1.5"), Ok(Duration::from_millis(1500)));
    }
}
