//! A real child process, killed at random moments: what it acknowledged is never lost, and the
//! next run never repeats it. `BENCHER_DRILL_KILLS` says how often.

mod support;

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use bencher::bench::{OutputFormat, RunConfig};
use bencher::evaluator::Executors;
use bencher::prelude::*;
use support::{bench, quiet};

const POINTS: u32 = 1500;
/// Where the child keeps its store; set only for the child.
const ROOT: &str = "BENCHER_TEST_CRASH_ROOT";
/// In how many processes the child takes its samples; unset for none.
const WORKERS: &str = "BENCHER_TEST_CRASH_WORKERS";

#[derive(ParametrizedSweep, Clone)]
struct Slow {
    #[sweep(bounds(0, POINTS - 1))]
    n: u32,
    #[result]
    square: Option<u64>,
    log: PathBuf,
}

impl Benchmark for Slow {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        // One short append is one write: it is there however the process ends.
        let mut log = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&self.log)?;
        writeln!(log, "{}", self.n)?;
        let started = Instant::now();
        while started.elapsed() < Duration::from_micros(30) {
            std::hint::spin_loop();
        }
        self.square = Some(u64::from(self.n).pow(2));
        Ok(())
    }
}

/// The program under test: does nothing unless this test binary starts itself for it.
#[test]
fn child() {
    let Some(root) = std::env::var_os(ROOT).map(PathBuf::from) else {
        return;
    };
    let workers = std::env::var(WORKERS).ok();
    let config = RunConfig {
        output: OutputFormat::Json,
        executor: workers.map_or(Executors::Serial, |workers| {
            Executors::Processes(workers.parse().unwrap())
        }),
        ..quiet(&root)
    };
    let mut session = bencher::bench::Session::new(
        config,
        "child",
        bencher::sweep_executor::Interrupt::default(),
    );
    session.set_progress(Box::new(bencher::progress::JsonProgress::new(
        std::io::stdout(),
    )));
    let session = std::rc::Rc::new(std::cell::RefCell::new(session));
    let mut slow = Bench::<Slow>::new(session).unwrap();
    slow.prototype().log = root.join("executed");
    slow.sweep("Slow").run().unwrap();
}

fn start_child(root: &Path, workers: usize) -> (Child, Receiver<u32>) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    if workers > 0 {
        command.env(WORKERS, workers.to_string());
    }
    let mut child = command
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .env(ROOT, root)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (send, acknowledged) = channel();
    let out = BufReader::new(child.stdout.take().unwrap());
    std::thread::spawn(move || {
        for line in out.lines().map_while(Result::ok) {
            let Some(start) = line.find("{\"") else {
                continue;
            };
            let Ok(event) = serde_json::from_str::<serde_json::Value>(&line[start..]) else {
                continue;
            };
            if event["state"] == "measured" {
                let n = event["inputs"]["n"].as_u64().unwrap();
                assert_eq!(event["results"]["square"].as_u64(), Some(n * n));
                send.send(u32::try_from(n).unwrap()).unwrap();
            }
        }
    });
    (child, acknowledged)
}

fn executed(root: &Path) -> Vec<u32> {
    let log = fs::read_to_string(root.join("executed")).unwrap_or_default();
    log.lines().filter_map(|line| line.parse().ok()).collect()
}

