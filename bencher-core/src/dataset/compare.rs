//! How much larger a result is at one level of an input than at another.

use crate::stats::{MISRATE, RESOLUTION, Ratio, paired_ratio};
use crate::value::Value;

use super::grid::Walk;
use super::{Dataset, DatasetError, DimRole};

/// A result at one level of an input, against the first level, with everything else equal.
///
/// The example stands at [`Dataset::compare`].
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The other inputs, where the two were measured.
    pub at: Vec<(String, Value)>,
    /// The level that is compared with.
    pub base: Value,
    /// The level that is compared.
    pub level: Value,
    /// Of how many pairs the bounds are made: the repeats that both have, or the processes, where several measured.
    pub pairs: usize,
    /// How many pairs there must be for bounds.
    pub needed: usize,
    /// How many times as large the result is; none where it is not above zero, or there are no pairs.
    pub ratio: Option<Ratio>,
    /// Ratios of this result that are nearer to 1 than this share are not told from it: the
    /// [`RESOLUTION`] of times, nothing for other results.
    pub resolution: f64,
}

impl Comparison {
    /// Whether the bounds show a difference that is larger than the [resolution](Self::resolution).
    pub fn is_different(&self) -> bool {
        self.ratio
            .is_some_and(|ratio| ratio.is_beyond(self.resolution))
    }
}

impl Dataset {
    /// Compares a result at every level of an input with that at its first level, repeat by repeat.
    ///
    /// The bounds hold for all comparisons together: each may miss with 5 % over their number, so an equal pair
    /// is taken for a different one in one of twenty whole sweeps, not in one of twenty points. That asks
    /// for more repeats: `1 + log2(comparisons / 0.05)`. Times that are nearer to each other than the [`RESOLUTION`], a thousandth, are not
    /// told apart. Repeats are pairs where they were measured next to
    /// each other ([`SweepBuilder::compare`](crate::bench::SweepBuilder::compare)). Where several processes measured (`--processes`), each
    /// counts as one pair, by the ratio that its repeats come to.
    ///
    /// ```
    /// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::{Kind, Value};
    /// let algo = Dim::input("algo", Kind::Category, vec!["quick".into(), "merge".into()]);
    /// let elapsed = VariableInfo::new("elapsed", Kind::Float(64));
    /// let mut sorting = Dataset::new("Sorting", vec![algo, Dim::repeats(8)], vec![elapsed])?;
    /// for flat in 0..16 {
    ///     // The machine drifts by 70 %, and merge takes 3 % longer.
    ///     let seconds = (1.0 + 0.1 * (flat % 8) as f64) * if flat < 8 { 1.0 } else { 1.03 };
    ///     let elapsed = sorting.variable_mut(0).ok_or("no variable")?;
    ///     elapsed.record(flat, &Value::Float(seconds), CellState::Measured)?;
    /// }
    /// let found = sorting.compare("elapsed", "algo")?;
    /// assert_eq!((found.len(), &found[0].level, found[0].pairs), (1, &"merge".into(), 8));
    /// let ratio = found[0].ratio.ok_or("no ratio")?;
    /// assert!((ratio.ratio - 1.03).abs() < 1e-9 && found[0].is_different());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where there is no such result or input.
    pub fn compare(&self, result: &str, input: &str) -> Result<Vec<Comparison>, DatasetError> {
        let variable = self.variable(result)?;
        let axis = self.axes(&[input])?;
        let shape = self.shape();
        let repeats: Vec<usize> = self.axes_of(|role| role == DimRole::Repeat);
        let others = self.axes_of(|role| role != DimRole::Repeat);
        let others: Vec<usize> = others.into_iter().filter(|n| !axis.contains(n)).collect();
        let levels: Vec<usize> = Walk::over(&shape, axis.clone()).collect();
        let over_repeats = Walk::over(&shape, repeats);
        let points: Vec<usize> = Walk::over(&shape, others.clone()).collect();
        let count = points.len() * levels.len().saturating_sub(1);
        let misrate = MISRATE / count.max(1) as f64;
        let values = axis.first().and_then(|axis| self.dims.get(*axis));
        let values = values.map_or(&[][..], |dim| &dim.values);
        let mut found = Vec::with_capacity(count);
        for point in points {
            for (level, offset) in levels.iter().enumerate().skip(1) {
                let base = levels.first().copied().unwrap_or(0);
                let pair = |repeat: usize| {
                    let x = variable.number(point + offset + repeat);
                    x.zip(variable.number(point + base + repeat))
                };
                let pairs: Vec<Option<(f64, f64)>> = over_repeats.clone().map(pair).collect();
                let (one, other): (Vec<f64>, Vec<f64>) = match self.rounds_per_process() {
                    None => pairs.into_iter().flatten().unzip(),
                    Some(block) => pairs.chunks(block).filter_map(of_process).unzip(),
                };
                let (Some(base), Some(level)) = (values.first(), values.get(level)) else {
                    continue;
                };
                found.push(Comparison {
                    at: self.coordinates_at(point, &others),
                    base: base.clone(),
                    level: level.clone(),
                    pairs: one.len(),
                    needed: needed(misrate),
                    ratio: paired_ratio(&one, &other, misrate),
                    resolution: if variable.info.timed { RESOLUTION } else { 0.0 },
                });
            }
        }
        Ok(found)
    }

