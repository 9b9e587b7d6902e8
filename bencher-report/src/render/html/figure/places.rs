//! Which point of the sweep a mark of a figure is, so that a click on it can show its samples.

use bencher_core::dataset::{Dataset, Dim, DimRole};
use serde_json::{Value as Json, json};

use crate::chart::{Axis, Chart, Panel, Ticks};

/// Where the levels of the inputs lie in a figure: on its axes, among its series, in its panels. Inputs are numbered as
/// the page's data has them.
pub(super) fn places(chart: &Chart, dataset: &Dataset) -> Json {
    let is_input = |dim: &&Dim| dim.role == DimRole::Input;
    let inputs: Vec<&Dim> = dataset.dims().iter().filter(is_input).collect();
    let (x, y) = (on_axis(&chart.x, &inputs), on_axis(&chart.y, &inputs));
    if x.is_null() && y.is_null() {
        return Json::Null;
    }
    let legend = chart.legend.as_ref().and_then(|legend| {
        let mut inputs = inputs.iter();
        inputs.position(|dim| dim.label() == *legend)
    });
    let panel = |panel: &Panel| -> Vec<(usize, usize)> {
        let facets = panel.facets.iter();
        facets
            .filter_map(|facet| {
                let input = inputs.iter().position(|dim| dim.name == facet.name)?;
                let mut levels = inputs.get(input)?.values.iter();
                let level = levels.position(|value| {
                    let kind = inputs.get(input).map(|dim| dim.kind);
                    kind.is_some_and(|kind| kind.text(value) == facet.value)
                })?;
                Some((input, level))
            })
            .collect()
    };
    json!({
        "x": x,
        "y": y,
        "legend": legend,
        "panels": chart.panels.iter().map(panel).collect::<Vec<_>>(),
    })
}

/// The input on an axis, and where each of its levels lies there; nothing for the axis of a result, of moments, and of
/// nested levels.
fn on_axis(axis: &Axis, inputs: &[&Dim]) -> Json {
    let Some(input) = inputs.iter().position(|dim| dim.name == axis.name) else {
        return Json::Null;
    };
    let levels = inputs.get(input).map_or(&[][..], |dim| &dim.values);
    let places: Vec<Option<f64>> = match &axis.ticks {
        Ticks::Levels(names) if axis.groups.is_empty() && names.len() == levels.len() => {
            (0..levels.len()).map(|n| Some(n as f64)).collect()
        }
        Ticks::Linear | Ticks::Log => {
            let number = |value: &bencher_core::value::Value| value.as_f64();
            axis.shown_places(levels.iter().map(number))
        }
        Ticks::Levels(_) | Ticks::Time => return Json::Null,
    };
    json!({ "input": input, "places": places })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bencher_core::dataset::{CellState, VariableInfo};
    use bencher_core::value::{Kind, Value};

    #[test]
    fn levels_are_found_on_axes_series_and_panels() {
        let sizes = [1024_u64, 1_048_576].map(Value::from).to_vec();
        let mut size = Dim::input("size", Kind::Uint(64), sizes);
        size.units = "B".to_owned();
        let names = |name: &str, levels: [&str; 2]| {
            Dim::input(name, Kind::Category, levels.map(Value::from).to_vec())
        };
        let dims = vec![size, names("algo", ["a", "b"]), names("mode", ["x", "y"])];
        let cost = VariableInfo::new("cost", Kind::Float(64));
        let mut dataset = Dataset::new("Costs", dims, vec![cost]).unwrap();
        for flat in 0..dataset.len() {
            let cost = dataset.variable_mut(0).unwrap();
            let value = Value::from(flat as f64 + 1.0);
            cost.record(flat, &value, CellState::Measured).unwrap();
        }
        let charts = crate::deduce::deduce(&dataset);
        let found = places(&charts[0], &dataset);
        assert_eq!(found["x"]["input"], 0);
        assert_eq!(found["x"]["places"].as_array().unwrap().len(), 2);
        assert_eq!((&found["legend"], &found["y"]), (&json!(1), &Json::Null));
        assert_eq!(found["panels"], json!([[[2, 0]], [[2, 1]]]));
    }
}
