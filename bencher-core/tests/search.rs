//! Sweeps that search: what they keep, how they go on after a kill, and what they name the best.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails so"
)]

use std::cell::RefCell;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bencher_core::bench::{
    Bench, BenchError, OutputFormat, ReportLocation, RunConfig, SearchConfig, Session,
};
use bencher_core::context::Context;
use bencher_core::dataset::{CellState, Dataset};
use bencher_core::evaluator::Executors;
use bencher_core::optimize::Sampler;
use bencher_core::record::{FrontClass, SearchHistory, SearchTrial};
use bencher_core::sweep_executor::{Benchmark, Interrupt, Result};
use bencher_core::value::Value;
use bencher_macros::{ParametrizedSweep, SweepEnum};

#[derive(SweepEnum, Clone, Copy, Debug, PartialEq)]
#[bencher(crate = bencher_core)]
enum Codec {
    Raw,
    Packed {
        #[sweep(bounds(1, 9))]
        level: u32,
    },
}

/// A cost that is least, 1, at x = 0.7 and level 6.
#[derive(ParametrizedSweep, Clone, Debug)]
#[bencher(crate = bencher_core)]
struct Packing {
    #[sweep(bounds(0.0, 1.0))]
    x: f64,
    #[sweep]
    codec: Codec,
    #[constant(0.0)]
    noise: f64,
    #[result(direction = "minimize")]
    cost: Option<f64>,
    #[result(direction = "maximize")]
    speed: Option<f64>,
    #[result]
    evidence: Option<f64>,
    /// Where each execution is written down; nowhere where it is empty.
    log: PathBuf,
    /// The process is killed at this execution; never at 0.
    fatal: usize,
    /// Whether the cost is no number.
    broken: bool,
}

impl Benchmark for Packing {
    fn benchmark(&mut self, cx: &mut Context<'_>) -> Result<()> {
        if !self.log.as_os_str().is_empty() {
            let mut log = fs::OpenOptions::new()
                .append(true)
                .create(true)
                .open(&self.log)?;
            writeln!(log, "{:?} {:?}", self.x, self.codec)?;
            if self.fatal > 0 && executions(&self.log).len() >= self.fatal {
                let own = std::process::id().to_string();
                Command::new("kill").args(["-KILL", &own]).status()?;
                let sent = Instant::now();
                while sent.elapsed() < Duration::from_secs(60) {
                    std::thread::yield_now();
                }
            }
        }
        let packing = match self.codec {
            Codec::Raw => 0.5,
            Codec::Packed { level } => 0.02 * (f64::from(level) - 6.0).powi(2),
        };
        // Between -1 and 1, by the seed of point and repeat.
        let luck = (cx.seed() >> 11) as f64 / (1_u64 << 52) as f64 - 1.0;
        self.cost = Some(1.0 + 4.0 * (self.x - 0.7).powi(2) + packing + self.noise * luck);
        if self.broken {
            self.cost = Some(f64::NAN);
        }
        self.speed = Some(1.0 / (1.0 + self.x));
        Ok(())
    }
}

