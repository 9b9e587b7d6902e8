//! Figures whose panels do not share the axis of their values.

use bencher_core::dataset::{Dataset, OWN_AXES};

use crate::chart::{Chart, ChartKind, Panel};

use super::build;
use super::shape::Shape;

/// The chart as it is; or, of a result whose panels have axes of their own, a chart for each panel.
pub(super) fn charts(chart: Chart, kind: ChartKind, shape: &Shape) -> Vec<Chart> {
    if chart.panels.len() < 2 || !has_own_axis(shape) {
        return vec![chart];
    }
    let of_panel = |panel: &Panel| own_chart(&chart, panel, kind, shape);
    let own: Option<Vec<Chart>> = chart.panels.iter().map(of_panel).collect();
    own.unwrap_or_else(|| vec![chart])
}

fn has_own_axis(shape: &Shape) -> bool {
    let names = shape.dataset.attributes.get(OWN_AXES);
    let mut names = names.into_iter().flat_map(|names| names.split(", "));
    // The parts of a vector are `position.x` or `position[0]`.
    let result = shape.variable.info.name.split(['.', '[']).next();
    names.any(|name| Some(name) == result)
}

/// The chart of the part of the data that a panel shows.
fn own_chart(chart: &Chart, panel: &Panel, kind: ChartKind, shape: &Shape) -> Option<Chart> {
    let mut data: Dataset = shape.dataset.clone();
    for facet in &panel.facets {
        let dim = data.dim(&facet.name).ok()?;
        let mut values = dim.values.iter();
        let value = values.find(|value| dim.kind.text(value) == facet.value)?;
        data = data.select(&facet.name, value.clone()).ok()?;
    }
    let variable = data.variable(&chart.result).ok()?;
    let mut charts = build::charts(kind, &Shape::of(&data, variable)).into_iter();
    let mut own = charts.find(|one| one.id == chart.id && one.panels.len() == 1)?;
    // The title of the part names the inputs that it still has.
    own.title = format!("{}, {}", own.title, panel.label());
    if let Some(only) = own.panels.first_mut() {
        only.facets.clone_from(&panel.facets);
    }
    Some(own)
}
