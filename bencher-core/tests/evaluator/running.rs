use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use bencher_core::evaluator::{
    Evaluator, EvaluatorError, Executors, Gather, JobState, Limits, Objective, RunningJob,
};
use serde_json::json;

use crate::evaluator_common::{NEVER, until, values};
use crate::{ALL, Options, PARALLEL, create, gate, two};

#[test]
fn jobs_start_when_they_are_submitted_and_no_worker_is_idle_while_jobs_wait() {
    for kind in PARALLEL {
        let ran = Arc::new(AtomicU64::new(0));
        let theirs = Arc::clone(&ran);
        let count = move |_: &RunningJob<'_, u64>| theirs.fetch_add(1, Ordering::SeqCst);
        let mut evaluator = create(kind, count, two());
        evaluator.submit(0..50).unwrap();
        until(|| ran.load(Ordering::SeqCst) == 50);
        assert_eq!(evaluator.gather(Gather::All).unwrap().len(), 50, "{kind}");
    }
}

#[test]
fn short_jobs_do_not_wait_behind_a_long_one() {
    for kind in PARALLEL {
        let (open, gate) = gate();
        let run = move |job: &RunningJob<'_, u64>| {
            if **job == 0 {
                gate.lock().unwrap().recv().unwrap();
            }
            **job
        };
        let mut evaluator = create(kind, run, two());
        evaluator.submit(1..2000).unwrap();
        evaluator.gather(Gather::All).unwrap();
        evaluator.submit(0..200).unwrap();
        assert!(evaluator.gather(Gather::Batch(199)).unwrap().len() >= 199);
        open.send(()).unwrap();
        assert!(evaluator.gather(Gather::All).unwrap().len() <= 1, "{kind}");
    }
}

#[test]
fn a_job_that_fails_fails_alone_and_later_submits_work() {
    for kind in ALL {
        for panics in [false, true] {
            let run = move |job: &RunningJob<'_, u64>| match **job {
                1 if panics => panic!("at job one"),
                1 => Err("at job one"),
                n => Ok(n),
            };
            let mut evaluator = create(kind, run, two());
            evaluator.submit(0..5).unwrap();
            let jobs = evaluator.gather(Gather::All).unwrap();
            let done = jobs.iter().filter(|job| job.state == JobState::Done);
            assert_eq!(done.count(), 4, "{kind}");
            assert_eq!(jobs[1].state, JobState::Failed);
            assert!(jobs[1].error.as_ref().unwrap().ends_with("at job one"));
            evaluator.submit([7]).unwrap();
            assert_eq!(values(&evaluator.gather(Gather::All).unwrap()), [7.0]);
        }
    }
}

#[test]
fn an_asynchronous_job_that_panics_or_is_dropped_fails() {
    let run = |job: RunningJob<'static, u64>| async move {
        assert!(*job != 0, "zero is too few");
        *job
    };
    let mut evaluator = Evaluator::create_async(run, crate::runtime::spawn, two()).unwrap();
    evaluator.submit([0, 1]).unwrap();
    let jobs = evaluator.gather(Gather::All).unwrap();
    assert!(jobs[0].error.as_ref().unwrap().ends_with("zero is too few"));
    assert_eq!(jobs[1].value(), Some(1.0));

    for panics in [false, true] {
        let careless = move |job| {
            drop(job);
            assert!(!panics, "there is no runtime here");
        };
        let mut evaluator = Evaluator::create_async(run, careless, two()).unwrap();
        evaluator.submit(0..1000).unwrap();
        for job in evaluator.gather(Gather::All).unwrap() {
            let error = job.error.unwrap();
            assert_eq!(error, "its runtime dropped it before it was done");
        }
    }
}