fn executions(log: &Path) -> Vec<String> {
    let text = fs::read_to_string(log).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

fn quiet(root: Option<&Path>) -> RunConfig {
    RunConfig {
        cache: root.is_some(),
        store: root.map(Path::to_owned),
        report: ReportLocation::Disabled,
        output: OutputFormat::Quiet,
        ..RunConfig::default()
    }
}

fn bench(config: RunConfig) -> Bench<Packing> {
    Bench::new(Rc::new(RefCell::new(Session::new(
        config,
        "test",
        Interrupt::default(),
    ))))
    .unwrap()
}

/// The costs in the order of the dataset, the first repeat of each point.
fn costs(dataset: &Dataset) -> Vec<f64> {
    let repeats = dataset.shape()[1];
    let costs = dataset.variable("cost").unwrap();
    (0..dataset.shape()[0])
        .map(|point| costs.number(point * repeats).unwrap())
        .collect()
}

#[test]
fn a_search_gives_a_dataset_of_its_points_with_the_best_first() {
    let mut bench = bench(quiet(None));
    let result = bench
        .sweep("Cost")
        .optimize(Packing::COST)
        .evaluations(30)
        .run()
        .unwrap();
    let dataset = result.dataset();
    assert_eq!(dataset.dims()[0].name, "proposal");
    assert_eq!(dataset.shape(), [30, 2], "the best was measured twice");
    let costs = costs(dataset);
    assert!(costs.is_sorted() && costs[0] < 1.05, "{costs:?}");
    let Value::Item(best) = &dataset.dims()[0].values[0] else {
        panic!("a row")
    };
    assert!(
        best.part("x")
            .unwrap()
            .as_f64()
            .is_some_and(|x| (x - 0.7).abs() < 0.15),
        "{best}"
    );
    let attribute = |name: &str| dataset.attributes[name].as_str();
    assert_eq!(
        attribute("search"),
        "30 points (gp): the budget of 30 evaluations is used"
    );
    let named = attribute("search best");
    assert!(named.contains("codec=Packed(level=6)"), "{named}");
    assert!(named.contains(" is best (1"), "{named}");
    assert!(named.ends_with(" in 2 equal samples)"), "{named}");
    // All but the best have one sample, and say why.
    let cell = dataset.variable("cost").unwrap().cell(3).unwrap();
    assert_eq!(cell.state, CellState::Skipped);
    assert_eq!(
        cell.reason,
        Some("only points that may be the best are measured again")
    );
    assert_eq!(result.counts().executed, 31);
}

#[test]
fn what_is_stored_is_not_evaluated_again() {
    let root = tempfile::tempdir().unwrap();
    let log = root.path().join("log");
    let run = |config: RunConfig| {
        let mut bench = bench(config);
        bench.prototype().log.clone_from(&log);
        let result = bench
            .sweep("Cost")
            .optimize("cost")
            .evaluations(20)
            .run()
            .unwrap();
        (result.dataset().dims()[0].values.clone(), result.counts())
    };
    let (first, counts) = run(quiet(Some(root.path())));
    assert_eq!((counts.executed, counts.hits), (21, 0));
    let (again, counts) = run(quiet(Some(root.path())));
    assert_eq!((counts.executed, counts.hits), (0, 21));
    assert_eq!(first, again);
    // The same points with any number of workers up to four.
    let threads = RunConfig {
        executor: Executors::Threads(3),
        ..quiet(Some(root.path()))
    };
    assert_eq!(run(threads).0, first);
    let alone = RunConfig {
        executor: Executors::Threads(4),
        ..quiet(None)
    };
    assert_eq!(run(alone).0, first);
    assert_eq!(executions(&log).len(), 42);
}

/// The environment of the child below: its folder, and the execution at which it is killed.
const ROOT: &str = "BENCHER_TEST_SEARCH_ROOT";
const FATAL: &str = "BENCHER_TEST_SEARCH_FATAL";

/// The program that is killed: does nothing unless this test binary starts itself for it.
#[test]
fn child() {
    let Some(root) = std::env::var_os(ROOT).map(PathBuf::from) else {
        return;
    };
    let mut bench = bench(quiet(Some(&root)));
    bench.prototype().log = root.join("log");
    bench.prototype().fatal = std::env::var(FATAL).unwrap().parse().unwrap();
    bench
        .sweep("Cost")
        .optimize(Packing::COST)
        .evaluations(25)
        .run()
        .unwrap();
}

#[test]
fn a_killed_search_goes_on_with_the_same_proposals() {
    let start = |root: &Path, fatal: usize| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "child", "--test-threads=1"]);
        command.env(ROOT, root).env(FATAL, fatal.to_string());
        command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap()
    };
    let whole = tempfile::tempdir().unwrap();
    assert!(start(whole.path(), 0).success());
    let whole = executions(&whole.path().join("log"));
    assert_eq!(whole.len(), 26);

    let killed = tempfile::tempdir().unwrap();
    let log = killed.path().join("log");
    for fatal in [3, 14, 19, 27] {
        let status = start(killed.path(), fatal);
        assert_eq!(
            std::os::unix::process::ExitStatusExt::signal(&status),
            Some(9),
            "at {fatal}"
        );
    }
    assert!(start(killed.path(), 0).success());
    // What was in progress, or not yet committed, is executed again; nothing else is, and nothing new is proposed.
    let executed = executions(&log);
    let mut distinct = executed.clone();
    distinct.sort();
    distinct.dedup();
    let mut expected = whole.clone();
    expected.sort();
    expected.dedup();
    assert_eq!(distinct, expected);
    assert!(
        executed.len() <= 26 + 4 * 5,
        "{} executions",
        executed.len()
    );
}

