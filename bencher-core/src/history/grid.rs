//! Where the points of one run lie in the grid of all runs.

use std::collections::HashMap;

use super::changes::{constant, input_dims};
use super::snapshot::Snapshot;
use crate::dataset::{Dataset, Dim, DimRole};
use crate::value::{Digest, KeyWriter, Kind, Value};

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
pub(super) fn place_in<'a>(newest: &Snapshot, run: &'a Snapshot) -> Result<Places<'a>, String> {
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
        let now =
            constant(new, &own.name).ok_or_else(|| format!("the input {} is gone", own.name))?;
        let position = own.position(now);
        let position =
            position.ok_or_else(|| format!("it had no point with {} = {now}", own.name))?;
        places.held.push((axis, position));
    }
    for now in &new.constants {
        if let Some(then) = constant(old, &now.name)
            && *then != now.value
        {
            return Err(format!(
                "the constant {} was {then}, and is {}",
                now.name, now.value
            ));
        }
    }
    Ok(places)
}

fn same_axis(new: &Dim, old: &Dim) -> Result<(), String> {
    if old.role != DimRole::Input {
        return Err(format!("{} was no input", new.name));
    }
    if old.units != new.units {
        return Err(format!(
            "the unit of the input {} was another one",
            new.name
        ));
    }
    if old
        .values
        .iter()
        .any(|value| new.kind.canonical(value).is_none())
    {
        return Err(format!(
            "a level of the input {} is none any more",
            new.name
        ));
    }
    Ok(())
}

pub(super) fn key(value: &Value) -> Digest {
    let mut key = KeyWriter::default();
    key.value(value);
    key.digest()
}

/// Where a cell of the whole grid comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The run has no such point.
    NoPoint,
    /// The run has the point, but fewer repeats.
    NoRepeat,
    /// The flat index in the run.
    Cell(usize),
}

/// The grid of all runs: the inputs, then the repeats.
pub(super) struct Grid {
    kinds: Vec<Kind>,
    positions: Vec<HashMap<Digest, usize>>,
    lengths: Vec<usize>,
    repeats: usize,
}

impl Grid {
    pub(super) fn over(dims: &[Dim]) -> Self {
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
    pub(super) fn sources(&self, run: &Dataset, places: &Places<'_>) -> Vec<Source> {
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
                    let steps =
                        steps.map(|(from, value)| Some((at(value)?, from * stride_of(*axis))));
                    steps.flatten().collect()
                }
            };
            let points = found.iter().flat_map(|(to, from)| {
                steps
                    .iter()
                    .map(move |step| (to * length + step.0, from + step.1))
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
