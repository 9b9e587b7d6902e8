//! How much each input matters to a result.

use crate::sort;
use crate::stats::MISRATE;
use crate::stats::distribution::normal_two_sided;
use crate::value::Value;

use super::effect_shares::EffectShares;
use super::{Dataset, DatasetError};

/// Pairs of inputs are important that surely explain so much beyond what each of both explains alone.
const LEAST_PAIR_SHARE: f64 = 0.02;

/// How many pairs are called important, at most.
const MOST_PAIRS: usize = 3;

/// How much an input matters to a result, whatever the other inputs are.
///
/// See [`Dataset::main_effects`] for an example.
#[derive(Clone, Debug, PartialEq)]
pub struct MainEffect {
    /// The input.
    pub input: String,
    /// The share of the differences between points that the levels of this input explain alone: from 0 to 1.
    pub share: f64,
    /// The bounds of the share of the true differences at 95 %, by the bounds of the points; none where a point has
    /// none.
    pub bounds: Option<(f64, f64)>,
    /// The mean over the points of each level, in the order of the levels; `None` where no point has a value. The
    /// geometric mean where [`is_ratio`](Self::is_ratio).
    pub levels: Vec<(Value, Option<f64>)>,
    /// The bounds of each of these means at 95 %, by the bounds of the points; none where a point has none.
    pub level_bounds: Vec<Option<(f64, f64)>>,
    /// Whether differences are ratios: all values are above zero.
    pub is_ratio: bool,
}

/// How much two inputs matter to a result together, beyond what each explains alone.
///
/// See [`Dataset::pair_effects`] for an example.
#[derive(Clone, Debug, PartialEq)]
pub struct PairEffect {
    /// The inputs, in the order of the dimensions.
    pub inputs: [String; 2],
    /// The share of the differences between points, from 0 to 1.
    pub share: f64,
    /// Its bounds at 95 %, as in a [`MainEffect`].
    pub bounds: Option<(f64, f64)>,
}

/// From here on, the bounds of a share say that noise is part of the differences.
const NOISE: f64 = 0.01;

impl MainEffect {
    /// Whether points differ by noise, too, or may do so: bounds of the share are apart, or there are none.
    pub fn is_noisy(&self) -> bool {
        self.bounds.is_none_or(|(low, high)| high - low >= NOISE)
    }

    /// The levels with the least and the greatest mean.
    pub fn extremes(&self) -> Option<[(&Value, f64); 2]> {
        let known = self.levels.iter();
        let known = known.filter_map(|(level, mean)| Some((level, (*mean)?)));
        let least = known
            .clone()
            .min_by(|one, other| one.1.total_cmp(&other.1))?;
        let greatest = known.max_by(|one, other| one.1.total_cmp(&other.1))?;
        Some([least, greatest])
    }
}

impl Dataset {
    /// How much each input with two levels or more matters to a result, the most important one first.
    ///
    /// The share of an input is the sum of squares between its levels, divided by the sum of squares between all points
    /// (the effect size eta squared of an analysis of variance). If all values are above zero, it is computed from
    /// their logarithms.
    ///
    /// In a full grid, the shares of the inputs and of their combinations make 1. With missing points, the shares of
    /// two inputs may contain the same differences. Equal points have no shares: the list is empty. Points below
    /// resolution and failed points do not count. So an input that makes times too short to measure has too small a
    /// share.
    ///
    /// ```
    /// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::{Kind, Value};
    /// let len = Dim::input("len", Kind::Uint(64), vec![Value::from(10), Value::from(1000)]);
    /// let algorithm = Dim::input("algorithm", Kind::Category, vec!["quick".into(), "merge".into()]);
    /// let steps = VariableInfo::new("steps", Kind::Float(64));
    /// let mut sorting = Dataset::new("Sorting", vec![len, algorithm, Dim::repeats(1)], vec![steps])?;
    /// for (flat, steps) in [(0, 1.0), (1, 2.0), (2, 100.0), (3, 200.0)] {
    ///     sorting.variable_mut(0).ok_or("no variable")?.record(flat, &Value::Float(steps), CellState::Measured)?;
    /// }
    /// let effects = sorting.main_effects("steps")?;
    /// assert_eq!(effects[0].input, "len");
    /// assert!(effects[0].share > 0.97 && effects[1].share < 0.03);
    /// let [least, greatest] = effects[0].extremes().ok_or("no value")?;
    /// assert!((greatest.1 / least.1 - 100.0).abs() < 1e-9, "a hundred times, whatever the algorithm");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where there is no such result.
    pub fn main_effects(&self, result: &str) -> Result<Vec<MainEffect>, DatasetError> {
        let shares = EffectShares::of(self, result)?;
        Ok(shares
            .as_ref()
            .map_or_else(Vec::new, EffectShares::main_effects))
    }

