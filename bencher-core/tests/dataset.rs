//! Datasets against numbers that numpy 2.4 gives for the same arrays.

use bencher_core::dataset::{
    CellState, Dataset, DatasetError, Dim, DimRole, Formula, Join, VariableInfo,
};
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
fn order_statistics_and_sums_are_those_of_numpy() {
    let array = dataset();
    // np.nanmedian, np.nanquantile, np.nansum, np.nanvar over the same axes.
    let median = [0.75, 1.0, 2.0, 0.0, 0.5, -0.5, 1.25, ABSENT];
    assert_numbers(&array.median(&["size"]).unwrap(), &[2, 4], &median);
    let tenth = [-1.049_999_999_999_999_8, -1.0, -0.199_999_999_999_999_96];
    let dims = ["algo", "repeat"];
    assert_numbers(&array.quantile(&dims, 0.1).unwrap(), &[3], &tenth);
    let ninetieth = [1.175, 2.75, 3.1, 1.15, 3.1, 3.300_000_000_000_000_3];
    let quantile = array.quantile(&["repeat"], 0.9).unwrap();
    assert_numbers(&quantile, &[2, 3], &ninetieth);
    let all = ["algo", "size", "repeat"];
    assert_numbers(&array.quantile(&all, 0.75).unwrap(), &[], &[1.8125]);
    // Nothing measured has no sum here; numpy has 0.
    let sum = [0.75, 4.25, 4.0, 2.5, -0.25, 2.75, 4.75, ABSENT];
    assert_numbers(&array.sum(&["size"]).unwrap(), &[2, 4], &sum);
    let sample = [1.306_547_619_047_619, 4.725, 2.997_023_809_523_809_8];
    assert_numbers(&array.var(&dims, 1).unwrap(), &[3], &sample);
    let population = [
        1.347_222_222_222_222,
        3.368_055_555_555_556,
        2.325,
        3.013_888_888_888_889,
    ];
    assert_numbers(&array.var(&["algo", "size"], 0).unwrap(), &[4], &population);
    assert_eq!(array.var(&[], 0).unwrap().variables()[0].info.units, "µs²");
    let counts = [3.0, 3.0, 2.0, 3.0, 3.0, 3.0, 3.0, 0.0];
    let count = array.count(&["size"]).unwrap();
    assert_numbers(&count, &[2, 4], &counts);
    let info = &count.variables()[0].info;
    assert_eq!((info.units.as_str(), info.direction), ("", Direction::None));
    assert_eq!(count.variable("note").unwrap().number(0), Some(1.0));
    for outside in [-0.1, 1.1, f64::NAN] {
        let error = array.quantile(&["size"], outside).unwrap_err();
        assert!(error.to_string().contains("within 0 and 1"), "{error}");
    }
}

