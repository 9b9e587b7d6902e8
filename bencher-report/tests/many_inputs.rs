//! The plots over several inputs: their numbers against ones computed by hand, for every shape of a sweep.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail"
)]

mod common;

use bencher_core::bench::PlotSelection;
use bencher_core::dataset::{CellState, Dataset, Dim, OWN_AXES};
use bencher_core::value::{Kind, Value};
use bencher_core::var::Direction;
use bencher_report::chart::{Axis, Chart, ChartKind, Field, Marks, Parallel, Series};
use bencher_report::deduce::{deduce_plots, explain_plots};
use common::{dataset, levels, numbers, result};

fn plots(names: &str) -> PlotSelection {
    PlotSelection::of(names.split(',')).unwrap()
}

fn of_kind(dataset: &Dataset, name: &str, kind: ChartKind) -> Vec<Chart> {
    let mut charts = deduce_plots(dataset, plots(name));
    charts.retain(|chart| chart.kind == kind);
    charts
}

fn why(dataset: &Dataset, name: &str, kind: ChartKind) -> (bool, String) {
    let all = explain_plots(dataset, plots(name));
    let one = all.into_iter().find(|one| one.kind == kind).unwrap();
    (one.chosen, one.reason)
}

/// A panel whose values are a thousand times those of another has an axis of its own.
#[test]
fn panels_have_axes_of_their_own_where_that_is_declared() {
    let dims = vec![
        numbers("n", "", &[1.0, 2.0]),
        levels("a", &["p", "q"]),
        levels("b", &["small", "large"]),
    ];
    let mut data = of(dims, |at| {
        let scale = [1.0, 1000.0][at[2]];
        Some(scale * (1.0 + at[0] as f64 + 2.0 * at[1] as f64))
    });
    let shared = of_kind(&data, "line", ChartKind::Line);
    assert_eq!((shared.len(), shared[0].panels.len()), (1, 2));
    assert_eq!(shared[0].y.range, Some((1.0, 4000.0)));
    let names = "other, out".to_owned();
    data.attributes.insert(OWN_AXES.to_owned(), names);
    let own = of_kind(&data, "line", ChartKind::Line);
    let ranges: Vec<_> = own.iter().map(|chart| chart.y.range).collect();
    assert_eq!(ranges, [Some((1.0, 4.0)), Some((1000.0, 4000.0))]);
    let titles: Vec<&str> = own.iter().map(|chart| chart.title.as_str()).collect();
    assert_eq!(
        titles,
        ["out vs n vs a, b = small", "out vs n vs a, b = large"]
    );
    let ids: Vec<&str> = own.iter().map(|chart| chart.id.as_str()).collect();
    assert_eq!(ids, ["out-line", "out-line-2"]);
    assert_eq!(lines(&own[1], 0)[1].points[0].y, Some(3000.0));
    assert!(own[1].data_rows(9).to_csv().starts_with("b,a,n,out [s],"));
    data.attributes
        .insert(OWN_AXES.to_owned(), "other".to_owned());
    assert_eq!(of_kind(&data, "line", ChartKind::Line).len(), 1);
}

