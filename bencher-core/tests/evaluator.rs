//! The evaluator as users have it: serial, on threads, in asynchronous jobs. Those in processes have a
//! program of their own.

mod evaluator_common;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

use bencher_core::evaluator::callbacks::{CsvLogger, EarlyStop, Logger, Profile};
use bencher_core::evaluator::{
    Callback, Evaluator, EvaluatorError, EvaluatorOptions, Gather, IntoObjective, JobRecord,
    JobState, MemoryStorage, Objective, RunningJob, SampleStorage, Storage,
};
use bencher_core::store::{MemoryStore, SampleStore};
use evaluator_common::{NEVER, states, until, values};
use serde::{Deserialize, Serialize};
use serde_json::json;

type Options = EvaluatorOptions<u64>;

/// A future on a thread of its own: the least that is a runtime.
mod runtime {
    use bencher_core::evaluator::BoxedFuture;
    use std::sync::Arc;
    use std::task::{Context, Wake, Waker};
    use std::thread::Thread;

    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    pub(crate) fn spawn(mut job: BoxedFuture) {
        std::thread::spawn(move || {
            let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
            let mut context = Context::from_waker(&waker);
            while job.as_mut().poll(&mut context).is_pending() {
                std::thread::park();
            }
        });
    }
}

fn create<T: IntoObjective + 'static>(
    kind: &str,
    run: impl Fn(&RunningJob<'_, u64>) -> T + Send + Sync + 'static,
    options: Options,
) -> Evaluator<u64> {
    match kind {
        "async" => {
            let run = Arc::new(run);
            let run = move |job: RunningJob<'static, u64>| {
                let run = Arc::clone(&run);
                async move { run(&job) }
            };
            Evaluator::create_async(run, runtime::spawn, options).unwrap()
        }
        name => Evaluator::create(name, run, options).unwrap(),
    }
}

const ALL: [&str; 3] = ["serial", "threads", "async"];
const PARALLEL: [&str; 2] = ["threads", "async"];

fn two() -> Options {
    Options::default().workers(2)
}

fn gate() -> (Sender<()>, Arc<Mutex<Receiver<()>>>) {
    let (open, gate) = channel();
    (open, Arc::new(Mutex::new(gate)))
}

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
    let hang = |_: &RunningJob<'_, u64>| -> u64 {
        loop {
            std::thread::park();
        }
    };
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
            while **job == 1 {
                std::thread::park();
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

#[test]
fn an_asynchronous_job_that_is_ended_is_dropped_at_its_await() {
    let dropped = Arc::new(AtomicBool::new(false));
    struct Notes(Arc<AtomicBool>);
    impl Drop for Notes {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let theirs = Arc::clone(&dropped);
    let run = move |_: RunningJob<'static, u64>| {
        let notes = Notes(Arc::clone(&theirs));
        async move {
            std::future::pending::<()>().await;
            drop(notes);
            0
        }
    };
    let options = Options::default().timeout(Duration::from_millis(10));
    let mut evaluator = Evaluator::create_async(run, runtime::spawn, options).unwrap();
    evaluator.submit([0]).unwrap();
    let jobs = evaluator.gather(Gather::All).unwrap();
    assert_eq!(states(&jobs), [JobState::TimedOut]);
    until(|| dropped.load(Ordering::SeqCst));
}

#[test]
fn an_asynchronous_job_that_panics_or_is_dropped_fails() {
    let run = |job: RunningJob<'static, u64>| async move {
        assert!(*job != 0, "zero is too few");
        *job
    };
    let mut evaluator = Evaluator::create_async(run, runtime::spawn, two()).unwrap();
    evaluator.submit([0, 1]).unwrap();
    let jobs = evaluator.gather(Gather::All).unwrap();
    assert!(jobs[0].error.as_ref().unwrap().ends_with("zero is too few"));
    assert_eq!(jobs[1].value(), Some(1.0));

    let careless = |job| drop(job);
    let mut evaluator = Evaluator::create_async(run, careless, two()).unwrap();
    evaluator.submit(0..1000).unwrap();
    for job in evaluator.gather(Gather::All).unwrap() {
        let error = job.error.unwrap();
        assert_eq!(error, "its runtime dropped it before it was done");
    }
}

