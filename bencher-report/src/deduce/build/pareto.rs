use bencher_core::var::Direction;

use crate::chart::{Chart, ChartKind, Marks, Point, PointSign, Series, text};
use crate::deduce::facets::Facets;
use crate::deduce::grid::Grid;
use crate::deduce::shape::Shape;
use crate::deduce::tradeoff::{Tradeoff, TradeoffPoint, front_share};

use super::super::needs::SERIES;
use super::frame;

/// The name of the line in the legend.
const FRONT: &str = "front";

/// Every point in two results, and a line through those that no other one beats.
pub(super) fn chart(shape: &Shape) -> Option<Chart> {
    let found = Tradeoff::of(shape).ok()?;
    let colored = shape.categorical.first().copied();
    let colored = colored.filter(|axis| shape.levels(*axis) < SERIES);
    let names = match colored.and_then(|axis| shape.dim(axis)) {
        Some(dim) => text::levels(dim),
        None => vec!["point".to_owned()],
    };
    let is_of = |level: usize, point: &&TradeoffPoint| colored.is_none() || point.level == level;
    let mut series: Vec<Series> = names
        .into_iter()
        .enumerate()
        .map(|(level, name)| Series {
            name,
            points: sorted(found.points.iter().filter(|point| is_of(level, point))),
        })
        .collect();
    let front = found.front.iter();
    series.push(Series {
        name: FRONT.to_owned(),
        points: sorted(front.filter_map(|n| found.points.get(*n)))
            .into_iter()
            .map(|point| Point {
                // Its own series has the sign already.
                sign: PointSign::Plain,
                ..point
            })
            .collect(),
    });
    let (mut x, mut y) = (frame::value_axis(&found.other), frame::value_axis(shape));
    let numbers =
        |value: fn(&TradeoffPoint) -> f64| -> Vec<f64> { found.points.iter().map(value).collect() };
    frame::fit_values(&mut x, &numbers(|point| point.x));
    frame::fit_values(&mut y, &numbers(|point| point.y));
    let all: Vec<Option<usize>> = shape.inputs().into_iter().map(Some).collect();
    let place = Facets::of(shape, &Grid::of(shape), &all);
    let kind = ChartKind::Pareto;
    let mut chart = frame::chart(kind, shape, (x, y), place, |_| Marks::Lines(series.clone()));
    let (name, other) = (&shape.variable.info, &found.other.variable.info);
    chart.title = format!("{} against {}", name.name, other.name);
    chart.alt = format!("Pareto front of {}", chart.title);
    let legend = colored.and_then(|axis| shape.dim(axis));
    chart.legend = Some(legend.map_or_else(String::new, bencher_core::dataset::Dim::label));
    let better = |direction| match direction {
        Direction::Maximize => "more",
        Direction::Minimize | Direction::None => "less",
    };
    let note = format!(
        "Better: {} {}, {} {}. No other point is better in both than those of the front ({}).",
        better(other.direction),
        other.name,
        better(name.direction),
        name.name,
        front_share(&found),
    );
    chart.notes.insert(0, note);
    let judged = if found.has_bounds {
        let dominated = found.points.len()
            - found.signed(PointSign::Front)
            - found.signed(PointSign::MaybeFront);
        let unbounded = match found.unbounded {
            0 => String::new(),
            1 => " 1 point lacks the bounds of a result, which may be any there.".to_owned(),
            count => {
                format!(" {count} points lack the bounds of a result, which may be any there.")
            }
        };
        format!(
            "By the bounds of both results, {} surely on the front, {} maybe, and {} surely dominated.{unbounded}",
            are(found.signed(PointSign::Front)),
            are(found.signed(PointSign::MaybeFront)),
            are(dominated)
        )
    } else {
        "No point has bounds of both results, as few repeats have none: the front is that of the values as they are."
            .to_owned()
    };
    chart.notes.insert(1, judged);
    let names = chart.front_names();
    if !names.is_empty() {
        chart
            .notes
            .push(format!("The points of the front: {}.", names.join("; ")));
    }
    if found.missing > 0 {
        let count = text::count(found.missing, "point");
        chart
            .notes
            .push(format!("Without one of the values: {count}."));
    }
    Some(chart)
}

/// `1 point is`, `2 points are`.
fn are(count: usize) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    format!("{} {verb}", text::count(count, "point"))
}

/// Points in the order of the horizontal axis.
fn sorted<'p>(points: impl Iterator<Item = &'p TradeoffPoint>) -> Vec<Point> {
    let mut points: Vec<Point> = points
        .map(|point| Point {
            x: point.x,
            place: Some(point.label.clone()),
            y: Some(point.y),
            bounds: None,
            outer: None,
            sign: point.sign,
            samples: 1,
            row: None,
            absent: 0,
            gap: None,
        })
        .collect();
    points.sort_by(|one, other| one.x.total_cmp(&other.x));
    points
}
