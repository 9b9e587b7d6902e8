//! The choice of the penalty of a border, by an information criterion.
//!
//! The criterion is the one of asv (`asv.step_detect`): Laplace-distributed noise of unknown size with a floor, after
//! Yao, "Estimating the number of change-points via Schwarz criterion", Statistics & Probability Letters 6, 1988. It
//! takes the noise of neighbours as independent. An estimate of their correlation would explain most of a step in a
//! short series as noise.

use super::potts::best_ends;
use super::run_costs::RunCosts;
use super::weighted_median::weighted_median;

/// A piece costs this many times `ln n / n`: four degrees of freedom, for its border and its level.
const FREEDOM: f64 = 4.0;
/// The noise floor, as a share of the smallest step between pieces.
const FLOOR_OF_STEPS: f64 = 0.1;
/// The noise floor of a single piece, as a share of its level.
const FLOOR_OF_LEVEL: f64 = 1e-3;
/// The smallest penalty that is tried, as a share of the cost of one piece over the number of values.
const SMALLEST: f64 = 0.1;
/// The number of penalties tried before the search. The criterion has several minima, and a search alone may end in
/// the wrong one.
const SCAN: u32 = 16;
/// The search ends at an interval of this share of the whole range: the pieces hardly depend on the penalty.
const TOLERANCE: f64 = 0.01;

/// A penalty with the pieces of least cost.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    /// The cost of a border.
    pub(crate) gamma: f64,
    /// The ends of the pieces, in ascending order.
    pub(crate) ends: Vec<usize>,
}

/// The penalty whose pieces have the least criterion. Where one piece fits exactly, it is 0.
pub(crate) fn choose(values: &[f64], weights: &[f64], costs: &RunCosts) -> Choice {
    let whole = costs.whole();
    let one_piece = Choice {
        gamma: whole,
        ends: best_ends(costs, values.len(), f64::INFINITY),
    };
    if whole <= 0.0 {
        return one_piece;
    }
    let mut least = (criterion(values, weights, &one_piece.ends), one_piece);
    let lowest = (SMALLEST / values.len() as f64).ln();
    let mut trial = |logarithm: f64| {
        let gamma = whole * logarithm.exp();
        let ends = best_ends(costs, values.len(), gamma);
        let found = criterion(values, weights, &ends);
        if found < least.0 {
            least = (found, Choice { gamma, ends });
        }
        found
    };
    let stride = -lowest / f64::from(SCAN);
    let mut start = (f64::INFINITY, 0.0);
    for step in 0..SCAN {
        let at = lowest + stride * f64::from(step);
        let found = trial(at);
        if found < start.0 {
            start = (found, at);
        }
    }
    golden_section(
        &mut trial,
        start.1 - stride,
        start.1 + stride,
        -lowest * TOLERANCE,
    );
    least.1
}

/// The criterion `beta * pieces + ln(sigma0 + s)` of pieces with these ends; smaller is better.
///
/// It is infinite where several pieces have fewer than two values on average: so few values do not show the noise.
fn criterion(values: &[f64], weights: &[f64], ends: &[usize]) -> f64 {
    if ends.len() > 1 && 2 * ends.len() > values.len() {
        return f64::INFINITY;
    }
    let (mut deviations, mut levels) = (0.0, Vec::with_capacity(ends.len()));
    let starts = std::iter::once(&0).chain(ends);
    for (start, end) in starts.zip(ends) {
        let values = values.get(*start..*end).unwrap_or_default();
        let weights = weights.get(*start..*end).unwrap_or_default();
        let pairs: Vec<(f64, f64)> = values
            .iter()
            .copied()
            .zip(weights.iter().copied())
            .collect();
        if let Some(level) = weighted_median(pairs) {
            deviations += values
                .iter()
                .zip(weights)
                .map(|(value, weight)| weight * (value - level).abs())
                .sum::<f64>();
            levels.push(level);
        }
    }
    let count = values.len() as f64;
    let beta = FREEDOM * count.ln() / count;
    beta * levels.len() as f64 + (noise_floor(&levels) + deviations).ln()
}

