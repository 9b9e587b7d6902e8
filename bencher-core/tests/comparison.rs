//! Whole runs beside each other: stored ones, and ones that were measured in pairs.

use std::path::Path;

use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
use bencher_core::measure::Environment;
use bencher_core::record::{Counts, SweepRecord};
use bencher_core::regression::{
    BetweenRuns, CompareOptions, ErrorControl, NoRuns, PairedRuns, PointComparison, Reason,
    RunComparison, RunSpreads, Schedule, Verdict, compare_stored,
};
use bencher_core::value::{Kind, Value};
use bencher_core::var::Direction;

/// A result by its name, with a value for every level, or none.
type Column<'c> = (VariableInfo, &'c dyn Fn(usize) -> Option<Value>);

fn record(levels: &[u64], columns: &[Column<'_>]) -> SweepRecord {
    let values = levels.iter().copied().map(Value::from).collect();
    let len = Dim::input("len", Kind::Uint(64), values);
    let infos = columns.iter().map(|(info, _)| info.clone()).collect();
    let mut dataset = Dataset::new("By length", vec![len, Dim::repeats(1)], infos).unwrap();
    for (index, (_, value)) in columns.iter().enumerate() {
        for flat in 0..levels.len() {
            let variable = dataset.variable_mut(index).unwrap();
            match value(flat) {
                Some(value) => variable.record(flat, &value, CellState::Measured).unwrap(),
                None => variable
                    .record_absent(flat, CellState::Failed, None)
                    .unwrap(),
            }
        }
    }
    SweepRecord {
        bench: "Sorting".to_owned(),
        title: "By length".to_owned(),
        description: String::new(),
        post_description: String::new(),
        tag: String::new(),
        started: String::new(),
        dataset,
        constants: Vec::new(),
        failures: Vec::new(),
        counts: Counts::default(),
        timings: Vec::new(),
        warnings: Vec::new(),
        sweep_type: String::new(),
        version: 1,
        identity: None,
        environment: Some(Environment::capture()),
    }
}

fn elapsed() -> VariableInfo {
    VariableInfo {
        direction: Direction::Minimize,
        timed: true,
        units: "s".to_owned(),
        ..VariableInfo::new("elapsed", Kind::Float(64))
    }
}

fn moves() -> VariableInfo {
    VariableInfo {
        direction: Direction::Minimize,
        ..VariableInfo::new("moves", Kind::Uint(64))
    }
}

fn timed(levels: &[u64], seconds: impl Fn(usize) -> f64) -> SweepRecord {
    record(
        levels,
        &[(elapsed(), &|at| Some(Value::Float(seconds(at))))],
    )
}

fn compare(base: &SweepRecord, candidate: &SweepRecord, runs: &dyn RunSpreads) -> RunComparison {
    compare_stored(
        ("base", std::slice::from_ref(base)),
        ("candidate", std::slice::from_ref(candidate)),
        &CompareOptions::default(),
        runs,
    )
}

fn point(found: &RunComparison, at: usize) -> &PointComparison {
    &found.sweeps[0].results[0].points[at]
}

fn verdict(found: &RunComparison, at: usize) -> (Verdict, Reason) {
    let judgement = point(found, at).judgement;
    (judgement.verdict, judgement.reason)
}

/// Three earlier runs that differ by 1 %.
struct OnePercent;

impl RunSpreads for OnePercent {
    fn between_runs(
        &self,
        _: &SweepRecord,
        _: &str,
        _: &[(String, String)],
    ) -> Option<BetweenRuns> {
        Some(BetweenRuns {
            deviation: 0.01,
            freedom: 10.0,
        })
    }
}

/// Runs of the same code differ by some percent, so a single one on each side decides only what is far beyond that.
#[test]
fn single_runs_are_judged_by_what_is_known_of_runs() {
    let base = timed(&[10], |_| 1.0);
    let now = |seconds| timed(&[10], move |_| seconds);
    for (seconds, unknown, known) in [
        (3.0, Verdict::Worse, Verdict::Worse),
        (1.1, Verdict::Undecided, Verdict::Worse),
        (1.0, Verdict::Undecided, Verdict::Undecided),
        (0.5, Verdict::Better, Verdict::Better),
    ] {
        assert_eq!(
            verdict(&compare(&base, &now(seconds), &NoRuns), 0).0,
            unknown,
            "{seconds}"
        );
        assert_eq!(
            verdict(&compare(&base, &now(seconds), &OnePercent), 0).0,
            known,
            "{seconds}"
        );
    }
    let found = compare(&base, &now(1.1), &NoRuns);
    assert_eq!(verdict(&found, 0).1, Reason::OneRunEach);
    assert_eq!(found.exit_status(), 4);
}

#[test]
fn times_of_other_machines_are_not_judged() {
    let mut base = timed(&[10], |_| 1.0);
    let environment = base.environment.as_mut().unwrap();
    environment.cpu = Some("another one".to_owned());
    let found = compare(&base, &timed(&[10], |_| 3.0), &NoRuns);
    assert_eq!(
        verdict(&found, 0),
        (Verdict::Undecided, Reason::OtherMachine)
    );
    assert!(
        found.notes[0].contains("two classes of machines"),
        "{:?}",
        found.notes
    );
}

/// The grid moved: only what both have is compared, and a note says what that leaves.
#[test]
fn unequal_grids_are_compared_on_their_intersection() {
    let of = |levels: &[u64], change: u64| {
        let levels = levels.to_vec();
        let counts = levels.clone();
        let value = move |at: usize| Some(Value::from(counts[at] * 100 + change));
        record(&levels, &[(moves(), &value)])
    };
    let found = compare(&of(&[10, 20, 30], 0), &of(&[40, 30, 20], 0), &NoRuns);
    let points = &found.sweeps[0].results[0].points;
    let levels: Vec<&str> = points.iter().map(|point| point.at[0].1.as_str()).collect();
    assert_eq!(levels, ["30", "20"]);
    assert!(
        points
            .iter()
            .all(|point| point.judgement.verdict == Verdict::Same)
    );
    assert!(
        found.notes[0].contains("1 are only in the base, 1 only in the candidate"),
        "{:?}",
        found.notes
    );
    assert_eq!((found.exit_status(), found.counts().same), (0, 2));
}

#[test]
fn what_vanished_is_worse_and_what_is_new_is_not() {
    let some = |value: u64| move |at: usize| (at == 0).then_some(Value::from(value));
    let all = |at: usize| Some(Value::from(at as u64 + 1));
    let base = record(
        &[10, 20],
        &[(moves(), &all), (elapsed(), &|_| Some(Value::Float(1.0)))],
    );
    let now = record(
        &[10, 20],
        &[
            (moves(), &some(1)),
            (
                VariableInfo {
                    name: "new".to_owned(),
                    ..moves()
                },
                &all,
            ),
        ],
    );
    let found = compare(&base, &now, &NoRuns);
    assert_eq!(verdict(&found, 0), (Verdict::Same, Reason::Exact));
    assert_eq!(verdict(&found, 1), (Verdict::Worse, Reason::Vanished));
    let gone = &found.sweeps[0].results[1];
    assert_eq!(gone.name, "elapsed");
    assert!(
        gone.points
            .iter()
            .all(|point| point.judgement.reason == Reason::Vanished)
    );
    assert_eq!(found.exit_status(), 3);
    // The other way round there is nothing to compare with.
    let found = compare(&now, &base, &NoRuns);
    assert_eq!(verdict(&found, 1), (Verdict::Undecided, Reason::New));
}

#[test]
fn whole_numbers_of_one_sample_are_exact_and_others_are_not() {
    let float = VariableInfo {
        direction: Direction::Maximize,
        ..VariableInfo::new("score", Kind::Float(64))
    };
    let of = |count: u64, score: f64| {
        record(
            &[1],
            &[
                (moves(), &move |_| Some(Value::from(count))),
                (float.clone(), &move |_| Some(Value::Float(score))),
            ],
        )
    };
    let found = compare(&of(100, 0.5), &of(103, 0.6), &NoRuns);
    assert_eq!(verdict(&found, 0), (Verdict::Worse, Reason::Exact));
    let score = found.sweeps[0].results[1].points[0].judgement;
    assert_eq!(
        (score.verdict, score.reason),
        (Verdict::Undecided, Reason::OneRunEach)
    );
    let found = compare(&of(100, 0.5), &of(100, 0.5), &NoRuns);
    assert_eq!(found.exit_status(), 0, "equal numbers are equal");
}

/// Pairs of runs: the times of a pair share its noise; the candidate takes `slowdown` times as long at a point.
fn pairs(count: usize, points: u64, slowdown: impl Fn(usize) -> f64) -> PairedRuns {
    let levels: Vec<u64> = (1..=points).collect();
    let mut runs = PairedRuns::default();
    for pair in 0..count {
        // Reproducible noise of about 1 % of the pair, and 0.2 % of each program.
        let noise = |salt: usize| ((pair * 7919 + salt * 104_729) % 1000) as f64 / 1000.0 - 0.5;
        let base = |at: usize| 1e-3 * (1.0 + 0.02 * noise(at) + 0.002 * noise(at + 31));
        let now =
            |at: usize| slowdown(at) * 1e-3 * (1.0 + 0.02 * noise(at) + 0.002 * noise(at + 57));
        runs.add(&[timed(&levels, base)], &[timed(&levels, now)]);
    }
    runs
}

fn last_look(runs: &mut PairedRuns, options: &CompareOptions) -> RunComparison {
    let schedule = Schedule::new(runs.family(options), runs.pairs()).unwrap();
    runs.look(
        ("base", "candidate"),
        &schedule,
        schedule.pairs().len() - 1,
        options,
    )
}

#[test]
fn a_slow_point_is_named_and_the_rest_is_the_same() {
    let options = CompareOptions::default();
    let mut runs = pairs(20, 8, |at| if at == 5 { 1.05 } else { 1.0 });
    let found = last_look(&mut runs, &options);
    for at in 0..8 {
        let expected = if at == 5 {
            Verdict::Worse
        } else {
            Verdict::Same
        };
        assert_eq!(verdict(&found, at).0, expected, "{}", found.table(true));
    }
    let effect = point(&found, 5).judgement.effect.unwrap();
    assert!((effect.centre - 1.05).abs() < 0.002, "{effect:?}");
    assert_eq!(found.exit_status(), 3);
    let text = found.to_string();
    assert!(text.contains("len=6") && text.contains("slower"), "{text}");
    assert!(text.contains("7 points are the same"), "{text}");
    assert!(
        found
            .markdown()
            .starts_with("### Regression: 8 points: 1 worse"),
        "{}",
        found.markdown()
    );
}

/// No point is beyond its threshold of 2 %, and all together are beyond theirs of 0.5 %.
#[test]
fn one_percent_everywhere_is_seen() {
    let options = CompareOptions::default();
    let found = last_look(&mut pairs(20, 8, |_| 1.01), &options);
    let result = &found.sweeps[0].results[0];
    assert!(
        result
            .points
            .iter()
            .all(|point| point.judgement.verdict == Verdict::Same)
    );
    assert_eq!(
        result.groups[0].judgement.verdict,
        Verdict::Worse,
        "{}",
        found.table(true)
    );
    assert_eq!(found.exit_status(), 3);
}

/// What an early look decides stays, although later pairs are missing: they were spent on other points.
#[test]
fn decided_points_need_no_more_pairs() {
    let options = CompareOptions::default();
    let mut runs = pairs(12, 2, |at| if at == 0 { 1.2 } else { 1.0 });
    let schedule = Schedule::new(runs.family(&options), 40).unwrap();
    assert!(schedule.pairs()[0] <= 12, "{schedule:?}");
    let first = runs.look(("a", "b"), &schedule, 0, &options);
    assert_eq!(verdict(&first, 0).0, Verdict::Worse);
    for _ in 0..28 {
        runs.add(&[timed(&[2], |_| 1e-3)], &[timed(&[2], |_| 1e-3)]);
    }
    let last = runs.look(("a", "b"), &schedule, schedule.pairs().len() - 1, &options);
    assert_eq!(verdict(&last, 0), verdict(&first, 0));
    assert_eq!(verdict(&last, 1).0, Verdict::Same);
}

#[test]
fn the_json_of_a_comparison_fits_its_schema() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/comparison-v1.schema.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let base = timed(&[10, 20], |_| 1.0);
    let gone = record(
        &[10, 20],
        &[(elapsed(), &|at| (at == 0).then_some(Value::Float(f64::MAX)))],
    );
    let options = CompareOptions::default();
    for found in [
        compare(&base, &timed(&[10, 30], |_| 1.1), &NoRuns),
        compare(&base, &gone, &OnePercent),
        last_look(&mut pairs(20, 4, |at| 1.0 + 0.02 * at as f64), &options),
        last_look(&mut pairs(20, 1, |_| 1.02), &options),
        last_look(
            &mut pairs(20, 4, |at| 1.0 + 0.02 * at as f64),
            &CompareOptions {
                control: ErrorControl::FalseDiscovery,
                ..options
            },
        ),
    ] {
        let json = found.to_json();
        let errors: Vec<String> = validator
            .iter_errors(&json)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?}\n{json:#}");
        // What is printed has no control characters, and says how it ended.
        assert!(found.to_string().lines().count() > 3);
    }
}

/// Texts of a sweep reach neither the terminal nor Markdown as what they are not.
#[test]
fn hostile_names_are_shown_and_not_obeyed() {
    let hostile = |mut record: SweepRecord| {
        record.title = "\u{1b}]0;x\u{7}<b>|a".to_owned();
        record
    };
    let found = compare(
        &hostile(timed(&[1], |_| 1.0)),
        &hostile(timed(&[1], |_| 3.0)),
        &NoRuns,
    );
    for text in [found.to_string(), found.markdown()] {
        assert!(
            !text.contains('\u{1b}') && !text.contains('\u{7}'),
            "{text:?}"
        );
    }
    assert!(!found.markdown().contains("<b>"), "{}", found.markdown());
}
