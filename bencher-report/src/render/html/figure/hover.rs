//! The hover texts of marks.

use crate::chart::{Axis, BoxMark, Chart, ChartKind, Field, Gap, Hexagon, Point, Ticks, text};

use super::super::text::plotly;

/// The hover text of a point: place, value, spread, samples, and what is absent.
pub(super) fn point(chart: &Chart, series: &str, point: &Point) -> String {
    let mut lines = match (&point.place, chart.kind) {
        (Some(at), ChartKind::Pareto | ChartKind::Search) => {
            let x = format!("{}: {}", chart.x.heading(), chart.x.value(point.x));
            vec![at.clone(), x]
        }
        (full, _) => place_of(chart, series, point.x, full.as_deref()),
    };
    if let Some(y) = point.y {
        let mut line = format!("{}: {}", chart.y.heading(), chart.y.value(y));
        if let Some((low, high)) = point.bounds {
            line = format!("{line} ({} … {})", chart.y.value(low), chart.y.value(high));
        }
        lines.push(line);
        if let Some((low, high)) = point.outer {
            lines.push(format!(
                "10 % to 90 %: {} … {}",
                chart.y.value(low),
                chart.y.value(high)
            ));
        }
    }
    lines.push(point.sign.name().to_owned());
    lines.retain(|line| !line.is_empty());
    lines.extend(samples(point.samples, point.absent, point.gap.as_ref()));
    join(&lines)
}

/// The hover text of a box.
pub(super) fn boxed(chart: &Chart, series: &str, mark: &BoxMark) -> String {
    let mut lines = place_of(chart, series, mark.x, None);
    if let Some(q) = mark.quartiles {
        lines.push(format!(
            "median {}, quartiles {} … {}",
            chart.y.value(q.median),
            chart.y.value(q.q1),
            chart.y.value(q.q3)
        ));
    }
    if let Some(centre) = mark.centre {
        let mut line = format!("centre {}", chart.y.value(centre.value));
        if let Some((low, high)) = centre.bounds {
            line = format!("{line} ({} … {})", chart.y.value(low), chart.y.value(high));
        }
        lines.push(line);
    }
    lines.extend(samples(mark.samples, mark.absent, mark.gap.as_ref()));
    join(&lines)
}

/// The hover text of a heat map's cell.
pub(super) fn cell(
    chart: &Chart,
    (x, y): (usize, usize),
    value: Option<f64>,
    spread: Option<(Option<(f64, f64)>, u32)>,
    gap: Option<&Gap>,
    rank: Option<&str>,
) -> String {
    let mut lines = vec![
        format!("{}: {}", chart.x.label(), chart.x.name_of(x as f64)),
        format!("{}: {}", chart.y.label(), chart.y.name_of(y as f64)),
    ];
    if let Some((value, axis)) = value.zip(chart.color.as_ref()) {
        let bounds = spread.and_then(|(bounds, _)| bounds);
        lines.push(colored(axis, value, bounds));
    }
    if let Some((_, samples)) = spread {
        lines.push(text::count(samples as usize, "sample"));
    }
    lines.extend(rank.map(str::to_owned));
    lines.extend(gap.map(Gap::text));
    join(&lines)
}

/// A value on the axis of colours, with its bounds.
fn colored(axis: &Axis, value: f64, bounds: Option<(f64, f64)>) -> String {
    let line = format!("{}: {}", axis.heading(), axis.value(value));
    match bounds {
        Some((low, high)) => format!("{line} ({} … {})", axis.value(low), axis.value(high)),
        None => line,
    }
}

/// The hover text of a place in a field.
pub(super) fn place(chart: &Chart, field: &Field, at: usize) -> String {
    let (x, y, z) = field.place(at);
    let coordinate = |axis: &Axis, x: f64| format!("{}: {}", axis.heading(), axis.coordinate(x));
    let mut lines = vec![coordinate(&chart.x, x), coordinate(&chart.y, y)];
    lines.extend(
        z.zip(chart.depth.as_ref())
            .map(|(z, axis)| coordinate(axis, z)),
    );
    let value = field.values.get(at).copied().flatten();
    if let Some((value, axis)) = value.zip(chart.color.as_ref()) {
        let bounds = field.bounds.get(at).copied().flatten();
        lines.push(colored(axis, value, bounds));
    }
    let samples = field.samples.get(at);
    lines.extend(samples.map(|count| text::count(*count as usize, "sample")));
    lines.extend(field.gaps.get(&at).map(Gap::text));
    join(&lines)
}

/// The hover text of a hexagon: its middle, and how many rows lie in it.
pub(super) fn hexagon(chart: &Chart, cell: &Hexagon) -> String {
    let about = |axis: &Axis, x: f64| format!("{}: about {}", axis.heading(), axis.value(x));
    join(&[
        about(&chart.x, cell.x),
        about(&chart.y, cell.y),
        text::count(usize::try_from(cell.count).unwrap_or(usize::MAX), "row"),
    ])
}

/// The hover text of a panel without a value.
pub(super) fn gap(gap: &Gap) -> String {
    join(&[gap.text()])
}

fn place_of(chart: &Chart, series: &str, x: f64, full: Option<&str>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(legend) = &chart.legend {
        lines.push(format!("{legend}: {series}"));
    }
    lines.push(match (full, &chart.x.ticks) {
        (Some(full), _) => format!("{}: {full}", chart.x.label()),
        (None, Ticks::Linear | Ticks::Log) => {
            format!("{}: {}", chart.x.heading(), chart.x.coordinate(x))
        }
        (None, Ticks::Levels(_) | Ticks::Time) => {
            format!("{}: {}", chart.x.label(), chart.x.name_of(x))
        }
    });
    lines
}

fn samples(count: u32, absent: u32, gap: Option<&Gap>) -> Vec<String> {
    let mut lines = Vec::new();
    if count + absent > 1 {
        lines.push(text::count(count as usize, "sample"));
    }
    if let Some(gap) = gap {
        lines.push(if absent > 1 || count > 0 {
            format!("{absent} × {}", gap.text())
        } else {
            gap.text()
        });
    }
    lines
}

fn join(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| plotly(line, 160)).collect();
    lines.join("<br>")
}