    fn axes_of(&self, fits: impl Fn(DimRole) -> bool) -> Vec<usize> {
        let dims = self.dims.iter().enumerate();
        dims.filter(|(_, dim)| fits(dim.role))
            .map(|(axis, _)| axis)
            .collect()
    }

    /// The coordinates of a cell along the inputs.
    pub(crate) fn inputs_at(&self, flat: usize) -> Vec<(String, Value)> {
        let inputs = self.axes_of(|role| role == DimRole::Input);
        self.coordinates_at(flat, &inputs)
    }

    fn coordinates_at(&self, flat: usize, axes: &[usize]) -> Vec<(String, Value)> {
        let position = self.position(flat).unwrap_or_default();
        let coordinate = |axis: &usize| {
            let dim = self.dims.get(*axis)?;
            let value = dim.values.get(*position.get(*axis)?)?;
            Some((dim.name.clone(), value.clone()))
        };
        axes.iter().filter_map(coordinate).collect()
    }
}

/// What the pairs of one process come to: how many times as large as 1.
fn of_process(pairs: &[Option<(f64, f64)>]) -> Option<(f64, f64)> {
    let (one, other): (Vec<f64>, Vec<f64>) = pairs.iter().flatten().copied().unzip();
    Some((paired_ratio(&one, &other, MISRATE)?.ratio, 1.0))
}

/// The fewest pairs of which bounds can be given.
fn needed(misrate: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a misrate above 1e-300 gives less than a thousand"
    )]
    let pairs = (1.0 / misrate.max(1e-300)).log2().ceil() as usize;
    pairs + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::timings::ROUNDS_PER_PROCESS;
    use crate::dataset::{CellState, Dim, VariableInfo};
    use crate::value::Kind;

    /// Seven processes of three rounds: within each both are steady, and which is faster depends on the process.
    #[test]
    fn processes_are_the_pairs() {
        let algo = Dim::input("algo", Kind::Category, vec!["a".into(), "b".into()]);
        let time = VariableInfo::new("time", Kind::Float(64));
        let mut runs = Dataset::new("Runs", vec![algo, Dim::repeats(21)], vec![time]).unwrap();
        for repeat in 0..21 {
            let ratio = [1.2, 0.9, 1.1, 0.8, 1.3, 0.95, 1.05][repeat / 3];
            let times = runs.variable_mut(0).unwrap();
            let mut record =
                |flat, time: f64| times.record(flat, &Value::Float(time), CellState::Measured);
            record(repeat, 2.0).unwrap();
            record(21 + repeat, 2.0 * ratio).unwrap();
        }
        let compare = |runs: &Dataset| runs.compare("time", "algo").unwrap().remove(0);
        assert_eq!(compare(&runs).pairs, 21);
        runs.attributes
            .insert(ROUNDS_PER_PROCESS.to_owned(), "3".to_owned());
        let found = compare(&runs);
        assert_eq!((found.pairs, found.needed), (7, 6));
        let ratio = found.ratio.unwrap();
        assert!(
            ratio.lower.unwrap() < 0.95 && ratio.upper.unwrap() > 1.15,
            "{ratio:?}"
        );
        assert!(!found.is_different());
    }
}
