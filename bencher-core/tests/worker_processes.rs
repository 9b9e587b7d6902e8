//! Jobs in worker processes: whatever a job does to its process, every job comes back exactly once.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bencher_core::evaluator::{
    Dispatcher, Executors, FinishedTask, Limits, Outcome, RunFunction, Wait,
};
use serde::{Deserialize, Serialize};

/// What a job does to its process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Deed {
    Return(u64),
    Refuse,
    Panic,
    Abort,
    Segfault,
    Exit(i32),
    TakeMemory,
    Hang,
    HangBehindChild,
    HangBehindLeavers,
    Print(u64),
    PrintForEver,
    OverflowStack,
    ReadInput,
}

fn deeds() -> RunFunction<Deed, u64> {
    Arc::new(|deed, job| match *deed {
        Deed::Return(n) => Ok(n),
        Deed::Refuse => Err("it would not".to_owned()),
        Deed::Panic => panic!("at the deed"),
        Deed::Abort => {
            eprintln!("about to abort");
            std::process::abort()
        }
        Deed::Segfault => {
            // The first signal only makes the handler of Rust's runtime step aside.
            for _ in 0..2 {
                let me = std::process::id().to_string();
                let kill = std::process::Command::new("kill")
                    .args(["-SEGV", &me])
                    .status();
                assert!(kill.unwrap().success());
            }
            hang()
        }
        Deed::Exit(status) => std::process::exit(status),
        Deed::TakeMemory => {
            let much: Vec<u8> = vec![1; 8 << 30];
            Ok(much.iter().map(|byte| u64::from(*byte)).sum())
        }
        Deed::Hang => hang(),
        Deed::HangBehindChild => {
            let mut child = std::process::Command::new("sleep")
                .arg("1000")
                .spawn()
                .unwrap();
            println!("child {}", child.id());
            child.wait().unwrap();
            Ok(0)
        }
        Deed::HangBehindLeavers => {
            // One that leaves the group, and one whose parent is gone, too.
            let script = "setsid sleep 1001 & (setsid -f sleep 1001) & wait";
            let mut shell = std::process::Command::new("sh");
            shell.args(["-c", script]).spawn().unwrap().wait().unwrap();
            Ok(0)
        }
        Deed::Print(bytes) => {
            let line = "x".repeat(1023);
            (0..bytes / 1024).for_each(|_| println!("{line}"));
            Ok(bytes)
        }
        Deed::PrintForEver => {
            let line = "and on ".repeat(100);
            loop {
                println!("{line}");
            }
        }
        Deed::OverflowStack => Ok(deeper(1)),
        Deed::ReadInput => {
            let mut line = String::new();
            let read = std::io::stdin().read_line(&mut line).unwrap();
            assert!(!job.should_stop());
            Ok(read as u64)
        }
    })
}

fn hang() -> ! {
    loop {
        std::thread::park();
    }
}

#[expect(unconditional_recursion, reason = "that is the deed")]
fn deeper(n: u64) -> u64 {
    let bytes = std::hint::black_box([n; 64]);
    deeper(n + 1) + bytes.iter().sum::<u64>()
}

fn gather_all(jobs: &mut Dispatcher<Deed, u64>) -> BTreeMap<u64, FinishedTask<Deed, u64>> {
    let mut ended = BTreeMap::new();
    while jobs.in_flight() > 0 {
        for job in jobs.gather(Wait::Forever) {
            let again = ended.insert(job.id, job);
            assert!(again.is_none(), "{again:?} came back twice");
        }
    }
    ended
}

fn run(limits: &Limits, deeds_done: &[Deed]) -> Vec<Outcome<u64>> {
    let backend = Executors::Processes(2).backend(deeds(), limits).unwrap();
    let mut jobs = Dispatcher::new(backend);
    jobs.submit(deeds_done.iter().copied());
    let ended = gather_all(&mut jobs);
    assert_eq!(ended.len(), deeds_done.len());
    ended.into_values().map(|job| job.outcome).collect()
}

fn failure(outcome: &Outcome<u64>) -> &str {
    match outcome {
        Outcome::Failed(text) => text,
        other => panic!("{other:?} is no failure"),
    }
}

