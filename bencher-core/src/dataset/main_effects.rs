//! How much each input matters to a result.

use crate::stats::mean;
use crate::value::Value;

use super::{Dataset, DatasetError, Dim, DimRole};

/// How much an input matters to a result, whatever the other inputs are.
///
/// See [`Dataset::main_effects`] for an example.
#[derive(Clone, Debug, PartialEq)]
pub struct MainEffect {
    /// The input.
    pub input: String,
    /// The share of the differences between points that the levels of this input explain alone: from 0 to 1.
    pub share: f64,
    /// The mean over the points of each level, in the order of the levels; `None` where no point has a value. The
    /// geometric mean where [`is_ratio`](Self::is_ratio).
    pub levels: Vec<(Value, Option<f64>)>,
    /// Whether differences are ratios: all values are above zero.
    pub is_ratio: bool,
}

impl MainEffect {
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
    /// The share of an input is the sum of squares between its levels over that between all points, of the logarithms
    /// where all values are above zero (the effect size eta squared of an analysis of variance). In a full grid, the
    /// shares and what is left for combinations of inputs make 1. With missing points, the shares of two inputs may
    /// contain the same differences. Equal points have no shares: the list is empty. Points below resolution and failed
    /// ones do not count, so the share of an input that makes times that short is too small.
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
        // With its number in the grid of points.
        let mut points: Vec<(usize, f64)> = Vec::new();
        for (number, x) in self.numbers_of_points(result)?.into_iter().enumerate() {
            points.extend(x.filter(|x| x.is_finite()).map(|x| (number, x)));
        }
        let is_ratio = !points.is_empty() && points.iter().all(|(_, x)| *x > 0.0);
        for (_, x) in &mut points {
            *x = if is_ratio { x.ln() } else { *x };
        }
        let all: Vec<f64> = points.iter().map(|(_, x)| *x).collect();
        let Some(middle) = mean(&all) else {
            return Ok(Vec::new());
        };
        let total: f64 = all.iter().map(|x| (x - middle).powi(2)).sum();
        // What is left of equal values by rounding is no difference.
        let least = all.len() as f64 * (middle.abs() * 1e-12).powi(2);
        if !(total > least && total.is_finite()) {
            return Ok(Vec::new());
        }
        let dims: Vec<&Dim> = (self.dims.iter())
            .filter(|dim| dim.role != DimRole::Repeat)
            .collect();
        let effects = dims.iter().enumerate().filter(|(_, dim)| dim.len() > 1);
        let effects = effects.map(|(axis, dim)| {
            let stride: usize = dims.iter().skip(axis + 1).map(|dim| dim.len()).product();
            let mut sums = vec![(0.0, 0_usize); dim.len()];
            for (number, x) in &points {
                let level = number / stride.max(1) % dim.len();
                if let Some((sum, count)) = sums.get_mut(level) {
                    *sum += x;
                    *count += 1;
                }
            }
            let mut between = 0.0;
            let levels = dim.values.iter().zip(sums).map(|(level, (sum, count))| {
                let level_mean = (count > 0).then(|| sum / count as f64);
                if let Some(found) = level_mean {
                    between += count as f64 * (found - middle).powi(2);
                }
                let shown = level_mean.map(|x| if is_ratio { x.exp() } else { x });
                (level.clone(), shown)
            });
            let levels = levels.collect();
            MainEffect {
                input: dim.name.clone(),
                share: (between / total).clamp(0.0, 1.0),
                levels,
                is_ratio,
            }
        });
        let mut effects: Vec<MainEffect> = effects.collect();
        effects.sort_by(|one, other| other.share.total_cmp(&one.share));
        Ok(effects)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{CellState, VariableInfo};
    use crate::value::Kind;

    fn grid(values: &[f64], shape: [usize; 2]) -> Dataset {
        let dims = ["a", "b"].iter().zip(shape).map(|(name, count)| {
            let levels = (0..count as u64).map(Value::from).collect();
            Dim::input(*name, Kind::Uint(64), levels)
        });
        let info = VariableInfo::new("y", Kind::Float(64));
        let mut dataset = Dataset::new("Grid", dims.collect(), vec![info]).unwrap();
        for (flat, x) in values.iter().enumerate() {
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

    #[test]
    fn equal_points_have_no_effects() {
        assert_eq!(grid(&[0.1; 4], [2, 2]).main_effects("y").unwrap(), []);
        assert_eq!(grid(&[], [2, 2]).main_effects("y").unwrap(), []);
    }
}
