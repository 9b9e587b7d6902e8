use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier};
use std::time::Duration;

use bencher_core::evaluator::{Evaluator, EvaluatorError, Gather, JobState, RunningJob};

use crate::evaluator_common::{self, NEVER, states, until};
use crate::{ALL, Options, PARALLEL, create, hang, runtime, two};

#[test]
fn the_total_timeout_ends_jobs_within_a_quarter_of_a_second() {
    for kind in PARALLEL {
        // On one worker: 0.05 s, 0.6 s, 0.3 s; the sleeps are what is ended.
        let run = |job: &RunningJob<'_, u64>| {
            std::thread::sleep(Duration::from_millis(**job));
            **job
        };
        evaluator_common::in_time(Duration::from_millis(250), || {
            let options = Options::default().timeout(Duration::from_millis(200));
            let mut evaluator = create(kind, run, options);
            evaluator.submit([50, 600, 300]).unwrap();
            let jobs = evaluator.gather(Gather::All).unwrap();
            let expected = [JobState::Done, JobState::TimedOut, JobState::Cancelled];
            assert_eq!(states(&jobs), expected, "{kind}");
            assert_eq!(evaluator.time_left(), Some(Duration::ZERO));
        });
    }
}

#[test]
fn the_total_timeout_covers_close_and_what_is_submitted_after_it() {
    let hang = |_: &RunningJob<'_, u64>| -> u64 { hang() };
    for kind in PARALLEL {
        let mut evaluator = create(kind, hang, Options::default());
        evaluator.submit([0, 1]).unwrap();
        until(|| evaluator.state(0) == Some(JobState::Running));
        evaluator.set_timeout(Some(Duration::ZERO));
        evaluator.submit([2]).unwrap();
        let jobs = evaluator.close().unwrap();
        let expected = [JobState::TimedOut, JobState::Cancelled, JobState::Cancelled];
        assert_eq!(states(&jobs), expected, "{kind}");
    }
}

#[test]
fn a_job_that_passes_its_timeout_is_ended_and_the_others_run() {
    for kind in PARALLEL {
        let run = |job: &RunningJob<'_, u64>| {
            if **job == 1 {
                hang();
            }
            assert!(job.time_left().is_some());
            **job
        };
        let options = Options::default().job_timeout(Duration::from_millis(50));
        let mut evaluator = create(kind, run, options);
        evaluator.submit(0..4).unwrap();
        let jobs = evaluator.gather(Gather::All).unwrap();
        let [done, late] = [JobState::Done, JobState::TimedOut];
        assert_eq!(states(&jobs), [done, late, done, done], "{kind}");
    }
}

#[test]
fn a_job_that_asks_stops_when_it_is_told_to() {
    for kind in ALL {
        let run = |job: &RunningJob<'_, u64>| {
            while !job.should_stop() {
                std::thread::park_timeout(Duration::from_millis(1));
            }
            assert_eq!(job.time_left(), Some(Duration::ZERO));
            Err::<u64, _>("told to stop")
        };
        let options = Options::default().timeout(Duration::from_millis(30));
        let mut evaluator = create(kind, run, options);
        evaluator.submit([0]).unwrap();
        let jobs = evaluator.gather(Gather::All).unwrap();
        assert_eq!(states(&jobs), [JobState::TimedOut], "{kind}");
    }
}

struct Notes(Arc<AtomicBool>);

impl Drop for Notes {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn an_asynchronous_job_that_is_ended_is_dropped_at_its_await() {
    let dropped = Arc::new(AtomicBool::new(false));
    let (tell, begun) = channel();
    let theirs = Arc::clone(&dropped);
    let run = move |_: RunningJob<'static, u64>| {
        let notes = Notes(Arc::clone(&theirs));
        tell.send(()).unwrap();
        async move {
            std::future::pending::<()>().await;
            drop(notes);
            0
        }
    };
    let mut evaluator = Evaluator::create_async(run, runtime::spawn, Options::default()).unwrap();
    evaluator.submit([0]).unwrap();
    begun.recv().unwrap();
    evaluator.set_timeout(Some(Duration::ZERO));
    let jobs = evaluator.gather(Gather::All).unwrap();
    assert_eq!(states(&jobs), [JobState::TimedOut]);
    until(|| dropped.load(Ordering::SeqCst));
}

#[test]
fn close_returns_what_finished_and_was_not_gathered() {
    for kind in PARALLEL {
        let (done, is_done) = channel();
        let run = move |job: &RunningJob<'_, u64>| {
            if **job == 3 {
                hang();
            }
            done.send(()).unwrap();
            **job
        };
        let mut evaluator = create(kind, run, Options::default().job_timeout(NEVER));
        evaluator.submit(0..5).unwrap();
        (0..3).for_each(|_| is_done.recv().unwrap());
        assert_eq!(evaluator.gather(Gather::Batch(1)).unwrap()[0].id, 0);
        until(|| evaluator.state(3) == Some(JobState::Running));
        let rest = evaluator.close().unwrap();
        let [done, cancelled] = [JobState::Done, JobState::Cancelled];
        assert!(rest.len() <= 4, "{kind}");
        let end = states(&rest);
        assert_eq!(end[end.len() - 2..], [cancelled, cancelled], "{kind}");
        assert!(end[..end.len() - 2].iter().all(|state| *state == done));
        let ended = &rest[rest.len() - 2..];
        assert!(
            ended.iter().all(|job| job.started.is_none()),
            "nobody knows when"
        );
        assert_eq!(evaluator.num_jobs_gathered(), 5);
        assert!(evaluator.close().unwrap().is_empty());
        let refused = evaluator.submit([9]).unwrap_err();
        assert!(matches!(refused, EvaluatorError::Closed));
    }
}

#[test]
fn gathering_waits_without_being_busy() {
    for kind in PARALLEL {
        let both = Arc::new(Barrier::new(2));
        let theirs = Arc::clone(&both);
        let run = move |job: &RunningJob<'_, u64>| {
            if **job > 0 {
                theirs.wait();
                std::thread::sleep(Duration::from_millis(300));
            }
            **job
        };
        let mut evaluator = create(kind, run, two());
        // One is done at once, two are waited for: there a core was spun for as long as it took.
        evaluator.submit(0..3).unwrap();
        let before = thread_cpu();
        let jobs = evaluator.gather(Gather::Batch(3)).unwrap();
        let busy = thread_cpu().saturating_sub(before);
        assert_eq!(jobs.len(), 3);
        assert!(busy < Duration::from_millis(30), "{kind}: {busy:?}");
    }
}

/// Time that this thread had on a core, as Linux counts it.
fn thread_cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let first = text.split_whitespace().next();
    Duration::from_nanos(first.and_then(|ns| ns.parse().ok()).unwrap_or(0))
}

#[test]
fn dropping_it_waits_for_nobody() {
    let hang = |_: &RunningJob<'_, u64>| -> u64 { hang() };
    for kind in PARALLEL {
        let mut evaluator = create(kind, hang, two().queued(["a", "b"], 1));
        evaluator.submit(0..10).unwrap();
        until(|| evaluator.state(0) == Some(JobState::Running));
        drop(evaluator);
    }
}