#[test]
fn jobs_come_back_with_what_they_returned_and_used() {
    let backend = Executors::Processes(2)
        .backend(deeds(), &Limits::default())
        .unwrap();
    let mut jobs = Dispatcher::new(backend);
    jobs.submit((0..3000).map(Deed::Return));
    let ended = gather_all(&mut jobs);
    for (id, job) in &ended {
        assert_eq!(job.outcome, Outcome::Done(*id));
        assert!(job.usage.is_some());
    }
    let first = ended[&0].usage.as_ref().unwrap();
    assert!(
        first.peak_memory.is_some_and(|bytes| bytes > 1 << 18),
        "{first:?}"
    );
}

#[test]
fn whatever_a_job_does_the_others_are_unharmed() {
    // Far longer than any of them takes, also on a busy machine.
    let limits = Limits {
        time: Some(Duration::from_secs(60)),
        memory: Some(4 << 30),
        output: 1 << 20,
        ..Limits::default()
    };
    let mut deeds_done = Vec::new();
    for deed in [
        Deed::Refuse,
        Deed::Panic,
        Deed::Abort,
        Deed::Segfault,
        Deed::Exit(3),
        Deed::Exit(0),
        Deed::TakeMemory,
        Deed::PrintForEver,
        Deed::OverflowStack,
        Deed::ReadInput,
    ] {
        deeds_done.extend([deed, Deed::Return(7)]);
    }
    let ended = run(&limits, &deeds_done);
    for (deed, outcome) in deeds_done.iter().zip(&ended) {
        match deed {
            Deed::Return(n) => assert_eq!(*outcome, Outcome::Done(*n)),
            Deed::Refuse => assert_eq!(failure(outcome), "it would not"),
            Deed::Panic => assert!(failure(outcome).ends_with("at the deed")),
            Deed::Abort => {
                let text = failure(outcome);
                assert!(
                    text.contains("signal 6 (SIGABRT)") && text.contains("about to abort"),
                    "{text}"
                );
            }
            Deed::Segfault => assert!(failure(outcome).contains("signal 11 (SIGSEGV)")),
            Deed::Exit(status) => {
                let text = failure(outcome);
                assert!(
                    text.contains(&format!("exited with status {status}")),
                    "{text}"
                );
            }
            Deed::TakeMemory => {
                let text = failure(outcome);
                assert!(
                    text.contains("memory allocation of 8589934592 bytes failed"),
                    "{text}"
                );
            }
            Deed::PrintForEver => {
                let text = failure(outcome);
                assert!(
                    text.contains("printed more than 1048576 bytes") && text.contains("and on"),
                    "{text}"
                );
            }
            Deed::OverflowStack => {
                let text = failure(outcome);
                assert!(text.contains("overflowed its stack"), "{text}");
            }
            Deed::ReadInput => assert_eq!(*outcome, Outcome::Done(0), "standard input is empty"),
            other => panic!("{other:?} was not asked for"),
        }
    }
}

#[test]
fn a_job_that_hangs_is_ended() {
    let limits = Limits {
        time: Some(Duration::from_secs(2)),
        ..Limits::default()
    };
    let ended = run(&limits, &[Deed::Hang, Deed::Return(7)]);
    assert_eq!(ended, [Outcome::TimedOut, Outcome::Done(7)]);
}

#[test]
fn ending_a_job_ends_what_it_started() {
    let limits = Limits {
        time: Some(Duration::from_millis(300)),
        ..Limits::default()
    };
    let before = sleepers(1000);
    assert_eq!(run(&limits, &[Deed::HangBehindChild]), [Outcome::TimedOut]);
    assert_eq!(sleepers(1000), before);
}

#[cfg(target_os = "linux")]
#[test]
fn what_leaves_the_group_of_its_job_ends_with_it() {
    let (before, limits) = (sleepers(1001), Limits::default());
    let backend = Executors::Processes(1).backend(deeds(), &limits).unwrap();
    let mut jobs = Dispatcher::new(backend);
    jobs.submit([Deed::HangBehindLeavers]);
    let end = Instant::now() + Duration::from_secs(60);
    while sleepers(1001) < before + 2 {
        assert!(Instant::now() < end, "they did not begin");
        std::thread::yield_now();
    }
    jobs.expire();
    assert_eq!(jobs.gather(Wait::Forever)[0].outcome, Outcome::TimedOut);
    assert_eq!(sleepers(1001), before);
}

