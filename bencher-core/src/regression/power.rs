//! The effects that a number of pairs shows, and the number of pairs that an effect needs.
//!
//! Estimates for people: they go by the spread seen so far, take it for normal, and never change a verdict.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use pragmastat::estimators::raw;

use super::family::pairs_for;
use super::signed_rank::signed_rank_bounds;
use crate::stats::distribution::normal_two_sided;

/// With which probability an effect that counts as detectable is found: the customary 80 %, one-sided quantile.
const POWER_QUANTILE: f64 = 0.841_621_233_572_914_3;
/// The standard deviation of the Hodges-Lehmann centre of normal values, times the square root of their number:
/// `sqrt(pi / 3)` (Lehmann, *Nonparametrics*, 1975, section 2.4).
const CENTRE_DEVIATION: f64 = 1.023_326_707_946_488_5;
/// The median distance of two normal values over their standard deviation: `sqrt(2)` times the third quartile.
const MEDIAN_DISTANCE: f64 = 0.953_872_552_415_353_4;
/// The most pairs whose width is that of an ideal sample.
const MOST_IDEAL: usize = 200;
/// More pairs than anyone measures.
const MOST_PAIRS: usize = 1_000_000;

/// The half-width of the signed-rank bounds of some pairs, over the standard deviation of a difference.
///
/// None where the pairs are too few. Up to 200 pairs they are the bounds of an ideal normal sample (Blom's scores,
/// 1958): near the fewest pairs the bounds are the extreme differences, which asymptotic formulas make too narrow.
///
/// ```
/// let width = bencher_core::regression::half_width_factor(12, 0.05 / 100.0).ok_or("too few")?;
/// assert!((width - 1.63).abs() < 0.02, "the expected maximum of twelve normal values: {width}");
/// assert_eq!(bencher_core::regression::half_width_factor(11, 0.05 / 100.0), None);
/// # Ok::<(), &str>(())
/// ```
pub fn half_width_factor(pairs: usize, misrate: f64) -> Option<f64> {
    if pairs == 0 || pairs < pairs_for(misrate) {
        return None;
    }
    if pairs > MOST_IDEAL {
        return Some(normal_two_sided(misrate) * CENTRE_DEVIATION / (pairs as f64).sqrt());
    }
    let mut known = KNOWN
        .get_or_init(Mutex::default)
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    *known
        .entry((pairs, misrate.to_bits()))
        .or_insert_with(|| ideal_half_width(pairs, misrate))
}

fn ideal_half_width(pairs: usize, misrate: f64) -> Option<f64> {
    let n = pairs as f64;
    let score = |rank: usize| {
        let share = (rank as f64 + 0.625) / (n + 0.25);
        let z = normal_two_sided(2.0 * share.min(1.0 - share));
        if share < 0.5 { -z } else { z }
    };
    let ideal: Vec<f64> = (0..pairs).map(score).collect();
    let (_, bounds) = signed_rank_bounds(&ideal, misrate)?;
    bounds.map(|(lower, upper)| (upper - lower) / 2.0)
}

/// How far beyond a threshold an effect must lie to be found with 80 % by a number of pairs like these.
///
/// In the unit of the differences: for log-ratios, 0.01 is about 1 %. None for fewer than two pairs, or too few
/// for the misrate.
///
/// ```
/// let differences: Vec<f64> = (0..20).map(|n| 0.01 * (n as f64 / 19.0 - 0.5)).collect();
/// let found = bencher_core::regression::detectable(&differences, 0.05).ok_or("too few")?;
/// assert!(found > 0.002 && found < 0.005, "{found}");
/// # Ok::<(), &str>(())
/// ```
pub fn detectable(differences: &[f64], misrate: f64) -> Option<f64> {
    let spread = deviation(differences)?;
    reach(differences.len(), misrate).map(|reach| reach * spread)
}

/// The factors known so far: all points of a family ask for the same few.
static KNOWN: OnceLock<Mutex<Factors>> = OnceLock::new();

/// Factors by pairs and the bits of the misrate.
type Factors = HashMap<(usize, u64), Option<f64>>;

/// How many pairs find an effect that lies so far beyond the threshold, with 80 %; `spread` is the standard
/// deviation of a difference, in the same unit as the distance.
///
/// None where a million pairs are too few, or a number is not finite.
///
/// ```
/// use bencher_core::regression::pairs_to_detect;
/// // 1 % of noise in each process makes 1.41 % in a difference.
/// let pairs = pairs_to_detect(0.0141, 0.01_f64.ln_1p(), 0.05 / 100.0).ok_or("too many")?;
/// assert!((35..50).contains(&pairs), "needs about {pairs} pairs for 1 %");
/// # Ok::<(), &str>(())
/// ```
pub fn pairs_to_detect(spread: f64, distance: f64, misrate: f64) -> Option<usize> {
    let is_possible = spread.is_finite() && spread >= 0.0 && distance.is_finite() && distance > 0.0;
    if !is_possible {
        return None;
    }
    let is_enough = |pairs| reach(pairs, misrate).is_some_and(|reach| reach * spread <= distance);
    let (mut below, mut pairs) = (0, pairs_for(misrate).max(1));
    while !is_enough(pairs) {
        if pairs >= MOST_PAIRS {
            return None;
        }
        below = pairs;
        pairs = (pairs * 2).min(MOST_PAIRS);
    }
    while pairs - below > 1 {
        let middle = usize::midpoint(below, pairs);
        if is_enough(middle) {
            pairs = middle;
        } else {
            below = middle;
        }
    }
    Some(pairs)
}

