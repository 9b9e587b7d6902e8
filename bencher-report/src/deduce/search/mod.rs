//! The charts of a search: what it evaluated and gained, which inputs matter, and slices through its best point.

mod progress;

use bencher_core::bench::PlotSelection;
use bencher_core::dataset::{Dataset, VariableInfo};
use bencher_core::record::{SearchHistory, SearchImportance, SearchSlice};

use crate::chart::{Axis, Chart, ChartKind, Marks, Point, Series, Ticks, text};

use super::Explanation;
use super::build::frame;
use super::own::fit;
use progress::{Over, progress};

/// Inputs and pairs with bars, at most.
const MOST_BARS: usize = 16;

/// Inputs and pairs that surely explain less have no bar.
const LEAST_SHARE: f64 = 0.01;

/// The charts of the search that a dataset comes from; none for a grid.
pub(super) fn charts(dataset: &Dataset, plots: PlotSelection) -> Vec<Chart> {
    if rejection(plots).is_some() {
        return Vec::new();
    }
    let Some(history) = SearchHistory::of(dataset) else {
        return Vec::new();
    };
    let mut charts = Vec::new();
    for at in 0..history.objectives.len() {
        charts.extend(progress(dataset, &history, at, Over::Evaluations));
        charts.extend(progress(dataset, &history, at, Over::Seconds));
    }
    charts.extend(hypervolume(&history));
    charts.extend(importance(&history));
    charts.extend(
        history
            .slices
            .iter()
            .filter_map(|one| slice(dataset, &history, one)),
    );
    // An axis without a range has no numbers on a page.
    charts.iter_mut().for_each(fit);
    charts
}

fn rejection(plots: PlotSelection) -> Option<String> {
    let is_chosen = plots.has_auto() || plots.contains(ChartKind::Search.slug());
    (!is_chosen).then(|| format!("not among the chosen plots: {plots}"))
}

/// Why the charts of a search are drawn; nothing for a grid that nobody asks them of.
pub(super) fn explain(dataset: &Dataset, plots: PlotSelection) -> Option<Explanation> {
    let history = SearchHistory::of(dataset);
    let reason = match (&history, rejection(plots)) {
        (None, _) if !plots.contains(ChartKind::Search.slug()) => return None,
        (None, _) => Err("the points are not those of a search".to_owned()),
        (Some(_), Some(reason)) => Err(reason),
        (Some(_), None) => Ok(()),
    };
    let objectives = history.iter().flat_map(|history| &history.objectives);
    Some(Explanation {
        result: objectives
            .map(|one| one.name.clone())
            .next()
            .unwrap_or_default(),
        kind: ChartKind::Search,
        chosen: reason.is_ok(),
        reason: reason
            .err()
            .unwrap_or_else(|| "a search chose the points".to_owned()),
    })
}

/// The share of the box between the best and the worst values that is dominated.
fn hypervolume(history: &SearchHistory) -> Option<Chart> {
    let [first, second] = &*history.objectives else {
        return None;
    };
    let point = |(at, share): (usize, &f64)| Point::new(at as f64 + 1.0, Some(*share));
    let points: Vec<Point> = history.hypervolume.iter().enumerate().map(point).collect();
    if points.is_empty() {
        return None;
    }
    let mut axes = (
        Axis::linear("evaluations", ""),
        Axis::linear("hypervolume", ""),
    );
    axes.1.range = Some((0.0, 1.0));
    let series = Series {
        name: "hypervolume".to_owned(),
        points,
    };
    let mut chart = chart(
        &first.name,
        format!(
            "Hypervolume of {} and {} over evaluations",
            first.name, second.name
        ),
        axes,
        Marks::Lines(vec![series]),
    );
    "search-hypervolume".clone_into(&mut chart.id);
    chart.notes.push(
        "The share of the box between the best and the worst values that the points so far dominate. More is better."
            .to_owned(),
    );
    Some(chart)
}

