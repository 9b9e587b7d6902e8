//! The connection between a program and its worker processes: jobs that write where they should not, values that do
//! not read back, workers that stop, and programs that end before their workers are there.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::os::fd::FromRawFd;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bencher_core::evaluator::{Dispatcher, Executors, Limits, Outcome, RunFunction, Wait};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

fn run<A, R>(
    function: RunFunction<A, R>,
    workers: usize,
    limits: Limits,
    jobs: Vec<A>,
) -> Vec<Outcome<R>>
where
    A: Serialize + DeserializeOwned + Clone + Send + 'static,
    R: Serialize + DeserializeOwned + Clone + Send + 'static,
{
    let mut dispatcher = Dispatcher::new(
        Executors::Processes(workers)
            .backend(function, &limits)
            .unwrap(),
    );
    dispatcher.submit(jobs);
    gather(&mut dispatcher)
}

fn gather<A, R>(dispatcher: &mut Dispatcher<A, R>) -> Vec<Outcome<R>> {
    let mut ended = BTreeMap::new();
    while dispatcher.in_flight() > 0 {
        for job in dispatcher.gather(Wait::Forever) {
            assert!(
                ended.insert(job.id, job.outcome).is_none(),
                "job {} came twice",
                job.id
            );
        }
    }
    ended.into_values().collect()
}

fn failure<R: std::fmt::Debug>(outcome: &Outcome<R>) -> &str {
    match outcome {
        Outcome::Failed(text) => text,
        other => panic!("{other:?}"),
    }
}

/// Writes to descriptors that belong to others.
#[expect(unsafe_code, reason = "what buggy foreign code does")]
fn scribble(descriptors: impl IntoIterator<Item = i32>, bytes: &[u8]) {
    use std::io::Write;
    for descriptor in descriptors {
        // SAFETY: it is not closed here, and writing to one that is not open is an error.
        let mut file =
            std::mem::ManuallyDrop::new(unsafe { std::fs::File::from_raw_fd(descriptor) });
        let _ = file.write_all(bytes);
    }
}

fn open_descriptors() -> Vec<i32> {
    let entries = std::fs::read_dir("/proc/self/fd").unwrap();
    let numbers = entries.filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    numbers.filter(|number| *number > 2).collect()
}

#[test]
fn writes_to_low_descriptors_and_to_all_allowed_ones_reach_nobody() {
    let function: RunFunction<u64, u64> = Arc::new(|job, _| {
        // 0 and 1 have nothing to read and are read by nobody.
        scribble(3..40, &[b'x'; 4096]);
        scribble((3..1024).filter(|n| n % 7 == 3), &[0; 64]);
        Ok(job * 10)
    });
    let outcomes = run(function, 2, Limits::default(), (0..40).collect());
    let expected: Vec<_> = (0..40).map(|job| Outcome::Done(job * 10)).collect();
    assert_eq!(outcomes, expected);
}

#[test]
fn a_job_that_writes_to_every_descriptor_fails_and_no_other_has_its_value() {
    let function: RunFunction<u64, u64> = Arc::new(|job, _| {
        if job % 5 == 3 {
            let foreign = [&[b'x'; 4096][..], &[0; 4096], &[1], &[0, 0, 0]];
            scribble(
                open_descriptors(),
                foreign[usize::try_from(job / 5 % 4).unwrap()],
            );
        }
        Ok(job * 10)
    });
    let outcomes = run(function, 2, Limits::default(), (0..80).collect());
    for (job, outcome) in (0..).zip(&outcomes) {
        if job % 5 == 3 {
            let text = failure(outcome);
            assert!(
                text.contains("file descriptor that is not its own"),
                "{text}"
            );
        } else {
            assert_eq!(*outcome, Outcome::Done(job * 10), "job {job}");
        }
    }
}

/// Writes other fields than it reads, where `note` is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Uneven {
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<u32>,
    value: u64,
}

#[test]
fn a_result_that_does_not_read_back_fails_its_job_alone() {
    let function: RunFunction<u64, Uneven> = Arc::new(|job, _| {
        Ok(Uneven {
            note: (job % 3 != 0).then_some(7),
            value: *job,
        })
    });
    let outcomes = run(function, 1, Limits::default(), (0..30).collect());
    for (job, outcome) in (0..).zip(&outcomes) {
        if job % 3 == 0 {
            let text = failure(outcome);
            assert!(
                text.starts_with("its result cannot be read back")
                    && text.contains("skip_serializing_if"),
                "{text}"
            );
        } else {
            let right = Uneven {
                note: Some(7),
                value: job,
            };
            assert_eq!(*outcome, Outcome::Done(right));
        }
    }
}

