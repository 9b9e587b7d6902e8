//! The values of a search, evaluation by evaluation, and the best so far.

use bencher_core::dataset::Dataset;
use bencher_core::record::{SearchHistory, SearchTrial};
use bencher_core::var::Scale;

use crate::chart::{Axis, Chart, Marks, Point, Series, text};

use super::super::build::frame;

/// Origins of points, in the order of the legend.
const ORIGINS: [&str; 5] = ["queued", "stored", "spread", "random", "model"];

/// The horizontal axis of a history.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Over {
    Evaluations,
    Seconds,
}

impl Over {
    fn place(self, evaluation: usize, trial: &SearchTrial) -> f64 {
        match self {
            Self::Evaluations => evaluation as f64 + 1.0,
            Self::Seconds => trial.seconds,
        }
    }
}

/// The value of an objective at every evaluation, by the origins of the points, and the best so far.
pub(super) fn progress(
    dataset: &Dataset,
    history: &SearchHistory,
    at: usize,
    over: Over,
) -> Option<Chart> {
    let objective = history.objectives.get(at)?;
    let info = super::info(dataset, &objective.name);
    let names = text::levels(dataset.dims().first()?);
    let mut series = by_origin(history, at, over, &names);
    let points = series.iter().flat_map(|one| &one.points);
    let values: Vec<f64> = points.filter_map(|point| point.y).collect();
    if values.is_empty() {
        return None;
    }
    series.push(Series {
        name: "best so far".to_owned(),
        points: best_so_far(history, at, over),
    });
    let (name, units) = match over {
        Over::Evaluations => ("evaluations", ""),
        Over::Seconds => ("time", "s"),
    };
    let x = Axis::linear(name, units);
    let mut y = Axis::linear(&*info.name, &*info.units);
    y.ticks = Axis::ticks_of(Scale::Linear, &values);
    frame::fit_values(&mut y, &values);
    let title = format!("{} over {name}", info.name);
    let mut chart = super::chart(&info.name, title, (x, y), Marks::Lines(series));
    chart.id = format!("search-{name}");
    chart.legend = Some("origin".to_owned());
    chart.notes.push(match over {
        Over::Evaluations => format!(
            "{} points, by where each proposal came from; the line is the best so far, as the search knew it.",
            history.trials.len()
        ),
        Over::Seconds => "When each point was known, from the beginning of the search; samples from the store take no \
                          time."
            .to_owned(),
    });
    if history.workers > 1 {
        let unseen = match history.workers - 1 {
            1 => "result of the point before it".to_owned(),
            count => format!("results of the {count} points before it"),
        };
        chart.notes.push(format!(
            "The order is the same for up to {} workers: a proposal does not use the {unseen}.",
            history.workers
        ));
    }
    if history.stored > 0 {
        let stored = usize::try_from(history.stored).unwrap_or(usize::MAX);
        let count = text::count(stored, "stored point");
        chart.notes.push(format!("The search began with {count}."));
    }
    let failed = history.trials.len() - values.len();
    if failed > 0 {
        let count = text::count(failed, "point");
        chart.notes.push(format!("Without a value: {count}."));
    }
    Some(chart)
}

fn value(trial: &SearchTrial, at: usize) -> Option<f64> {
    trial
        .values
        .get(at)
        .copied()
        .filter(|value| value.is_finite())
}

/// The points with a value, in the order of the horizontal axis.
fn by_origin(history: &SearchHistory, at: usize, over: Over, names: &[String]) -> Vec<Series> {
    let mut series: Vec<Series> = Vec::new();
    for (evaluation, position) in history.order().into_iter().enumerate() {
        let trial = history.trials.get(position);
        let Some((trial, value)) = trial.and_then(|trial| Some((trial, value(trial, at)?))) else {
            continue;
        };
        let mut point = Point::new(over.place(evaluation, trial), Some(value));
        point.place = names.get(position).cloned();
        match series.iter_mut().find(|one| one.name == trial.origin) {
            Some(one) => one.points.push(point),
            None => series.push(Series {
                name: trial.origin.clone(),
                points: vec![point],
            }),
        }
    }
    series.sort_by_key(|one| ORIGINS.iter().position(|origin| *origin == one.name));
    for one in &mut series {
        one.points.sort_by(|a, b| a.x.total_cmp(&b.x));
    }
    series
}

/// The best value up to each place, in steps.
fn best_so_far(history: &SearchHistory, at: usize, over: Over) -> Vec<Point> {
    let is_maximized = history
        .objectives
        .get(at)
        .is_some_and(|one| one.is_maximized);
    let known = history.order().into_iter().enumerate();
    let known = known.filter_map(|(evaluation, position)| {
        let trial = history.trials.get(position)?;
        Some((over.place(evaluation, trial), value(trial, at)))
    });
    let mut known: Vec<(f64, Option<f64>)> = known.collect();
    known.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let mut steps: Vec<Point> = Vec::new();
    let mut best: Option<f64> = None;
    for (x, value) in &known {
        let is_better = |value: &f64| {
            best.is_none_or(|best| {
                if is_maximized {
                    *value > best
                } else {
                    *value < best
                }
            })
        };
        if let Some(value) = value.filter(is_better) {
            // The best holds until the next one.
            steps.extend(best.map(|best| Point::new(*x, Some(best))));
            steps.push(Point::new(*x, Some(value)));
            best = Some(value);
        }
    }
    if let (Some((x, _)), Some(best)) = (known.last(), best) {
        steps.push(Point::new(*x, Some(best)));
    }
    steps
}
