//! The plots that are chosen by name, and those that compare: their numbers against ones computed by hand.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail"
)]

mod common;

use bencher_core::bench::PlotSelection;
use bencher_core::dataset::{COMPARED, Dataset, Dim};
use bencher_core::value::{Kind, Value};
use bencher_core::var::Direction;
use bencher_report::chart::{Chart, ChartKind, Marks, PointSign, Series, Ticks};
use bencher_report::deduce::{deduce, deduce_plots, explain_plots};
use common::{dataset, levels, numbers, result};

fn plots(names: &str) -> PlotSelection {
    PlotSelection::of(names.split(',')).unwrap()
}

fn of_kind(dataset: &Dataset, name: &str, kind: ChartKind) -> Vec<Chart> {
    let mut charts = deduce_plots(dataset, plots(name));
    charts.retain(|chart| chart.kind == kind);
    charts
}

fn lines(chart: &Chart, panel: usize) -> &[Series] {
    match &chart.panels[panel].marks {
        Marks::Lines(series) | Marks::Bars(series) => series,
        other => panic!("{other:?}"),
    }
}

fn ys(series: &Series) -> Vec<f64> {
    series.points.iter().map(|point| point.y.unwrap()).collect()
}

fn close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (one, other) in found.iter().zip(expected) {
        assert!(
            (one - other).abs() <= 1e-9 * other.abs().max(1.0),
            "{found:?}"
        );
    }
}

#[test]
fn a_line_below_another_one_is_named() {
    let dims = vec![
        levels("pivot", &["left", "middle", "random"]),
        numbers("len", "", &[10.0, 1000.0]),
    ];
    let swaps = result("swaps", "", Kind::Float(64));
    let data = dataset(dims, vec![swaps], |_, at| {
        Ok(Value::Float(
            [[1.0, 2.0], [1.0, 2.5], [1.0, 2.0]][at[0]][at[1]],
        ))
    });
    let charts = of_kind(&data, "line", ChartKind::Line);
    let note = "Lines with the same values lie on each other: left and random.";
    assert!(
        charts[0].notes.iter().any(|known| known == note),
        "{:?}",
        charts[0].notes
    );
}

/// `algo` (quick, merge) by `len` (10, 1000) by eight repeats, where merge takes 3 and 1.5 times as long.
fn sorting() -> Dataset {
    let dims = vec![
        levels("algo", &["quick", "merge"]),
        numbers("len", "", &[10.0, 1000.0]),
        Dim::repeats(8),
    ];
    let mut elapsed = result("elapsed", "s", Kind::Float(64));
    elapsed.timed = true;
    dataset(dims, vec![elapsed], |_, at| {
        let drift = 1.0 + 0.1 * at[2] as f64;
        let factor = [[1.0, 100.0], [3.0, 150.0]][at[0]][at[1]];
        Ok(Value::Float(drift * factor))
    })
}

#[test]
fn every_kind_has_the_name_that_chooses_it() {
    let names: Vec<&str> = PlotSelection::NAMES.into_iter().skip(1).collect();
    let dataset = sorting();
    let explained = explain_plots(&dataset, plots("auto"));
    let kinds = ChartKind::ALL.len();
    assert_eq!(names.len(), kinds);
    // Each kind is chosen by one name at most, so that all are by different ones.
    for name in names {
        let others = explain_plots(&dataset, plots(name));
        let considered = others
            .iter()
            .filter(|one| !one.reason.contains("not among"));
        let drawn = considered.filter(|one| one.chosen).count();
        assert!(drawn <= 1, "{name}");
    }
    let reason = |kind| {
        let one = explained.iter().find(|one| one.kind == kind).unwrap();
        (one.chosen, one.reason.clone())
    };
    assert_eq!(
        reason(ChartKind::Ecdf),
        (false, "drawn on request: `--plots auto,ecdf`".to_owned())
    );
    assert!(reason(ChartKind::Curve).0);
}

#[test]
fn only_the_named_plots_are_drawn() {
    let kinds = |names: &str| -> Vec<ChartKind> {
        let charts = deduce_plots(&sorting(), plots(names));
        charts.iter().map(|chart| chart.kind).collect()
    };
    assert_eq!(kinds("auto"), [ChartKind::Curve]);
    assert_eq!(kinds("table"), [ChartKind::Table]);
    assert_eq!(kinds("auto,ecdf"), [ChartKind::Curve, ChartKind::Ecdf]);
    assert_eq!(kinds("heat-map"), []);
    // The program's choice is in the dataset.
    let mut chosen = sorting();
    let name = PlotSelection::ATTRIBUTE.to_owned();
    chosen.attributes.insert(name, "scatter".to_owned());
    assert_eq!(deduce(&chosen)[0].kind, ChartKind::Scatter);
}

