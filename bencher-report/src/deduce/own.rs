//! The charts of plots of a program's own, made fit for every renderer.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bencher_core::bench::{OwnPlot, PlotSelection};
use bencher_core::dataset::Dataset;

use crate::chart::{
    Axis, Chart, ChartKind, Field, Gap, GapKind, HeatMap, Marks, Point, Ticks, text,
};
use crate::custom::SweepPlot;

use super::Explanation;
use super::build::frame;

/// The chart of a plot; the reason where it is not drawn.
pub(super) fn chart(
    plot: &SweepPlot,
    dataset: &Dataset,
    plots: PlotSelection,
) -> Result<Chart, String> {
    if !wants_own_plots(plots) {
        return Err(unwanted(plots));
    }
    // The program's code is not the report's: its panic is a reason, not the end.
    let drawn = catch_unwind(AssertUnwindSafe(|| plot.get().chart(dataset)));
    let mut chart = drawn.map_err(|_| "the plot panicked".to_owned())??;
    chart.kind = ChartKind::Custom;
    plot.get().name().clone_into(&mut chart.id);
    if chart.panels.is_empty() {
        return Err("the plot has no panel".to_owned());
    }
    chart.columns = chart.columns.clamp(1, chart.panels.len());
    if chart.alt.is_empty() {
        chart.alt = format!("{}: {}", plot.get().name(), chart.title);
    }
    let is_text = |marks: &Marks| matches!(marks, Marks::Table(_) | Marks::Pane(_));
    if chart.panels.iter().any(|panel| is_text(&panel.marks)) {
        return Err("a plot of its own has marks on axes, not tables or texts".to_owned());
    }
    for panel in &mut chart.panels {
        mend(&mut panel.marks, &chart.x, &chart.y)?;
    }
    fit(&mut chart);
    Ok(chart)
}

/// Why plots of the program's own are not drawn where the reader chose others.
fn unwanted(plots: PlotSelection) -> String {
    format!("not among the chosen plots: {plots}")
}

/// Whether plots of the program's own belong to the chosen ones.
pub(crate) fn wants_own_plots(plots: PlotSelection) -> bool {
    plots.has_auto() || plots.contains(ChartKind::Custom.slug())
}

/// Why each plot is drawn, or not.
pub(super) fn explain(
    own: &[SweepPlot],
    dataset: &Dataset,
    plots: PlotSelection,
) -> Vec<Explanation> {
    let explanation = |result: &str, reason: Result<(), String>| Explanation {
        result: result.to_owned(),
        kind: ChartKind::Custom,
        chosen: reason.is_ok(),
        reason: reason
            .err()
            .unwrap_or_else(|| "a plot of the program's own".to_owned()),
    };
    let chosen = plots.contains(ChartKind::Custom.slug());
    match dataset.attributes.get(OwnPlot::ATTRIBUTE) {
        Some(names) if own.is_empty() => {
            let reason = if wants_own_plots(plots) {
                format!(
                    "{names}: it is code of that program, which draws it whenever it runs with its report; stored \
                     samples are not taken again"
                )
            } else {
                unwanted(plots)
            };
            return vec![explanation("", Err(reason))];
        }
        None if own.is_empty() && chosen => {
            let reason = "the sweep has no plot of its own".to_owned();
            return vec![explanation("", Err(reason))];
        }
        _ => {}
    }
    let one =
        |plot: &SweepPlot| explanation(plot.get().name(), chart(plot, dataset, plots).map(drop));
    own.iter().map(one).collect()
}

