//! Pearson's chi-squared: how far counts are from what is expected, and how likely chance is to take them as far.

use statrs::distribution::{ChiSquared, ContinuousCDF, Discrete, Hypergeometric};

/// A sum of squared differences, each in proportion to its variance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Statistic {
    pub(super) value: f64,
    pub(super) degrees_of_freedom: usize,
}

impl Statistic {
    /// The probability of a value as large or larger if all choices are uniform. 1 without degrees of freedom.
    pub(super) fn p(self) -> f64 {
        ChiSquared::new(float(self.degrees_of_freedom as u64)).map_or(1.0, |limit| limit.sf(self.value))
    }
}

/// Of counts whose cells are equally likely.
pub(super) fn of_equal_cells(counts: &[u64]) -> Statistic {
    let share = 1.0 / float(counts.len() as u64);
    of_cells(&counts.iter().map(|count| (*count, share)).collect::<Vec<_>>())
}

/// Of counts and the likelihoods of their cells, which add up to 1.
fn of_cells(cells: &[(u64, f64)]) -> Statistic {
    let all = float(cells.iter().map(|(count, _)| count).sum());
    let term = |(count, likelihood): &(u64, f64)| {
        let expected = all * likelihood;
        let difference = float(*count) - expected;
        if expected > 0.0 { difference * difference / expected } else { 0.0 }
    };
    Statistic { value: cells.iter().map(term).sum(), degrees_of_freedom: cells.len().saturating_sub(1) }
}

/// The statistic of how often each of n members was chosen, if `chosen` of them are chosen together, `times` times.
///
/// A choice without replacement makes the counts less different from each other than cells would be: their covariance
/// is that of n cells times (n - k) / (n - 1).
pub(super) fn of_inclusions(inclusions: &[u64], chosen: u64, times: u64) -> Statistic {
    let members = inclusions.len() as u64;
    let expected = float(times) * float(chosen) / float(members);
    let squares: f64 = inclusions.iter().map(|count| (float(*count) - expected).powi(2) / expected).sum();
    let value = squares * float(members.saturating_sub(1)) / float(members.saturating_sub(chosen));
    Statistic { value, degrees_of_freedom: inclusions.len().saturating_sub(1) }
}

/// Of how many of `half` of the members were among the `chosen`: `counts` says how often none, one, and so on.
///
/// Neighbouring numbers are taken together until 50 of their kind are expected.
pub(super) fn of_parts(counts: &[u64], of: u64, half: u64, chosen: u64) -> Statistic {
    let times = float(counts.iter().sum());
    let mut cells: Vec<(u64, f64)> = Vec::new();
    let mut open = (0, 0.0);
    for (number, count) in (0..).zip(counts) {
        open.0 += count;
        open.1 += Hypergeometric::new(of, half, chosen).map_or(0.0, |limit| limit.pmf(number));
        if open.1 * times >= 50.0 {
            cells.push(std::mem::take(&mut open));
        }
    }
    if let Some(last) = cells.last_mut() {
        last.0 += open.0;
        last.1 += open.1;
    }
    of_cells(&cells)
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
const fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-6 * b.abs()
    }

    #[test]
    fn p_values_are_those_of_the_tables() {
        let p = |value, degrees_of_freedom| Statistic { value, degrees_of_freedom }.p();
        // With two degrees of freedom the tail is exp(-x / 2).
        assert!(close(p(40.0, 2), (-20.0_f64).exp()) && close(p(60.0, 2), (-30.0_f64).exp()));
        // With four, exp(-x / 2) (1 + x / 2).
        assert!(close(p(50.0, 4), (-25.0_f64).exp() * 26.0));
        assert!(close(p(0.5, 4), (-0.25_f64).exp() * 1.25));
        assert!(p(1e9, 35) <= 0.0 && p(0.0, 35) >= 1.0 && p(0.0, 0) >= 1.0);
    }

    #[test]
    fn a_statistic_is_the_sum_of_squares() {
        assert_eq!(of_equal_cells(&[10, 20, 30]), Statistic { value: 10.0, degrees_of_freedom: 2 });
        assert_eq!(of_equal_cells(&[]), Statistic { value: 0.0, degrees_of_freedom: 0 });
        // 1 of n: inclusions are cells.
        assert!(close(of_inclusions(&[10, 20, 30], 1, 60).value, 10.0));
        // 2 of 3 are chosen where 1 of 3 is left out: the same statistic of the complement.
        assert!(close(of_inclusions(&[50, 40, 30], 2, 60).value, 10.0));
    }

    #[test]
    fn rare_numbers_are_taken_together() {
        // 2 of 4, half of them: none, one and two with likelihoods 1/6, 4/6, 1/6.
        assert!(close(of_parts(&[60, 180, 60], 4, 2, 2).value, 6.0));
        assert_eq!(of_parts(&[50, 200, 50], 4, 2, 2).degrees_of_freedom, 2);
        assert_eq!(of_parts(&[20, 80, 20], 4, 2, 2).degrees_of_freedom, 0);
    }
}
