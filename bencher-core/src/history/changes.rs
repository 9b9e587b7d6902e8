//! What changed between two runs, in words.

use crate::dataset::{Dataset, Dim, DimRole, VariableInfo};
use crate::record::SweepRecord;
use crate::value::{Kind, Value};

/// The most levels that a text lists.
const MOST_LEVELS: usize = 8;

/// A change of the declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) text: String,
    /// Whether past runs no longer count because of it.
    pub(super) resets: bool,
}

/// What changed in the declaration from one run to a later one: inputs, levels, constants, repeats, results, version.
///
/// Titles, descriptions, directions and machines do not count. The repeats of a sweep with a timed result are the
/// rounds that it took, which vary from run to run; they do not count either.
///
/// ```
/// use bencher_core::dataset::{Dataset, Dim, VariableInfo};
/// use bencher_core::history::explain_changes;
/// use bencher_core::value::{Kind, Value};
/// # use bencher_core::record::{Counts, SweepRecord};
/// # let record = |dataset: Dataset| SweepRecord {
/// #     bench: "Sorting".to_owned(),
/// #     title: "By length".to_owned(),
/// #     description: String::new(),
/// #     post_description: String::new(),
/// #     tag: String::new(),
/// #     started: "2026-03-01T12:00:00.000+00:00".to_owned(),
/// #     dataset,
/// #     constants: vec![],
/// #     failures: vec![],
/// #     counts: Counts::default(),
/// #     timings: vec![],
/// #     warnings: vec![],
/// #     sweep_type: String::new(),
/// #     version: 1,
/// #     identity: None,
/// #     environment: None,
/// # };
/// let runs = |levels: &[u64]| {
///     let len = Dim::input("len", Kind::Uint(64), levels.iter().copied().map(Value::from).collect());
///     Dataset::new("By length", vec![len, Dim::repeats(1)], vec![VariableInfo::new("moves", Kind::Uint(64))])
/// };
/// let (before, after) = (record(runs(&[10, 20])?), record(runs(&[10, 20, 40])?));
/// assert_eq!(explain_changes(&before, &after), ["len: levels 10, 20 -> 10, 20, 40"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn explain_changes(old: &SweepRecord, new: &SweepRecord) -> Vec<String> {
    changes(old, new)
        .into_iter()
        .map(|change| change.text)
        .collect()
}

pub(super) fn changes(old: &SweepRecord, new: &SweepRecord) -> Vec<Change> {
    let mut changes = Vec::new();
    if old.version != new.version {
        push(
            &mut changes,
            format!("version {} -> {}", old.version, new.version),
            false,
        );
    }
    inputs(old, new, &mut changes);
    constants(old, new, &mut changes);
    repeats(&old.dataset, &new.dataset, &mut changes);
    results(&old.dataset, &new.dataset, &mut changes);
    changes
}

fn push(changes: &mut Vec<Change>, text: String, resets: bool) {
    changes.push(Change { text, resets });
}

pub(super) fn input_dims(dataset: &Dataset) -> impl Iterator<Item = &Dim> {
    let dims = dataset.dims().iter();
    dims.filter(|dim| dim.role == DimRole::Input)
}

fn input<'a>(record: &'a SweepRecord, name: &str) -> Option<&'a Dim> {
    input_dims(&record.dataset).find(|dim| dim.name == name)
}

pub(super) fn constant<'a>(record: &'a SweepRecord, name: &str) -> Option<&'a Value> {
    let found = record
        .constants
        .iter()
        .find(|constant| constant.name == name);
    found.map(|constant| &constant.value)
}

fn inputs(old: &SweepRecord, new: &SweepRecord, changes: &mut Vec<Change>) {
    for dim in input_dims(&new.dataset) {
        match (input(old, &dim.name), constant(old, &dim.name)) {
            (Some(before), _) => levels(before, dim, changes),
            (None, Some(value)) => {
                let text = format!("{}: constant {value} -> levels {}", dim.name, list(dim));
                push(changes, text, false);
            }
            // No past run says at which level it was.
            (None, None) => push(changes, format!("input {} is new", dim.name), true),
        }
    }
    for dim in input_dims(&old.dataset) {
        match (input(new, &dim.name), constant(new, &dim.name)) {
            (Some(_), _) => {}
            (None, Some(value)) => {
                let shared = dim.position(value).is_some();
                let text = format!("{}: levels {} -> constant {value}", dim.name, list(dim));
                push(changes, text, !shared);
            }
            (None, None) => push(changes, format!("input {} is gone", dim.name), true),
        }
    }
    let names = |record: &SweepRecord, other: &SweepRecord| -> Vec<String> {
        let shared = input_dims(&record.dataset).filter(|dim| input(other, &dim.name).is_some());
        shared.map(|dim| dim.name.clone()).collect()
    };
    let (before, after) = (names(old, new), names(new, old));
    if before != after {
        let text = format!(
            "order of inputs {} -> {}",
            before.join(", "),
            after.join(", ")
        );
        push(changes, text, false);
    }
}

