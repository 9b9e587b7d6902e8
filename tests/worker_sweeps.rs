//! Sweeps whose samples are taken in worker processes: what a sample does to its process, what is
//! limited, what a worker knows, and that nothing outlives the program.
#![cfg(unix)]

mod support;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bencher::bench::RunConfig;
use bencher::dataset::CellState;
use bencher::evaluator::{Executors, Limits};
use bencher::prelude::*;
use support::{bench, quiet};

/// What a sample does.
#[derive(SweepEnum, Clone, Copy, Debug, PartialEq)]
enum Deed {
    Work,
    Panic,
    Abort,
    Exit,
    Hang,
    Grab,
}

#[derive(ParametrizedSweep, Clone, Debug)]
struct Unruly {
    #[sweep]
    deed: Deed,
    #[sweep(bounds(1, 3))]
    n: u64,
    #[result]
    square: Option<u64>,
}

impl Benchmark for Unruly {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        match self.deed {
            Deed::Work => {}
            Deed::Panic => panic!("as it was told"),
            Deed::Abort => std::process::abort(),
            Deed::Exit => std::process::exit(7),
            Deed::Hang => loop {
                std::thread::park();
            },
            Deed::Grab => drop(std::hint::black_box(vec![1_u8; 8 << 30])),
        }
        self.square = Some(self.n * self.n);
        Ok(())
    }
}

fn in_processes(root: &Path) -> RunConfig {
    RunConfig {
        executor: Executors::Processes(2),
        limits: Limits {
            time: Some(Duration::from_secs(2)),
            memory: Some(4 << 30),
            ..Limits::default()
        },
        ..quiet(root)
    }
}

#[test]
fn a_sample_that_takes_its_process_down_costs_itself() {
    let root = tempfile::tempdir().unwrap();
    let result = bench::<Unruly>(in_processes(root.path()))
        .sweep("Unruly")
        .run()
        .unwrap();
    let counts = result.counts();
    assert_eq!((counts.executed, counts.failed), (18, 15));
    let square = result.dataset().variable("square").unwrap();
    for flat in 0..18 {
        let cell = square.cell(flat).unwrap();
        let reason = cell.reason.unwrap_or_default();
        match flat / 3 {
            0 => assert_eq!(square.number(flat), Some([1.0, 4.0, 9.0][flat % 3])),
            1 => assert!(reason.ends_with("as it was told"), "{reason}"),
            2 => assert!(reason.contains("SIGABRT"), "{reason}"),
            3 => assert!(reason.contains("exited with status 7"), "{reason}"),
            4 => {
                assert_eq!(cell.state, CellState::TimedOut);
                assert!(reason.contains("--job-timeout"), "{reason}");
            }
            _ => assert!(reason.contains("memory allocation"), "{reason}"),
        }
    }
    assert_eq!(result.record().timed_out(), 3, "of those that failed");
    let attributes = &result.dataset().attributes;
    assert!(!attributes.contains_key("retries"), "{attributes:?}");
    let timed_out = result
        .failures()
        .iter()
        .filter(|failure| failure.error.contains("--job-timeout"));
    assert_eq!(timed_out.count(), 3);
    // What was measured is kept: only the failures are tried again.
    let again = bench::<Unruly>(in_processes(root.path()))
        .sweep("Unruly")
        .run()
        .unwrap();
    assert_eq!((again.counts().hits, again.counts().executed), (3, 15));
}

#[test]
fn a_limit_of_time_counts_without_processes_too() {
    for executor in [Executors::Serial, Executors::Threads(2)] {
        let root = tempfile::tempdir().unwrap();
        let config = RunConfig {
            executor,
            limits: Limits {
                time: Some(Duration::from_millis(400)),
                ..Limits::default()
            },
            ..quiet(root.path())
        };
        let inputs = [Unruly::DEED.values([Deed::Hang, Deed::Work]), Unruly::N];
        let result = bench::<Unruly>(config)
            .sweep("Unruly")
            .inputs(inputs)
            .run()
            .unwrap();
        let square = result.dataset().variable("square").unwrap();
        let states: Vec<_> = (0..6)
            .map(|flat| square.cell(flat).unwrap().state)
            .collect();
        assert_eq!(states[..3], [CellState::TimedOut; 3], "{executor:?}");
        assert_eq!(states[3..], [CellState::Measured; 3], "{executor:?}");
    }
}

#[derive(ParametrizedSweep, Clone, Debug)]
struct Fickle {
    #[sweep(bounds(1, 4))]
    n: u64,
    /// How often the sample was tried.
    #[result]
    tries: Option<u64>,
    #[result]
    process: Option<u64>,
}

