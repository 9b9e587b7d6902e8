use super::*;
use crate::regression::RunSpreads as _;
use crate::store::save_result;

/// Runs of one point with these times, in an order that a store has.
fn stored(root: &Path, seconds: &[f64]) -> Vec<SweepRecord> {
    let run = |(at, seconds): (usize, &f64)| {
        let info = VariableInfo {
            timed: true,
            ..float("time")
        };
        let mut run = record(filled(
            vec![lens(&[10]), Dim::repeats(1)],
            vec![info],
            *seconds,
        ));
        run.started = format!("2026-03-{:02}T12:00:00.000Z", at + 1);
        run.environment = Some(Environment::capture());
        run.counts.executed = 1;
        save_result(root, &run).unwrap();
        run
    };
    seconds.iter().enumerate().map(run).collect()
}

fn spread(seconds: &[f64]) -> Option<f64> {
    let root = tempfile::tempdir().unwrap();
    let runs = stored(root.path(), seconds);
    let earlier = EarlierRuns::of(root.path(), [&[], &[]]).unwrap();
    let at = [("len".to_owned(), "10".to_owned())];
    Some(earlier.between_runs(runs.last()?, "time", &at)?.deviation)
}

/// Alternating by 1 %.
fn quiet(count: usize) -> Vec<f64> {
    (0..count)
        .map(|run| if run % 2 == 0 { 1.0 } else { 1.01 })
        .collect()
}

#[test]
fn the_spread_of_runs_counts_from_ten_runs_on_or_where_it_is_large() {
    assert_eq!(spread(&quiet(9)), None);
    let of_ten = spread(&quiet(10)).unwrap();
    assert!((0.005..0.02).contains(&of_ten), "{of_ten}");
    let noisy = spread(&[1.0, 1.4, 0.9, 1.5]).unwrap();
    assert!(noisy > 0.2, "{noisy}");
    // Three of seven runs lie apart, next to each other: most neighbours agree.
    let apart = spread(&[8.37, 12.5, 12.2, 12.4, 8.40, 8.39, 8.39]).unwrap();
    assert!(apart > 0.15, "{apart}");
    assert_eq!(spread(&[1.0, 1.4]), None, "two runs say nothing");
    let equal = spread(&[1.0; 12]).unwrap();
    assert!((equal - 1e-3).abs() < 1e-12, "the resolution of times");
}

/// The runs that are compared, those of other machines and those that took samples from the store are no evidence.
#[test]
fn runs_that_say_nothing_about_the_next_do_not_count() {
    let root = tempfile::tempdir().unwrap();
    let runs = stored(root.path(), &quiet(11));
    let at = [("len".to_owned(), "10".to_owned())];
    let newest = runs.last().unwrap();
    let of = |compared: &[SweepRecord]| EarlierRuns::of(root.path(), [compared, &[]]).unwrap();
    assert!(of(&[]).between_runs(newest, "time", &at).is_some());
    assert!(of(&runs[9..]).between_runs(newest, "time", &at).is_none());
    let mut elsewhere = newest.clone();
    elsewhere.environment.as_mut().unwrap().cpu = Some("another".to_owned());
    assert!(of(&[]).between_runs(&elsewhere, "time", &at).is_none());
    let other = tempfile::tempdir().unwrap();
    for mut run in runs {
        run.counts.hits = 1;
        save_result(other.path(), &run).unwrap();
    }
    let earlier = EarlierRuns::of(other.path(), [&[], &[]]).unwrap();
    assert!(earlier.between_runs(&elsewhere, "time", &at).is_none());
}
