//! The page of histories as a file: what it carries, and how it grows.

#![cfg(feature = "html")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a test may fail, and its counts are small"
)]

mod common;

use std::fs;

use bencher_core::dataset::{CellState, Dim};
use bencher_core::value::{Kind, Value};
use bencher_report::over_time::{Mark, PointOfRun, ResultRuns, Run, RunState, SweepRuns};
use bencher_report::{ReportOptions, write_history};
use common::{dataset, numbers, record, result};

/// A sweep of one numeric input over some runs.
fn sweep(runs: u64, points: usize) -> SweepRuns {
    let levels: Vec<f64> = (0..points).map(|n| n as f64).collect();
    let dims = vec![numbers("x", "", &levels)];
    let infos = || vec![result("y", "s", Kind::Float(64))];
    let newest = record(
        "Long",
        dataset(dims.clone(), infos(), |_, at| {
            Ok(Value::Float(at[0] as f64 + 1.0))
        }),
    );
    let value = |run: u64, point: usize| PointOfRun {
        value: Some(1.0 + common::noise(run as usize * points + point) * 0.1),
        bounds: None,
        state: CellState::Measured,
    };
    let values = (0..runs).map(|run| (0..points).map(|point| value(run, point)).collect());
    let label = |run: u64| Run::new(run + 1, format!("PR {}", run + 1), "2026-03-01T12:00:00Z");
    let result = ResultRuns::new(infos().remove(0), values.collect());
    let inputs: Vec<Dim> = dims;
    SweepRuns::new(newest, (0..runs).map(label).collect(), inputs, vec![result])
}

fn page(sweep: SweepRuns) -> String {
    let folder = tempfile::tempdir().unwrap();
    let options = ReportOptions {
        png: false,
        ..ReportOptions::default()
    };
    let files = write_history(&[sweep], folder.path(), &options).unwrap();
    assert_eq!(files.warnings, [] as [String; 0]);
    fs::read_to_string(files.html.unwrap()).unwrap()
}

#[test]
fn a_page_grows_by_the_values_of_a_run_and_by_nothing_else() {
    // Small enough to be carried as plain text.
    let (few, many) = (page(sweep(10, 100)).len(), page(sweep(20, 100)).len());
    let of_run = (many - few) / 10;
    // A hundred values of at most ten signs, a hundred states, the labels, five percentiles, rows of two tables.
    assert!((1000..2200).contains(&of_run), "{of_run} bytes a run");
}

#[test]
fn the_oldest_runs_of_a_long_history_are_thinned_with_a_note() {
    let written = page(sweep(1000, 1000));
    assert!(written.contains("The slider and the comparison have 400 of the 1000 runs"));
    // The label of a run that is thinned is in the table of all runs no more than others: the newest are listed.
    assert!(written.contains("The newest 200 of 1000."));
    assert!(written.len() < 6_000_000, "{} bytes", written.len());
    assert!(!page(sweep(100, 1000)).contains("of the 100 runs"));
}

#[test]
fn the_structure_of_a_section() {
    let mut history = sweep(3, 4);
    history.runs[1].state = RunState::Failed("slower".to_owned());
    history.runs[2].commit = Some("0123456789abcdef".to_owned());
    history.newest.tag = "nightly".to_owned();
    history.changes = vec!["y over all points: 1 s -> 2 s".to_owned()];
    history.results[0].marks = vec![Mark {
        run: 2,
        text: "PR 3: +100 %".to_owned(),
        is_worse: Some(true),
    }];
    history.results[0].values[2][3] = PointOfRun {
        state: CellState::TimedOut,
        ..PointOfRun::default()
    };
    let written = page(history);
    let (_, main) = written.split_once("<main>").unwrap();
    let (main, _) = main.split_once("</main>").unwrap();
    insta::assert_snapshot!(main);
}