#[test]
fn close_returns_what_finished_and_was_not_gathered() {
    for kind in PARALLEL {
        let (done, is_done) = channel();
        let run = move |job: &RunningJob<'_, u64>| {
            while **job == 3 {
                std::thread::park();
            }
            done.send(()).unwrap();
            **job
        };
        let mut evaluator = create(kind, run, Options::default());
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
        let busy = thread_cpu() - before;
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
            assert!(**job % 3 != 0, "it fails with its resources in hand");
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
            let expected = if job.args % 3 == 0 { "in hand" } else { "" };
            assert!(error.ends_with(expected), "{kind}: {error}");
        }
    }
    let options = Options::default().queued(["a"], 2);
    let error = Evaluator::create("serial", |job| **job, options).unwrap_err();
    assert!(error.to_string().contains("2 resources, and there are 1"));
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
            assert!(more.to_string().contains("no more than 3 jobs"));
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
fn whatever_a_function_returns_becomes_an_objective_or_a_failure() {
    fn of(returned: impl IntoObjective) -> Result<Vec<f64>, String> {
        returned.into_objective().map(|objective| objective.values)
    }
    let failed = |text: &str| Err(text.to_owned());
    let not_finite = "the objective is NaN, which is no finite number";
    let table = [
        (of(1), Ok(vec![1.0])),
        (of(2.5_f32), Ok(vec![2.5])),
        (of(u64::MAX), Ok(vec![u64::MAX as f64])),
        (of(true), Ok(vec![1.0])),
        (of(false), Ok(vec![0.0])),
        (of(0.0), Ok(vec![0.0])),
        (of((1, 2)), Ok(vec![1.0, 2.0])),
        (of((1.5, false, 3_u8)), Ok(vec![1.5, 0.0, 3.0])),
        (of([1, 2]), Ok(vec![1.0, 2.0])),
        (of(vec![1.0, 2.0]), Ok(vec![1.0, 2.0])),
        (of(Some(4)), Ok(vec![4.0])),
        (of(Ok::<_, String>((1, 2))), Ok(vec![1.0, 2.0])),
        (of(Objective::new(3).with("a", "b")), Ok(vec![3.0])),
        (of(json!(1)), Ok(vec![1.0])),
        (of(json!([1, true])), Ok(vec![1.0, 1.0])),
        (
            of(json!({"objective": [1, 2], "metadata": {"a": 1}})),
            Ok(vec![1.0, 2.0]),
        ),
        (of(f64::NAN), failed(not_finite)),
        (of(Some(f64::NAN)), failed(not_finite)),
        (
            of(f64::INFINITY),
            failed("the objective is inf, which is no finite number"),
        ),
        (
            of((1.0, f64::NAN)),
            failed("objective 2 of 2 is NaN, which is no finite number"),
        ),
        (
            of([f64::NEG_INFINITY, 0.0]),
            failed("objective 1 of 2 is -inf, which is no finite number"),
        ),
        (
            of(vec![0.0, f64::NAN]),
            failed("objective 2 of 2 is NaN, which is no finite number"),
        ),
        (
            of(Objective::new((1, f64::NAN))),
            failed("objective 2 of 2 is NaN, which is no finite number"),
        ),
        (of(None::<f64>), failed("the job returned no result")),
        (of(Vec::<f64>::new()), failed("the job returned no result")),
        (of(Err::<f64, _>("no memory")), failed("no memory")),
        (of(json!(null)), failed("the job returned no result")),
        (
            of(json!("F_no_memory")),
            failed("the job returned \"F_no_memory\", which is no number"),
        ),
        (
            of(json!({"y": 1})),
            failed("the job returned an object without an `objective`"),
        ),
    ];
    for (n, (found, expected)) in table.into_iter().enumerate() {
        assert_eq!(found, expected, "row {n}");
    }
    let json = json!({"objective": 7, "metadata": {"a": 1}}).into_objective();
    assert_eq!(json.unwrap(), Objective::new(7).with("a", 1));
}

