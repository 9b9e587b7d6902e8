//! The judgement of a run by the detectors, over the history before it.

use std::collections::BTreeMap;
use std::fmt;

use crate::dataset::{PointValues, VariableInfo};
use crate::record::SweepRecord;
use crate::regression::detectors::{Detection, Rules};
use crate::stats::mean;
use crate::value::Kind;

use super::Snapshot;

/// The judgement of one result, of a whole sweep or of one point.
///
/// See [`judge_by_history`] for an example.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryVerdict {
    /// The result.
    pub result: String,
    /// The unit of the result; empty where it has none.
    pub units: String,
    /// The point, as `len=10, algo=radix`; none for the mean of the sweep.
    pub point: Option<String>,
    /// The finding of one detector.
    pub detection: Detection,
}

/// `elapsed at len=10: ...`.
impl fmt::Display for HistoryVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.detection.text(&self.units);
        match &self.point {
            Some(point) => write!(f, "{} at {point}: {text}", self.result),
            None => write!(f, "{} of the sweep: {text}", self.result),
        }
    }
}

/// Judges a run by the snapshots before it, with the detectors of every result.
///
/// Each result is judged twice: by one number a snapshot, the mean over the sweep, as the rules were designed for, and
/// point by point, because a slowdown of one point among many hardly moves the mean. A result that earlier snapshots
/// have and the run has not is a failure. The `baseline` comes from [`History::baseline`](super::History::baseline).
///
/// ```
/// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
/// # use bencher_core::record::{Counts, SweepRecord};
/// use bencher_core::history::{AppendOptions, History, append, judge_by_history};
/// use bencher_core::regression::detectors::Rules;
/// # use bencher_core::value::Kind;
/// # use bencher_core::var::Direction;
/// # let record = |moves: u64| {
/// #     let info = VariableInfo { direction: Direction::Minimize, ..VariableInfo::new("moves", Kind::Uint(64)) };
/// #     let mut dataset = Dataset::new("Sorting", vec![Dim::repeats(1)], vec![info])?;
/// #     dataset.variable_mut(0).ok_or("no variable")?.record(0, &moves.into(), CellState::Measured)?;
/// #     Ok::<_, Box<dyn std::error::Error>>(SweepRecord {
/// #         bench: "Sorting".to_owned(), title: "Sorting".to_owned(), description: String::new(),
/// #         post_description: String::new(), tag: String::new(), started: String::new(), dataset,
/// #         constants: vec![], failures: vec![], counts: Counts::default(), timings: vec![], warnings: vec![],
/// #         sweep_type: String::new(), version: 1, identity: None, environment: None,
/// #     })
/// # };
/// let root = tempfile::tempdir()?;
/// let first = append(root.path(), &record(100)?, "PR 1".into(), &AppendOptions::default())?;
/// let history = History::load(root.path(), &first.series)?;
/// let found = judge_by_history(&history.baseline(None), &record(130)?, &Rules::default());
/// assert!(found.iter().all(|verdict| verdict.detection.is_regression()), "{found:?}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn judge_by_history(
    baseline: &[&Snapshot],
    record: &SweepRecord,
    rules: &Rules,
) -> Vec<HistoryVerdict> {
    let now = numbers(record);
    // A run with other constants has no point in common with this one.
    let alike = baseline
        .iter()
        .filter(|run| run.record.constants == record.constants);
    let earlier: Vec<BTreeMap<String, ResultNumbers>> =
        alike.map(|snapshot| numbers(&snapshot.record)).collect();
    // A result of the newest snapshot may have vanished.
    let mut names: Vec<&String> = now.keys().collect();
    let newest = earlier.last().into_iter().flat_map(BTreeMap::keys);
    names.extend(newest.filter(|name| !now.contains_key(*name)));
    let mut found = Vec::new();
    for name in names {
        let current = now.get(name);
        let Some(declared) = current.or_else(|| earlier.last()?.get(name)) else {
            continue;
        };
        let history: Vec<Option<&ResultNumbers>> = earlier
            .iter()
            .map(|numbers| {
                numbers
                    .get(name)
                    .filter(|numbers| numbers.is_like(declared))
            })
            .collect();
        let shared = shared_points(declared, &history);
        let mut judge = |point: Option<&String>| {
            let number = |numbers: Option<&ResultNumbers>| {
                let number = numbers.and_then(|numbers| match point {
                    Some(point) => numbers.mean_of([point]),
                    None => numbers.mean_of(&shared),
                });
                number.unwrap_or(f64::NAN)
            };
            let history: Vec<f64> = history.iter().copied().map(number).collect();
            let detections = rules.judge(name, &history, number(current), declared.info.direction);
            found.extend(detections.into_iter().map(|detection| HistoryVerdict {
                result: name.clone(),
                units: declared.info.units.clone(),
                point: point.cloned(),
                detection,
            }));
        };
        judge(None);
        // The mean of one point is that point.
        if let Some(current) = current.filter(|numbers| numbers.points.len() > 1) {
            for point in current.points.keys() {
                judge(Some(point));
            }
        }
    }
    found
}