/// The environment of the child below.
const WARM: &str = "BENCHER_TEST_SEARCH_WARM";

/// A sweep, then a search that starts from its samples.
#[test]
fn warm_child() {
    let Some(root) = std::env::var_os(WARM).map(PathBuf::from) else {
        return;
    };
    let mut sweep = bench(quiet(Some(&root)));
    // Off the steps of the search (a third is no multiple of 2^-20), at levels beyond those that it searches, and once at
    // other constants, which say nothing about these.
    let grid = [Packing::X.values([1.0 / 3.0, 0.65, 0.9]), Packing::CODEC];
    sweep.sweep("Grid").inputs(grid).run().unwrap();
    let other = sweep.sweep("Other").inputs([Packing::X.samples(40)]);
    other
        .constants([
            Packing::NOISE.with_const(0.25),
            Packing::CODEC.with_const(Codec::Raw),
        ])
        .run()
        .unwrap();
    // A store has one owner at a time.
    drop(sweep);
    let mut bench = bench(quiet(Some(&root)));
    bench.prototype().log = root.join("log");
    bench.prototype().fatal = std::env::var(FATAL).unwrap().parse().unwrap();
    let search = bench.sweep("Cost").optimize(Packing::COST).evaluations(12);
    let result = search.inputs([Packing::X, Packing::CODEC]).run().unwrap();
    let attributes = &result.dataset().attributes;
    let text = format!(
        "{}\n{}\n",
        attributes["search"], attributes["search history"]
    );
    fs::write(root.join("attributes"), text).unwrap();
}

#[test]
fn a_search_starts_from_the_samples_of_sweeps_and_goes_on_so_after_a_kill() {
    let start = |root: &Path, fatal: usize| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "warm_child", "--test-threads=1"]);
        command.env(WARM, root).env(FATAL, fatal.to_string());
        command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap()
    };
    let distinct = |root: &Path| {
        let mut all = executions(&root.join("log"));
        all.sort();
        all.dedup();
        all
    };
    let whole = tempfile::tempdir().unwrap();
    assert!(start(whole.path(), 0).success());
    let executed = executions(&whole.path().join("log"));
    let text = fs::read_to_string(whole.path().join("attributes")).unwrap();
    // Three x times ten codecs are known; the three best of them are looked at first, and need no evaluation.
    assert!(
        text.starts_with("12 points (gp), with 30 stored points: "),
        "{text}"
    );
    let count = |origin: &str| text.matches(&format!("\"origin\":\"{origin}\"")).count();
    assert_eq!(
        (count("stored"), count("spread"), count("model")),
        (3, 0, 9)
    );
    assert!(
        executed.iter().all(|line| !line.starts_with("0.65 ")),
        "nothing that is stored is evaluated again: {executed:?}"
    );

    let killed = tempfile::tempdir().unwrap();
    for fatal in [1, 4, 9] {
        let status = start(killed.path(), fatal);
        assert_eq!(
            std::os::unix::process::ExitStatusExt::signal(&status),
            Some(9),
            "at {fatal}"
        );
    }
    assert!(start(killed.path(), 0).success());
    assert_eq!(distinct(killed.path()), distinct(whole.path()));
    let again = fs::read_to_string(killed.path().join("attributes")).unwrap();
    // All but the seconds.
    let without_seconds = |text: &str| -> Vec<String> {
        let parts = text.split(',').filter(|part| !part.contains("\"seconds\""));
        parts.map(str::to_owned).collect()
    };
    assert_eq!(without_seconds(&again), without_seconds(&text));
}

