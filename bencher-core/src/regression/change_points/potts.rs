//! Division of a series into pieces of one level each, by Potts's model with absolute deviations.
//!
//! The pieces minimise `gamma * (pieces - 1) + sum(w_i |y_i - level|)` exactly, by dynamic programming over the last
//! border (Friedrich et al., "Complexity Penalized M-Estimation: Fast Computation", JCGS 17.1, 2008).

use super::penalty;
use super::run_costs::RunCosts;
use super::weighted_median::weighted_median;

/// The most values that are divided: time and memory grow with their square (2,000 take 16 MB).
///
/// Of a longer series, only the newest values belong to a piece.
pub const MOST_VALUES: usize = 2000;

/// The heaviest weight, relative to the median weight; heavier ones count as this.
const HEAVIEST: f64 = 1e9;

/// Costs that differ by this share are equal: two borders often cost the same, and rounding must not choose between
/// them.
const ROUNDING: f64 = 1e-12;

/// A border never costs more, so sums stay finite.
const MOST_GAMMA: f64 = 1e300;

/// Neighbouring values of one level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piece {
    /// The index of its first value in the series; missing values count.
    pub start: usize,
    /// The index after its last value.
    pub end: usize,
    /// The number of its values, without missing ones: at least 1.
    pub count: usize,
    /// The weighted median of its values, in their unit.
    pub level: f64,
    /// The weighted mean of the distances of its values from the level, in their unit.
    pub error: f64,
}

/// A series in pieces, with the penalty that led to them.
#[derive(Clone, Debug, PartialEq)]
pub struct Segmentation {
    /// The pieces in order; none where all values are missing.
    pub pieces: Vec<Piece>,
    /// The indices of outliers in ascending order: single values above the levels of both neighbours, or below both.
    /// They are in no piece.
    pub outliers: Vec<usize>,
    /// The cost of a border, in the unit of the values; 0 where one piece fits exactly.
    pub gamma: f64,
}

/// The pieces that minimise `gamma * (pieces - 1) + sum(w_i |y_i - level|)`.
///
/// A value that is NaN or infinite is missing: it belongs to no piece. Unknown weights (NaN, infinite, or beyond the
/// end of `weights`) are the median weight, and 1 where none is known; a value whose weight is not above zero is
/// missing. A `gamma` that is NaN or negative counts as 0. At most [`MOST_VALUES`] values are divided, the newest.
///
/// ```
/// use bencher_core::regression::change_points::potts;
/// let values = [1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 3.0, 3.0];
/// let ends = |gamma: f64| potts(&values, &[], gamma).iter().map(|piece| piece.end).collect::<Vec<_>>();
/// assert_eq!(ends(0.1), [3, 6, 9]);
/// assert_eq!(ends(8.0), [9], "a border costs more than it saves");
/// ```
pub fn potts(values: &[f64], weights: &[f64], gamma: f64) -> Vec<Piece> {
    let series = Series::new(values, weights);
    let costs = RunCosts::new(&series.values, &series.weights);
    let ends = best_ends(&costs, series.values.len(), gamma / series.cost_unit());
    series.pieces(&ends)
}

/// The pieces of a series with noise of unknown size.
///
/// The penalty `gamma` minimises `beta * pieces + ln(sigma0 + s)`, where `s` is the weighted sum of deviations,
/// `beta = 4 ln n / n`, and `sigma0` a floor of the noise (the model of asv, `asv.step_detect`). A coarse scan and a
/// golden-section search find it. Pieces have at least two values on average. Single values beyond both neighbours are
/// [outliers](Segmentation::outliers).
///
/// Weights are relative: see [`weights_of_widths`](super::weights_of_widths), and [`potts`] for missing values and
/// weights.
///
/// ```
/// use bencher_core::regression::change_points::segments;
/// let found = segments(&[5.0, 5.1, 4.9, f64::NAN, 5.0, 5.1, 7.0, 7.1, 6.9, 7.0, 7.1, 7.0], &[]);
/// let ends: Vec<usize> = found.pieces.iter().map(|piece| piece.end).collect();
/// assert_eq!(ends, [6, 12]);
/// assert_eq!((found.pieces[0].count, found.pieces[0].level, found.pieces[1].level), (5, 5.0, 7.0));
/// ```
pub fn segments(values: &[f64], weights: &[f64]) -> Segmentation {
    let series = Series::new(values, weights);
    let costs = RunCosts::new(&series.values, &series.weights);
    let choice = penalty::choose(&series.values, &series.weights, &costs);
    let gamma = choice.gamma * series.scale;
    let pieces = series.pieces(&choice.ends);
    let outliers = spikes(&pieces);
    if outliers.is_empty() {
        return Segmentation {
            pieces,
            outliers,
            gamma,
        };
    }
    // A value beside an outlier may have been drawn to the wrong piece, so the others are divided again.
    let series = series.without(&outliers);
    let costs = RunCosts::new(&series.values, &series.weights);
    let ends = best_ends(&costs, series.values.len(), choice.gamma);
    Segmentation {
        pieces: series.pieces(&ends),
        outliers,
        gamma,
    }
}

