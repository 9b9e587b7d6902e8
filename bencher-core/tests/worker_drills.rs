//! Ten thousand jobs of which many do the worst to their process: every one is accounted for once.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bencher_core::evaluator::{Dispatcher, Executors, Limits, Outcome, RunFunction, Wait};

const JOBS: u64 = 10_000;
/// How many of the jobs do each of the bad deeds.
const EACH: u64 = JOBS / 100;
const LINE: usize = 1024;
const PRINTED: usize = 10 << 20;

/// Which deed a job does: in every hundred, one of each of the five; else none.
fn deed(job: u64) -> Option<&'static str> {
    // Spread over the hundred, and over the chunks that jobs travel in.
    match job.wrapping_mul(37) % 100 {
        0 => Some("panic"),
        1 => Some("abort"),
        2 => Some("hang"),
        3 => Some("exit"),
        4 => Some("print"),
        _ => None,
    }
}

#[test]
fn every_job_is_accounted_for_once() {
    let run: RunFunction<u64, u64> = Arc::new(|job, _| {
        match deed(*job) {
            Some("panic") => panic!("job {job}"),
            Some("abort") => std::process::abort(),
            Some("hang") => loop {
                std::thread::park();
            },
            Some("exit") => std::process::exit(9),
            Some("print") => {
                let line = "x".repeat(LINE - 1);
                (0..PRINTED / LINE).for_each(|_| println!("{line}"));
            }
            _ => {}
        }
        Ok(job + 1)
    });
    let limits = Limits {
        time: Some(Duration::from_secs(3)),
        ..Limits::default()
    };
    // Most of them wait for those that hang.
    let backend = Executors::Processes(16).backend(run, &limits).unwrap();
    let mut jobs = Dispatcher::new(backend);
    jobs.submit(0..JOBS);
    let mut ended = BTreeMap::new();
    while jobs.in_flight() > 0 {
        for job in jobs.gather(Wait::Forever) {
            assert!(
                ended.insert(job.id, job.outcome).is_none(),
                "job {} came back twice",
                job.id
            );
        }
    }
    assert_eq!(ended.len() as u64, JOBS);
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for (job, outcome) in &ended {
        *counts.entry(deed(*job).unwrap_or("none")).or_default() += 1;
        match (deed(*job), outcome) {
            (None | Some("print"), Outcome::Done(result)) => assert_eq!(*result, job + 1),
            (Some("panic"), Outcome::Failed(text)) => {
                assert!(text.ends_with(&format!("job {job}")));
            }
            (Some("abort"), Outcome::Failed(text)) => assert!(text.contains("SIGABRT"), "{text}"),
            (Some("exit"), Outcome::Failed(text)) => assert!(text.contains("status 9"), "{text}"),
            (Some("hang"), Outcome::TimedOut) => {}
            other => panic!("job {job}: {other:?}"),
        }
    }
    for deed in ["panic", "abort", "hang", "exit", "print"] {
        assert_eq!(counts[deed], EACH);
    }
}

#[test]
fn killing_workers_at_random_costs_the_jobs_that_run() {
    let run: RunFunction<u64, u64> = Arc::new(|job, _| {
        let end = std::time::Instant::now() + Duration::from_micros(300);
        while std::time::Instant::now() < end {
            std::hint::spin_loop();
        }
        Ok(job * 2)
    });
    let backend = Executors::Processes(3)
        .backend(run, &Limits::default())
        .unwrap();
    let mut jobs = Dispatcher::new(backend);
    let (mut kills, mut failures, mut random) = (0, 0, 12345_u64);
    let mut ended = 0_u64;
    while kills < 100 {
        jobs.submit(0..40);
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let workers = children();
        let index = usize::try_from(random >> 33).unwrap() % workers.len().max(1);
        if let Some(worker) = workers.get(index) {
            let kill = std::process::Command::new("kill")
                .args(["-KILL", worker])
                .status();
            kills += u64::from(kill.unwrap().success());
        }
        for job in jobs.gather(Wait::Forever) {
            ended += 1;
            match job.outcome {
                Outcome::Done(result) => assert_eq!(result, job.args * 2),
                Outcome::Failed(text) => {
                    assert!(text.contains("SIGKILL"), "{text}");
                    failures += 1;
                }
                other => panic!("{other:?}"),
            }
        }
    }
    while jobs.in_flight() > 0 {
        let more = jobs.gather(Wait::Forever);
        failures += more
            .iter()
            .filter(|job| matches!(job.outcome, Outcome::Failed(_)))
            .count() as u64;
        ended += more.len() as u64;
    }
    assert_eq!(ended, jobs.submitted());
    assert!(failures <= kills, "{failures} jobs failed by {kills} kills");
}

/// The worker processes of this test: the other one's are of another process group, but children, too,
/// so only those that run nothing else count here.
fn children() -> Vec<String> {
    let me = std::process::id().to_string();
    let output = std::process::Command::new("pgrep")
        .args(["-P", &me, "-f", "killing_workers_at_random"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_whitespace().map(str::to_owned).collect()
}