#[test]
fn under_noise_the_best_is_measured_again() {
    let mut bench = bench(quiet(None));
    let search = bench
        .sweep("Cost")
        .optimize(Packing::COST)
        .sampler(Sampler::Tpe)
        .evaluations(40);
    let result = search
        .constants([Packing::NOISE.with_const(0.5)])
        .run()
        .unwrap();
    let dataset = result.dataset();
    assert_eq!(
        dataset.shape(),
        [40, 7],
        "one sample, then six fresh ones of four points"
    );
    assert_eq!(result.counts().executed, 40 + 4 * 6);
    let best = &dataset.attributes["search best"];
    assert!(
        best.contains("at 95 %, in 6 samples after it was chosen"),
        "{best}"
    );
}

#[test]
fn a_search_ends_when_its_space_is_exhausted() {
    let mut bench = bench(quiet(None));
    let inputs = [Packing::X.values([0.1, 0.7]), Packing::CODEC];
    let result = bench
        .sweep("Cost")
        .inputs(inputs)
        .constraint("raw data has x below 0.5", |cost: &Packing| {
            cost.codec != Codec::Raw || cost.x < 0.5
        })
        .optimize(Packing::COST)
        .run()
        .unwrap();
    assert_eq!(result.dataset().shape()[0], 19);
    let text = &result.dataset().attributes["search"];
    assert!(
        text.contains("all 19 points of the space that keep the constraints"),
        "{text}"
    );
}

#[test]
fn several_objectives_give_their_front_first() {
    let mut bench = bench(quiet(None));
    let search = bench
        .sweep("Cost")
        .optimize(Packing::COST)
        .optimize(Packing::SPEED);
    let result = search.evaluations(25).run().unwrap();
    let dataset = result.dataset();
    assert_eq!(dataset.shape(), [25, 1]);
    assert_eq!(dataset.attributes["search objectives"], "cost, speed");
    let history = SearchHistory::of(dataset).unwrap();
    let on_front = |trial: &&SearchTrial| trial.front == Some(FrontClass::Surely);
    let front = history.trials.iter().filter(on_front).count();
    assert!((2..25).contains(&front), "{front} points on the front");
    let dominated = |trial: &SearchTrial| trial.front == Some(FrontClass::Dominated);
    assert!(
        history.trials[front..].iter().all(dominated),
        "exact values decide"
    );
    let best = &dataset.attributes["search best"];
    assert_eq!(
        *best,
        format!(
            "the front has {front} of 25 points surely and 0 perhaps; {} are surely dominated",
            25 - front
        )
    );
    assert_eq!(history.hypervolume.len(), 25);
    assert!(history.hypervolume.is_sorted() && history.hypervolume[24] > 0.5);
    let value = |name: &str, point: usize| dataset.variable(name).unwrap().number(point).unwrap();
    let beats = |a: usize, b: usize| {
        value("cost", a) < value("cost", b) && value("speed", a) > value("speed", b)
    };
    assert!(
        (0..25).all(|other| !beats(other, 0)),
        "the first lies on the front"
    );
}

#[test]
fn a_search_says_how_it_ended() {
    let run = |config: RunConfig, target: Option<f64>, objective: &str| {
        let mut bench = bench(config);
        let mut search = bench.sweep("Cost").optimize(objective).evaluations(150);
        if let Some(target) = target {
            search = search.target(target);
        }
        let raw = [Packing::CODEC.with_const(Codec::Raw)];
        let result = search.inputs([Packing::X]).constants(raw).run().unwrap();
        let history = SearchHistory::of(result.dataset()).unwrap();
        let text = result.dataset().attributes["search"].clone();
        (history.end, history.trials.len(), text)
    };
    let (end, count, text) = run(quiet(None), Some(1.6), "cost");
    assert!(end == "target" && count < 20, "{end} {count}");
    assert!(text.contains("the target was reached: 1."), "{text}");
    // It is to be large: 1 / (1 + x).
    let (end, count, text) = run(quiet(None), Some(0.9), "speed");
    assert!(end == "target" && count < 20, "{end} {count}");
    assert!(text.contains("the target was reached: 0.9"), "{text}");
    let by_option = SearchConfig {
        target: Some(1.6),
        ..SearchConfig::default()
    };
    let config = RunConfig {
        search: by_option,
        ..quiet(None)
    };
    assert_eq!(run(config, None, "cost").0, "target");
    // A parabola: a process knows it after some points.
    let within = |share: f64| RunConfig {
        best_within: Some(share),
        ..quiet(None)
    };
    let (end, count, text) = run(within(0.0), None, "cost");
    assert!(end == "no improvement" && count < 60, "{end} {count}");
    assert!(text.ends_with("no improvement is expected"), "{text}");
    let (end, coarse, text) = run(within(0.01), None, "cost");
    assert!(end == "no improvement" && coarse < count, "{end} {coarse}");
    assert!(
        text.ends_with("no improvement by more than 1 % is expected"),
        "{text}"
    );
}

