//! A small line over the runs, as SVG within a page.

use std::fmt::Write;

use bencher_core::dataset::quantity;

use crate::scorecard::TrendRun;

use super::text::html;

/// Width and height of the drawing; the page stretches it.
const SIZE: (f64, f64) = (136.0, 32.0);
/// Room around the line for its points.
const MARGIN: f64 = 4.0;
/// Runs that are drawn, the newest.
const MOST: usize = 120;

/// The line, with a text for readers who do not see it; nothing of less than two values.
pub(super) fn sparkline(trend: &[TrendRun], units: &str) -> String {
    let trend = trend
        .get(trend.len().saturating_sub(MOST)..)
        .unwrap_or_default();
    let values: Vec<f64> = trend.iter().filter_map(|run| run.value).collect();
    let (Some(first), Some(last), true) = (values.first(), values.last(), values.len() > 1) else {
        return String::new();
    };
    let (low, high) = values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
            (low.min(*x), high.max(*x))
        });
    // Values that hardly differ are drawn flat: a span of a tenth fills the height.
    let middle = f64::midpoint(low, high);
    let span = (high - low).max(middle.abs() * 0.1).max(f64::MIN_POSITIVE);
    let place = |n: usize, value: f64| {
        let across = n as f64 / (trend.len() - 1).max(1) as f64;
        let up = (value - middle) / span + 0.5;
        let x = MARGIN + across * (SIZE.0 - 2.0 * MARGIN);
        let y = SIZE.1 - MARGIN - up * (SIZE.1 - 2.0 * MARGIN);
        (x, y)
    };
    let changes = trend.iter().filter(|run| run.is_change).count();
    let text = format!(
        "{} runs from {} to {}; lowest {}, highest {}; {changes} changes of level",
        trend.len(),
        quantity(*first, units),
        quantity(*last, units),
        quantity(low, units),
        quantity(high, units)
    );
    let mut out = format!(
        "<svg class=\"spark\" role=\"img\" viewBox=\"0 0 {} {}\" preserveAspectRatio=\"none\"><title>{}</title>",
        SIZE.0,
        SIZE.1,
        html(&text)
    );
    for (n, _) in trend.iter().enumerate().filter(|(_, run)| run.is_change) {
        // The level changed between this run and the one before.
        let x = f64::midpoint(place(n, middle).0, place(n.saturating_sub(1), middle).0);
        let _ = write!(
            out,
            "<line class=\"change\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"0\" y2=\"{}\"/>",
            SIZE.1
        );
    }
    let places: Vec<Option<(f64, f64)>> = trend
        .iter()
        .enumerate()
        .map(|(n, run)| run.value.map(|value| place(n, value)))
        .collect();
    for piece in places.split(Option::is_none) {
        let points = piece
            .iter()
            .flatten()
            .map(|(x, y)| format!("{x:.1},{y:.1}"));
        let points: Vec<String> = points.collect();
        if points.len() > 1 {
            let _ = write!(out, "<polyline points=\"{}\"/>", points.join(" "));
        }
    }
    for (run, place) in trend.iter().zip(&places) {
        if let (true, Some((x, y))) = (run.has_failed, place) {
            let _ = write!(
                out,
                "<circle class=\"failed\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.5\"/>"
            );
        }
    }
    if let Some((x, y)) = places.iter().rev().find_map(|place| *place) {
        let _ = write!(
            out,
            "<circle class=\"last\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.5\"/>"
        );
    }
    out.push_str("</svg>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trend(values: &[f64]) -> Vec<TrendRun> {
        let run = |x: &f64| TrendRun {
            value: x.is_finite().then_some(*x),
            ..TrendRun::default()
        };
        values.iter().map(run).collect()
    }

    #[test]
    fn a_line_is_interrupted_where_a_run_has_no_value() {
        let mut runs = trend(&[1.0, 2.0, f64::NAN, 2.0, 1.0]);
        runs[3].is_change = true;
        runs[1].has_failed = true;
        let svg = sparkline(&runs, "s");
        assert_eq!(svg.matches("<polyline").count(), 2);
        assert!(svg.contains("points=\"4.0,28.0 36.0,4.0\""), "{svg}");
        assert!(svg.contains("class=\"change\" x1=\"84.0\""), "{svg}");
        assert!(
            svg.contains("class=\"failed\" cx=\"36.0\" cy=\"4.0\""),
            "{svg}"
        );
        assert!(
            svg.contains("5 runs from 1 s to 1 s; lowest 1 s, highest 2 s; 1 changes of level")
        );
    }

    #[test]
    fn noise_does_not_fill_the_height() {
        // A thousandth of the middle is a hundredth of the span.
        let svg = sparkline(&trend(&[1000.0, 1001.0]), "");
        assert!(svg.contains("points=\"4.0,16.1 132.0,15.9\""), "{svg}");
        assert_eq!(sparkline(&trend(&[1.0]), ""), "");
        assert!(sparkline(&trend(&[0.0, 0.0]), "").contains("4.0,16.0 132.0,16.0"));
    }
}