/// The least noise that is believed: without it, pieces of one value each would fit best.
fn noise_floor(levels: &[f64]) -> f64 {
    let floor = match levels {
        [level] => FLOOR_OF_LEVEL * level.abs(),
        _ => {
            let steps = levels.iter().zip(levels.iter().skip(1));
            let smallest = steps.fold(f64::INFINITY, |least, (a, b)| (b - a).abs().min(least));
            FLOOR_OF_STEPS * smallest
        }
    };
    floor.max(f64::MIN_POSITIVE)
}

/// Seeks a minimum between two ends by golden sections (Kiefer, 1953); where it meets equal values, it goes down.
fn golden_section(trial: &mut impl FnMut(f64) -> f64, low: f64, high: f64, tolerance: f64) {
    let ratio = (5.0_f64.sqrt() - 1.0) / 2.0;
    let inner = |low: f64, high: f64| (high - ratio * (high - low), low + ratio * (high - low));
    let (mut low, mut high) = (low, high);
    let (lower, upper) = inner(low, high);
    let (mut at_lower, mut at_upper) = (trial(lower), trial(upper));
    while high - low > tolerance {
        let (lower, upper) = inner(low, high);
        if at_upper < at_lower {
            low = lower;
            at_lower = at_upper;
            at_upper = trial(inner(low, high).1);
        } else {
            high = upper;
            at_upper = at_lower;
            at_lower = trial(inner(low, high).0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn golden_section_finds_known_minima() {
        for (low, high, expected) in [(-1.0, -0.25, -0.75), (-0.25, 0.25, -0.25)] {
            let mut best = (f64::INFINITY, 0.0);
            let mut trial = |x: f64| {
                let found = 1.0 + x.powi(3) + x.powi(4);
                if found < best.0 {
                    best = (found, x);
                }
                found
            };
            golden_section(&mut trial, low, high, 1e-6);
            assert!((best.1 - expected).abs() < 1e-4, "{best:?}");
        }
    }

    /// `4 ln 4 / 4 = 1.386294`. One piece: level 1.5, deviations 2, floor 0.0015. Two pieces: deviations 0, floor
    /// 0.1.
    #[test]
    fn the_criterion_by_hand() {
        let values = [1.0, 1.0, 2.0, 2.0];
        let one = criterion(&values, &[1.0; 4], &[4]);
        let two = criterion(&values, &[1.0; 4], &[2, 4]);
        assert!(
            (one - (1.386_294_361 + 2.0015_f64.ln())).abs() < 1e-9,
            "{one}"
        );
        assert!((two - (2.772_588_722 + 0.1_f64.ln())).abs() < 1e-9, "{two}");
    }

    #[test]
    fn nothing_and_equal_values_are_one_piece_without_a_penalty() {
        let of = |values: &[f64]| {
            let weights = vec![1.0; values.len()];
            choose(values, &weights, &RunCosts::new(values, &weights))
        };
        assert!(of(&[]).ends.is_empty());
        assert_eq!((of(&[3.0; 9]).gamma, of(&[3.0; 9]).ends), (0.0, vec![9]));
        assert_eq!(of(&[3.0]).ends, [1]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        /// Two hundred penalties, evenly on the logarithm, hardly ever give a better criterion than the search.
        #[test]
        fn a_dense_scan_finds_hardly_better_pieces(
            levels in proptest::collection::vec((0.8_f64..1.2, 1_usize..12), 1..7),
            noise in proptest::collection::vec(-0.05_f64..0.05, 72),
        ) {
            let levels = levels.iter().flat_map(|(level, count)| vec![*level; *count]);
            let values: Vec<f64> = levels.zip(&noise).map(|(level, x)| level + x).collect();
            let weights = vec![1.0; values.len()];
            let costs = RunCosts::new(&values, &weights);
            let found = criterion(&values, &weights, &choose(&values, &weights, &costs).ends);
            let lowest = (SMALLEST / values.len() as f64).ln();
            let dense = (0..200_u32).map(|n| {
                let gamma = costs.whole() * (lowest * f64::from(n) / 199.0).exp();
                criterion(&values, &weights, &best_ends(&costs, values.len(), gamma))
            });
            let best = dense.fold(f64::INFINITY, f64::min);
            prop_assert!(found <= best + 0.02, "{} {}", found, best);
        }
    }
}