#[test]
fn another_seed_begins_another_search_that_learns_from_the_first() {
    let root = tempfile::tempdir().unwrap();
    let run = |seed: u64| {
        let mut bench = bench(quiet(Some(root.path())));
        let search = bench.sweep("Cost").optimize(Packing::COST).evaluations(12);
        let result = search.search_seed(seed).run().unwrap();
        SearchHistory::of(result.dataset()).unwrap()
    };
    let first = run(0);
    assert_eq!(first.stored, 0);
    let second = run(1);
    assert_eq!(second.stored, 12);
    let stored = |trial: &&SearchTrial| trial.origin == "stored";
    assert_eq!(second.trials.iter().filter(stored).count(), 3);
    let best = |history: &SearchHistory| history.trials[0].values[0];
    assert!(
        best(&second) <= best(&first),
        "the best of the first is one of the second"
    );
    assert_eq!(run(0).stored, 0, "the first knows what it knew");
}

#[test]
fn errors_come_before_any_evaluation() {
    let error = |change: &dyn Fn(&mut RunConfig), objective: &str, evaluations: Option<u64>| {
        let mut config = quiet(None);
        change(&mut config);
        let mut bench = bench(config);
        let mut search = bench.sweep("Cost").optimize(objective);
        if let Some(evaluations) = evaluations {
            search = search.evaluations(evaluations);
        }
        let error = search.run().unwrap_err();
        assert!(
            matches!(error.downcast_ref(), Some(BenchError::Search { .. })),
            "{error}"
        );
        error.to_string()
    };
    let plain = |_: &mut RunConfig| {};
    assert!(error(&plain, "evidence", None).contains("result `evidence` has no direction"));
    assert!(error(&plain, "costs", None).contains("did you mean `cost`?"));
    assert!(error(&plain, "cost", Some(0)).contains("the budget of the search is 0"));
    let nowhere = |config: &mut RunConfig| config.search.target = Some(f64::NAN);
    assert!(error(&nowhere, "cost", None).contains("the target of the search is not a number"));
    let isolated = |config: &mut RunConfig| config.executor = Executors::Processes(2);
    assert!(
        error(&isolated, "cost", None)
            .contains("choose `--executor serial` or `--executor threads`")
    );
    let mut bench = bench(quiet(None));
    let compared = bench.sweep("Cost").compare(Packing::CODEC).optimize("cost");
    let error = compared.run().unwrap_err().to_string();
    assert!(
        error.contains("leave out `compare` and `--replicates`"),
        "{error}"
    );
    let one = bench.sweep("Cost").inputs([Packing::X.values([0.5])]);
    let alone = one.optimize("cost").run().unwrap();
    assert!(
        alone.dataset().attributes["search"]
            .starts_with("1 point (gp): the only point of the space")
    );
    for end in [f64::INFINITY, f64::NAN, -1.0] {
        let unbounded = bench.sweep("Cost").inputs([Packing::X.bounds(0.0, end)]);
        let error = unbounded.optimize("cost").run().unwrap_err().to_string();
        assert!(error.contains("`x`"), "{end}: {error}");
    }
    let twice = bench.sweep("Cost").optimize("cost").optimize("cost");
    let error = twice.run().unwrap_err().to_string();
    assert!(error.contains("named twice"), "{error}");
    let never = bench
        .sweep("Cost")
        .constraint("x is above 2", |cost: &Packing| cost.x > 2.0);
    let error = never.optimize("cost").run().unwrap_err().to_string();
    assert!(
        error.contains("the last one broke \"x is above 2\""),
        "{error}"
    );
}