#[test]
fn metadata_and_times_come_with_the_job() {
    for kind in ALL {
        let run = |job: &RunningJob<'_, u64>| Objective::new(**job).with("half", **job / 2);
        let mut evaluator = create(kind, run, two());
        evaluator.submit([8]).unwrap();
        let job = evaluator.gather(Gather::All).unwrap().remove(0);
        assert_eq!(
            job.objective.as_ref().unwrap().metadata["half"],
            4,
            "{kind}"
        );
        let (started, ended) = (job.started.unwrap(), job.ended.unwrap());
        assert!(job.submitted <= started && started <= ended);
        assert!(job.usage.is_none() && !job.is_other);
    }
}

#[derive(Default)]
struct Heard(Vec<String>);

impl<A> Callback<A> for Heard {
    fn on_launch(&mut self, job: &JobRecord<A>) {
        self.0.push(format!("launch {} {}", job.id, job.state));
    }
    fn on_done(&mut self, job: &JobRecord<A>) {
        self.0.push(format!("done {} {}", job.id, job.state));
    }
    fn on_done_other(&mut self, job: &JobRecord<A>) {
        self.0.push(format!("other {}", job.id));
    }
    fn on_gather(&mut self, own: &[JobRecord<A>], others: &[JobRecord<A>]) {
        self.0
            .push(format!("gather {} + {}", own.len(), others.len()));
    }
    fn on_close(&mut self) {
        self.0.push("close".to_owned());
    }
}

#[test]
fn callbacks_hear_of_everything_in_order() {
    let heard = Arc::new(Mutex::new(Heard::default()));
    let options = Options::default().callback(Arc::clone(&heard));
    let mut evaluator = create("serial", |job| **job, options);
    evaluator.submit([5, 6]).unwrap();
    evaluator.gather(Gather::All).unwrap();
    evaluator.submit([7]).unwrap();
    evaluator.close().unwrap();
    drop(evaluator);
    let expected = [
        "launch 0 READY",
        "launch 1 READY",
        "done 0 DONE",
        "done 1 DONE",
        "gather 2 + 0",
        "launch 2 READY",
        "done 2 CANCELLED",
        "gather 1 + 0",
        "close",
    ];
    assert_eq!(heard.lock().unwrap().0, expected);
}

#[test]
fn a_callback_that_panics_loses_no_job() {
    struct Panics(bool);
    impl<A> Callback<A> for Panics {
        fn on_done(&mut self, _: &JobRecord<A>) {
            assert!(std::mem::replace(&mut self.0, true), "once");
        }
    }
    let mut evaluator = create(
        "serial",
        |job| **job,
        Options::default().callback(Panics(false)),
    );
    evaluator.submit(0..3).unwrap();
    let gather = std::panic::AssertUnwindSafe(|| evaluator.gather(Gather::All));
    assert!(bencher_core::quiet::catch(gather).is_err());
    assert_eq!(
        values(&evaluator.gather(Gather::All).unwrap()),
        [0.0, 1.0, 2.0]
    );
}