#[test]
fn ratios_are_quotients_with_a_line_at_one() {
    let mut dataset = sorting();
    let name = COMPARED.to_owned();
    dataset.attributes.insert(name, "algo".to_owned());
    let charts = of_kind(&dataset, "auto", ChartKind::Ratio);
    let chart = &charts[0];
    assert_eq!(chart.reference, Some(1.0));
    assert_eq!(chart.y.label(), "elapsed relative to quick");
    let series = lines(chart, 0);
    let names: Vec<&str> = series.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["quick", "merge"], "levels keep their colours");
    // 3 / 1 and 150 / 100, whatever the drift.
    close(&ys(&series[0]), &[1.0, 1.0]);
    close(&ys(&series[1]), &[3.0, 1.5]);
    let (low, high) = series[1].points[1].bounds.unwrap();
    assert!((low - 1.5).abs() < 1e-9 && (high - 1.5).abs() < 1e-9);
    let notes = chart.notes.join(" ");
    assert!(
        notes.starts_with("2 of 2 ratios certainly differ from 1"),
        "{notes}"
    );
}

#[test]
fn ratios_find_their_place_whatever_the_order_of_inputs() {
    let dims = vec![
        levels("mode", &["a", "b"]),
        numbers("len", "", &[1.0, 2.0, 3.0]),
        levels("algo", &["quick", "merge"]),
        Dim::repeats(6),
    ];
    let mut elapsed = result("elapsed", "s", Kind::Float(64));
    elapsed.timed = true;
    let mut dataset = dataset(dims, vec![elapsed], |_, at| {
        let base = 1.0 + at[3] as f64;
        let ratio = (1 + 10 * at[0] + at[1]) as f64;
        Ok(Value::Float(if at[2] == 0 { base } else { base * ratio }))
    });
    let name = COMPARED.to_owned();
    dataset.attributes.insert(name, "algo".to_owned());
    let charts = of_kind(&dataset, "auto", ChartKind::Ratio);
    let panels = &charts[0].panels;
    assert_eq!(panels.len(), 2);
    assert_eq!(panels[1].label(), "mode = b");
    close(&ys(&lines(&charts[0], 0)[1]), &[1.0, 2.0, 3.0]);
    close(&ys(&lines(&charts[0], 1)[1]), &[11.0, 12.0, 13.0]);
}

#[test]
fn main_effects_are_shares_and_means() {
    // y = 4 a + 2 b + c: the sums of squares of the levels are as 16 : 4 : 1.
    let dims = vec![
        levels("a", &["0", "1"]),
        levels("b", &["0", "1"]),
        levels("c", &["0", "1"]),
    ];
    let sum = dataset(dims, vec![result("y", "", Kind::Float(64))], |_, at| {
        Ok(Value::Float((4 * at[0] + 2 * at[1] + at[2]) as f64 - 3.5))
    });
    let charts = of_kind(&sum, "auto", ChartKind::MainEffects);
    assert_eq!(charts.len(), 2);
    let [shares, means] = [0, 1].map(|n| &charts[n]);
    assert_eq!(shares.x.level_names(), ["a", "b", "c"]);
    let expected = [16.0, 4.0, 1.0].map(|part| part / 21.0 * 100.0);
    close(&ys(&lines(shares, 0)[0]), &expected);
    let series = lines(means, 0);
    assert_eq!(series.len(), 3);
    close(&ys(&series[0]), &[-2.0, 2.0]);
    close(&ys(&series[1]), &[-1.0, 1.0]);
    close(&ys(&series[2]), &[-0.5, 0.5]);
    assert_eq!(means.x.name_of(3.0), "b / 1");
}

#[test]
fn an_ecdf_has_the_share_of_samples_up_to_each_value() {
    let dims = vec![levels("algo", &["a", "b"]), Dim::repeats(4)];
    let dataset = dataset(dims, vec![result("y", "", Kind::Float(64))], |_, at| {
        let values = [[3.0, 1.0, 1.0, 7.0], [5.0, 6.0, 7.0, 8.0]];
        Ok(Value::Float(values[at[0]][at[1]]))
    });
    let charts = of_kind(&dataset, "ecdf", ChartKind::Ecdf);
    let series = lines(&charts[0], 0);
    let corners: Vec<(f64, f64)> = series[0]
        .points
        .iter()
        .map(|point| (point.x, point.y.unwrap()))
        .collect();
    let expected = [
        (1.0, 0.0),
        (1.0, 0.5),
        (3.0, 0.5),
        (3.0, 0.75),
        (7.0, 0.75),
        (7.0, 1.0),
    ];
    assert_eq!(corners, expected);
    assert_eq!(series[1].name, "b");
    assert_eq!(charts[0].x.range, Some((1.0, 8.0)));
}