/// A time of three rounds has no bounds, so it may be any: the smallest point stays on the front, the others may be dominated.
/// Where no time has bounds, nothing is judged.
#[test]
fn a_front_takes_no_time_without_bounds_for_exact() {
    let front = |rounds: [usize; 3]| {
        let dims = vec![levels("codec", &["a", "b", "c"]), Dim::repeats(8)];
        let wanted = |name: &str, timed| {
            let mut info = result(name, if timed { "s" } else { "B" }, Kind::Float(64));
            (info.direction, info.timed) = (Direction::Minimize, timed);
            info
        };
        let data = dataset(
            dims,
            vec![wanted("size", false), wanted("time", true)],
            |name, at| {
                if at[1] >= rounds[at[0]] {
                    return Err((CellState::Pending, ""));
                }
                let noise = 1.0 + 0.001 * at[1] as f64;
                Ok(Value::Float(match name {
                    "size" => 300.0 - 100.0 * at[0] as f64,
                    _ => (1.0 + at[0] as f64) * noise,
                }))
            },
        );
        let chart = of_kind(&data, "pareto", ChartKind::Pareto).remove(0);
        chart.notes[1].clone()
    };
    assert_eq!(
        front([8, 8, 8]),
        "By the bounds of both results, 3 points are surely on the front, 0 points are maybe, and 0 points are surely \
         dominated."
    );
    let mixed = front([8, 8, 3]);
    assert!(
        mixed.contains("1 point is surely on the front, 2 points are maybe"),
        "{mixed}"
    );
    assert!(
        mixed.ends_with("1 point lacks the bounds of a result, which may be any there."),
        "{mixed}"
    );
    let none = front([3, 3, 3]);
    assert!(
        none.starts_with("No point has bounds of both results"),
        "{none}"
    );
}

fn lines(chart: &Chart, panel: usize) -> &[Series] {
    match &chart.panels[panel].marks {
        Marks::Lines(series) => series,
        other => panic!("{other:?}"),
    }
}

fn parallel(chart: &Chart) -> &Parallel {
    match &chart.panels[0].marks {
        Marks::Parallel(parallel) => parallel,
        other => panic!("{other:?}"),
    }
}

fn field(chart: &Chart, panel: usize) -> &Field {
    match &chart.panels[panel].marks {
        Marks::Field(field) => field,
        other => panic!("{other:?}"),
    }
}

fn of(dims: Vec<Dim>, value: impl Fn(&[usize]) -> Option<f64>) -> Dataset {
    let info = vec![result("out", "s", Kind::Float(64))];
    dataset(dims, info, |_, at| match value(at) {
        Some(y) => Ok(Value::Float(y)),
        None => Err((CellState::Failed, "boom")),
    })
}

/// Four inputs of two levels: `y` is the number that their positions make, but for one point that failed.
fn four() -> Dataset {
    let dims = vec![
        numbers("n", "B", &[64.0, 1.0]),
        levels("a", &["p", "q"]),
        levels("b", &["r", "s"]),
        levels("c", &["t", "u"]),
    ];
    of(dims, |at| {
        let number = at.iter().fold(0, |sum, at| sum * 2 + at);
        (number != 5).then_some(number as f64)
    })
}

#[test]
fn parallel_axes_have_a_line_for_each_point_from_four_inputs_on() {
    let charts = of_kind(&four(), "auto", ChartKind::Parallel);
    assert_eq!(charts.len(), 1);
    let found = parallel(&charts[0]);
    let axes: Vec<String> = found.axes.iter().map(Axis::label).collect();
    assert_eq!(axes, ["n [B]", "a", "b", "c", "out [s]"]);
    assert_eq!(found.rows.len(), 16);
    let failed: Vec<_> = found
        .rows
        .iter()
        .filter(|row| row.value.is_none())
        .collect();
    assert_eq!(failed.len(), 1);
    // 5 is 0101: the first of n and b, the second of a and c.
    assert_eq!(failed[0].inputs, [64.0, 1.0, 0.0, 1.0]);
    assert_eq!(failed[0].gap.as_ref().unwrap().text(), "failed: boom");
    let greatest = found
        .rows
        .iter()
        .find(|row| row.value == Some(15.0))
        .unwrap();
    assert_eq!(greatest.inputs, [1.0, 1.0, 1.0, 1.0]);
    let csv = charts[0].data_rows(100).to_csv();
    assert!(
        csv.starts_with("n [B],a,b,c,out [s],samples,state\r\n64,p,r,t,0,1,measured\r\n"),
        "{csv}"
    );
    assert!(csv.contains("64,q,r,u,,0,failed: boom\r\n"), "{csv}");
    assert_eq!(
        why(&four(), "auto", ChartKind::Parallel),
        (true, "4 inputs vary: an axis for each".to_owned())
    );

    let three = of(
        vec![
            levels("a", &["p", "q"]),
            levels("b", &["r", "s"]),
            levels("c", &["t", "u"]),
        ],
        |at| Some(at[0] as f64),
    );
    let (chosen, reason) = why(&three, "auto", ChartKind::Parallel);
    assert!(
        !chosen && reason.starts_with("3 inputs vary, and parallel axes are drawn from 4 on"),
        "{reason}"
    );
    assert!(why(&three, "parallel", ChartKind::Parallel).0, "by name");
}

