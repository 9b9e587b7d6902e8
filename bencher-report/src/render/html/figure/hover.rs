//! What a mark says when it is pointed at.

use crate::chart::{Axis, BoxMark, Chart, Gap, Point, Ticks, text};

use super::super::text::plotly;

/// The hover text of a point: place, value, spread, samples, and what is absent.
pub(super) fn point(chart: &Chart, series: &str, point: &Point) -> String {
    let mut lines = place(chart, series, point.x, point.place.as_deref());
    if let Some(y) = point.y {
        let mut line = format!("{}: {}", chart.y.label(), text::number(y));
        if let Some((low, high)) = point.bounds {
            line = format!("{line} ({} … {})", text::number(low), text::number(high));
        }
        lines.push(line);
    }
    lines.extend(samples(point.samples, point.absent, point.gap.as_ref()));
    join(&lines)
}

/// The hover text of a box.
pub(super) fn boxed(chart: &Chart, series: &str, mark: &BoxMark) -> String {
    let mut lines = place(chart, series, mark.x, None);
    if let Some(q) = mark.quartiles {
        lines.push(format!(
            "median {}, quartiles {} … {}",
            text::number(q.median),
            text::number(q.q1),
            text::number(q.q3)
        ));
    }
    lines.extend(samples(mark.samples, mark.absent, mark.gap.as_ref()));
    join(&lines)
}

/// The hover text of a heat map's cell.
pub(super) fn cell(
    chart: &Chart,
    (x, y): (usize, usize),
    value: Option<f64>,
    noise: Option<(Option<f64>, u32)>,
    gap: Option<&Gap>,
) -> String {
    let mut lines = vec![
        format!("{}: {}", chart.x.label(), chart.x.name_of(x as f64)),
        format!("{}: {}", chart.y.label(), chart.y.name_of(y as f64)),
    ];
    if let Some(value) = value {
        let label = chart
            .color
            .as_ref()
            .map_or_else(|| "value".to_owned(), Axis::label);
        let mut line = format!("{label}: {}", text::number(value));
        if let Some((Some(std), _)) = noise {
            line = format!("{line} ± {}", text::number(std));
        }
        lines.push(line);
    }
    if let Some((_, samples)) = noise {
        lines.push(text::count(samples as usize, "sample"));
    }
    lines.extend(gap.map(Gap::text));
    join(&lines)
}

fn place(chart: &Chart, series: &str, x: f64, full: Option<&str>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(legend) = &chart.legend {
        lines.push(format!("{legend}: {series}"));
    }
    let name = match (full, &chart.x.ticks) {
        (Some(full), _) => full.to_owned(),
        (None, Ticks::Linear | Ticks::Log) => text::number(x),
        (None, Ticks::Levels(_) | Ticks::Time) => chart.x.name_of(x),
    };
    lines.push(format!("{}: {name}", chart.x.label()));
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
