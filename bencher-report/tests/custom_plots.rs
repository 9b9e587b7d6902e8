//! Plots of a program's own: they are drawn as all others, and whatever they return, no report ends.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail"
)]

mod common;

use std::collections::BTreeMap;
use std::fs;

use bencher_core::bench::{OwnPlot, PlotSelection};
use bencher_core::dataset::Dataset;
use bencher_core::record::SweepRecord;
use bencher_core::value::{Kind, Value};
use bencher_report::chart::{
    Axis, BoxMark, BoxSeries, Chart, ChartKind, Field, GapKind, HeatMap, Histogram, Marks,
    Parallel, ParallelRow, Point, Series, Table, Ticks,
};
use bencher_report::deduce::{deduce_with, explain_with};
use bencher_report::{CustomPlot, PngBackend, ReportOptions, SweepPlot, write_report};
use common::{EVIL, numbers, record, result};

struct Own<F>(&'static str, F);

impl<F: Fn(&Dataset) -> Result<Chart, String> + Send + Sync> CustomPlot for Own<F> {
    fn name(&self) -> &str {
        self.0
    }

    fn chart(&self, dataset: &Dataset) -> Result<Chart, String> {
        (self.1)(dataset)
    }
}

fn of(marks: impl Fn() -> Marks + Send + Sync + 'static) -> SweepPlot {
    SweepPlot::new(Own("mine", move |_: &Dataset| {
        let levels = vec!["a".to_owned(), "b".to_owned()];
        let x = match marks() {
            Marks::Bars(_) | Marks::Boxes(_) | Marks::HeatMap(_) => {
                Axis::levels("x", levels.clone())
            }
            _ => Axis::linear("x", "m"),
        };
        let y = match marks() {
            Marks::HeatMap(_) => Axis::levels("y", levels),
            _ => Axis::linear("y", "s"),
        };
        Ok(Chart::new("Mine", (x, y), marks()))
    }))
}

fn sweep() -> SweepRecord {
    let info = vec![result("y", "s", Kind::Float(64))];
    let dims = vec![numbers("len", "", &[1.0, 2.0])];
    record(
        "Demo",
        common::dataset(dims, info, |_, at| Ok(Value::Float(at[0] as f64))),
    )
}

fn plots(names: &str) -> PlotSelection {
    PlotSelection::of(names.split(',')).unwrap()
}

fn why(plot: SweepPlot) -> Result<(), String> {
    let explained = explain_with(&sweep().dataset, plots("custom"), &[plot]);
    let one = explained.last().unwrap();
    assert_eq!(one.kind, ChartKind::Custom);
    if one.chosen {
        Ok(())
    } else {
        Err(one.reason.clone())
    }
}

fn series(ys: &[f64]) -> Vec<Series> {
    let points = ys
        .iter()
        .enumerate()
        .map(|(n, y)| Point::new(n as f64, Some(*y)));
    vec![Series {
        name: "one".to_owned(),
        points: points.collect(),
    }]
}

fn heat_map(width: usize, values: &[f64]) -> HeatMap {
    HeatMap {
        width,
        values: values.iter().copied().map(Some).collect(),
        bounds: Vec::new(),
        samples: Vec::new(),
        gaps: BTreeMap::new(),
        ranks: BTreeMap::new(),
    }
}

fn field(x: &[f64], values: &[f64]) -> Field {
    Field {
        x: x.to_vec(),
        y: vec![0.0, 1.0],
        z: Vec::new(),
        values: values.iter().copied().map(Some).collect(),
        bounds: Vec::new(),
        samples: Vec::new(),
        gaps: BTreeMap::new(),
    }
}

fn parallel(inputs: Vec<f64>) -> Parallel {
    Parallel {
        axes: vec![
            Axis::linear("a", ""),
            Axis::linear("b", ""),
            Axis::linear("y", ""),
        ],
        rows: vec![ParallelRow {
            inputs,
            value: Some(f64::NAN),
            samples: 1,
            gap: None,
        }],
    }
}

#[test]
fn every_sort_of_marks_is_drawn_by_every_renderer() {
    let boxes = || {
        let mark = |x| BoxMark {
            x,
            quartiles: None,
            outliers: vec![1.0, f64::INFINITY],
            centre: None,
            outline: Vec::new(),
            samples: 0,
            absent: 1,
            gap: None,
        };
        vec![BoxSeries {
            name: String::new(),
            boxes: vec![mark(7.0), mark(9.0)],
        }]
    };
    let histogram = || Histogram {
        edges: vec![0.0, 1.0, 2.0],
        counts: vec![3, 0],
        ..Histogram::default()
    };
    let all: Vec<SweepPlot> = vec![
        of(|| Marks::Lines(series(&[1.0, f64::NAN, 3.0]))),
        of(|| Marks::Lines(series(&[]))),
        of(|| Marks::Lines(series(&[f64::MAX, f64::MIN]))),
        of(|| Marks::Bars(series(&[1.0, -2.0]))),
        of(move || Marks::Boxes(boxes())),
        of(|| Marks::HeatMap(heat_map(2, &[1.0, 2.0, 3.0, f64::NAN]))),
        of(move || Marks::Histogram(histogram())),
        of(|| {
            Marks::Field(field(
                &[0.0, 1.0, 5.0],
                &[1.0, 2.0, 3.0, 4.0, 5.0, f64::INFINITY],
            ))
        }),
        of(|| Marks::Parallel(parallel(vec![1.0, 2.0]))),
        of(|| Marks::Parallel(parallel(vec![f64::NAN, 2.0]))),
    ];
    for (n, plot) in all.into_iter().enumerate() {
        for renderer in [PngBackend::BuiltIn, PngBackend::Gnuplot] {
            let dir = tempfile::tempdir().unwrap();
            let options = ReportOptions {
                png_backend: renderer,
                plots: Some(plots("custom")),
                own_plots: vec![
                    OwnPlot::new("Demo", "mine", plot.clone()),
                    OwnPlot::new("Other", "mine", plot.clone()),
                ],
                ..ReportOptions::default()
            };
            let files = write_report(&[sweep()], dir.path(), &options).unwrap();
            assert_eq!(files.warnings, [] as [String; 0], "{n}");
            let page = fs::read_to_string(files.html.unwrap()).unwrap();
            assert_eq!(page.matches("<figure").count(), 1, "{n}");
            assert!(page.contains("demo--mine-custom"), "{n}");
            let is_blank = [1, 9].contains(&n);
            assert_eq!(
                files.pngs.len(),
                usize::from(!is_blank),
                "{n} by {renderer:?}"
            );
        }
    }
}

#[test]
fn what_does_not_fit_is_rejected_with_a_reason() {
    let levels = "bars stand on levels: make the axis x with `Axis::levels`";
    let on_numbers = SweepPlot::new(Own("mine", |_: &Dataset| {
        let axes = (Axis::linear("x", ""), Axis::linear("y", ""));
        Ok(Chart::new("Mine", axes, Marks::Bars(series(&[1.0]))))
    }));
    assert_eq!(why(on_numbers), Err(levels.to_owned()));
    let table = || Table {
        columns: Vec::new(),
        units: Vec::new(),
        rows: Vec::new(),
        left_out: 0,
    };
    for (plot, reason) in [
        (
            of(|| Marks::Bars(series(&[1.0, 2.0, 3.0]))),
            "bars need a level for each of their 3 places; the axis x has 2",
        ),
        (
            of(|| Marks::HeatMap(heat_map(2, &[1.0, 2.0, 3.0]))),
            "3 cells are no rows of 2",
        ),
        (
            of(|| Marks::HeatMap(heat_map(0, &[]))),
            "cells need a level for each of their 0 places; the axis x has 2",
        ),
        (
            of(|| Marks::Field(field(&[0.0, 1.0], &[1.0]))),
            "1 values are not those of 4 places",
        ),
        (
            of(|| Marks::Field(field(&[1.0, 1.0], &[1.0; 4]))),
            "the numbers of a field's inputs do not ascend",
        ),
        (
            of(|| Marks::Parallel(parallel(vec![1.0]))),
            "each row needs a coordinate on 2 axes, and one axis more for its value",
        ),
        (
            of(|| {
                Marks::Histogram(Histogram {
                    edges: vec![1.0],
                    counts: vec![2],
                    ..Histogram::default()
                })
            }),
            "a histogram needs ascending edges, one more than counts",
        ),
        (
            of(move || Marks::Table(table())),
            "a plot of its own has marks on axes, not tables or texts",
        ),
        (
            SweepPlot::new(Own("mine", |_: &Dataset| Err("no such result".to_owned()))),
            "no such result",
        ),
        (
            SweepPlot::new(Own("mine", |_: &Dataset| panic!("oh"))),
            "the plot panicked",
        ),
    ] {
        assert_eq!(why(plot), Err(reason.to_owned()));
    }
}

#[test]
fn the_selection_says_whether_it_is_drawn() {
    let own = [of(|| Marks::Lines(series(&[1.0, 2.0])))];
    let kinds = |names: &str| -> Vec<ChartKind> {
        let charts = deduce_with(&sweep().dataset, plots(names), &own);
        charts.iter().map(|chart| chart.kind).collect()
    };
    assert_eq!(kinds("auto"), [ChartKind::Line, ChartKind::Custom]);
    assert_eq!(kinds("custom"), [ChartKind::Custom]);
    assert_eq!(kinds("table"), [ChartKind::Table]);
    let explained = explain_with(&sweep().dataset, plots("table"), &own);
    assert_eq!(
        explained.last().unwrap().reason,
        "not among the chosen plots: table"
    );
    let without = explain_with(&sweep().dataset, plots("custom"), &[]);
    assert!(
        without
            .last()
            .unwrap()
            .reason
            .starts_with("the sweep has no plot of its own")
    );
}

/// The tool has no code of the program: a reader who wants its plots learns why they are not here.
#[test]
fn a_page_without_a_plot_of_the_program_says_why() {
    let mut swept = sweep();
    let attribute = OwnPlot::ATTRIBUTE.to_owned();
    swept
        .dataset
        .attributes
        .insert(attribute, "mine".to_owned());
    for (chosen, is_told) in [("auto", true), ("custom", true), ("table", false)] {
        let dir = tempfile::tempdir().unwrap();
        let options = ReportOptions {
            png: false,
            plots: Some(plots(chosen)),
            ..ReportOptions::default()
        };
        let files = write_report(&[swept.clone()], dir.path(), &options).unwrap();
        let page = fs::read_to_string(files.html.unwrap()).unwrap();
        let told =
            page.contains("Without a plot of the program’s own. mine: it is code of that program");
        assert_eq!(told, is_told, "{chosen}");
    }
}

#[test]
fn a_description_is_completed() {
    let plot = SweepPlot::new(Own(EVIL, |_: &Dataset| {
        let mut x = Axis::linear(EVIL, "");
        x.ticks = Ticks::Log;
        let axes = (x, Axis::linear("y", ""));
        let points = vec![
            Point::new(0.0, Some(2.0)),
            Point::new(f64::NAN, Some(1.0)),
            Point::new(3.0, Some(f64::NAN)),
        ];
        let mut chart = Chart::new(
            EVIL,
            axes,
            Marks::Lines(vec![Series {
                name: EVIL.to_owned(),
                points,
            }]),
        );
        chart.columns = 0;
        Ok(chart)
    }));
    let charts = deduce_with(&sweep().dataset, plots("custom"), &[plot.clone(), plot]);
    let ids: Vec<&str> = charts.iter().map(|chart| chart.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "script-img-src-x-onerror-alert-1-custom",
            "script-img-src-x-onerror-alert-1-custom-2"
        ]
    );
    let chart = &charts[0];
    assert_eq!(
        (chart.x.range, chart.y.range),
        (Some((0.0, 3.0)), Some((2.0, 2.0)))
    );
    assert_eq!(chart.x.ticks, Ticks::Linear, "zero has no logarithm");
    assert_eq!(chart.columns, 1);
    let Marks::Lines(lines) = &chart.panels[0].marks else {
        panic!("no lines");
    };
    assert_eq!(lines[0].points.len(), 2, "a point without a place is none");
    assert_eq!(
        lines[0].points[1].gap.as_ref().unwrap().kind,
        GapKind::NotFinite
    );
}