#[test]
fn two_evaluators_of_a_search_see_each_other_s_jobs_once() {
    let store = MemoryStore::default();
    let memory = MemoryStorage::default();
    let pairs: [(Box<dyn Fn() -> Box<dyn Storage>>, &str); 2] = [
        (Box::new(move || Box::new(memory.clone())), "memory"),
        (
            Box::new(move || Box::new(SampleStorage::new(Box::new(store.clone())))),
            "store",
        ),
    ];
    for (storage, name) in pairs {
        let heard = Arc::new(Mutex::new(Heard::default()));
        let options = |others| {
            Options::default()
                .storage(storage())
                .search_id("s")
                .others(others)
        };
        let mut first = create("serial", |job| **job, options(false));
        let told = options(true).callback(Arc::clone(&heard));
        let mut second = create("serial", |job| **job, told);
        // An objective of zero is there like any other.
        assert_eq!(first.submit([0, 10]).unwrap(), 0..2);
        assert_eq!(
            second.submit([20]).unwrap(),
            2..3,
            "{name}: numbers are taken once"
        );
        assert_eq!(values(&first.gather(Gather::All).unwrap()), [0.0, 10.0]);
        let seen = second.gather(Gather::All).unwrap();
        assert_eq!(values(&seen), [20.0, 0.0, 10.0], "{name}: one's own first");
        let is_other: Vec<bool> = seen.iter().map(|job| job.is_other).collect();
        assert_eq!(is_other, [false, true, true]);
        assert!(second.gather(Gather::All).unwrap().is_empty(), "each once");
        assert_eq!(second.num_jobs_gathered(), 1);
        let heard = std::mem::take(&mut heard.lock().unwrap().0);
        let others: Vec<_> = heard
            .iter()
            .filter(|text| text.starts_with("other"))
            .collect();
        assert_eq!(others, ["other 0", "other 1"]);
        first.submit([30]).unwrap();
        first.gather(Gather::All).unwrap();
        assert_eq!(values(&second.gather(Gather::Batch(0)).unwrap()), [30.0]);
        let mut elsewhere = create("serial", |job| **job, options(true).search_id("t"));
        assert!(elsewhere.gather(Gather::All).unwrap().is_empty(), "{name}");
    }
}

