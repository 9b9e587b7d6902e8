//! The best point of a result, and whether the values decide that it is.

use std::collections::HashMap;

use crate::sort;
use crate::value::{Kind, Value};
use crate::var::Direction;

use super::point_values::PointNumbers;
use super::{Dataset, DatasetError, DimRole, Variable};

/// The best point of a result.
///
/// See [`Dataset::optimum`] for an example.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimum {
    /// The point with the best value.
    pub best: PointValue,
    /// The points whose bounds overlap with the bounds of the best point, the better ones first. The values do not
    /// decide between them and the best point. Equal values without any spread are among them.
    pub undecided: Vec<PointValue>,
    /// The best of all other points: the nearest one that is certainly worse.
    pub next: Option<PointValue>,
    /// The worst of all other points.
    pub worst: Option<PointValue>,
    /// How many points have a value.
    pub points: usize,
    /// How many points were too short to measure, which is shorter than all that have a value.
    pub below_resolution: usize,
    /// How many points were skipped on purpose.
    pub skipped: usize,
    /// How many points have no value for another reason: they failed, or have not run.
    pub missing: usize,
}

impl Optimum {
    /// Whether the best point is certainly better than all others that have a value.
    pub fn is_decided(&self) -> bool {
        self.undecided.is_empty()
    }

    /// Whether several points have exactly the best value, and none may be better.
    pub fn is_tie(&self) -> bool {
        let is_equal = |other: &PointValue| {
            // Zero and minus zero are one value.
            other.is_exact() && (other.value - self.best.value).abs() <= 0.0
        };
        let may_be = !self.is_decided() && self.below_resolution == 0 && self.best.is_exact();
        may_be && self.undecided.iter().all(is_equal)
    }
}

/// A point with its value.
///
/// See [`Dataset::optimum`] for an example.
#[derive(Clone, Debug, PartialEq)]
pub struct PointValue {
    /// The inputs and their values.
    pub at: Vec<(String, Value)>,
    /// The same as text: `codec=Zstd, level=3`.
    pub label: String,
    /// The centre of a time, or the mean of another result.
    pub value: f64,
    /// The lower bound of the value at 95 %, within this run; `None` where there are too few values for bounds.
    pub lower: Option<f64>,
    /// The upper bound.
    pub upper: Option<f64>,
}

impl PointValue {
    /// Whether all repeats had this value.
    pub fn is_exact(&self) -> bool {
        [self.lower, self.upper] == [Some(self.value); 2]
    }
}

impl Dataset {
    /// The best point of a result, by its [direction](Direction); `None` if no point has a value.
    ///
    /// The value of a point is the value in tables: the centre of the rounds of a time, the mean of other repeats.
    /// Bounds are at 95 % for each point, and hold for this run. For the share of true, they are Wilson's (Journal of
    /// the American Statistical Association 22, 1927). Values are exact if repeats agree at every point, and so is a
    /// single sample of a result that is not a time. Points below resolution, failed and skipped points are only
    /// counted.
    ///
    /// ```
    /// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::{Kind, Value};
    /// use bencher_core::var::Direction;
    /// let codec = Dim::input("codec", Kind::Category, vec!["Lz4".into(), "Zstd".into(), "Brotli".into()]);
    /// let ratio = VariableInfo { direction: Direction::Minimize, ..VariableInfo::new("ratio", Kind::Float(64)) };
    /// let mut codecs = Dataset::new("Codecs", vec![codec, Dim::repeats(1)], vec![ratio])?;
    /// for (flat, ratio) in [(0, 0.6), (1, 0.4), (2, 0.3)] {
    ///     codecs.variable_mut(0).ok_or("no variable")?.record(flat, &Value::Float(ratio), CellState::Measured)?;
    /// }
    /// let found = codecs.optimum("ratio")?.ok_or("no value")?;
    /// assert_eq!((found.best.label.as_str(), found.best.value), ("codec=Brotli", 0.3));
    /// assert!(found.is_decided());
    /// assert_eq!(found.next.map(|next| next.value), Some(0.4));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where there is no such result, or it has no direction.
    pub fn optimum(&self, result: &str) -> Result<Option<Optimum>, DatasetError> {
        let (points, direction) = self.valued_points(result)?;
        Ok(self.best_of(points, direction))
    }

