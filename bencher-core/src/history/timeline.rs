//! The runs of a history in one dataset.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use super::changes::{constant, input_dims, repeat_count};
use super::columns::{HistoryColumn, columns};
use super::grid::{Grid, Source, key, place_in};
use super::snapshot::Snapshot;
use super::{HistoryError, LeftOut};
use crate::dataset::{
    Cell, CellState, Dataset, Dim, DimRole, Recorder, Variable, VariableInfo, coordinate_order,
};
use crate::store::BlobStore;
use crate::value::{Digest, Kind, Payload, Value};

/// The name of the dimension.
/// The dimension of the runs where it is an input.
pub(super) const RUN: &str = "run";
pub(super) const OVER_TIME: &str = "over_time";

/// The runs that share the space of the newest one.
pub(super) struct Timeline<'a> {
    pub(super) runs: Vec<&'a Snapshot>,
    pub(super) left_out: Vec<LeftOut>,
    pub(super) columns: Vec<HistoryColumn>,
}

impl<'a> Timeline<'a> {
    /// `None` if there is no snapshot.
    pub(super) fn of(snapshots: &'a [Snapshot]) -> Option<Self> {
        let newest = snapshots.last()?;
        let (mut runs, mut left_out) = (Vec::new(), Vec::new());
        for snapshot in snapshots {
            match place_in(newest, snapshot) {
                Ok(_) => runs.push(snapshot),
                Err(reason) => left_out.push(LeftOut {
                    id: snapshot.id,
                    reason,
                }),
            }
        }
        Some(Self {
            columns: columns(&runs),
            runs,
            left_out,
        })
    }

    /// All cells of some of the results.
    pub(super) fn dataset(
        &self,
        blobs: &BlobStore,
        axis: RunAxis,
        shown: impl Fn(&HistoryColumn) -> bool,
    ) -> Result<Dataset, HistoryError> {
        let Some(newest) = self.runs.last() else {
            return Ok(Dataset::scalar(String::new()));
        };
        let columns: Vec<&HistoryColumn> = self.columns.iter().filter(|one| shown(one)).collect();
        let labels = labels(&self.runs);
        let repeats = self
            .runs
            .iter()
            .map(|run| repeat_count(&run.record.dataset));
        let repeats = repeats.max().unwrap_or(1);
        let mut dims = union(newest, &self.runs);
        dims.push(Dim::repeats(u32::try_from(repeats).unwrap_or(u32::MAX)));
        let cells = dims.iter().map(|dim| dim.len() as u128);
        let cells = cells.fold(self.runs.len() as u128, u128::saturating_mul);
        // Before anything of that size is made, even if there is no result.
        Dataset::check_size(cells)?;
        let grid = Grid::over(&dims);
        dims.push(axis.dim(&labels));
        let infos: Vec<VariableInfo> = columns.iter().map(|column| column.info.clone()).collect();
        let record = &newest.record;
        let mut dataset = Dataset::new(record.dataset.name(), dims, infos)?;
        dataset.attributes = record.dataset.attributes.clone();
        let mut recorders = dataset.recorders();
        for (at, (run, label)) in self.runs.iter().zip(&labels).enumerate() {
            let Ok(places) = place_in(newest, run) else {
                continue;
            };
            let sources = grid.sources(&run.record.dataset, &places);
            let reasons = Reasons::of(run, label);
            for (column, recorder) in columns.iter().zip(&mut recorders) {
                let cells = column.of(run);
                let dropped = run.dropped.contains(&column.identity.name);
                for (point, source) in sources.iter().enumerate() {
                    let flat = point * self.runs.len() + at;
                    let absent = match (cells, source) {
                        (None, _) => (CellState::Missing, reasons.column(&column.identity.name)),
                        (Some(_), Source::NoPoint) => (CellState::Skipped, reasons.point.clone()),
                        (Some(_), Source::NoRepeat) => (CellState::Skipped, reasons.repeat.clone()),
                        (Some(cells), Source::Cell(from)) if !dropped => {
                            copy(cells, *from, recorder, flat, column.kind(), blobs)?;
                            continue;
                        }
                        (Some(_), Source::Cell(_)) => (CellState::Missing, reasons.dropped.clone()),
                    };
                    recorder.record_absent(flat, absent.0, Some(absent.1))?;
                }
            }
        }
        drop(recorders);
        dataset.check()?;
        Ok(dataset)
    }
}

/// How the runs are named in a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RunAxis {
    /// By their labels, over time: a report shows the latest run, and the others on demand.
    OverTime,
    /// By their numbers, as an input: a report draws the results over it.
    Numbers,
}