/// The indices of single values beyond the levels of both neighbours.
fn spikes(pieces: &[Piece]) -> Vec<usize> {
    let neighbours = pieces
        .iter()
        .zip(pieces.iter().skip(1))
        .zip(pieces.iter().skip(2));
    let spike = neighbours.filter(|((before, piece), after)| {
        let is_above = piece.level > before.level && piece.level > after.level;
        let is_below = piece.level < before.level && piece.level < after.level;
        piece.count == 1 && (is_above || is_below)
    });
    spike.map(|((_, piece), _)| piece.start).collect()
}

/// The ends of the pieces of least cost, in ascending order. Of equally good pieces, the last one is the longest.
pub(crate) fn best_ends(costs: &RunCosts, count: usize, gamma: f64) -> Vec<usize> {
    // NaN is not above zero.
    let gamma = if gamma > 0.0 {
        gamma.min(MOST_GAMMA)
    } else {
        0.0
    };
    // The least cost of the values before a border, with that of the border; the first piece has none.
    let mut before = vec![0.0];
    let mut starts = Vec::with_capacity(count);
    for last in 0..count {
        let runs = costs.ending_at(last);
        let least = least_sum(&before, runs);
        let equal = least * (1.0 + ROUNDING);
        let mut sums = before.iter().zip(runs).map(|(before, run)| before + run);
        starts.push(sums.position(|sum| sum <= equal).unwrap_or(last));
        before.push(least + gamma);
    }
    let mut ends = Vec::new();
    let mut end = count;
    while let Some(start) = end.checked_sub(1).and_then(|last| starts.get(last)) {
        ends.push(end);
        end = *start;
    }
    ends.reverse();
    ends
}

/// The least sum of two numbers at one position. Eight minima side by side let the compiler use vector instructions.
fn least_sum(a: &[f64], b: &[f64]) -> f64 {
    let mut least = [f64::INFINITY; 8];
    for (a, b) in a.chunks(8).zip(b.chunks(8)) {
        for (least, (a, b)) in least.iter_mut().zip(a.iter().zip(b)) {
            let sum = a + b;
            *least = if sum < *least { sum } else { *least };
        }
    }
    least.into_iter().fold(f64::INFINITY, f64::min)
}

/// The values that are not missing, scaled so that no sum overflows.
struct Series {
    /// The index of each value in the series as given.
    indices: Vec<usize>,
    /// The values over `scale`.
    values: Vec<f64>,
    /// The weights over `median_weight`.
    weights: Vec<f64>,
    /// A power of two, so scaling rounds nothing.
    scale: f64,
    median_weight: f64,
}

impl Series {
    fn new(values: &[f64], weights: &[f64]) -> Self {
        let known = weights
            .iter()
            .filter(|weight| weight.is_finite() && **weight > 0.0);
        let median_weight =
            weighted_median(known.map(|weight| (*weight, 1.0)).collect()).unwrap_or(1.0);
        let weight_at = |at: usize| match weights.get(at) {
            Some(weight) if weight.is_finite() => *weight,
            _ => median_weight,
        };
        let present = values.iter().enumerate().rev();
        let present = present.filter(|(at, value)| value.is_finite() && weight_at(*at) > 0.0);
        let mut present: Vec<(usize, f64)> = present
            .map(|(at, value)| (at, *value))
            .take(MOST_VALUES)
            .collect();
        present.reverse();
        let scale = scale_of(
            present
                .iter()
                .fold(0.0, |most, (_, value)| value.abs().max(most)),
        );
        let relative = |at: usize| (weight_at(at) / median_weight).min(HEAVIEST);
        Self {
            indices: present.iter().map(|(at, _)| *at).collect(),
            values: present.iter().map(|(_, value)| value / scale).collect(),
            weights: present.iter().map(|(at, _)| relative(*at)).collect(),
            scale,
            median_weight,
        }
    }