#[test]
fn batches_come_in_the_order_of_completion_and_all_in_that_of_submission() {
    for kind in PARALLEL {
        let (tell, others) = gate();
        let tell = Mutex::new(tell);
        // The first ends when the three others have.
        let run = move |job: &RunningJob<'_, u64>| {
            if **job == 0 {
                let others = others.lock().unwrap();
                (0..3).for_each(|_| others.recv().unwrap());
            } else {
                tell.lock().unwrap().send(()).unwrap();
            }
            **job
        };
        let mut evaluator = create(kind, run, two());
        for (which, order) in [
            (Gather::Batch(4), [1, 2, 3, 0]),
            (Gather::All, [0, 1, 2, 3]),
        ] {
            evaluator.submit(0..4).unwrap();
            let jobs = evaluator.gather(which).unwrap();
            let mut args: Vec<u64> = jobs.iter().map(|job| job.args).collect();
            if which == Gather::Batch(4) {
                // The last of the others and the first end side by side.
                args.sort_unstable_by_key(|arg| order.iter().position(|at| at == arg).max(Some(2)));
            }
            assert_eq!(args, order, "{kind}");
        }
        assert!(evaluator.gather(Gather::All).unwrap().is_empty());
        assert!(evaluator.gather(Gather::Batch(9)).unwrap().is_empty());
    }
}

#[test]
fn each_running_job_has_a_resource_of_its_own() {
    for kind in ALL {
        let seen = |job: &RunningJob<'_, u64>| {
            let objective = Objective::new(job.id());
            objective.with("seen", job.resource().unwrap())
        };
        // There 1 worker gave 1, 4, 4, 4.
        let options = Options::default().queued(["1", "2", "3", "4"], 1);
        let mut evaluator = create(kind, seen, options);
        evaluator.submit(0..4).unwrap();
        let jobs = evaluator.gather(Gather::All).unwrap();
        let seen = jobs
            .iter()
            .map(|job| &job.objective.as_ref().unwrap().metadata["seen"]);
        assert_eq!(seen.collect::<Vec<_>>(), ["1", "2", "3", "4"], "{kind}");
        assert!(
            (1..)
                .zip(&jobs)
                .all(|(n, job)| job.resources == [n.to_string()])
        );
    }
    for kind in PARALLEL {
        // More workers than resources, and jobs that fail with theirs in hand.
        let in_use = Arc::new(Mutex::new(Vec::new()));
        let run = move |job: &RunningJob<'_, u64>| {
            let own = job.resources().to_vec();
            assert_eq!(own.len(), 2);
            in_use.lock().unwrap().extend(own.clone());
            let held = in_use.lock().unwrap().clone();
            let distinct: std::collections::BTreeSet<_> = held.iter().collect();
            assert_eq!(distinct.len(), held.len(), "{held:?}");
            std::thread::yield_now();
            in_use.lock().unwrap().retain(|name| !own.contains(name));
            assert!(
                !job.is_multiple_of(3),
                "it fails with its resources in hand"
            );
            1
        };
        let options = Options::default()
            .workers(8)
            .queued(["a", "b", "c", "d", "e"], 2);
        let mut evaluator = create(kind, run, options);
        assert_eq!(evaluator.num_workers(), 2);
        evaluator.submit(1..100).unwrap();
        let jobs = evaluator.gather(Gather::All).unwrap();
        for job in jobs {
            let error = job.error.unwrap_or_default();
            let expected = if job.args.is_multiple_of(3) {
                "in hand"
            } else {
                ""
            };
            assert!(error.ends_with(expected), "{kind}: {error}");
        }
    }
    let options = Options::default().queued(["a"], 2);
    let error = Evaluator::create("serial", |job| **job, options).unwrap_err();
    assert!(error.to_string().contains("2 resources, but there are 1"));
}