/// How much inputs matter, and pairs of them.
fn importance(history: &SearchHistory) -> Option<Chart> {
    let objective = history.objectives.first()?;
    let counts = |one: &&SearchImportance| one.bounds.1 >= LEAST_SHARE;
    let mut shown: Vec<&SearchImportance> = history.importance.iter().filter(counts).collect();
    shown.sort_by(|a, b| b.share.total_cmp(&a.share));
    shown.truncate(MOST_BARS);
    if shown.is_empty() {
        return None;
    }
    let names = shown.iter().map(|one| one.inputs.join(" × ")).collect();
    let point = |(at, one): (usize, &&SearchImportance)| {
        let mut point = Point::new(at as f64, Some(100.0 * one.share));
        point.bounds = Some((100.0 * one.bounds.0, 100.0 * one.bounds.1));
        point
    };
    let series = Series {
        name: "share".to_owned(),
        points: shown.iter().enumerate().map(point).collect(),
    };
    let mut axes = (
        Axis::levels("input", names),
        Axis::linear("share of the variance", "%"),
    );
    let highest = shown
        .iter()
        .map(|one| 100.0 * one.bounds.1)
        .fold(1.0, f64::max);
    axes.1.range = Some((0.0, highest * 1.05));
    let mut chart = chart(
        &objective.name,
        format!("Importance of inputs for {}", objective.name),
        axes,
        Marks::Bars(vec![series]),
    );
    "search-importance".clone_into(&mut chart.id);
    chart.spread = Some("the bounds at 95 % by the jackknife".to_owned());
    chart.notes.push(
        "By the model of the search, over the whole space: the share of the variance that an input explains alone, and \
         that a pair explains beyond that."
            .to_owned(),
    );
    Some(chart)
}

/// What the model expects along an input, through the best point.
fn slice(dataset: &Dataset, history: &SearchHistory, slice: &SearchSlice) -> Option<Chart> {
    let objective = history.objectives.first()?;
    let info = info(dataset, &objective.name);
    let points = slice
        .values
        .iter()
        .zip(&slice.expected)
        .zip(&slice.deviations);
    let points: Vec<Point> = points
        .filter(|((x, y), by)| [*x, *y, *by].iter().all(|number| number.is_finite()))
        .map(|((x, y), by)| {
            let mut point = Point::new(*x, Some(*y));
            point.bounds = Some((y - 2.0 * by, y + 2.0 * by));
            point
        })
        .collect();
    let nearest = |one: &&Point| (one.x - slice.best).abs();
    let best = points
        .iter()
        .min_by(|a, b| nearest(a).total_cmp(&nearest(b)));
    let best = best.map(|point| Point::new(slice.best, point.y));
    let ends = points.iter().filter_map(|point| point.bounds);
    let values: Vec<f64> = ends.flat_map(|(low, high)| [low, high]).collect();
    let mut x = if slice.names.is_empty() {
        Axis::linear(&*slice.input, units_of(dataset, &slice.input))
    } else {
        Axis::levels(&*slice.input, slice.names.clone())
    };
    if slice.names.is_empty() {
        x.ticks = Axis::ticks_of(bencher_core::var::Scale::Linear, &slice.values);
    }
    let mut y = Axis::linear(&*info.name, &*info.units);
    frame::fit_values(&mut y, &values);
    let mut series = Vec::new();
    series.extend(best.map(|best| Series {
        name: "best".to_owned(),
        points: vec![best],
    }));
    series.push(Series {
        name: "expected".to_owned(),
        points,
    });
    if values.is_empty() {
        return None;
    }
    let is_level = matches!(x.ticks, Ticks::Levels(_));
    let mut chart = chart(
        &info.name,
        format!("{} along {} through the best point", info.name, slice.input),
        (x, y),
        Marks::Lines(series),
    );
    chart.id = format!("search-slice-{}", text::slug(&slice.input));
    chart.legend = Some(String::new());
    chart.spread = Some("expected value ± 2 standard deviations of the model".to_owned());
    chart.notes.push(if is_level {
        "What the model of the search expects if this choice alone changes.".to_owned()
    } else {
        "What the model of the search expects if this input alone changes.".to_owned()
    });
    Some(chart)
}

fn chart(result: &str, title: String, axes: (Axis, Axis), marks: Marks) -> Chart {
    let mut chart = Chart::new(title, axes, marks);
    result.clone_into(&mut chart.result);
    chart.kind = ChartKind::Search;
    chart.alt = format!("Search: {}", chart.title);
    chart
}

fn info(dataset: &Dataset, name: &str) -> VariableInfo {
    let known = dataset.variable(name).map(|variable| variable.info.clone());
    known.unwrap_or_else(|_| VariableInfo::new(name, bencher_core::value::Kind::Float(64)))
}

/// The units of an input, where its points are a dimension of their own.
fn units_of<'d>(dataset: &'d Dataset, input: &str) -> &'d str {
    let dim = dataset.dims().iter().find(|dim| dim.name == input);
    dim.map_or("", |dim| &dim.units)
}

#[cfg(test)]
mod tests {
    use bencher_core::dataset::{CellState, Dim};
    use bencher_core::value::{Kind, Value};

    use super::*;