/// Kills at a moment that `random` chooses: after some acknowledged samples, or after some time; where the
/// child has workers, some of them before. Returns what had been acknowledged, and how many were killed.
fn kill_at_random(
    root: &Path,
    workers: usize,
    random: &mut impl FnMut(u64) -> u64,
) -> (Vec<u32>, usize) {
    let (mut child, acknowledged) = start_child(root, workers);
    let (mut seen, mut kills) = (Vec::new(), 1);
    if workers > 0 {
        for _ in 0..random(4) {
            let until = Instant::now() + Duration::from_micros(random(40_000));
            while let Ok(n) = acknowledged.recv_timeout(until - Instant::now().min(until)) {
                seen.push(n);
            }
            let theirs = children(child.id());
            if let Some(worker) =
                theirs.get(usize::try_from(random(8)).unwrap() % theirs.len().max(1))
            {
                let killed = Command::new("kill")
                    .args(["-KILL", worker])
                    .status()
                    .unwrap();
                kills += usize::from(killed.success());
            }
        }
    }
    let far = Instant::now() + Duration::from_secs(60);
    let (enough, deadline) = match random(3) {
        0 => (usize::try_from(1 + random(120)).unwrap(), far),
        1 => (
            usize::MAX,
            Instant::now() + Duration::from_micros(random(60_000)),
        ),
        _ => {
            // While the store is being made, if this is the child that makes it.
            let making = root.join("samples.creating");
            while !making.exists() && !root.join("samples").exists() && Instant::now() < far {
                std::thread::yield_now();
            }
            (
                usize::MAX,
                Instant::now() + Duration::from_micros(random(6_000)),
            )
        }
    };
    while seen.len() < enough {
        match acknowledged.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(n) => seen.push(n),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
        }
    }
    let theirs = children(child.id());
    child.kill().unwrap();
    child.wait().unwrap();
    // What the child wrote before it died is still in the pipe.
    seen.extend(acknowledged.iter());
    for worker in theirs {
        while lives(&worker) {
            assert!(Instant::now() < far, "worker {worker} outlived its program");
            std::thread::yield_now();
        }
    }
    (seen, kills)
}

/// The processes that a process has started.
fn children(of: u32) -> Vec<String> {
    let path = format!("/proc/{of}/task/{of}/children");
    let mut all = fs::read_to_string(path).unwrap_or_default();
    // Its threads start processes, too.
    for task in fs::read_dir(format!("/proc/{of}/task"))
        .into_iter()
        .flatten()
        .flatten()
    {
        all.push_str(&fs::read_to_string(task.path().join("children")).unwrap_or_default());
    }
    let ids: BTreeSet<&str> = all.split_whitespace().collect();
    ids.into_iter().map(str::to_owned).collect()
}

/// Whether a process runs; one that is dead and not waited for does not.
fn lives(id: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z ")
}

#[test]
fn no_acknowledged_sample_is_lost_or_repeated() {
    kill_again_and_again(0, wanted(30));
}

#[test]
fn nor_where_programs_and_their_workers_are_killed() {
    kill_again_and_again(2, wanted(100));
}

/// How many kills: `cargo xtask drill` asks for more.
fn wanted(default: usize) -> usize {
    std::env::var("BENCHER_DRILL_KILLS").map_or(default, |text| text.parse().unwrap())
}

fn kill_again_and_again(workers: usize, enough: usize) {
    let mut state = 20_261_121_u64;
    let mut random = move |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let (mut kills, mut of_workers, mut during_creation, mut acknowledged_in_all) = (0, 0, 0, 0);
    while kills < enough {
        let root = tempfile::tempdir().unwrap();
        let mut kept = BTreeSet::new();
        for _ in 0..3 {
            let before = executed(root.path()).len();
            let (seen, killed) = kill_at_random(root.path(), workers, &mut random);
            kills += killed;
            of_workers += killed - 1;
            during_creation += usize::from(!root.path().join("samples").exists());
            for n in executed(root.path()).iter().skip(before) {
                assert!(
                    !kept.contains(n),
                    "sample {n} was acknowledged, and taken again"
                );
            }
            acknowledged_in_all += seen.len();
            kept.extend(seen);
        }
        // The last run is left alone: it takes what is missing, and nothing else.
        let before = executed(root.path());
        let mut rest = bench::<Slow>(quiet(root.path()));
        rest.prototype().log = root.path().join("executed");
        let result = rest.sweep("Slow").run().unwrap();
        let counts = result.counts();
        assert_eq!(counts.executed + counts.hits, u64::from(POINTS));
        assert!(
            counts.hits >= kept.len() as u64,
            "{} kept, {} hits",
            kept.len(),
            counts.hits
        );
        for n in executed(root.path()).iter().skip(before.len()) {
            assert!(
                !kept.contains(n),
                "sample {n} was acknowledged, and taken again"
            );
        }
        let square = result.dataset().variable("square").unwrap();
        for n in 0..POINTS {
            assert_eq!(square.number(n as usize), Some(f64::from(n).powi(2)));
        }
    }
    assert!(
        acknowledged_in_all > 100,
        "the children got somewhere: {acknowledged_in_all}"
    );
    eprintln!(
        "{kills} kills, {of_workers} of them of workers, {during_creation} before the store was made; {acknowledged_in_all} \
         samples acknowledged, 0 lost, 0 measured again"
    );
}
