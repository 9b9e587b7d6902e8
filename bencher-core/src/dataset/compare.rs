//! The ratio of a result at one level of an input to the result at another.

use std::fmt::{self, Write as _};

use crate::stats::{MISRATE, PointTime, RESOLUTION, Ratio, paired_ratio};
use crate::value::Value;

use super::grid::Walk;
use super::units::digits;
use super::{Dataset, DatasetError, DimRole};

/// The attribute of a dataset that names the input whose levels its sweep compares.
///
/// ```
/// assert_eq!(bencher_core::dataset::COMPARED, "compared");
/// ```
pub const COMPARED: &str = "compared";

/// The comparison of a result at one level of an input with the first level, where all other inputs are equal.
///
/// See [`Dataset::compare`] for an example.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The values of the other inputs.
    pub at: Vec<(String, Value)>,
    /// The first level, the base of the comparison.
    pub base: Value,
    /// The level that is compared.
    pub level: Value,
    /// Both levels and the other inputs as text: `B / A at len=1000`.
    pub label: String,
    /// The number of pairs behind the bounds: the repeats that both levels have, or the replicates where several
    /// processes measured.
    pub pairs: usize,
    /// How many pairs bounds need.
    pub needed: usize,
    /// The ratio of the result to the base; `None` where a result is not above zero, or there are no pairs.
    pub ratio: Option<Ratio>,
    /// A ratio nearer to 1 than this share does not count as a difference: the [`RESOLUTION`] of times, 0 for other
    /// results.
    pub resolution: f64,
}

impl Comparison {
    /// Whether the bounds show a difference larger than the [resolution](Self::resolution).
    pub fn is_different(&self) -> bool {
        self.ratio
            .is_some_and(|ratio| ratio.is_beyond(self.resolution))
    }
}

/// `B / A at len=1000: 0.412 ± 0.9 %`. If the bounds show no difference, they say either that there is none above 1 %, or
/// nothing: `(not decided)`.
///
/// ```
/// # use bencher_core::{dataset::Comparison, stats::Ratio};
/// let ratio = Ratio { ratio: 0.4121, lower: Some(0.4084), upper: Some(0.4158) };
/// let found = Comparison {
///     at: vec![("len".to_owned(), 1000.into())],
///     base: "A".into(),
///     level: "B".into(),
///     label: "B / A at len=1000".to_owned(),
///     pairs: 16,
///     needed: 6,
///     ratio: Some(ratio),
///     resolution: 0.001,
/// };
/// assert_eq!(found.to_string(), "B / A at len=1000: 0.412 ± 0.9 %");
/// let same = Comparison { ratio: Some(Ratio { ratio: 1.001, lower: Some(0.992), upper: Some(1.009) }), ..found };
/// assert_eq!(same.to_string(), "B / A at len=1000: 1 ± 0.9 % (no difference above 1 %)");
/// let open = Comparison { ratio: Some(Ratio { ratio: 0.74, lower: Some(0.29), upper: Some(1.9) }), ..same };
/// assert_eq!(open.to_string(), "B / A at len=1000: 0.74 ± 160 % (not decided)");
/// ```
impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.label)?;
        let bounds = self
            .ratio
            .and_then(|found| Some((found.ratio, found.lower?, found.upper?)));
        match (self.ratio, bounds) {
            (None, _) => f.write_str("?")?,
            (Some(found), None) => write!(f, "{} ± ?", digits(found.ratio, 3))?,
            (Some(_), Some((ratio, lower, upper))) => {
                let width = (upper - ratio).max(ratio - lower) / ratio;
                let ratio = digits(ratio, digits_within(ratio, width));
                write!(f, "{ratio} ± {} %", digits(width * 100.0, 2))?;
            }
        }
        match bounds {
            Some((_, lower, upper)) if !self.is_different() => {
                let is_small = 1.0 - lower <= EQUAL && upper - 1.0 <= EQUAL;
                f.write_str(if is_small {
                    " (no difference above 1 %)"
                } else {
                    " (not decided)"
                })
            }
            None if self.ratio.is_some() && self.pairs < self.needed => {
                write!(f, " ({} of {} pairs)", self.pairs, self.needed)
            }
            _ => Ok(()),
        }
    }
}

/// Bounds that show no difference, and exclude one of this share.
const EQUAL: f64 = 0.01;

/// The significant digits of a ratio, three or more, whose rounding is at most a half of the width of its bounds.
fn digits_within(ratio: f64, width: f64) -> usize {
    let rounding =
        |count: usize| (digits(ratio, count).parse().unwrap_or(ratio) / ratio - 1.0_f64).abs();
    let fits = |count: &usize| rounding(*count) <= width / 2.0;
    (3..8).find(fits).unwrap_or(8)
}

