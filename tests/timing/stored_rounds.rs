//! Rounds that earlier runs stored: checks, and a machine that has changed.

use super::*;

/// The states of the rounds of a time, how many were measured by an earlier run, and how often its centre is as long as
/// declared.
fn rounds_of(runs: &Dataset, nanoseconds: u64) -> (Vec<CellState>, usize, f64) {
    let runs = runs.select("nanoseconds", nanoseconds).unwrap();
    let elapsed = runs.variable("elapsed").unwrap();
    let cells: Vec<_> = (0..runs.len()).filter_map(|n| elapsed.cell(n)).collect();
    let times: Vec<f64> = (0..runs.len()).filter_map(|n| elapsed.number(n)).collect();
    let earlier = cells.iter().filter(|cell| cell.is_of_earlier_run());
    let states = cells.iter().map(|cell| cell.state);
    let states = states.filter(|state| state.has_value());
    let mean = times.iter().sum::<f64>() / times.len() as f64;
    assert!(
        times.iter().all(|time| (time / mean - 1.0).abs() < 1e-6),
        "{nanoseconds}: {times:?}"
    );
    (
        states.collect(),
        earlier.count(),
        mean / nanoseconds as f64 * 1e9,
    )
}

const LOOK: u64 = FIRST_LOOK as u64;

#[test]
fn rounds_of_a_machine_that_has_changed_are_measured_anew() {
    let store = MemoryStore::default();
    let (coarse, fine) = ([100, 1_000, 10_000], [100, 300, 1_000, 3_000, 10_000]);
    Run::of(&coarse, &store).run();
    for (slowness, words) in [(2.0, "2 times as long"), (0.5, "0.25 times as long")] {
        SLOWNESS.set(slowness);
        let before = store.samples();
        let points = if slowness > 1.0 {
            &fine[..]
        } else {
            &[100, 200, 300, 1_000, 3_000, 10_000]
        };
        let end = Run::of(points, &store).run();
        let remeasured = end.remeasured.unwrap();
        assert_eq!(
            (remeasured.stored, remeasured.checked),
            (if slowness > 1.0 { 3 } else { 5 }, 1)
        );
        let warning = remeasured.to_string();
        assert!(
            warning.contains(words) && warning.contains("measured anew"),
            "{warning}"
        );
        assert_eq!(end.collector.counts().executed, LOOK * points.len() as u64);
        assert_eq!(end.collector.counts().hits, 0);
        assert!(
            store.samples() >= before + 11 * points.len(),
            "what was stored stays"
        );
        let runs = dataset(end);
        for point in points {
            let (states, earlier, times) = rounds_of(&runs, *point);
            assert_eq!((states, earlier), (vec![CellState::Measured; 11], 0));
            assert!((times / slowness - 1.0).abs() < 1e-6, "{point}: {times}");
        }
        // All of it counts in the next run, and nothing older.
        for points in [points, &coarse] {
            let end = Run::of(points, &store).run();
            let counts = end.collector.counts();
            assert_eq!(
                (counts.executed, counts.hits),
                (0, LOOK * points.len() as u64)
            );
            let runs = dataset(end);
            for point in points {
                let (states, earlier, times) = rounds_of(&runs, *point);
                assert_eq!((states, earlier), (vec![CellState::Cached; 11], 0));
                assert!((times / slowness - 1.0).abs() < 1e-6, "{point}: {times}");
            }
        }
    }
}

