use super::*;
use crate::regression::detectors::{Outcome, Rules};
use crate::var::Direction;

/// A run with one float per level; none is a sample that failed.
fn run(levels: &[u64], values: &[Option<f64>]) -> SweepRecord {
    let info = VariableInfo {
        direction: Direction::Minimize,
        units: "s".to_owned(),
        ..float("time")
    };
    let mut dataset =
        Dataset::new("By length", vec![lens(levels), Dim::repeats(1)], vec![info]).unwrap();
    for (flat, value) in values.iter().enumerate() {
        let variable = dataset.variable_mut(0).unwrap();
        match value {
            Some(value) => variable
                .record(flat, &Value::Float(*value), CellState::Measured)
                .unwrap(),
            None => variable
                .record_absent(flat, CellState::Failed, None)
                .unwrap(),
        }
    }
    record(dataset)
}

/// The verdicts on a run after some others: the point (none for the sweep) and the outcome.
fn verdicts(
    earlier: &[SweepRecord],
    now: &SweepRecord,
    rule: &str,
) -> Vec<(Option<String>, Outcome)> {
    let root = tempfile::tempdir().unwrap();
    for (n, run) in earlier.iter().enumerate() {
        let event = format!("PR {n}").into();
        append(root.path(), run, event, &AppendOptions::default()).unwrap();
    }
    let history = History::load(root.path(), &SeriesKey::of(now)).unwrap();
    let rules = Rules::parse(&[rule.to_owned()]).unwrap();
    judge_by_history(&history.baseline(None), now, &rules)
        .into_iter()
        .map(|found| (found.point, found.detection.outcome))
        .collect()
}

/// Twenty-five points; one takes three times as long: 8 % of the mean, which the rule of 10 % accepts.
#[test]
fn a_slow_point_among_many_is_found() {
    let levels: Vec<u64> = (1..=25).collect();
    let base = run(&levels, &[Some(1.0); 25]);
    let mut slow = vec![Some(1.0); 25];
    slow[7] = Some(3.0);
    let found = verdicts(&[base], &run(&levels, &slow), "percentage:10");
    assert_eq!(found[0], (None, Outcome::Passed));
    let regressed = found
        .iter()
        .filter(|(_, outcome)| *outcome == Outcome::Regressed);
    let regressed: Vec<&(Option<String>, Outcome)> = regressed.collect();
    assert_eq!(regressed, [&(Some("len=8".to_owned()), Outcome::Regressed)]);
}

#[test]
fn a_point_that_has_no_value_any_more_has_vanished() {
    let base = run(&[10, 20], &[Some(1.0), Some(2.0)]);
    let now = run(&[10, 20], &[Some(1.0), None]);
    let found = verdicts(std::slice::from_ref(&base), &now, "percentage:10");
    assert!(
        found.contains(&(Some("len=20".to_owned()), Outcome::Vanished)),
        "{found:?}"
    );
    // A level that is not swept any more has not.
    let found = verdicts(&[base], &run(&[10], &[Some(1.0)]), "percentage:10");
    assert_eq!(found, [(None, Outcome::Passed)]);
}

/// A larger point is new; the mean is over the points that both runs have.
#[test]
fn a_grid_that_grows_is_no_regression() {
    let base = run(&[10, 20], &[Some(1.0), Some(2.0)]);
    let now = run(&[10, 20, 4000], &[Some(1.0), Some(2.0), Some(400.0)]);
    let found = verdicts(&[base], &now, "percentage:10");
    assert_eq!(
        found,
        [
            (None, Outcome::Passed),
            (Some("len=10".to_owned()), Outcome::Passed),
            (Some("len=20".to_owned()), Outcome::Passed),
            (Some("len=4000".to_owned()), Outcome::NoHistory),
        ]
    );
}

/// Another unit, another meaning and another constant make other numbers.
#[test]
fn runs_that_mean_something_else_are_no_baseline() {
    let base = run(&[10], &[Some(1.0)]);
    let now = run(&[10], &[Some(1000.0)]);
    assert_eq!(
        verdicts(std::slice::from_ref(&base), &now, "percentage:10"),
        [(None, Outcome::Regressed)]
    );
    let changed = |change: fn(&mut VariableInfo)| {
        let mut now = now.clone();
        let mut info = now.dataset.variables()[0].info.clone();
        change(&mut info);
        let mut dataset =
            Dataset::new("By length", now.dataset.dims().to_vec(), vec![info]).unwrap();
        dataset
            .variable_mut(0)
            .unwrap()
            .record(0, &Value::Float(1000.0), CellState::Measured)
            .unwrap();
        now.dataset = dataset;
        now
    };
    let milliseconds = changed(|info| info.units = "ms".to_owned());
    let redefined = changed(|info| info.meaning_version = 2);
    let mut other = now;
    other.constants = vec![ConstantValue {
        name: "threads".to_owned(),
        value: 1.into(),
        units: String::new(),
    }];
    for now in [milliseconds, redefined, other] {
        let found = verdicts(std::slice::from_ref(&base), &now, "percentage:10");
        assert_eq!(found, [(None, Outcome::NoHistory)]);
    }
}