    /// The best point of a result for each combination of some inputs, such as the best codec for each block size.
    ///
    /// There is one for each group with a value; the inputs of its best point name the group. See
    /// [`optimum`](Self::optimum).
    ///
    /// ```
    /// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::{Kind, Value};
    /// # use bencher_core::var::Direction;
    /// # let codec = Dim::input("codec", Kind::Category, vec!["Lz4".into(), "Zstd".into()]);
    /// # let block = Dim::input("block", Kind::Uint(64), vec![Value::from(1), Value::from(64)]);
    /// # let ratio = VariableInfo { direction: Direction::Minimize, ..VariableInfo::new("ratio", Kind::Float(64)) };
    /// # let mut codecs = Dataset::new("Codecs", vec![codec, block, Dim::repeats(1)], vec![ratio])?;
    /// # for (flat, ratio) in [(0, 0.6), (1, 0.5), (2, 0.7), (3, 0.3)] {
    /// #     codecs.variable_mut(0).ok_or("no variable")?.record(flat, &Value::Float(ratio), CellState::Measured)?;
    /// # }
    /// let groups = codecs.optimum_by("ratio", &["block"])?;
    /// let best: Vec<&str> = groups.iter().map(|found| found.best.label.as_str()).collect();
    /// assert_eq!(best, ["codec=Lz4, block=1", "codec=Zstd, block=64"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where there is no such result or input, or the result has no direction.
    pub fn optimum_by(&self, result: &str, inputs: &[&str]) -> Result<Vec<Optimum>, DatasetError> {
        let direction = self.direction_of(result)?;
        let groups = self.valued_groups(result, inputs)?.into_iter();
        Ok(groups
            .filter_map(|group| self.best_of(group, direction))
            .collect())
    }

    /// How many groups have no value, although not all of their points were skipped on purpose.
    pub(crate) fn groups_without_value(
        &self,
        result: &str,
        inputs: &[&str],
    ) -> Result<usize, DatasetError> {
        let is_lost = |group: &&Vec<ValuedPoint>| {
            let has_none =
                |point: &ValuedPoint| point.value.is_none() && !point.is_below_resolution;
            group.iter().all(has_none) && !group.iter().all(|point| point.is_skipped)
        };
        let groups = self.valued_groups(result, inputs)?;
        Ok(groups.iter().filter(is_lost).count())
    }

    /// The points of a result for each combination of some inputs.
    fn valued_groups(
        &self,
        result: &str,
        inputs: &[&str],
    ) -> Result<Vec<Vec<ValuedPoint>>, DatasetError> {
        let axes = self.axes(inputs)?;
        let points = self.valued(self.variable(result)?);
        let mut groups: Vec<Vec<ValuedPoint>> = Vec::new();
        let mut known: HashMap<Vec<usize>, usize> = HashMap::new();
        for point in points {
            let position = self.position(point.first).unwrap_or_default();
            let levels = axes.iter().filter_map(|axis| position.get(*axis).copied());
            let group = *known.entry(levels.collect()).or_insert(groups.len());
            match groups.get_mut(group) {
                Some(group) => group.push(point),
                None => groups.push(vec![point]),
            }
        }
        Ok(groups)
    }

    /// All points of a result, with their values.
    fn valued_points(&self, result: &str) -> Result<(Vec<ValuedPoint>, Direction), DatasetError> {
        let direction = self.direction_of(result)?;
        Ok((self.valued(self.variable(result)?).collect(), direction))
    }

    /// Which end of a result is best.
    fn direction_of(&self, result: &str) -> Result<Direction, DatasetError> {
        match self.variable(result)?.info.direction {
            Direction::None => Err(DatasetError::NoDirection(result.to_owned())),
            direction => Ok(direction),
        }
    }