impl Dataset {
    /// Compares a result at every level of an input with that at its first level, repeat by repeat.
    ///
    /// The bounds hold for all comparisons together. Each may miss with 5 % over their number, so an equal pair appears
    /// different in one of twenty whole sweeps, not in one of twenty points. Bounds therefore need more repeats: `1 +
    /// log2(comparisons / 0.05)`. For times, a repeat counts if it [counts](PointTime) at both levels; where some
    /// repeats are below resolution, there are no bounds. Two times count as equal if they differ by less than the
    /// [`RESOLUTION`], a thousandth. Repeats are pairs where they were measured next to each other
    /// ([`SweepBuilder::compare`](crate::bench::SweepBuilder::compare)). Where several processes measured
    /// (`--replicates`), each process counts as one pair, with the ratio of its repeats.
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
    /// Where the result or the input does not exist.
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
                let rounds = |level: usize| {
                    let cells = over_repeats.clone().map(|repeat| point + level + repeat);
                    self.point_time(variable, &cells.collect::<Vec<_>>())
                };
                let (one, other) = (rounds(*offset), rounds(base));
                let pairs = pairs(&one, &other);
                let is_known = [&one, &other]
                    .iter()
                    .all(|time| time.below + time.timed_out == 0);
                let (one, other): (Vec<f64>, Vec<f64>) = match self.rounds_per_replicate() {
                    None => pairs.into_iter().flatten().unzip(),
                    Some(count) => pairs.chunks(count).filter_map(of_process).unzip(),
                };
                // The ratio of a pair with a time below resolution is not known, and leaving it out moves the others'
                // centre.
                let ratio = paired_ratio(&one, &other, misrate).map(|ratio| Ratio {
                    lower: ratio.lower.filter(|_| is_known),
                    upper: ratio.upper.filter(|_| is_known),
                    ..ratio
                });
                let (Some(base), Some(level)) = (values.first(), values.get(level)) else {
                    continue;
                };
                found.push(Comparison {
                    at: self.coordinates_at(point, &others),
                    label: self.label(&axis, (level, base), (point, &others)),
                    base: base.clone(),
                    level: level.clone(),
                    pairs: one.len(),
                    needed: needed(misrate),
                    ratio,
                    resolution: if variable.info.timed { RESOLUTION } else { 0.0 },
                });
            }
        }
        Ok(found)
    }

    /// The text of two levels of an input, at a point of the others.
    fn label(&self, axis: &[usize], pair: (&Value, &Value), at: (usize, &[usize])) -> String {
        let text = |axis: usize, value: &Value| {
            let dim = self.dims.get(axis);
            dim.map_or_else(String::new, |dim| dim.text(value))
        };
        let level = |value: &Value| {
            axis.first()
                .map_or_else(String::new, |axis| text(*axis, value))
        };
        let mut label = format!("{} / {}", level(pair.0), level(pair.1));
        let coordinates = self.coordinates_at(at.0, at.1).into_iter().zip(at.1);
        for (nth, ((name, value), axis)) in coordinates.enumerate() {
            let before = if nth == 0 { " at " } else { ", " };
            let _ = write!(label, "{before}{name}={}", text(*axis, &value));
        }
        label
    }

    pub(super) fn axes_of(&self, fits: impl Fn(DimRole) -> bool) -> Vec<usize> {
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

    pub(super) fn coordinates_at(&self, flat: usize, axes: &[usize]) -> Vec<(String, Value)> {
        let position = self.position(flat).unwrap_or_default();
        let coordinate = |axis: &usize| {
            let dim = self.dims.get(*axis)?;
            let value = dim.values.get(*position.get(*axis)?)?;
            Some((dim.name.clone(), value.clone()))
        };
        axes.iter().filter_map(coordinate).collect()
    }
}

/// The times of each repeat that counts for both.
fn pairs(one: &PointTime, other: &PointTime) -> Vec<Option<(f64, f64)>> {
    let counted = |time: &PointTime| -> Vec<Option<f64>> {
        let rounds = time.rounds.iter().zip(&time.counts);
        rounds
            .map(|(round, counts)| round.seconds().filter(|_| *counts))
            .collect()
    };
    let pairs = counted(one).into_iter().zip(counted(other));
    pairs.map(|(x, y)| x.zip(y)).collect()
}

/// The ratio of the pairs of one process.
fn of_process(pairs: &[Option<(f64, f64)>]) -> Option<(f64, f64)> {
    let (one, other): (Vec<f64>, Vec<f64>) = pairs.iter().flatten().copied().unzip();
    Some((paired_ratio(&one, &other, MISRATE)?.ratio, 1.0))
}

/// The smallest number of pairs for bounds.
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
    use crate::dataset::timings::ROUNDS_PER_REPLICATE;
    use crate::dataset::{CellState, Dim, VariableInfo};
    use crate::value::Kind;

    /// Of 12 rounds, four of the second level were slowed down by a factor of three, and two are below resolution in
    /// another dataset.
    #[test]
    fn rounds_that_do_not_count_make_no_pair() {
        let algo = Dim::input("algo", Kind::Category, vec!["a".into(), "b".into()]);
        let time = VariableInfo {
            timed: true,
            ..VariableInfo::new("time", Kind::Float(64))
        };
        let mut runs = Dataset::new("Runs", vec![algo, Dim::repeats(12)], vec![time]).unwrap();
        for repeat in 0..12_u32 {
            let noise = 1.0 + 0.001 * f64::from(repeat * 5 % 12);
            let slow = if repeat % 3 == 1 { 3.0 } else { 1.0 };
            let times = runs.variable_mut(0).unwrap();
            for (flat, time) in [(0, 2.0 * noise), (12, 2.2 * noise * slow)] {
                let flat = flat + repeat as usize;
                times
                    .record(flat, &Value::Float(time), CellState::Measured)
                    .unwrap();
            }
        }
        let compare = |runs: &Dataset| runs.compare("time", "algo").unwrap().remove(0);
        let found = compare(&runs);
        assert_eq!(found.pairs, 8);
        let ratio = found.ratio.unwrap();
        assert!(
            (ratio.ratio - 1.1).abs() < 1e-9 && found.is_different(),
            "{ratio:?}"
        );
        for repeat in 0..8 {
            let state = CellState::BelowResolution;
            let times = runs.variable_mut(0).unwrap();
            times.record_absent(repeat, state, None).unwrap();
            let found = compare(&runs);
            let is_mostly_below = repeat >= 5;
            assert_eq!(
                found.ratio.is_none(),
                is_mostly_below,
                "{repeat}: {found:?}"
            );
            assert!(!found.is_different(), "{repeat}: {found:?}");
        }
    }

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
            .insert(ROUNDS_PER_REPLICATE.to_owned(), "3".to_owned());
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
