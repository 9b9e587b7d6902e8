//! The whole table from a sweep's shape to its charts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail"
)]

mod common;

use bencher_core::dataset::{CellState, Dataset, Dim};
use bencher_core::value::{Item, Kind, Value};
use bencher_report::chart::{Chart, ChartKind, Marks, Pane, Ticks};
use bencher_report::deduce::{deduce, explain};
use common::contents;
use common::inputs::{self as kinds, variants_of};
use common::{dataset, levels, numbers, result, snapshots, truths};

/// `f` numeric inputs, `c` categorical ones of two levels each, and repeats where there are any.
fn inputs(f: usize, c: usize, repeats: u32) -> Vec<Dim> {
    let mut dims: Vec<Dim> = (0..f)
        .map(|n| {
            numbers(
                &format!("f{n}"),
                "m",
                &[1.0, 2.0, 3.0, 4.0].map(|x| x + n as f64),
            )
        })
        .collect();
    dims.extend((0..c).map(|n| levels(&format!("c{n}"), &["a", "b"])));
    if repeats > 1 {
        dims.push(Dim::repeats(repeats));
    }
    dims
}

fn with(dims: Vec<Dim>, kind: Kind) -> Dataset {
    dataset(dims, vec![result("out", "s", kind)], |_, at| {
        let sum = at
            .iter()
            .enumerate()
            .map(|(n, at)| (n + 1) * at)
            .sum::<usize>();
        Ok(match kind {
            Kind::Bool => Value::Bool(at.iter().sum::<usize>() % 2 == 0),
            Kind::Text => Value::from(format!("text {sum}")),
            _ => Value::Float(sum as f64),
        })
    })
}

fn one(dims: Vec<Dim>, kind: Kind) -> Chart {
    let mut charts = deduce(&with(dims, kind));
    charts.retain(|chart| !matches!(chart.kind, ChartKind::MainEffects | ChartKind::Parallel));
    assert_eq!(charts.len(), 1);
    charts.remove(0)
}

/// `(kind, panels, columns, marks or series in the first panel)`.
fn shape(chart: &Chart) -> (ChartKind, usize, usize, usize) {
    let marks = match &chart.panels[0].marks {
        Marks::Lines(series) | Marks::Bars(series) => series.len(),
        Marks::Boxes(series) => series.len(),
        Marks::HeatMap(map) => map.values.len(),
        Marks::Histogram(histogram) => histogram.counts.len(),
        Marks::Table(table) => table.rows.len(),
        Marks::Pane(_) => 1,
        other => panic!("{other:?}"),
    };
    (chart.kind, chart.panels.len(), chart.columns, marks)
}

#[test]
fn every_line_of_the_table() {
    use ChartKind::{Bar, Box, Curve, HeatMap, Histogram, Line};
    let table = [
        // f, c, once: (kind, panels, columns, marks), repeated
        (0, 0, (Histogram, 1, 1, 1), (Histogram, 1, 1, 2)),
        (0, 1, (Bar, 1, 1, 1), (Box, 1, 1, 1)),
        (0, 2, (Bar, 1, 1, 2), (Box, 1, 1, 1)),
        (0, 3, (Bar, 2, 2, 2), (Box, 1, 1, 2)),
        (1, 0, (Line, 1, 1, 1), (Curve, 1, 1, 1)),
        (1, 1, (Line, 1, 1, 2), (Curve, 1, 1, 2)),
        (1, 2, (Line, 2, 2, 2), (Curve, 2, 2, 2)),
        (1, 3, (Line, 4, 2, 2), (Curve, 4, 2, 2)),
        (2, 0, (HeatMap, 1, 1, 16), (HeatMap, 1, 1, 16)),
        (2, 1, (HeatMap, 2, 2, 16), (HeatMap, 2, 2, 16)),
        (2, 2, (HeatMap, 4, 2, 16), (HeatMap, 4, 2, 16)),
        (2, 3, (HeatMap, 8, 2, 16), (HeatMap, 8, 2, 16)),
        (3, 0, (HeatMap, 4, 4, 16), (HeatMap, 4, 4, 16)),
        (3, 1, (HeatMap, 8, 4, 16), (HeatMap, 8, 4, 16)),
        (3, 2, (HeatMap, 16, 4, 16), (HeatMap, 16, 4, 16)),
    ];
    for (f, c, once, repeated) in table {
        let chart = one(inputs(f, c, 1), Kind::Float(64));
        assert_eq!(shape(&chart), once, "f = {f}, c = {c}, once");
        assert!(!chart.alt.is_empty() && chart.spread.is_none());
        let chart = one(inputs(f, c, 3), Kind::Float(64));
        assert_eq!(shape(&chart), repeated, "f = {f}, c = {c}, repeated");
        assert_eq!(chart.spread.is_some(), f + c > 0, "f = {f}, c = {c}");
    }
}