/// Makes numbers that are not finite gaps, and rejects marks that do not fit their axes.
fn mend(marks: &mut Marks, x: &Axis, y: &Axis) -> Result<(), String> {
    match marks {
        Marks::Lines(series) => {
            for one in series {
                one.points.retain(|point| point.x.is_finite());
                one.points.iter_mut().for_each(mend_point);
            }
        }
        Marks::Bars(series) => {
            for one in series {
                levels(x, one.points.len(), "bars")?;
                for (n, point) in one.points.iter_mut().enumerate() {
                    point.x = n as f64;
                    mend_point(point);
                }
            }
        }
        Marks::Boxes(series) => {
            for one in series {
                levels(x, one.boxes.len(), "boxes")?;
                for (n, mark) in one.boxes.iter_mut().enumerate() {
                    mark.x = n as f64;
                    let is_finite = |q: &crate::chart::Quartiles| {
                        [q.low, q.q1, q.median, q.q3, q.high]
                            .iter()
                            .all(|x| x.is_finite())
                    };
                    mark.quartiles = mark.quartiles.filter(is_finite);
                    mark.centre = mark.centre.filter(crate::chart::Centre::is_finite);
                    mark.outliers.retain(|x| x.is_finite());
                    mark.outline
                        .retain(|(x, share)| x.is_finite() && share.is_finite());
                }
            }
        }
        Marks::HeatMap(map) => mend_map(map, x, y)?,
        Marks::Field(field) => mend_field(field)?,
        Marks::Hexbin(hexbin) => {
            let is_size = |x: f64| x.is_finite() && x > 0.0;
            if !is_size(hexbin.width) || !is_size(hexbin.step) {
                return Err("hexagons need a width and a distance of rows above zero".to_owned());
            }
            hexbin
                .cells
                .retain(|cell| cell.x.is_finite() && cell.y.is_finite());
        }
        Marks::Parallel(parallel) => {
            let inputs = parallel.axes.len().saturating_sub(1);
            let fits = parallel.rows.iter().all(|row| row.inputs.len() == inputs);
            if !fits || inputs == 0 {
                return Err(format!(
                    "each row needs a coordinate on {inputs} axes, and one axis more for its value"
                ));
            }
            parallel
                .rows
                .retain(|row| row.inputs.iter().all(|x| x.is_finite()));
            for row in &mut parallel.rows {
                row.value = row.value.filter(|x| x.is_finite());
            }
        }
        Marks::Histogram(histogram) => {
            let ascends = histogram
                .edges
                .windows(2)
                .all(|pair| pair.first() < pair.last());
            if histogram.edges.len() != histogram.counts.len() + 1 || !ascends {
                return Err("a histogram needs ascending edges, one more than counts".to_owned());
            }
        }
        Marks::Table(_) | Marks::Pane(_) => {}
    }
    Ok(())
}

/// Rejects an axis that is not one of as many levels.
fn levels(axis: &Axis, count: usize, what: &str) -> Result<(), String> {
    match &axis.ticks {
        Ticks::Levels(levels) if levels.len() == count => Ok(()),
        Ticks::Levels(levels) => Err(format!(
            "{what} need a level for each of their {count} places; the axis {} has {}",
            axis.name,
            levels.len()
        )),
        _ => Err(format!(
            "{what} stand on levels: make the axis {} with `Axis::levels`",
            axis.name
        )),
    }
}

fn mend_map(map: &mut HeatMap, x: &Axis, y: &Axis) -> Result<(), String> {
    let width = map.width.max(1);
    levels(x, map.width, "cells")?;
    levels(y, map.values.len().div_ceil(width), "cells")?;
    if !map.values.len().is_multiple_of(width) {
        let cells = map.values.len();
        return Err(format!("{cells} cells are no rows of {}", map.width));
    }
    mend_values(&mut map.values, &mut map.bounds);
    Ok(())
}

fn mend_values(values: &mut [Option<f64>], bounds: &mut [Option<(f64, f64)>]) {
    for value in values {
        *value = value.filter(|x| x.is_finite());
    }
    for pair in bounds {
        *pair = pair.filter(|(low, high)| low.is_finite() && high.is_finite());
    }
}

fn mend_field(field: &mut Field) -> Result<(), String> {
    let places = field.x.len() * field.y.len() * field.z.len().max(1);
    if places != field.values.len() {
        let values = field.values.len();
        return Err(format!("{values} values are not those of {places} places"));
    }
    mend_values(&mut field.values, &mut field.bounds);
    let ascends = |numbers: &[f64]| {
        let is_ordered = numbers.windows(2).all(|pair| pair.first() < pair.last());
        is_ordered && numbers.iter().all(|x| x.is_finite())
    };
    if ascends(&field.x) && ascends(&field.y) && ascends(&field.z) {
        Ok(())
    } else {
        Err("the numbers of a field's inputs do not ascend".to_owned())
    }
}

fn mend_point(point: &mut Point) {
    let given = point.y;
    point.y = point.y.filter(|y| y.is_finite());
    let is_finite = |(low, high): &(f64, f64)| low.is_finite() && high.is_finite();
    point.bounds = point.bounds.filter(is_finite);
    point.outer = point.outer.filter(is_finite);
    if point.y.is_none() && point.gap.is_none() {
        point.absent = point.absent.max(1);
        point.gap = Some(Gap {
            kind: if given.is_some() {
                GapKind::NotFinite
            } else {
                GapKind::Missing
            },
            reason: given.map(bencher_core::value::float_text),
        });
    }
}

