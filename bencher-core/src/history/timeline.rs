//! The runs of a history in one dataset.

use std::collections::HashMap;
use std::cmp::Ordering;
use std::sync::Arc;

use super::changes::{constant, input_dims, repeat_count};
use super::columns::{HistoryColumn, columns};
use super::snapshot::Snapshot;
use super::{HistoryError, LeftOut};
use crate::dataset::{
    Cell, CellState, Dataset, Dim, DimRole, Recorder, Variable, VariableInfo, coordinate_order,
};
use crate::store::BlobStore;
use crate::value::{Digest, Kind, KeyWriter, Payload, Value};

/// The name of the dimension.
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
        shown: impl Fn(&HistoryColumn) -> bool,
    ) -> Result<Dataset, HistoryError> {
        let Some(newest) = self.runs.last() else {
            return Ok(Dataset::scalar(String::new()));
        };
        let columns: Vec<&HistoryColumn> = self.columns.iter().filter(|one| shown(one)).collect();
        let labels = labels(&self.runs);
        let repeats = self.runs.iter().map(|run| repeat_count(&run.record.dataset));
        let repeats = repeats.max().unwrap_or(1);
        let mut dims = union(newest, &self.runs);
        dims.push(Dim::repeats(u32::try_from(repeats).unwrap_or(u32::MAX)));
        let grid = Grid::over(&dims);
        dims.push(Dim {
            doc: "Runs, the oldest first".to_owned(),
            role: DimRole::Time,
            ..Dim::input(OVER_TIME, Kind::Category, labels.iter().map(|label| Value::from(label.as_str())).collect())
        });
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
    let Some(Cell { state, value, reason }) = cells.cell(from) else {
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

/// Where a dimension of the newest run is found in another run.
#[derive(Clone, Copy)]
enum Place<'a> {
    /// On the axis of that number.
    Axis(usize),
    /// It was held at this value.
    Constant(&'a Value),
}

/// Where the points of a run lie in the space of the newest one.
pub(super) struct Places<'a> {
    dims: Vec<Place<'a>>,
    /// The positions of axes that the newest run holds at one value.
    held: Vec<(usize, usize)>,
}

/// Where the inputs of the newest run are in another one, or why it shares no point with it.
fn place_in<'a>(newest: &Snapshot, run: &'a Snapshot) -> Result<Places<'a>, String> {
    let (new, old) = (&newest.record, &run.record);
    let mut places = Places {
        dims: Vec::new(),
        held: Vec::new(),
    };
    for dim in input_dims(&new.dataset) {
        let axis = old.dataset.axis(&dim.name).ok();
        let own = axis.and_then(|axis| Some((axis, old.dataset.dims().get(axis)?)));
        let place = match (own, constant(old, &dim.name)) {
            (Some((axis, own)), _) => {
                same_axis(dim, own)?;
                Place::Axis(axis)
            }
            (None, Some(value)) if dim.kind.canonical(value).is_some() => Place::Constant(value),
            _ => return Err(format!("it does not say what the input {} was", dim.name)),
        };
        places.dims.push(place);
    }
    for (axis, own) in old.dataset.dims().iter().enumerate() {
        let shared = input_dims(&new.dataset).any(|dim| dim.name == own.name);
        if own.role != DimRole::Input || shared {
            continue;
        }
        let now = constant(new, &own.name).ok_or_else(|| format!("the input {} is gone", own.name))?;
        let position = own.position(now);
        let position = position.ok_or_else(|| format!("it had no point with {} = {now}", own.name))?;
        places.held.push((axis, position));
    }
    for now in &new.constants {
        if let Some(then) = constant(old, &now.name)
            && *then != now.value
        {
            return Err(format!("the constant {} was {then}, and is {}", now.name, now.value));
        }
    }
    Ok(places)
}