    /// The values of all points of a result, in the order of the grid; `None` for points without one.
    pub(crate) fn numbers_of_points(&self, result: &str) -> Result<Vec<Option<f64>>, DatasetError> {
        let variable = self.variable(result)?;
        let is_plain = variable.info.kind != Kind::Bool && !self.is_centred(variable);
        let value = |(first, numbers): (usize, PointNumbers)| {
            // A mean needs no bounds here, which take the most time.
            if is_plain && !numbers.is_below_resolution {
                return crate::stats::mean(&numbers.repeats);
            }
            // Whether it is exact makes no difference to the value.
            let point = ValuedPoint::of(self, variable, first, &numbers, false);
            Some(point.value?.0)
        };
        Ok(self.point_numbers(variable).map(value).collect())
    }

    /// The values of all points of a result with their bounds, in the order of the grid; `None` for points without one.
    pub(super) fn valued_numbers(
        &self,
        result: &str,
    ) -> Result<impl Iterator<Item = Option<Bounded>>, DatasetError> {
        Ok(self.valued(self.variable(result)?).map(|point| point.value))
    }

    fn valued<'d>(&'d self, variable: &'d Variable) -> impl Iterator<Item = ValuedPoint> + 'd {
        let is_noisy = self.is_noisy(variable);
        let points = self.point_numbers(variable);
        points
            .map(move |(first, numbers)| ValuedPoint::of(self, variable, first, &numbers, is_noisy))
    }

    /// Whether repeats of a point differ, of any: a value that few repeats agree on is then not exact.
    fn is_noisy(&self, variable: &Variable) -> bool {
        let is_repeated = |dim: &super::Dim| dim.role == DimRole::Repeat && dim.len() > 1;
        self.dims().iter().any(is_repeated)
            && self
                .point_numbers(variable)
                .any(|(_, point)| !are_equal(&point.repeats))
    }

    /// The best of some points.
    fn best_of(&self, points: Vec<ValuedPoint>, direction: Direction) -> Option<Optimum> {
        let all = points.len();
        let below_resolution = points.iter().filter(|point| point.is_below_resolution);
        let below_resolution = below_resolution.count();
        let skipped = points.iter().filter(|point| point.is_skipped).count();
        let values = points.into_iter();
        let values = values.filter_map(|point| Some((point.first, point.value?)));
        let mut values: Vec<(usize, Bounded)> = values.filter(|(_, x)| !x.0.is_nan()).collect();
        // A stable sort: of equal ones, the first in the order of the grid.
        sort::by(&mut values, |(_, one), (_, other)| match direction {
            Direction::Maximize => other.0.total_cmp(&one.0),
            _ => one.0.total_cmp(&other.0),
        });
        let (best, others) = values.split_first()?;
        let axes = self.axes_of(|role| role != DimRole::Repeat);
        let named = |(first, value): &(usize, Bounded)| self.named(*first, *value, &axes);
        let is_rival = |(_, value): &&(usize, Bounded)| overlap(&best.1, value);
        let mut worse = others.iter().filter(|other| !is_rival(other));
        Some(Optimum {
            best: named(best),
            undecided: others.iter().filter(is_rival).map(named).collect(),
            next: worse.clone().next().map(named),
            worst: worse.next_back().map(named),
            points: values.len(),
            below_resolution,
            skipped,
            missing: all - values.len() - below_resolution - skipped,
        })
    }

    /// A point with the names of its inputs.
    fn named(&self, first: usize, (value, lower, upper): Bounded, axes: &[usize]) -> PointValue {
        let texts = self.point_texts(first).into_iter();
        // As the command line takes it.
        let shown = |text: String| {
            if text.is_empty() {
                "\"\"".to_owned()
            } else {
                text
            }
        };
        let label: Vec<String> = texts
            .map(|(name, text)| format!("{name}={}", shown(text)))
            .collect();
        PointValue {
            at: self.coordinates_at(first, axes),
            label: label.join(", "),
            value,
            lower,
            upper,
        }
    }
}

/// A point that may have a value.
struct ValuedPoint {
    /// The first of its cells.
    first: usize,
    value: Option<Bounded>,
    is_below_resolution: bool,
    is_skipped: bool,
}

