//! Chart descriptions in full: what every renderer is given.

#![allow(clippy::indexing_slicing, reason = "positions of the test's own grid")]

mod common;

use bencher_core::dataset::{CellState, Dim};
use bencher_core::value::{Kind, Value};
use bencher_report::deduce::deduce;
use common::{dataset, levels, numbers, powers, result, truths};

#[test]
fn a_curve_with_gaps() {
    let dims = vec![
        powers("len", "B", 1, 3),
        levels("algo", &["a", "b"]),
        Dim::repeats(2),
    ];
    let data = dataset(
        dims,
        vec![result("elapsed", "s", Kind::Seconds)],
        |_, at| match (at[0], at[1], at[2]) {
            (1, 0, _) => Err((CellState::Failed, "boom")),
            (2, 1, 1) => Err((CellState::TimedOut, "2 s")),
            (n, algo, repeat) => Ok(Value::Float((n * 4 + algo * 2 + repeat) as f64)),
        },
    );
    insta::assert_json_snapshot!(deduce(&data));
}

#[test]
fn heat_maps_over_a_facet() {
    let dims = vec![
        numbers("x", "mm", &[2.0, 1.0]),
        truths("on"),
        numbers("y", "", &[0.5, 1.5]),
    ];
    let data = dataset(
        dims,
        vec![result("field", "T", Kind::Float(64))],
        |_, at| match (at[0], at[1], at[2]) {
            (1, 1, 0) => Err((CellState::Skipped, "too near")),
            (x, on, y) => Ok(Value::Float((x * 100 + on * 10 + y) as f64)),
        },
    );
    insta::assert_json_snapshot!(deduce(&data));
}

#[test]
fn proportions_and_text() {
    let dims = vec![levels("algo", &["a", "b"]), Dim::repeats(4)];
    let variables = vec![
        result("found", "", Kind::Bool),
        result("note", "", Kind::Text),
    ];
    let data = dataset(dims, variables, |name, at| {
        Ok(match name {
            "found" => Value::Bool(at[1] > at[0]),
            _ => Value::from(format!("{}.{}", at[0], at[1])),
        })
    });
    insta::assert_json_snapshot!(deduce(&data));
}

#[test]
fn rounds_that_a_timed_point_did_not_get_are_not_missing() {
    let drawn = |second: CellState, timed: bool| {
        let dims = vec![powers("len", "B", 1, 3), Dim::repeats(2)];
        let mut elapsed = result("elapsed", "s", Kind::Seconds);
        elapsed.timed = timed;
        let counted = result("allocations", "", Kind::Uint(64));
        let data = dataset(dims, vec![elapsed, counted], |var, at| {
            match (at[0], at[1]) {
                (1, 1) => Err((second, "")),
                (n, _) if var == "elapsed" => Ok(Value::Float(1.0 + n as f64)),
                (n, _) => Ok(Value::from(1 + n as u64)),
            }
        });
        serde_json::to_value(deduce(&data)).unwrap().to_string()
    };
    for open in [CellState::Pending, CellState::Skipped] {
        assert!(!drawn(open, true).contains("Without a value"), "{open:?}");
        assert!(!drawn(open, true).contains("\"absent\":1"), "{open:?}");
    }
    assert_eq!(
        drawn(CellState::Failed, true)
            .matches("\"absent\":1")
            .count(),
        2
    );
    assert_eq!(
        drawn(CellState::Pending, false)
            .matches("Without a value")
            .count(),
        2
    );
}