#[test]
fn rounds_of_the_same_machine_count_and_cost_a_check() {
    let store = MemoryStore::default();
    Run::of(&[100, 1_000, 10_000], &store).run();
    let fine = [100, 300, 1_000, 3_000, 10_000];
    for (executed, hits) in [(2 * LOOK + 3, 3 * LOOK), (0, 5 * LOOK), (0, 5 * LOOK)] {
        let end = Run::of(&fine, &store).run();
        assert_eq!(end.remeasured, None);
        let counts = end.collector.counts();
        assert_eq!((counts.executed, counts.hits), (executed, hits));
        assert_eq!(counts.submitted, counts.executed + counts.hits);
        let runs = dataset(end);
        let table = bencher::bench::result_table(&runs, 9, TimeColumns::default());
        let rows = table.lines().skip(2).take(fine.len());
        let marked: Vec<bool> = rows.map(|row| row.ends_with('*')).collect();
        assert_eq!(marked, [true, false, true, false, true], "{table}");
        assert!(
            table.contains("*: includes rounds of an earlier run"),
            "{table}"
        );
        for (point, is_earlier) in fine.iter().zip([true, false, true, false, true]) {
            let (states, earlier, times) = rounds_of(&runs, *point);
            assert_eq!(states.len(), 11);
            assert_eq!(earlier, if is_earlier { 11 } else { 0 });
            assert!((times - 1.0).abs() < 1e-6, "{point}: {times}");
        }
    }
    let coarse = Run::of(&[100, 1_000, 10_000], &store).run();
    assert_eq!(coarse.collector.counts().executed, 0);
    let table = bencher::bench::result_table(&dataset(coarse), 9, TimeColumns::default());
    assert!(!table.contains('*'), "all are of one run: {table}");
}

#[test]
fn runs_that_were_never_compared_are() {
    for slowness in [1.0, 3.0] {
        let store = MemoryStore::default();
        SLOWNESS.set(1.0);
        Run::of(&[100, 200], &store).run();
        SLOWNESS.set(slowness);
        Run::of(&[1_000, 2_000], &store).run();
        let all = [100, 200, 1_000, 2_000];
        let end = Run::of(&all, &store).run();
        let executed = end.collector.counts().executed;
        // One point of each run, three rounds; the stored rounds, or all of them anew.
        assert_eq!(executed, if slowness > 1.0 { 4 * LOOK } else { 2 * 3 });
        assert_eq!(end.remeasured.is_some(), slowness > 1.0);
        for end in [end, Run::of(&all, &store).run()] {
            let runs = dataset(end);
            for point in all {
                assert!((rounds_of(&runs, point).2 / slowness - 1.0).abs() < 1e-6);
            }
        }
        let executed = Run::of(&all, &store).run().collector.counts().executed;
        assert_eq!(executed, 0, "they were compared");
    }
}

#[test]
fn an_interrupted_check_mixes_nothing() {
    let store = MemoryStore::default();
    Run::of(&[100, 1_000], &store).run();
    SLOWNESS.set(2.0);
    let interrupt = Interrupt::default();
    INTERRUPT.set(Some((2, interrupt.clone())));
    let run = Run::of(&[100, 300, 1_000], &store);
    let end = Run { interrupt, ..run }.run();
    INTERRUPT.set(None);
    assert!(end.interrupted && end.remeasured.is_none());
    let runs = dataset(end);
    let states = runs.variable("elapsed").unwrap().states().to_vec();
    assert!(states.contains(&CellState::Measured));
    let fresh = [CellState::Measured, CellState::Pending];
    assert!(
        states.iter().all(|state| fresh.contains(state)),
        "{states:?}"
    );
    SLOWNESS.set(1.0);
    let end = Run::of(&[100, 1_000], &store).run();
    assert_eq!(
        end.collector.counts().executed,
        0,
        "the check stands for no round"
    );
    assert!((rounds_of(&dataset(end), 100).2 - 1.0).abs() < 1e-6);
}

#[test]
fn points_that_go_on_take_the_rounds_of_the_check() {
    let store = MemoryStore::default();
    let run = |repeats| {
        let rules = RoundRules {
            rounds: RoundTarget::Exactly(repeats),
            ..RoundRules::default()
        };
        let run = Run::of(&[100, 1_000, 10_000], &store);
        let end = Run { rules, ..run }.run();
        let counts = end.collector.counts();
        (counts.executed, counts.hits, dataset(end))
    };
    assert_eq!(run(4).0, 12);
    let (executed, hits, runs) = run(9);
    assert_eq!((executed, hits), (15, 12), "nothing is measured twice");
    for point in [100, 1_000, 10_000] {
        let (states, earlier, _) = rounds_of(&runs, point);
        let cached = states.iter().filter(|state| **state == CellState::Cached);
        assert_eq!((states.len(), cached.count(), earlier), (9, 4, 4));
    }
    // Later runs know, too, that two runs measured them.
    let (executed, hits, runs) = run(9);
    assert_eq!((executed, hits), (0, 27));
    assert_eq!(rounds_of(&runs, 1_000).1, 4);
    assert_eq!(run(2).0, 0, "fewer are there");
}

