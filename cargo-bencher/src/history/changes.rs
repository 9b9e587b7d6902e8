//! Where the level of a result changed over the runs of a sweep.

use bencher_core::history::{History, Snapshot, SnapshotState};
use bencher_core::regression::change_points::{
    ChangePoint, StepOptions, change_points, segments, weights_of_widths,
};
use bencher_core::value::Digest;
use bencher_core::var::Direction;

/// A change of a result, at a point or of the mean of the sweep.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) result: String,
    /// The point; none for the mean of the sweep.
    pub(crate) point: Option<String>,
    /// The run that is the first with the new level.
    pub(crate) run: Option<Digest>,
    /// Its label.
    pub(crate) event: String,
    pub(crate) commit: Option<String>,
    /// The commit of the run before.
    pub(crate) commit_before: Option<String>,
    pub(crate) step: ChangePoint,
    /// Whether this run or a later one was accepted as the new normal.
    pub(crate) is_accepted: bool,
    /// The run from which the level was back where it had been.
    pub(crate) undone_by: Option<String>,
}

impl Change {
    /// Whether it is a regression that nobody accepted.
    pub(crate) fn is_open_regression(&self) -> bool {
        self.step.is_regression() && !self.is_accepted
    }
}

/// The changes of all results, over the good runs of the newest run's class of machine.
pub(crate) fn changes(history: &History) -> Vec<Change> {
    let timeline = history.timeline();
    let Some(newest) = timeline.last() else {
        return Vec::new();
    };
    let class = newest.machine_class();
    let runs: Vec<&Snapshot> = timeline
        .iter()
        .copied()
        .filter(|run| run.machine_class() == class && run.state.counts())
        .collect();
    let variables = newest.record.dataset.variables().iter();
    let results: Vec<(String, Direction)> = variables
        .filter(|variable| variable.info.kind.is_numeric() || variable.info.timed)
        .map(|variable| (variable.info.name.clone(), variable.info.direction))
        .collect();
    let mut found = Vec::new();
    for (result, direction) in results {
        found.extend(of_result(&runs, &result, direction));
    }
    found
}

/// A value of a run with the width of its bounds; NaN where they are not known.
type Value = (f64, f64);

fn of_result(runs: &[&Snapshot], result: &str, direction: Direction) -> Vec<Change> {
    // The points of the newest run, and their values in every run.
    let of_run = |run: &&Snapshot| run.record.dataset.point_values(result).unwrap_or_default();
    let points: Vec<_> = runs.iter().map(of_run).collect();
    let Some(newest) = points.last() else {
        return Vec::new();
    };
    let value = |run: usize, texts: &[(String, String)]| -> Value {
        let point = points
            .get(run)
            .and_then(|points| points.iter().find(|point| point.texts == texts));
        let summary = point.and_then(|point| point.summary);
        summary.map_or((f64::NAN, f64::NAN), |summary| {
            let width = summary
                .upper
                .zip(summary.lower)
                .map_or(f64::NAN, |(high, low)| high - low);
            (summary.centre, width)
        })
    };
    let is_accepted = |run: &&Snapshot| matches!(run.state, SnapshotState::Accepted { .. });
    let accepted = runs.iter().rposition(is_accepted);
    let mut found = Vec::new();
    let mut add = |point: Option<String>, values: &[Value]| {
        let (centres, widths): (Vec<f64>, Vec<f64>) = values.iter().copied().unzip();
        let pieces = segments(&centres, &weights_of_widths(&widths)).pieces;
        for step in change_points(&pieces, direction, &StepOptions::default()) {
            let run = runs.get(step.at);
            found.push(Change {
                result: result.to_owned(),
                point: point.clone(),
                run: run.map(|run| run.id),
                event: run.map_or_else(String::new, |run| run.event.to_string()),
                commit: run.and_then(|run| run.commit.clone()),
                commit_before: (step.at.checked_sub(1))
                    .and_then(|at| runs.get(at))
                    .and_then(|run| run.commit.clone()),
                is_accepted: accepted.is_some_and(|accepted| step.at <= accepted),
                undone_by: (step.undone_at)
                    .and_then(|at| runs.get(at).map(|run| run.event.to_string())),
                step,
            });
        }
    };
    let all: Vec<Vec<Value>> = newest
        .iter()
        .map(|point| {
            (0..runs.len())
                .map(|run| value(run, &point.texts))
                .collect()
        })
        .collect();
    if newest.len() > 1 {
        let means: Vec<Value> = (0..runs.len())
            .map(|run| (mean_of_run(&all, run), f64::NAN))
            .collect();
        add(None, &means);
    }
    for (point, values) in newest.iter().zip(&all) {
        let texts: Vec<String> = point
            .texts
            .iter()
            .map(|(name, text)| format!("{name}={text}"))
            .collect();
        add(
            Some(texts.join(", ")).filter(|text| !text.is_empty()),
            values,
        );
    }
    found
}

/// The geometric mean over the points, so that large ones do not hide the small ones; NaN where a point has no value.
fn mean_of_run(points: &[Vec<Value>], run: usize) -> f64 {
    let logs: Vec<f64> = points
        .iter()
        .map(|values| values.get(run).map_or(f64::NAN, |(centre, _)| centre.ln()))
        .collect();
    (logs.iter().sum::<f64>() / logs.len() as f64).exp()
}
