use super::*;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

fn all(executor: Executors, count: u64) -> Vec<FinishedTask<u64, u64>> {
    let function: RunFunction<u64, u64> = Arc::new(|x, _| match x {
        3 => Err("three".to_owned()),
        5 => panic!("five"),
        x => Ok(x * 10),
    });
    let mut jobs = Dispatcher::new(executor.backend(function, &Limits::default()).unwrap());
    jobs.submit(0..count);
    let mut finished = Vec::new();
    while jobs.in_flight() > 0 {
        jobs.gather_into(Wait::Forever, &mut finished);
    }
    finished
}

#[test]
fn every_job_comes_back_once_and_fails_alone() {
    for executor in [
        Executors::Serial,
        Executors::Threads(1),
        Executors::Threads(3),
    ] {
        let finished = all(executor, 1000);
        let ids: BTreeSet<u64> = finished.iter().map(|job| job.id).collect();
        assert_eq!((finished.len(), ids.len()), (1000, 1000));
        for job in finished {
            match job.id {
                3 => assert_eq!(job.outcome, Outcome::Failed("three".to_owned())),
                5 => assert!(matches!(job.outcome, Outcome::Failed(text) if text.contains("five"))),
                id => assert_eq!(job.outcome, Outcome::Done(id * 10)),
            }
        }
    }
}

#[test]
fn jobs_that_no_worker_has_begun_can_be_called_off() {
    for executor in [Executors::Serial, Executors::Threads(2)] {
        let function: RunFunction<u64, u64> = Arc::new(|x, _| Ok(*x));
        let mut jobs = Dispatcher::new(executor.backend(function, &Limits::default()).unwrap());
        jobs.submit(0..10_000);
        jobs.cancel();
        let mut ids = BTreeSet::new();
        while jobs.in_flight() > 0 {
            for job in jobs.gather(Wait::Forever) {
                assert!(matches!(job.outcome, Outcome::Done(_) | Outcome::Cancelled));
                assert!(ids.insert(job.id), "job {} came back twice", job.id);
            }
        }
        assert_eq!(ids.len(), 10_000);
    }
}

#[test]
fn threads_run_side_by_side() {
    let running = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&running);
    let barrier = std::sync::Barrier::new(2);
    let function: RunFunction<(), usize> = Arc::new(move |(), _| {
        seen.fetch_add(1, Ordering::SeqCst);
        barrier.wait();
        Ok(seen.load(Ordering::SeqCst))
    });
    let mut jobs = Dispatcher::new(
        Executors::Threads(2)
            .backend(function, &Limits::default())
            .unwrap(),
    );
    jobs.submit([(), ()]);
    while jobs.in_flight() > 0 {
        for job in jobs.gather(Wait::Forever) {
            assert_eq!(job.outcome, Outcome::Done(2));
        }
    }
}

#[test]
fn dropping_a_dispatcher_ends_its_threads() {
    let shared = Arc::new(());
    let theirs = Arc::clone(&shared);
    let function: RunFunction<u64, usize> = Arc::new(move |_, _| Ok(Arc::strong_count(&theirs)));
    let mut jobs = Dispatcher::new(
        Executors::Threads(2)
            .backend(function, &Limits::default())
            .unwrap(),
    );
    jobs.submit(0..100);
    drop(jobs);
    assert_eq!(Arc::strong_count(&shared), 1);
}
