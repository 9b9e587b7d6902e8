use std::sync::Arc;

use bencher_core::value::{Kind, Value};

use crate::chart::{Axis, Chart, ChartKind, Gap, Marks, Pane};
use crate::deduce::facets::Facets;
use crate::deduce::grid::Grid;
use crate::deduce::sample_table::decode;
use crate::deduce::shape::Shape;

use super::frame;

/// A pane for every sample, laid out over the inputs and the repeats.
pub(super) fn chart(shape: &Shape) -> Chart {
    let grid = Grid::of(shape);
    let facets = Facets::of_samples(shape, &grid);
    let axes = (Axis::linear("", ""), frame::value_axis(shape));
    frame::chart(ChartKind::Panes, shape, axes, facets, |at| {
        Marks::Pane(pane(shape, grid.value(at)))
    })
}

fn pane(shape: &Shape, value: Result<Value, Gap>) -> Pane {
    match value {
        Err(gap) => Pane::Absent(gap),
        Ok(Value::Payload(payload))
            if shape.variable.info.kind == Kind::Table && payload.content().is_some() =>
        {
            match decode(Ok(Value::Payload(payload))) {
                Ok(table) => Pane::Table(Arc::new(table)),
                Err(gap) => Pane::Absent(gap),
            }
        }
        // One whose content is gone can still be named.
        Ok(Value::Payload(payload)) => Pane::Payload(payload),
        Ok(value) => Pane::Text(value.to_string()),
    }
}