    /// A cost of 1, in the unit of values and weights as given.
    fn cost_unit(&self) -> f64 {
        self.scale * self.median_weight
    }

    /// The series without the values at these indices, which ascend.
    fn without(mut self, indices: &[usize]) -> Self {
        let is_kept: Vec<bool> = self
            .indices
            .iter()
            .map(|at| indices.binary_search(at).is_err())
            .collect();
        let (mut values, mut weights, mut places) =
            (is_kept.iter(), is_kept.iter(), is_kept.iter());
        self.values.retain(|_| values.next() == Some(&true));
        self.weights.retain(|_| weights.next() == Some(&true));
        self.indices.retain(|_| places.next() == Some(&true));
        self
    }

    fn pieces(&self, ends: &[usize]) -> Vec<Piece> {
        let starts = std::iter::once(&0).chain(ends);
        starts
            .zip(ends)
            .filter_map(|(start, end)| self.piece(*start, *end))
            .collect()
    }

    fn piece(&self, start: usize, end: usize) -> Option<Piece> {
        let indices = self.indices.get(start..end)?;
        let values = self.values.get(start..end)?;
        let weights = self.weights.get(start..end)?;
        let pairs: Vec<(f64, f64)> = values
            .iter()
            .copied()
            .zip(weights.iter().copied())
            .collect();
        let distances = |level: f64| -> f64 {
            pairs
                .iter()
                .map(|(value, weight)| weight * (value - level).abs())
                .sum()
        };
        let level = weighted_median(pairs.clone())?;
        let total: f64 = weights.iter().sum();
        // Weights may be so unequal that all of a piece are zero beside the median weight.
        let error = if total > 0.0 {
            distances(level) / total
        } else {
            0.0
        };
        Some(Piece {
            start: *indices.first()?,
            end: indices.last()? + 1,
            count: indices.len(),
            level: level * self.scale,
            error: error * self.scale,
        })
    }
}