#[test]
fn evaluators_on_threads_of_their_own_share_a_search() {
    let storage = MemoryStorage::default();
    let seen: Vec<Vec<u64>> = std::thread::scope(|scope| {
        let run = |_| {
            let storage = storage.clone();
            scope.spawn(move || {
                let options = Options::default()
                    .storage(storage)
                    .search_id("s")
                    .others(true);
                let mut evaluator = create("serial", |job| **job, options);
                let mut ids = Vec::new();
                for n in 0..50 {
                    evaluator.submit([n]).unwrap();
                    ids.extend(
                        evaluator
                            .gather(Gather::All)
                            .unwrap()
                            .iter()
                            .map(|job| job.id),
                    );
                }
                while ids.len() < 150 {
                    ids.extend(
                        evaluator
                            .gather(Gather::All)
                            .unwrap()
                            .iter()
                            .map(|job| job.id),
                    );
                    std::thread::yield_now();
                }
                ids.sort_unstable();
                ids
            })
        };
        let threads: Vec<_> = (0..3).map(run).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    for ids in seen {
        assert_eq!(ids, (0..150).collect::<Vec<_>>());
    }
}

#[cfg(feature = "store")]
#[test]
fn a_search_goes_on_after_its_store_was_closed() {
    use bencher_core::store::Database;
    let root = tempfile::tempdir().unwrap();
    for round in 0..3_u64 {
        let (database, _) = Database::open(root.path(), Duration::ZERO, |_| ()).unwrap();
        let storage = SampleStorage::new(Box::new(database.clone()));
        let options = Options::default()
            .storage(storage)
            .search_id("tuning")
            .others(true);
        let run = |job: &RunningJob<'_, u64>| Objective::new(**job).with("tried", 1);
        let mut evaluator = create("serial", run, options);
        assert_eq!(evaluator.submit([round]).unwrap(), round..round + 1);
        let jobs = evaluator.gather(Gather::All).unwrap();
        assert_eq!(
            jobs.len() as u64,
            1 + round,
            "those of earlier runs once more"
        );
        for (earlier, job) in jobs[1..].iter().enumerate() {
            assert_eq!((job.args, job.id), (earlier as u64, earlier as u64));
            assert_eq!(
                job.objective,
                Some(Objective::new(earlier as u64 as f64).with("tried", 1))
            );
            assert!(job.is_other && job.started.is_some());
        }
        // Two evaluators on clones of one database.
        let storage = SampleStorage::new(Box::new(database));
        let options = Options::default()
            .storage(storage)
            .search_id("tuning")
            .others(true);
        let mut second = create("serial", |job| **job, options);
        assert_eq!(second.gather(Gather::All).unwrap().len() as u64, 1 + round);
        assert!(second.gather(Gather::All).unwrap().is_empty());
    }
}

/// A store whose disk is full for a while.
struct Full(MemoryStorage, Arc<AtomicBool>);

impl Storage for Full {
    fn append(
        &mut self,
        search: &str,
        entries: Vec<bencher_core::evaluator::Entry>,
    ) -> Result<(), bencher_core::store::StoreError> {
        if self.1.load(Ordering::SeqCst) {
            return Err(bencher_core::store::StoreError::Encode("full".to_owned()));
        }
        self.0.append(search, entries)
    }

    fn read(
        &self,
        search: &str,
        from: u64,
        visit: &mut dyn FnMut(bencher_core::evaluator::Entry),
    ) -> Result<u64, bencher_core::store::StoreError> {
        self.0.read(search, from, visit)
    }
}

#[test]
fn jobs_that_cannot_be_kept_are_handed_out_once_they_can() {
    let is_full = Arc::new(AtomicBool::new(false));
    let heard = Arc::new(Mutex::new(Heard::default()));
    let storage = Full(MemoryStorage::default(), Arc::clone(&is_full));
    let options = Options::default()
        .storage(storage)
        .callback(Arc::clone(&heard));
    let mut evaluator = create("serial", |job| **job, options);
    evaluator.submit(0..3).unwrap();
    is_full.store(true, Ordering::SeqCst);
    let error = evaluator.gather(Gather::All).unwrap_err();
    assert!(matches!(error, EvaluatorError::Storage(_)));
    assert!(evaluator.submit([9]).is_err(), "no numbers, no jobs");
    assert_eq!(
        heard.lock().unwrap().0.len(),
        3,
        "nobody heard of what is not kept"
    );
    is_full.store(false, Ordering::SeqCst);
    assert_eq!(
        values(&evaluator.gather(Gather::All).unwrap()),
        [0.0, 1.0, 2.0]
    );
}

#[test]
fn what_a_job_costs_does_not_grow_with_history() {
    /// Counts what is read, and what was there to be read.
    #[derive(Clone, Default)]
    struct Counting(MemoryStore, Arc<AtomicU64>);
    impl SampleStore for Counting {
        fn load(
            &self,
            _: &bencher_core::store::Series,
            _: &mut dyn FnMut(bencher_core::store::Pack),
        ) -> Result<u64, bencher_core::store::StoreError> {
            panic!("the whole history is asked for")
        }
        fn load_all(
            &self,
            _: &mut dyn FnMut(bencher_core::store::Pack),
        ) -> Result<u64, bencher_core::store::StoreError> {
            panic!("the whole store is asked for")
        }
        fn load_since(
            &self,
            series: &bencher_core::store::Series,
            position: u64,
            visit: &mut dyn FnMut(bencher_core::store::Pack),
        ) -> Result<u64, bencher_core::store::StoreError> {
            self.0.load_since(series, position, &mut |pack| {
                self.1.fetch_add(pack.len() as u64, Ordering::Relaxed);
                visit(pack);
            })
        }
        fn blobs(&self) -> bencher_core::store::BlobStore {
            self.0.blobs()
        }
        fn append(
            &mut self,
            packs: &[bencher_core::store::Pack],
        ) -> Result<(), bencher_core::store::StoreError> {
            self.0.append(packs)
        }
        fn clear_tag(&mut self, tag: &str) -> Result<u64, bencher_core::store::StoreError> {
            self.0.clear_tag(tag)
        }
        fn sync(&mut self) -> Result<(), bencher_core::store::StoreError> {
            self.0.sync()
        }
    }
    let store = Counting::default();
    let storage = SampleStorage::new(Box::new(store.clone()));
    let mut evaluator = create("serial", |job| **job, Options::default().storage(storage));
    let mut before = 0;
    for round in 0..500 {
        evaluator.submit([round]).unwrap();
        evaluator.gather(Gather::All).unwrap();
        let read = store.1.load(Ordering::Relaxed);
        assert_eq!(read - before, 2, "round {round}: its number, and its end");
        before = read;
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Point {
    x: f64,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    late: Option<u32>,
}

fn point(x: f64, name: &str, late: Option<u32>) -> Point {
    let name = name.to_owned();
    Point { x, name, late }
}

fn run_points(path: &std::path::Path, points: Vec<Point>) -> Vec<String> {
    let run = |job: &RunningJob<'_, Point>| {
        let objective = Objective::new(job.x).with("_hidden", 1);
        match job.late {
            Some(late) => objective.with("late", late),
            None => objective,
        }
    };
    let options = EvaluatorOptions::default().callback(CsvLogger::new(path));
    let mut evaluator = Evaluator::create("serial", run, options).unwrap();
    evaluator.submit(points).unwrap();
    evaluator.close().unwrap();
    evaluator.take_problems()
}

/// The rows of a CSV file without the times, by column.
fn table(path: &std::path::Path) -> Vec<std::collections::BTreeMap<String, String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let dataset: Vec<Vec<String>> = evaluator_common::csv(&text);
    let heading = &dataset[0];
    let row = |row: &Vec<String>| {
        assert_eq!(row.len(), heading.len(), "{text}");
        heading.iter().cloned().zip(row.iter().cloned()).collect()
    };
    dataset[1..].iter().map(row).collect()
}

#[test]
fn csv_takes_late_columns_quotes_and_goes_on_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new folder").join("jobs.csv");
    let options = EvaluatorOptions::default().callback(CsvLogger::new(&path));
    let run = |job: &RunningJob<'_, Point>| {
        let objective = Objective::new(job.x).with("_hidden", 1);
        match job.late {
            Some(late) => objective.with("late", late),
            None => objective,
        }
    };
    let mut evaluator = Evaluator::create("serial", run, options).unwrap();
    let awkward = "a, \"b\"\nc";
    evaluator
        .submit([
            point(f64::INFINITY, "first", None),
            point(1.5, awkward, None),
            point(2.0, "late", Some(7)),
            point(f64::NAN, "nan", Some(8)),
        ])
        .unwrap();
    evaluator.gather(Gather::All).unwrap();
    let rows = table(&path);
    assert_eq!(rows.len(), 4);
    assert_eq!(
        (rows[1]["p:name"].as_str(), rows[1]["objective"].as_str()),
        (awkward, "1.5")
    );
    assert_eq!(
        (rows[0]["p:late"].as_str(), rows[0]["objective"].as_str()),
        ("", "")
    );
    assert_eq!(
        (rows[2]["p:late"].as_str(), rows[2]["m:late"].as_str()),
        ("7", "7")
    );
    assert_eq!(
        (
            rows[3]["objective"].as_str(),
            rows[3]["job_status"].as_str()
        ),
        ("F", "FAILED")
    );
    assert!(rows[3]["m:error"].contains("NaN") && !rows[0].contains_key("m:_hidden"));
    drop(evaluator);

    // The program died in the middle of a row, one with a quote.
    let whole = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{whole}0.5,\"half a na")).unwrap();
    assert!(run_points(&path, vec![]).is_empty());
    let more = EvaluatorOptions::<Point>::default().callback(CsvLogger::new(&path));
    let mut again = Evaluator::create("serial", |job| (job.x, 1), more).unwrap();
    again.submit([point(9.0, "again", None)]).unwrap();
    again.gather(Gather::All).unwrap();
    let rows = table(&path);
    assert_eq!(rows.len(), 5);
    assert_eq!(rows[4]["objective_0"], "9");
    assert_eq!(
        (
            rows[4]["objective"].as_str(),
            rows[1]["objective_1"].as_str()
        ),
        ("", "")
    );
}

