//! Timed results: rounds, stops, budgets, resumption, comparison; all on a fake clock.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bencher::bench::TimeColumns;
use bencher::dataset::{CellState, Dataset};
use bencher::measure::{Clock, FIRST_LOOK, FakeClock, RoundRules, Timer, Wanted};
use bencher::prelude::*;
use bencher::progress::SilentProgress;
use bencher::result_collector::ResultCollector;
use bencher::space::{Density, Order};
use bencher::store::{MemoryStore, Provenance, SampleStore};
use bencher::sweep_executor::{
    Interrupt, Plan, RunEnd, RunOptions, SliceFault, SweepChoice, SweepExecutor,
};
use bencher::value::Digest;

thread_local! {
    static CLOCK: RefCell<FakeClock> = RefCell::default();
    /// How many calls were timed, and after how many of them something takes 1 ms.
    static CALLS: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
    /// After how many samples who is interrupted.
    static INTERRUPT: RefCell<Option<(usize, Interrupt)>> = RefCell::default();
    /// How many times as long everything takes.
    static SLOWNESS: Cell<f64> = const { Cell::new(1.0) };
    /// The points in the order in which they were measured.
    static MEASURED: RefCell<Vec<(u64, bool)>> = RefCell::default();
}

fn pass(nanoseconds: f64) {
    CLOCK.with_borrow(|clock| clock.advance(Duration::from_secs_f64(nanoseconds * 1e-9)));
}

/// A call, and what disturbs it now and then.
fn call(nanoseconds: f64) {
    let (calls, period) = CALLS.get();
    CALLS.set((calls + 1, period));
    pass(nanoseconds);
    if period > 0 && calls % period == 0 {
        pass(1e6);
    }
}

/// Work whose time is known.
#[derive(ParametrizedSweep, Clone)]
struct Work {
    #[sweep(values(100, 1_000, 10_000))]
    nanoseconds: u64,
    #[sweep]
    careful: bool,
    #[constant(0)]
    noise_percent: u64,
    /// How much slower the careful way is.
    #[constant(3)]
    slower_percent: u64,
    /// Whether the noise of both ways is not the same in a round.
    #[constant(false)]
    apart: bool,
    #[result(units = "s", direction = "minimize", timed)]
    elapsed: Option<f64>,
    #[result]
    rounds: Option<u32>,
}

impl Benchmark for Work {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        if self.nanoseconds == 13 {
            return Err("thirteen".into());
        }
        let measured = MEASURED.with_borrow_mut(|measured| {
            measured.push((self.nanoseconds, self.careful));
            measured.len()
        });
        INTERRUPT.with_borrow(|planned| {
            if let Some((_, interrupt)) = planned.as_ref().filter(|(after, _)| *after == measured) {
                interrupt.0.store(true, Ordering::Relaxed);
            }
        });
        let turn = u64::from(cx.repeat()) + if self.apart && self.careful { 5 } else { 0 };
        let noise = self.noise_percent * (turn * 7919 % 13) / 6;
        let time = self.nanoseconds as f64 * (1.0 + noise as f64 / 100.0);
        let slower = 1.0 + self.slower_percent as f64 / 100.0;
        let time = if self.careful { time * slower } else { time };
        // Set-up, which does not count.
        pass(1e6);
        cx.iter(&mut self.elapsed, || call(time.round() * SLOWNESS.get()));
        self.rounds = Some(cx.repeat());
        Ok(())
    }
}

#[derive(Default)]
struct Run {
    choice: SweepChoice<Work>,
    rules: RoundRules,
    store: Option<MemoryStore>,
    interrupt: Interrupt,
    overwrite: bool,
    code: u128,
}

impl Run {
    /// A run that measures each of some times once, in a store.
    fn of(nanoseconds: &[u64], store: &MemoryStore) -> Self {
        let inputs = [Work::NANOSECONDS.values(nanoseconds.to_vec())];
        Self {
            choice: SweepChoice::default().with_inputs(inputs),
            store: Some(store.clone()),
            ..Self::default()
        }
    }