/// A power of two that brings a number near 1; 1 for zero.
fn scale_of(magnitude: f64) -> f64 {
    if magnitude == 0.0 {
        return 1.0;
    }
    2.0_f64.powf(magnitude.log2().floor().clamp(-1000.0, 1000.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::{Duration, Instant};

    /// The least cost of all `2^(n - 1)` segmentations, each run with the best of its own values as its level.
    fn least_of_all(values: &[f64], weights: &[f64], gamma: f64) -> f64 {
        let run_cost = |run: std::ops::Range<usize>| {
            let from = |level: f64| {
                run.clone()
                    .map(|n| weights[n] * (values[n] - level).abs())
                    .sum::<f64>()
            };
            run.clone()
                .map(|n| from(values[n]))
                .fold(f64::INFINITY, f64::min)
        };
        let segmentations = 0..1_u32 << (values.len() - 1);
        let cost = |borders: u32| {
            let (mut total, mut start) = (gamma * f64::from(borders.count_ones()), 0);
            for end in 1..=values.len() {
                if end == values.len() || borders >> (end - 1) & 1 == 1 {
                    total += run_cost(start..end);
                    start = end;
                }
            }
            total
        };
        segmentations.map(cost).fold(f64::INFINITY, f64::min)
    }

    /// The objective of pieces, from the values.
    fn cost_of(pieces: &[Piece], values: &[f64], weights: &[f64], gamma: f64) -> f64 {
        let deviations = pieces.iter().flat_map(|piece| {
            (piece.start..piece.end).map(|n| weights[n] * (values[n] - piece.level).abs())
        });
        gamma * (pieces.len() as f64 - 1.0) + deviations.sum::<f64>()
    }

    fn ends(pieces: &[Piece]) -> Vec<usize> {
        pieces.iter().map(|piece| piece.end).collect()
    }

    fn starts(values: &[f64], weights: &[f64]) -> Vec<usize> {
        segments(values, weights)
            .pieces
            .iter()
            .map(|piece| piece.start)
            .collect()
    }

    proptest! {
        #[test]
        fn no_segmentation_is_better(
            points in proptest::collection::vec(
                (prop_oneof![-3.0_f64..3.0, Just(1.0), Just(2.0)], 0.1_f64..4.0),
                1..=10,
            ),
            gamma in prop_oneof![0.0_f64..8.0, Just(0.0)],
        ) {
            let (values, weights): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
            let pieces = potts(&values, &weights, gamma);
            let expected = least_of_all(&values, &weights, gamma);
            let found = cost_of(&pieces, &values, &weights, gamma);
            prop_assert!((found - expected).abs() < 1e-9, "{} {}", found, expected);
        }

        #[test]
        fn pieces_follow_each_other_and_hold_every_value_once(
            values in proptest::collection::vec(proptest::num::f64::ANY, 0..60),
            weights in proptest::collection::vec(proptest::num::f64::ANY, 0..60),
            gamma in proptest::num::f64::ANY,
        ) {
            let found = segments(&values, &weights);
            for (pieces, outliers) in [(potts(&values, &weights, gamma), 0), (found.pieces, found.outliers.len())] {
                let present = (0..values.len()).filter(|n| {
                    values[*n].is_finite() && weights.get(*n).is_none_or(|weight| !weight.is_finite() || *weight > 0.0)
                });
                prop_assert_eq!(pieces.iter().map(|piece| piece.count).sum::<usize>() + outliers, present.count());
                prop_assert!(pieces.windows(2).all(|pair| pair[0].end <= pair[1].start));
                for piece in pieces {
                    prop_assert!(piece.start < piece.end && piece.level.is_finite(), "{:?}", piece);
                    prop_assert!(piece.error >= 0.0, "{:?}", piece);
                    prop_assert!(values[piece.start].is_finite() && values[piece.end - 1].is_finite());
                }
            }
        }
    }

    fn vectors() -> serde_json::Value {
        serde_json::from_str(include_str!("../../../tests/vectors/regression/asv.json")).unwrap()
    }

    fn floats(of: &serde_json::Value) -> Vec<f64> {
        of.as_array()
            .unwrap()
            .iter()
            .map(|x| x.as_f64().unwrap())
            .collect()
    }

    /// Forty series of up to 100 values with weights, solved by asv 0.6.6.
    #[test]
    fn pieces_are_those_of_the_exact_solver_of_asv() {
        let vectors = vectors();
        let cases = vectors["exact"].as_array().unwrap();
        assert_eq!(cases.len(), 40);
        for case in cases {
            let weights = floats(&case["weights"]);
            let found = potts(
                &floats(&case["values"]),
                &weights,
                case["gamma"].as_f64().unwrap(),
            );
            let expected: Vec<u64> = case["ends"]
                .as_array()
                .unwrap()
                .iter()
                .map(|x| x.as_u64().unwrap())
                .collect();
            let ends: Vec<u64> = found
                .iter()
                .map(|piece| u64::try_from(piece.end).unwrap())
                .collect();
            assert_eq!(ends, expected);
            for ((piece, level), cost) in found
                .iter()
                .zip(floats(&case["levels"]))
                .zip(floats(&case["costs"]))
            {
                let total: f64 = weights[piece.start..piece.end].iter().sum();
                assert!(
                    (piece.level - level).abs() < 1e-9 && (piece.error * total - cost).abs() < 1e-9,
                    "{piece:?}"
                );
            }
        }
    }

    /// The series and the borders of asv's tests: five steps of 0.2 to 1.1, noise of 0.05, two values set to 2.
    #[test]
    fn the_published_examples_of_asv() {
        let mut values = floats(&vectors()["published"]);
        assert_eq!(ends(&potts(&values, &[], 0.1)), [5, 10, 20, 50, 70, 100]);
        values[15] = 2.0;
        values[16] = 2.0;
        assert_eq!(
            ends(&potts(&values, &[], 0.1)),
            [5, 10, 15, 17, 20, 50, 70, 100]
        );
        assert_eq!(starts(&values, &[]), [0, 5, 10, 15, 17, 20, 50, 70]);
        let mut weights = vec![1.0; 100];
        weights[15] = 0.1;
        weights[16] = 0.1;
        assert_eq!(
            ends(&potts(&values, &weights, 0.1)),
            [5, 10, 20, 50, 70, 100]
        );
        assert_eq!(starts(&values, &weights), [0, 5, 10, 20, 50, 70]);
        values[35] = f64::NAN;
        weights[23] = f64::NAN;
        assert_eq!(starts(&values, &weights), [0, 5, 10, 20, 50, 70]);
    }

    /// Another published example: a step at 26 whose surroundings have no weight, or nearly none.
    #[test]
    fn values_without_weight_are_missing_and_light_ones_are_not() {
        let values: Vec<f64> = (0..50_u8).map(|n| if n > 25 { 1.0 } else { 0.0 }).collect();
        let borders = |light: f64| {
            let weights: Vec<f64> = (0..50_u8)
                .map(|n| if (20..30).contains(&n) { light } else { 1.0 })
                .collect();
            let found = segments(&values, &weights).pieces;
            found
                .iter()
                .map(|piece| (piece.start, piece.end))
                .collect::<Vec<_>>()
        };
        assert_eq!(borders(0.0), [(0, 20), (30, 50)]);
        assert_eq!(borders(1e-6), [(0, 26), (26, 50)]);
    }

    #[test]
    fn one_piece_and_no_piece() {
        assert!(potts(&[], &[], 1.0).is_empty() && segments(&[f64::NAN], &[]).pieces.is_empty());
        let single = Piece {
            start: 1,
            end: 2,
            count: 1,
            level: 7.0,
            error: 0.0,
        };
        assert_eq!(potts(&[f64::NAN, 7.0], &[], 1.0), [single]);
        assert_eq!(segments(&[f64::NAN, 7.0], &[]).pieces, [single]);
        for values in [
            vec![0.1; 1000],
            vec![0.0; 5],
            vec![f64::MAX; 9],
            vec![5e-324; 9],
        ] {
            let found = segments(&values, &[]);
            assert_eq!((found.pieces.len(), found.gamma), (1, 0.0));
            assert_eq!(
                (found.pieces[0].level, found.pieces[0].error),
                (values[0], 0.0)
            );
        }
    }

    #[test]
    fn the_largest_and_the_smallest_floats_are_divided() {
        for (low, high) in [(-f64::MAX, f64::MAX), (1e-320, 2e-320), (1e300, 1.1e300)] {
            let values: Vec<f64> = (0..20_u8).map(|n| if n < 8 { low } else { high }).collect();
            let found = segments(&values, &[]).pieces;
            assert_eq!(
                (ends(&found), found[0].level, found[1].level),
                (vec![8, 20], low, high)
            );
        }
    }

    #[test]
    fn an_impossible_penalty_counts_as_zero_and_an_infinite_one_leaves_one_piece() {
        let values = [1.0, 1.0, 2.0, 3.0];
        for gamma in [0.0, -1.0, f64::NAN] {
            assert_eq!(ends(&potts(&values, &[], gamma)), [2, 3, 4]);
        }
        assert_eq!(ends(&potts(&values, &[], f64::INFINITY)), [4]);
    }

    #[test]
    fn a_single_value_beyond_both_neighbours_is_an_outlier_and_two_are_a_piece() {
        let mut values = vec![1.0; 50];
        values[25] = 1000.0;
        let found = segments(&values, &[]);
        assert_eq!((ends(&found.pieces), found.outliers), (vec![50], vec![25]));
        assert_eq!((found.pieces[0].count, found.pieces[0].error), (49, 0.0));
        values[26] = 1000.0;
        let found = segments(&values, &[]);
        assert_eq!(
            (ends(&found.pieces), found.outliers),
            (vec![25, 27, 50], vec![])
        );
        // A value between two levels is none, nor is the newest.
        let between = [
            1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.5, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 9.0,
        ];
        assert!(segments(&between, &[]).outliers.is_empty());
    }

    #[test]
    fn a_heavy_value_draws_the_level() {
        let found = potts(&[1.0, 2.0, 3.0], &[1.0, 1.0, 5.0], 100.0);
        assert_eq!((found[0].level, found[0].error), (3.0, 3.0 / 7.0));
    }

    /// The time is that of 2,000 values, the newest of many.
    #[test]
    fn a_step_among_the_newest_of_many_values_is_found_in_well_under_a_second() {
        let noise = |n: u32| f64::from(n.wrapping_mul(2_654_435_761) >> 8) / f64::from(1_u32 << 24);
        let value = |n: u32| noise(n) + if n < 99_200 { 10.0 } else { 11.0 };
        let values: Vec<f64> = (0..100_000).map(value).collect();
        let start = Instant::now();
        let found = segments(&values, &[]);
        let elapsed = start.elapsed();
        assert_eq!(ends(&found.pieces), [99_200, 100_000]);
        assert_eq!(found.pieces[0].start, 100_000 - MOST_VALUES);
        // Without optimisation, the time says nothing; a busy machine takes several times as long.
        let is_in_time = cfg!(debug_assertions) || elapsed < Duration::from_secs(2);
        assert!(is_in_time, "{elapsed:?}");
    }
}