#[test]
fn csv_leaves_the_files_of_others_alone_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("budget.csv");
    std::fs::write(&path, "month,euros\nmay,3\n").unwrap();
    let options = Options::default().callback(CsvLogger::new(&path));
    let mut evaluator = create("serial", |job| **job, options);
    evaluator.submit([1]).unwrap();
    assert_eq!(
        evaluator.gather(Gather::All).unwrap().len(),
        1,
        "the job is none the worse"
    );
    let problems = evaluator.take_problems();
    assert!(problems[0].contains("budget.csv: the file is there and is no log of jobs"));
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        "month,euros\nmay,3\n"
    );
}

#[test]
fn early_stopping_by_patience_and_by_threshold() {
    let run = |stop: EarlyStop, points: &[u64]| {
        let run = |job: &RunningJob<'_, u64>| (**job != 13).then_some(**job);
        let mut evaluator = create("serial", run, Options::default().callback(stop));
        for (n, point) in points.iter().enumerate() {
            evaluator.submit([*point]).unwrap();
            evaluator.gather(Gather::All).unwrap();
            if let Some(why) = evaluator.stop() {
                return Some((n + 1, why));
            }
        }
        None
    };
    let because = |n, why: &str| Some((n, why.to_owned()));
    let patient = || EarlyStop::default().patience(2);
    let why = "no job of the last 2 was better than 5";
    assert_eq!(run(patient(), &[5, 5, 4, 9]), because(3, why));
    assert_eq!(
        run(patient(), &[5, 13, 13, 9]),
        because(3, why),
        "failures count"
    );
    assert_eq!(run(patient(), &[1, 0, 2, 1, 3]), None);
    assert_eq!(run(patient().minimizing(), &[9, 8, 7, 6]), None);
    assert_eq!(run(patient().minimizing(), &[5, 8, 7]), because(3, why));
    let why = "none of the 2 jobs had an objective";
    assert_eq!(run(patient(), &[13, 13]), because(2, why));
    let good = EarlyStop::default().threshold(5.0);
    assert_eq!(
        run(good, &[1, 5, 9]),
        because(2, "5 is as good as the threshold of 5")
    );
    let small = EarlyStop::default().threshold(2.0).minimizing();
    assert_eq!(
        run(small, &[3, 2]),
        because(2, "2 is as good as the threshold of 2")
    );
    let negative = EarlyStop::default()
        .threshold(-3.0)
        .score(|values| -values[0]);
    assert_eq!(
        run(negative, &[4, 3]),
        because(2, "-3 is as good as the threshold of -3")
    );
}