#[test]
fn no_more_jobs_are_submitted_than_may_be_however_often_that_is_said() {
    for kind in ALL {
        let mut evaluator = create(kind, |job| **job, two());
        for round in 1..=3_u64 {
            evaluator.set_maximum_num_jobs_submitted(3);
            let error = evaluator.submit(0..5).unwrap_err();
            assert!(matches!(
                error,
                EvaluatorError::TooManyJobs {
                    maximum: 3,
                    submitted: 3
                }
            ));
            let more = evaluator.submit(0..1).unwrap_err();
            assert!(more.to_string().contains("at most 3 jobs"));
            assert_eq!(evaluator.gather(Gather::All).unwrap().len(), 3, "{kind}");
            assert_eq!(evaluator.num_jobs_submitted(), 3 * round);
        }
        evaluator.set_maximum_num_jobs_submitted(u64::MAX);
        evaluator.submit(0..10).unwrap();
        evaluator.submit([]).unwrap();
        assert_eq!(evaluator.num_jobs_submitted(), 19);
    }
}

#[test]
fn it_says_what_it_is_and_what_its_jobs_are_at() {
    for kind in PARALLEL {
        let (open, gate) = gate();
        let run = move |_: &RunningJob<'_, u64>| gate.lock().unwrap().recv().is_ok();
        let options = Options::default()
            .timeout(NEVER)
            .queued(["gpu 0", "gpu 1"], 1);
        let mut evaluator = create(kind, run, options);
        evaluator.submit([0, 1]).unwrap();
        until(|| evaluator.state(0) == Some(JobState::Running));
        assert_eq!(evaluator.state(1), Some(JobState::Ready));
        assert_eq!(evaluator.state(2), None);
        open.send(()).unwrap();
        open.send(()).unwrap();
        evaluator.gather(Gather::All).unwrap();
        assert_eq!(evaluator.state(0), None);
        let json = evaluator.to_json();
        assert_eq!(
            (&json["type"], &json["num_workers"]),
            (&json!(kind), &json!(1))
        );
        assert_eq!(json["resources"], json!(["gpu 0", "gpu 1"]));
        assert_eq!(json["num_jobs_gathered"], 2);
        assert_eq!(json["timeout"], NEVER.as_secs_f64());
        assert_eq!(json["search_id"], evaluator.search_id());
        assert!(evaluator.time_left().unwrap() < evaluator.timeout().unwrap());
    }
}

#[test]
fn it_may_be_taken_to_another_thread() {
    let mut evaluator = create("threads", |job| **job, two());
    evaluator.submit([1]).unwrap();
    let gather = move || evaluator.gather(Gather::All).unwrap();
    assert_eq!(values(&std::thread::spawn(gather).join().unwrap()), [1.0]);
}

#[test]
fn options_that_are_zero_and_cannot_be_are_refused() {
    type Make = fn() -> Options;
    let memory = Limits {
        memory: Some(0),
        ..Limits::default()
    };
    let cases: [(Make, &str); 3] = [
        (
            || Options::default().workers(0),
            "`workers` is 0, so no job would run; give at least 1",
        ),
        (
            || Options::default().queued(["gpu"], 0),
            "`per_job` is 0, so a job would have none of the resources; give at least 1, or leave out `queued`",
        ),
        (
            || Options::default().job_timeout(std::time::Duration::ZERO),
            "`job_timeout` is 0, so no job could end in time; give more, or leave it out",
        ),
    ];
    for (options, expected) in cases {
        for name in ["serial", "threads", "processes"] {
            let made = Evaluator::create(name, |job: &RunningJob<'_, u64>| **job, options());
            assert_eq!(made.unwrap_err().to_string(), expected, "{name}");
        }
        let run = |job: RunningJob<'static, u64>| async move { *job };
        let made = Evaluator::create_async(run, crate::runtime::spawn, options());
        assert_eq!(made.unwrap_err().to_string(), expected);
    }
    let run = |job: &RunningJob<'_, u64>| **job;
    let made = Evaluator::create_on(
        Executors::Processes(1),
        run,
        Options::default().limits(memory),
    );
    let error = made.unwrap_err().to_string();
    assert!(error.starts_with("`Limits::memory` is 0"), "{error}");
    let made = Evaluator::create_on(Executors::Threads(0), run, Options::default());
    assert!(matches!(
        made,
        Err(EvaluatorError::Zero {
            option: "workers",
            ..
        })
    ));
}