    /// How much each pair of inputs matters to a result beyond what both explain alone, the most important one first.
    ///
    /// These are the interactions of two inputs in an analysis of variance, exact on a full grid. A grid with missing
    /// points has none: the list is empty.
    ///
    /// ```
    /// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::{Kind, Value};
    /// let a = Dim::input("a", Kind::Int(64), vec![Value::from(0), Value::from(1)]);
    /// let b = Dim::input("b", Kind::Int(64), vec![Value::from(0), Value::from(1)]);
    /// let mut grid = Dataset::new("Grid", vec![a, b, Dim::repeats(1)], vec![VariableInfo::new("y", Kind::Float(64))])?;
    /// for (flat, y) in [(0, -1.0), (1, 3.0), (2, 0.0), (3, 7.0)] {
    ///     grid.variable_mut(0).ok_or("no variable")?.record(flat, &Value::Float(y), CellState::Measured)?;
    /// }
    /// let pairs = grid.pair_effects("y")?;
    /// assert_eq!(pairs[0].inputs, ["a", "b"]);
    /// // ((-1 - 3 - 0 + 7) / 2)^2 of 38.75 in all.
    /// assert!((pairs[0].share - 2.25 / 38.75).abs() < 1e-12);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where there is no such result.
    pub fn pair_effects(&self, result: &str) -> Result<Vec<PairEffect>, DatasetError> {
        let shares = EffectShares::of(self, result)?;
        Ok(shares
            .as_ref()
            .map_or_else(Vec::new, EffectShares::pair_effects))
    }

    /// The pairs of inputs that summaries name: up to three whose lower bound is 2 % of the differences or more. None
    /// for a sweep of two inputs, whose only pair is all that the inputs do not explain alone.
    ///
    /// See [`pair_effects`](Self::pair_effects) for an example.
    ///
    /// # Errors
    /// Where there is no such result.
    pub fn important_pairs(&self, result: &str) -> Result<Vec<PairEffect>, DatasetError> {
        let shares = EffectShares::of(self, result)?;
        Ok(shares
            .as_ref()
            .map_or_else(Vec::new, EffectShares::important_pairs))
    }

    /// The main effects and the important pairs of a result.
    pub(crate) fn effects_and_pairs(
        &self,
        result: &str,
    ) -> Result<(Vec<MainEffect>, Vec<PairEffect>), DatasetError> {
        let shares = EffectShares::of(self, result)?;
        Ok(shares.map_or_else(Default::default, |shares| {
            (shares.main_effects(), shares.important_pairs())
        }))
    }
}

