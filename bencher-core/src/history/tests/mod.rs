//! Histories against the vectors of other programs, naive models, and damage.

mod baselines;
mod columns;
mod earlier;
mod exchange;
mod files;
mod fixture;
mod grids;
mod orders;
mod references;
mod speed;
mod verdicts;

use std::path::Path;

use jiff::Timestamp;

use super::*;
use crate::dataset::{CellState, Dim, VariableInfo};
use crate::measure::Environment;
use crate::record::{ConstantValue, Counts, SweepRecord};
use crate::value::{Kind, Value};

/// A record of a dataset.
fn record(dataset: Dataset) -> SweepRecord {
    SweepRecord {
        bench: "Sorting".to_owned(),
        title: "By length".to_owned(),
        description: String::new(),
        post_description: String::new(),
        tag: String::new(),
        started: "2026-03-01T12:00:00.000+00:00".to_owned(),
        dataset,
        constants: vec![],
        failures: vec![],
        counts: Counts::default(),
        timings: vec![],
        warnings: vec![],
        sweep_type: "demo/demo::Sorting".to_owned(),
        version: 1,
        identity: None,
        environment: None,
    }
}

fn float(name: &str) -> VariableInfo {
    VariableInfo::new(name, Kind::Float(64))
}

fn lens(levels: &[u64]) -> Dim {
    let values = levels.iter().copied().map(Value::from).collect();
    Dim::input("len", Kind::Uint(64), values)
}

/// A dataset whose cells all hold a value.
fn filled(dims: Vec<Dim>, infos: Vec<VariableInfo>, value: f64) -> Dataset {
    let count = infos.len();
    let mut dataset = Dataset::new("By length", dims, infos).unwrap();
    for n in 0..count {
        for flat in 0..dataset.len() {
            let variable = dataset.variable_mut(n).unwrap();
            variable
                .record(flat, &Value::Float(value), CellState::Measured)
                .unwrap();
        }
    }
    dataset
}

/// A run without inputs, which records some results as one value.
fn day(names: &[&str], value: f64) -> SweepRecord {
    let infos = names.iter().map(|name| float(name)).collect();
    record(filled(vec![Dim::repeats(1)], infos, value))
}

fn key() -> SeriesKey {
    SeriesKey {
        bench: "Sorting".to_owned(),
        title: "By length".to_owned(),
        tag: String::new(),
    }
}

fn add(root: &Path, record: &SweepRecord, event: &str) -> AppendReport {
    append(root, record, event.into(), &AppendOptions::default()).unwrap()
}

fn add_at(root: &Path, record: &SweepRecord, event: &str, moment: &str) -> AppendReport {
    let options = AppendOptions {
        moment: Some(moment.parse().unwrap()),
        ..AppendOptions::default()
    };
    append(root, record, event.into(), &options).unwrap()
}

fn load(root: &Path) -> History {
    History::load(root, &key()).unwrap()
}

fn events(history: &History) -> Vec<String> {
    history
        .snapshots()
        .iter()
        .map(|one| one.event.to_string())
        .collect()
}

/// The numbers of a result over time, where the dataset has no other dimension but one repeat.
fn numbers(dataset: &Dataset, name: &str) -> Vec<Option<f64>> {
    let variable = dataset.variable(name).unwrap();
    (0..dataset.len())
        .map(|flat| variable.number(flat))
        .collect()
}

/// The environment of a machine with `cores` cores, which decide its class.
fn machine(cores: u32) -> Environment {
    Environment {
        cores: Some(cores),
        git: None,
        ..Environment::capture()
    }
}
