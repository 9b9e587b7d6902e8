//! The evaluator in worker processes. Each test starts itself again, with one evaluator at one place.
#![cfg(unix)]

mod evaluator_common;

use std::path::PathBuf;
use std::time::Duration;

#[cfg(feature = "store")]
use bencher_core::evaluator::SampleStorage;
use bencher_core::evaluator::callbacks::CsvLogger;
use bencher_core::evaluator::{
    Evaluator, EvaluatorOptions, Gather, JobState, Objective, RunningJob,
};
use evaluator_common::{NEVER, in_time, states, until, values};
use serde::{Deserialize, Serialize};

/// What a job does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Deed {
    Return(f64),
    ReturnTwo(f64, f64),
    ReturnNothing,
    Refuse,
    Panic,
    Abort,
    Exit(i32),
    Hang,
    /// Makes a file.
    Touch(PathBuf),
    /// Hangs once the file is there, which it makes.
    TouchAndHang(PathBuf),
    /// Goes on until it is told to stop.
    Obey,
    Resource,
}

fn run(job: &RunningJob<'_, Deed>) -> Result<Option<Objective>, String> {
    let objective = match &**job {
        Deed::Return(value) => Objective::new(*value).with("id", job.id()),
        Deed::ReturnTwo(one, two) => Objective::new((*one, *two)),
        Deed::ReturnNothing => return Ok(None),
        Deed::Refuse => return Err("it would not".to_owned()),
        Deed::Panic => panic!("at the deed"),
        Deed::Abort => std::process::abort(),
        Deed::Exit(status) => std::process::exit(*status),
        Deed::Hang => hang(),
        Deed::Touch(path) => {
            std::fs::write(path, "").unwrap();
            Objective::new(1)
        }
        Deed::TouchAndHang(path) => {
            std::fs::write(path, "").unwrap();
            hang()
        }
        Deed::Obey => {
            while !job.should_stop() {
                std::thread::park_timeout(Duration::from_millis(1));
            }
            assert_eq!(job.time_left(), Some(Duration::ZERO));
            return Err("told to stop".to_owned());
        }
        Deed::Resource => {
            let own = job.resource().unwrap_or("none").to_owned();
            Objective::new(std::process::id()).with("seen", own)
        }
    };
    Ok(Some(objective))
}

fn hang() -> ! {
    loop {
        std::thread::park();
    }
}

type Options = EvaluatorOptions<Deed>;

fn two() -> Options {
    Options::default().workers(2)
}

#[test]
fn jobs_start_when_they_are_submitted() {
    let folder = tempfile::tempdir().unwrap();
    let mut evaluator = Evaluator::create("processes", run, two()).unwrap();
    let paths: Vec<PathBuf> = (0..20).map(|n| folder.path().join(n.to_string())).collect();
    evaluator
        .submit(paths.iter().cloned().map(Deed::Touch))
        .unwrap();
    until(|| paths.iter().all(|path| path.exists()));
    assert_eq!(evaluator.gather(Gather::All).unwrap().len(), 20);
}