#[test]
fn of_very_many_lines_the_extremes_stay() {
    let many: Vec<f64> = (0..500).map(f64::from).collect();
    let dims = vec![numbers("x", "", &many), numbers("y", "", &many[..8])];
    let dataset = of(dims, |at| Some((at[0] * 8 + at[1]) as f64));
    let charts = of_kind(&dataset, "parallel", ChartKind::Parallel);
    let values: Vec<f64> = parallel(&charts[0])
        .rows
        .iter()
        .filter_map(|row| row.value)
        .collect();
    assert_eq!(values.len(), 1500);
    assert_eq!((values[0], values[1499]), (0.0, 3999.0));
    assert!(
        charts[0].notes[0].contains("1500 of 4000 points are drawn"),
        "{}",
        charts[0].notes[0]
    );
}

#[test]
fn a_band_has_the_percentiles_of_the_samples() {
    let dims = vec![
        numbers("x", "", &[1.0, 2.0]),
        levels("a", &["p", "q"]),
        Dim::repeats(11),
    ];
    let dataset = of(dims, |at| {
        let y = at[2] as f64 * (1.0 + at[1] as f64) - 5.0;
        (at[0] == 0 || at[1] == 0).then_some(y)
    });
    let charts = of_kind(&dataset, "band", ChartKind::Band);
    assert_eq!(charts.len(), 1);
    assert_eq!(charts[0].panels.len(), 2, "a panel for each level of `a`");
    // Of 0 to 10, less 5.
    let point = &lines(&charts[0], 0)[0].points[0];
    assert_eq!(
        (point.y, point.bounds, point.outer),
        (Some(0.0), Some((-2.5, 2.5)), Some((-4.0, 4.0)))
    );
    let failed = &lines(&charts[0], 1)[0].points[1];
    assert_eq!((failed.y, failed.bounds, failed.absent), (None, None, 11));
    let csv = charts[0].data_rows(1).to_csv();
    assert!(csv.contains("out [s],p25,p75,p10,p90,samples"), "{csv}");
    assert!(csv.contains(",0,-2.5,2.5,-4,4,11,0,measured"), "{csv}");
    assert_eq!(
        why(&four(), "band", ChartKind::Band),
        (false, "every point was run once".to_owned())
    );
}

