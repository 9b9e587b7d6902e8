//! What criterion keeps in `target/criterion`: a folder `new` for each benchmark, with its name and its times.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use bencher_core::dataset::VariableInfo;
use bencher_core::value::{Kind, Value};
use bencher_core::var::Direction;
use serde_json::Value as Json;

use super::Imported;
use super::grid::{Input, Measured, dataset};
use super::table::{kind_of, value};

/// How deep folders may lie; criterion's lie three deep.
const DEPTH: usize = 8;

/// The sweeps of a folder, one for each group.
///
/// # Errors
/// Where it has no benchmark, or a file of one cannot be read.
pub(super) fn import(folder: &Path) -> Result<Vec<Imported>, String> {
    let mut found = Vec::new();
    find(folder, DEPTH, &mut found)?;
    if found.is_empty() {
        return Err(format!(
            "{} has no results of criterion (no folder `new` with benchmark.json)",
            folder.display()
        ));
    }
    found.sort();
    let mut groups: BTreeMap<String, Vec<Benchmark>> = BTreeMap::new();
    for new in found {
        let benchmark = Benchmark::read(&new)?;
        groups
            .entry(benchmark.group.clone())
            .or_default()
            .push(benchmark);
    }
    groups
        .into_iter()
        .map(|(group, all)| sweep(group, &all))
        .collect()
}

/// Looks for folders of newest results.
fn find(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), String> {
    let entries = fs::read_dir(folder);
    let entries = entries.map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    for entry in entries.flatten() {
        // A link is not followed: it might lead around.
        if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        let path = entry.path();
        if entry.file_name() == "new" && path.join("benchmark.json").is_file() {
            found.push(path);
        } else if depth > 0 {
            find(&path, depth - 1, found)?;
        }
    }
    Ok(())
}

/// One benchmark.
struct Benchmark {
    group: String,
    function: Option<String>,
    value: Option<String>,
    /// The time of one call in every sample, in seconds.
    times: Vec<f64>,
    moment: Option<i128>,
}

impl Benchmark {
    fn read(new: &Path) -> Result<Self, String> {
        let path = new.join("benchmark.json");
        let id = read(&path)?;
        let text = |name: &str| id.get(name).and_then(Json::as_str).map(str::to_owned);
        let group = text("group_id").ok_or_else(|| {
            format!(
                "{}: there is no `group_id`, so this is no benchmark of criterion",
                path.display()
            )
        })?;
        let modified = fs::metadata(&path).and_then(|file| file.modified()).ok();
        Ok(Self {
            group,
            function: text("function_id"),
            value: text("value_str"),
            times: times(new)?,
            moment: modified.and_then(super::milliseconds),
        })
    }
}

/// The times of `sample.json`; without it, the mean of `estimates.json`.
fn times(new: &Path) -> Result<Vec<f64>, String> {
    let path = new.join("sample.json");
    if !path.is_file() {
        let path = new.join("estimates.json");
        let estimates = read(&path)?;
        let mean = estimates
            .pointer("/mean/point_estimate")
            .and_then(Json::as_f64);
        let mean = mean.ok_or_else(|| format!("{}: there is no mean", path.display()))?;
        return Ok(vec![mean / 1e9]);
    }
    let sample = read(&path)?;
    let numbers = |name: &str| -> Option<Vec<f64>> {
        sample
            .get(name)?
            .as_array()?
            .iter()
            .map(Json::as_f64)
            .collect()
    };
    let (iterations, times) = numbers("iters")
        .zip(numbers("times"))
        .filter(|(iterations, times)| iterations.len() == times.len())
        .ok_or_else(|| {
            format!(
                "{}: `iters` and `times` must be lists of as many numbers",
                path.display()
            )
        })?;
    let times = iterations
        .iter()
        .zip(&times)
        .map(|(calls, time)| time / calls / 1e9);
    // No calls take no time that could be divided.
    Ok(times.filter(|time| time.is_finite()).collect())
}

fn read(path: &Path) -> Result<Json, String> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = fs::read_to_string(path).map_err(|error| failed(&error))?;
    serde_json::from_str(&text).map_err(|error| failed(&error))
}

/// The sweep of a group over its functions and values, where it has several or names them.
fn sweep(group: String, benchmarks: &[Benchmark]) -> Result<Imported, String> {
    let rows: Vec<(&Benchmark, f64)> = benchmarks
        .iter()
        .flat_map(|benchmark| benchmark.times.iter().map(move |time| (benchmark, *time)))
        .collect();
    let column = |of: fn(&Benchmark) -> Option<&String>| -> Option<Vec<&str>> {
        let texts: Vec<Option<&String>> = rows.iter().map(|(benchmark, _)| of(benchmark)).collect();
        let is_named = texts.iter().any(Option::is_some);
        let texts = texts
            .into_iter()
            .map(|text| text.map_or("", String::as_str));
        is_named.then(|| texts.collect())
    };
    let columns = [
        ("function", column(|benchmark| benchmark.function.as_ref())),
        ("value", column(|benchmark| benchmark.value.as_ref())),
    ];
    let inputs = columns.into_iter().filter_map(|(name, texts)| {
        let texts = texts?;
        let kind = match name {
            "value" => kind_of(texts.iter().copied(), Kind::Category),
            _ => Kind::Category,
        };
        Some(Input {
            name: name.to_owned(),
            kind,
            units: String::new(),
            values: texts.iter().filter_map(|text| value(kind, text)).collect(),
        })
    });
    let inputs: Vec<Input> = inputs.collect();
    let mut info = VariableInfo::new("elapsed", Kind::Float(64));
    "s".clone_into(&mut info.units);
    "Time of one call".clone_into(&mut info.doc);
    info.direction = Direction::Minimize;
    info.timed = true;
    let values = rows
        .iter()
        .map(|(_, time)| Some(Value::Float(*time)))
        .collect();
    let measured = vec![Measured { info, values }];
    let dataset = dataset(&group, &inputs, measured, rows.len())
        .map_err(|error| format!("group \"{}\": {error}", group.escape_debug()))?;
    Ok(Imported {
        program: "criterion",
        title: group,
        moment: benchmarks
            .iter()
            .filter_map(|benchmark| benchmark.moment)
            .max(),
        dataset,
    })
}