    fn run(&self) -> RunEnd {
        MEASURED.with_borrow_mut(Vec::clear);
        let plan = Plan::new(
            &Work::baseline().unwrap(),
            &self.choice,
            &[],
            Density::default(),
            1,
            "",
        );
        let plan = plan.unwrap().in_rounds();
        let collector = ResultCollector::new(&plan, "Work").unwrap();
        let options = RunOptions {
            interrupt: self.interrupt.clone(),
            store: self.store.clone().map(|store| Box::new(store) as _),
            overwrite: self.overwrite,
            code: Digest(self.code),
            rounds: Some(self.rules),
            timer: Timer::on(CLOCK.with_borrow(FakeClock::clone)),
            ..RunOptions::default()
        };
        SweepExecutor::new(plan)
            .run(collector, options, &mut SilentProgress)
            .unwrap()
    }
}

fn dataset(end: RunEnd) -> Dataset {
    end.collector.finish().0
}

fn holding(noise_percent: u64) -> SweepChoice<Work> {
    SweepChoice::default()
        .with_inputs([Work::NANOSECONDS, Work::CAREFUL])
        .with_constants([Work::NOISE_PERCENT.with_const(noise_percent)])
}

#[test]
fn a_batch_gives_the_time_of_one_iteration() {
    let run = Run {
        choice: holding(0),
        ..Run::default()
    };
    let found = dataset(run.run()).timings("elapsed").unwrap();
    let centres: Vec<f64> = (0..6)
        .filter_map(|n| found.variables()[0].number(n))
        .collect();
    for (centre, expected) in centres
        .iter()
        .zip([100.0, 103.0, 1000.0, 1030.0, 10_000.0, 10_300.0])
    {
        assert!(
            (centre * 1e9 / expected - 1.0).abs() < 1e-6,
            "{centre} is not {expected} ns"
        );
    }
    assert_eq!(centres.len(), 6);
}

#[test]
fn rounds_go_over_all_points_in_orders_of_their_own() {
    Run {
        choice: holding(0),
        ..Run::default()
    }
    .run();
    let measured = MEASURED.with_borrow(Clone::clone);
    let rounds: Vec<_> = measured.chunks(6).collect();
    assert_eq!(rounds.len(), FIRST_LOOK as usize);
    for round in &rounds {
        let mut round = round.to_vec();
        round.sort_unstable();
        round.dedup();
        assert_eq!(round.len(), 6);
    }
    assert!(rounds.windows(2).any(|pair| pair[0] != pair[1]));
}

#[test]
fn points_that_are_known_say_why_they_have_no_more_repeats() {
    let choice = SweepChoice::default().with_inputs([Work::NOISE_PERCENT.values([0_u64, 40])]);
    let runs = dataset(
        Run {
            choice,
            ..Run::default()
        }
        .run(),
    );
    let elapsed = runs.variable("elapsed").unwrap();
    let repeats = runs.shape()[1];
    assert!(
        repeats > FIRST_LOOK as usize,
        "the noisy point has {repeats}"
    );
    let after = elapsed.cell(FIRST_LOOK as usize).unwrap();
    assert_eq!(after.state, CellState::Skipped);
    let reason = "not needed after 11 rounds: known within 0.00 %";
    assert_eq!(after.reason, Some(reason));
    assert!(
        (0..repeats).all(|n| elapsed.number(repeats + n).is_some()),
        "every round of the other"
    );
}