#[test]
fn a_budget_that_is_too_small_for_a_check_ends_it_after_two_rounds() {
    let store = MemoryStore::default();
    Run::of(&[100, 1_000], &store).run();
    SLOWNESS.set(2.0);
    let rules = RoundRules {
        budget: Some(Duration::from_nanos(1)),
        ..RoundRules::default()
    };
    let run = Run::of(&[100, 300, 1_000], &store);
    let end = Run { rules, ..run }.run();
    assert!(end.remeasured.is_some());
    let counts = end.collector.counts();
    // One point is checked, one is new, and the third has a round in any case.
    assert_eq!((counts.executed, counts.hits), (2 * 2 + 1, 0));
    let runs = dataset(end);
    for (point, rounds) in [(100, 1), (300, 2), (1_000, 2)] {
        let (states, _, times) = rounds_of(&runs, point);
        assert_eq!(states, vec![CellState::Measured; rounds]);
        assert!((times / 2.0 - 1.0).abs() < 1e-6, "{point}: {times}");
    }
}

#[test]
fn alternatives_are_checked_together() {
    let store = MemoryStore::default();
    let mut run = Run {
        choice: SweepChoice::default().with_inputs([Work::NANOSECONDS, Work::CAREFUL]),
        store: Some(store.clone()),
        ..Run::default()
    };
    let plan = Plan::new(
        &Work::baseline().unwrap(),
        &run.choice,
        &[],
        Density::default(),
        1,
        "",
    );
    let alternatives = plan.unwrap().alternatives(&Work::CAREFUL).unwrap();
    run.rules.alternatives = Some(alternatives);
    run.run();
    run.rules.rounds = RoundTarget::Exactly(FIRST_LOOK + 1);
    run.run();
    let first = MEASURED
        .with_borrow(|measured| measured.get(..2).map(<[_]>::to_vec))
        .unwrap();
    assert_eq!(first[0].0, first[1].0, "one length");
    assert_ne!(first[0].1, first[1].1, "both ways");
}

#[test]
fn what_was_measured_anew_on_purpose_counts_and_what_another_build_measured_does_not() {
    let store = MemoryStore::default();
    Run::of(&[100, 1_000], &store).run();
    SLOWNESS.set(2.0);
    let rules = RoundRules {
        rounds: RoundTarget::Exactly(2),
        ..RoundRules::default()
    };
    let run = |overwrite, code| {
        let run = Run::of(&[100, 1_000], &store);
        let end = Run {
            rules,
            overwrite,
            code,
            ..run
        }
        .run();
        (
            end.collector.counts().executed,
            end.calls.rejected_code,
            dataset(end),
        )
    };
    assert_eq!(run(true, 0).0, 4);
    let (executed, _, runs) = run(false, 0);
    assert_eq!(executed, 0);
    assert!(
        (rounds_of(&runs, 100).2 / 2.0 - 1.0).abs() < 1e-6,
        "the newer, though fewer"
    );
    let (executed, refused, _) = run(false, 5);
    assert_eq!((executed, refused), (4, 4));
    assert_eq!(
        run(false, 0).0,
        0,
        "those of the first build are still there"
    );
}

#[test]
fn rounds_of_older_versions_are_found_and_checked() {
    let store = MemoryStore::default();
    Run::of(&[100, 1_000], &store).run();
    let old = MemoryStore::default();
    store
        .load_all(&mut |pack| {
            let mut old = old.clone();
            old.append(&[pack.with_provenance(Provenance::default())])
                .unwrap();
        })
        .unwrap();
    let end = Run::of(&[100, 1_000], &old).run();
    assert_eq!(end.collector.counts().executed, 0);
    let end = Run::of(&[100, 300, 1_000], &old).run();
    assert_eq!(end.collector.counts().executed, LOOK + 3);
    assert_eq!(end.remeasured, None);
    let runs = dataset(end);
    assert_eq!((rounds_of(&runs, 100).1, rounds_of(&runs, 300).1), (11, 0));
}