impl RunAxis {
    fn dim(self, labels: &[String]) -> Dim {
        let doc = "Runs, the oldest first".to_owned();
        let text = |label: &String| Value::from(label.as_str());
        match self {
            Self::OverTime => Dim {
                doc,
                role: DimRole::Time,
                ..Dim::input(OVER_TIME, Kind::Category, labels.iter().map(text).collect())
            },
            Self::Numbers => {
                let numbers = (1..)
                    .zip(labels)
                    .map(|(number, _): (u64, _)| Value::from(number));
                Dim {
                    doc,
                    ..Dim::input(RUN, Kind::Uint(32), numbers.collect())
                }
            }
        }
    }
}

/// Why a run has no value in a cell.
struct Reasons {
    label: String,
    point: Arc<str>,
    repeat: Arc<str>,
    dropped: Arc<str>,
    columns: std::cell::RefCell<HashMap<String, Arc<str>>>,
}

impl Reasons {
    fn of(run: &Snapshot, label: &str) -> Self {
        let repeats = repeat_count(&run.record.dataset);
        Self {
            label: label.to_owned(),
            point: format!("the run of {label} did not have this point").into(),
            repeat: format!("the run of {label} had only {repeats} repeats").into(),
            dropped: "it is older than the runs that are kept of this result".into(),
            columns: std::cell::RefCell::default(),
        }
    }

    fn column(&self, name: &str) -> Arc<str> {
        let mut columns = self.columns.borrow_mut();
        let text = || format!("the run of {} did not record {name}", self.label).into();
        Arc::clone(columns.entry(name.to_owned()).or_insert_with(text))
    }
}

/// Copies a cell, with its content if that lies among the blobs.
fn copy(
    cells: &Variable,
    from: usize,
    recorder: &mut Recorder<'_>,
    flat: usize,
    kind: Kind,
    blobs: &BlobStore,
) -> Result<(), HistoryError> {
    let Some(Cell {
        state,
        value,
        reason,
    }) = cells.cell(from)
    else {
        return Ok(());
    };
    let reason = reason.map(Arc::from);
    let Some(mut value) = value else {
        recorder.record_absent(flat, state, reason)?;
        return Ok(());
    };
    if kind.is_payload()
        && let Some(payload) = value.as_payload()
        && payload.content().is_none()
    {
        match blobs.get(payload.digest()) {
            Ok(content) => {
                value = Value::from(Payload::new(payload.name(), payload.media_type(), content));
            }
            Err(error) => {
                let lost = Some(error.to_string().into());
                recorder.record_absent(flat, CellState::Missing, lost)?;
                return Ok(());
            }
        }
    }
    match reason {
        Some(reason) => recorder.record_explained(flat, &value, state, reason)?,
        None => recorder.record(flat, &value, state)?,
    }
    Ok(())
}

/// The labels of runs: equal ones are numbered, so that all differ.
fn labels(runs: &[&Snapshot]) -> Vec<String> {
    let texts: Vec<String> = runs.iter().map(|run| run.event.to_string()).collect();
    let mut taken: HashMap<String, usize> = HashMap::new();
    for text in &texts {
        taken.entry(text.clone()).or_insert(0);
    }
    let mut labels = Vec::with_capacity(texts.len());
    for text in texts {
        let mut count = taken.get(&text).copied().unwrap_or(0);
        let label = loop {
            count += 1;
            let label = if count == 1 {
                text.clone()
            } else {
                format!("{text} ({count})")
            };
            // A user may have written what would be made here.
            if count == 1 || !taken.contains_key(&label) {
                break label;
            }
        };
        taken.insert(text, count);
        taken.entry(label.clone()).or_insert(0);
        labels.push(label);
    }
    labels
}

/// The inputs with the levels of all runs: numbers and moments rise, others have the order of the newest run that has
/// them.
fn union(newest: &Snapshot, runs: &[&Snapshot]) -> Vec<Dim> {
    let dims = input_dims(&newest.record.dataset);
    dims.map(|dim| {
        let mut whole = dim.clone();
        let mut known: std::collections::HashSet<Digest> = dim.values.iter().map(key).collect();
        for run in runs.iter().rev() {
            let own = input_dims(&run.record.dataset).find(|own| own.name == dim.name);
            let held = constant(&run.record, &dim.name).filter(|_| own.is_none());
            let values = own.map_or(&[][..], |own| &own.values).iter().chain(held);
            for value in values.filter_map(|value| dim.kind.canonical(value)) {
                if known.insert(key(&value)) {
                    whole.values.push(value);
                }
            }
        }
        if dim.kind.is_ordered() {
            let order = |a: &Value, b: &Value| coordinate_order(a, b).unwrap_or(Ordering::Equal);
            whole.values.sort_by(order);
        }
        whole
    })
    .collect()
}
