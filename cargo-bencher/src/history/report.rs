//! The page of all histories: every result over time, drawn from the store alone.

use std::path::Path;

use bencher_core::dataset::{
    CellState, Dataset, DatasetError, Dim, DimRole, PointValues, Variable, digits,
};
use bencher_core::history::{EarlierRuns, History, Snapshot, SnapshotState, list_series};
use bencher_core::regression::RunSpreads as _;
use bencher_core::regression::change_points::StepEffect;
use bencher_core::stats::MISRATE;
use bencher_report::over_time::{
    Mark, PointOfRun, ResultRuns, Run, RunState, SweepRuns, is_over_time,
};
use bencher_report::{ReportOptions, write_history};

use super::changes::{Change, changes};
use super::retired;
use super::show::change_text;

/// Draws the runs of every sweep over time.
pub(super) fn draw(store: &Path, out: Option<&str>) -> Result<(), String> {
    let series = list_series(store).map_err(|error| error.to_string())?;
    let earlier = EarlierRuns::of(store, [&[], &[]]).map_err(|error| error.to_string())?;
    let mut sweeps = Vec::new();
    for key in series {
        let history = History::load(store, &key).map_err(|error| error.to_string())?;
        for problem in history.problems() {
            eprintln!("skipped: {problem}");
        }
        let sweep = sweep_runs(&history, &earlier);
        sweeps.extend(sweep.map_err(|error| format!("sweep \"{}\": {error}", key.title))?);
    }
    if sweeps.is_empty() {
        return Err(format!(
            "no sweep has a history in {}; `cargo bencher history add` appends the newest results",
            store.display()
        ));
    }
    let out = out.map_or_else(|| store.join("reports").join("history"), Into::into);
    let options = ReportOptions {
        program: "history".to_owned(),
        ..ReportOptions::default()
    };
    let files = write_history(&sweeps, &out, &options).map_err(|error| error.to_string())?;
    for warning in &files.warnings {
        eprintln!("warning: {warning}");
    }
    match &files.html {
        Some(page) => crate::print(&format!("report    {}", page.display())),
        None => Ok(()),
    }
}

/// The runs of one sweep; none of a history without runs.
fn sweep_runs(history: &History, earlier: &EarlierRuns) -> Result<Option<SweepRuns>, String> {
    let timeline = history.timeline();
    let Some(newest) = timeline.last() else {
        return Ok(None);
    };
    let all = history.dataset().map_err(|error| error.to_string())?;
    let found = changes(history);
    let is_input = |dim: &&Dim| dim.role == DimRole::Input;
    let inputs: Vec<Dim> = all.dims().iter().filter(is_input).cloned().collect();
    let shown = all
        .variables()
        .iter()
        .filter(|variable| is_over_time(&variable.info));
    let mut results = Vec::new();
    for variable in shown {
        let values = values(&all, variable, timeline.len()).map_err(|error| error.to_string())?;
        let name = &variable.info.name;
        let mut result = ResultRuns::new(variable.info.clone(), values);
        result.between_runs = earlier
            .between_runs(&newest.record, name, &[])
            .and_then(|between| between.factor(MISRATE));
        result.marks = marks(&found, name, &timeline);
        results.push(result);
    }
    let runs = timeline.iter().map(|run| run_of(run)).collect();
    let mut sweep = SweepRuns::new(newest.record.clone(), runs, inputs, results);
    let by_run = history
        .dataset_by_run()
        .map_err(|error| error.to_string())?;
    sweep.curves = curves(&by_run).map_err(|error| error.to_string())?;
    sweep.changes = found
        .iter()
        .map(|change| change_text(change, history))
        .collect();
    let left_out = history.left_out();
    let left_out = left_out
        .iter()
        .map(|left| format!("not compared: {}", left.reason));
    let problems = history
        .problems()
        .iter()
        .map(|problem| format!("skipped: {problem}"));
    let retired = retired::notes(history).into_iter();
    sweep.notes = left_out.chain(retired).chain(problems).collect();
    Ok(Some(sweep))
}

/// A run as the page names it.
fn run_of(run: &Snapshot) -> Run {
    Run {
        commit: run.commit.clone(),
        state: match &run.state {
            SnapshotState::Good => RunState::Good,
            SnapshotState::Failed { reason } => RunState::Failed(reason.clone()),
            SnapshotState::Accepted { reason } => RunState::Accepted(reason.clone()),
        },
        ..Run::new(run.number, run.event.to_string(), run.moment.to_string())
    }
}

