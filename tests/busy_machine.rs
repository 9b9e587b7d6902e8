//! Times on a machine whose cores others want, too: a fake clock, and a scheduler that takes turns.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use bencher::bench::{TimeColumns, result_table};
use bencher::dataset::{CellState, Dataset};
use bencher::measure::{FakeClock, RoundRules, Timer};
use bencher::plan::{Plan, SweepChoice};
use bencher::prelude::*;
use bencher::progress::SilentProgress;
use bencher::result_collector::ResultCollector;
use bencher::space::Density;
use bencher::store::MemoryStore;
use bencher::sweep_executor::{RunEnd, RunOptions, SliceFault, SweepExecutor};
use bencher::value::Digest;

/// How long this program has a core at a time, and others after it.
const TURN: Duration = Duration::from_millis(3);
const OTHERS: Duration = Duration::from_millis(6);

thread_local! {
    static CLOCK: RefCell<FakeClock> = RefCell::default();
    /// What is left of the turn; none where nobody else wants the core.
    static LEFT: Cell<Option<Duration>> = const { Cell::new(None) };
    static CALLS: Cell<u64> = const { Cell::new(0) };
    /// The number of calls between two moves to another core; with 0, there are no moves.
    static CALLS_TO_A_MOVE: Cell<u64> = const { Cell::new(0) };
    /// In this call, the core is slowed down because of heat.
    static HOT_CALL: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Uses the core for a time.
fn work(mut time: Duration) {
    CLOCK.with_borrow(|clock| {
        while let Some(left) = LEFT.get() {
            if time < left {
                LEFT.set(Some(left.saturating_sub(time)));
                break;
            }
            clock.advance(left);
            clock.preempt(OTHERS);
            time = time.saturating_sub(left);
            LEFT.set(Some(TURN));
        }
        clock.advance(time);
    });
}

/// Calls of a known time.
#[derive(ParametrizedSweep, Clone)]
struct Call {
    #[sweep(values(1, 40, 700, 13_000))]
    micros: u64,
    /// In how many of ten calls it takes three times as long.
    #[constant(0)]
    slow: u64,
    /// How long making the input of a call takes, in microseconds.
    #[constant(0)]
    set_up: u64,
    #[result(units = "s", timed)]
    elapsed: Option<f64>,
    #[result(units = "1/s", formula = "micros * 1e6 / elapsed")]
    rate: Option<f64>,
}

impl Benchmark for Call {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        let set_up = Duration::from_micros(self.set_up);
        let call = || {
            let calls = CALLS.get();
            CALLS.set(calls + 1);
            if HOT_CALL.get() == Some(calls) {
                CLOCK.with_borrow(FakeClock::throttle);
            }
            if calls.checked_rem(CALLS_TO_A_MOVE.get()) == Some(0) {
                CLOCK
                    .with_borrow(|clock| clock.move_to((calls / CALLS_TO_A_MOVE.get() % 2) as u32));
            }
            let factor = if calls * 7 % 10 < self.slow { 3 } else { 1 };
            work(Duration::from_micros(self.micros * factor));
        };
        if self.set_up > 0 {
            cx.iter_with_setup(&mut self.elapsed, || work(set_up), |()| call());
        } else {
            cx.iter(&mut self.elapsed, call);
        }
        Ok(())
    }
}

fn run(choice: SweepChoice<Call>, store: Option<&MemoryStore>) -> (RunEnd, Plan) {
    let baseline = Call::baseline().unwrap();
    let plan = || {
        let plan = Plan::new(&baseline, &choice, &[], Density::default(), 1, "");
        plan.unwrap().in_rounds()
    };
    let collector = ResultCollector::new(&plan(), "Calls").unwrap();
    let options = RunOptions {
        store: store.map(|store| Box::new(store.clone()) as _),
        code: Digest(1),
        rounds: Some(RoundRules {
            budget: Some(Duration::from_secs(10)),
            stop_when_settled: true,
            ..RoundRules::default()
        }),
        timer: Timer::on(CLOCK.with_borrow(FakeClock::clone)),
        ..RunOptions::default()
    };
    let end = SweepExecutor::new::<Call>(plan())
        .run(collector, options, &mut SilentProgress)
        .unwrap();
    (end, plan())
}

