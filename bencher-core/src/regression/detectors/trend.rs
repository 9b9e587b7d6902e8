//! Whether a series rises or falls: its robust slope, and its rank correlation with time.

use crate::regression::detectors::inversions::sort_and_count;
use crate::regression::detectors::normal::two_sided_p;
use crate::regression::detectors::slopes::median_slope;

/// The longest series without equal values whose p-value is exact in any case; `SciPy` has the same limit.
const EXACT: usize = 33;

/// Kendall's rank correlation of a series with its index, as [`kendall`] computes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kendall {
    /// Tau-b, from -1 (falls at every step) to 1 (rises at every step).
    pub tau: f64,
    /// The two-sided p-value: the chance of a tau at least that far from 0 for values in random order.
    pub p: f64,
}

/// The slope of a series, in its unit per step: the median of the slopes between all pairs (Theil, 1950; Sen, 1968).
///
/// `None` below two values, where a value is NaN, and where the median lies between the two infinities. Two equal
/// infinite values have the slope 0. The slope is that of `scipy.stats.theilslopes`. More than 512 values take
/// `n log n` steps instead of `n^2`, and the slope is then good to the rounding of the values.
///
/// ```
/// use bencher_core::regression::detectors::theil_sen;
/// assert_eq!(theil_sen(&[1.0, 3.0, 5.0, 99.0, 9.0]), Some(2.0));
/// assert_eq!(theil_sen(&[1.0]), None);
/// ```
pub fn theil_sen(values: &[f64]) -> Option<f64> {
    median_slope(values)
}

/// Kendall's tau-b of a series against its index, with a two-sided p-value (Kendall, 1938).
///
/// `None` below two values, where all are equal, and where one is NaN. Infinite values rank as any other.
///
/// The result is that of `scipy.stats.kendalltau(range(n), values)`. The p-value is exact without equal values for
/// up to 33 values, and for more where at most one pair is out of order. Otherwise it is asymptotic, and equal values
/// reduce the variance (Kendall, 1970).
///
/// ```
/// use bencher_core::regression::detectors::kendall;
/// let found = kendall(&[1.0, 2.0, 3.0, 4.0]).ok_or("no values")?;
/// assert_eq!(found.tau, 1.0);
/// assert!((found.p - 2.0 / 24.0).abs() < 1e-15, "2 of the 24 orders are that extreme");
/// assert_eq!(kendall(&[5.0, 5.0]), None);
/// # Ok::<(), &str>(())
/// ```
pub fn kendall(values: &[f64]) -> Option<Kendall> {
    if values.len() < 2 || values.iter().any(|x| x.is_nan()) {
        return None;
    }
    let mut sorted = values.to_vec();
    let discordant = sort_and_count(&mut sorted, |right, left| right < left);
    let ties = Ties::of_sorted(&sorted);
    let count = values.len() as f64;
    let pairs = count * (count - 1.0) / 2.0;
    if ties.pairs >= pairs {
        return None;
    }
    let discordant_pairs = discordant as f64;
    let excess = pairs - ties.pairs - 2.0 * discordant_pairs;
    let tau = (excess / pairs.sqrt() / (pairs - ties.pairs).sqrt()).clamp(-1.0, 1.0);
    let fewest = discordant_pairs.min(pairs - discordant_pairs);
    let is_exact = ties.pairs == 0.0 && (values.len() <= EXACT || fewest <= 1.0);
    let p = if is_exact {
        let concordant = values.len() * (values.len() - 1) / 2 - discordant;
        exact_p(values.len(), discordant.min(concordant))
    } else {
        let variance = (2.0 * pairs * (2.0 * count + 5.0) - ties.variance) / 18.0;
        two_sided_p(excess / variance.sqrt())
    };
    Some(Kendall { tau, p })
}

/// What equal values take from the number of pairs and from the variance.
struct Ties {
    /// The sum of `t (t - 1) / 2` over groups of `t` equal values.
    pairs: f64,
    /// The sum of `t (t - 1) (2 t + 5)`.
    variance: f64,
}

impl Ties {
    fn of_sorted(sorted: &[f64]) -> Self {
        let mut ties = Self {
            pairs: 0.0,
            variance: 0.0,
        };
        for equal in sorted.chunk_by(|lower, upper| lower >= upper) {
            let t = equal.len() as f64;
            ties.pairs += t * (t - 1.0) / 2.0;
            ties.variance += t * (t - 1.0) * (2.0 * t + 5.0);
        }
        ties
    }
}