/// The points of a result that every earlier run has as well, so that a grid that grows or moves does not change the
/// mean.
fn shared_points<'n>(
    declared: &'n ResultNumbers,
    history: &[Option<&ResultNumbers>],
) -> Vec<&'n String> {
    let is_shared = |point: &&String| {
        let mut runs = history.iter().flatten();
        runs.all(|numbers| numbers.points.contains_key(*point))
    };
    declared.points.keys().filter(is_shared).collect()
}

/// The numbers of a result at every point of its grid; none where a point has no value.
#[derive(Clone, Debug)]
struct ResultNumbers {
    info: VariableInfo,
    points: BTreeMap<String, Vec<f64>>,
}

impl ResultNumbers {
    /// Whether the numbers of both can be compared.
    fn is_like(&self, other: &Self) -> bool {
        self.info.units == other.info.units
            && self.info.meaning_version == other.info.meaning_version
            && self.info.timed == other.info.timed
    }

    /// The mean of all numbers of some points.
    fn mean_of<'p>(&self, points: impl IntoIterator<Item = impl AsRef<str> + 'p>) -> Option<f64> {
        let of_point = |point: &str| self.points.get(point).into_iter().flatten();
        let points = points.into_iter();
        let all: Vec<f64> = points
            .flat_map(|point| of_point(point.as_ref()))
            .copied()
            .collect();
        mean(&all)
    }
}

/// The numbers of all results that are numbers.
fn numbers(record: &SweepRecord) -> BTreeMap<String, ResultNumbers> {
    let variables = record
        .dataset
        .variables()
        .iter()
        .map(|variable| &variable.info);
    let numeric = variables.filter(|info| {
        matches!(
            info.kind,
            Kind::Bool | Kind::Int(_) | Kind::Uint(_) | Kind::Float(_) | Kind::Seconds
        )
    });
    let of = |info: &VariableInfo| {
        let points = record.dataset.point_values(&info.name).ok()?;
        let of_points = points
            .iter()
            .map(|point| (point_text(point), values(info, point)));
        let numbers = ResultNumbers {
            info: info.clone(),
            points: of_points.collect(),
        };
        Some((info.name.clone(), numbers))
    };
    numeric.filter_map(of).collect()
}

/// The values of a point: the centre of a time, all repeats of another result.
fn values(info: &VariableInfo, point: &PointValues) -> Vec<f64> {
    if info.timed {
        point
            .summary
            .map(|summary| summary.centre)
            .into_iter()
            .collect()
    } else {
        point.repeats.clone()
    }
}

fn point_text(point: &PointValues) -> String {
    let parts: Vec<String> = point
        .texts
        .iter()
        .map(|(name, text)| format!("{name}={text}"))
        .collect();
    parts.join(", ")
}
