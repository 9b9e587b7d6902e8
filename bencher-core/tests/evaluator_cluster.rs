//! The evaluator on a cluster of this machine, and the names of executors of other systems. Each test starts itself
//! again, as cluster workers and as their worker processes.
#![cfg(all(unix, feature = "cluster"))]

mod evaluator_common;

use std::time::Duration;

use bencher_core::evaluator::{
    ClusterOptions, Evaluator, EvaluatorError, EvaluatorOptions, Executors, Gather, JobState,
    Limits, Objective, RunningJob, WorkerPlacement,
};
use evaluator_common::{NEVER, states, values};
use serde::{Deserialize, Serialize};

/// What a job does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Deed {
    Return(f64),
    Refuse,
    Abort,
    Hang,
    /// Takes this text, and returns one of this length.
    Carry(String, usize),
    Obey,
}

fn run(job: &RunningJob<'_, Deed>) -> Result<Objective, String> {
    match &**job {
        Deed::Return(value) => Ok(Objective::new(*value).with("process", std::process::id())),
        Deed::Refuse => Err("it would not".to_owned()),
        Deed::Carry(_, length) => Ok(Objective::new(1.0).with("text", "x".repeat(*length))),
        Deed::Abort => std::process::abort(),
        Deed::Hang => loop {
            std::thread::park();
        },
        Deed::Obey => {
            while !job.should_stop() {
                std::thread::park_timeout(Duration::from_millis(1));
            }
            Err("told to stop".to_owned())
        }
    }
}

fn options(workers: usize) -> EvaluatorOptions<Deed> {
    let cluster = ClusterOptions {
        launch: Some(WorkerPlacement::Local(workers)),
        ..ClusterOptions::default()
    };
    EvaluatorOptions::default().cluster(cluster)
}

#[test]
fn jobs_run_in_processes_of_cluster_workers_and_fail_alone() {
    let mut evaluator = Evaluator::create("cluster", run, options(2)).unwrap();
    evaluator
        .submit((0..200).map(|n| Deed::Return(f64::from(n))))
        .unwrap();
    let jobs = evaluator.gather(Gather::All).unwrap();
    assert_eq!(values(&jobs), (0..200).map(f64::from).collect::<Vec<_>>());
    for job in jobs {
        assert!(job.started.unwrap() >= job.submitted && job.ended >= job.started);
        let process = &job.objective.unwrap().metadata["process"];
        assert_ne!(*process, std::process::id());
    }
    let good = Deed::Return(1.0);
    evaluator
        .submit([good.clone(), Deed::Refuse, Deed::Abort, good])
        .unwrap();
    let jobs = evaluator.gather(Gather::All).unwrap();
    let [done, failed] = [JobState::Done, JobState::Failed];
    assert_eq!(states(&jobs), [done, failed, failed, done]);
    assert_eq!(jobs[1].error.as_deref(), Some("it would not"));
    assert!(jobs[2].error.as_ref().unwrap().contains("SIGABRT"));
    assert_eq!(evaluator.to_json()["type"], "cluster");
}

#[test]
fn a_job_or_a_result_that_no_message_can_hold_fails_alone() {
    let mut evaluator = Evaluator::create("cluster", run, options(1)).unwrap();
    // The server of a run takes 8 MB. Together, ten jobs of 1 MB are too large as well.
    let (most, part) = (9 << 20, 1 << 20);
    let many = (0..10).map(|_| Deed::Carry("y".repeat(part), part));
    let large = [
        Deed::Carry("y".repeat(most), 0),
        Deed::Carry(String::new(), most),
    ];
    evaluator.submit(large.into_iter().chain(many)).unwrap();
    let jobs = evaluator.gather(Gather::All).unwrap();
    let [done, failed] = [JobState::Done, JobState::Failed];
    assert_eq!(
        states(&jobs),
        [[failed; 2].as_slice(), &[done; 10]].concat()
    );
    for (job, what) in jobs
        .iter()
        .zip(["its arguments of 9437", "its result of 9437"])
    {
        let error = job.error.as_deref().unwrap();
        assert!(
            error.starts_with(what) && error.contains("`max_payload`"),
            "{error}"
        );
    }
}