/// Twice the share of the permutations of `count` items with at most `most` inversions, and at most 1.
///
/// Item `j` of a random permutation adds 0 to `j - 1` inversions, each number equally likely (Kendall, 1970).
fn exact_p(count: usize, most: usize) -> f64 {
    let mut shares = vec![0.0_f64; most + 1];
    if let Some(first) = shares.first_mut() {
        *first = 1.0;
    }
    for choices in 2..=count {
        let window = |end: usize| {
            let start = (end + 1).saturating_sub(choices);
            let sum: f64 = shares.iter().take(end + 1).skip(start).sum();
            sum / choices as f64
        };
        shares = (0..=most).map(window).collect();
        if shares.iter().all(|share| *share == 0.0) {
            break;
        }
    }
    (2.0 * shares.iter().sum::<f64>()).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    /// Made by `SciPy` 1.17.1: 171 series of 2 to 400 values with and without ties.
    #[test]
    fn slope_and_correlation_agree_with_scipy() {
        let cases: Value =
            serde_json::from_str(include_str!("../../../tests/vectors/regression/trend.json"))
                .unwrap();
        let cases = cases.as_array().unwrap();
        assert_eq!(cases.len(), 171);
        for case in cases {
            let numbers = |value: &Value| -> Vec<f64> {
                let numbers = value.as_array().into_iter().flatten();
                numbers.map(|x| x.as_f64().unwrap()).collect()
            };
            let values = numbers(&case["values"]);
            let slope = case["slope"].as_f64().unwrap();
            let found = theil_sen(&values).unwrap();
            assert!(
                (found - slope).abs() <= 1e-14 * slope.abs(),
                "{found} {slope} {values:?}"
            );
            let found = kendall(&values);
            let found: Vec<f64> = found
                .iter()
                .flat_map(|found| [found.tau, found.p])
                .collect();
            let expected = numbers(&case["kendall"]);
            assert_eq!(found.len(), expected.len(), "{values:?}");
            for (found, expected) in found.iter().zip(&expected) {
                // The other computes 2 / 171! and less as 0.
                let error = (found - expected).abs();
                assert!(
                    error <= 1e-12 * expected.abs() + 1e-300,
                    "{found} {expected} {values:?}"
                );
            }
        }
    }

    /// Calls for every order of the values 0 to n - 1 (Heap's algorithm, in its recursive form).
    fn for_each_order(values: &mut Vec<f64>, upto: usize, visit: &mut impl FnMut(&[f64])) {
        if upto <= 1 {
            return visit(values);
        }
        for at in 0..upto {
            for_each_order(values, upto - 1, visit);
            values.swap(if upto.is_multiple_of(2) { at } else { 0 }, upto - 1);
        }
    }

    #[test]
    fn exact_p_is_the_share_of_orders_at_least_as_extreme() {
        for count in 2_usize..=6 {
            let mut taus: Vec<f64> = Vec::new();
            let mut found: Vec<Kendall> = Vec::new();
            let mut values: Vec<f64> = (0_u32..).take(count).map(f64::from).collect();
            for_each_order(&mut values, count, &mut |order| {
                let mut excess = 0.0;
                for (at, later) in order.iter().enumerate() {
                    excess += order[..at]
                        .iter()
                        .map(|x| (later - x).signum())
                        .sum::<f64>();
                }
                taus.push(excess / (count * (count - 1) / 2) as f64);
                found.push(kendall(order).unwrap());
            });
            for (tau, found) in taus.iter().zip(&found) {
                let extreme = taus
                    .iter()
                    .filter(|other| other.abs() > tau.abs() - 1e-9)
                    .count();
                let p = extreme as f64 / taus.len() as f64;
                assert!(
                    (found.tau - tau).abs() < 1e-14 && (found.p - p).abs() < 1e-14,
                    "{found:?} {tau} {p}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn no_series_panics_and_bounds_hold(
            values in proptest::collection::vec(
                prop_oneof![proptest::num::f64::ANY, (0_i32..3).prop_map(f64::from)], 0..40),
        ) {
            if let Some(Kendall { tau, p }) = kendall(&values) {
                prop_assert!((-1.0..=1.0).contains(&tau) && (0.0..=1.0).contains(&p), "{tau} {p}");
            }
            let slope = theil_sen(&values);
            prop_assert!(slope.is_none_or(|slope| !slope.is_nan()));
            prop_assert!(slope.is_none() || values.len() > 1);
        }

        /// A steady trend on top of a series adds to its slope.
        #[test]
        fn the_slope_follows_an_added_trend(
            values in proptest::collection::vec(-100_i32..100, 2..60), trend in -50_i32..50,
        ) {
            let plain: Vec<f64> = values.iter().map(|x| f64::from(*x)).collect();
            let tilted: Vec<f64> = plain.iter().zip(0_u32..).map(|(x, n)| x + f64::from(trend) * f64::from(n)).collect();
            let added = theil_sen(&tilted).unwrap() - theil_sen(&plain).unwrap();
            prop_assert!((added - f64::from(trend)).abs() < 1e-9);
        }
    }

    #[test]
    fn series_without_order_have_no_correlation() {
        for values in [&[][..], &[1.0], &[2.0; 5], &[0.0, -0.0], &[1.0, f64::NAN]] {
            assert_eq!(kendall(values), None, "{values:?}");
        }
    }

    #[test]
    fn infinite_values_rank_and_have_slopes() {
        let inf = f64::INFINITY;
        assert_eq!(
            kendall(&[-inf, 1.0, 2.0, inf]),
            kendall(&[1.0, 2.0, 3.0, 4.0])
        );
        assert_eq!(theil_sen(&[1.0, 2.0, 3.0, inf]), Some(inf));
        assert_eq!(theil_sen(&[inf; 4]), Some(0.0));
        assert_eq!(theil_sen(&[1.0, f64::NAN, 2.0]), None);
        assert_eq!(theil_sen(&[-1.5e308, 0.0, 1.5e308]), Some(1.5e308));
    }

    #[test]
    fn a_hundred_thousand_values_are_quick() {
        let falling: Vec<f64> = (0_u32..100_000).map(|n| -f64::from(n)).collect();
        assert_eq!(kendall(&falling), Some(Kendall { tau: -1.0, p: 0.0 }));
        let found = kendall(&falling.iter().map(|x| x % 10.0).collect::<Vec<f64>>()).unwrap();
        assert!(found.p > 0.9, "{found:?}");
    }
}