/// The values of a result, by run, then by point of the grid of all runs.
fn values(
    all: &Dataset,
    variable: &Variable,
    runs: usize,
) -> Result<Vec<Vec<PointOfRun>>, DatasetError> {
    // The runs are the last dimension, so they vary fastest among the points, and among the cells.
    let points = all.point_values(&variable.info.name)?;
    let repeats = all
        .dims()
        .iter()
        .find(|dim| dim.role == DimRole::Repeat)
        .map_or(1, Dim::len);
    let state = |point: usize, run: usize| {
        let cells = (0..repeats).map(|repeat| (point * repeats + repeat) * runs + run);
        let states = cells.filter_map(|cell| variable.states().get(cell).copied());
        states
            .max_by_key(|state| gravity(*state))
            .unwrap_or(CellState::Missing)
    };
    let of_run = |run: usize| {
        let of_point = |point: usize| {
            let found = points.get(point * runs + run);
            PointOfRun {
                value: found.and_then(value),
                bounds: found.and_then(bounds),
                state: state(point, run),
            }
        };
        (0..points.len() / runs.max(1)).map(of_point).collect()
    };
    Ok((0..runs).map(of_run).collect())
}

/// The centre of a point; of truth values, their share.
pub(crate) fn value(point: &PointValues) -> Option<f64> {
    let centre = point.summary.map(|summary| summary.centre);
    let centre = centre.or_else(|| point.replicates.first().copied());
    centre.filter(|centre| centre.is_finite())
}

fn bounds(point: &PointValues) -> Option<(f64, f64)> {
    let summary = point.summary?;
    let bounds = summary.lower.zip(summary.upper)?;
    (bounds.0 < bounds.1).then_some(bounds)
}

/// Which state of several cells a reader must know.
const fn gravity(state: CellState) -> u8 {
    match state {
        CellState::Failed => 5,
        CellState::TimedOut => 4,
        CellState::BelowResolution => 3,
        CellState::Missing => 2,
        CellState::Pending => 1,
        _ => 0,
    }
}

/// The changes of a result as a whole, as marks over the runs.
fn marks(changes: &[Change], result: &str, timeline: &[&Snapshot]) -> Vec<Mark> {
    let whole = changes
        .iter()
        .filter(|change| change.result == result && change.point.is_none());
    whole
        .filter_map(|change| {
            let id = change.run?;
            let run = timeline.iter().position(|run| run.id == id)?;
            let share = change.step.ratio().map_or_else(String::new, |ratio| {
                let sign = if ratio > 1.0 { "+" } else { "" };
                format!(": {sign}{} %", digits((ratio - 1.0) * 100.0, 3))
            });
            let commit = change.commit.as_deref().map_or_else(String::new, |commit| {
                format!(" ({})", commit.get(..9).unwrap_or(commit))
            });
            Some(Mark {
                run,
                text: format!("{}{commit}{share}", change.event),
                is_worse: match change.step.effect {
                    StepEffect::Worse => Some(true),
                    StepEffect::Better => Some(false),
                    StepEffect::Neutral => None,
                },
            })
        })
        .collect()
}

/// The most points that are drawn as curves over the runs.
const MOST_CURVES: usize = 24;

/// The numbers over the runs, with all inputs in one dimension of points; none of one point, or of too many.
fn curves(by_run: &Dataset) -> Result<Option<Dataset>, DatasetError> {
    let is_input = |dim: &&Dim| dim.role == DimRole::Input && dim.name != "run";
    let inputs: Vec<&Dim> = by_run.dims().iter().filter(is_input).collect();
    let points: usize = inputs.iter().map(|dim| dim.len()).product();
    let runs = by_run
        .dims()
        .iter()
        .find(|dim| dim.name == "run")
        .map_or(0, Dim::len);
    if !(2..=MOST_CURVES).contains(&points) || runs < 2 {
        return Ok(None);
    }
    let mut numbers = Dataset::new(by_run.name(), by_run.dims().to_vec(), Vec::new())?;
    numbers.attributes.clone_from(&by_run.attributes);
    for variable in by_run
        .variables()
        .iter()
        .filter(|variable| is_over_time(&variable.info))
    {
        numbers.insert(variable.clone())?;
    }
    let names: Vec<&str> = inputs.iter().map(|dim| dim.name.as_str()).collect();
    numbers
        .stack(&names, "point")?
        .with_names("point")
        .map(Some)
}