fn levels(old: &Dim, new: &Dim, changes: &mut Vec<Change>) {
    let name = &new.name;
    if old.units != new.units {
        let text = format!(
            "{name}: unit {} -> {}",
            or_none(&old.units),
            or_none(&new.units)
        );
        push(changes, text, true);
    }
    if old.kind != new.kind {
        let fits = old
            .values
            .iter()
            .all(|value| new.kind.canonical(value).is_some());
        let text = format!(
            "{name}: {} -> {}",
            old.kind.short_name(),
            new.kind.short_name()
        );
        push(changes, text, !fits);
    }
    let canonical = |value: &Value| new.kind.canonical(value);
    if old
        .values
        .iter()
        .map(canonical)
        .eq(new.values.iter().map(canonical))
    {
        return;
    }
    let ends = |dim: &Dim| {
        Some((
            canonical(dim.values.first()?),
            canonical(dim.values.last()?),
        ))
    };
    let is_range = new.kind.is_ordered() && old.len() > 1 && new.len() > 1;
    let text = if is_range && ends(old) == ends(new) && old.len() != new.len() {
        format!("{name}.samples {} -> {}", old.len(), new.len())
    } else {
        format!("{name}: levels {} -> {}", list(old), list(new))
    };
    push(changes, text, false);
}

/// The levels, those in the middle left out if there are many.
fn list(dim: &Dim) -> String {
    let text =
        |values: &[Value]| -> Vec<String> { values.iter().map(|value| dim.text(value)).collect() };
    if dim.len() <= MOST_LEVELS {
        return text(&dim.values).join(", ");
    }
    let first = dim.values.get(..MOST_LEVELS / 2).unwrap_or_default();
    let last = dim
        .values
        .last()
        .map(|value| dim.text(value))
        .unwrap_or_default();
    format!(
        "{}, …, {last} ({} levels)",
        text(first).join(", "),
        dim.len()
    )
}

fn or_none(units: &str) -> &str {
    if units.is_empty() { "none" } else { units }
}

fn constants(old: &SweepRecord, new: &SweepRecord, changes: &mut Vec<Change>) {
    for now in &new.constants {
        match constant(old, &now.name) {
            Some(before) if *before != now.value => {
                let text = format!("constant {} {before} -> {}", now.name, now.value);
                push(changes, text, true);
            }
            Some(_) => {}
            None if input(old, &now.name).is_some() => {}
            None => push(
                changes,
                format!("constant {} = {} is new", now.name, now.value),
                false,
            ),
        }
    }
    for before in &old.constants {
        let known = constant(new, &before.name).is_some() || input(new, &before.name).is_some();
        if !known {
            let text = format!("constant {} = {} is gone", before.name, before.value);
            push(changes, text, false);
        }
    }
}

pub(super) fn repeat_count(dataset: &Dataset) -> usize {
    let repeats = dataset
        .dims()
        .iter()
        .find(|dim| dim.role == DimRole::Repeat);
    repeats.map_or(1, Dim::len)
}

fn repeats(old: &Dataset, new: &Dataset, changes: &mut Vec<Change>) {
    let is_timed = |dataset: &Dataset| dataset.variables().iter().any(|var| var.info.timed);
    let (before, after) = (repeat_count(old), repeat_count(new));
    if before != after && !is_timed(old) && !is_timed(new) {
        push(changes, format!("repeats {before} -> {after}"), false);
    }
}

fn results(old: &Dataset, new: &Dataset, changes: &mut Vec<Change>) {
    let info = |dataset: &Dataset, name: &str| -> Option<VariableInfo> {
        dataset.variable(name).ok().map(|var| var.info.clone())
    };
    for var in new.variables() {
        let (name, now) = (&var.info.name, &var.info);
        let Some(before) = info(old, name) else {
            push(changes, format!("result {name} is new"), false);
            continue;
        };
        if before.kind != now.kind {
            let kinds = |kind: Kind| kind.short_name();
            let text = format!(
                "result {name}: {} -> {}",
                kinds(before.kind),
                kinds(now.kind)
            );
            push(changes, text, true);
        }
        if before.units != now.units {
            let units = (or_none(&before.units), or_none(&now.units));
            push(
                changes,
                format!("result {name}: unit {} -> {}", units.0, units.1),
                true,
            );
        }
        if before.meaning_version != now.meaning_version {
            let versions = (before.meaning_version, now.meaning_version);
            let text = format!(
                "result {name}: meaning version {} -> {}",
                versions.0, versions.1
            );
            push(changes, text, true);
        }
    }
    for var in old.variables() {
        if info(new, &var.info.name).is_none() {
            push(changes, format!("result {} is gone", var.info.name), false);
        }
    }
}
