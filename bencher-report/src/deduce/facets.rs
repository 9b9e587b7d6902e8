use crate::chart::{Facet, text};

use super::grid::Grid;
use super::shape::Shape;

/// Panels that a reader can still take in, and a page still draws at once.
pub(super) const PANELS: usize = 25;
/// Panels that stand side by side.
const COLUMNS: usize = 4;

/// The inputs that the axes of a panel do not show, spread over panels.
pub(super) struct Facets {
    /// Every panel's place, in reading order.
    pub(super) places: Vec<Place>,
    /// How many panels stand side by side.
    pub(super) columns: usize,
    /// Said where panels were left out.
    pub(super) note: Option<String>,
}

/// One panel's place.
pub(super) struct Place {
    pub(super) facets: Vec<Facet>,
    /// The offset of its cells.
    pub(super) offset: usize,
}

impl Facets {
    /// Peels the inputs that `shown` does not hold, from the last declared: the first of them is
    /// the innermost and runs left to right, the others top to bottom.
    pub(super) fn of(shape: &Shape, grid: &Grid, shown: &[Option<usize>]) -> Self {
        let mut peeled: Vec<usize> = shape
            .inputs()
            .into_iter()
            .filter(|axis| !shown.contains(&Some(*axis)))
            .collect();
        let inner = peeled.first().map_or(1, |axis| shape.levels(*axis));
        peeled.reverse();
        let total = peeled
            .iter()
            .fold(1_usize, |n, axis| n.saturating_mul(shape.levels(*axis)));
        let mut places = Vec::new();
        for panel in 0..total.min(PANELS) {
            let mut rest = panel;
            let mut facets = Vec::new();
            let mut offset = 0;
            for axis in peeled.iter().rev() {
                let levels = shape.levels(*axis).max(1);
                let position = rest % levels;
                rest /= levels;
                offset += grid.offset(Some(*axis), position);
                facets.extend(facet(shape, *axis, position));
            }
            facets.reverse();
            places.push(Place { facets, offset });
        }
        let names: Vec<&str> = peeled
            .iter()
            .rev()
            .filter_map(|axis| Some(shape.dim(*axis)?.name.as_str()))
            .collect();
        let note = (total > PANELS).then(|| {
            format!(
                "The first {PANELS} of {total} panels over {} are drawn; the stored results have \
                 them all.",
                text::clip(&names.join(", "), 80)
            )
        });
        Self {
            places,
            columns: if inner <= COLUMNS + 1 { inner } else { COLUMNS }.max(1),
            note,
        }
    }
}

fn facet(shape: &Shape, axis: usize, position: usize) -> Option<Facet> {
    let dim = shape.dim(axis)?;
    let levels = text::levels(dim);
    let mut value = levels.get(position)?.clone();
    if !dim.units.is_empty() {
        value = format!("{value} {}", dim.units);
    }
    Some(Facet {
        name: dim.name.clone(),
        value,
    })
}
