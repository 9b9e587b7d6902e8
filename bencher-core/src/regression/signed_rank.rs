//! The centre of differences of pairs, by Wilcoxon's signed-rank test: bounds and p-values.
//!
//! The two programs of a pair run in random order. If they do not differ, the sign of every difference is then
//! a coin toss, whatever the noise is: skewed, bimodal, drifting or autocorrelated. The test is exact for such
//! differences (Fisher's randomisation argument, 1935), so bounds need no widening for autocorrelation.

use crate::stats::paired_ratio;

use crate::stats::distribution::normal_tail;

/// The largest number of pairs with an exact distribution: that of the bounds in `bencher_core::stats`.
const MOST_EXACT: usize = 62;

/// The Hodges-Lehmann centre of differences, and its bounds; no bounds for too few, no centre of nothing or of
/// what is not finite.
///
/// The centre is the median of the means of all pairs of differences (Hodges and Lehmann, 1963); the bounds
/// invert the signed-rank test (Tukey, 1949; Hollander and Wolfe, 1999, section 3.3). They are those of
/// [`paired_ratio`], without its widening: that goes by the order of the values, which has no meaning here.
///
/// ```
/// let (centre, bounds) = bencher_core::regression::signed_rank_bounds(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 0.05).ok_or("nothing")?;
/// assert!((centre - 3.5).abs() < 1e-12);
/// let (lower, upper) = bounds.ok_or("no bounds")?;
/// assert!((lower - 1.0).abs() < 1e-12 && (upper - 6.0).abs() < 1e-12);
/// # Ok::<(), &str>(())
/// ```
pub fn signed_rank_bounds(differences: &[f64], misrate: f64) -> Option<(f64, Option<(f64, f64)>)> {
    let magnitude = magnitude_of(differences)?;
    // Differences within 1 of 0 have exponentials far from the ends of the floats.
    let scaled: Vec<f64> = zigzag(differences)
        .iter()
        .map(|d| (d / magnitude).exp())
        .collect();
    let found = paired_ratio(&scaled, &vec![1.0; scaled.len()], misrate)?;
    let back = |ratio: f64| ratio.ln() * magnitude;
    let bounds = found.lower.zip(found.upper);
    Some((
        back(found.ratio),
        bounds.map(|(lower, upper)| (back(lower), back(upper))),
    ))
}

/// The largest magnitude, at least the smallest normal number; none of nothing or of what is not finite.
pub(crate) fn magnitude_of(values: &[f64]) -> Option<f64> {
    let largest = values.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    let is_finite = !values.is_empty() && values.iter().all(|x| x.is_finite());
    is_finite.then(|| {
        if largest > 0.0 {
            largest.max(f64::MIN_POSITIVE)
        } else {
            1.0
        }
    })
}

/// The values from both ends towards the middle: neighbours resemble each other least.
fn zigzag(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let from_above = sorted.iter().rev();
    let both = sorted
        .iter()
        .zip(from_above)
        .flat_map(|(low, high)| [*low, *high]);
    both.take(values.len()).collect()
}

/// The distribution of the signed-rank statistic of so many pairs, for p-values.
///
/// Exact up to 62 pairs, by the normal approximation with its correction for continuity beyond: the same
/// switch as that of the bounds, so that p-values and bounds agree.
#[derive(Clone, Debug, PartialEq)]
pub struct SignedRanks {
    pairs: usize,
    /// The probability of each sum of positive ranks or a smaller one; empty where it is approximated.
    cumulative: Vec<f64>,
}

impl SignedRanks {
    /// The distribution of so many pairs.
    pub fn new(pairs: usize) -> Self {
        let mut cumulative = Vec::new();
        if pairs <= MOST_EXACT {
            let mut share = vec![1.0];
            for rank in 1..=pairs {
                // Each rank is positive or negative with probability one half.
                let mut next = vec![0.0; share.len() + rank];
                for (at, probability) in share.iter().enumerate() {
                    for to in [at, at + rank] {
                        if let Some(next) = next.get_mut(to) {
                            *next += probability / 2.0;
                        }
                    }
                }
                share = next;
            }
            let mut total = 0.0;
            cumulative.extend(share.iter().map(|probability| {
                total += probability;
                total
            }));
        }
        Self { pairs, cumulative }
    }

