use std::path::Path;

use criterion_plot::prelude::*;

use crate::chart::{Axis as ChartAxis, BoxSeries, Chart, Marks, Point, Series};
use crate::render::palette;

use super::escape;

/// The name of the picture in gnuplot's working directory.
pub(super) const OUTPUT: &str = "chart.png";
/// Points of a run up to which each has a marker.
const MARKERS: usize = 200;

/// The chart as a gnuplot figure; `None` where it is no line, curve, bars or boxes in one panel,
/// or holds no value at all (gnuplot then writes no file).
pub(super) fn figure(chart: &Chart) -> Option<Figure> {
    let [panel] = chart.panels.as_slice() else {
        return None;
    };
    let (low, high) = chart.y.range?;
    let mut figure = Figure::new();
    figure
        .set(Output(Path::new(OUTPUT)))
        .set(Size(1600, 800))
        .set(Font("DejaVu Sans"))
        .set(FontSize(17.0));
    axes(&mut figure, chart, (low, high));
    match &panel.marks {
        // Absent values have signs of their own, which gnuplot's key cannot name.
        Marks::Lines(series) if complete(series) => lines(&mut figure, chart, series),
        Marks::Boxes(series) if series.len() == 1 => boxes(&mut figure, series)?,
        _ => return None,
    }
    Some(figure)
}

fn complete(series: &[Series]) -> bool {
    series
        .iter()
        .all(|one| !one.points.is_empty() && one.points.iter().all(|point| point.y.is_some()))
}

fn axes(figure: &mut Figure, chart: &Chart, (low, high): (f64, f64)) {
    let title = escape::text(&chart.title, 90);
    let said = chart.spread.as_deref().unwrap_or_default();
    figure.set(Title(if said.is_empty() {
        title
    } else {
        format!("{title} ({})", escape::text(said, 90))
    }));
    let (low, high) = match (chart.y.is_log(), high > low) {
        (true, _) => (low / 1.2, high * 1.2),
        (false, true) => (low - (high - low) * 0.05, high + (high - low) * 0.05),
        (false, false) => (
            low - low.abs().max(1e-300) * 0.05,
            high + high.abs().max(1e-300) * 0.05,
        ),
    };
    axis(
        figure,
        Axis::LeftY,
        &chart.y,
        Some(Range::Limits(low, high)),
    );
    let wide = chart.x.range.filter(|(low, high)| high > low);
    let around = wide.map(|(low, high)| match chart.x.is_log() {
        true => Range::Limits(low / 1.1, high * 1.1),
        false => Range::Limits(low - (high - low) * 0.03, high + (high - low) * 0.03),
    });
    axis(figure, Axis::BottomX, &chart.x, around);
    figure.configure(Key, |key| {
        if chart.legend.is_none() {
            return key.hide();
        }
        let title = chart.legend.as_deref().unwrap_or_default();
        key.set(Justification::Left)
            .set(Order::SampleText)
            .set(Position::Outside(Vertical::Top, Horizontal::Right))
            .set(Title(escape::text(title, 24)))
    });
}

fn axis(figure: &mut Figure, which: Axis, axis: &ChartAxis, range: Option<Range>) {
    let levels = axis.level_names();
    let step = levels.len().div_ceil(30).max(1);
    let (places, names): (Vec<f64>, Vec<String>) = (0..levels.len())
        .step_by(step)
        .map(|n| (n as f64, escape::text(&axis.name_of(n as f64), 24)))
        .unzip();
    figure.configure(which, |properties| {
        properties
            .set(Label(escape::text(&axis.label, 70)))
            .set(if axis.is_log() {
                Scale::Logarithmic
            } else {
                Scale::Linear
            });
        if let Some(range) = range {
            properties.set(range);
        }
        if !levels.is_empty() {
            properties
                .set(Range::Limits(-0.6, levels.len() as f64 - 0.4))
                .set(TicLabels {
                    positions: places,
                    labels: names,
                });
        } else {
            properties.configure(Grid::Major, |grid| grid.show());
        }
        properties
    });
}

