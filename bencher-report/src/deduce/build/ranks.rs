use std::collections::BTreeMap;

use bencher_core::dataset::{Dim, DimRole, PointValue};

use crate::chart::Rank;
use crate::deduce::grid::Grid;
use crate::deduce::shape::Shape;

/// Points up to which cells are large enough for a sign.
const POINTS: usize = 4000;

/// Which points are best, or not decided against the best, by their offset in the grid. None where the result has no
/// direction or points have no bounds, and where the best point is not among those that have a value.
pub(super) fn ranks(shape: &Shape, grid: &Grid) -> BTreeMap<usize, Rank> {
    found(shape, grid).unwrap_or_default()
}

fn found(shape: &Shape, grid: &Grid) -> Option<BTreeMap<usize, Rank>> {
    let dims = shape.dataset.dims();
    let inputs = || dims.iter().filter(|dim| dim.role != DimRole::Repeat);
    let count = inputs()
        .map(Dim::len)
        .try_fold(1_usize, usize::checked_mul)?;
    let is_of_time = |dim: &Dim| dim.role == DimRole::Time && dim.len() > 1;
    if !shape.repeated() || count > POINTS || inputs().any(is_of_time) {
        return None;
    }
    let found = shape.dataset.optimum(&shape.variable.info.name).ok()??;
    let has_bounds = |point: &PointValue| point.lower.is_some() && point.upper.is_some();
    if found.below_resolution > 0 || found.is_tie() || !has_bounds(&found.best) {
        return None;
    }
    let offset = |point: &PointValue| -> Option<usize> {
        let mut offset = 0;
        for (name, value) in &point.at {
            let axis = dims.iter().position(|dim| dim.name == *name)?;
            let position = dims.get(axis)?.values.iter().position(|one| one == value)?;
            offset += grid.offset(Some(axis), position);
        }
        Some(offset)
    };
    let rivals = found.undecided.iter().filter(|point| has_bounds(point));
    let rivals = rivals.map(|point| Some((offset(point)?, Rank::Undecided)));
    let best = std::iter::once(Some((offset(&found.best)?, Rank::Best)));
    best.chain(rivals).collect()
}

#[cfg(test)]
mod tests {
    use bencher_core::dataset::{CellState, Dataset, VariableInfo};
    use bencher_core::value::{Kind, Value};
    use bencher_core::var::Direction;

    use super::*;
    use crate::chart::{Chart, Marks};

    /// The heat map of a grid of two by two points, with their repeats.
    fn map(repeats: [&[f64]; 4]) -> Chart {
        let numbers = |name: &str| {
            let levels = vec![Value::from(1), Value::from(2)];
            Dim::input(name, Kind::Uint(64), levels)
        };
        let count = repeats[0].len();
        let dims = vec![
            numbers("a"),
            numbers("b"),
            Dim::repeats(u32::try_from(count).unwrap()),
        ];
        let info = VariableInfo {
            direction: Direction::Minimize,
            ..VariableInfo::new("cost", Kind::Float(64))
        };
        let mut dataset = Dataset::new("Costs", dims, vec![info]).unwrap();
        for (flat, x) in repeats.into_iter().flatten().enumerate() {
            let cost = dataset.variable_mut(0).unwrap();
            cost.record(flat, &Value::Float(*x), CellState::Measured)
                .unwrap();
        }
        crate::deduce::deduce(&dataset).swap_remove(0)
    }

    fn ranks(chart: &Chart) -> Vec<(usize, Rank)> {
        let Marks::HeatMap(map) = &chart.panels[0].marks else {
            panic!("{chart:?}");
        };
        map.ranks
            .iter()
            .map(|(cell, rank)| (*cell, *rank))
            .collect()
    }

    #[test]
    fn cells_whose_bounds_overlap_those_of_the_best_are_marked() {
        let low = [1.0, 1.1, 0.9, 1.05, 0.95, 1.0, 1.02, 0.98];
        let near = low.map(|x| x + 0.01);
        let far = low.map(|x| x + 9.0);
        // In the order of the grid: a=1 b=1, a=1 b=2, a=2 b=1, a=2 b=2; a row of cells has the levels of `a`.
        let chart = map([&far, &low, &far, &near]);
        assert_eq!(ranks(&chart), [(2, Rank::Best), (3, Rank::Undecided)]);
        let note = "✓ best; ≈ not decided against the best: the bounds overlap (1 cell)";
        assert_eq!(chart.notes[0], note);
        let chart = map([&far, &low, &far, &far]);
        assert_eq!(ranks(&chart), [(2, Rank::Best)]);
        assert!(chart.notes[0].contains("are apart from those of all other cells"));
    }

    #[test]
    fn without_bounds_no_cell_is_marked() {
        for few in [&[1.0][..], &[1.0, 1.1]] {
            let chart = map([
                few,
                &few.iter().map(|x| x + 9.0).collect::<Vec<f64>>(),
                few,
                few,
            ]);
            assert_eq!((ranks(&chart), chart.rank_note()), (Vec::new(), None));
        }
        // Equal everywhere: none is better than another.
        let chart = map([&[1.0; 8]; 4]);
        assert_eq!(ranks(&chart), []);
    }
}