#[test]
fn a_search_whose_values_are_all_nan_keeps_its_points_and_names_none() {
    let root = tempfile::tempdir().unwrap();
    let mut bench = bench(quiet(Some(root.path())));
    for sampler in Sampler::ALL {
        bench.prototype().broken = true;
        let search = bench.sweep("Cost").sampler(sampler).search_seed(1);
        let search = search.optimize("cost").optimize("speed");
        let result = search.evaluations(12).run().unwrap();
        let dataset = result.dataset();
        assert_eq!(dataset.shape()[0], 12, "{sampler}");
        let text = &dataset.attributes["search"];
        assert!(text.contains("12 of them failed"), "{sampler}: {text}");
        let history = SearchHistory::of(dataset).unwrap();
        assert!(
            history
                .trials
                .iter()
                .all(|trial| trial.values.is_empty() && trial.front.is_none())
        );
        assert!(!dataset.attributes.contains_key("search best"));
    }
}

#[test]
fn a_time_budget_and_an_interrupt_end_a_search() {
    let search = SearchConfig {
        budget: Some("50ms".parse().unwrap()),
        sampler: Some("random"),
        ..SearchConfig::default()
    };
    let mut timed = bench(RunConfig {
        search,
        ..quiet(None)
    });
    let result = timed.sweep("Cost").optimize(Packing::COST).run().unwrap();
    assert!(result.dataset().attributes["search"].ends_with("the time is up"));

    let interrupt = Interrupt::default();
    let session = Session::new(quiet(None), "test", interrupt.clone());
    let mut stopped: Bench<Packing> = Bench::new(Rc::new(RefCell::new(session))).unwrap();
    interrupt.0.store(true, Ordering::Relaxed);
    let error = stopped
        .sweep("Cost")
        .optimize(Packing::COST)
        .run()
        .unwrap_err();
    assert!(
        matches!(error.downcast_ref(), Some(BenchError::Interrupted { .. })),
        "{error}"
    );
}

/// Times with a noise of 5 %, of which that of n = 7 is the least: 10 % less than the next.
#[derive(ParametrizedSweep, Clone, Debug)]
#[bencher(crate = bencher_core)]
struct Timed {
    #[sweep(bounds(0, 29))]
    n: u32,
    #[constant(0.1)]
    gap: f64,
    #[result(units = "s", direction = "minimize", timed)]
    elapsed: Option<f64>,
}

impl Benchmark for Timed {
    fn benchmark(&mut self, cx: &mut Context<'_>) -> Result<()> {
        let luck = (cx.seed() >> 11) as f64 / (1_u64 << 52) as f64 - 1.0;
        let time = if self.n == 7 {
            1.0
        } else {
            1.0 + self.gap + 0.01 * f64::from(self.n)
        };
        self.elapsed = Some(1e-3 * time * (1.0 + 0.08 * luck));
        Ok(())
    }
}

fn timed(config: RunConfig) -> Bench<Timed> {
    Bench::new(Rc::new(RefCell::new(Session::new(
        config,
        "test",
        Interrupt::default(),
    ))))
    .unwrap()
}

#[test]
fn the_best_of_a_grid_is_named_with_few_rounds() {
    let result = timed(quiet(None))
        .sweep("Times")
        .best(Timed::ELAPSED)
        .run()
        .unwrap();
    let dataset = result.dataset();
    assert_eq!(dataset.attributes["race"], "elapsed");
    let text = &dataset.attributes["race best"];
    assert_eq!(
        text,
        "n=7 is best: no point is better by more than 1 %, at 95 %"
    );
    let executed = result.counts().executed;
    assert!(
        (30 * 6..30 * 11).contains(&executed),
        "{executed} batches for 30 points"
    );
    let elapsed = dataset.variable("elapsed").unwrap();
    // The last point takes the longest, and had few rounds.
    let last = elapsed.cell(dataset.len() - 1).unwrap();
    let reason = last.reason.unwrap();
    assert!(
        reason.contains("not better than the best point by more than 1.00 %"),
        "{reason}"
    );
    let found = bencher_core::record::findings(dataset);
    assert_eq!(found[0].to_string(), format!("elapsed: {text}"));
}