fn same_axis(new: &Dim, old: &Dim) -> Result<(), String> {
    if old.role != DimRole::Input {
        return Err(format!("{} was no input", new.name));
    }
    if old.units != new.units {
        return Err(format!("the unit of the input {} was another one", new.name));
    }
    if old.values.iter().any(|value| new.kind.canonical(value).is_none()) {
        return Err(format!("a level of the input {} is none any more", new.name));
    }
    Ok(())
}

fn key(value: &Value) -> Digest {
    let mut key = KeyWriter::default();
    key.value(value);
    key.digest()
}

/// The inputs with the levels of all runs: numbers and moments rise, others have the order of the newest run that has them.
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

/// Where a cell of the whole grid comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// The run has no such point.
    NoPoint,
    /// The run has the point, but not so many repeats.
    NoRepeat,
    /// The flat index in the run.
    Cell(usize),
}

/// The grid of all runs: the inputs, then the repeats.
struct Grid {
    kinds: Vec<Kind>,
    positions: Vec<HashMap<Digest, usize>>,
    lengths: Vec<usize>,
    repeats: usize,
}

impl Grid {
    fn over(dims: &[Dim]) -> Self {
        let inputs = dims.get(..dims.len().saturating_sub(1)).unwrap_or_default();
        let positions = inputs.iter().map(|dim| {
            let values = dim.values.iter().enumerate();
            values.map(|(at, value)| (key(value), at)).collect()
        });
        Self {
            kinds: inputs.iter().map(|dim| dim.kind).collect(),
            positions: positions.collect(),
            lengths: inputs.iter().map(Dim::len).collect(),
            repeats: dims.last().map_or(1, Dim::len),
        }
    }

    /// Where every cell comes from in a run.
    fn sources(&self, run: &Dataset, places: &Places<'_>) -> Vec<Source> {
        let points: usize = self.lengths.iter().product();
        let mut sources = vec![Source::NoPoint; points * self.repeats];
        let dims = run.dims();
        let mut strides = vec![1; dims.len()];
        let mut stride = 1;
        for (slot, dim) in strides.iter_mut().zip(dims).rev() {
            *slot = stride;
            stride *= dim.len();
        }
        let stride_of = |axis: usize| strides.get(axis).copied().unwrap_or(0);
        let held = places.held.iter().map(|(axis, at)| stride_of(*axis) * at);
        let repeat = dims.iter().position(|dim| dim.role == DimRole::Repeat);
        let repeats = repeat.and_then(|axis| dims.get(axis)).map_or(1, Dim::len);
        let repeat_stride = repeat.map_or(0, stride_of);
        // The points of the run, each as its place in the whole grid and in the run; one input after the other.
        let mut found: Vec<(usize, usize)> = vec![(0, held.sum())];
        let inputs = self.kinds.iter().zip(&self.positions).zip(&self.lengths);
        for (((kind, positions), length), place) in inputs.zip(&places.dims) {
            let at = |value: &Value| positions.get(&key(&kind.canonical(value)?)).copied();
            let steps: Vec<(usize, usize)> = match place {
                Place::Constant(value) => at(value).map(|to| (to, 0)).into_iter().collect(),
                Place::Axis(axis) => {
                    let values = dims.get(*axis).map_or(&[][..], |dim| &dim.values);
                    let steps = (0..).zip(values);
                    let steps = steps.map(|(from, value)| Some((at(value)?, from * stride_of(*axis))));
                    steps.flatten().collect()
                }
            };
            let points = found.iter().flat_map(|(to, from)| {
                steps.iter().map(move |step| (to * length + step.0, from + step.1))
            });
            found = points.collect();
        }
        for (to, from) in found {
            let cells = sources.get_mut(to * self.repeats..(to + 1) * self.repeats);
            for (repeat, cell) in cells.into_iter().flatten().enumerate() {
                *cell = if repeat < repeats {
                    Source::Cell(from + repeat * repeat_stride)
                } else {
                    Source::NoRepeat
                };
            }
        }
        sources
    }
}
