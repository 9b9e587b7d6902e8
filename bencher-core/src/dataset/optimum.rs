//! The best point of a result, and whether the values decide that it is.

use std::collections::HashMap;

use crate::value::{Digest, Kind, Value};
use crate::var::Direction;

use super::dim::digest;
use super::{Dataset, DatasetError, PointValues, Variable};

/// The best point of a result.
///
/// See [`Dataset::optimum`] for an example.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimum {
    /// The point with the best value.
    pub best: PointValue,
    /// The points whose bounds reach as far as those of the best one, the better ones first: between them and the best
    /// point, the values do not decide. Equal values without any spread are among them.
    pub undecided: Vec<PointValue>,
    /// The best of all other points: the nearest one that is certainly worse.
    pub next: Option<PointValue>,
    /// The worst of all other points.
    pub worst: Option<PointValue>,
    /// How many points have a value.
    pub points: usize,
    /// How many points were too short to measure, which is shorter than all that have a value.
    pub below_resolution: usize,
    /// How many points have no value for another reason.
    pub missing: usize,
}

impl Optimum {
    /// Whether the best point is certainly better than all others that have a value.
    pub fn is_decided(&self) -> bool {
        self.undecided.is_empty()
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
        self.lower == self.upper && self.lower == Some(self.value)
    }

    /// Whether the bounds of two points have a value in common. Where bounds are missing, they are not known to end.
    fn overlaps(&self, other: &Self) -> bool {
        let begins_within = |one: &Self, other: &Self| match (one.lower, other.upper) {
            (Some(lower), Some(upper)) => lower <= upper,
            _ => true,
        };
        begins_within(self, other) && begins_within(other, self)
    }
}

/// The values of some inputs.
type Inputs = Vec<(String, Value)>;

impl Dataset {
    /// The best point of a result, by its [direction](Direction); `None` if no point has a value.
    ///
    /// The value of a point is what tables show: the centre of the rounds of a time, the mean of other repeats. Bounds
    /// are at 95 % for each point, and those of this run. For the share of true, they are Wilson's (Journal of the
    /// American Statistical Association 22, 1927). Equal repeats are exact, and so is a single sample of a result that is
    /// no time. Points below resolution, failed and skipped ones are counted only.
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
        Ok(optimum(points.iter(), direction))
    }

    /// The best point of a result for each combination of some inputs, such as the best codec for each block size.
    ///
    /// Groups without any value are left out. See [`optimum`](Self::optimum).
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
    /// let best: Vec<&str> = groups.iter().map(|(_, found)| found.best.label.as_str()).collect();
    /// assert_eq!(best, ["codec=Lz4, block=1", "codec=Zstd, block=64"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where there is no such result or input, or the result has no direction.
    pub fn optimum_by(
        &self,
        result: &str,
        inputs: &[&str],
    ) -> Result<Vec<(Inputs, Optimum)>, DatasetError> {
        self.axes(inputs)?;
        let (points, direction) = self.valued_points(result)?;
        let is_asked = |(name, _): &&(String, Value)| inputs.contains(&name.as_str());
        let mut groups: Vec<(Inputs, Vec<&ValuedPoint>)> = Vec::new();
        let mut known: HashMap<Vec<Digest>, usize> = HashMap::new();
        for point in &points {
            let asked = point.at.iter().filter(is_asked);
            let key = asked.clone().map(|(_, value)| digest(value));
            let group = *known.entry(key.collect()).or_insert(groups.len());
            match groups.get_mut(group) {
                Some((_, group)) => group.push(point),
                None => groups.push((asked.cloned().collect(), vec![point])),
            }
        }
        let found = groups.into_iter().filter_map(|(key, group)| {
            let best = optimum(group.into_iter(), direction)?;
            Some((key, best))
        });
        Ok(found.collect())
    }

    /// All points of a result, with their values.
    fn valued_points(&self, result: &str) -> Result<(Vec<ValuedPoint>, Direction), DatasetError> {
        let variable = self.variable(result)?;
        let direction = variable.info.direction;
        if direction == Direction::None {
            return Err(DatasetError::NoDirection(result.to_owned()));
        }
        let points = self.point_values(result)?.into_iter();
        let points = points.map(|point| ValuedPoint::of(self, variable, point));
        Ok((points.collect(), direction))
    }

    /// The values of all points of a result, in the order of the grid; `None` for points without one.
    pub(super) fn numbers_of_points(&self, result: &str) -> Result<Vec<Option<f64>>, DatasetError> {
        let variable = self.variable(result)?;
        let points = self.point_values(result)?.into_iter();
        let points = points.map(|point| ValuedPoint::of(self, variable, point));
        Ok(points.map(|point| Some(point.value?.value)).collect())
    }
}