fn dataset((end, plan): (RunEnd, Plan)) -> Dataset {
    let mut dataset = end.collector.finish().0;
    plan.derive(&mut dataset).unwrap();
    dataset
}

fn micros(values: &[u64]) -> SweepChoice<Call> {
    SweepChoice::default().with_inputs([Call::MICROS.values(values.to_vec())])
}

/// The rows of a printed table, and the lines below it.
fn table(dataset: &Dataset) -> Vec<String> {
    let table = result_table(dataset, 30, TimeColumns::default());
    table.lines().map(|line| line.trim().to_owned()).collect()
}

#[test]
fn times_are_those_of_a_quiet_machine() {
    LEFT.set(Some(TURN));
    let found = run(micros(&[1, 40, 700, 2_900]), None);
    let faults: Vec<SliceFault> = found.0.discarded.iter().map(|one| one.fault).collect();
    assert_eq!(faults, [SliceFault::Preempted], "it is reported");
    let runs = dataset(found).timings("elapsed").unwrap();
    for (point, micros) in [1.0, 40.0, 700.0, 2_900.0].into_iter().enumerate() {
        let centre = runs.variable("elapsed").unwrap().number(point).unwrap();
        assert!(
            (centre * 1e6 / micros - 1.0).abs() < 1e-3,
            "{micros} µs: {centre}"
        );
    }
}

#[test]
fn calls_longer_than_a_turn_show_what_they_have() {
    LEFT.set(Some(TURN));
    let store = MemoryStore::default();
    let choice = micros(&[13_000]);
    let (end, plan) = run(choice.clone(), Some(&store));
    let executed = end.collector.counts().executed;
    let first = dataset((end, plan));
    let (end, plan) = run(choice, Some(&store));
    let hits = end.collector.counts().hits;
    assert_eq!(hits, executed, "the store keeps such times, too");
    for runs in [first, dataset((end, plan))] {
        let elapsed = runs.variable("elapsed").unwrap();
        let cell = elapsed.cell(0).unwrap();
        assert_eq!(cell.state, CellState::Preempted);
        assert_eq!(cell.reason, Some("13 ms on the core"));
        // 13 ms are 4 turns and a part of the fifth, so others come in between four times or five.
        let time = elapsed.number(0).unwrap();
        assert!((0.036..0.044).contains(&time), "{time}");
        let rows = table(&runs);
        assert!(
            rows[2].contains("(preempted, 13 ms on the core)"),
            "{rows:?}"
        );
        assert!(
            rows.iter()
                .any(|row| row.starts_with("(preempted): other programs ran on the core"))
        );
    }
}

/// The inputs of a call take a hundred times as long as the call, and nearly always lose the core meanwhile.
#[test]
fn making_inputs_may_be_preempted() {
    LEFT.set(Some(TURN));
    let choice = micros(&[100]).with_constants([Call::SET_UP.with_const(10_000_u64)]);
    let (end, plan) = run(choice, None);
    let (_, counts) = end.slice_counts[0];
    assert!(counts.preempted * 5 < counts.run, "{counts:?}");
    let runs = dataset((end, plan)).timings("elapsed").unwrap();
    let centre = runs.variable("elapsed").unwrap().number(0).unwrap();
    assert!((centre * 1e4 - 1.0).abs() < 1e-3, "{centre}");
}