#[test]
fn a_budget_ends_the_rounds_and_the_next_run_goes_on() {
    let rules = RoundRules {
        budget: Some(Duration::from_millis(20)),
        precision: 0.0,
        ..RoundRules::default()
    };
    let run = Run {
        choice: holding(10),
        rules,
        store: Some(MemoryStore::default()),
        ..Run::default()
    };
    let first = run.run();
    let rounds = first.rounds.unwrap();
    assert_eq!((rounds.points, rounds.out_of_budget), (6, 6));
    assert!(rounds.warning(0.01).unwrap().contains("6 of 6 points"));
    let executed = first.collector.counts().executed;
    assert!(
        (6..20).contains(&executed),
        "{executed} samples of more than 1 ms each in 20 ms"
    );

    let second = run.run();
    let counts = second.collector.counts();
    assert_eq!(
        counts.hits, executed,
        "what was measured is not measured again"
    );
    assert!(counts.executed > 0);
    let (first, second) = (dataset(first), dataset(second));
    let elapsed = second.variable("elapsed").unwrap();
    let cached = elapsed
        .states()
        .iter()
        .filter(|state| **state == CellState::Cached);
    assert_eq!(cached.count() as u64, executed);
    for flat in 0..first.len() {
        let position = first.position(flat).unwrap();
        let cell = second.flat_index(&position).unwrap();
        if let Some(time) = first.variable("elapsed").unwrap().number(flat) {
            assert_eq!(elapsed.number(cell), Some(time));
        }
    }
}

/// The states of the rounds of a time, how many were measured by an earlier run, and how often its centre is as long as declared.
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
            table.contains("*: with rounds of an earlier run"),
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
            rounds: Wanted::Exactly(repeats),
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
    run.rules.rounds = Wanted::Exactly(FIRST_LOOK + 1);
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
        rounds: Wanted::Exactly(2),
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
            end.calls.refused,
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
            old.append(&[pack.by(Provenance::default())]).unwrap();
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

#[test]
fn wanted_repeats_fill_the_budget() {
    let now = || CLOCK.with_borrow(Clock::now);
    let rules = RoundRules {
        rounds: Wanted::Exactly(20),
        budget: Some(Duration::from_secs(3)),
        ..RoundRules::default()
    };
    let start = now();
    let end = Run {
        choice: holding(10),
        rules,
        ..Run::default()
    }
    .run();
    let spent = now().saturating_sub(start).as_secs_f64();
    assert_eq!(end.rounds.as_ref().unwrap().out_of_budget, 0);
    assert_eq!(end.collector.counts().executed, 6 * 20);
    assert!((2.0..3.0).contains(&spent), "{spent} s of 3");
}

#[test]
fn an_interrupt_leaves_what_was_measured() {
    let interrupt = Interrupt::default();
    interrupt.0.store(true, Ordering::Relaxed);
    let end = Run {
        choice: holding(0),
        interrupt,
        ..Run::default()
    }
    .run();
    assert!(end.interrupted);
    assert!(
        dataset(end)
            .variable("elapsed")
            .unwrap()
            .states()
            .iter()
            .all(|s| *s == CellState::Pending)
    );
}

#[test]
fn an_interrupt_within_a_round_keeps_what_was_done() {
    let interrupt = Interrupt::default();
    INTERRUPT.set(Some((20, interrupt.clone())));
    let end = Run {
        choice: holding(0),
        interrupt,
        ..Run::default()
    }
    .run();
    INTERRUPT.set(None);
    assert!(end.interrupted);
    let runs = dataset(end);
    let states = runs.variable("elapsed").unwrap().states();
    let count = |state| states.iter().filter(|s| **s == state).count();
    // The serial backend looks up only after some real time, but never beyond the round, the fourth of six points.
    let measured = MEASURED.with_borrow(Vec::len);
    assert!((20..=24).contains(&measured), "{measured}");
    assert_eq!(count(CellState::Measured), measured);
    assert_eq!(count(CellState::Pending), states.len() - measured);
}

