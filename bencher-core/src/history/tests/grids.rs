use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// A run in which the cell of a length and a repeat holds `100 * day + length + repeat / 10`.
fn run(day: u64, levels: &[u64], repeats: u32) -> SweepRecord {
    let mut dataset = Dataset::new(
        "By length",
        vec![lens(levels), Dim::repeats(repeats)],
        vec![float("a")],
    )
    .unwrap();
    for flat in 0..dataset.len() {
        let at = dataset.position(flat).unwrap();
        let value = value(day, levels[at[0]], at[1]);
        let variable = dataset.variable_mut(0).unwrap();
        variable
            .record(flat, &Value::Float(value), CellState::Measured)
            .unwrap();
    }
    record(dataset)
}

fn value(day: u64, len: u64, repeat: usize) -> f64 {
    (100 * day + len) as f64 + repeat as f64 / 10.0
}

fn at(
    dataset: &Dataset,
    len: u64,
    repeat: u64,
    event: &str,
) -> (CellState, Option<f64>, Option<String>) {
    let point = dataset
        .select("len", len)
        .unwrap()
        .select("repeat", repeat)
        .unwrap();
    let point = point.select("over_time", event).unwrap();
    let cell = point.variable("a").unwrap().cell(0).unwrap();
    (
        cell.state,
        cell.value.and_then(|value| value.as_f64()),
        cell.reason.map(str::to_owned),
    )
}

#[test]
fn a_grid_that_grows_shrinks_and_moves_keeps_the_past_of_every_point() {
    let root = tempfile::tempdir().unwrap();
    add(root.path(), &run(1, &[10, 20, 30], 1), "one");
    add(root.path(), &run(2, &[30, 10], 2), "two");
    add(root.path(), &run(3, &[20, 25], 1), "three");
    let history = load(root.path());
    assert!(history.left_out().is_empty());
    let dataset = history.dataset().unwrap();
    let names: Vec<&str> = dataset.dims().iter().map(|dim| dim.name.as_str()).collect();
    assert_eq!(names, ["len", "repeat", "over_time"]);
    assert_eq!(dataset.dims()[2].role, crate::dataset::DimRole::Time);
    assert_eq!(dataset.dims()[0].values, [10, 20, 25, 30].map(Value::from));
    assert_eq!(dataset.shape(), [4, 2, 3]);
    assert_eq!(
        at(&dataset, 30, 1, "one"),
        (CellState::Measured, Some(130.0), None)
    );
    assert_eq!(
        at(&dataset, 30, 2, "two"),
        (CellState::Measured, Some(230.1), None)
    );
    assert_eq!(
        at(&dataset, 10, 1, "two"),
        (CellState::Measured, Some(210.0), None)
    );
    let skipped = |text: &str| (CellState::Skipped, None, Some(text.to_owned()));
    assert_eq!(
        at(&dataset, 20, 1, "two"),
        skipped("the run of two did not have this point")
    );
    assert_eq!(
        at(&dataset, 20, 2, "two"),
        skipped("the run of two did not have this point")
    );
    assert_eq!(
        at(&dataset, 10, 2, "one"),
        skipped("the run of one had only 1 repeats")
    );
}

#[test]
fn other_operations_work_on_the_dataset() {
    let root = tempfile::tempdir().unwrap();
    add(root.path(), &run(1, &[10, 20], 2), "one");
    add(root.path(), &run(2, &[20, 30], 2), "two");
    let dataset = load(root.path()).dataset().unwrap();
    let means = dataset.mean(&["repeat"]).unwrap();
    assert_eq!(means.shape(), [3, 2]);
    let at_20 = means.select("len", 20).unwrap();
    let mean = f64::midpoint(value(1, 20, 0), value(1, 20, 1));
    assert!((at_20.variable("a").unwrap().number(0).unwrap() - mean).abs() < 1e-12);
    let latest = dataset.select("over_time", "two").unwrap();
    assert_eq!(latest.shape(), [3, 2]);
    let mut csv = Vec::new();
    dataset.write_csv(&mut csv).unwrap();
    let text = String::from_utf8(csv).unwrap();
    assert!(text.starts_with("len,repeat,over_time,a"), "{text}");
    assert!(text.contains("the run of two did not have this point"));
    assert_eq!(Dataset::from_json(&dataset.to_json()).unwrap(), dataset);
}