#[test]
fn a_job_that_fails_or_takes_its_process_with_it_fails_alone_and_later_submits_work() {
    let mut evaluator = Evaluator::create("processes", run, two()).unwrap();
    let deeds = [
        (Deed::Refuse, "it would not"),
        (Deed::Panic, "at the deed"),
        (
            Deed::Abort,
            "its worker process was ended by signal 6 (SIGABRT)",
        ),
        (Deed::Exit(3), "its worker process exited with status 3"),
        (Deed::ReturnNothing, "the job returned no result"),
        (
            Deed::Return(f64::NAN),
            "the objective is NaN, which is not a finite number",
        ),
        (
            Deed::ReturnTwo(1.0, f64::NAN),
            "objective 2 of 2 is NaN, which is not a finite number",
        ),
    ];
    for (deed, expected) in deeds {
        let good = Deed::Return(0.0);
        evaluator
            .submit([good.clone(), deed, good.clone(), good.clone(), good])
            .unwrap();
        let jobs = evaluator.gather(Gather::All).unwrap();
        let [done, failed] = [JobState::Done, JobState::Failed];
        assert_eq!(
            states(&jobs),
            [done, failed, done, done, done],
            "{expected}"
        );
        let error = jobs[1].error.as_ref().unwrap();
        assert!(error.contains(expected), "{error}");
        let (started, ended) = (jobs[1].started.unwrap(), jobs[1].ended.unwrap());
        assert!(
            jobs[1].submitted <= started && started <= ended,
            "{expected}"
        );
    }
    evaluator
        .submit((0..100).map(|n| Deed::Return(f64::from(n))))
        .unwrap();
    let jobs = evaluator.gather(Gather::All).unwrap();
    assert_eq!(values(&jobs), (0..100).map(f64::from).collect::<Vec<_>>());
    for job in jobs {
        assert_eq!(job.objective.unwrap().metadata["id"], job.id);
        assert!(job.usage.is_some() && job.started.unwrap() >= job.submitted);
    }
}

#[test]
fn the_total_timeout_ends_jobs_within_a_quarter_of_a_second() {
    let run = |job: &RunningJob<'_, u64>| {
        std::thread::sleep(Duration::from_millis(**job));
        **job
    };
    let mut evaluator = Evaluator::create("processes", run, EvaluatorOptions::default()).unwrap();
    in_time(Duration::from_millis(250), || {
        // The worker that was ended is replaced before the clock starts.
        evaluator.set_timeout(None);
        evaluator.submit([0]).unwrap();
        evaluator.gather(Gather::All).unwrap();
        evaluator.set_timeout(Some(Duration::from_millis(200)));
        let began = std::time::Instant::now();
        evaluator.submit([50, 600, 300]).unwrap();
        let jobs = evaluator.gather(Gather::All).unwrap();
        let expected = [JobState::Done, JobState::TimedOut, JobState::Cancelled];
        assert_eq!(states(&jobs), expected, "after {:?}", began.elapsed());
    });
}

#[test]
fn a_job_that_passes_its_timeout_is_ended_and_the_others_run() {
    let options = Options::default().job_timeout(Duration::from_millis(200));
    let mut evaluator = Evaluator::create("processes", run, options).unwrap();
    let good = Deed::Return(1.0);
    evaluator.submit([good.clone(), Deed::Hang, good]).unwrap();
    let jobs = evaluator.gather(Gather::All).unwrap();
    let expected = [JobState::Done, JobState::TimedOut, JobState::Done];
    assert_eq!(states(&jobs), expected);
    assert!(jobs[1].started.unwrap() < jobs[1].ended.unwrap());
}

#[test]
fn a_job_that_asks_stops_when_the_time_of_all_is_up() {
    let mut evaluator = Evaluator::create("processes", run, Options::default()).unwrap();
    evaluator.set_timeout(Some(Duration::from_millis(50)));
    evaluator.submit([Deed::Obey]).unwrap();
    let jobs = evaluator.gather(Gather::All).unwrap();
    assert_eq!(states(&jobs), [JobState::TimedOut]);
}

#[test]
fn close_returns_what_finished_and_ends_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("begun");
    let mut evaluator = Evaluator::create("processes", run, Options::default()).unwrap();
    let hang = Deed::TouchAndHang(path.clone());
    evaluator
        .submit([Deed::Return(1.0), hang, Deed::Return(2.0)])
        .unwrap();
    until(|| path.exists());
    until(|| evaluator.state(1) == Some(JobState::Running));
    let jobs = evaluator.close().unwrap();
    let expected = [JobState::Done, JobState::Cancelled, JobState::Cancelled];
    assert_eq!(states(&jobs), expected);
    assert!(evaluator.submit([Deed::Hang]).is_err());
}

