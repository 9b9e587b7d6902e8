//! Bounds of quantiles, shares and means, each side with a misrate of its own.
//!
//! The bounds of quantiles and shares hold for every distribution: they count values below and above, and such counts
//! are binomial.

use super::distribution::{beta_log_odds_above, beta_share, student_two_sided};
use super::{mean, std};

/// The ranks, from 0, of the sorted values that bound a quantile from below and from above; none on a side that so
/// few values do not bound.
///
/// Each side misses with at most `misrate`. `X[r]` lies above the quantile if at most `r` values lie at or below it,
/// and `X[s]` lies below the quantile if more than `s` values do (David and Nagaraja, Order Statistics, 2003, 7.1).
pub(crate) fn quantile_ranks(count: usize, p: f64, misrate: f64) -> (Option<usize>, Option<usize>) {
    let lower = partition(count, |rank| at_most(rank, count, p) <= misrate).checked_sub(1);
    // The same from the other end: the values above a quantile are a share of `1 - p`.
    let upper = partition(count, |rank| at_most(rank, count, 1.0 - p) <= misrate).checked_sub(1);
    (lower, upper.map(|rank| count - 1 - rank))
}

/// Sorts numbers that know their places, by the numbers alone.
pub(super) fn sort_numbered(numbers: &mut [(f64, usize)]) {
    numbers.sort_unstable_by(|(one, _), (other, _)| one.total_cmp(other));
}

/// How many values a bound needs that is an extreme value: the smallest `n` with `share^n <= misrate`.
///
/// With a share of 0.95 and a misrate of 5 %, it is 59 (Wilks, Annals of Mathematical Statistics 12, 1941).
pub(crate) fn fewest_values(share: f64, misrate: f64) -> f64 {
    let count = (misrate.ln() / share.ln()).ceil();
    // The quotient of logarithms may lie a digit above a whole number.
    if share.powf(count - 1.0) <= misrate {
        count - 1.0
    } else {
        count
    }
}

/// The share of further values that at least satisfy a rule which all `count` values satisfy.
pub(crate) fn share_of_all(count: usize, misrate: f64) -> f64 {
    misrate.powf(1.0 / count.max(1) as f64)
}

/// The bounds of a share from `successes` in `trials`, each bound with its own misrate.
///
/// Clopper and Pearson, Biometrika 26 (1934).
pub(crate) fn share_bounds(successes: usize, trials: usize, misrate: f64) -> (f64, f64) {
    let failures = trials.saturating_sub(successes) as f64;
    let successes = successes as f64;
    let share = |log_odds: f64| 1.0 / (1.0 + (-log_odds).exp());
    (
        share(beta_log_odds_above(
            1.0 - misrate,
            successes,
            failures + 1.0,
        )),
        share(beta_log_odds_above(misrate, successes + 1.0, failures)),
    )
}

/// The bounds of a mean, each with its misrate, by Student's t; none of fewer than two values.
///
/// They hold for normal values, and nearly for the means of many others.
pub(crate) fn mean_bounds(values: &[f64], misrate: f64) -> Option<(f64, f64)> {
    let centre = mean(values)?;
    let deviation = std(values, 1)?;
    let count = values.len() as f64;
    let reach = student_two_sided(2.0 * misrate, count - 1.0) * deviation / count.sqrt();
    Some((centre - reach, centre + reach))
}

/// The probability that at most `most` of `count` trials succeed, each with probability `p`.
fn at_most(most: usize, count: usize, p: f64) -> f64 {
    if most >= count {
        return 1.0;
    }
    // DLMF 8.17.5.
    beta_share(1.0 - p, p, (count - most) as f64, most as f64 + 1.0)
}