/// Four calls of ten take three times as long: the time shown is one that calls take, with the share of the others
/// told.
#[test]
fn calls_of_two_times_show_the_lower() {
    LEFT.set(None);
    let choice = micros(&[13_000]).with_constants([Call::SLOW.with_const(4_u64)]);
    let runs = dataset(run(choice, None));
    let found = runs.timings("elapsed").unwrap();
    let number = |name: &str| found.variable(name).unwrap().number(0).unwrap();
    assert!((number("elapsed") - 0.013).abs() < 1e-9);
    assert!(
        (number("elapsed.share") - 0.6).abs() < 0.01,
        "{}",
        number("elapsed.share")
    );
    assert!(number("elapsed.modes") > 0.5);
    let rows = table(&runs);
    assert!(rows[2].contains("13 ms ± 0 % (mode of 60 %)"), "{rows:?}");
    // The rate is of the same rounds: 13,000 million over 13 ms.
    assert!(rows[2].ends_with("± 0 % (mode of 60 %)"), "{rows:?}");
    let rate = runs
        .timings("rate")
        .unwrap()
        .variable("rate")
        .unwrap()
        .number(0)
        .unwrap();
    assert!((rate / 1e12 - 1.0).abs() < 1e-9, "{rate}");
}

/// Three calls of ten take three times as long, and a round has many calls: the time is that of the others, and says
/// so, from the store, too.
#[test]
fn times_of_some_of_the_calls_say_so() {
    LEFT.set(None);
    let store = MemoryStore::default();
    let choice = micros(&[300]).with_constants([Call::SLOW.with_const(3_u64)]);
    let first = dataset(run(choice.clone(), Some(&store)));
    let again = run(choice, Some(&store));
    assert!(
        again.0.collector.counts().hits > 100,
        "the point is not known, so the run goes on"
    );
    for runs in [first, dataset(again)] {
        let found = runs.timings("elapsed").unwrap();
        let number = |name: &str| found.variable(name).unwrap().number(0).unwrap();
        assert!((number("elapsed") / 3e-4 - 1.0).abs() < 0.01);
        let share = number("elapsed.slices");
        assert!((0.65..0.75).contains(&share), "{share}");
        let rows = table(&runs);
        let mark = format!("(of {:.0} % of the slices)", share * 100.0);
        assert_eq!(rows[2].matches(&mark).count(), 2, "time and rate: {rows:?}");
        assert!(
            rows.iter()
                .any(|row| row.starts_with("(of N % of the slices): "))
        );
    }
}

/// What a benchmark sets itself is no time if it is below zero or no number.
#[test]
fn what_is_no_time_fails() {
    #[derive(ParametrizedSweep, Clone)]
    struct OwnTime {
        #[sweep(bounds(0, 4))]
        which: usize,
        #[result(units = "s", timed)]
        elapsed: Option<f64>,
    }
    impl Benchmark for OwnTime {
        fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
            self.elapsed = [-1.0, f64::NAN, f64::INFINITY, 0.0, 2.5]
                .get(self.which)
                .copied();
            Ok(())
        }
    }
    LEFT.set(None);
    let baseline = OwnTime::baseline().unwrap();
    let choice = SweepChoice::default();
    let plan = Plan::new(&baseline, &choice, &[], Density::default(), 1, "").unwrap();
    let collector = ResultCollector::new(&plan, "Own").unwrap();
    let end = SweepExecutor::new::<OwnTime>(plan)
        .run(collector, RunOptions::default(), &mut SilentProgress)
        .unwrap();
    let (dataset, failures, _) = end.collector.finish();
    assert_eq!(failures.len(), 3);
    let error = &failures[0].error;
    assert!(
        error.contains("`elapsed`") && error.contains("a time is 0 or more"),
        "{error}"
    );
    let elapsed = dataset.variable("elapsed").unwrap();
    assert_eq!(
        (elapsed.number(3), elapsed.number(4)),
        (Some(0.0), Some(2.5))
    );
}