/// How many pairs would decide a point whose differences are like these, with 80 %, if its centre is where it seems.
///
/// `low` and `high` are the ends of the threshold band, in the unit of the differences. A centre inside must be
/// known to be inside, one outside to be outside. None where the centre is at an end of the band, or a million pairs
/// are too few. It is at least the number of pairs there are.
///
/// ```
/// let differences: Vec<f64> = (0..20).map(|n| 0.03 + 0.04 * (n as f64 / 19.0 - 0.5)).collect();
/// let pairs = bencher_core::regression::pairs_to_decide(&differences, -0.02, 0.02, 0.0005).ok_or("too many")?;
/// assert!(pairs > 20 && pairs < 60, "{pairs}");
/// # Ok::<(), &str>(())
/// ```
pub fn pairs_to_decide(differences: &[f64], low: f64, high: f64, misrate: f64) -> Option<usize> {
    let (centre, _) = signed_rank_bounds(differences, misrate)?;
    let distance = (centre - low).abs().min((centre - high).abs());
    let pairs = pairs_to_detect(deviation(differences)?, distance, misrate)?;
    Some(pairs.max(differences.len()))
}

/// How far the centre must lie from the threshold, over the deviation of a difference.
fn reach(pairs: usize, misrate: f64) -> Option<f64> {
    let scatter = POWER_QUANTILE * CENTRE_DEVIATION / (pairs as f64).sqrt();
    half_width_factor(pairs, misrate).map(|width| width + scatter)
}

/// The standard deviation of normal differences with this median distance (Shamos, 1976); the plain one where
/// more than half are equal; none of fewer than two.
fn deviation(differences: &[f64]) -> Option<f64> {
    if differences.len() < 2 || differences.iter().any(|x| !x.is_finite()) {
        return None;
    }
    let mut sorted = differences.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let robust = raw::spread(&sorted, true)
        .ok()
        .map(|distance| distance / MEDIAN_DISTANCE);
    let found = robust
        .filter(|spread| *spread > 0.0)
        .or_else(|| crate::stats::std(differences, 1));
    found.filter(|spread| spread.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A linear congruential generator (Knuth, MMIX) and the sum of twelve uniform values, which is nearly normal.
    fn normal(state: &mut u64) -> f64 {
        let mut total = -6.0;
        for _ in 0..12 {
            *state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            total += (*state >> 11) as f64 / (1_u64 << 53) as f64;
        }
        total
    }

    /// The share of samples of `pairs` normal differences with this centre whose lower bound is above 0.
    fn power(pairs: usize, centre: f64, misrate: f64) -> f64 {
        let mut state = 5;
        let found = (0..200).filter(|_| {
            let sample: Vec<f64> = (0..pairs).map(|_| centre + normal(&mut state)).collect();
            signed_rank_bounds(&sample, misrate)
                .unwrap()
                .1
                .is_some_and(|(lower, _)| lower > 0.0)
        });
        found.count() as f64 / 200.0
    }

    #[test]
    fn the_pairs_named_find_the_effect_in_four_of_five_cases() {
        for (centre, misrate) in [(1.0, 0.05), (1.0, 5e-4), (2.0, 0.01), (1.0, 1e-5)] {
            let pairs = pairs_to_detect(1.0, centre, misrate).unwrap();
            let found = power(pairs, centre, misrate);
            assert!(
                (0.68..=0.97).contains(&found),
                "{pairs} pairs, {centre} at {misrate}: {found}"
            );
            // Far fewer are not enough.
            let fewer = (pairs * 6 / 10).max(1);
            assert!(power(fewer, centre, misrate) < 0.68, "{fewer} pairs");
        }
    }

    #[test]
    fn detectable_and_pairs_are_inverse() {
        let mut state = 9;
        let sample: Vec<f64> = (0..40).map(|_| normal(&mut state)).collect();
        let spread = deviation(&sample).unwrap();
        assert!((spread - 1.0).abs() < 0.25, "{spread}");
        let effect = detectable(&sample, 1e-3).unwrap();
        let pairs = pairs_to_detect(spread, effect, 1e-3).unwrap();
        assert!((36..=40).contains(&pairs), "{pairs}");
    }

    #[test]
    fn ideal_and_asymptotic_widths_meet() {
        for misrate in [0.05, 5e-4, 1e-6] {
            let (exact, asymptotic) = (
                half_width_factor(200, misrate).unwrap(),
                half_width_factor(201, misrate).unwrap(),
            );
            assert!(
                (exact / asymptotic - 1.0).abs() < 0.05,
                "{misrate}: {exact} {asymptotic}"
            );
        }
    }

    #[test]
    fn impossible_questions_have_no_answer() {
        for (spread, distance) in [
            (f64::NAN, 1.0),
            (1.0, 0.0),
            (1.0, -1.0),
            (-1.0, 1.0),
            (1.0, f64::NAN),
            (1.0, 1e-9),
        ] {
            assert_eq!(
                pairs_to_detect(spread, distance, 0.05),
                None,
                "{spread} {distance}"
            );
        }
        assert_eq!(pairs_to_detect(0.0, 1.0, 0.05), Some(6));
        assert_eq!(detectable(&[1.0], 0.05), None);
        assert_eq!(detectable(&[], 0.05), None);
        assert_eq!(detectable(&[1.0; 9], 0.05), Some(0.0));
        assert_eq!(detectable(&[f64::NAN; 9], 0.05), None);
        assert_eq!(pairs_to_decide(&[], -1.0, 1.0, 0.05), None);
        assert_eq!(pairs_to_decide(&[0.0; 9], -1.0, 1.0, 0.05), Some(9));
        assert_eq!(half_width_factor(0, 2.0), None);
        assert!(deviation(&[0.0, 0.0, 0.0, 0.0, 1.0]).is_some_and(|spread| spread > 0.0));
    }
}