impl Benchmark for Fickle {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        let log = std::env::temp_dir().join(format!(
            "bencher-fickle-{}-{}",
            std::os::unix::process::parent_id(),
            self.n
        ));
        let mut text = std::fs::read_to_string(&log).unwrap_or_default();
        text.push('x');
        std::fs::write(&log, &text)?;
        if text.len() < 3 && self.n == 2 {
            std::process::abort();
        }
        std::fs::remove_file(&log)?;
        self.tries = Some(text.len() as u64);
        self.process = Some(u64::from(std::process::id()));
        assert!(!cx.should_stop());
        Ok(())
    }
}

#[test]
fn a_failing_sample_is_tried_as_often_as_asked_and_no_more() {
    let root = tempfile::tempdir().unwrap();
    for (retries, states) in [(1, CellState::Failed), (2, CellState::Measured)] {
        let config = RunConfig {
            retries,
            cache: false,
            ..in_processes(root.path())
        };
        let result = bench::<Fickle>(config).sweep("Fickle").run().unwrap();
        let tries = result.dataset().variable("tries").unwrap();
        assert_eq!(tries.cell(1).unwrap().state, states, "{retries} retries");
        assert_eq!(tries.number(0), Some(1.0));
        let attribute = |name: &str| result.dataset().attributes.get(name).cloned();
        assert_eq!(attribute("retried samples").as_deref(), Some("1"));
        assert_eq!(attribute("retries"), Some(retries.to_string()));
        let log = format!("bencher-fickle-{}-2", std::process::id());
        let _ = std::fs::remove_file(std::env::temp_dir().join(log));
    }
}

#[test]
fn a_sweep_may_depend_on_the_result_of_one_before() {
    let root = tempfile::tempdir().unwrap();
    let mut bench = bench::<Fickle>(in_processes(root.path()));
    let first = bench
        .sweep("First")
        .inputs([Fickle::N.values([3_u64, 4])])
        .run()
        .unwrap();
    let tries = first.dataset().variable("tries").unwrap();
    let next = tries.number(0).unwrap() + tries.number(1).unwrap();
    assert!(next > 1.5 && next < 2.5);
    let values = [1_u64, if next > 1.5 { 3 } else { 2 }];
    let second = bench
        .sweep("Second")
        .inputs([Fickle::N.values(values)])
        .run()
        .unwrap();
    let processes = second.dataset().variable("process").unwrap();
    let own = f64::from(std::process::id());
    assert!((0..2).all(|flat| {
        processes
            .number(flat)
            .is_some_and(|id| (id - own).abs() > 0.5)
    }));
}

#[test]
fn a_sweep_that_changes_from_start_to_start_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let changing = u64::from(std::process::id());
    let mut bench = bench::<Fickle>(in_processes(root.path()));
    let values = Fickle::N.values([changing]);
    let error = bench
        .sweep("Changing")
        .inputs([values])
        .run()
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("depend on something that changes"),
        "{error}"
    );
}

#[test]
fn a_sweep_that_a_worker_does_not_come_to_is_named_by_its_title() {
    if bencher::evaluator::process::worker_role().is_some() {
        return;
    }
    let root = tempfile::tempdir().unwrap();
    let error = bench::<Fickle>(in_processes(root.path()))
        .sweep("Only here")
        .run()
        .unwrap_err()
        .to_string();
    let expected = "before it reached sweep \"Only here\": the program must take the same path";
    assert!(error.contains(expected), "{error}");
}

#[derive(ParametrizedSweep, Clone, Debug)]
struct Timed {
    #[sweep(bounds(1, 3))]
    n: u64,
    #[result(units = "s", timed)]
    elapsed: Option<f64>,
    #[result]
    process: Option<u64>,
    /// The most memory that its process had.
    #[result(counter = "peak_resident")]
    memory: Option<u64>,
}

impl Benchmark for Timed {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        let size = 1 << (20 + 2 * self.n);
        cx.measure(&mut self.elapsed, || std::hint::black_box(vec![1_u8; size]));
        self.process = Some(u64::from(std::process::id()));
        Ok(())
    }
}

#[test]
fn times_are_taken_in_one_process_where_processes_are_asked_for() {
    let root = tempfile::tempdir().unwrap();
    let config = RunConfig {
        executor: Executors::Processes(4),
        repeats: Some(3),
        ..quiet(root.path())
    };
    let result = bench::<Timed>(config).sweep("Timed").run().unwrap();
    let processes = result.dataset().variable("process").unwrap();
    let ids: Vec<f64> = (0..9).map(|flat| processes.number(flat).unwrap()).collect();
    assert!(ids.iter().all(|id| (id - ids[0]).abs() < 0.5), "{ids:?}");
    assert!((ids[0] - f64::from(std::process::id())).abs() > 0.5);
    let memory = result.dataset().variable("memory").unwrap();
    let least = |n: usize| {
        (0..3)
            .map(|r| memory.number(3 * n + r).unwrap())
            .fold(f64::MAX, f64::min)
    };
    // 4, 16 and 64 MiB and little else.
    assert!(least(1) - least(0) > 10e6 && least(2) - least(1) > 40e6);
    assert!(least(2) < 150e6, "{}", least(2));
    let attributes = &result.dataset().attributes;
    let peak: f64 = attributes["worker peak memory bytes"].parse().unwrap();
    assert!(peak >= 64e6 && attributes.contains_key("worker cpu seconds"));
}

