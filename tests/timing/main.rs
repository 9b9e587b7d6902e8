//! Timed results: rounds, stops, budgets, resumption, comparison; all on a fake clock.

mod stored_rounds;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bencher::bench::TimeColumns;
use bencher::dataset::{CellState, Dataset};
use bencher::measure::{Clock, FIRST_LOOK, FakeClock, RoundRules, RoundTarget, Timer};
use bencher::plan::{Plan, SweepChoice};
use bencher::prelude::*;
use bencher::progress::SilentProgress;
use bencher::result_collector::ResultCollector;
use bencher::space::{Density, SampleOrder};
use bencher::store::{MemoryStore, Provenance, SampleStore};
use bencher::sweep_executor::{Interrupt, RunEnd, RunOptions, SliceFault, SweepExecutor};
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
        SweepExecutor::new::<Work>(plan)
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
    let reason = "not needed after 11 rounds: known within 0.01 %";
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

#[test]
fn wanted_repeats_fill_the_budget() {
    let now = || CLOCK.with_borrow(Clock::now);
    let rules = RoundRules {
        rounds: RoundTarget::Exactly(20),
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
        rounds: RoundTarget::Exactly(16),
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
        rounds: RoundTarget::Exactly(26),
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
        let end = SweepExecutor::new::<Short>(plan)
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
        let time = elapsed.number(FIRST_LOOK as usize).unwrap();
        assert!((time - 4.7e-9).abs() < 1e-12, "5 ns less 0.3 ns: {time}");
    }
}

/// Two times, both too short, of which a sample may take one only.
#[derive(ParametrizedSweep, Clone)]
struct ShortAndForgotten {
    /// Which of the two are taken, or that one is taken into a variable.
    #[sweep(values("both", "first", "variable"))]
    taken: String,
    #[result(timed)]
    first: Option<f64>,
    #[result(timed)]
    second: Option<Duration>,
}
impl Benchmark for ShortAndForgotten {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        if self.taken == "variable" {
            let mut time = None;
            cx.iter(&mut time, || call(1.0));
            self.first = time;
            return Ok(());
        }
        cx.iter(&mut self.first, || call(1.0));
        if self.taken == "both" {
            cx.iter(&mut self.second, || call(1.0));
        }
        Ok(())
    }
}

#[test]
fn a_time_that_is_never_taken_is_not_below_resolution() {
    use bencher::measure::ClockCosts;
    let costs = ClockCosts {
        iteration: 0.3e-9,
        ..ClockCosts::default()
    };
    let plan = Plan::new(
        &ShortAndForgotten::baseline().unwrap(),
        &SweepChoice::default(),
        &[],
        Density::default(),
        1,
        "",
    );
    let plan = plan.unwrap().in_rounds();
    let collector = ResultCollector::new(&plan, "Short and forgotten").unwrap();
    let options = RunOptions {
        code: Digest(1),
        rounds: Some(RoundRules {
            // Short batches: calls of the fake clock take real time.
            budget: Some(Duration::from_millis(20)),
            ..RoundRules::default()
        }),
        timer: Timer::with_costs(CLOCK.with_borrow(FakeClock::clone), costs),
        ..RunOptions::default()
    };
    let end = SweepExecutor::new::<ShortAndForgotten>(plan)
        .run(collector, options, &mut SilentProgress)
        .unwrap();
    let runs = dataset(end);
    let state = |result: &str, point: usize| {
        let cell = point * runs.shape()[1];
        runs.variable(result).unwrap().cell(cell).unwrap().state
    };
    for point in 0..3 {
        assert_eq!(state("first", point), CellState::BelowResolution, "{point}");
    }
    assert_eq!(state("second", 0), CellState::BelowResolution);
    assert_eq!(state("second", 1), CellState::Missing);
    // The variable may belong to either.
    assert_eq!(state("second", 2), CellState::BelowResolution);
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
    use bencher::bench::{OutputFormat, ReportLocation, RunConfig, Session};
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock();
    let config = RunConfig {
        cache: false,
        report: ReportLocation::Disabled,
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
    let in_order = bench
        .sweep("In order")
        .order(SampleOrder::InOrder)
        .run()
        .unwrap();
    assert_eq!(in_order.dataset().shape(), [2, 1]);
}