/// A point that may have a value.
struct ValuedPoint {
    at: Vec<(String, Value)>,
    value: Option<PointValue>,
    is_below_resolution: bool,
}

impl ValuedPoint {
    fn of(dataset: &Dataset, variable: &Variable, point: PointValues) -> Self {
        let found = if variable.info.kind == Kind::Bool {
            share(&point.repeats)
        } else if dataset.is_centred(variable) {
            (point.summary).map(|found| (found.centre, found.lower, found.upper))
        } else {
            mean(&point)
        };
        let label: Vec<String> = (point.texts.iter())
            .map(|(name, text)| format!("{name}={text}"))
            .collect();
        let value = found.filter(|_| !point.is_below_resolution);
        Self {
            value: value.map(|(value, lower, upper)| PointValue {
                at: point.at.clone(),
                label: label.join(", "),
                value,
                lower,
                upper,
            }),
            at: point.at,
            is_below_resolution: point.is_below_resolution,
        }
    }
}

/// A value with its bounds.
type Bounded = (f64, Option<f64>, Option<f64>);

/// The mean of repeats, with bounds that contain it.
fn mean(point: &PointValues) -> Option<Bounded> {
    let mean = crate::stats::mean(&point.repeats)?;
    let first = *point.repeats.first()?;
    if point.repeats.iter().all(|x| x.total_cmp(&first).is_eq()) {
        return Some((first, Some(first), Some(first)));
    }
    let found = point.summary;
    let lower = found.and_then(|found| found.lower).map(|x| x.min(mean));
    let upper = found.and_then(|found| found.upper).map(|x| x.max(mean));
    Some((mean, lower, upper))
}

/// The share of true among truth values, with Wilson's bounds at 95 %.
fn share(truths: &[f64]) -> Option<Bounded> {
    /// The normal quantile at 97.5 %.
    const Z: f64 = 1.959_963_984_540_054;
    let share = crate::stats::mean(truths)?;
    let n = truths.len() as f64;
    let middle = (share + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z / (1.0 + Z * Z / n) * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    Some((share, Some(middle - half), Some(middle + half)))
}

/// The best of some points.
fn optimum<'p>(
    points: impl Iterator<Item = &'p ValuedPoint> + Clone,
    direction: Direction,
) -> Option<Optimum> {
    let below_resolution = points.clone().filter(|point| point.is_below_resolution);
    let below_resolution = below_resolution.count();
    let all = points.clone().count();
    let mut values: Vec<&PointValue> = points.filter_map(|point| point.value.as_ref()).collect();
    values.retain(|point| !point.value.is_nan());
    // A stable sort: of equal ones, the first in the order of the grid.
    values.sort_by(|one, other| match direction {
        Direction::Maximize => other.value.total_cmp(&one.value),
        _ => one.value.total_cmp(&other.value),
    });
    let (best, others) = values.split_first()?;
    let (undecided, worse): (Vec<&PointValue>, Vec<&PointValue>) =
        others.iter().partition(|other| best.overlaps(other));
    Some(Optimum {
        best: (*best).clone(),
        undecided: undecided.into_iter().cloned().collect(),
        next: worse.first().copied().cloned(),
        worst: worse.last().copied().cloned(),
        points: values.len(),
        below_resolution,
        missing: all - values.len() - below_resolution,
    })
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
            assert!(found.worst.unwrap().value.total_cmp(&worst).is_eq());
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
        assert!(!found.is_decided() && found.next.is_none());
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