#[test]
fn an_interaction_is_what_two_inputs_explain_beyond_each() {
    let two = of(
        vec![levels("a", &["p", "q"]), levels("b", &["r", "s"])],
        |at| Some([[-1.0, 3.0], [0.0, 7.0]][at[0]][at[1]]),
    );
    let charts = of_kind(&two, "interaction", ChartKind::Interaction);
    assert_eq!(charts.len(), 1);
    let series = lines(&charts[0], 0);
    assert_eq!(charts[0].legend.as_deref(), Some("b"));
    let ys: Vec<Vec<Option<f64>>> = series
        .iter()
        .map(|one| one.points.iter().map(|point| point.y).collect())
        .collect();
    assert_eq!(ys, [[Some(-1.0), Some(0.0)], [Some(3.0), Some(7.0)]]);
    // By hand: each residual is 0.75, so 2.25 of the sum of squares of 38.75.
    assert!(
        charts[0].notes[0].contains("that explains 5.8 % of the differences"),
        "{}",
        charts[0].notes[0]
    );

    // Without an interaction of logarithms, and over a third input: the geometric mean of 1 and 4, of 2 and 8.
    let dims = vec![
        numbers("n", "", &[2.0, 1.0]),
        levels("a", &["p", "q"]),
        levels("b", &["r", "s"]),
    ];
    let three = of(dims, |at| {
        Some([2.0, 1.0][at[0]] * [1.0, 8.0][at[1]] * [1.0, 4.0][at[2]])
    });
    let charts = of_kind(&three, "interaction", ChartKind::Interaction);
    assert_eq!(charts.len(), 3);
    let chart = charts
        .iter()
        .find(|chart| chart.title == "out: n for each a")
        .unwrap();
    let first: Vec<(f64, f64)> = lines(chart, 0)[0]
        .points
        .iter()
        .map(|point| (point.x, point.y.unwrap()))
        .collect();
    assert_eq!((first[0].0, first[1].0), (1.0, 2.0), "ascending");
    assert!(
        (first[0].1 - 2.0).abs() < 1e-12 && (first[1].1 - 4.0).abs() < 1e-12,
        "{first:?}"
    );
    assert!(
        chart.notes[0].contains("less than 0.1 %"),
        "{}",
        chart.notes[0]
    );
}

#[test]
fn contours_and_surfaces_stand_on_the_numbers_of_their_inputs() {
    let dims = || {
        vec![
            numbers("x", "mm", &[3.0, 1.0, 2.0]),
            numbers("y", "", &[10.0, 20.0]),
            levels("c", &["p", "q"]),
        ]
    };
    let dataset = of(dims(), |at| {
        let (x, y) = ([3.0, 1.0, 2.0][at[0]], [10.0, 20.0][at[1]]);
        (at[2] == 0 || at[0] != 2).then_some(x + y)
    });
    for (name, kind) in [
        ("contour", ChartKind::Contour),
        ("surface", ChartKind::Surface),
    ] {
        let charts = of_kind(&dataset, name, kind);
        assert_eq!(charts[0].panels.len(), 2);
        let found = field(&charts[0], 0);
        assert_eq!(
            (found.x.as_slice(), found.y.as_slice()),
            (&[1.0, 2.0, 3.0][..], &[10.0, 20.0][..])
        );
        let values: Vec<f64> = found.values.iter().copied().flatten().collect();
        assert_eq!(values, [11.0, 12.0, 13.0, 21.0, 22.0, 23.0]);
        let holes: Vec<usize> = field(&charts[0], 1).gaps.keys().copied().collect();
        assert_eq!(holes, [1, 4]);
        let csv = charts[0].data_rows(100).to_csv();
        assert!(
            csv.starts_with(
                "c,x [mm],y,out [s],low,high,samples,state\r\np,1,10,11,,,1,measured\r\n"
            ),
            "{csv}"
        );
        let flat = of(vec![numbers("x", "", &[1.0, 2.0])], |_| Some(1.0));
        assert_eq!(
            why(&flat, name, kind),
            (
                false,
                "1 numeric input varies, and 2 are the axes".to_owned()
            )
        );
    }
    assert_eq!(
        why(&dataset, "volume", ChartKind::Volume),
        (
            false,
            "2 numeric inputs vary, and 3 are the axes".to_owned()
        )
    );
}

#[test]
fn a_volume_has_three_axes() {
    let dims = vec![
        numbers("x", "", &[1.0, 2.0]),
        numbers("y", "", &[1.0, 2.0]),
        numbers("z", "m", &[5.0, 4.0]),
    ];
    let dataset = of(dims, |at| Some((100 * at[0] + 10 * at[1] + at[2]) as f64));
    let charts = of_kind(&dataset, "volume", ChartKind::Volume);
    let found = field(&charts[0], 0);
    assert_eq!(found.z, [4.0, 5.0]);
    assert_eq!(charts[0].depth.as_ref().unwrap().label(), "z [m]");
    let values: Vec<f64> = found.values.iter().copied().flatten().collect();
    assert_eq!(values, [1.0, 101.0, 11.0, 111.0, 0.0, 100.0, 10.0, 110.0]);
    let csv = charts[0].data_rows(1).to_csv();
    assert!(csv.ends_with("1,1,4,1,,,1,measured\r\n"), "{csv}");
}

