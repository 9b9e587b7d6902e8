//! All points of a dataset with their samples, for readers who look at some of them.

use std::collections::BTreeMap;

use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
use bencher_core::value::Value;

use crate::chart::Gap;
use crate::over_time::{PointOfRun, is_over_time};

use super::build;
use super::grid::Grid;
use super::shape::Shape;

/// The points of a dataset; of several snapshots, those of the latest.
pub(crate) struct Points<'a> {
    /// The inputs, also those with one value. The last one varies fastest among the points.
    pub(crate) inputs: Vec<&'a Dim>,
    /// How many samples each point has.
    pub(crate) repeats: usize,
    /// The results, in the order of the dataset.
    pub(crate) results: Vec<ResultPoints<'a>>,
}

/// One result at every point.
pub(crate) struct ResultPoints<'a> {
    /// Its name, unit and kind.
    pub(crate) info: &'a VariableInfo,
    /// The value of each point with its bounds, as figures show it; empty if the result is no number.
    pub(crate) points: Vec<PointOfRun>,
    /// The meaning of the bounds; `None` where there are none.
    pub(crate) spread: Option<String>,
    /// The samples of each point, the repeats fastest.
    pub(crate) samples: Vec<Result<Value, Gap>>,
    /// The notes of samples with a value, by their position in `samples`.
    pub(crate) notes: BTreeMap<usize, String>,
}

/// How many samples of results a dataset has.
pub(crate) fn samples(dataset: &Dataset) -> usize {
    dataset.len().saturating_mul(dataset.variables().len())
}

/// All points of a dataset.
pub(crate) fn points(dataset: &Dataset) -> Points<'_> {
    let mut inputs = Vec::new();
    let mut repeats = 1;
    let mut results = Vec::new();
    for variable in dataset.variables() {
        let shape = Shape::of(dataset, variable);
        let axes = shape.all_inputs();
        let grid = Grid::of(&shape);
        let offsets = offsets(&shape, &grid, &axes);
        let is_number = is_over_time(&variable.info);
        // Where all samples are from the store, the heading of the sweep says so.
        let names_store = variable.states().contains(&CellState::Measured);
        let of_point = |offset: &usize| build::point_of(&shape, &grid.samples(*offset));
        results.push(ResultPoints {
            info: &variable.info,
            points: if is_number {
                offsets.iter().map(of_point).collect()
            } else {
                Vec::new()
            },
            spread: build::spread(&shape).filter(|_| is_number),
            samples: offsets
                .iter()
                .flat_map(|offset| grid.values(*offset))
                .collect(),
            notes: offsets
                .iter()
                .flat_map(|offset| grid.notes(*offset, names_store))
                .enumerate()
                .filter_map(|(n, note)| Some((n, note?)))
                .collect(),
        });
        repeats = shape.repeats;
        inputs = axes.iter().filter_map(|axis| shape.dim(*axis)).collect();
    }
    Points {
        inputs,
        repeats,
        results,
    }
}

/// The offset of every point in the grid.
fn offsets(shape: &Shape, grid: &Grid, axes: &[usize]) -> Vec<usize> {
    let mut offsets = vec![0];
    for axis in axes {
        let levels = shape.levels(*axis);
        let along = |offset: &usize| {
            let offset = *offset;
            (0..levels).map(move |level| offset + grid.offset(Some(*axis), level))
        };
        offsets = offsets.iter().flat_map(along).collect();
    }
    offsets
}

#[cfg(test)]
mod tests {
    use super::*;
    use bencher_core::value::Kind;

    #[test]
    fn points_are_in_the_order_of_the_inputs_wherever_the_repeats_stand() {
        let levels = |name: &str, count: u64| {
            Dim::input(name, Kind::Uint(64), (0..count).map(Value::from).collect())
        };
        let dims = vec![levels("a", 2), Dim::repeats(2), levels("b", 3)];
        let cost = VariableInfo::new("cost", Kind::Float(64));
        let note = VariableInfo::new("note", Kind::Text);
        let mut dataset = Dataset::new("Costs", dims, vec![cost, note]).unwrap();
        for flat in 0..dataset.len() {
            let at = dataset.position(flat).unwrap();
            let value = 100.0 * at[0] as f64 + 10.0 * at[2] as f64 + at[1] as f64;
            let cost = dataset.variable_mut(0).unwrap();
            let state = CellState::Measured;
            cost.record(flat, &Value::from(value), state).unwrap();
        }
        let points = points(&dataset);
        let names: Vec<&str> = points.inputs.iter().map(|dim| dim.name.as_str()).collect();
        assert_eq!((names, points.repeats), (vec!["a", "b"], 2));
        let cost = &points.results[0];
        let values: Vec<Option<f64>> = cost.points.iter().map(|point| point.value).collect();
        let expected = [0.5, 10.5, 20.5, 100.5, 110.5, 120.5].map(Some);
        assert_eq!(values, expected);
        assert_eq!(cost.samples[3], Ok(Value::from(11.0)));
        assert!(cost.spread.is_some());
        let note = &points.results[1];
        assert_eq!((note.points.len(), note.samples.len()), (0, 12));
        assert!(note.samples.iter().all(Result::is_err));
        assert_eq!(samples(&dataset), 24);
    }
}