#[test]
fn times_are_taken_side_by_side_only_if_the_user_insists_and_every_plot_says_so() {
    let root = tempfile::tempdir().unwrap();
    let config = |executor, side_by_side| RunConfig {
        executor,
        side_by_side,
        repeats: Some(4),
        ..quiet(root.path())
    };
    let insisted = bench::<Timed>(config(Executors::Processes(2), true))
        .sweep("Timed")
        .run()
        .unwrap();
    let record = insisted.record();
    assert!(
        record
            .warnings
            .iter()
            .any(|text| text.contains("by 2 workers in parallel"))
    );
    let charts = bencher::report::deduce::deduce(insisted.dataset());
    let of_time = charts.iter().filter(|chart| chart.result == "elapsed");
    assert!(of_time.clone().count() > 0);
    for chart in of_time {
        assert!(
            chart.title.ends_with("(taken side by side)"),
            "{}",
            chart.title
        );
        assert!(
            chart
                .notes
                .iter()
                .any(|note| note.contains("by 2 workers in parallel"))
        );
    }
    // They are no evidence for a run that takes them alone.
    let alone = bench::<Timed>(config(Executors::Processes(2), false))
        .sweep("Timed")
        .run()
        .unwrap();
    assert_eq!((alone.counts().hits, alone.counts().executed), (0, 12));
    assert!(
        !alone
            .record()
            .warnings
            .iter()
            .any(|text| text.contains("in parallel"))
    );
}

/// The program that the next test kills; nothing when it is run by itself.
#[test]
fn hang_in_processes() {
    let Ok(root) = std::env::var("BENCHER_TEST_HANG_IN") else {
        return;
    };
    let config = RunConfig {
        limits: Limits::default(),
        ..in_processes(Path::new(&root))
    };
    let mut bench = bench::<Sleeper>(config);
    bench.sweep("Hang").run().unwrap();
}

/// Starts a process of its own and says where both are.
#[derive(ParametrizedSweep, Clone, Debug)]
struct Sleeper {
    #[sweep(bounds(1, 2))]
    n: u64,
    #[result]
    nothing: Option<u64>,
}

impl Benchmark for Sleeper {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let root = std::env::var("BENCHER_TEST_HANG_IN")?;
        let mut child = Command::new("sleep").arg("100000").spawn()?;
        // This one leaves the group of its worker.
        let leaver = Command::new("setsid").args(["sleep", "100000"]).spawn()?;
        let ids = format!("{} {} {}", std::process::id(), child.id(), leaver.id());
        let place = Path::new(&root).join(format!("ids-{}", self.n));
        std::fs::write(place.with_extension("new"), ids)?;
        std::fs::rename(place.with_extension("new"), place)?;
        child.wait()?;
        Ok(())
    }
}

#[test]
fn nothing_outlives_the_program_even_if_it_is_killed() {
    let root = tempfile::tempdir().unwrap();
    let mut program = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "hang_in_processes", "--nocapture"])
        .env("BENCHER_TEST_HANG_IN", root.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let ids = |n| {
        let text = std::fs::read_to_string(root.path().join(format!("ids-{n}"))).ok()?;
        let ids: Vec<u32> = text.split(' ').map(|id| id.parse().unwrap()).collect();
        Some(ids)
    };
    let end = Instant::now() + Duration::from_secs(60);
    let all: Vec<u32> = loop {
        if let (Some(mut one), Some(two)) = (ids(1), ids(2)) {
            one.extend(two);
            break one;
        }
        assert!(Instant::now() < end, "the samples did not begin");
        std::thread::yield_now();
    };
    assert_eq!(all.len(), 6);
    program.kill().unwrap();
    program.wait().unwrap();
    let lives = |id: &&u32| {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        // A zombie that nobody has waited for yet is dead.
        !stat.is_empty() && !stat.contains(") Z ")
    };
    while all.iter().any(|id| lives(&id)) {
        let left: Vec<_> = all.iter().filter(lives).collect();
        assert!(Instant::now() < end, "{left:?} live on");
        std::thread::yield_now();
    }
}
