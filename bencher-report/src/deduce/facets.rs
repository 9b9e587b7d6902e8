use crate::chart::{Facet, text};

use super::grid::Grid;
use super::shape::Shape;

/// Panels that a reader can still take in, and a page still draws at once.
pub(super) const PANELS: usize = 25;
/// Panels that stand side by side.
const COLUMNS: usize = 4;
/// Samples that have a pane each.
const PANES: usize = 200;
/// Panes that stand side by side where rows and columns have a meaning; a page can be scrolled.
const PANE_COLUMNS: usize = 24;

/// The inputs that the axes of a panel do not show, spread over panels.
pub(super) struct Facets {
    /// Every panel's place, in reading order.
    pub(super) places: Vec<PanelPosition>,
    /// How many panels stand side by side.
    pub(super) columns: usize,
    /// The note where panels were omitted.
    pub(super) note: Option<String>,
}

/// One panel's place.
pub(super) struct PanelPosition {
    pub(super) facets: Vec<Facet>,
    /// The offset of its cells.
    pub(super) offset: usize,
}

impl Facets {
    /// Peels the inputs that `shown` does not hold, from the last declared: the first of them is
    /// the innermost and runs left to right, the others top to bottom.
    pub(super) fn of(shape: &Shape, grid: &Grid, shown: &[Option<usize>]) -> Self {
        let peeled: Vec<usize> = shape
            .inputs()
            .into_iter()
            .filter(|axis| !shown.contains(&Some(*axis)))
            .collect();
        Self::over(shape, grid, peeled, PANELS, "panels")
    }

    /// A place for every sample: the first input runs left to right, then come the repeats.
    pub(super) fn of_samples(shape: &Shape, grid: &Grid) -> Self {
        let mut axes = shape.inputs();
        if let Some(repeat) = shape.repeat.filter(|_| shape.repeated()) {
            axes.insert(axes.len().min(1), repeat);
        }
        let inner = axes.first().map_or(1, |axis| shape.levels(*axis));
        let square = axes.len() > 1 && inner <= PANE_COLUMNS;
        let mut facets = Self::over(shape, grid, axes, PANES, "samples");
        if square {
            facets.columns = inner.max(1);
        }
        facets
    }

    /// Places over some inputs; the first one is the innermost.
    fn over(shape: &Shape, grid: &Grid, mut peeled: Vec<usize>, most: usize, what: &str) -> Self {
        let inner = peeled.first().map_or(1, |axis| shape.levels(*axis));
        peeled.reverse();
        let total = peeled
            .iter()
            .fold(1_usize, |n, axis| n.saturating_mul(shape.levels(*axis)));
        let mut places = Vec::new();
        for panel in 0..total.min(most) {
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
            places.push(PanelPosition { facets, offset });
        }
        let names: Vec<&str> = peeled
            .iter()
            .rev()
            .filter_map(|axis| Some(shape.dim(*axis)?.name.as_str()))
            .collect();
        let note = (total > most).then(|| {
            format!(
                "The first {most} of {total} {what} over {} are drawn; the stored results have \
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
    let value = dim.values.get(position)?;
    Some(Facet {
        name: dim.name.clone(),
        units: dim.units.clone(),
        value: dim.kind.text(value),
        shown: text::level(dim, value),
    })
}