    /// The two-sided p-value of the hypothesis that the centre lies within `low..=high`.
    ///
    /// It is the smallest misrate whose bounds lie wholly beyond the band. A misrate below 1/2 is meant; values
    /// that are NaN, or of another number than the distribution's pairs, give 1.
    ///
    /// ```
    /// use bencher_core::regression::SignedRanks;
    /// let found = SignedRanks::new(6).p_value(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 0.0, 0.0);
    /// assert_eq!(found, 2.0 / 64.0);
    /// ```
    pub fn p_value(&self, differences: &[f64], low: f64, high: f64) -> f64 {
        let is_comparable =
            differences.iter().all(|d| !d.is_nan()) && !low.is_nan() && !high.is_nan();
        if differences.len() != self.pairs || differences.is_empty() || !is_comparable {
            return 1.0;
        }
        let above = self.share_up_to(means_up_to(differences.iter().copied(), high));
        let below = self.share_up_to(means_up_to(differences.iter().map(|d| -d), -low));
        (2.0 * above.min(below)).min(1.0)
    }

    /// The probability of a sum of ranks up to `sum`.
    fn share_up_to(&self, sum: f64) -> f64 {
        if self.pairs > MOST_EXACT {
            let n = self.pairs as f64;
            let middle = n * (n + 1.0) / 4.0;
            let deviation = (n * (n + 1.0) * (2.0 * n + 1.0) / 24.0).sqrt();
            return normal_tail((middle - sum - 0.5) / deviation);
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count of pairs of at most 62 values"
        )]
        let at = sum as usize;
        self.cumulative.get(at).copied().unwrap_or(1.0)
    }
}