/// How many numbers below `count` are in the part at the beginning that `fits`.
fn partition(count: usize, fits: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = usize::midpoint(low, high);
        if fits(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::mix;

    /// Exact rational numbers of Python:
    /// `cdf = lambda k, n, p: sum(comb(n, i) * p**i * (1 - p)**(n - i) for i in range(k + 1))` with
    /// `p = Fraction(..)`; the rank below is the largest `r` with `cdf(r, n, p) <= m`, the rank above the smallest `s`
    /// with `1 - cdf(s, n, p) <= m`.
    #[test]
    fn ranks_are_those_of_exact_binomial_sums() {
        for (misrate, p, count, expected) in [
            (0.05, 0.5, 4, (None, None)),
            (0.05, 0.5, 5, (Some(0), Some(4))),
            (0.05, 0.5, 10, (Some(1), Some(8))),
            (0.05, 0.5, 30, (Some(10), Some(19))),
            (0.05, 0.5, 300, (Some(135), Some(164))),
            (0.05, 0.9, 4, (Some(1), None)),
            (0.05, 0.9, 28, (Some(21), None)),
            (0.05, 0.9, 29, (Some(22), Some(28))),
            (0.05, 0.9, 100, (Some(84), Some(95))),
            (0.05, 0.1, 29, (Some(0), Some(6))),
            (0.05, 0.95, 58, (Some(51), None)),
            (0.05, 0.95, 59, (Some(52), Some(58))),
            (0.05, 0.95, 300, (Some(278), Some(291))),
            (0.05, 0.99, 298, (Some(291), None)),
            (0.05, 0.99, 299, (Some(292), Some(298))),
            (0.025, 0.95, 100, (Some(89), Some(99))),
            (0.025, 0.9, 300, (Some(258), Some(280))),
        ] {
            let found = quantile_ranks(count, p, misrate);
            assert_eq!(found, expected, "{count} values, p = {p}, {misrate}");
        }
        for (most, count, p, expected) in [
            (3, 10, 0.5, 0.171_875),
            (17, 20, 0.9, 0.323_073_194_810_534),
            (58, 59, 0.95, 0.951_505_474_750_576_8),
            (290, 300, 0.95, 0.935_030_319_136_210_3),
        ] {
            let found = at_most(most, count, p);
            assert!(
                (found - expected).abs() < 1e-12,
                "{found} is not {expected}"
            );
        }
    }

    /// Conover, Practical Nonparametric Statistics (1999), and every table of the sign test: the bounds of the median
    /// at 95 %, both sides together.
    #[test]
    fn bounds_of_medians_are_those_of_tables() {
        for (count, lower, upper) in [(6, 1, 6), (8, 1, 8), (10, 2, 9), (15, 4, 12), (20, 6, 15)] {
            let found = quantile_ranks(count, 0.5, 0.025);
            assert_eq!(found, (Some(lower - 1), Some(upper - 1)), "{count}");
        }
        assert_eq!(quantile_ranks(5, 0.5, 0.025), (None, None));
    }

    /// Wilks: 59, 93 and 299 are the known numbers of samples for 95 and 99 %.
    #[test]
    fn numbers_of_samples_are_those_of_wilks() {
        for (share, misrate, count) in [
            (0.95, 0.05, 59.0),
            (0.99, 0.05, 299.0),
            (0.9, 0.05, 29.0),
            (0.95, 0.01, 90.0),
            (0.5, 0.125, 3.0),
        ] {
            assert!((fewest_values(share, misrate) - count).abs() < 1e-9);
        }
        assert!((share_of_all(59, 0.05) - 0.95).abs() < 5e-4);
        assert!((share_of_all(20, 0.05) - 0.860_891_659_3).abs() < 1e-9);
    }

    /// The rule of three, and the bounds of 8 of 10 and of 19 of 20 by bisection of exact binomial sums in Python.
    #[test]
    fn shares_are_bounded_by_binomial_tails() {
        let (lower, upper) = share_bounds(20, 20, 0.05);
        assert!((lower - share_of_all(20, 0.05)).abs() < 1e-9 && upper >= 1.0);
        let (lower, upper) = share_bounds(0, 20, 0.05);
        assert!(lower <= 0.0 && (upper - 0.139_108_340_7).abs() < 1e-9);
        let (lower, upper) = share_bounds(8, 10, 0.05);
        assert!((lower - 0.493_098_698_9).abs() < 1e-9, "{lower}");
        assert!((upper - 0.963_228_562_1).abs() < 1e-9, "{upper}");
    }

    /// Mean 3, deviation sqrt(2.5); t of 4 degrees of freedom at 95 % on one side is 2.131846786 in every table.
    #[test]
    fn a_mean_is_bounded_by_t() {
        let (lower, upper) = mean_bounds(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.05).unwrap();
        let reach = 2.131_846_786 * (2.5_f64 / 5.0).sqrt();
        assert!((lower - (3.0 - reach)).abs() < 1e-8 && (upper - (3.0 + reach)).abs() < 1e-8);
        assert_eq!(mean_bounds(&[1.0], 0.05), None);
    }

    /// Of 4000 series of exponential and of rounded values, each side misses in at most 5 %, and not in far fewer where
    /// the values are many.
    #[test]
    fn quantiles_are_missed_as_often_as_said() {
        const SERIES: u64 = 4000;
        for (nth, (count, p)) in [(12, 0.5), (40, 0.9), (80, 0.95), (200, 0.25)]
            .into_iter()
            .enumerate()
        {
            for is_rounded in [false, true] {
                let draw = |n: u64| {
                    let uniform = (mix(n) >> 11) as f64 / (1_u64 << 53) as f64;
                    let x = -(1.0 - uniform).ln();
                    if is_rounded { x.ceil() } else { x }
                };
                let exact = -f64::ln(1.0 - p);
                let truth = if is_rounded { exact.ceil() } else { exact };
                let (lower, upper) = quantile_ranks(count, p, 0.05);
                let (mut above, mut below) = (0_u32, 0_u32);
                for series in 0..SERIES {
                    let seed = (nth as u64) << 40 | series << 16;
                    let mut values: Vec<f64> = (0..count as u64).map(|n| draw(seed | n)).collect();
                    values.sort_by(f64::total_cmp);
                    above += u32::from(values[lower.unwrap()] > truth);
                    below += u32::from(values[upper.unwrap()] < truth);
                }
                // Three deviations of a share of 5 % of 4000 above it.
                let most = 200 + 42;
                assert!(
                    above <= most && below <= most,
                    "{count} {p}: {above} {below}"
                );
                if !is_rounded {
                    let expected = at_most(lower.unwrap(), count, p) * SERIES as f64;
                    assert!(f64::from(above) > 0.6 * expected, "{above} of {expected}");
                }
            }
        }
    }

    /// In 4000 series of 30 truth values with a true share of 80 %, each bound misses in at most 5 %.
    #[test]
    fn shares_are_missed_as_seldom_as_said() {
        let (mut above, mut below) = (0, 0);
        for series in 0..4000_u64 {
            let uniform = |n: u64| (mix(series << 16 | n) >> 11) as f64 / (1_u64 << 53) as f64;
            let successes = (0..30).filter(|n| uniform(*n) < 0.8).count();
            let (lower, upper) = share_bounds(successes, 30, 0.05);
            above += u32::from(lower > 0.8);
            below += u32::from(upper < 0.8);
        }
        assert!((40..=242).contains(&above), "{above}");
        assert!((40..=242).contains(&below), "{below}");
    }
}
