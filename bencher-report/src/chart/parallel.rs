use bencher_core::value::float_text;
use serde::Serialize;

use super::{Axis, Gap};

/// Ticks of an axis.
const TICKS: usize = 8;
/// The least distance of two ticks, as a share of the axis.
const APART: f64 = 0.04;
/// Coordinates of an axis up to which each can be chosen.
const STRETCHES: usize = 60;
/// The greatest height of the stretch in which rows of one coordinate lie.
const MOST: f64 = 0.12;

/// Lines through parallel axes, one line for each point of a sweep.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Parallel {
    /// The axes: one for each input, then that of the result.
    pub axes: Vec<Axis>,
    /// The points.
    pub rows: Vec<ParallelRow>,
}

/// One point on parallel axes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ParallelRow {
    /// The coordinate on every axis but the last: a number, or the position of a level.
    pub inputs: Vec<f64>,
    /// The value on the last axis.
    pub value: Option<f64>,
    /// How many samples the value was computed from.
    pub samples: u32,
    /// Why the value, or some of its samples, are missing.
    pub gap: Option<Gap>,
}

impl Parallel {
    /// The axis of the values.
    pub(crate) fn value_axis(&self) -> Option<&Axis> {
        self.axes.last()
    }

    /// Where each row lies on the axes, from 0 at their foot to 1; without a value, it ends before the last one.
    ///
    /// Rows of one coordinate lie a little apart, in the order of their values: otherwise the last one drawn would hide
    /// all others.
    pub(crate) fn places(&self) -> Vec<Vec<f64>> {
        let widths: Vec<f64> = (0..self.axes.len()).map(|n| self.width(n)).collect();
        let values = self.axes.last();
        let row = |row: &ParallelRow| {
            let order = row.value.zip(values).map_or(0.5, |(x, axis)| axis.share(x));
            let inputs = self.axes.iter().zip(&widths).zip(&row.inputs);
            let inputs =
                inputs.map(|((axis, width), x)| axis.share(*x) * (1.0 - width) + width * order);
            let value = row.value.zip(values).map(|(x, axis)| axis.share(x));
            inputs.chain(value).collect()
        };
        self.rows.iter().map(row).collect()
    }

    /// The ticks of an axis, from 0 at its foot to 1, with their names: at each coordinate where there are few.
    pub(crate) fn ticks(&self, n: usize) -> Vec<(f64, String)> {
        let Some(axis) = self.axes.get(n) else {
            return Vec::new();
        };
        let width = self.width(n);
        let place = |x: f64| axis.share(x) * (1.0 - width) + width / 2.0;
        let own = self.coordinates(n);
        let is_apart = |pair: &[f64]| {
            pair.iter()
                .copied()
                .map(place)
                .reduce(|low, high| high - low)
                > Some(APART)
        };
        let is_few = !own.is_empty() && own.len() <= TICKS && own.windows(2).all(is_apart);
        let ticks = if is_few && axis.level_names().is_empty() {
            own.into_iter().map(|x| (x, axis.coordinate(x))).collect()
        } else {
            axis.named_places(TICKS)
        };
        ticks
            .into_iter()
            .map(|(x, name)| (place(x), name))
            .collect()
    }

    /// The stretches of an axis that a reader may choose, from 0 at its foot to 1: one for each coordinate, or quarters
    /// where there are many, and on the axis of the values.
    pub(crate) fn stretches(&self, n: usize) -> Vec<(String, (f64, f64))> {
        let own = self.coordinates(n);
        let Some(axis) = self.axes.get(n) else {
            return Vec::new();
        };
        if own.is_empty() || own.len() > STRETCHES {
            let names = ["lowest", "second", "third", "highest"]
                .into_iter()
                .enumerate();
            return names
                .map(|(n, name)| {
                    let low = n as f64 / 4.0;
                    (format!("{name} quarter of the axis"), (low, low + 0.25))
                })
                .collect();
        }
        let width = self.width(n);
        let stretch = |x: f64| {
            let foot = axis.share(x) * (1.0 - width);
            let name = match axis.level_names() {
                [] => axis.coordinate(x),
                _ => axis.name_of(x),
            };
            // A little more, since places are rounded.
            (name, (foot - 0.001, foot + width + 0.001))
        };
        own.into_iter().map(stretch).collect()
    }

    /// The height of the stretch in which the rows of one coordinate lie, as a share of the axis.
    fn width(&self, n: usize) -> f64 {
        let coordinates = self.coordinates(n);
        let Some(axis) = self.axes.get(n).filter(|_| coordinates.len() > 1) else {
            return if coordinates.is_empty() { 0.0 } else { MOST };
        };
        let shares: Vec<f64> = coordinates.into_iter().map(|x| axis.share(x)).collect();
        let distances = shares
            .windows(2)
            .filter_map(|pair| Some(pair.last()? - pair.first()?));
        (distances.fold(1.0, f64::min) * 0.4).clamp(0.0, MOST)
    }

    /// The different coordinates on an axis of an input, ascending.
    fn coordinates(&self, n: usize) -> Vec<f64> {
        let numbers = self.rows.iter().filter_map(|row| row.inputs.get(n));
        let mut numbers: Vec<f64> = numbers.copied().collect();
        numbers.sort_by(f64::total_cmp);
        numbers.dedup();
        numbers
    }

    /// The column titles of the rows.
    pub(crate) fn columns(&self) -> Vec<String> {
        let axes = self.axes.iter().map(Axis::label);
        axes.chain(["samples", "state"].map(str::to_owned))
            .collect()
    }

    /// A row as texts.
    pub(crate) fn cells(&self, row: &ParallelRow) -> Vec<String> {
        let inputs = self.axes.iter().zip(&row.inputs);
        let mut cells: Vec<String> = inputs.map(|(axis, x)| axis.name_of(*x)).collect();
        cells.push(
            row.value
                .map(|x| match self.value_axis() {
                    Some(axis) => axis.name_of(x),
                    None => float_text(x),
                })
                .unwrap_or_default(),
        );
        cells.push(row.samples.to_string());
        cells.push(super::rows::state(row.gap.as_ref()));
        cells
    }
}