/// Something else takes 1 ms after every 1000 calls; it is in some four of 40 slices, and in no time.
#[test]
fn disturbed_slices_are_discarded_and_told() {
    CALLS.set((0, 1000));
    let budget = Duration::from_secs(1);
    let rules = RoundRules {
        budget: Some(budget),
        precision: 0.0,
        ..RoundRules::default()
    };
    let constants = [
        Work::NOISE_PERCENT.with_const(0_u64),
        Work::NANOSECONDS.with_const(1_000_u64),
    ];
    let choice = SweepChoice::default().with_inputs([Work::CAREFUL]);
    let end = Run {
        choice: choice.with_constants(constants),
        rules,
        ..Run::default()
    }
    .run();
    CALLS.set((0, 0));
    let [discarded] = end.discarded.as_slice() else {
        panic!("{:?}", end.discarded);
    };
    assert_eq!(discarded.fault, SliceFault::UpperMode);
    assert!((0.08..0.2).contains(&discarded.share), "{discarded:?}");
    let runs = dataset(end);
    let elapsed = runs.variable("elapsed").unwrap();
    let measured = MEASURED.with_borrow(Vec::len);
    // 1 ms of set-up in each sample is beside the batch of 4 ms.
    assert!(
        (150..200).contains(&measured),
        "{measured} batches in a second of 4 ms each"
    );
    let times = (0..elapsed.states().len()).filter_map(|flat| elapsed.number(flat));
    for time in times {
        let of = |expected: f64| (time / expected - 1.0).abs() < 1e-9;
        assert!(of(1e-6) || of(1.03e-6), "{time}");
    }
}

#[test]
fn failing_points_fail_once() {
    let choice = SweepChoice::default().with_inputs([Work::NANOSECONDS.values([13_u64, 100])]);
    let (runs, failures, counts) = Run {
        choice,
        ..Run::default()
    }
    .run()
    .collector
    .finish();
    assert_eq!((failures.len(), counts.failed), (1, 1));
    let elapsed = runs.variable("elapsed").unwrap();
    assert_eq!(elapsed.cell(0).unwrap().state, CellState::Failed);
    let later = elapsed.cell(1).unwrap();
    assert_eq!(
        (later.state, later.reason),
        (
            CellState::Skipped,
            Some("not needed after 1 rounds: every round failed")
        )
    );
    assert_eq!(runs.shape(), [2, FIRST_LOOK as usize]);
}

#[test]
fn skipped_points_are_skipped_in_every_round() {
    let choice = holding(0).with_constraint("slow", |work: &Work| work.nanoseconds < 10_000);
    let end = Run {
        choice,
        ..Run::default()
    }
    .run();
    let runs = dataset(end);
    let elapsed = runs.variable("elapsed").unwrap();
    let repeats = runs.shape()[2];
    for repeat in 0..repeats {
        assert_eq!(
            elapsed.cell(4 * repeats + repeat).unwrap().reason,
            Some("slow")
        );
    }
}

#[test]
fn a_difference_of_three_percent_is_found_and_none_is_not() {
    let rules = RoundRules {
        rounds: Wanted::Exactly(16),
        ..RoundRules::default()
    };
    let runs = dataset(
        Run {
            choice: holding(8),
            rules,
            ..Run::default()
        }
        .run(),
    );
    for found in runs.compare("elapsed", "careful").unwrap() {
        let ratio = found.ratio.unwrap();
        assert!(
            found.is_different() && (ratio.ratio - 1.03).abs() < 0.004,
            "{found:?}"
        );
    }
    assert_eq!(runs.compare("elapsed", "careful").unwrap().len(), 3);

    // The same twice, each with the noise of the other a few rounds later.
    let rules = RoundRules {
        rounds: Wanted::Exactly(26),
        ..RoundRules::default()
    };
    let constants = [
        Work::NOISE_PERCENT.with_const(8_u64),
        Work::SLOWER_PERCENT.with_const(0_u64),
        Work::APART.with_const(true),
    ];
    let same = dataset(
        Run {
            choice: SweepChoice::default()
                .with_inputs([Work::NANOSECONDS, Work::CAREFUL])
                .with_constants(constants),
            rules,
            ..Run::default()
        }
        .run(),
    );
    for found in same.compare("elapsed", "careful").unwrap() {
        let ratio = found.ratio.unwrap();
        assert!(
            !found.is_different() && ratio.lower < ratio.upper,
            "{found:?}"
        );
    }
}