fn color(n: usize) -> Color {
    let (r, g, b) = palette::rgb(palette::color(n));
    Color::Rgb(r, g, b)
}

fn lines(figure: &mut Figure, chart: &Chart, series: &[Series]) {
    for (n, one) in series.iter().enumerate() {
        for run in one.points.split(|point| point.bounds.is_none()) {
            if run.len() < 2 {
                continue;
            }
            let bounds = |side: fn((f64, f64)) -> f64| -> Vec<f64> {
                run.iter()
                    .filter_map(|point| point.bounds.map(side))
                    .collect()
            };
            let band = FilledCurve {
                x: run.iter().map(|point| point.x).collect::<Vec<_>>(),
                y1: bounds(|(low, _)| low),
                y2: bounds(|(_, high)| high),
            };
            figure.plot(band, |properties| {
                properties.set(color(n)).set(Opacity(0.2))
            });
        }
    }
    for (n, one) in series.iter().enumerate() {
        for (first, run) in one.runs().enumerate() {
            let (x, y) = coordinates(run);
            let name = (first == 0 && chart.legend.is_some()).then(|| escape::text(&one.name, 24));
            let dash = match palette::round(n) {
                0 => LineType::Solid,
                1 => LineType::Dash,
                _ => LineType::Dot,
            };
            let style = |properties: &mut criterion_plot::curve::Properties| {
                properties
                    .set(color(n))
                    .set(dash)
                    .set(LineWidth(3.0))
                    .set(PointType::FilledCircle)
                    .set(PointSize(1.0));
                if let Some(name) = name {
                    properties.set(Label(name));
                }
            };
            let style = |properties: &mut criterion_plot::curve::Properties| -> () {
                style(properties);
            };
            if run.len() <= MARKERS {
                let curve = LinesPoints { x, y };
                figure.plot(curve, |properties| {
                    style(properties);
                    properties
                });
            } else {
                let curve = Lines { x, y };
                figure.plot(curve, |properties| {
                    style(properties);
                    properties
                });
            }
        }
    }
}

fn coordinates(run: &[Point]) -> (Vec<f64>, Vec<f64>) {
    run.iter()
        .filter_map(|point| Some((point.x, point.y?)))
        .unzip()
}

fn boxes(figure: &mut Figure, series: &[BoxSeries]) -> Option<()> {
    for (n, one) in series.iter().enumerate() {
        let marks: Vec<_> = one
            .boxes
            .iter()
            .filter_map(|mark| Some((mark.x, mark.quartiles?)))
            .collect();
        // An absent box has a sign of its own, which gnuplot's key cannot name.
        if marks.is_empty() || marks.len() < one.boxes.len() {
            return None;
        }
        figure.set(BoxWidth(0.5));
        let column = |value: fn(&crate::chart::Quartiles) -> f64| -> Vec<f64> {
            marks.iter().map(|(_, q)| value(q)).collect()
        };
        let x: Vec<f64> = marks.iter().map(|(x, _)| *x).collect();
        let candles = Candlesticks {
            x: x.clone(),
            whisker_min: column(|q| q.low),
            box_min: column(|q| q.q1),
            box_high: column(|q| q.q3),
            whisker_high: column(|q| q.high),
        };
        figure.plot(candles, |properties| {
            properties.set(color(n)).set(LineWidth(2.0))
        });
        let median = column(|q| q.median);
        let middle = Candlesticks {
            x,
            whisker_min: median.clone(),
            box_min: median.clone(),
            box_high: median.clone(),
            whisker_high: median,
        };
        figure.plot(middle, |properties| {
            properties.set(Color::Black).set(LineWidth(3.0))
        });
        let beyond: Vec<(f64, f64)> = one
            .boxes
            .iter()
            .flat_map(|mark| mark.outliers.iter().map(|y| (mark.x, *y)))
            .collect();
        if !beyond.is_empty() {
            let (x, y): (Vec<f64>, Vec<f64>) = beyond.into_iter().unzip();
            figure.plot(Points { x, y }, |properties| {
                properties
                    .set(color(n))
                    .set(PointType::FilledCircle)
                    .set(PointSize(0.7))
            });
        }
    }
    Some(())
}
