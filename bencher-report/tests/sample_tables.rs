//! Tables and arrays that samples recorded, as the figures that their author chose: their numbers by hand.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail"
)]
#![allow(dead_code, reason = "each test uses its part of what they share")]

mod common;

use bencher_core::dataset::{CellState, Dataset};
use bencher_core::value::{Kind, ResultValue, Table, TablePlot};
use bencher_report::chart::{Chart, ChartKind, Marks, TableRow};
use bencher_report::deduce::{deduce, explain};
use bencher_report::{PngBackend, ReportOptions, write_report};
use common::{dataset, levels, record, result};

/// A sweep over two levels, the second of which failed for `b`; each sample is a table.
fn sweep(table: impl Fn(usize) -> Option<Table>) -> Dataset {
    let dims = vec![levels("algo", &["a", "b"])];
    let results = vec![result("steps", "", Kind::Table)];
    dataset(dims, results, |_, at| match table(at[0]) {
        Some(table) => Ok(table.into_value()),
        None => Err((CellState::Failed, "no steps")),
    })
}

fn points() -> Table {
    Table::new()
        .column("x", vec![0.0, 1.0, 1.0, 2.0, f64::NAN])
        .unwrap()
        .column("y", vec![5.0, 5.0, 5.0, 6.0, 6.0])
        .unwrap()
        .column("z", vec![1.0, 2.0, 4.0, f64::INFINITY, 9.0])
        .unwrap()
}

fn kinds(charts: &[Chart]) -> Vec<ChartKind> {
    charts.iter().map(|chart| chart.kind).collect()
}

#[test]
fn points_are_points() {
    let charts = deduce(&sweep(|_| Some(points().plotted_as(TablePlot::Scatter))));
    assert_eq!(kinds(&charts), [ChartKind::Scatter, ChartKind::Scatter]);
    assert_eq!(charts[0].title, "y of steps vs algo over x");
    let Marks::Lines(series) = &charts[0].panels[0].marks else {
        panic!("{:?}", charts[0].panels);
    };
    let drawn: Vec<_> = series[1]
        .points
        .iter()
        .map(|point| (point.x, point.y))
        .collect();
    let expected = [(0.0, 5.0), (1.0, 5.0), (1.0, 5.0), (2.0, 6.0)];
    assert_eq!(
        drawn,
        expected.map(|(x, y)| (x, Some(y))),
        "NaN has no place"
    );
}

/// By hand: x 0, 1, 1, 2 and y 5, 5, 5, 6 make a hexagon each; the two rows at (1, 5) share one.
#[test]
fn a_hexbin_counts_the_rows_of_each_hexagon() {
    let counted = sweep(|at| (at == 1).then(|| points().plotted_as(TablePlot::Hexbin)));
    let charts = deduce(&counted);
    // The column z is left, which the panes show.
    assert_eq!(kinds(&charts), [ChartKind::Hexbin, ChartKind::Panes]);
    let hexbin = |panel: usize| match &charts[0].panels[panel].marks {
        Marks::Hexbin(hexbin) => hexbin.clone(),
        other => panic!("{other:?}"),
    };
    let found = hexbin(1);
    let mut counts: Vec<(f64, f64, u64)> = found
        .cells
        .iter()
        .map(|cell| (cell.x.round(), cell.y.round(), cell.count))
        .collect();
    counts.sort_by(|one, other| one.partial_cmp(other).unwrap());
    assert_eq!(counts, [(0.0, 5.0, 1), (1.0, 5.0, 2), (2.0, 6.0, 1)]);
    let failed = hexbin(0);
    assert!(failed.cells.is_empty() && failed.gap.unwrap().text() == "failed: no steps");
    let color = charts[0].color.as_ref().unwrap();
    assert_eq!(
        (color.name.as_str(), color.range),
        ("rows", Some((1.0, 2.0)))
    );
    // One of five rows has no x.
    assert!(
        charts[0]
            .notes
            .iter()
            .any(|note| note.starts_with("1 of 5 rows without a number"))
    );
    let csv = charts[0].data_rows(10).to_csv();
    assert!(
        csv.starts_with("algo,x,y,rows,state\r\na,,,,failed: no steps\r\nb,0,5,1,\r\n"),
        "{csv}"
    );
}

/// The numbers of `b` are a hundred above those of `a`, so that a bar of both would be far from the others.
#[test]
fn a_histogram_counts_the_rows_of_its_own_point() {
    let values = |at: usize| [1.0, 2.0, 4.0].map(|x| x + 100.0 * at as f64).to_vec();
    let charts = deduce(&sweep(|at| {
        Some(Table::new().column("latency", values(at)).unwrap())
    }));
    assert_eq!(kinds(&charts), [ChartKind::Histogram]);
    let found = |panel: usize| match &charts[0].panels[panel].marks {
        Marks::Histogram(one) => (
            (one.edges[0], *one.edges.last().unwrap()),
            one.counts.iter().sum::<u64>(),
            one.first_rows[0][0],
        ),
        other => panic!("{other:?}"),
    };
    let row = |x: f64| TableRow {
        number: 1,
        repeat: 0,
        x,
        y: None,
    };
    assert_eq!(found(0), ((1.0, 4.0), 3, row(1.0)));
    assert_eq!(found(1), ((101.0, 104.0), 3, row(101.0)));
}