#[test]
fn the_order_of_inputs_changes_no_axis() {
    // The original loses its vertical axis here: facets are peeled before axes are reserved.
    let [x, y] = ["x", "y"].map(|name| numbers(name, "", &[1.0, 2.0, 3.0]));
    let mode = levels("mode", &["a", "b"]);
    let orders = [
        vec![x.clone(), mode.clone(), y.clone()],
        vec![mode.clone(), x.clone(), y.clone()],
        vec![x.clone(), y.clone(), mode.clone()],
    ];
    for dims in orders {
        let chart = one(dims, Kind::Float(64));
        assert_eq!(shape(&chart), (ChartKind::HeatMap, 2, 2, 9));
        assert_eq!(
            (chart.x.label().as_str(), chart.y.label().as_str()),
            ("x", "y")
        );
        assert_eq!(chart.panels[1].label(), "mode = b");
    }
    let chart = one(vec![mode, x], Kind::Float(64));
    assert_eq!(shape(&chart), (ChartKind::Line, 1, 1, 2));
    assert_eq!(chart.legend.as_deref(), Some("mode"));
    assert_eq!(chart.title, "out vs mode vs x");
}

#[test]
fn the_innermost_facet_runs_left_to_right() {
    let dims = vec![
        numbers("n", "m", &[1.0, 2.0]),
        levels("line", &["p", "q"]),
        levels("inner", &["a", "b", "c"]),
        truths("outer"),
    ];
    let chart = one(dims, Kind::Float(64));
    assert_eq!((chart.columns, chart.rows()), (3, 2));
    let labels: Vec<String> = chart
        .panels
        .iter()
        .map(bencher_report::chart::Panel::label)
        .collect();
    assert_eq!(
        labels,
        [
            "outer = false, inner = a",
            "outer = false, inner = b",
            "outer = false, inner = c",
            "outer = true, inner = a",
            "outer = true, inner = b",
            "outer = true, inner = c",
        ]
    );
    // The panel shows the cells that its label names.
    let Marks::Lines(series) = &chart.panels[5].marks else {
        panic!("no lines");
    };
    assert_eq!(series[1].name, "q");
    assert_eq!(series[1].points[1].y, Some(f64::from(1 + 2 + 3 * 2 + 4)));
}