#[test]
fn short_jobs_do_not_wait_behind_a_long_one() {
    let mut evaluator = Evaluator::create("processes", run, two()).unwrap();
    evaluator
        .submit((0..5000).map(|_| Deed::Return(1.0)))
        .unwrap();
    evaluator.gather(Gather::All).unwrap();
    let short = (0..200).map(|_| Deed::Return(1.0));
    evaluator
        .submit(std::iter::once(Deed::Hang).chain(short))
        .unwrap();
    assert_eq!(evaluator.gather(Gather::Batch(200)).unwrap().len(), 200);
    evaluator.set_timeout(Some(Duration::ZERO));
    let jobs = evaluator.gather(Gather::All).unwrap();
    assert_eq!(states(&jobs), [JobState::TimedOut]);
    let (started, ended) = (jobs[0].started.unwrap(), jobs[0].ended.unwrap());
    assert!(jobs[0].submitted <= started && started < ended);
}

#[test]
fn each_running_job_has_a_resource_of_its_own() {
    let options = Options::default().queued(["1", "2", "3", "4"], 1);
    let mut evaluator = Evaluator::create("processes", run, options).unwrap();
    evaluator.submit((0..4).map(|_| Deed::Resource)).unwrap();
    for (n, job) in (1..).zip(evaluator.gather(Gather::All).unwrap()) {
        let seen = job.objective.unwrap().metadata["seen"].clone();
        assert_eq!(
            (seen, &job.resources),
            (n.to_string().into(), &vec![n.to_string()])
        );
    }
}

#[test]
fn no_two_processes_ever_have_the_same_resource() {
    let options = Options::default().workers(8).queued(["a", "b", "c"], 1);
    let mut evaluator = Evaluator::create("processes", run, options).unwrap();
    assert_eq!(evaluator.num_workers(), 3);
    let mut by_process = std::collections::BTreeMap::<String, std::collections::BTreeSet<_>>::new();
    for n in 0..60 {
        let deed = if n % 20 == 19 {
            Deed::Abort
        } else {
            Deed::Resource
        };
        evaluator.submit([deed]).unwrap();
    }
    for job in evaluator.gather(Gather::All).unwrap() {
        if let Some(process) = job.value() {
            by_process
                .entry(process.to_string())
                .or_default()
                .extend(job.resources);
        }
    }
    assert!(
        by_process.values().all(|held| held.len() == 1),
        "{by_process:?}"
    );
}

#[test]
fn workers_leave_the_callbacks_and_their_files_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jobs.csv");
    let options = two().callback(CsvLogger::new(&path)).timeout(NEVER);
    let mut evaluator = Evaluator::create("processes", run, options).unwrap();
    assert!(!path.exists());
    evaluator
        .submit([Deed::Return(1.0), Deed::Abort, Deed::Return(2.0)])
        .unwrap();
    evaluator.gather(Gather::All).unwrap();
    let rows = evaluator_common::csv(&std::fs::read_to_string(&path).unwrap());
    assert_eq!(rows.len(), 4);
    assert!(rows[0].contains(&"m:cpu".to_owned()) && rows[0].contains(&"m:id".to_owned()));
    assert_eq!(evaluator.to_json()["type"], "processes");
}

