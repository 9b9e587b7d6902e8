use criterion_plot::prelude::*;

use crate::chart::{BoxMark, BoxSeries, Centre, Chart, ChartKind, GapKind};

use super::figure::{Foot, color, kind};

pub(super) fn boxes(
    figure: &mut Figure,
    chart: &Chart,
    series: &[BoxSeries],
    foot: &Foot,
) -> Option<()> {
    for (n, one) in series.iter().enumerate() {
        let marks: Vec<_> = one
            .boxes
            .iter()
            .filter_map(|mark| Some((mark.x, mark.quartiles?)))
            .collect();
        if marks.is_empty() {
            return None;
        }
        let is_violin = chart.kind == ChartKind::Violin;
        figure.set(BoxWidth(if is_violin { 0.08 } else { 0.5 }));
        for mark in &one.boxes {
            outline(figure, n, mark);
        }
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
        centres(figure, one);
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
    let absent: Vec<(usize, f64, GapKind)> = series
        .iter()
        .enumerate()
        .flat_map(|(n, one)| {
            one.boxes
                .iter()
                .filter(|mark| mark.quartiles.is_none())
                .map(move |mark| (n, mark.x, kind(mark.gap.as_ref())))
        })
        .collect();
    foot.signs(figure, &absent);
    Some(())
}

/// The sign of the centre of a box.
const CENTRE: PointType = PointType::FilledSquare;

/// A mark with its bounds at each centre.
fn centres(figure: &mut Figure, series: &BoxSeries) {
    let centres: Vec<(f64, Centre)> = series
        .boxes
        .iter()
        .filter_map(|mark| Some((mark.x, mark.centre?)))
        .collect();
    if centres.is_empty() {
        return;
    }
    let places = |centres: &[(f64, Centre)]| -> (Vec<f64>, Vec<f64>) {
        centres.iter().map(|(x, one)| (*x, one.value)).unzip()
    };
    let (x, y) = places(&centres);
    figure.plot(Points { x, y }, |properties| {
        properties
            .set(Label("centre"))
            .set(Color::Black)
            .set(CENTRE)
            .set(PointSize(1.2))
    });
    // Without bounds there is no bar: one of no length would look like a value that is sure.
    let bounded: Vec<(f64, Centre)> = centres
        .into_iter()
        .filter(|(_, one)| one.bounds.is_some())
        .collect();
    if bounded.is_empty() {
        return;
    }
    let bound = |side: fn((f64, f64)) -> f64| -> Vec<f64> {
        let ends = bounded.iter().filter_map(|(_, one)| one.bounds);
        ends.map(side).collect()
    };
    let (x, y) = places(&bounded);
    let bars = YErrorBars {
        x,
        y,
        y_low: bound(|(low, _)| low),
        y_high: bound(|(_, high)| high),
    };
    figure.plot(bars, |properties| {
        properties
            .set(Color::Black)
            .set(LineWidth(2.0))
            .set(CENTRE)
            .set(PointSize(1.2))
    });
}

/// The outline of a violin, up its right side and down its left one.
fn outline(figure: &mut Figure, n: usize, mark: &BoxMark) {
    /// Half the width of a violin.
    const HALF: f64 = 0.4;
    let right = mark
        .outline
        .iter()
        .map(|(y, share)| (mark.x + share * HALF, *y));
    let left = mark
        .outline
        .iter()
        .map(|(y, share)| (mark.x - share * HALF, *y));
    let (mut x, mut y): (Vec<f64>, Vec<f64>) = right.chain(left.rev()).unzip();
    let Some(first) = x.first().copied().zip(y.first().copied()) else {
        return;
    };
    x.push(first.0);
    y.push(first.1);
    figure.plot(Lines { x, y }, |properties| {
        properties.set(color(n)).set(LineWidth(2.0))
    });
}
