//! Which point of the sweep a mark of a figure is, so that a click on it can show its samples.

use std::collections::{HashMap, HashSet};

use bencher_core::dataset::{Dataset, Dim, DimRole};
use bencher_core::value::{Kind, Value};
use serde_json::{Value as Json, json};

use crate::chart::text;
use crate::chart::{
    Axis, Chart, ChartKind, Facet, Marks, Panel, ParallelRow, Point, Series, Ticks, nested_name,
    short_levels,
};

/// Where the levels of the inputs lie in a figure: on its axes, among its series, in its panels. Inputs are numbered as
/// the page's data has them.
pub(super) fn places(chart: &Chart, dataset: &Dataset) -> Json {
    let is_input = |dim: &&Dim| dim.role == DimRole::Input;
    let inputs: Vec<&Dim> = dataset.dims().iter().filter(is_input).collect();
    if let Some(rows) = rows(chart, &inputs) {
        return json!({ "rows": rows });
    }
    if is_of_tables(chart, dataset) {
        return of_tables(chart, dataset, &inputs);
    }
    let (x, y) = (on_axis(&chart.x, &inputs), on_axis(&chart.y, &inputs));
    let named = named(chart, &inputs);
    if x.is_null() && y.is_null() && named.is_none() {
        return Json::Null;
    }
    // The series of a trade-off, and those of variants by their name, are in the names of points.
    let is_said = |input: &usize| {
        let mut levels = named.iter().flatten().flatten().flatten().flatten();
        chart.kind == ChartKind::Pareto || levels.any(|(named, _)| named == input)
    };
    let legend = chart.legend.as_ref().and_then(|legend| {
        let input = inputs.iter().position(|dim| dim.label() == *legend);
        input.filter(|input| !is_said(input))
    });
    json!({
        "x": x,
        "y": y,
        "legend": legend,
        "panels": of_panels(chart, &inputs),
        "named": named,
    })
}

/// Whether the axes are columns of tables within samples, whatever their names are.
fn is_of_tables(chart: &Chart, dataset: &Dataset) -> bool {
    let is_own = matches!(chart.kind, ChartKind::Custom | ChartKind::Panes);
    let variable = dataset.variable(&chart.result);
    !is_own && variable.is_ok_and(|variable| variable.info.kind == Kind::Table)
}

/// A mark is of the sample of its panel and, where there are several series, of its series; `repeats` says whether these
/// are the repeats.
fn of_tables(chart: &Chart, dataset: &Dataset, inputs: &[&Dim]) -> Json {
    let is_legend = |dim: &&Dim| chart.legend.as_ref() == Some(&dim.label());
    let is_repeat = |dim: &Dim| dim.role == DimRole::Repeat && is_legend(&dim);
    let columns: &[&Axis] = match chart.kind {
        ChartKind::Histogram => &[&chart.x],
        _ => &[&chart.x, &chart.y],
    };
    let columns = columns.iter().map(|axis| text::clip(&axis.label(), 60));
    json!({
        "legend": inputs.iter().position(is_legend),
        "repeats": dataset.dims().iter().any(is_repeat),
        "panels": of_panels(chart, inputs),
        "columns": columns.collect::<Vec<String>>(),
    })
}

/// The levels of each panel.
fn of_panels(chart: &Chart, inputs: &[&Dim]) -> Vec<Vec<Level>> {
    let panels = chart.panels.iter();
    panels.map(|panel| facet_levels(panel, inputs)).collect()
}

/// The levels of a panel's facets.
pub(in crate::render::html) fn facet_levels(panel: &Panel, inputs: &[&Dim]) -> Vec<Level> {
    let level = |facet: &Facet| {
        let input = inputs.iter().position(|dim| dim.name == facet.name)?;
        let dim = inputs.get(input)?;
        let is_it = |value: &Value| dim.kind.text(value) == facet.value;
        Some((input, dim.values.iter().position(is_it)?))
    };
    panel.facets.iter().filter_map(level).collect()
}

/// An input, and one of its levels.
type Level = (usize, usize);

/// The inputs on an axis, the last one innermost, and where each of their levels lies there; nothing for the axis of a
/// result.
fn on_axis(axis: &Axis, inputs: &[&Dim]) -> Json {
    if !axis.groups.is_empty() {
        let found = nested(axis, inputs).or_else(|| side_by_side(axis, inputs));
        return found.unwrap_or(Json::Null);
    }
    let Some(input) = inputs.iter().position(|dim| dim.name == axis.name) else {
        return Json::Null;
    };
    let levels = inputs.get(input).map_or(&[][..], |dim| &dim.values);
    let number = |value: &Value| value.as_f64();
    let places: Vec<Option<f64>> = match &axis.ticks {
        Ticks::Levels(names) if names.len() == levels.len() => {
            (0..levels.len()).map(|n| Some(n as f64)).collect()
        }
        Ticks::Linear | Ticks::Log => axis.shown_places(levels.iter().map(number)),
        Ticks::Time => levels.iter().map(number).collect(),
        Ticks::Levels(_) => return Json::Null,
    };
    json!({ "inputs": [input], "places": places, "isTime": axis.ticks == Ticks::Time })
}