#[test]
fn arguments_that_do_not_read_back_fail_their_job_alone() {
    let function: RunFunction<Uneven, u64> = Arc::new(|job, _| Ok(job.value));
    let jobs: Vec<Uneven> = (0..30)
        .map(|value| Uneven {
            note: (value % 3 != 0).then_some(7),
            value,
        })
        .collect();
    for (job, outcome) in (0..).zip(&run(function, 1, Limits::default(), jobs)) {
        if job % 3 == 0 {
            let text = failure(outcome);
            assert!(
                text.starts_with("its arguments cannot be read back"),
                "{text}"
            );
        } else {
            assert_eq!(*outcome, Outcome::Done(job));
        }
    }
}

/// A job that says in which process it runs.
fn process_of() -> RunFunction<Vec<u8>, u32> {
    Arc::new(|_, _| Ok(std::process::id()))
}

fn signal(process: u32, name: &str) {
    let kill = Command::new("kill")
        .args([name, &process.to_string()])
        .status();
    assert!(kill.unwrap().success());
}

fn first_process(dispatcher: &mut Dispatcher<Vec<u8>, u32>) -> u32 {
    dispatcher.submit([Vec::new()]);
    gather(dispatcher).remove(0).done().unwrap()
}

/// More than a connection holds.
const LARGE: usize = 1 << 22;

#[test]
fn a_stopped_worker_is_replaced_though_its_arguments_do_not_fit_the_connection() {
    let limits = Limits {
        time: Some(Duration::from_millis(500)),
        ..Limits::default()
    };
    let backend = Executors::Processes(1)
        .backend(process_of(), &limits)
        .unwrap();
    let mut dispatcher = Dispatcher::new(backend);
    let stopped = first_process(&mut dispatcher);
    signal(stopped, "-STOP");
    dispatcher.submit([vec![1; LARGE]]);
    assert_eq!(gather(&mut dispatcher), [Outcome::TimedOut]);
    let other = first_process(&mut dispatcher);
    assert_ne!(other, stopped);
    dispatcher.submit([vec![1; LARGE]]);
    assert_eq!(
        gather(&mut dispatcher),
        [Outcome::Done(other)],
        "large arguments arrive"
    );
}

#[test]
fn a_stopped_worker_keeps_nobody_from_calling_off_and_ending_its_job() {
    let backend = Executors::Processes(1)
        .backend(process_of(), &Limits::default())
        .unwrap();
    let mut dispatcher = Dispatcher::new(backend);
    let stopped = first_process(&mut dispatcher);
    signal(stopped, "-STOP");
    dispatcher.submit([vec![1; LARGE], vec![2; LARGE]]);
    while dispatcher.running().is_empty() {
        std::thread::yield_now();
    }
    dispatcher.cancel();
    dispatcher.expire();
    let ended = gather(&mut dispatcher);
    assert!(
        matches!(
            &ended[..],
            [Outcome::TimedOut, Outcome::Cancelled | Outcome::TimedOut]
        ),
        "{ended:?}"
    );
}

#[test]
fn workers_outlive_the_thread_that_started_them() {
    let start = || {
        Executors::Processes(2)
            .backend(process_of(), &Limits::default())
            .unwrap()
    };
    // The worker runs the same test, and must come to the same place.
    if bencher_core::evaluator::process::worker_role().is_some() {
        start();
    }
    let name = std::thread::current().name().unwrap().to_owned();
    let thread = std::thread::Builder::new()
        .name(name)
        .spawn(move || Dispatcher::new(start()))
        .unwrap();
    let mut dispatcher = thread.join().unwrap();
    let first = first_process(&mut dispatcher);
    dispatcher.submit((0..50).map(|_| Vec::new()));
    assert!(
        gather(&mut dispatcher)
            .iter()
            .all(|outcome| matches!(outcome, Outcome::Done(_)))
    );
    assert!(is_alive(first));
}

/// The variable that makes a run of the test below the program, and names the file for its worker's number.
const PROGRAM: &str = "WORKER_CONNECTION_PROGRAM";

#[test]
fn a_worker_that_is_not_at_its_place_yet_ends_with_its_program() {
    let Some(file) = std::env::var_os(PROGRAM) else {
        return watch_program();
    };
    if std::env::var_os("BENCHER_WORKER").is_some() {
        // Loads data for ever.
        std::fs::write(&file, std::process::id().to_string()).unwrap();
        loop {
            std::thread::park();
        }
    }
    drop(Executors::Processes(1).backend(process_of(), &Limits::default()));
}

fn watch_program() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("worker");
    let mut program = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "a_worker_that_is_not_at_its_place_yet_ends_with_its_program",
        ])
        .env(PROGRAM, &file)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let worker: u32 = within_a_minute(|| std::fs::read_to_string(&file).ok()?.parse().ok());
    assert!(is_alive(worker));
    program.kill().unwrap();
    program.wait().unwrap();
    within_a_minute(|| (!is_alive(worker)).then_some(()));
}

/// Whether a process runs; one that is dead and that nobody has asked for does not.
fn is_alive(process: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let state = stat
        .rsplit(") ")
        .next()
        .and_then(|rest| rest.chars().next());
    !matches!(state, None | Some('Z' | 'X'))
}

fn within_a_minute<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < end, "it does not come");
        std::thread::yield_now();
    }
}