#[test]
fn the_time_of_all_jobs_and_of_one_ends_them_on_a_cluster() {
    let one = options(1).job_timeout(Duration::from_millis(200));
    let mut evaluator = Evaluator::create("cluster", run, one).unwrap();
    evaluator.submit([Deed::Hang, Deed::Return(1.0)]).unwrap();
    let jobs = evaluator.gather(Gather::All).unwrap();
    assert_eq!(states(&jobs), [JobState::TimedOut, JobState::Done]);

    let mut evaluator = Evaluator::create("cluster", run, options(1)).unwrap();
    evaluator.submit([Deed::Return(1.0)]).unwrap();
    evaluator.gather(Gather::All).unwrap();
    evaluator.set_timeout(Some(Duration::from_millis(300)));
    evaluator.submit([Deed::Obey, Deed::Return(2.0)]).unwrap();
    let jobs = evaluator.gather(Gather::All).unwrap();
    assert_ne!(jobs[0].state, JobState::Done);
    assert!(jobs[0].ended.is_some());
}

#[test]
fn evaluators_on_a_cluster_follow_one_another() {
    let mut first = Evaluator::create("cluster", run, options(1).replayable()).unwrap();
    first.submit([3.0, 4.0].map(Deed::Return)).unwrap();
    let best = values(&first.gather(Gather::All).unwrap())
        .into_iter()
        .fold(f64::MIN, f64::max);
    first.close().unwrap();
    let next = move |job: &RunningJob<'_, Deed>| match &**job {
        Deed::Return(value) => Ok(Objective::new(value + best)),
        _ => run(job),
    };
    let mut second = Evaluator::create("cluster", next, options(1)).unwrap();
    second.submit([Deed::Return(1.0)]).unwrap();
    assert_eq!(values(&second.gather(Gather::All).unwrap()), [5.0]);
}

#[test]
fn a_backend_of_a_function_runs_on_a_cluster() {
    use bencher_core::evaluator::{Dispatcher, JobHandle, Outcome, Wait};
    let square = |n: &u64, _: &JobHandle<'_>| Ok::<u64, String>(n * n);
    let backend = Executors::Cluster(2)
        .backend(std::sync::Arc::new(square), &Limits::default())
        .unwrap();
    let mut jobs = Dispatcher::new(backend);
    jobs.submit(0..50_u64);
    let mut finished = Vec::new();
    while jobs.in_flight() > 0 {
        jobs.gather_into(Wait::of(NEVER), &mut finished);
    }
    finished.sort_by_key(|job| job.id);
    let squares: Vec<_> = finished.into_iter().map(|job| job.outcome).collect();
    let expected: Vec<_> = (0..50).map(|n| Outcome::Done(n * n)).collect();
    assert_eq!(squares, expected);
}

#[test]
fn resources_of_one_machine_are_refused_on_a_cluster() {
    let queued = options(1).queued(["gpu 0"], 1);
    let error = Evaluator::create("cluster", run, queued).unwrap_err();
    assert!(error.to_string().contains("`queued`"), "{error}");
}

#[test]
fn names_of_other_systems_say_what_to_use_here() {
    for (name, instead) in [
        ("thread", "\"threads\""),
        ("process", "\"processes\""),
        ("loky", "\"processes\""),
        ("MULTIPROCESSING", "\"processes\""),
        ("ray", "\"cluster\", whose server BENCHER_NATS names"),
        ("mpicomm", "\"cluster\" with BENCHER_LAUNCH=mpirun:N"),
        ("SCOOP", "\"cluster\" with BENCHER_LAUNCH=ssh:FILE"),
    ] {
        let error = Evaluator::create(name, run, options(1)).unwrap_err();
        assert!(
            matches!(&error, EvaluatorError::OtherName { name: of, .. } if of == name),
            "{error}"
        );
        let text = error.to_string();
        assert!(text.contains(instead) && text.contains(name), "{text}");
    }
    let error = Evaluator::create("clustr", run, options(1)).unwrap_err();
    assert!(error.to_string().contains("cluster"), "{error}");
}