#[test]
fn a_scatter_has_every_sample_at_its_own_value() {
    let charts = of_kind(&sorting(), "scatter", ChartKind::Scatter);
    let series = lines(&charts[0], 0);
    assert_eq!(series.len(), 2);
    assert_eq!(series[0].points.len(), 16);
    let first: Vec<f64> = ys(&series[1]).into_iter().take(8).collect();
    let expected: Vec<f64> = (0..8).map(|n| 3.0 * (1.0 + 0.1 * f64::from(n))).collect();
    close(&first, &expected);
    assert_eq!(series[1].points[0].place.as_deref(), Some("10"));
    let rows = charts[0].data_rows(1);
    assert_eq!(
        rows.rows[0][1], "10",
        "the coordinate, not where the point is drawn"
    );
}

#[test]
fn a_violin_has_the_quartiles_of_its_samples() {
    let dims = vec![levels("algo", &["a", "b"]), Dim::repeats(5)];
    let dataset = dataset(dims, vec![result("y", "", Kind::Float(64))], |_, at| {
        let values = [[1.0, 2.0, 2.5, 3.0, 7.0], [4.0; 5]];
        Ok(Value::Float(values[at[0]][at[1]]))
    });
    let charts = of_kind(&dataset, "violin", ChartKind::Violin);
    let Marks::Boxes(series) = &charts[0].panels[0].marks else {
        panic!("no boxes");
    };
    let q = series[0].boxes[0].quartiles.unwrap();
    assert_eq!((q.q1, q.median, q.q3), (2.0, 2.5, 3.0));
    assert_eq!(series[0].boxes[0].outline.len(), 64);
    assert!(
        series[0].boxes[1].outline.is_empty(),
        "equal samples have no density"
    );
    let rows = charts[0].data_rows(1000).rows;
    assert_eq!(rows.len(), 65);
    assert_eq!((rows[0][2].as_str(), rows[64][2].as_str()), ("1", "4"));
}

#[test]
fn values_over_two_decades_have_a_logarithmic_axis() {
    let of = |dims: Vec<Dim>, values: [f64; 3]| {
        let info = vec![result("y", "", Kind::Float(64))];
        let dataset = dataset(dims, info, |_, at| Ok(Value::Float(values[at[0]])));
        let chart = deduce(&dataset).remove(0);
        let noted = chart
            .notes
            .iter()
            .any(|note| note.contains("is logarithmic"));
        assert_eq!(noted, chart.y.ticks == Ticks::Log, "{:?}", chart.notes);
        (chart.y.ticks, chart.notes)
    };
    let lengths = || vec![numbers("len", "", &[1.0, 2.0, 3.0])];
    let (ticks, notes) = of(lengths(), [1.0, 30.0, 1000.0]);
    assert_eq!(ticks, Ticks::Log);
    assert_eq!(
        notes,
        ["The axis of y is logarithmic: its values span 3 decades."]
    );
    assert_eq!(of(lengths(), [1.0, 30.0, 99.0]).0, Ticks::Linear);
    assert_eq!(of(lengths(), [0.0, 30.0, 1000.0]).0, Ticks::Linear);
    assert_eq!(of(lengths(), [-1.0, 30.0, 1000.0]).0, Ticks::Linear);
    // The length of a bar is its value.
    let algos = || vec![levels("algo", &["a", "b", "c"])];
    assert_eq!(of(algos(), [1.0, 30.0, 1000.0]).0, Ticks::Linear);
    let repeated = || vec![levels("algo", &["a", "b", "c"]), Dim::repeats(3)];
    assert_eq!(of(repeated(), [1.0, 30.0, 1000.0]).0, Ticks::Log);
}