/// How many means of two values, each with itself included, are at most `limit`.
fn means_up_to(values: impl Iterator<Item = f64>, limit: f64) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut end = sorted.len();
    let mut count = 0.0;
    for (at, first) in sorted.iter().enumerate() {
        // As the first of two grows, the second has to shrink.
        while end > at
            && sorted
                .get(end - 1)
                .is_some_and(|last| f64::midpoint(*first, *last) > limit)
        {
            end -= 1;
        }
        count += end.saturating_sub(at) as f64;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// All signs of the ranks, counted one by one.
    fn enumerated(pairs: usize, sum: usize) -> f64 {
        let fits = (0..1_u32 << pairs).filter(|signs| {
            let ranks = (0..pairs).filter(|rank| signs >> rank & 1 == 1);
            ranks.map(|rank| rank + 1).sum::<usize>() <= sum
        });
        fits.count() as f64 / f64::from(1_u32 << pairs)
    }

    #[test]
    fn the_distribution_is_that_of_all_signs() {
        for pairs in 1..=9 {
            let found = SignedRanks::new(pairs);
            for sum in 0..=pairs * (pairs + 1) / 2 {
                let expected = enumerated(pairs, sum);
                assert!(
                    (found.share_up_to(sum as f64) - expected).abs() < 1e-15,
                    "{pairs} {sum}"
                );
            }
        }
    }

    /// Published critical values at 1 %, two-sided (Wilcoxon and Wilcox, 1964, table 2).
    #[test]
    fn critical_values_are_those_of_the_tables() {
        for (pairs, critical) in [
            (8, 0.0),
            (10, 3.0),
            (12, 7.0),
            (15, 15.0),
            (20, 37.0),
            (25, 68.0),
            (30, 109.0),
        ] {
            let found = SignedRanks::new(pairs);
            assert!(found.share_up_to(critical) <= 0.005, "{pairs} pairs");
            assert!(found.share_up_to(critical + 1.0) > 0.005, "{pairs} pairs");
        }
    }

    /// scipy 1.17: `stats.wilcoxon(d - h, method="exact")`; the bounds are the 9th mean from either end.
    #[test]
    fn values_of_an_example_are_those_of_scipy() {
        let d = [
            0.031, -0.012, 0.055, 0.007, 0.042, -0.003, 0.018, 0.066, 0.024, 0.011,
        ];
        let ranks = SignedRanks::new(10);
        assert!((ranks.p_value(&d, 0.0, 0.0) - 0.019_531_25).abs() < 1e-12);
        assert!((ranks.p_value(&d, -9.0, 0.01) - 2.0 * 0.080_078_125).abs() < 1e-12);
        let (centre, bounds) = signed_rank_bounds(&d, 0.05).unwrap();
        let (lower, upper) = bounds.unwrap();
        for (found, expected) in [(centre, 0.024), (lower, 0.006), (upper, 0.042)] {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
    }

    #[test]
    fn the_order_of_pairs_does_not_widen_the_bounds() {
        let rising: Vec<f64> = (0..40).map(|n| f64::from(n) / 40.0).collect();
        let mixed: Vec<f64> = (0..40).map(|n| f64::from(n * 17 % 40) / 40.0).collect();
        assert_eq!(
            signed_rank_bounds(&rising, 0.05),
            signed_rank_bounds(&mixed, 0.05)
        );
        // Of 40 values the table gives 264 as the critical value at 5 %: the bounds are the 265th means.
        let mut means: Vec<f64> = (0..40)
            .flat_map(|a| (a..40).map(move |b| f64::from(a + b) / 80.0))
            .collect();
        means.sort_by(f64::total_cmp);
        let (lower, _) = signed_rank_bounds(&rising, 0.05).unwrap().1.unwrap();
        assert!((lower - means[264]).abs() < 1e-12);
    }

    #[test]
    fn nothing_and_nonsense_have_no_centre() {
        assert_eq!(signed_rank_bounds(&[], 0.05), None);
        assert_eq!(signed_rank_bounds(&[1.0, f64::NAN], 0.05), None);
        assert_eq!(signed_rank_bounds(&[f64::INFINITY; 9], 0.05), None);
        assert_eq!(
            signed_rank_bounds(&[0.0; 9], 0.05),
            Some((0.0, Some((0.0, 0.0))))
        );
        assert_eq!(signed_rank_bounds(&[1.0; 3], 0.05).unwrap().1, None);
        let (centre, bounds) =
            signed_rank_bounds(&[1e308, -1e308, 1.2e308, 1e308, 1e308, 1e308, 1e308], 0.05)
                .unwrap();
        assert!(
            centre.is_finite()
                && bounds.is_some_and(|(lower, upper)| lower.is_finite() && upper > 9e307)
        );
        let ranks = SignedRanks::new(2);
        assert!(ranks.p_value(&[1.0, f64::NAN], 0.0, 0.0) >= 1.0);
        assert!(ranks.p_value(&[1.0], 0.0, 0.0) >= 1.0);
        assert!(SignedRanks::new(0).p_value(&[], 0.0, 0.0) >= 1.0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// Two implementations against each other: the bounds are beyond the band if the p-value is at most the
        /// misrate. More than 62 values take the approximation in both.
        #[test]
        fn bounds_and_p_values_agree(
            values in proptest::collection::vec(-1.0_f64..2.0, 1..90),
            log_misrate in -14.0_f64..-1.0,
        ) {
            let misrate = log_misrate.exp();
            let p = SignedRanks::new(values.len()).p_value(&values, -0.1, 0.1);
            prop_assume!((p / misrate - 1.0).abs() > 1e-6);
            let bounds = signed_rank_bounds(&values, misrate).unwrap().1;
            let is_beyond = bounds.is_some_and(|(lower, upper)| lower > 0.1 || upper < -0.1);
            prop_assert_eq!(is_beyond, p <= misrate, "{} {:?}", p, bounds);
        }
    }
}