/// How many processes sleep so many seconds, which are started by nobody but a test.
fn sleepers(seconds: u32) -> usize {
    let output = std::process::Command::new("pgrep")
        .args(["-fc", &format!("^sleep {seconds}$")])
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout)
        .trim()
        .parse()
        .unwrap()
}

#[test]
fn jobs_behind_a_long_one_go_to_other_workers() {
    let backend = Executors::Processes(2)
        .backend(deeds(), &Limits::default())
        .unwrap();
    let mut jobs = Dispatcher::new(backend);
    // So many short ones that chunks are long.
    jobs.submit((0..20_000).map(Deed::Return));
    while jobs.in_flight() > 0 {
        jobs.gather(Wait::Forever);
    }
    jobs.submit([Deed::Hang].into_iter().chain((0..400).map(Deed::Return)));
    let mut done = 0;
    while done < 400 {
        done += jobs.gather(Wait::Forever).len();
    }
    jobs.expire();
    let last = jobs.gather(Wait::Forever);
    assert_eq!((last.len(), &last[0].outcome), (1, &Outcome::TimedOut));
}

#[test]
fn time_ends_what_runs_and_calls_off_the_rest() {
    for executor in [Executors::Processes(1), Executors::Threads(1)] {
        let wait: RunFunction<u64, u64> = Arc::new(|milliseconds, _| {
            let end = Instant::now() + Duration::from_millis(*milliseconds);
            while Instant::now() < end {
                std::thread::park_timeout(Duration::from_millis(1));
            }
            Ok(*milliseconds)
        });
        let limits = Limits {
            time: Some(Duration::from_secs(10)),
            ..Limits::default()
        };
        let mut jobs = Dispatcher::new(executor.backend(wait, &limits).unwrap());
        let start = Instant::now();
        jobs.submit([20, 600_000, 30]);
        let mut ended = jobs.gather(Wait::Forever);
        assert_eq!(ended[0].outcome, Outcome::Done(20));
        let patience = Wait::of(Duration::from_millis(100));
        ended.extend(jobs.gather(patience));
        assert_eq!(ended.len(), 1, "{executor:?}");
        jobs.expire();
        while jobs.in_flight() > 0 {
            ended.extend(jobs.gather(Wait::Forever));
        }
        ended.sort_by_key(|job| job.id);
        let outcomes: Vec<_> = ended.into_iter().map(|job| job.outcome).collect();
        assert_eq!(
            outcomes,
            [Outcome::Done(20), Outcome::TimedOut, Outcome::Cancelled]
        );
        drop(jobs);
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "nobody waited for the long one"
        );
    }
}

#[test]
fn a_failing_job_is_tried_as_often_as_asked() {
    let backend = Executors::Processes(2)
        .backend(deeds(), &Limits::default())
        .unwrap();
    let mut jobs = Dispatcher::new(backend).retrying(3);
    jobs.submit([Deed::Abort, Deed::Return(1), Deed::Refuse]);
    let ended = gather_all(&mut jobs);
    assert_eq!((jobs.retried().jobs, jobs.retried().tries), (2, 6));
    assert_eq!(ended[&1].outcome, Outcome::Done(1));
    assert!(failure(&ended[&0].outcome).contains("SIGABRT"));
}

#[test]
fn ten_megabytes_are_not_too_much_and_harm_nobody() {
    let limits = Limits {
        time: Some(Duration::from_secs(60)),
        ..Limits::default()
    };
    let ended = run(
        &limits,
        &[
            Deed::Print(10 << 20),
            Deed::Return(1),
            Deed::Print(10 << 20),
        ],
    );
    assert_eq!(
        ended,
        [
            Outcome::Done(10 << 20),
            Outcome::Done(1),
            Outcome::Done(10 << 20)
        ]
    );
}