    /// Three points, the best first: the second proposal was the best, and the third one failed.
    fn searched(history: &str) -> Dataset {
        let points = ["x=<b>", "x=2", "x=3"].map(Value::from).to_vec();
        let dims = vec![
            Dim::input("proposal", Kind::Category, points),
            Dim::repeats(1),
        ];
        let loss = VariableInfo::new("loss", Kind::Float(64));
        let mut dataset = Dataset::new("Search", dims, vec![loss]).unwrap();
        for (flat, value) in [(0, 1.0), (1, 5.0)] {
            let loss = dataset.variable_mut(0).unwrap();
            loss.record(flat, &Value::Float(value), CellState::Measured)
                .unwrap();
        }
        let attributes = &mut dataset.attributes;
        attributes.insert("search history".to_owned(), history.to_owned());
        dataset
    }

    const HISTORY: &str = r#"{"sampler": "gp", "end": "evaluations", "stored": 2, "workers": 4,
        "objectives": [{"name": "loss", "is_maximized": false}],
        "trials": [{"number": 1, "origin": "model", "seconds": 2.0, "values": [1.0]},
            {"number": 0, "origin": "spread", "seconds": 1.0, "values": [5.0]},
            {"number": 2, "origin": "model", "seconds": 3.0, "values": []}],
        "importance": [{"inputs": ["a"], "share": 0.5, "bounds": [0.4, 0.6]},
            {"inputs": ["a", "b"], "share": 0.2, "bounds": [0.1, 0.3]}],
        "slices": [{"input": "a", "values": [0, 1], "names": ["u", "v"], "best": 1,
            "expected": [2.0, 1.0], "deviations": [0.5, 0.1]}]}"#;

    #[test]
    fn the_best_so_far_falls_in_steps() {
        let found = charts(&searched(HISTORY), PlotSelection::default());
        let ids: Vec<&str> = found.iter().map(|chart| chart.id.as_str()).collect();
        let expected = [
            "search-evaluations",
            "search-time",
            "search-importance",
            "search-slice-a",
        ];
        assert_eq!(ids, expected);
        let ranges = found[..2].iter().map(|chart| chart.x.range);
        assert!(
            ranges.eq([Some((1.0, 3.0)); 2]),
            "of evaluations, and of seconds"
        );
        assert!(found.iter().all(|chart| chart.y.range.is_some()));
        let Marks::Lines(series) = &found[0].panels[0].marks else {
            panic!("lines");
        };
        let names: Vec<&str> = series.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["spread", "model", "best so far"]);
        assert_eq!(series[1].points[0].place.as_deref(), Some("x=<b>"));
        let steps: Vec<(f64, Option<f64>)> = series[2]
            .points
            .iter()
            .map(|point| (point.x, point.y))
            .collect();
        assert_eq!(
            steps,
            [
                (1.0, Some(5.0)),
                (2.0, Some(5.0)),
                (2.0, Some(1.0)),
                (3.0, Some(1.0))
            ]
        );
        let has_note = |text: &str| found[0].notes.iter().any(|note| note == text);
        assert!(has_note("Without a value: 1 point."));
        assert!(has_note(
            "The order is the same for up to 4 workers: a proposal does not use the results of the 3 points before it."
        ));
        let of_one = HISTORY.replace("\"workers\": 4", "\"workers\": 1");
        let of_one = charts(&searched(&of_one), PlotSelection::default());
        assert!(!of_one[0].notes.iter().any(|note| note.contains("workers")));
        let Marks::Bars(bars) = &found[2].panels[0].marks else {
            panic!("bars");
        };
        assert_eq!(found[2].x.level_names(), ["a", "a × b"]);
        assert_eq!(bars[0].points[1].bounds, Some((10.0, 30.0)));
    }

    #[test]
    fn grids_and_damaged_histories_have_no_such_chart() {
        for history in [
            "",
            "{}",
            "{\"trials\": 7}",
            &HISTORY.replace("\"number\": 2", "\"number\": -2"),
        ] {
            let dataset = searched(history);
            assert!(
                charts(&dataset, PlotSelection::default()).is_empty(),
                "{history}"
            );
            assert!(explain(&dataset, PlotSelection::default()).is_none());
        }
        let unchosen = PlotSelection::of(["table"]).unwrap();
        assert!(charts(&searched(HISTORY), unchosen).is_empty());
        let asked = PlotSelection::of(["search"]).unwrap();
        assert!(!explain(&searched(""), asked).unwrap().chosen);
        assert!(explain(&searched(HISTORY), asked).unwrap().chosen);
    }

    #[test]
    fn a_search_without_any_value_is_drawn_without_its_history() {
        let failed = HISTORY.replace("[1.0]", "[]").replace("[5.0]", "[]");
        let found = charts(&searched(&failed), PlotSelection::default());
        assert!(found.iter().all(|chart| chart.id != "search-evaluations"));
    }
}
