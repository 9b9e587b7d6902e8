//! Cached functions on every executor: a result is stored before it is returned, equal calls share a run, and failures
//! are not stored. Each test that needs worker processes starts itself again.
#![cfg(all(unix, feature = "store"))]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bencher_core::evaluator::{Executors, JobHandle, Limits};
use bencher_core::job::{CallError, JobFunctionCache};
use bencher_core::store::{Database, MemoryStore};

fn open(root: &Path) -> JobFunctionCache {
    // A process that another test starts has the lock, too, until it runs its program.
    let patience = Duration::from_secs(10);
    let (database, _) = Database::open(root, patience, |_| ()).unwrap();
    JobFunctionCache::new(Box::new(database))
}

/// A function that says in which process it ran; it fails for 99, and ends its process for 66.
fn squared(n: u64) -> Result<(u64, u32), String> {
    match n {
        99 => Err("it would not".to_owned()),
        66 => std::process::abort(),
        n => Ok((n * n, std::process::id())),
    }
}

/// Runs the function on an executor, then finds its results in the store.
fn runs_on(executor: Executors, elsewhere: bool) {
    let backend = || {
        executor
            .backend(
                Arc::new(|n: &u64, _: &JobHandle<'_>| squared(*n)),
                &Limits::default(),
            )
            .unwrap()
    };
    let first = backend();
    let root = tempfile::tempdir().unwrap();
    let cache = open(root.path());
    let function = cache.function("squared", 1, first);
    let futures: Vec<_> = (0..20).map(|n| function.submit(n).unwrap()).collect();
    for (n, future) in (0..).zip(futures) {
        assert_eq!(future.id(), n);
        let (square, process) = future.wait().unwrap();
        assert_eq!(square, n * n);
        assert_eq!(process != std::process::id(), elsewhere);
    }
    for _ in 0..2 {
        let error = function.call(99).unwrap_err();
        assert!(matches!(&error, CallError::Function(text) if text == "it would not"));
    }
    if elsewhere {
        let error = function.call(66).unwrap_err().to_string();
        assert!(error.contains("SIGABRT"), "{error}");
    }
    assert_eq!(function.call(7).unwrap().0, 49);
    let counts = cache.counts();
    let failed = if elsewhere { 3 } else { 2 };
    assert_eq!(
        (counts.submitted, counts.executed, counts.hits),
        (21 + failed, 20 + failed, 1),
        "failures run again"
    );
    drop(function);
    drop(cache);
    // Another run: nothing is executed.
    let cache = open(root.path());
    let never =
        |_: &u64, _: &JobHandle<'_>| -> Result<(u64, u32), String> { panic!("it is stored") };
    let backend = Executors::Serial
        .backend(Arc::new(never), &Limits::default())
        .unwrap();
    let function = cache.function("squared", 1, backend);
    for n in 0..20 {
        assert_eq!(function.call(n).unwrap().0, n * n);
    }
    assert_eq!(cache.counts().hits, 20);
}

#[test]
fn on_the_calling_thread() {
    runs_on(Executors::Serial, false);
}

#[test]
fn on_threads() {
    runs_on(Executors::Threads(2), false);
}

#[test]
fn in_worker_processes() {
    runs_on(Executors::Processes(2), true);
}

#[cfg(feature = "cluster")]
#[test]
fn on_a_cluster() {
    runs_on(Executors::Cluster(2), true);
}

#[test]
fn equal_calls_share_a_run_and_a_dropped_future_harms_no_other() {
    let runs = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&runs);
    let (release, wait) = gate();
    let slow = move |n: &u64, _: &JobHandle<'_>| {
        wait();
        counted.fetch_add(1, Ordering::Relaxed);
        Ok::<u64, String>(n + 1)
    };
    let backend = Executors::Threads(2)
        .backend(Arc::new(slow), &Limits::default())
        .unwrap();
    let cache = JobFunctionCache::new(Box::new(MemoryStore::default()));
    let function = cache.function("slow", 1, backend);
    let (one, two, other) = (
        function.submit(1).unwrap(),
        function.submit(1).unwrap(),
        function.submit(5).unwrap(),
    );
    drop(one);
    drop(other);
    release();
    assert_eq!(two.wait().unwrap(), 2);
    assert_eq!(function.call(1).unwrap(), 2, "stored");
    assert_eq!(function.call(5).unwrap(), 6, "by whoever ran it");
    assert_eq!(runs.load(Ordering::Relaxed), 2);
    // Threads wait for the same function side by side.
    std::thread::scope(|scope| {
        for thread in 0..4_u64 {
            let function = &function;
            scope.spawn(move || {
                for n in 100..120 {
                    assert_eq!(function.call(n).unwrap(), n + 1, "thread {thread}");
                }
            });
        }
    });
    assert_eq!(runs.load(Ordering::Relaxed), 22);
}

/// A gate that holds everyone who comes until it is opened.
fn gate() -> (impl Fn(), impl Fn() + Send + Sync) {
    let held = Arc::new((std::sync::Mutex::new(false), std::sync::Condvar::new()));
    let other = Arc::clone(&held);
    let open = move || {
        *held.0.lock().unwrap() = true;
        held.1.notify_all();
    };
    let pass = move || {
        let opened = other.0.lock().unwrap();
        drop(other.1.wait_while(opened, |opened| !*opened).unwrap());
    };
    (open, pass)
}

#[test]
fn overwriting_runs_a_call_again_and_tags_keep_apart() {
    let store = MemoryStore::default();
    let run = |tag: &str, overwrite: bool| {
        let backend = Executors::Serial
            .backend(
                Arc::new(|n: &u64, _: &JobHandle<'_>| Ok::<u64, String>(n * 2)),
                &Limits::default(),
            )
            .unwrap();
        let cache = JobFunctionCache::new(Box::new(store.clone()))
            .tag(tag)
            .overwrite(overwrite);
        let function = cache.function("double", 1, backend);
        let future = function.submit(4).unwrap();
        assert_eq!(future.tag(), tag);
        assert_eq!(future.wait().unwrap(), 8);
        let executed = cache.counts().executed;
        drop(function);
        executed
    };
    assert_eq!(run("a", false), 1);
    assert_eq!(run("a", false), 0);
    assert_eq!(run("a", true), 1);
    assert_eq!(run("b", false), 1);
}
