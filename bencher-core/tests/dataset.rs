//! Datasets against numbers that numpy 2.4 gives for the same arrays.

use bencher_core::dataset::{CellState, Dataset, Dim, DimRole, VariableInfo};
use bencher_core::value::{Kind, Value};
use bencher_core::var::{Direction, Scale};

/// What numpy has as NaN is not measured here.
const ABSENT: f64 = f64::NAN;

/// A 2 x 3 x 4 array: `((7 i² + 3 i) mod 23) / 4 - 1.5`, with four cells missing.
const CELLS: [f64; 24] = [
    -1.5, 1.0, 1.25, -0.75, 0.75, 0.0, ABSENT, 3.25, 1.5, 3.25, 2.75, 0.0, 0.75, -0.75, 1.25,
    ABSENT, -1.5, -0.5, 4.0, ABSENT, 0.5, 4.0, -0.5, ABSENT,
];

fn dataset() -> Dataset {
    let texts = |texts: &[&str]| texts.iter().map(|text| Value::from(*text)).collect();
    let mut size = Dim::input(
        "size",
        Kind::Uint(64),
        [10, 100, 1000].map(Value::from).to_vec(),
    );
    "elements".clone_into(&mut size.units);
    size.scale = Scale::Log;
    let mut repeat = Dim::repeats(4);
    assert_eq!(repeat.role, DimRole::Repeat);
    "Which of four".clone_into(&mut repeat.doc);
    let dims = vec![
        Dim::input("algo", Kind::Category, texts(&["quick", "merge"])),
        size,
        repeat,
    ];
    let mut value = VariableInfo::new("value", Kind::Float(64));
    "µs".clone_into(&mut value.units);
    value.direction = Direction::Minimize;
    let infos = vec![
        value,
        VariableInfo::new("even", Kind::Bool),
        VariableInfo::new("note", Kind::Text),
    ];
    let mut dataset = Dataset::new("Array", dims, infos).unwrap();
    for (flat, x) in CELLS.into_iter().enumerate() {
        let value = dataset.variable_mut(0).unwrap();
        if x.is_nan() {
            let reason = Some("said \"no\", twice\nover".into());
            value
                .record_absent(flat, CellState::Failed, reason)
                .unwrap();
        } else {
            value
                .record(flat, &Value::Float(x), CellState::Measured)
                .unwrap();
        }
        let even = dataset.variable_mut(1).unwrap();
        even.record(flat, &Value::Bool(flat % 2 == 0), CellState::Cached)
            .unwrap();
    }
    let note = dataset.variable_mut(2).unwrap();
    note.record(0, &Value::from("first, of many"), CellState::Measured)
        .unwrap();
    dataset
}

#[track_caller]
fn assert_numbers(dataset: &Dataset, shape: &[usize], expected: &[f64]) {
    assert_eq!(dataset.shape(), shape);
    let value = dataset.variable("value").unwrap();
    for (flat, expected) in expected.iter().enumerate() {
        match value.number(flat) {
            Some(x) => assert!(
                (x - expected).abs() < 1e-14,
                "cell {flat}: {x} is not {expected}"
            ),
            None => assert!(
                expected.is_nan(),
                "cell {flat} is absent, numpy has {expected}"
            ),
        }
    }
}

#[test]
fn reductions_are_those_of_numpy() {
    let array = dataset();
    let size_mean = [
        0.25,
        1.416_666_666_666_666_7,
        2.0,
        0.833_333_333_333_333_4,
        -0.083_333_333_333_333_33,
        0.916_666_666_666_666_6,
        1.583_333_333_333_333_3,
        ABSENT,
    ];
    assert_numbers(&array.mean(&["size"]).unwrap(), &[2, 4], &size_mean);
    let sample = [
        1.143_043_139_626_680_5,
        2.173_706_511_928_416,
        1.731_191_442_193_442,
    ];
    assert_numbers(&array.std(&["algo", "repeat"], 1).unwrap(), &[3], &sample);
    let population = [
        1.058_252_313_573_503_8,
        1.984_313_483_298_443,
        1.602_771_833_736_919_7,
    ];
    assert_numbers(
        &array.std(&["repeat", "algo"], 0).unwrap(),
        &[3],
        &population,
    );
    let smallest = [
        -1.5, -0.75, 1.25, -0.75, -1.5, -0.5, 4.0, 3.25, 0.5, 3.25, -0.5, 0.0,
    ];
    assert_numbers(&array.min(&["algo"]).unwrap(), &[3, 4], &smallest);
    assert_numbers(&array.max(&["size", "repeat"]).unwrap(), &[2], &[3.25, 4.0]);
    assert_numbers(
        &array.mean(&["algo", "size", "repeat"]).unwrap(),
        &[],
        &[0.9375],
    );
    assert_numbers(&array.mean(&[]).unwrap(), &[2, 3, 4], &CELLS);
}