impl EffectShares<'_> {
    /// The share of each input with several levels, the greatest first.
    fn main_effects(&self) -> Vec<MainEffect> {
        let axes = self.dims.iter().enumerate();
        let axes = axes.filter(|(_, dim)| dim.len() > 1);
        let effects = axes.map(|(axis, dim)| {
            // Of the points of each level: their sum, the variance of the sum, and their number.
            let mut sums = vec![(0.0, 0.0, 0_usize); dim.len()];
            for point in &self.points {
                let level = sums.get_mut(self.level(point.number, axis));
                if let Some((sum, noise, count)) = level {
                    *sum += point.x;
                    *noise += point.noise;
                    *count += 1;
                }
            }
            let shown = |x: f64| if self.is_ratio { x.exp() } else { x };
            let reach = normal_two_sided(MISRATE);
            let mean = |(sum, noise, count): &(f64, f64, usize)| {
                let of_all = |x: f64| x / *count as f64;
                (*count > 0).then(|| (of_all(*sum), of_all(reach * noise.sqrt())))
            };
            let means: Vec<Option<(f64, f64)>> = sums.iter().map(mean).collect();
            let levels = dim.values.iter().zip(&means);
            let levels = levels.map(|(level, mean)| (level.clone(), mean.map(|(x, _)| shown(x))));
            let levels = levels.collect();
            let bounds_of = |(x, reach): (f64, f64)| (shown(x - reach), shown(x + reach));
            let level_bounds = means
                .into_iter()
                .map(|mean| mean.filter(|_| self.is_bounded).map(bounds_of))
                .collect();
            let (share, bounds) = self.alone(axis);
            MainEffect {
                input: dim.name.clone(),
                share,
                bounds,
                levels,
                level_bounds,
                is_ratio: self.is_ratio,
            }
        });
        let mut effects: Vec<MainEffect> = effects.collect();
        sort::by(&mut effects, |one, other| other.share.total_cmp(&one.share));
        effects
    }

    /// The share of each pair of such inputs, the greatest first; none where a point is missing.
    fn pair_effects(&self) -> Vec<PairEffect> {
        if !self.is_full() {
            return Vec::new();
        }
        let axes = self.dims.iter().enumerate();
        let axes: Vec<(usize, &str)> = axes
            .filter(|(_, dim)| dim.len() > 1)
            .map(|(axis, dim)| (axis, &*dim.name))
            .collect();
        let mut effects = Vec::new();
        for (at, (first, name)) in axes.iter().enumerate() {
            for (second, other) in axes.iter().skip(at + 1) {
                let (share, bounds) = self.pair(*first, *second);
                effects.push(PairEffect {
                    inputs: [(*name).to_owned(), (*other).to_owned()],
                    share,
                    bounds,
                });
            }
        }
        sort::by(&mut effects, |one, other| other.share.total_cmp(&one.share));
        effects
    }

    fn important_pairs(&self) -> Vec<PairEffect> {
        let effects = self.pair_effects();
        let is_only_one = effects.len() < 2;
        let surely = |pair: &PairEffect| pair.bounds.map_or(pair.share, |(low, _)| low);
        let important = effects.into_iter();
        let important = important.filter(|pair| !is_only_one && surely(pair) >= LEAST_PAIR_SHARE);
        important.take(MOST_PAIRS).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{CellState, Dim, VariableInfo};
    use crate::value::Kind;

    fn grid(values: &[f64], shape: [usize; 2]) -> Dataset {
        repeated(
            &values.iter().map(std::slice::from_ref).collect::<Vec<_>>(),
            shape,
        )
    }

    /// A grid with repeats.
    fn repeated(values: &[&[f64]], shape: [usize; 2]) -> Dataset {
        let dims = ["a", "b"].iter().zip(shape).map(|(name, count)| {
            let levels = (0..count as u64).map(Value::from).collect();
            Dim::input(*name, Kind::Uint(64), levels)
        });
        let repeats = values.first().map_or(1, |first| first.len());
        let dims = dims.chain([Dim::repeats(u32::try_from(repeats).unwrap())]);
        let info = VariableInfo::new("y", Kind::Float(64));
        let mut dataset = Dataset::new("Grid", dims.collect(), vec![info]).unwrap();
        for (flat, x) in values.iter().copied().flatten().enumerate() {
            let variable = dataset.variable_mut(0).unwrap();
            variable
                .record(flat, &Value::Float(*x), CellState::Measured)
                .unwrap();
        }
        dataset
    }

    /// Between a: 2.25, between b: 25, of 28.5 in all, by hand; a negative value keeps the logarithm away.
    #[test]
    fn shares_are_those_of_an_analysis_of_variance() {
        let effects = grid(&[-1.0, 3.0, 0.0, 7.0], [2, 2])
            .main_effects("y")
            .unwrap();
        let named: Vec<&str> = effects.iter().map(|effect| effect.input.as_str()).collect();
        assert_eq!(named, ["b", "a"]);
        let total = 10.5625 + 0.5625 + 5.0625 + 22.5625;
        assert!(
            (effects[0].share - 30.25 / total).abs() < 1e-12,
            "{effects:?}"
        );
        assert!(
            (effects[1].share - 6.25 / total).abs() < 1e-12,
            "{effects:?}"
        );
        assert!(!effects[0].is_ratio);
        assert_eq!(effects[1].levels[0].1, Some(1.0));
    }

    /// Noise of twelve uniform numbers each, on the sum of both inputs: the bounds of means hold the truth about as
    /// often as they say.
    #[test]
    fn bounds_of_means_hold_their_truth() {
        let mut state = 7_u64;
        let mut uniform = move || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let (mut held, mut all) = (0, 0);
        for _ in 0..100 {
            let values: Vec<Vec<f64>> = (0..6)
                .map(|at| {
                    let truth = -10.0 + f64::from(at / 3) + 2.0 * f64::from(at % 3);
                    let noise = |_| truth + (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
                    (0..12).map(noise).collect()
                })
                .collect();
            let values: Vec<&[f64]> = values.iter().map(Vec::as_slice).collect();
            for effect in repeated(&values, [2, 3]).main_effects("y").unwrap() {
                let truth = |level: f64| match effect.input.as_str() {
                    "a" => -8.0 + level,
                    _ => -9.5 + 2.0 * level,
                };
                for (n, bounds) in effect.level_bounds.iter().enumerate() {
                    let (low, high) = bounds.unwrap();
                    all += 1;
                    held += i32::from((low..=high).contains(&truth(n as f64)));
                    assert!(high - low < 2.5, "{low} {high}");
                }
            }
        }
        assert!(held * 100 >= all * 92, "{held} of {all}");
    }

    #[test]
    fn noise_makes_bounds_and_no_sure_pair() {
        // A sum of both inputs, and a noise of about 0.3 with the means 0, 0.1, -0.1, 0 at the points.
        let noise = [
            [0.3, -0.3, 0.3, -0.3, 0.2, -0.2],
            [-0.2, 0.4, 0.5, -0.3, -0.1, 0.3],
            [0.2, -0.4, -0.5, 0.3, 0.1, -0.3],
            [0.3, 0.3, -0.3, -0.3, -0.2, 0.2],
        ];
        let sums = [-1.0, 0.0, 1.0, 2.0];
        let of = |at: usize| noise[at].map(|x| x + sums[at]);
        let values: Vec<[f64; 6]> = (0..4).map(of).collect();
        let values: Vec<&[f64]> = values.iter().map(|values| &values[..]).collect();
        let dataset = repeated(&values, [2, 2]);
        let effects = dataset.main_effects("y").unwrap();
        for effect in &effects {
            let (low, high) = effect.bounds.unwrap();
            assert!(low < effect.share && effect.share < high, "{effect:?}");
        }
        let pairs = dataset.pair_effects("y").unwrap();
        assert!(pairs[0].bounds.unwrap().0 <= 0.0, "{pairs:?}");
        // Exact values have exact shares.
        let exact: Vec<[f64; 4]> = [-1.0, 3.0, 0.0, 7.0].map(|x| [x; 4]).to_vec();
        let exact: Vec<&[f64]> = exact.iter().map(|values| &values[..]).collect();
        let pair = repeated(&exact, [2, 2])
            .pair_effects("y")
            .unwrap()
            .remove(0);
        let (low, high) = pair.bounds.unwrap();
        assert!((pair.share - 2.25 / 38.75).abs() < 1e-12 && (high - low).abs() < 1e-12);
    }

    #[test]
    fn a_grid_with_a_gap_has_no_pairs() {
        assert_eq!(
            grid(&[1.0, 2.0, 3.0], [2, 2]).pair_effects("y").unwrap(),
            []
        );
    }

    #[test]
    fn equal_points_have_no_effects() {
        assert_eq!(grid(&[0.1; 4], [2, 2]).main_effects("y").unwrap(), []);
        assert_eq!(grid(&[], [2, 2]).main_effects("y").unwrap(), []);
    }
}
