//! Builds charts from a chosen kind and a shape, with one module for each kind.

mod band;
mod bars;
mod boxes;
mod colors;
mod distribution;
mod field;
pub(super) mod frame;
mod heat_map;
mod histogram;
mod interaction;
mod lines;
mod main_effects;
mod numbering;
mod panes;
mod parallel;
mod pareto;
mod ranks;
mod ratio;
mod sample_fields;
mod sample_tables;
mod scaling;
mod table;
mod violins;

pub(super) use frame::log_note;
#[cfg(feature = "html")]
pub(super) use frame::spread;

use crate::chart::{Chart, ChartKind};
#[cfg(feature = "html")]
use crate::over_time::PointOfRun;

#[cfg(feature = "html")]
use super::grid::Samples;
use super::shape::{Shape, Sort};

/// The charts of a kind: one, or as many as the tables of a result have columns; none where the
/// shape has no room for it.
pub(super) fn charts(kind: ChartKind, shape: &Shape) -> Vec<Chart> {
    let tables = matches!(shape.sort, Sort::Table(_));
    let chart = match kind {
        ChartKind::Histogram if tables => sample_tables::histogram(shape),
        ChartKind::Line | ChartKind::Scatter if tables => {
            return sample_tables::lines(kind, shape);
        }
        ChartKind::HeatMap if tables => sample_fields::heat_map(shape),
        ChartKind::Hexbin if tables => sample_fields::hexbin(shape),
        ChartKind::Volume if tables => sample_fields::volume(shape),
        ChartKind::Histogram => Some(histogram::chart(shape)),
        ChartKind::Bar => Some(bars::chart(shape)),
        ChartKind::Box => boxes::chart(shape),
        ChartKind::Line | ChartKind::Curve => lines::chart(kind, shape),
        ChartKind::HeatMap => heat_map::chart(shape),
        ChartKind::Table => Some(table::chart(shape)),
        ChartKind::Panes => Some(panes::chart(shape)),
        ChartKind::MainEffects => return main_effects::charts(shape),
        ChartKind::Ratio => ratio::chart(shape),
        ChartKind::Ecdf => Some(distribution::ecdf(shape)),
        ChartKind::Violin => violins::chart(shape),
        ChartKind::Scatter => Some(distribution::scatter(shape)),
        ChartKind::Pareto => pareto::chart(shape),
        ChartKind::Scaling => scaling::chart(shape),
        ChartKind::Band => band::chart(shape),
        ChartKind::Contour | ChartKind::Surface | ChartKind::Volume => field::chart(kind, shape),
        ChartKind::Interaction => return interaction::charts(shape),
        ChartKind::Parallel => parallel::chart(shape),
        _ => None,
    };
    chart.into_iter().collect()
}

/// The value of a point with its bounds, as every figure shows it.
#[cfg(feature = "html")]
pub(super) fn point_of(shape: &Shape, samples: &Samples) -> PointOfRun {
    let point = frame::point(shape, 0.0, samples);
    PointOfRun {
        value: point.y,
        bounds: point.bounds,
        state: point
            .gap
            .map_or_else(Default::default, |gap| gap.kind.state()),
    }
}