/// A body shorter than a tenth of what measuring it costs.
#[derive(ParametrizedSweep, Clone)]
struct Short {
    #[sweep(values(1, 5))]
    nanoseconds: u64,
    #[result(units = "s", timed)]
    elapsed: Option<f64>,
}

static READINGS: AtomicU64 = AtomicU64::new(0);

impl Benchmark for Short {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        READINGS.fetch_add(1, Ordering::Relaxed);
        cx.iter(&mut self.elapsed, || pass(self.nanoseconds as f64));
        Ok(())
    }
}

#[test]
fn what_is_too_short_is_below_resolution_in_the_store_too() {
    use bencher::measure::ClockCosts;
    let costs = ClockCosts {
        iteration: 0.3e-9,
        ..ClockCosts::default()
    };
    let store = MemoryStore::default();
    for executed in [2 * u64::from(FIRST_LOOK), 0] {
        let plan = Plan::new(
            &Short::baseline().unwrap(),
            &SweepChoice::default(),
            &[],
            Density::default(),
            1,
            "",
        );
        let plan = plan.unwrap().in_rounds();
        let collector = ResultCollector::new(&plan, "Short").unwrap();
        let options = RunOptions {
            store: Some(Box::new(store.clone())),
            code: Digest(1),
            rounds: Some(RoundRules::default()),
            timer: Timer::with_costs(CLOCK.with_borrow(FakeClock::clone), costs),
            ..RunOptions::default()
        };
        let end = SweepExecutor::new(plan)
            .run(collector, options, &mut SilentProgress)
            .unwrap();
        assert_eq!(end.collector.counts().executed, executed);
        let runs = dataset(end);
        let elapsed = runs.variable("elapsed").unwrap();
        let below = elapsed.cell(0).unwrap();
        assert_eq!(below.state, CellState::BelowResolution);
        assert!(
            below.reason.unwrap().starts_with("shorter than 3 ns"),
            "{below:?}"
        );
        let told = elapsed.number(FIRST_LOOK as usize).unwrap();
        assert!((told - 4.7e-9).abs() < 1e-12, "5 ns less 0.3 ns: {told}");
    }
}

/// Work that takes real time.
#[derive(ParametrizedSweep, Clone)]
struct Real {
    #[sweep(values(10, 20))]
    n: u64,
    #[result(units = "s", timed)]
    elapsed: Option<f64>,
}
impl Benchmark for Real {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        cx.iter(&mut self.elapsed, || {
            (0..self.n * 1000).fold(0, |a, b| a ^ std::hint::black_box(b))
        });
        Ok(())
    }
}

/// What a whole program does: the default is rounds, `repeats` fixes their number.
#[test]
fn a_program_measures_in_rounds_by_default() {
    use bencher::bench::{OutputFormat, ReportPlace, RunConfig, Session};
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock();
    let config = RunConfig {
        cache: false,
        report: ReportPlace::Nowhere,
        output: OutputFormat::Quiet,
        budget: Some(Duration::from_millis(200)),
        ..RunConfig::default()
    };
    let session = Rc::new(RefCell::new(Session::new(
        config,
        "timing",
        Interrupt::default(),
    )));
    let mut bench = Bench::<Real>::new(session).unwrap();
    let open = bench.sweep("Open").run().unwrap();
    assert!(
        open.dataset().shape()[1] > 1,
        "{:?}",
        open.dataset().shape()
    );
    let fixed = bench.sweep("Fixed").repeats(3).run().unwrap();
    assert_eq!(fixed.dataset().shape(), [2, 3]);
    let in_order = bench.sweep("In order").order(Order::InOrder).run().unwrap();
    assert_eq!(in_order.dataset().shape(), [2, 1]);
}