/// Gives axes the ranges that they lack, or that the marks do not allow.
pub(super) fn fit(chart: &mut Chart) {
    let (mut xs, mut ys, mut colors, mut depths) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for panel in &chart.panels {
        match &panel.marks {
            Marks::Lines(series) | Marks::Bars(series) => {
                for point in series.iter().flat_map(|one| &one.points) {
                    xs.push(point.x);
                    ys.extend(point.y);
                    let bounds = point.bounds.into_iter().chain(point.outer);
                    ys.extend(bounds.flat_map(|(low, high)| [low, high]));
                }
            }
            Marks::Boxes(series) => {
                for mark in series.iter().flat_map(|one| &one.boxes) {
                    let five = mark
                        .quartiles
                        .map(|q| [q.low, q.q1, q.median, q.q3, q.high]);
                    ys.extend(
                        five.into_iter()
                            .flatten()
                            .chain(mark.outliers.iter().copied()),
                    );
                    ys.extend(mark.outline.iter().map(|(y, _)| *y));
                }
            }
            Marks::HeatMap(map) => colors.extend(map.values.iter().copied().flatten()),
            Marks::Field(field) => {
                xs.extend(&field.x);
                ys.extend(&field.y);
                depths.extend(&field.z);
                colors.extend(field.values.iter().copied().flatten());
            }
            Marks::Hexbin(hexbin) => {
                for cell in &hexbin.cells {
                    for (x, y) in hexbin.corners(cell) {
                        xs.push(x);
                        ys.push(y);
                    }
                    colors.push(cell.count as f64);
                }
            }
            Marks::Histogram(histogram) => {
                xs.extend(&histogram.edges);
                ys.extend(histogram.counts.iter().map(|count| *count as f64));
                ys.push(0.0);
            }
            Marks::Parallel(parallel) => {
                colors.extend(parallel.rows.iter().filter_map(|row| row.value));
            }
            Marks::Table(_) | Marks::Pane(_) => {}
        }
    }
    if chart.stands_on_zero() {
        ys.push(0.0);
    }
    let is_colored = |marks: &Marks| {
        matches!(
            marks,
            Marks::HeatMap(_) | Marks::Field(_) | Marks::Hexbin(_) | Marks::Parallel(_)
        )
    };
    if chart.panels.iter().any(|panel| is_colored(&panel.marks)) && chart.color.is_none() {
        chart.color = Some(Axis::linear("value", ""));
    }
    let is_deep = !depths.is_empty();
    if is_deep && chart.depth.is_none() {
        chart.depth = Some(Axis::linear("z", ""));
    }
    chart.depth = chart.depth.take().filter(|_| is_deep);
    let depth = chart.depth.iter_mut().map(|axis| (axis, depths.as_slice()));
    let color = chart.color.iter_mut().map(|axis| (axis, colors.as_slice()));
    let axes = [(&mut chart.x, xs.as_slice()), (&mut chart.y, ys.as_slice())];
    for (axis, numbers) in axes.into_iter().chain(color).chain(depth) {
        fit_axis(axis, numbers);
    }
    for panel in &mut chart.panels {
        if let Marks::Parallel(parallel) = &mut panel.marks {
            for n in 0..parallel.axes.len() {
                let column = parallel
                    .rows
                    .iter()
                    .filter_map(|row| row.inputs.get(n).copied().or(row.value));
                let column: Vec<f64> = column.collect();
                if let Some(axis) = parallel.axes.get_mut(n) {
                    fit_axis(axis, &column);
                }
            }
            let names = parallel.axes.iter().map(Axis::label).collect();
            chart.x = Axis::levels("", names);
            chart.y.range = Some((0.0, 1.0));
        }
    }
    for note in &mut chart.notes {
        *note = text::clip(note, 1000);
    }
}

/// The range of an axis is that of the marks where it has none; a logarithmic one needs numbers above zero.
fn fit_axis(axis: &mut Axis, numbers: &[f64]) {
    let found = frame::range(numbers.iter().copied());
    let wider = axis
        .range
        .zip(found)
        .map(|(own, found)| (own.0.min(found.0), own.1.max(found.1)));
    let is_finite = |(low, high): &(f64, f64)| low.is_finite() && high.is_finite();
    axis.range = wider.filter(is_finite).or(found);
    axis.shift = 0;
    axis.limits = axis.limits.filter(|(low, high)| low < high);
    if axis.is_log() && axis.range.is_none_or(|(low, _)| low <= 0.0) {
        axis.ticks = Ticks::Linear;
    }
}