impl ValuedPoint {
    fn of(
        dataset: &Dataset,
        variable: &Variable,
        first: usize,
        point: &PointNumbers,
        is_noisy: bool,
    ) -> Self {
        let found = if variable.info.kind == Kind::Bool {
            share(&point.repeats, is_noisy)
        } else if dataset.is_centred(variable) {
            let summary = point.summary();
            summary.map(|found| (found.centre, found.lower, found.upper))
        } else {
            mean(point, is_noisy)
        };
        Self {
            first,
            value: found.filter(|_| !point.is_below_resolution),
            is_below_resolution: point.is_below_resolution,
            is_skipped: found.is_none() && point.is_skipped,
        }
    }
}

/// Whether the bounds of two values have a value in common. Where bounds are missing, they are not known to end.
fn overlap((_, lower, upper): &Bounded, (_, other_lower, other_upper): &Bounded) -> bool {
    let begins_within = |lower: &Option<f64>, upper: &Option<f64>| match (lower, upper) {
        (Some(lower), Some(upper)) => lower <= upper,
        _ => true,
    };
    begins_within(lower, other_upper) && begins_within(other_lower, upper)
}

/// A value with its bounds.
pub(super) type Bounded = (f64, Option<f64>, Option<f64>);

/// Whether all repeats have one value.
fn are_equal(repeats: &[f64]) -> bool {
    let first = repeats.first().copied().unwrap_or_default();
    repeats.iter().all(|x| x.total_cmp(&first).is_eq())
}

/// The mean of repeats, with bounds that contain it. Equal ones are exact, unless those of other points differ: then
/// they need to be as many as other repeats do.
fn mean(point: &PointNumbers, is_noisy: bool) -> Option<Bounded> {
    let mean = crate::stats::mean(&point.repeats)?;
    if are_equal(&point.repeats) && !is_noisy {
        let first = *point.repeats.first()?;
        return Some((first, Some(first), Some(first)));
    }
    let found = point.summary();
    let lower = found.and_then(|found| found.lower).map(|x| x.min(mean));
    let upper = found.and_then(|found| found.upper).map(|x| x.max(mean));
    Some((mean, lower, upper))
}