#[test]
fn a_dimension_of_no_length_leaves_nothing_to_reduce() {
    let none = dataset().select_range("size", 2, 9).unwrap();
    assert_eq!(none.shape(), [2, 0, 4]);
    let mean = none.mean(&["size"]).unwrap();
    let states = mean.variable("value").unwrap().states().to_vec();
    assert_eq!(states, [CellState::Missing; 8]);
    assert_numbers(&none.count(&["size"]).unwrap(), &[2, 4], &[0.0; 8]);
    assert_numbers(&none.mean(&["algo"]).unwrap(), &[0, 4], &[]);
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
    let cached = even.variable("even").unwrap().cell(0).unwrap();
    assert_eq!(cached.state, CellState::Cached, "as all of its cells");
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
fn nearest_is_by_distance_and_then_the_lower_one() {
    let array = dataset();
    let nearest = |value: f64| array.select_nearest("size", value).unwrap();
    assert_eq!(nearest(54.0), array.select("size", 10).unwrap());
    assert_eq!(nearest(55.0), array.select("size", 10).unwrap(), "a tie");
    assert_eq!(nearest(55.1), array.select("size", 100).unwrap());
    assert_eq!(nearest(-1e300), array.select("size", 10).unwrap());
    let falling = array.select_positions("size", [2, 1, 0]).unwrap();
    let tie = falling.select_nearest("size", 55).unwrap();
    assert_eq!(tie, array.select("size", 10).unwrap());
    for (dim, value) in [("algo", 1.0), ("size", f64::INFINITY), ("size", f64::NAN)] {
        assert!(array.select_nearest(dim, value).is_err());
    }
    let high = i64::MAX;
    let large = Dim::input("n", Kind::Int(64), vec![(high - 1).into(), high.into()]);
    let large = Dataset::new("Large", vec![large], vec![]).unwrap();
    assert_eq!(large.select_nearest("n", high).unwrap().dims(), []);
}

#[test]
fn what_cannot_be_put_together_says_why() {
    let array = dataset();
    let quick = array.select_many("algo", ["quick"]).unwrap();
    let mut other = quick.clone();
    let text = |result: Result<Dataset, DatasetError>| result.unwrap_err().to_string();
    assert_eq!(
        text(Dataset::concatenate(&[], "algo")),
        "there is no dataset to combine"
    );
    let few = array.select_many("size", [10]).unwrap();
    let error = text(Dataset::concatenate(&[&quick, &few], "algo"));
    assert!(error.ends_with("align the datasets first"), "{error}");
    other
        .insert(other.variable("even").unwrap().clone())
        .unwrap_err();
    let renamed = quick.clone().rename("value", "other").unwrap();
    let merged = Dataset::merge(&[&quick, &renamed]).unwrap();
    assert_eq!(merged.variables().len(), 4);
    let changed = array.select_many("algo", ["merge"]).unwrap();
    let changed = Dataset::align(&[&quick, &changed], Join::Outer).unwrap();
    let [a, b] = &changed[..] else { panic!("two") };
    assert_eq!(
        text(Dataset::merge(&[a, b])),
        "two dimensions or variables are named `value`; rename one"
    );
    let dim = Dim::input("run", Kind::Text, vec!["a".into()]);
    let error = text(Dataset::concatenate_along(&[&quick, &quick], dim));
    assert_eq!(
        error,
        "2 datasets do not match 1 coordinates; give one dataset for each"
    );
    let lesser = Dim::input("size", Kind::Int(64), vec![1.into()]);
    let lesser = Dataset::new("Lesser", vec![lesser], vec![]).unwrap();
    assert_eq!(
        Dataset::align(&[&quick, &lesser], Join::Inner)
            .unwrap_err()
            .to_string(),
        "the kind of `size` differs between the datasets, so they cannot be combined"
    );
}

#[test]
fn a_variable_that_a_part_lacks_is_missing_there() {
    let array = dataset();
    let quick = array.select_many("algo", ["quick"]).unwrap();
    let mut merge = array.select_many("algo", ["merge"]).unwrap();
    let twice = VariableInfo::new("twice", Kind::Float(64));
    merge.derive(twice, &["value"], |x| 2.0 * x[0]).unwrap();
    let both = Dataset::concatenate(&[&quick, &merge], "algo").unwrap();
    let twice = both.variable("twice").unwrap();
    assert!(
        twice.states()[..12]
            .iter()
            .all(|state| *state == CellState::Missing)
    );
    assert_eq!(twice.number(12), Some(1.5));
    assert_eq!(
        twice.cell(15).unwrap().reason,
        Some("said \"no\", twice\nover")
    );
}

#[test]
fn formulas_take_results_and_inputs() {
    let mut array = dataset();
    let formula = Formula::parse("value * log10(size) + even").unwrap();
    let derived = VariableInfo::new("derived", Kind::Float(64));
    array.derive_formula(derived.clone(), &formula).unwrap();
    let cells = array.variable("derived").unwrap();
    // Cell 4 is quick, 100, 1: 0.75 * 2 + 1.
    assert_eq!(cells.number(4), Some(2.5));
    assert_eq!(cells.cell(6).unwrap().state, CellState::Failed);
    assert!(
        array.derive_formula(derived, &formula).is_err(),
        "the name is taken"
    );
    let nothing = VariableInfo::new("nothing", Kind::Float(64));
    array
        .derive(nothing, &["value"], |x| (x[0] - x[0]) / 0.0)
        .unwrap();
    let cell = array.variable("nothing").unwrap().cell(0).unwrap();
    assert_eq!(cell.state, CellState::Missing);
    assert_eq!(cell.reason, Some("the formula gives no number here"));
    for operand in ["note", "algo", "values"] {
        let info = VariableInfo::new("x", Kind::Float(64));
        let error = array.derive(info, &[operand], |x| x[0]).unwrap_err();
        assert!(
            error.to_string().contains("no result or numeric input"),
            "{error}"
        );
    }
    let info = VariableInfo::new("x", Kind::Uint(64));
    assert!(array.derive(info, &["value"], |x| x[0]).is_err());
}

#[test]
fn a_formula_of_inputs_has_no_value_at_a_point_that_is_left_out() {
    let n = Dim::input("n", Kind::Uint(8), [1, 2, 3].map(Value::from).to_vec());
    let infos = ["a", "b"].map(|name| VariableInfo::new(name, Kind::Float(64)));
    let mut runs = Dataset::new("Runs", vec![n], infos.to_vec()).unwrap();
    for (variable, skipped) in [(0, vec![0, 1]), (1, vec![1])] {
        let variable = runs.variable_mut(variable).unwrap();
        for at in skipped {
            let reason = Some("n is 2".into());
            variable
                .record_absent(at, CellState::Skipped, reason)
                .unwrap();
        }
    }
    let twice = VariableInfo::new("twice", Kind::Float(64));
    runs.derive(twice, &["n"], |x| 2.0 * x[0]).unwrap();
    let twice = runs.variable("twice").unwrap();
    let cell = twice.cell(1).unwrap();
    assert_eq!(
        (cell.state, cell.reason),
        (CellState::Skipped, Some("n is 2"))
    );
    assert_eq!((twice.number(0), twice.number(2)), (Some(2.0), Some(6.0)));
}

/// As it does with a constant.
#[test]
fn a_formula_takes_a_narrow_input_as_the_number_that_is_shown() {
    let loads = [0.1_f32, 0.7].map(Value::from).to_vec();
    let load = Dim::input("load", Kind::Float(32), loads);
    let mut runs = Dataset::new("Runs", vec![load], vec![]).unwrap();
    let tenfold = VariableInfo::new("tenfold", Kind::Float(64));
    runs.derive(tenfold, &["load"], |x| x[0] * 10.0).unwrap();
    let tenfold = runs.variable("tenfold").unwrap();
    assert_eq!(
        (tenfold.number(0), tenfold.number(1)),
        (Some(1.0), Some(7.0))
    );
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
    assert!(error.to_string().contains("are named `repeat`"));
}

/// The times of a few disturbed repeats do not stand for those that were too short to measure.
#[test]
fn repeats_below_resolution_are_not_left_out_of_medians() {
    let timed = VariableInfo {
        timed: true,
        ..VariableInfo::new("elapsed", Kind::Seconds)
    };
    let reduced = |below: usize, late: usize, times: &[f64]| {
        let repeats = u32::try_from(below + late + times.len()).unwrap();
        let mut runs =
            Dataset::new("Runs", vec![Dim::repeats(repeats)], vec![timed.clone()]).unwrap();
        let elapsed = runs.variable_mut(0).unwrap();
        for at in 0..below {
            elapsed
                .record_absent(at, CellState::BelowResolution, None)
                .unwrap();
        }
        for at in below..below + late {
            elapsed
                .record_absent(at, CellState::TimedOut, None)
                .unwrap();
        }
        for (at, time) in times.iter().enumerate() {
            let value = Value::Float(*time);
            elapsed
                .record(below + late + at, &value, CellState::Measured)
                .unwrap();
        }
        let cell = |of: Dataset| {
            let elapsed = of.variable("elapsed").unwrap();
            elapsed
                .number(0)
                .map_or_else(|| Err(elapsed.states()[0]), Ok)
        };
        let over = ["repeat"];
        [
            cell(runs.median(&over).unwrap()),
            cell(runs.mean(&over).unwrap()),
            cell(runs.min(&over).unwrap()),
            cell(runs.max(&over).unwrap()),
        ]
    };
    let below = Err(CellState::BelowResolution);
    assert_eq!(reduced(36, 0, &[33.0, 34.0, 35.0, 36.0]), [below; 4]);
    assert_eq!(reduced(2, 0, &[3.0, 5.0]), [below; 4]);
    // Of - - 3 4 5 6 7 the middle is 4, not 5.
    let few = reduced(2, 0, &[3.0, 4.0, 5.0, 6.0, 7.0]);
    assert_eq!(few, [Ok(4.0), Ok(5.0), below, Ok(7.0)]);
    // Of 3 4 5 + + it is 5, and of 3 + + it is a time beyond the limit.
    let late = Err(CellState::TimedOut);
    assert_eq!(reduced(0, 2, &[3.0, 4.0, 5.0])[0], Ok(5.0));
    assert_eq!(reduced(0, 2, &[3.0]), [late, Ok(3.0), Ok(3.0), late]);
}