#[test]
fn variants_with_a_number_are_lines_by_name() {
    let chart = deduce(&kinds::variants().dataset).remove(0);
    assert_eq!(shape(&chart), (ChartKind::Curve, 1, 1, 3));
    assert_eq!(chart.legend.as_deref(), Some("codec"));
    assert_eq!(chart.x.label(), "codec: level / quality / preset");
    let Marks::Lines(series) = &chart.panels[0].marks else {
        panic!("no lines");
    };
    let course = |n: usize| -> (String, Vec<f64>) {
        let xs = series[n].points.iter().map(|point| point.x).collect();
        (series[n].name.clone(), xs)
    };
    assert_eq!(course(0), ("Zstd".to_owned(), vec![1.0, 3.0, 9.0]));
    assert_eq!(course(1), ("Brotli".to_owned(), vec![2.0, 6.0, 11.0]));
    let point = &series[0].points[1];
    assert_eq!(point.place.as_deref(), Some("Zstd(level=3)"));
    // Each cell is drawn once: nine is the second of the list, and the last on the axis.
    let csv = chart.data_rows(usize::MAX).to_csv();
    assert_eq!(csv.matches("Zstd(level=9)").count(), 1);

    // Another numeric input is the axis; with one variant that has no number, names are levels.
    let codec = || variants_of("codec", &[("A", "x", 1), ("A", "x", 2), ("B", "x", 1)]);
    let n = numbers("n", "", &[1.0, 2.0]);
    let chart = one(vec![codec(), n], Kind::Float(64));
    assert_eq!(shape(&chart), (ChartKind::Line, 1, 1, 3));
    assert_eq!(chart.x.label(), "n");
    let chart = one(vec![codec(), levels("c", &["p", "q"])], Kind::Float(64));
    assert_eq!(
        shape(&chart),
        (ChartKind::Line, 2, 2, 2),
        "the other category is a facet"
    );
    let mut mixed = codec();
    mixed.values.push(Value::from("None"));
    let chart = one(vec![mixed], Kind::Float(64));
    assert_eq!(shape(&chart), (ChartKind::Bar, 1, 1, 1));
    assert_eq!(
        chart.x.level_names(),
        ["A(x=1)", "A(x=2)", "B(x=1)", "None"]
    );
}

#[test]
fn joined_inputs_are_an_axis_where_they_grow_together() {
    let chart = deduce(&kinds::zipped().dataset).remove(0);
    assert_eq!(shape(&chart), (ChartKind::Line, 1, 1, 2));
    assert_eq!(chart.x.label(), "shape: rows, with cols");
    assert_eq!(chart.x.range, Some((4.0, 32.0)));
    let rows = |pairs: &[(i64, i64)]| {
        let item = |(a, b): &(i64, i64)| {
            Value::from(Item::new(
                "",
                [("a", Value::from(*a)), ("b", Value::from(*b))],
            ))
        };
        let rows = Dim::input("row", Kind::Item, pairs.iter().map(item).collect());
        one(vec![rows], Kind::Float(64))
    };
    assert_eq!(
        rows(&[(1, 9), (3, 2), (2, 4)]).kind,
        ChartKind::Line,
        "b falls"
    );
    let chart = rows(&[(1, 9), (2, 2), (3, 4)]);
    assert_eq!(chart.kind, ChartKind::Bar, "a row of a design");
    assert_eq!(chart.x.level_names()[0], "a=1, b=9");
    assert_eq!(rows(&[(1, 9), (1, 2)]).x.label(), "row: b");
}

#[test]
fn long_levels_name_their_parts_once() {
    let item = |codec: &str, block: i64| {
        let parts = [("codec", Value::from(codec)), ("block", Value::from(block))];
        Value::from(Item::new("", parts))
    };
    let levels = vec![item("Zstd(level=16)", 262_144), item("Lz4", 1_048_576)];
    let proposal = Dim::input("proposal", Kind::Item, levels);
    let chart = one(vec![proposal.clone()], Kind::Float(64));
    assert_eq!(chart.x.label(), "proposal [codec, block]");
    assert_eq!(
        chart.x.level_names(),
        ["Zstd(level=16), 262144", "Lz4, 1048576"]
    );
    // Levels with other parts say what they are.
    let other = Value::from(Item::new("", [("threads", Value::from(4))]));
    let levels = proposal.values.iter().cloned().chain([other]);
    let mixed = Dim::input("proposal", Kind::Item, levels.collect());
    let chart = one(vec![mixed], Kind::Float(64));
    assert_eq!(
        chart.x.level_names()[0],
        "codec=Zstd(level=16), block=262144"
    );
}

#[test]
fn moments_lie_on_an_axis_of_time() {
    let chart = deduce(&kinds::nightly().dataset).remove(0);
    assert_eq!(shape(&chart), (ChartKind::Line, 1, 1, 2));
    assert_eq!(chart.x.ticks, Ticks::Time);
    assert_eq!(chart.x.name_of(1_704_067_200.0), "2024-01-01T00:00:00Z");
    let csv = chart.data_rows(1).to_csv();
    assert!(
        csv.contains("commit [UTC]") && csv.contains("2024-01-01T00:00:00Z"),
        "{csv}"
    );
}