#[test]
fn categories_have_the_order_of_the_newest_declaration() {
    let root = tempfile::tempdir().unwrap();
    let run = |names: &[&str]| {
        let algo = Dim::input(
            "algo",
            Kind::Category,
            names.iter().map(|name| Value::from(*name)).collect(),
        );
        record(filled(vec![algo, Dim::repeats(1)], vec![float("a")], 1.0))
    };
    add(root.path(), &run(&["Bubble", "Quick", "Merge"]), "one");
    add(root.path(), &run(&["Radix", "Merge"]), "two");
    add(root.path(), &run(&["Merge", "Tim", "Bubble"]), "three");
    let dataset = load(root.path()).dataset().unwrap();
    let expected = ["Merge", "Tim", "Bubble", "Radix", "Quick"].map(Value::from);
    assert_eq!(dataset.dims()[0].values, expected);
}

#[test]
fn equal_labels_stay_apart() {
    let root = tempfile::tempdir().unwrap();
    for event in ["x", "x (2)", "x", "x", "y"] {
        add(root.path(), &day(&["a"], 1.0), event);
    }
    let dataset = load(root.path()).dataset().unwrap();
    let labels: Vec<String> = dataset
        .dim("over_time")
        .unwrap()
        .values
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(labels, ["x", "x (2)", "x (3)", "x (4)", "y"]);
}

#[test]
fn an_input_that_was_a_constant_keeps_its_past() {
    let root = tempfile::tempdir().unwrap();
    let mut constant = day(&["a"], 7.0);
    let held = |name: &str, value: u64| ConstantValue {
        name: name.to_owned(),
        value: value.into(),
        units: String::new(),
    };
    constant.constants.push(held("len", 20));
    add(root.path(), &constant, "one");
    let second = add(root.path(), &run(2, &[10, 20], 1), "two");
    assert_eq!(second.changes, ["len: constant 20 -> levels 10, 20"]);
    let dataset = load(root.path()).dataset().unwrap();
    assert_eq!(at(&dataset, 20, 1, "one").1, Some(7.0));
    assert_eq!(at(&dataset, 10, 1, "one").0, CellState::Skipped);
    // And back: the level of the constant is what stays.
    add(root.path(), &constant, "three");
    let dataset = load(root.path()).dataset().unwrap();
    assert_eq!(
        numbers(&dataset, "a"),
        [Some(7.0), Some(value(2, 20, 0)), Some(7.0)]
    );
}

#[test]
fn a_run_without_a_common_point_is_left_out_until_the_change_is_undone() {
    let root = tempfile::tempdir().unwrap();
    let with_seed = |seed: u64| {
        let mut record = day(&["a"], seed as f64);
        record.constants.push(ConstantValue {
            name: "seed".to_owned(),
            value: seed.into(),
            units: String::new(),
        });
        record
    };
    let first = add(root.path(), &with_seed(1), "one");
    let second = add(root.path(), &with_seed(2), "two");
    assert_eq!(second.changes, ["constant seed 1 -> 2"]);
    assert_eq!(second.warnings.len(), 1);
    let history = load(root.path());
    let left_out = history.left_out();
    assert_eq!((left_out.len(), left_out[0].id), (1, first.id));
    assert_eq!(left_out[0].reason, "the constant seed was 1, and is 2");
    assert_eq!(history.dataset().unwrap().shape(), [1, 1]);
    add(root.path(), &with_seed(1), "three");
    let dataset = load(root.path()).dataset().unwrap();
    assert_eq!(numbers(&dataset, "a"), [Some(1.0), Some(1.0)]);
    // An input that past runs did not have.
    let alien = add(root.path(), &run(4, &[10], 1), "four");
    assert!(
        alien.changes.contains(&"input len is new".to_owned()),
        "{alien:?}"
    );
    assert_eq!(load(root.path()).dataset().unwrap().shape(), [1, 1, 1]);
}

