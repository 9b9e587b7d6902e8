use super::*;

fn states(history: &History) -> Vec<(String, ColumnState, usize, usize)> {
    let columns = history.columns().into_iter();
    columns
        .map(|one| (one.name, one.state, one.born, one.last))
        .collect()
}

#[test]
fn a_column_is_born_sleeps_and_resumes() {
    let root = tempfile::tempdir().unwrap();
    add(root.path(), &day(&["a", "b"], 1.0), "day 1");
    let second = add(root.path(), &day(&["a", "c"], 2.0), "day 2");
    assert_eq!(second.changes, ["result c is new", "result b is gone"]);
    assert!(second.warnings.is_empty(), "nothing begins anew");
    let history = load(root.path());
    let dataset = history.dataset().unwrap();
    assert_eq!(numbers(&dataset, "a"), [Some(1.0), Some(2.0)]);
    assert_eq!(numbers(&dataset, "c"), [None, Some(2.0)]);
    let cell = dataset.variable("c").unwrap().cell(0).unwrap();
    assert_eq!(cell.state, CellState::Missing);
    assert_eq!(cell.reason, Some("the run of day 1 did not record c"));
    assert!(dataset.variable("b").is_err(), "it is dormant");
    let expected = [
        ("a".to_owned(), ColumnState::Active, 0, 1),
        ("c".to_owned(), ColumnState::Active, 1, 1),
        ("b".to_owned(), ColumnState::Dormant, 0, 0),
    ];
    assert_eq!(states(&history), expected);
    let full = history.full_dataset().unwrap();
    assert_eq!(numbers(&full, "b"), [Some(1.0), None]);

    add(root.path(), &day(&["a", "b"], 3.0), "day 3");
    let dataset = load(root.path()).dataset().unwrap();
    assert_eq!(numbers(&dataset, "b"), [Some(1.0), None, Some(3.0)]);
    assert_eq!(numbers(&dataset, "a"), [Some(1.0), Some(2.0), Some(3.0)]);
}

#[test]
fn another_meaning_retires_a_column_under_another_name() {
    let root = tempfile::tempdir().unwrap();
    add(root.path(), &day(&["a"], 1.0), "day 1");
    add(root.path(), &day(&["a"], 2.0), "day 2");
    let mut third = day(&["a"], 3.0);
    third.dataset.variable_mut(0).unwrap().info.meaning_version = 2;
    let report = add(root.path(), &third, "day 3");
    assert_eq!(report.changes, ["result a: meaning version 1 -> 2"]);
    assert!(report.warnings[0].contains("no longer count"), "{report:?}");
    let history = load(root.path());
    assert_eq!(
        numbers(&history.dataset().unwrap(), "a"),
        [None, None, Some(3.0)]
    );
    let retired: Vec<_> = history
        .columns()
        .into_iter()
        .filter(|one| one.state == ColumnState::Retired)
        .collect();
    let [retired] = &retired[..] else {
        panic!("{retired:?}");
    };
    assert!(
        retired.name.starts_with("a__retired_") && retired.name.len() == 19,
        "{}",
        retired.name
    );
    let full = history.full_dataset().unwrap();
    assert_eq!(numbers(&full, &retired.name), [Some(1.0), Some(2.0), None]);
    assert_eq!(full.variables().len(), 2);

    // The old meaning comes back: the column resumes, and the other one retires.
    add(root.path(), &day(&["a"], 4.0), "day 4");
    let dataset = load(root.path()).dataset().unwrap();
    assert_eq!(
        numbers(&dataset, "a"),
        [Some(1.0), Some(2.0), None, Some(4.0)]
    );
}

#[test]
fn kind_and_unit_are_part_of_a_column() {
    let change: [fn(&mut SweepRecord); 2] = [
        |record| "ms".clone_into(&mut record.dataset.variable_mut(0).unwrap().info.units),
        |record| {
            record.dataset = Dataset::new(
                "By length",
                vec![Dim::repeats(1)],
                vec![VariableInfo::new("a", Kind::Bool)],
            )
            .unwrap();
        },
    ];
    for change in change {
        let root = tempfile::tempdir().unwrap();
        add(root.path(), &day(&["a"], 1.0), "day 1");
        let mut second = day(&["a"], 2.0);
        change(&mut second);
        add(root.path(), &second, "day 2");
        let history = load(root.path());
        assert_eq!(history.columns().len(), 2);
        assert_eq!(numbers(&history.dataset().unwrap(), "a")[0], None);
    }
}