#[test]
fn narrow_numbers_are_printed_as_such() {
    let charts = deduce(&kinds::narrow().dataset);
    assert_eq!(charts.len(), 2, "each part of a vector is drawn");
    assert_eq!(
        (charts[0].id.as_str(), charts[0].result.as_str()),
        ("pos-0-line", "pos[0]")
    );
    let csv = charts[1].data_rows(usize::MAX).to_csv();
    assert!(csv.contains("\n,0.1,0.1,,,1,0,measured"), "{csv}");
}

#[test]
fn a_lone_value_makes_no_axis() {
    let mut dims = inputs(1, 1, 1);
    dims.push(numbers("fixed", "kg", &[7.5]));
    dims.push(levels("host", &["here"]));
    let chart = one(dims, Kind::Float(64));
    assert_eq!(shape(&chart), (ChartKind::Line, 1, 1, 2));
    assert_eq!(chart.title, "out vs f0 vs c0");
    assert_eq!(chart.notes, ["At fixed = 7.5 kg, host = here."]);
    let chart = one(vec![levels("host", &["here"])], Kind::Float(64));
    assert_eq!(shape(&chart), (ChartKind::Bar, 1, 1, 1));
    let chart = one(vec![numbers("n", "", &[1.0])], Kind::Float(64));
    assert_eq!(chart.kind, ChartKind::Histogram);
}

#[test]
fn truths_over_repeats_are_proportions() {
    for c in 0..3 {
        let chart = one(inputs(0, c, 4), Kind::Bool);
        assert_eq!(chart.kind, ChartKind::Bar, "c = {c}");
        let Marks::Bars(series) = &chart.panels[0].marks else {
            panic!("no bars");
        };
        let point = &series[0].points[0];
        assert_eq!(point.y, Some(0.5));
        // Wilson's bounds of 2 of 4.
        let (lower, upper) = point.bounds.unwrap();
        assert!((lower - 0.150).abs() < 1e-3 && (upper - 0.850).abs() < 1e-3);
    }
    assert_eq!(one(inputs(1, 0, 4), Kind::Bool).kind, ChartKind::Curve);
    assert_eq!(one(inputs(0, 1, 1), Kind::Bool).kind, ChartKind::Bar);
}

#[test]
fn names_are_a_table_over_all_inputs() {
    let data = dataset(
        inputs(1, 1, 2),
        vec![result("winner", "", Kind::Category)],
        |_, at| Ok(Value::from(format!("name {}", at[0]))),
    );
    let chart = deduce(&data).remove(0);
    assert_eq!(shape(&chart), (ChartKind::Table, 1, 1, 16));
    let Marks::Table(table) = &chart.panels[0].marks else {
        panic!("no table");
    };
    assert_eq!(table.titles(), ["f0 [m]", "c0", "repeat", "winner"]);
    assert_eq!(table.rows[15][3].text, "name 3");
}

#[test]
fn contents_have_a_pane_for_every_sample() {
    let chart = one(inputs(1, 1, 2), Kind::Text);
    assert_eq!(shape(&chart), (ChartKind::Panes, 16, 4, 1));
    // The first input runs left to right, the repeats and the others top to bottom.
    assert_eq!(chart.panels[5].label(), "c0 = a, repeat = 2, f0 = 2 m");
    assert_eq!(
        chart.panels[5].marks,
        Marks::Pane(Pane::Text("text 4".to_owned()))
    );
    let csv = chart.data_rows(usize::MAX).to_csv();
    assert!(
        csv.starts_with("c0,repeat,f0 [m],out [s],state\r\na,1,1,text 0,measured\r\n"),
        "{csv}"
    );
    let chart = one(vec![Dim::repeats(300)], Kind::Text);
    assert_eq!(shape(&chart), (ChartKind::Panes, 200, 4, 1));
    assert_eq!(
        chart.notes,
        ["The first 200 of 300 samples over repeat are drawn; the stored results have them all."]
    );
    let pictures = deduce(&contents::images().dataset).remove(0);
    assert_eq!(shape(&pictures), (ChartKind::Panes, 8, 4, 1));
    let csv = pictures.data_rows(usize::MAX).to_csv();
    assert!(csv.contains("lit,2,,,,,skipped: needs a GPU"), "{csv}");
    assert!(csv.contains("lit,4,gone.png,image/png,119,"), "{csv}");
}