#[test]
fn a_race_whose_budget_ends_names_who_may_be_the_best() {
    let budget = Some(Duration::from_millis(1));
    let config = RunConfig {
        budget,
        best_within: Some(0.001),
        ..quiet(None)
    };
    let mut bench = timed(config);
    let tied = bench.sweep("Times").constants([Timed::GAP.with_const(0.0)]);
    let result = tied.inputs([Timed::N.bounds(7_u32, 9)]).run().unwrap();
    let text = &result.dataset().attributes["race best"];
    assert!(
        text.starts_with("undecided") || text.contains("is best"),
        "the budget may suffice on a fast machine: {text}"
    );
}

#[test]
fn a_race_needs_a_result_with_a_direction() {
    let mut bench = bench(quiet(None));
    let codecs = bench.sweep("Cost").inputs([Packing::CODEC]);
    let error = codecs.best("evidence").run().unwrap_err();
    assert!(
        error
            .to_string()
            .contains("numeric result with a direction"),
        "{error}"
    );
    let error = timed(quiet(None)).sweep("Times").best("n").run();
    let error = error.unwrap_err().to_string();
    assert!(error.contains("`n`"), "{error}");
}

#[test]
fn a_race_of_noisy_values_repeats_those_that_may_be_the_best() {
    let mut bench = bench(quiet(None));
    let race = |objective: &str, bench: &mut Bench<Packing>| {
        let sweep = bench.sweep("Cost").inputs([Packing::X.samples(11)]);
        let held = [
            Packing::NOISE.with_const(0.05),
            Packing::CODEC.with_const(Codec::Raw),
        ];
        sweep.constants(held).best(objective).run().unwrap()
    };
    let result = race("cost", &mut bench);
    let dataset = result.dataset();
    let text = &dataset.attributes["race best"];
    assert!(
        text.starts_with("x=0.7 is best: no point is better"),
        "{text}"
    );
    let executed = result.counts().executed;
    assert!(
        (11 * 6..11 * 40).contains(&executed),
        "{executed} samples of 11 points"
    );
    // The worst has the first six repeats, and says why.
    let repeats = dataset.shape().last().copied().unwrap();
    let cell = dataset.variable("cost").unwrap().cell(repeats - 1).unwrap();
    assert_eq!(cell.state, CellState::Skipped);
    assert!(
        cell.reason
            .unwrap()
            .contains("not better than the best point")
    );

    // More is better, and the same value twice decides.
    let result = race("speed", &mut bench);
    let text = &result.dataset().attributes["race best"];
    assert!(text.starts_with("x=0 is best"), "{text}");
    assert_eq!(result.counts().executed, 22);
}

#[test]
fn each_group_of_a_race_has_its_best_point() {
    let mut bench = bench(quiet(None));
    let grid = [Packing::X.values([0.0, 0.7]), Packing::CODEC];
    let sweep = bench.sweep("Cost").inputs(grid).best(Packing::COST);
    let result = sweep.best_for_each([Packing::X]).run().unwrap();
    assert_eq!(
        result.dataset().attributes["race best"],
        "x=0, codec=Packed(level=6); x=0.7, codec=Packed(level=6) are best: no point of their groups is better by more than \
         1 %, at 95 %"
    );
    // The repeats end before two points are told apart that are equal but for their noise.
    let config = RunConfig {
        repeats: Some(8),
        best_within: Some(0.0),
        ..quiet(None)
    };
    let mut bench = bench_of_pairs(config);
    let result = bench.sweep("Pairs").best("value").run().unwrap();
    let text = &result.dataset().attributes["race best"];
    assert!(text.starts_with("undecided between side="), "{text}");
    assert!(
        text.ends_with("`--repeats` and `--budget` give it more"),
        "{text}"
    );
    assert_eq!(result.counts().executed, 16);
}

/// Two points with the same distribution of values.
#[derive(ParametrizedSweep, Clone, Debug)]
#[bencher(crate = bencher_core)]
struct Pair {
    #[sweep]
    side: bool,
    #[result(direction = "maximize")]
    value: Option<f64>,
}

impl Benchmark for Pair {
    fn benchmark(&mut self, cx: &mut Context<'_>) -> Result<()> {
        self.value = Some((cx.seed() >> 11) as f64);
        Ok(())
    }
}

fn bench_of_pairs(config: RunConfig) -> Bench<Pair> {
    let session = Session::new(config, "test", Interrupt::default());
    Bench::new(Rc::new(RefCell::new(session))).unwrap()
}