#[test]
fn a_heat_map_of_tables_has_the_mean_of_their_rows() {
    let map = |chart: &Chart, panel: usize| match &chart.panels[panel].marks {
        Marks::HeatMap(map) => map.clone(),
        other => panic!("{other:?}"),
    };
    let means = sweep(|at| (at == 0).then(|| points().plotted_as(TablePlot::HeatMap)));
    let charts = deduce(&means);
    assert_eq!(kinds(&charts), [ChartKind::HeatMap]);
    let values = [Some(1.0), Some(3.0), None, None, None, None];
    assert_eq!(
        map(&charts[0], 0).values,
        values,
        "of 2 and 4; infinity is none"
    );
    let failed = map(&charts[0], 1);
    assert!(failed.values.iter().all(Option::is_none));
    assert_eq!(failed.gaps[&0].text(), "failed: no steps");
}

#[test]
fn an_array_has_the_figure_of_its_dimensions() {
    let of = |value: fn(usize) -> bencher_core::value::Value| {
        let dims = vec![levels("algo", &["a", "b"])];
        let results = vec![result("field", "", Kind::Table)];
        dataset(dims, results, |_, at| Ok(value(at[0])))
    };
    let one = of(|at| ndarray::arr1(&[1.0, 4.0, 9.0 + at as f64]).into_value());
    assert_eq!(kinds(&deduce(&one)), [ChartKind::Line]);
    let two = of(|at| ndarray::arr2(&[[1.0, 2.0, 3.0], [4.0, 5.0, at as f64]]).into_value());
    let charts = deduce(&two);
    assert_eq!(kinds(&charts), [ChartKind::HeatMap]);
    assert_eq!(
        (charts[0].x.name.as_str(), charts[0].y.name.as_str()),
        ("dim_1", "dim_0")
    );
    let Marks::HeatMap(map) = &charts[0].panels[1].marks else {
        panic!("no map");
    };
    assert_eq!(map.values, [1.0, 2.0, 3.0, 4.0, 5.0, 1.0].map(Some));
    assert_eq!(charts[0].color.as_ref().unwrap().range, Some((0.0, 5.0)));
    let three = of(|_| {
        let cube =
            ndarray::Array3::from_shape_fn((2, 2, 3), |(a, b, c)| (100 * a + 10 * b + c) as f64);
        cube.into_value()
    });
    let charts = deduce(&three);
    assert_eq!(kinds(&charts), [ChartKind::Volume]);
    let Marks::Field(field) = &charts[0].panels[0].marks else {
        panic!("no field");
    };
    assert_eq!((field.x.len(), field.y.len(), field.z.len()), (3, 2, 2));
    assert_eq!(field.values[7], Some(101.0), "dim_2 fastest: (1, 0, 1)");
    let four = of(|_| ndarray::ArrayD::<f64>::zeros(vec![1, 2, 1, 2]).into_value());
    // Lines over the first column, or what is left in panes: never nothing.
    assert!(!deduce(&four).is_empty());
}

/// Every figure is drawn by the page and as a picture, whatever is in the tables.
#[test]
fn tables_of_all_kinds_are_drawn() {
    let plots = [
        TablePlot::Curve,
        TablePlot::Scatter,
        TablePlot::Histogram,
        TablePlot::Hexbin,
        TablePlot::HeatMap,
        TablePlot::Volume,
    ];
    let column = |n: usize, values: &[f64]| {
        let names = ["a", "</script><img src=x>", "c", "d"];
        (names[n], values.to_vec())
    };
    let hostile = |count: usize, values: &[f64]| {
        (0..count).fold(Table::new(), |table, n| {
            let (name, values) = column(n, values);
            table.column(name, values).unwrap()
        })
    };
    let many: Vec<f64> = (0..2000).map(|n| f64::from(n % 977)).collect();
    let contents: [&[f64]; 5] = [
        &[],
        &[1.0],
        &[f64::NAN, f64::INFINITY],
        &[f64::MAX, -f64::MAX, 5e-324],
        &many,
    ];
    let dir = tempfile::tempdir().unwrap();
    for plot in plots {
        for (n, values) in contents.into_iter().enumerate() {
            for count in 1..=4 {
                let data = sweep(|_| Some(hostile(count, values).plotted_as(plot)));
                assert!(!deduce(&data).is_empty(), "{plot:?} {count} {n}");
                let why = explain(&data);
                assert!(why.iter().any(|one| one.chosen), "{plot:?} {count} {n}");
                let options = ReportOptions {
                    png_backend: PngBackend::BuiltIn,
                    png: n < 4,
                    plot_width: 250,
                    plot_height: 200,
                    ..ReportOptions::default()
                };
                let files = write_report(&[record("Tables", data)], dir.path(), &options);
                let files = files.unwrap();
                let page = std::fs::read_to_string(files.html.unwrap()).unwrap();
                assert!(!page.contains("<img src=x>"), "{plot:?} {count} {n}");
            }
        }
    }
}
