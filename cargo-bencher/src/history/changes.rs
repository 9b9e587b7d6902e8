//! Where the level of a result changed over the runs of a sweep.

use bencher_core::dataset::VariableInfo;
use bencher_core::history::{History, Snapshot, SnapshotState};
use bencher_core::regression::change_points::{
    ChangePoint, StepOptions, change_points, segments, weights_of_widths,
};
use bencher_core::value::Digest;

use super::retired::is_like;

/// A change of a result, at a point or of the mean of the sweep.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) result: String,
    /// The point; none for the mean of the sweep.
    pub(crate) point: Option<String>,
    /// Its inputs with the text of their values; empty for the mean of the sweep.
    pub(crate) at: Vec<(String, String)>,
    /// The run that is the first with the new level.
    pub(crate) run: Option<Digest>,
    /// Its label.
    pub(crate) event: String,
    pub(crate) commit: Option<String>,
    /// The commit of the run before.
    pub(crate) commit_before: Option<String>,
    /// Where both runs are of one commit, so that the code did not change.
    pub(crate) same_commit: Option<SameCommit>,
    pub(crate) step: ChangePoint,
    /// Whether this run or a later one was accepted as the new normal.
    pub(crate) is_accepted: bool,
    /// The run from which the level was back where it had been.
    pub(crate) undone_by: Option<String>,
}

/// Two runs of one commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SameCommit {
    /// Nothing else was in the working tree.
    Clean,
    /// One of the runs had changes without a commit.
    Dirty,
}

impl SameCommit {
    /// Why the result changed, behind the kind of a change.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Clean => " (the same commit: the machine)",
            Self::Dirty => " (the same commit: the machine, or changes without a commit)",
        }
    }

    fn of(before: &Snapshot, after: &Snapshot) -> Option<Self> {
        let is_same = before.commit.is_some() && before.commit == after.commit;
        let is_dirty = |run: &Snapshot| {
            let environment = run.record.environment.as_ref();
            let git = environment.and_then(|environment| environment.git.as_ref());
            git.is_some_and(|git| git.dirty)
        };
        is_same.then(|| {
            if is_dirty(before) || is_dirty(after) {
                Self::Dirty
            } else {
                Self::Clean
            }
        })
    }
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
    let results = variables
        .map(|variable| &variable.info)
        .filter(|info| info.kind.is_numeric() || info.timed);
    let mut found = Vec::new();
    for info in results {
        found.extend(of_result(&runs, info));
    }
    found
}

/// A value of a run with the width of its bounds; NaN where they are not known.
type Value = (f64, f64);

fn of_result(runs: &[&Snapshot], info: &VariableInfo) -> Vec<Change> {
    let (result, direction) = (info.name.as_str(), info.direction);
    // The points of the newest run, and their values in every run.
    // Numbers of another unit or meaning are no values of this result.
    let of_run = |run: &&Snapshot| {
        let values = is_like(run, info).then(|| run.record.dataset.point_values(result));
        values.and_then(Result::ok).unwrap_or_default()
    };
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
    let mut add = |at: &[(String, String)], values: &[Value]| {
        let (centres, widths): (Vec<f64>, Vec<f64>) = values.iter().copied().unzip();
        let pieces = segments(&centres, &weights_of_widths(&widths)).pieces;
        for step in change_points(&pieces, direction, &StepOptions::default()) {
            let run = runs.get(step.at).copied();
            let before = (step.at.checked_sub(1)).and_then(|at| runs.get(at).copied());
            found.push(Change {
                result: result.to_owned(),
                point: (!at.is_empty()).then(|| point_text(at)),
                at: at.to_vec(),
                run: run.map(|run| run.id),
                event: run.map_or_else(String::new, |run| run.event.to_string()),
                commit: run.and_then(|run| run.commit.clone()),
                commit_before: before.and_then(|run| run.commit.clone()),
                same_commit: before
                    .zip(run)
                    .and_then(|(before, run)| SameCommit::of(before, run)),
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
        add(&[], &means);
    }
    for (point, values) in newest.iter().zip(&all) {
        add(&point.texts, values);
    }
    found
}

fn point_text(at: &[(String, String)]) -> String {
    let texts = at.iter().map(|(name, text)| format!("{name}={text}"));
    texts.collect::<Vec<String>>().join(", ")
}

/// The geometric mean over the points, so that large ones do not hide the small ones; NaN where a point has no value.
fn mean_of_run(points: &[Vec<Value>], run: usize) -> f64 {
    let logs: Vec<f64> = points
        .iter()
        .map(|values| values.get(run).map_or(f64::NAN, |(centre, _)| centre.ln()))
        .collect();
    (logs.iter().sum::<f64>() / logs.len() as f64).exp()
}