#[test]
fn many_levels_have_their_place_or_a_reason() {
    let names: Vec<String> = (0..200).map(|n| format!("level {n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let many = || levels("many", &names);
    let two = of(vec![many(), levels("m", &["a", "b"])], |at| {
        Some(at[0] as f64)
    });
    let (chosen, reason) = why(&two, "interaction", ChartKind::Interaction);
    assert!(
        !chosen && reason.starts_with("no two inputs have room"),
        "{reason}"
    );
    assert!(deduce_plots(&two, plots("interaction")).is_empty());
    let charts = of_kind(&two, "parallel", ChartKind::Parallel);
    assert_eq!(parallel(&charts[0]).rows.len(), 400);
    let numbers_of: Vec<f64> = (0..200).map(f64::from).collect();
    let dims = vec![
        numbers("n", "", &numbers_of),
        levels("m", &["a", "b"]),
        Dim::repeats(2),
    ];
    let along = of(dims, |at| Some(at[0] as f64));
    let charts = of_kind(&along, "interaction", ChartKind::Interaction);
    assert_eq!(lines(&charts[0], 0)[1].points.len(), 200);
    let dims = vec![numbers("n", "", &[1.0, 2.0]), many(), Dim::repeats(2)];
    let panels = of(dims, |at| Some(at[1] as f64));
    let charts = of_kind(&panels, "band", ChartKind::Band);
    assert_eq!(charts[0].panels.len(), 25);
    assert!(
        charts[0]
            .notes
            .iter()
            .any(|note| note.starts_with("The first 25 of 200 panels"))
    );
}

/// Whatever the shape, a kind is drawn exactly where it is explained as drawn.
#[test]
fn every_shape_has_the_plots_that_its_explanation_names() {
    let names = "band,interaction,parallel,contour,surface,volume";
    for f in 0..=4 {
        for c in 0..=3 {
            for repeats in [1, 3] {
                let mut dims: Vec<Dim> = (0..f)
                    .map(|n| numbers(&format!("f{n}"), "m", &[1.0, 2.0, 4.0]))
                    .collect();
                dims.extend((0..c).map(|n| levels(&format!("c{n}"), &["a", "b"])));
                if repeats > 1 {
                    dims.push(Dim::repeats(repeats));
                }
                for is_failed in [false, true] {
                    let dataset = of(dims.clone(), |at| {
                        let sum = at
                            .iter()
                            .enumerate()
                            .map(|(n, at)| (n + 1) * at)
                            .sum::<usize>();
                        (!is_failed && sum != 3).then_some(sum as f64)
                    });
                    let charts = deduce_plots(&dataset, plots(names));
                    for one in explain_plots(&dataset, plots(names)) {
                        let is_drawn = charts.iter().any(|chart| chart.kind == one.kind);
                        assert_eq!(
                            is_drawn, one.chosen,
                            "{one:?} of f = {f}, c = {c}, {repeats}, {is_failed}"
                        );
                    }
                    let chosen = |kind| charts.iter().any(|chart: &Chart| chart.kind == kind);
                    assert_eq!(chosen(ChartKind::Parallel), f + c >= 2);
                    assert_eq!(chosen(ChartKind::Contour), f >= 2);
                    assert_eq!(chosen(ChartKind::Volume), f >= 3);
                    assert_eq!(chosen(ChartKind::Band), f >= 1 && repeats > 1);
                    assert_eq!(chosen(ChartKind::Interaction), f + c >= 2 && !is_failed);
                }
            }
        }
    }
}