#[test]
fn a_pareto_front_joins_the_points_that_no_other_one_beats() {
    let dims = vec![
        levels("codec", &["a", "b"]),
        numbers("level", "", &[1.0, 2.0, 3.0]),
    ];
    let mut ratio = result("ratio", "", Kind::Float(64));
    ratio.direction = Direction::Maximize;
    let pack = result("pack", "s", Kind::Float(64));
    // By hand: (2, 1), (3, 2) and (5, 6) are beaten by none; (2.5, 4), (4, 7) and (4.5, 9) are.
    let ratios = [[2.0, 3.0, 5.0], [2.5, 4.0, 4.5]];
    let times = [[1.0, 2.0, 6.0], [4.0, 7.0, 9.0]];
    let of = |name: &str, at: &[usize]| {
        let of = if name == "ratio" { ratios } else { times };
        Ok(Value::Float(of[at[0]][at[1]]))
    };
    let codecs = dataset(dims, vec![ratio, pack], of);
    let charts = of_kind(&codecs, "auto", ChartKind::Pareto);
    assert_eq!((charts.len(), charts[0].result.as_str()), (1, "pack"));
    let series = lines(&charts[0], 0);
    let names: Vec<&str> = series.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "front"]);
    let front: Vec<(f64, f64)> = series[2]
        .points
        .iter()
        .map(|point| (point.x, point.y.unwrap()))
        .collect();
    assert_eq!(front, [(2.0, 1.0), (3.0, 2.0), (5.0, 6.0)]);
    let rows = charts[0].data_rows(100).rows;
    assert_eq!(rows[0], ["a", "codec=a, level=1", "2", "1", ""]);
    assert_eq!(
        charts[0].notes[0],
        "Better: more ratio, less pack. No other point is better in both than those of the front (3 of 6 points)."
    );
}

#[test]
fn bounds_say_which_points_are_surely_on_a_front() {
    let dims = vec![levels("codec", &["a", "b", "c", "d"]), Dim::repeats(2)];
    let mut ratio = result("ratio", "", Kind::Float(64));
    ratio.direction = Direction::Maximize;
    // Two repeats around a middle: their deviation is the distance times the root of 2.
    let (ratios, times) = ([5.0, 3.0, 2.9, 1.0], [9.0, 2.0, 2.1, 6.0]);
    let codecs = dataset(
        dims,
        vec![ratio, result("pack", "s", Kind::Float(64))],
        |name, at| {
            let aside = if at[1] == 0 { -0.2 } else { 0.2 };
            Ok(Value::Float(if name == "ratio" {
                ratios[at[0]]
            } else {
                times[at[0]] + aside
            }))
        },
    );
    let charts = of_kind(&codecs, "auto", ChartKind::Pareto);
    let series = lines(&charts[0], 0);
    let sign = |n: usize| series[n].points[0].sign;
    assert_eq!([sign(0), sign(1)], [PointSign::Front; 2]);
    assert_eq!(
        [sign(2), sign(3)],
        [PointSign::MaybeFront, PointSign::Plain]
    );
    assert_eq!(
        charts[0].notes[1],
        "By the bounds of both results, 2 points are surely on the front, 1 point is maybe, and 1 point is surely \
         dominated."
    );
    let rows = charts[0].data_rows(100).rows;
    assert_eq!(rows[2].last().unwrap(), "maybe on the front");
}

#[test]
fn points_with_several_modes_have_a_sign() {
    let dims = vec![numbers("len", "", &[1.0, 2.0]), Dim::repeats(12)];
    let mut elapsed = result("elapsed", "s", Kind::Float(64));
    elapsed.timed = true;
    let dataset = dataset(dims, vec![elapsed], |_, at| {
        let is_slow = at[0] == 1 && at[1] % 3 == 0;
        let time = 1.0 + 0.001 * at[1] as f64;
        Ok(Value::Float(if is_slow { time * 3.0 } else { time }))
    });
    let charts = of_kind(&dataset, "auto", ChartKind::Curve);
    let signs: Vec<PointSign> = lines(&charts[0], 0)[0]
        .points
        .iter()
        .map(|point| point.sign)
        .collect();
    assert_eq!(signs, [PointSign::Plain, PointSign::SeveralModes]);
}

#[test]
fn a_quadratic_cost_grows_with_the_square() {
    let dims = vec![
        levels("algo", &["bubble", "scan"]),
        numbers("len", "", &[10.0, 100.0, 1000.0]),
    ];
    let info = vec![result("moves", "", Kind::Float(64))];
    let moves = dataset(dims, info, |_, at| {
        let n = [10.0_f64, 100.0, 1000.0][at[1]];
        Ok(Value::Float(if at[0] == 0 { 0.5 * n * n } else { 3.0 * n }))
    });
    let charts = of_kind(&moves, "scaling", ChartKind::Scaling);
    let chart = &charts[0];
    assert_eq!((&chart.x.ticks, &chart.y.ticks), (&Ticks::Log, &Ticks::Log));
    let series = lines(chart, 0);
    let names: Vec<&str> = series.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names[..2], ["bubble", "scan"]);
    assert!(
        names[2].starts_with("bubble n^2 ± ") && names[3].starts_with("scan n^1 ± "),
        "{names:?}"
    );
    close(&ys(&series[2]), &[50.0, 500_000.0]);
    let notes = chart.notes.join(" ");
    assert!(
        notes.contains("; nearest: O(n²).") && notes.contains("; nearest: O(n)."),
        "{notes}"
    );
}