/// An axis on which the levels of one input repeat within each level of another.
fn nested(axis: &Axis, inputs: &[&Dim]) -> Option<Json> {
    let count = axis.level_names().len();
    let pairs =
        (0..inputs.len()).flat_map(|outer| (0..inputs.len()).map(move |inner| [outer, inner]));
    let is_it = |pair: &[usize; 2]| {
        let [outer, inner] = pair.map(|input| inputs.get(input));
        outer.zip(inner).is_some_and(|(outer, inner)| {
            outer.len() * inner.len() == count
                && axis.name == nested_name(&inner.label(), &outer.label())
        })
    };
    let pair = pairs.into_iter().find(is_it)?;
    let places: Vec<usize> = (0..count).collect();
    Some(json!({ "inputs": pair, "places": places, "isTime": false }))
}

/// An axis with the levels of one input beside those of the next.
fn side_by_side(axis: &Axis, inputs: &[&Dim]) -> Option<Json> {
    let mut levels: Vec<Level> = Vec::new();
    for group in &axis.groups {
        let is_it = |dim: &&Dim| {
            let units = short_levels(dim).0;
            dim.len() == group.count && Axis::linear(&dim.name, &units).label() == group.label
        };
        let input = inputs.iter().position(is_it)?;
        levels.extend((0..group.count).map(|level| (input, level)));
    }
    let places: Vec<usize> = (0..levels.len()).collect();
    Some(json!({ "levels": levels, "places": places, "isTime": false }))
}

/// The levels of each point of each series of each panel, where points have a name: a number on the axis is only a part
/// of their level, or the axes are those of results.
fn named(chart: &Chart, inputs: &[&Dim]) -> Option<Vec<Vec<Vec<Vec<Level>>>>> {
    let lines = |panel: &Panel| match &panel.marks {
        Marks::Lines(series) => series.clone(),
        _ => Vec::new(),
    };
    let panels: Vec<Vec<Series>> = chart.panels.iter().map(lines).collect();
    let points = || panels.iter().flatten().flat_map(|one| &one.points);
    if !points().any(|point| point.place.is_some()) {
        return None;
    }
    let by_name: HashMap<String, Vec<Level>> = if chart.kind == ChartKind::Pareto {
        crate::deduce::labelled_points(inputs)
    } else {
        let is_named = |dim: &&&Dim| {
            let texts: HashSet<String> = dim.values.iter().map(Value::to_string).collect();
            points().all(|point| point.place.as_ref().is_none_or(|name| texts.contains(name)))
        };
        let input = inputs.iter().position(|dim| is_named(&dim))?;
        let levels = inputs.get(input)?.values.iter().enumerate();
        levels
            .map(|(level, value)| (value.to_string(), vec![(input, level)]))
            .collect()
    };
    let of_point = |point: &Point| {
        let name = point.place.as_ref();
        name.and_then(|name| by_name.get(name).cloned())
            .unwrap_or_default()
    };
    let of_series = |one: &Series| one.points.iter().map(of_point).collect();
    let of_panel = |series: &Vec<Series>| series.iter().map(of_series).collect();
    Some(panels.iter().map(of_panel).collect())
}

/// The input of an axis, and its levels by their coordinate.
type Column = (usize, HashMap<u64, usize>);

/// The levels of each row on parallel axes.
fn rows(chart: &Chart, inputs: &[&Dim]) -> Option<Vec<Vec<Level>>> {
    let parallel = chart.panels.iter().find_map(|panel| match &panel.marks {
        Marks::Parallel(parallel) => Some(parallel),
        _ => None,
    })?;
    let column = |axis: &Axis| -> Option<Column> {
        let input = inputs.iter().position(|dim| dim.name == axis.name)?;
        let levels = inputs.get(input)?.values.iter().enumerate();
        let is_level = !axis.level_names().is_empty();
        let place = |(level, value): (usize, &Value)| {
            let coordinate = if is_level {
                Some(level as f64)
            } else {
                value.as_f64()
            };
            Some((coordinate?.to_bits(), level))
        };
        Some((input, levels.filter_map(place).collect()))
    };
    let columns: Vec<_> = parallel.axes.iter().map(column).collect();
    let row = |row: &ParallelRow| -> Vec<Level> {
        let cells = columns.iter().zip(&row.inputs);
        let level = |(column, x): (&Option<Column>, &f64)| {
            let (input, levels) = column.as_ref()?;
            Some((*input, *levels.get(&x.to_bits())?))
        };
        cells.filter_map(level).collect()
    };
    Some(parallel.rows.iter().map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bencher_core::dataset::{CellState, VariableInfo};

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
        assert_eq!(found["x"]["inputs"], json!([0]));
        assert_eq!(found["x"]["places"].as_array().unwrap().len(), 2);
        assert_eq!((&found["legend"], &found["y"]), (&json!(1), &Json::Null));
        assert_eq!(found["panels"], json!([[[2, 0]], [[2, 1]]]));
    }
}