#[test]
fn evaluators_follow_one_another_if_they_remember_what_they_gave() {
    let mut first = Evaluator::create("processes", run, two().replayable()).unwrap();
    first.set_maximum_num_jobs_submitted(6);
    let deeds = [3.0, 4.0, 1.0].map(Deed::Return);
    assert_eq!(first.submit(deeds.clone()).unwrap(), 0..3);
    let jobs = first.gather(Gather::All).unwrap();
    assert_eq!(values(&jobs), [3.0, 4.0, 1.0]);
    assert_eq!(jobs[1].objective.as_ref().unwrap().metadata["id"], 1);
    assert!(
        jobs.iter()
            .all(|job| job.usage.is_some() && job.ended > job.started)
    );
    // All that the way of the program may depend on is the same where a worker comes by.
    let too_many = first.submit(deeds.into_iter().chain([Deed::Refuse]));
    assert!(too_many.unwrap_err().to_string().contains("the first 3"));
    assert_eq!(
        states(&first.gather(Gather::All).unwrap()),
        [JobState::Done; 3]
    );
    assert_eq!(
        (first.num_jobs_submitted(), first.num_jobs_gathered()),
        (6, 6)
    );
    assert_eq!(
        (first.state(0), first.stop(), first.time_left()),
        (None, None, None)
    );
    assert_eq!(first.take_problems(), [""; 0]);
    first.set_maximum_num_jobs_submitted(u64::MAX);
    let best = values(&jobs).into_iter().fold(f64::MIN, f64::max);
    // One that was asked for nothing yet has nothing to remember.
    let mut beside = Evaluator::create("processes", run, two()).unwrap();
    let next = move |job: &RunningJob<'_, Deed>| match &**job {
        Deed::Return(value) => Ok(Some(Objective::new(value + best))),
        _ => run(job),
    };
    let mut second = Evaluator::create("processes", next, two()).unwrap();
    // Workers of each that are replaced find their place again.
    for (evaluator, expected) in [(&mut second, 5.0), (&mut first, 1.0), (&mut beside, 1.0)] {
        let one = || Deed::Return(1.0);
        evaluator
            .submit([one(), Deed::Abort, one(), one()])
            .unwrap();
        let jobs = evaluator.gather(Gather::All).unwrap();
        let [done, failed] = [JobState::Done, JobState::Failed];
        assert_eq!(states(&jobs), [done, failed, done, done]);
        assert_eq!(jobs[3].value(), Some(expected));
        let error = jobs[1].error.as_ref().unwrap();
        assert!(error.contains("SIGABRT"), "{error}");
    }
}

#[cfg(feature = "store")]
#[test]
fn a_search_in_a_folder_goes_on_and_workers_leave_it_alone() {
    let folder = tempfile::tempdir().unwrap();
    let search = || {
        let storage = SampleStorage::in_folder(folder.path());
        let options = two().replayable().storage(storage);
        options.search_id("deeds").others(true)
    };
    let mut first = Evaluator::create("processes", run, search()).unwrap();
    first.submit([Deed::Return(1.0), Deed::Abort]).unwrap();
    assert_eq!(first.gather(Gather::All).unwrap().len(), 2);
    drop(first);
    let mut second = Evaluator::create("processes", run, search()).unwrap();
    assert_eq!(second.submit([Deed::Return(3.0)]).unwrap(), 2..3);
    let found = second.gather(Gather::All).unwrap();
    let mut found: Vec<_> = found.iter().map(|job| (job.id, job.is_other)).collect();
    found.sort_unstable();
    assert_eq!(found, [(0, true), (1, true), (2, false)]);
}

#[test]
fn an_evaluator_that_does_not_remember_what_it_gave_is_not_passed() {
    let mut first = Evaluator::create("processes", run, two()).unwrap();
    first.submit([Deed::Return(1.0)]).unwrap();
    first.gather(Gather::All).unwrap();
    let error = Evaluator::create("processes", run, two()).unwrap_err();
    let error = error.to_string();
    assert!(error.contains("evaluator_processes.rs"), "{error}");
    assert!(
        error.contains("use `EvaluatorOptions::replayable`"),
        "{error}"
    );
}

#[test]
fn a_worker_that_goes_another_way_says_so() {
    let mut first = Evaluator::create("processes", run, two().replayable()).unwrap();
    if bencher_core::evaluator::process::worker_role().is_some() {
        first.gather(Gather::All).unwrap();
    }
    first.submit([Deed::Return(1.0)]).unwrap();
    let error = Evaluator::create("processes", run, two()).unwrap_err();
    let error = error.to_string();
    assert!(
        error.contains("took another path before it reached line"),
        "{error}"
    );
    assert!(
        error.contains("`gather` was not called there before"),
        "{error}"
    );
}