#[test]
fn a_group_without_a_value_keeps_its_state_and_reason() {
    let mean = dataset().mean(&["size"]).unwrap();
    let cell = mean.variable("value").unwrap().cell(7).unwrap();
    assert_eq!((cell.state, cell.value), (CellState::Failed, None));
    assert!(cell.reason.unwrap().starts_with("said"));
    let even = dataset().mean(&["repeat"]).unwrap();
    let share = even.variable("even").unwrap().number(0);
    assert_eq!(share, Some(0.5), "the share of true");
    assert!(mean.variable("note").is_err(), "text has no mean");
}

#[test]
fn selections_are_those_of_numpy() {
    let array = dataset();
    let slice = [1.5, 3.25, 2.75, 0.0, 0.5, 4.0, -0.5, ABSENT];
    assert_numbers(&array.select("size", 1000).unwrap(), &[2, 4], &slice);
    assert_numbers(&array.select_position("size", 2).unwrap(), &[2, 4], &slice);
    let cell = array
        .select("algo", "merge")
        .unwrap()
        .select("size", 100.0)
        .unwrap();
    assert_numbers(&cell.select("repeat", 3).unwrap(), &[], &[4.0]);
    let failed = array
        .select("repeat", 4)
        .unwrap()
        .select("algo", "merge")
        .unwrap();
    assert!(
        failed
            .variable("value")
            .unwrap()
            .cell(1)
            .unwrap()
            .reason
            .is_some()
    );

    let text = array.select("size", 99).unwrap_err().to_string();
    assert_eq!(text, "size has no value 99 (it has 10 100 1000)");
    let text = array.select("sise", 10).unwrap_err().to_string();
    assert!(text.contains("did you mean `size`?"), "{text}");
    assert!(array.select_position("size", 3).is_err());
    assert!(array.mean(&["nothing"]).is_err());
}

#[test]
fn it_prints_its_shape_at_a_glance() {
    insta::assert_snapshot!(dataset());
}

#[test]
fn csv_is_a_long_table() {
    let mut csv = Vec::new();
    dataset().write_csv(&mut csv).unwrap();
    insta::assert_snapshot!(String::from_utf8(csv).unwrap());
}

#[test]
fn json_holds_everything() {
    let array = dataset()
        .select("algo", "quick")
        .unwrap()
        .select("size", 100)
        .unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&array.to_json()).unwrap());
}

#[test]
fn numbers_that_json_cannot_hold_are_texts() {
    let infos = vec![
        VariableInfo::new("x", Kind::Float(64)),
        VariableInfo::new("n", Kind::Uint(128)),
    ];
    let mut odd = Dataset::new("Odd", vec![Dim::repeats(3)], infos).unwrap();
    for (flat, x) in [f64::INFINITY, f64::NAN, 0.1].into_iter().enumerate() {
        odd.variable_mut(0)
            .unwrap()
            .record(flat, &Value::Float(x), CellState::Measured)
            .unwrap();
    }
    let big = Value::from(u128::MAX);
    odd.variable_mut(1)
        .unwrap()
        .record(0, &big, CellState::Measured)
        .unwrap();
    let json = odd.to_json();
    assert_eq!(
        json["variables"][0]["values"],
        serde_json::json!(["inf", "NaN", 0.1])
    );
    let expected = serde_json::json!([u128::MAX.to_string(), null, null]);
    assert_eq!(json["variables"][1]["values"], expected);
}

#[test]
fn values_of_the_wrong_kind_are_refused() {
    let mut array = dataset();
    let value = array.variable_mut(0).unwrap();
    let error = value
        .record(0, &Value::from("text"), CellState::Measured)
        .unwrap_err();
    assert_eq!(error.to_string(), "`value` holds a number (f64), not text");
    assert!(
        value
            .record(24, &Value::Float(1.0), CellState::Measured)
            .is_err()
    );
}

#[test]
fn names_that_stand_for_two_things_are_refused() {
    let infos = vec![VariableInfo::new("repeat", Kind::Bool)];
    let error = Dataset::new("Twice", vec![Dim::repeats(1)], infos).unwrap_err();
    assert!(error.to_string().contains("`repeat` stands for two things"));
}