#[test]
fn tables_of_samples_are_drawn_by_their_columns() {
    let charts = deduce(&contents::training());
    let ids: Vec<&str> = charts.iter().map(|chart| chart.id.as_str()).collect();
    assert_eq!(ids, ["course-loss-line", "course-accuracy-line"]);
    let loss = &charts[0];
    assert_eq!(
        shape(loss),
        (ChartKind::Line, 2, 2, 4),
        "a series for every repeat"
    );
    assert_eq!(
        (loss.x.label(), loss.y.label()),
        ("step".into(), "loss".into())
    );
    assert_eq!(loss.legend.as_deref(), Some("repeat"));
    assert_eq!(
        loss.notes,
        [
            "1 sample timed out: took longer than 60 s.",
            "1 sample missing: the stored table is damaged."
        ]
    );
    let Marks::Lines(series) = &loss.panels[0].marks else {
        panic!("no lines");
    };
    let lengths: Vec<usize> = series.iter().map(|one| one.points.len()).collect();
    assert_eq!(lengths, [60, 60, 0, 60]);
    assert_eq!(series[0].points[30].y, None, "NaN is a gap");
    // Without repeats the levels of an input that has few are the series.
    let [_, latencies, rows] = contents::tables().map(|record| deduce(&record.dataset));
    assert_eq!(shape(&latencies[0]).0, ChartKind::Histogram);
    assert_eq!(latencies[0].panels.len(), 3);
    assert_eq!(shape(&rows[0]), (ChartKind::Panes, 2, 2, 1));
    let once = contents::training().select("repeat", 1).unwrap();
    let charts = deduce(&once);
    assert_eq!(shape(&charts[0]), (ChartKind::Line, 1, 1, 2));
    assert_eq!(charts[0].legend.as_deref(), Some("optimizer"));
    let chosen: Vec<(ChartKind, bool)> = explain(&once)
        .iter()
        .map(|one| (one.kind, one.chosen))
        .collect();
    assert_eq!(
        chosen,
        [
            (ChartKind::Histogram, false),
            (ChartKind::Line, true),
            (ChartKind::HeatMap, false),
            (ChartKind::Hexbin, false),
            (ChartKind::Panes, false),
            (ChartKind::Scatter, false),
            (ChartKind::Volume, false)
        ]
    );
}

