//! The cost of every run of neighbouring values: the weighted sum of their distances from the weighted median.

/// The costs of all runs of a series.
#[derive(Debug)]
pub(crate) struct RunCosts {
    /// For each last value, the costs of the runs that end there, by their first value.
    by_last: Vec<Vec<f64>>,
}

impl RunCosts {
    /// The costs of all runs, in `n^2 log n` steps and `4 n^2` bytes. Values and weights are finite, and weights not
    /// negative.
    pub(crate) fn new(values: &[f64], weights: &[f64]) -> Self {
        let sorted = sorted(values);
        // Small numbers lose less in the differences of sums. The middle is a value, so equal ones become exact zeros.
        let middle = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
        let levels: Vec<f64> = sorted.iter().map(|value| value - middle).collect();
        let points: Vec<Point> = values
            .iter()
            .zip(weights)
            .map(|(value, weight)| Point {
                rank: sorted.partition_point(|other| other < value),
                value: value - middle,
                weight: *weight,
            })
            .collect();
        let mut tree = FenwickTree::new(levels.len());
        let by_last = (1..=points.len())
            .map(|end| {
                tree.clear();
                let ending = points.iter().take(end).rev();
                let mut costs: Vec<f64> =
                    ending.map(|point| tree.cost_with(point, &levels)).collect();
                costs.reverse();
                costs
            })
            .collect();
        Self { by_last }
    }

    /// The costs of the runs that end at a value, by their first value.
    pub(crate) fn ending_at(&self, last: usize) -> &[f64] {
        self.by_last.get(last).map_or(&[], Vec::as_slice)
    }

    /// The cost of the whole series as one run; 0 of nothing.
    pub(crate) fn whole(&self) -> f64 {
        let longest = self.by_last.last().and_then(|costs| costs.first());
        longest.copied().unwrap_or(0.0)
    }
}

/// A value with its position in the ascending order of all distinct values.
struct Point {
    rank: usize,
    value: f64,
    weight: f64,
}

/// The distinct values in ascending order.
fn sorted(values: &[f64]) -> Vec<f64> {
    // Adding zero turns the negative zero into the positive one, which would be another value to `total_cmp`.
    let mut sorted: Vec<f64> = values.iter().map(|value| value + 0.0).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.dedup();
    sorted
}

/// Weights and weighted values, summed over a set of points.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    weight: f64,
    moment: f64,
}

impl Sums {
    fn add(&mut self, other: Self) {
        self.weight += other.weight;
        self.moment += other.moment;
    }
}

/// A binary indexed tree (Fenwick, 1994) of sums by rank: adding a point and finding the weighted median take `log n`
/// steps.
struct FenwickTree {
    /// The node at position `i`, counted from 1, sums the ranks from `i - (lowest bit of i)` to `i - 1`.
    nodes: Vec<Sums>,
    total: Sums,
}

impl FenwickTree {
    fn new(ranks: usize) -> Self {
        Self {
            nodes: vec![Sums::default(); ranks.next_power_of_two() + 1],
            total: Sums::default(),
        }
    }

    fn clear(&mut self) {
        self.nodes.fill(Sums::default());
        self.total = Sums::default();
    }

    /// Adds a point; the cost of all points so far.
    fn cost_with(&mut self, point: &Point, levels: &[f64]) -> f64 {
        let sums = Sums {
            weight: point.weight,
            moment: point.weight * point.value,
        };
        self.total.add(sums);
        let mut at = point.rank + 1;
        while let Some(node) = self.nodes.get_mut(at) {
            node.add(sums);
            at += at & at.wrapping_neg();
        }
        let (rank, below) = self.before_half();
        let median = levels.get(rank).or(levels.last()).copied().unwrap_or(0.0);
        let above = Sums {
            weight: self.total.weight - below.weight,
            moment: self.total.moment - below.moment,
        };
        let cost = (median * below.weight - below.moment) + (above.moment - median * above.weight);
        cost.max(0.0)
    }

    /// The rank of the lower weighted median, and the sums of all ranks below it.
    fn before_half(&self) -> (usize, Sums) {
        let half = self.total.weight / 2.0;
        let (mut at, mut below) = (0, Sums::default());
        let mut stride = (self.nodes.len() - 1) / 2;
        while stride > 0 {
            if let Some(node) = self.nodes.get(at + stride) {
                // Which way it goes is a coin toss, so selections are faster than a branch.
                let is_below = below.weight + node.weight < half;
                at += if is_below { stride } else { 0 };
                below.weight += if is_below { node.weight } else { 0.0 };
                below.moment += if is_below { node.moment } else { 0.0 };
            }
            stride /= 2;
        }
        (at, below)
    }
}

#[cfg(test)]
mod tests {
    use super::super::weighted_median::weighted_median;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Each cost is computed anew from the sorted run.
        #[test]
        fn costs_are_those_of_the_weighted_median(
            points in proptest::collection::vec((-8_i8..8, 0.0_f64..4.0, -1e-3_f64..1e-3), 1..24),
        ) {
            // A mixture of equal and unequal values.
            let value = |n: &(i8, f64, f64)| 1e6 + f64::from(n.0) + if n.0 % 2 == 0 { n.2 } else { 0.0 };
            let values: Vec<f64> = points.iter().map(value).collect();
            let weights: Vec<f64> = points.iter().map(|point| point.1).collect();
            let costs = RunCosts::new(&values, &weights);
            for last in 0..values.len() {
                prop_assert_eq!(costs.ending_at(last).len(), last + 1);
                for (first, cost) in costs.ending_at(last).iter().enumerate() {
                    let run = first..=last;
                    let pairs: Vec<(f64, f64)> =
                        values[run.clone()].iter().copied().zip(weights[run].iter().copied()).collect();
                    let median = weighted_median(pairs.clone()).unwrap();
                    let expected: f64 = pairs.iter().map(|(x, w)| w * (x - median).abs()).sum();
                    prop_assert!((cost - expected).abs() < 1e-8, "{} {}", cost, expected);
                }
            }
        }
    }

    #[test]
    fn equal_values_cost_exactly_nothing() {
        let costs = RunCosts::new(&[0.1; 50], &[0.3; 50]);
        assert!((0..50).all(|last| costs.ending_at(last).iter().all(|cost| *cost == 0.0)));
        let whole = |values: &[f64]| RunCosts::new(values, &[1.0; 2]).whole();
        assert_eq!((whole(&[]), whole(&[0.0, -0.0])), (0.0, 0.0));
    }

    /// Deviations from the medians of growing prefixes, by hand.
    #[test]
    fn known_costs() {
        let values = [1.0, 1.0, 10.0, 3.0, 5.0, 1.0, -16.0];
        let costs = RunCosts::new(&values, &[1.0; 7]);
        let prefix = |last: usize| costs.ending_at(last)[0];
        let found: Vec<f64> = (0..7).map(prefix).collect();
        assert_eq!(found, [0.0, 0.0, 9.0, 11.0, 13.0, 15.0, 32.0]);
    }
}
