use bencher_core::dataset::MainEffect;

use crate::chart::{
    Axis, Chart, ChartKind, Gap, GapKind, LevelGroup, Marks, Point, PointSign, Series, short_levels,
};
use crate::deduce::facets::Facets;
use crate::deduce::grid::Grid;
use crate::deduce::shape::Shape;

use super::super::needs::CATEGORIES;
use super::frame;

/// A share of the differences below which combinations of inputs have no bar.
const LEAST: f64 = 0.001;

/// A bar for the share of each input, and a line for the means of its levels.
pub(super) fn charts(shape: &Shape) -> Vec<Chart> {
    let name = &shape.variable.info.name;
    let Ok(effects) = shape.dataset.main_effects(name) else {
        return Vec::new();
    };
    if effects.is_empty() {
        return Vec::new();
    }
    let mut charts = vec![shares(shape, &effects)];
    let levels: usize = effects.iter().map(|effect| effect.levels.len()).sum();
    if levels <= CATEGORIES {
        charts.push(means(shape, &effects));
    }
    charts
}

/// A place for the one panel, which shows all inputs.
fn place(shape: &Shape) -> Facets {
    let all: Vec<Option<usize>> = shape.inputs().into_iter().map(Some).collect();
    Facets::of(shape, &Grid::of(shape), &all)
}

fn shares(shape: &Shape, effects: &[MainEffect]) -> Chart {
    let percent = |share: f64| share * 100.0;
    let bar = |n: usize, share: f64, bounds: Option<(f64, f64)>| Point {
        bounds: bounds.map(|(low, high)| (percent(low), percent(high))),
        ..point(n, Some(percent(share)))
    };
    let mut names = Vec::new();
    let mut points = Vec::new();
    for effect in effects {
        points.push(bar(points.len(), effect.share, effect.bounds));
        names.push(effect.input.clone());
    }
    let pairs = shape.dataset.important_pairs(&shape.variable.info.name);
    let pairs = pairs.unwrap_or_default();
    for pair in &pairs {
        points.push(bar(points.len(), pair.share, pair.bounds));
        names.push(pair.inputs.join(" * "));
    }
    let alone: f64 = effects.iter().map(|effect| effect.share).sum();
    let rest = 1.0 - alone - pairs.iter().map(|pair| pair.share).sum::<f64>();
    if rest >= LEAST {
        // Means of repeats differ by their noise, too, which is no input's.
        let is_noisy = effects.iter().any(MainEffect::is_noisy);
        // Longer names would be cut.
        let name = match (pairs.is_empty(), is_noisy) {
            (true, false) => "their combinations",
            (true, true) => "combinations and noise",
            (false, false) => "other combinations",
            (false, true) => "the rest, with noise",
        };
        names.push(name.to_owned());
        points.push(bar(points.len(), rest, None));
    }
    let tops = points
        .iter()
        .filter_map(|point| Some(point.bounds.map_or(point.y?, |(_, high)| high)));
    let top = tops.fold(1.0, f64::max);
    let bars = Series {
        name: String::new(),
        points,
    };
    let mut y = Axis::linear("share of the differences", "%");
    y.range = Some((0.0, top));
    let axes = (Axis::levels("input", names), y);
    let kind = ChartKind::MainEffects;
    let mut chart = frame::chart(kind, shape, axes, place(shape), |_| {
        Marks::Bars(vec![bars.clone()])
    });
    chart.title = format!("{}: how much each input matters", shape.variable.info.name);
    chart.alt = format!("Bars of the main effects, {}", chart.title);
    let is_bounded = effects.iter().any(|effect| effect.bounds.is_some());
    chart.spread = is_bounded.then(|| "bounds at 95 %, by those of the points".to_owned());
    chart.notes.insert(
        0,
        format!(
            "The share of the differences between points that the levels of each input explain alone{} \
             (eta squared{}).",
            if pairs.is_empty() { "" } else { ", and what pairs explain beyond that" },
            if effects.first().is_some_and(|effect| effect.is_ratio) { ", of logarithms" } else { "" }
        ),
    );
    chart
}

fn means(shape: &Shape, effects: &[MainEffect]) -> Chart {
    let mut names = Vec::new();
    let mut groups = Vec::new();
    let mut series = Vec::new();
    let mut numbers = Vec::new();
    let mut is_bounded = false;
    for effect in effects {
        let mut dims = shape.dataset.dims().iter();
        let Some(dim) = dims.find(|dim| dim.name == effect.input) else {
            continue;
        };
        let (units, levels) = short_levels(dim);
        let first = names.len();
        let means = effect.levels.iter().enumerate();
        let points = means
            .map(|(n, (_, mean))| Point {
                // Values that are exact have none to show.
                bounds: (effect.level_bounds.get(n).copied().flatten())
                    .filter(|(low, high)| low < high),
                ..point(first + n, *mean)
            })
            .collect();
        series.push(Series {
            name: effect.input.clone(),
            points,
        });
        numbers.extend(effect.levels.iter().filter_map(|(_, mean)| *mean));
        let bounds = || effect.level_bounds.iter().flatten();
        numbers.extend(bounds().flat_map(|(low, high)| [*low, *high]));
        is_bounded |= bounds().any(|(low, high)| low < high);
        names.extend(levels);
        groups.push(LevelGroup {
            label: Axis::linear(&dim.name, &units).label(),
            first,
            count: names.len() - first,
        });
    }
    let is_ratio = effects.first().is_some_and(|effect| effect.is_ratio);
    let mut y = frame::value_axis(shape);
    frame::fit_values(&mut y, &numbers);
    let x = Axis {
        groups,
        ..Axis::levels("level, by input", names)
    };
    let kind = ChartKind::MainEffects;
    let mut chart = frame::chart(kind, shape, (x, y), place(shape), |_| {
        Marks::Lines(series.clone())
    });
    "means".clone_into(&mut chart.id);
    let mean = if is_ratio { "geometric mean" } else { "mean" };
    chart.title = format!(
        "{}: {mean} at each level of each input",
        shape.variable.info.name
    );
    chart.alt = format!("Lines of the main effects, {}", chart.title);
    chart.legend = Some("input".to_owned());
    chart.spread =
        is_bounded.then(|| "band: bounds of each mean at 95 %, by those of the points".to_owned());
    let note = format!("The {mean} over all points of a level, whatever the other inputs are.");
    chart.notes.insert(0, note);
    chart
}

fn point(at: usize, y: Option<f64>) -> Point {
    Point {
        x: at as f64,
        place: None,
        y,
        bounds: None,
        outer: None,
        sign: PointSign::Plain,
        samples: 1,
        row: None,
        absent: u32::from(y.is_none()),
        gap: y.is_none().then_some(Gap {
            kind: GapKind::Missing,
            reason: None,
        }),
    }
}