#[test]
fn many_levels_become_colours_or_a_table() {
    let names: Vec<String> = (0..200).map(|n| format!("level {n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let many = || levels("many", &names);
    let chart = one(vec![numbers("n", "", &[1.0, 2.0]), many()], Kind::Float(64));
    assert_eq!(shape(&chart), (ChartKind::HeatMap, 1, 1, 400));
    let chart = one(vec![many(), levels("c", &["a", "b"])], Kind::Float(64));
    assert_eq!(shape(&chart), (ChartKind::HeatMap, 1, 1, 400));
    let chart = one(vec![many()], Kind::Float(64));
    assert_eq!(shape(&chart), (ChartKind::Table, 1, 1, 200));
    let mut dims = inputs(2, 0, 1);
    dims.push(many());
    let chart = one(dims, Kind::Float(64));
    assert_eq!(chart.panels.len(), 25);
    assert_eq!(
        chart.notes,
        ["The first 25 of 200 panels over many are drawn; the stored results have them all."]
    );
}

#[test]
fn absent_cells_are_gaps_with_a_reason() {
    let dims = vec![
        numbers("n", "", &[1.0, 2.0, 3.0, 4.0, 5.0]),
        Dim::repeats(2),
    ];
    let data = dataset(
        dims,
        vec![result("y", "s", Kind::Float(64))],
        |_, at| match (at[0], at[1]) {
            (1, _) => Err((CellState::Failed, "boom")),
            (2, 1) => Err((CellState::TimedOut, "")),
            (3, _) => Ok(Value::Float(f64::INFINITY)),
            (n, r) => Ok(Value::Float((n + r) as f64)),
        },
    );
    let charts = deduce(&data);
    let Marks::Lines(series) = &charts[0].panels[0].marks else {
        panic!("no lines");
    };
    let points = &series[0].points;
    let text = |n: usize| points[n].gap.as_ref().map(bencher_report::chart::Gap::text);
    assert_eq!((points[1].y, points[1].absent), (None, 2));
    assert_eq!(text(1).as_deref(), Some("failed: boom"));
    assert_eq!(
        (points[2].y, points[2].samples, points[2].absent),
        (Some(2.0), 1, 1)
    );
    assert_eq!(text(2).as_deref(), Some("timed out"));
    assert_eq!(text(3).as_deref(), Some("not a finite number: inf"));
    let runs: Vec<usize> = series[0].runs().map(<[_]>::len).collect();
    assert_eq!(runs, [1, 1, 1]);
    assert_eq!(
        charts[0].notes,
        ["Without a value: 3 failed (1 timed out), 2 not finite of 10 samples."]
    );
    let csv = charts[0].data_rows(usize::MAX).to_csv();
    assert!(csv.contains(",2,,,,0,2,failed: boom\r\n"), "{csv}");
}

#[test]
fn the_latest_snapshot_is_drawn() {
    let dims = vec![numbers("n", "", &[1.0, 2.0]), snapshots(3)];
    let data = dataset(dims, vec![result("y", "s", Kind::Float(64))], |_, at| {
        Ok(Value::Float((at[0] * 10 + at[1]) as f64))
    });
    let charts = deduce(&data);
    let Marks::Lines(series) = &charts[0].panels[0].marks else {
        panic!("no lines");
    };
    let values: Vec<Option<f64>> = series[0].points.iter().map(|point| point.y).collect();
    assert_eq!(values, [Some(2.0), Some(12.0)]);
    assert_eq!(charts[0].notes, ["The latest of 3 snapshots."]);
}

#[test]
fn every_kind_is_explained() {
    let explanations = explain(&with(inputs(1, 1, 3), Kind::Float(64)));
    let texts: Vec<String> = explanations
        .iter()
        .map(|one| format!("{} {} {}", one.kind.name(), one.chosen, one.reason))
        .collect();
    assert_eq!(
        texts,
        [
            "histogram false 2 inputs vary",
            "bars false 1 numeric input varies, and numbers need a scale",
            "boxes false 1 numeric input varies, and numbers need a scale",
            "line false every point has 3 repeats",
            "curve true one numeric input varies and every point has 3 repeats",
            "heat map false one numeric input varies, and a heat map needs two",
            "table false the curve shows every value",
            "main effects false 2 inputs vary, and the other plots show them all",
            "ratio false drawn on request: `--plots auto,ratio`",
            "ECDF false drawn on request: `--plots auto,ecdf`",
            "violins false drawn on request: `--plots auto,violin`",
            "scatter false drawn on request: `--plots auto,scatter`",
            "Pareto front false no earlier result has a direction",
            "scaling false drawn on request: `--plots auto,scaling`",
            "percentile band false drawn on request: `--plots auto,band`",
            "interaction false drawn on request: `--plots auto,interaction`",
            "parallel coordinates false 2 inputs vary, and parallel axes are drawn from 4 on: \
             `--plots auto,parallel` draws them all the same",
            "contour false 1 numeric input varies, and 2 are the axes",
            "surface false 1 numeric input varies, and 2 are the axes",
            "volume false 1 numeric input varies, and 3 are the axes",
        ]
    );
    let empty = with(vec![numbers("n", "", &[])], Kind::Float(64));
    assert!(deduce(&empty).is_empty());
    assert!(explain(&empty).iter().all(|one| !one.chosen));
}