#[test]
fn times_without_bounds_say_so() {
    LEFT.set(None);
    let baseline = Call::baseline().unwrap();
    let plan = || {
        let choice = micros(&[40]);
        Plan::new(&baseline, &choice, &[], Density::default(), 5, "").unwrap()
    };
    let collector = ResultCollector::new(&plan(), "Calls").unwrap();
    let options = RunOptions {
        rounds: Some(RoundRules {
            rounds: bencher::measure::RoundTarget::Exactly(5),
            ..RoundRules::default()
        }),
        timer: Timer::on(CLOCK.with_borrow(FakeClock::clone)),
        ..RunOptions::default()
    };
    let end = SweepExecutor::new::<Call>(plan())
        .run(collector, options, &mut SilentProgress)
        .unwrap();
    let rows = table(&dataset((end, plan())));
    assert!(rows[2].contains("40 µs ± ?"), "{rows:?}");
    assert!(rows.iter().any(|row| row.starts_with("± ?: ")), "{rows:?}");
}

/// The notes of all cells of the times.
fn notes(dataset: &Dataset) -> Vec<Option<String>> {
    let elapsed = dataset.variable("elapsed").unwrap();
    let note = |flat| elapsed.cell(flat).unwrap().reason.map(str::to_owned);
    let with_value = (0..dataset.len()).filter(|flat| elapsed.number(*flat).is_some());
    with_value.map(note).collect()
}

#[test]
fn times_on_several_cores_are_marked_now_and_when_they_come_from_the_store() {
    let store = MemoryStore::default();
    CALLS_TO_A_MOVE.set(5);
    let fresh = run(micros(&[700]), Some(&store));
    CALLS_TO_A_MOVE.set(0);
    let calls = fresh.0.calls;
    assert!(calls.executed > 0 && calls.moved_samples == calls.executed);
    let fresh = dataset(fresh);
    let moved = |notes: Vec<Option<String>>| {
        let is_moved = |note: &Option<String>| {
            note.as_ref()
                .is_some_and(|note| note == "moved to another core")
        };
        (
            notes.iter().filter(|note| is_moved(note)).count(),
            notes.len(),
        )
    };
    let (marked, all) = moved(notes(&fresh));
    assert!(all > 0 && marked == all, "{marked} of {all}");
    let count = |dataset: &Dataset| {
        let timings = dataset.timings("elapsed").unwrap();
        timings.variable("elapsed.moved").unwrap().number(0)
    };
    assert_eq!(count(&fresh), Some(all as f64));
    // The slices on two cores do not count, so the time is that of a quiet machine.
    let centre = fresh.timings("elapsed").unwrap();
    let centre = centre.variable("elapsed").unwrap().number(0).unwrap();
    assert!((centre * 1e6 / 700.0 - 1.0).abs() < 1e-3, "{centre}");
    let table = table(&fresh);
    let says = |text: &str| table.iter().any(|line| line.contains(text));
    assert!(says(&format!("({all} of {all} moved)")), "{table:?}");
    assert!(says(
        "(N of M moved): the system moved the program to another core in N of M rounds"
    ));

    let stored = run(micros(&[700]), Some(&store));
    assert_eq!(
        (stored.0.calls.executed, stored.0.calls.moved_samples),
        (0, 0)
    );
    assert_eq!(notes(&dataset(stored)), notes(&fresh));
}

#[test]
fn times_on_one_core_have_no_mark() {
    let found = run(micros(&[40]), None);
    assert_eq!(found.0.calls.moved_samples, 0);
    let found = dataset(found);
    assert!(!notes(&found).is_empty() && notes(&found).iter().all(Option::is_none));
}

#[test]
fn times_of_a_hot_core_are_marked() {
    HOT_CALL.set(Some(CALLS.get() + 100));
    let found = dataset(run(micros(&[700]), None));
    HOT_CALL.set(None);
    let notes: Vec<String> = notes(&found).into_iter().flatten().collect();
    assert_eq!(
        notes,
        ["core throttled because of heat"],
        "one of the rounds"
    );
    let timings = found.timings("elapsed").unwrap();
    assert_eq!(
        timings.variable("elapsed.throttled").unwrap().number(0),
        Some(1.0)
    );
    let table = table(&found);
    assert!(
        table.iter().any(|line| line.contains(" throttled)")),
        "{table:?}"
    );
}