#[test]
fn the_log_has_a_line_for_every_job() {
    let logger = Arc::new(Mutex::new(Logger::new(Vec::new()).minimizing()));
    let run = |job: &RunningJob<'_, u64>| match **job {
        0 => vec![],
        1 => vec![1e-7, 2.0],
        n => vec![n as f64],
    };
    let mut evaluator = create(
        "serial",
        run,
        Options::default().callback(Arc::clone(&logger)),
    );
    evaluator.submit([3, 2, 0, 1, 4]).unwrap();
    evaluator.gather(Gather::All).unwrap();
    let lines = String::from_utf8(logger.lock().unwrap().out().clone()).unwrap();
    let expected = "\
[00001] -- Minimum Objective: 3.00000 -- Last Objective: 3.00000
[00002] -- Minimum Objective: 2.00000 -- Last Objective: 2.00000
[00003] -- Last Failure: the job returned no result
[00004] -- Last Objectives: 1.00000e-7, 2.00000
[00005] -- Minimum Objective: 2.00000 -- Last Objective: 4.00000
";
    assert_eq!(lines, expected);
}

#[test]
fn the_profile_shows_both_workers_busy() {
    let profile = Arc::new(Mutex::new(Profile::default()));
    let both = Barrier::new(2);
    let run = move |_: &RunningJob<'_, u64>| {
        both.wait();
        1
    };
    let mut evaluator = create("threads", run, two().callback(Arc::clone(&profile)));
    evaluator.submit([0, 1]).unwrap();
    evaluator.gather(Gather::All).unwrap();
    let busy = profile.lock().unwrap().busy();
    assert_eq!(busy.iter().map(|(_, workers)| *workers).max(), Some(2));
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
fn dropping_it_waits_for_nobody() {
    let hang = |_: &RunningJob<'_, u64>| -> u64 {
        loop {
            std::thread::park();
        }
    };
    for kind in PARALLEL {
        let mut evaluator = create(kind, hang, two().queued(["a", "b"], 1));
        evaluator.submit(0..10).unwrap();
        until(|| evaluator.state(0) == Some(JobState::Running));
        drop(evaluator);
    }
}