#[test]
fn a_dormant_name_with_two_meanings_shows_the_later_one() {
    let root = tempfile::tempdir().unwrap();
    add(root.path(), &day(&["a", "b"], 1.0), "day 1");
    let mut second = day(&["a", "b"], 2.0);
    second.dataset.variable_mut(1).unwrap().info.meaning_version = 2;
    add(root.path(), &second, "day 2");
    add(root.path(), &day(&["a"], 3.0), "day 3");
    let full = load(root.path()).full_dataset().unwrap();
    assert_eq!(numbers(&full, "b"), [None, Some(2.0), None]);
    assert_eq!(full.variables().len(), 3);
    full.check().unwrap();
}

#[test]
fn the_policy_rejects_a_reset_before_anything_is_stored() {
    let root = tempfile::tempdir().unwrap();
    let first = add(root.path(), &day(&["a"], 1.0), "day 1");
    let mut second = day(&["a"], 2.0);
    second.dataset.variable_mut(0).unwrap().info.meaning_version = 2;
    let with = |on_reset| AppendOptions {
        on_reset,
        ..AppendOptions::default()
    };
    let error = append(
        root.path(),
        &second,
        "day 2".into(),
        &with(OnHistoryReset::Error),
    )
    .unwrap_err();
    let HistoryError::Reset { changes, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!(changes, &["result a: meaning version 1 -> 2"]);
    let folder = first.path.parent().unwrap();
    assert_eq!(
        std::fs::read_dir(folder).unwrap().count(),
        1,
        "nothing was stored"
    );
    let ignored = append(
        root.path(),
        &second,
        "day 2".into(),
        &with(OnHistoryReset::Ignore),
    )
    .unwrap();
    assert!(ignored.warnings.is_empty() && ignored.changes.len() == 1);
    // What changes nothing of the past passes.
    append(
        root.path(),
        &second,
        "day 3".into(),
        &with(OnHistoryReset::Error),
    )
    .unwrap();
}

#[test]
fn the_newest_snapshots_are_kept() {
    let root = tempfile::tempdir().unwrap();
    let options = AppendOptions {
        max_time_events: std::num::NonZeroUsize::new(3),
        ..AppendOptions::default()
    };
    let mut folder = None;
    for n in 1..=5 {
        let report = append(
            root.path(),
            &day(&["a"], f64::from(n)),
            format!("day {n}").into(),
            &options,
        )
        .unwrap();
        assert_eq!(report.aged_out, usize::from(n > 3));
        folder = report.path.parent().map(Path::to_owned);
    }
    let history = load(root.path());
    assert_eq!(events(&history), ["day 3", "day 4", "day 5"]);
    assert_eq!(
        numbers(&history.dataset().unwrap(), "a"),
        [Some(3.0), Some(4.0), Some(5.0)]
    );
    assert_eq!(std::fs::read_dir(folder.unwrap()).unwrap().count(), 3);
}

#[test]
fn a_limit_of_one_result_leaves_the_others() {
    let root = tempfile::tempdir().unwrap();
    let options = AppendOptions {
        max_time_events_of: [("b".to_owned(), std::num::NonZeroUsize::new(2).unwrap())].into(),
        ..AppendOptions::default()
    };
    for n in 1..=4 {
        append(
            root.path(),
            &day(&["a", "b"], f64::from(n)),
            "day".into(),
            &options,
        )
        .unwrap();
    }
    let dataset = load(root.path()).dataset().unwrap();
    assert_eq!(numbers(&dataset, "a"), [1.0, 2.0, 3.0, 4.0].map(Some));
    assert_eq!(numbers(&dataset, "b"), [None, None, Some(3.0), Some(4.0)]);
    let cell = dataset.variable("b").unwrap().cell(0).unwrap();
    assert_eq!(cell.state, CellState::Missing);
    assert!(cell.reason.unwrap().contains("older than"), "{cell:?}");
}