/// The share of true among truth values, with Wilson's bounds at 95 %; a single one is exact where no repeats differ.
fn share(truths: &[f64], is_noisy: bool) -> Option<Bounded> {
    let share = crate::stats::mean(truths)?;
    if truths.len() == 1 && !is_noisy {
        return Some((share, Some(share), Some(share)));
    }
    let (lower, upper) = crate::stats::proportion_bounds(truths)?;
    Some((share, Some(lower), Some(upper)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{CellState, Dim, VariableInfo};

    fn dataset(direction: Direction, kind: Kind, levels: usize, repeats: &[&[f64]]) -> Dataset {
        let names = ["a", "b", "c", "d"];
        let values = names.iter().take(levels).map(|name| Value::from(*name));
        let input = Dim::input("which", Kind::Category, values.collect());
        let info = VariableInfo {
            direction,
            ..VariableInfo::new("result", kind)
        };
        let most = repeats.iter().map(|of| of.len()).max().unwrap();
        let dims = vec![input, Dim::repeats(u32::try_from(most).unwrap())];
        let mut dataset = Dataset::new("Results", dims, vec![info]).unwrap();
        for (level, repeats) in repeats.iter().enumerate() {
            for (nth, x) in repeats.iter().enumerate() {
                let value = match kind {
                    Kind::Bool => Value::Bool(*x > 0.0),
                    _ => Value::Float(*x),
                };
                let variable = dataset.variable_mut(0).unwrap();
                variable
                    .record(level * most + nth, &value, CellState::Measured)
                    .unwrap();
            }
        }
        dataset
    }

    /// One repeat that was left of many says little where the repeats of other points differ.
    #[test]
    fn a_lucky_survivor_is_not_exact() {
        let usual = [100.0, 103.0, 98.0, 101.0, 99.0, 102.0, 97.0];
        let lucky = dataset(Direction::Minimize, Kind::Float(64), 2, &[&[95.0], &usual]);
        let found = lucky.optimum("result").unwrap().unwrap();
        assert_eq!(
            (found.best.value, found.best.lower, found.best.upper),
            (95.0, None, None)
        );
        assert!(!found.is_decided() && !found.best.is_exact());
        // Two that agree are too few for bounds, too; eight are not.
        let two = dataset(
            Direction::Minimize,
            Kind::Float(64),
            2,
            &[&[95.0; 2], &usual],
        );
        assert!(!two.optimum("result").unwrap().unwrap().is_decided());
        let eight = dataset(
            Direction::Minimize,
            Kind::Float(64),
            2,
            &[&[95.0; 8], &usual],
        );
        assert!(eight.optimum("result").unwrap().unwrap().is_decided());
        // Where repeats agree everywhere, the result is exact.
        let exact = dataset(
            Direction::Minimize,
            Kind::Float(64),
            2,
            &[&[95.0], &[96.0; 3]],
        );
        assert!(exact.optimum("result").unwrap().unwrap().is_decided());
        let truth = dataset(
            Direction::Maximize,
            Kind::Bool,
            2,
            &[&[1.0], &[1.0, 0.0, 0.0]],
        );
        let found = truth.optimum("result").unwrap().unwrap();
        assert!(found.best.lower.is_some_and(|lower| lower < 0.25) && !found.is_decided());
    }

    #[test]
    fn the_direction_says_which_end_is_best() {
        let values: [&[f64]; 3] = [&[2.0], &[3.0], &[1.0]];
        for (direction, best, worst) in [
            (Direction::Minimize, "which=c", 3.0),
            (Direction::Maximize, "which=b", 1.0),
        ] {
            let of = dataset(direction, Kind::Float(64), 3, &values);
            let found = of.optimum("result").unwrap().unwrap();
            assert_eq!(found.best.label, best);
            let found_worst = found.worst.as_ref().unwrap().value;
            assert!((found_worst - worst).abs() < 1e-12);
            assert!(found.undecided.is_empty() && found.best.is_exact());
        }
        let of = dataset(Direction::None, Kind::Float(64), 3, &values);
        assert_eq!(
            of.optimum("result").unwrap_err().to_string(),
            "`result` has no direction, so no point is the best; declare whether it is to be minimized or maximized"
        );
    }

    #[test]
    fn equal_values_and_overlapping_bounds_are_undecided() {
        let noisy: Vec<f64> = (0..12).map(|n| 1.0 + f64::from(n % 4) * 0.1).collect();
        let near: Vec<f64> = noisy.iter().map(|x| x + 0.01).collect();
        let far: Vec<f64> = noisy.iter().map(|x| x + 10.0).collect();
        let of = dataset(
            Direction::Minimize,
            Kind::Float(64),
            3,
            &[&far, &noisy, &near],
        );
        let found = of.optimum("result").unwrap().unwrap();
        assert_eq!(found.best.label, "which=b");
        assert_eq!(found.undecided.len(), 1);
        assert_eq!(found.undecided[0].label, "which=c");
        assert_eq!(found.next.unwrap().label, "which=a");

        let of = dataset(Direction::Maximize, Kind::Float(64), 2, &[&[1.0], &[1.0]]);
        let found = of.optimum("result").unwrap().unwrap();
        assert!(found.is_tie() && found.next.is_none());
    }

    /// Wilson's bounds for 8 of 10: 0.4902 to 0.9433 (statsmodels 0.14, `proportion_confint(8, 10, method='wilson')`).
    #[test]
    fn shares_of_true_have_the_bounds_of_wilson() {
        let mut eight = [1.0; 10];
        eight[3] = 0.0;
        eight[7] = 0.0;
        let of = dataset(Direction::Maximize, Kind::Bool, 1, &[&eight]);
        let best = of.optimum("result").unwrap().unwrap().best;
        assert!((best.lower.unwrap() - 0.4902).abs() < 5e-5, "{best:?}");
        assert!((best.upper.unwrap() - 0.9433).abs() < 5e-5, "{best:?}");
    }

    #[test]
    fn points_without_values_are_counted() {
        let of = dataset(
            Direction::Minimize,
            Kind::Float(64),
            3,
            &[&[2.0], &[], &[1.0]],
        );
        let found = of.optimum("result").unwrap().unwrap();
        assert_eq!((found.points, found.missing), (2, 1));
        let none = dataset(
            Direction::Minimize,
            Kind::Float(64),
            2,
            &[&[f64::NAN], &[f64::NAN]],
        );
        assert_eq!(none.optimum("result").unwrap(), None);
    }
}