#[test]
fn changes_are_said_in_words() {
    let of = |change: fn(&mut SweepRecord)| {
        let old = run(1, &[10, 20, 40], 2);
        let mut new = old.clone();
        change(&mut new);
        explain_changes(&old, &new)
    };
    let none: [String; 0] = [];
    assert_eq!(of(|record| record.description = "other".to_owned()), none);
    assert_eq!(
        of(|record| record.dataset = run(1, &[10, 40], 2).dataset),
        ["len.samples 3 -> 2"]
    );
    assert_eq!(
        of(|record| record.dataset = run(1, &[10, 20], 3).dataset),
        ["len: levels 10, 20, 40 -> 10, 20", "repeats 2 -> 3"]
    );
    assert_eq!(of(|record| record.version = 2), ["version 1 -> 2"]);
    let constant = |record: &mut SweepRecord| {
        record.constants.push(ConstantValue {
            name: "seed".to_owned(),
            value: 3.into(),
            units: String::new(),
        });
    };
    assert_eq!(of(constant), ["constant seed = 3 is new"]);
    let many = |record: &mut SweepRecord| {
        record.dataset = run(1, &(1..=20).collect::<Vec<u64>>(), 2).dataset;
    };
    assert_eq!(
        of(many),
        ["len: levels 10, 20, 40 -> 1, 2, 3, 4, …, 20 (20 levels)"]
    );
    let x = |count: u32| {
        let values = (0..count)
            .map(|n| Value::Float(f64::from(n) / f64::from(count - 1)))
            .collect();
        record(filled(
            vec![Dim::input("x", Kind::Float(64), values)],
            vec![float("a")],
            1.0,
        ))
    };
    assert_eq!(explain_changes(&x(3), &x(5)), ["x.samples 3 -> 5"]);
    // The rounds of timed sweeps vary by themselves.
    let timed = |repeats| {
        let mut record = run(1, &[10], repeats);
        record.dataset.variable_mut(0).unwrap().info.timed = true;
        record
    };
    assert_eq!(explain_changes(&timed(5), &timed(9)), none);
}

#[test]
fn a_history_is_not_stored_as_a_run() {
    let root = tempfile::tempdir().unwrap();
    add(root.path(), &day(&["a"], 1.0), "one");
    let again = record(load(root.path()).dataset().unwrap());
    let error = append(root.path(), &again, "two".into(), &AppendOptions::default()).unwrap_err();
    assert!(matches!(error, HistoryError::HasTime { .. }), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    /// Every cell of the dataset against a map from points to numbers.
    #[test]
    fn every_cell_is_that_of_its_run(
        runs in prop::collection::vec((prop::collection::btree_set(0_u64..12, 1..6), 1_u32..4, any::<bool>()), 1..6),
    ) {
        let root = tempfile::tempdir().unwrap();
        let mut model = BTreeMap::new();
        for (day, (levels, repeats, reversed)) in (1..).zip(&runs) {
            let mut levels: Vec<u64> = levels.iter().copied().collect();
            if *reversed {
                levels.reverse();
            }
            add(root.path(), &run(day, &levels, *repeats), &format!("day {day}"));
            for len in levels {
                for repeat in 0..*repeats as usize {
                    model.insert((len, repeat + 1, day), value(day, len, repeat));
                }
            }
        }
        let dataset = load(root.path()).dataset().unwrap();
        let mut seen = 0;
        for flat in 0..dataset.len() {
            let at = dataset.position(flat).unwrap();
            let len = dataset.dims()[0].values[at[0]].as_f64().unwrap();
            let expected = model.iter().find(|((level, repeat, day), _)| {
                (*level as f64 - len).abs() < 0.5
                    && *repeat == at[1] + 1
                    && usize::try_from(*day) == Ok(at[2] + 1)
            });
            let cell = dataset.variables()[0].cell(flat).unwrap();
            prop_assert_eq!(cell.value.and_then(|value| value.as_f64()), expected.map(|(_, value)| *value));
            prop_assert_eq!(cell.state == CellState::Skipped, expected.is_none());
            seen += usize::from(expected.is_some());
        }
        prop_assert_eq!(seen, model.len());
    }
}
