//! A function's results, kept by `JobFunctionCache`: run once, stored before they are handed out,
//! and the same when they come back.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bencher_core::job::{CallError, JobFunctionCache};
use bencher_core::store::{Database, MemoryStore, SampleStore, StoreError};
use serde::{Deserialize, Serialize};

fn memory() -> (MemoryStore, impl Fn() -> JobFunctionCache) {
    let store = MemoryStore::default();
    let cache = store.clone();
    (store, move || {
        JobFunctionCache::new(Box::new(cache.clone()))
    })
}

fn open(root: &Path) -> Database {
    Database::open(root, Duration::ZERO, |_| ()).unwrap().0
}

/// Calls twice, in two caches over one store, and returns what the second gave without running.
fn round_trip<R: Serialize + for<'a> Deserialize<'a>>(result: R) -> R {
    let (_, cache) = memory();
    cache().call("f", 1, &(), |()| result).unwrap();
    let again = cache();
    let back = again
        .call("f", 1, &(), |()| -> R { panic!("it is stored") })
        .unwrap();
    assert_eq!(again.counts().hits, 1);
    back
}

#[derive(Serialize, Deserialize, Debug, PartialEq, Clone)]
enum Shape {
    Empty,
    Circle { radius: f64 },
    Path(Vec<(i64, i64)>),
}

#[test]
fn results_come_back_as_they_were() {
    assert!(round_trip(f64::NAN).is_nan());
    let low = round_trip(f64::NEG_INFINITY);
    assert!(low.is_infinite() && low.is_sign_negative());
    assert_eq!(round_trip(u128::MAX), u128::MAX);
    let shapes = vec![
        Shape::Empty,
        Shape::Circle { radius: 0.1 },
        Shape::Path(vec![(1, -2)]),
    ];
    assert_eq!(round_trip(shapes.clone()), shapes);
    let by_pair = BTreeMap::from([((1, 2), "a".to_owned()), ((3, 4), "b".to_owned())]);
    assert_eq!(
        round_trip(by_pair.clone()),
        by_pair,
        "keys that JSON does not have"
    );
    let free = serde_json::json!({"b": [1, 2.5, null], "a": {"deep": "x"}});
    assert_eq!(
        round_trip(free.clone()),
        free,
        "a type that only says what it reads"
    );
    round_trip(());
}

#[derive(Serialize, Deserialize, Debug, PartialEq)]
struct Sparse {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    first: Option<u8>,
    second: u8,
}

#[test]
fn fields_that_are_left_out_stay_out() {
    let sparse = Sparse {
        first: None,
        second: 7,
    };
    assert_eq!(
        round_trip(sparse),
        Sparse {
            first: None,
            second: 7
        }
    );
}

#[test]
fn a_result_that_does_not_come_back_is_an_error() {
    #[derive(Serialize, Deserialize, Debug)]
    struct Forgetful {
        #[serde(skip_deserializing)]
        lost: u8,
    }
    let (store, cache) = memory();
    let error = cache()
        .call("f", 1, &(), |()| Forgetful { lost: 3 })
        .unwrap_err();
    assert!(matches!(error, StoreError::Encode(_)), "{error}");
    assert_eq!(store.samples(), 0);
}

#[test]
fn identity_is_name_version_tag_and_arguments() {
    #[derive(Serialize)]
    struct Args {
        a: u8,
        b: f64,
    }
    #[derive(Serialize)]
    struct Turned {
        b: f64,
        a: u8,
    }
    let (_, cache) = memory();
    let cache = cache();
    let runs = AtomicU32::new(0);
    let count = || runs.fetch_add(1, Ordering::Relaxed);
    cache
        .call("f", 1, &Args { a: 1, b: 1.0 }, |_| count())
        .unwrap();
    cache
        .call("f", 1, &Turned { b: 1.0, a: 1 }, |_| count())
        .unwrap();
    let map: HashMap<&str, u8> = [("x", 1), ("y", 2), ("z", 3)].into();
    cache.call("f", 1, &map, |_| count()).unwrap();
    let map: BTreeMap<&str, u8> = [("z", 3), ("y", 2), ("x", 1)].into();
    cache.call("f", 1, &map, |_| count()).unwrap();
    assert_eq!(runs.load(Ordering::Relaxed), 2);
    cache.call("g", 1, &map, |_| count()).unwrap();
    cache.call("f", 2, &map, |_| count()).unwrap();
    cache.call("f", 1, &(1, 2), |_| count()).unwrap();
    cache.call("f", 1, &(1, 2.0), |_| count()).unwrap();
    cache.call("f", 1, "1", |_| count()).unwrap();
    cache.call("f", 1, &1, |_| count()).unwrap();
    let long = vec![1; 10_000];
    cache.call("f", 1, &long, |_| count()).unwrap();
    cache.call("f", 1, &long, |_| count()).unwrap();
    assert_eq!(runs.load(Ordering::Relaxed), 9);
    let counts = cache.counts();
    assert_eq!((counts.submitted, counts.executed, counts.hits), (12, 9, 3));
}

#[test]
fn threads_that_ask_for_the_same_run_it_once() {
    let (store, cache) = memory();
    let (cache, runs, start) = (cache(), AtomicU32::new(0), Barrier::new(8));
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let (cache, runs, start) = (&cache, &runs, &start);
            scope.spawn(move || {
                start.wait();
                for n in 0..50_u32 {
                    // Each thread begins elsewhere, so that they meet in changing pairs.
                    let n = (n + thread * 7) % 50;
                    let square = cache.call("square", 1, &n, |n| {
                        runs.fetch_add(1, Ordering::Relaxed);
                        n * n
                    });
                    assert_eq!(square.unwrap(), n * n);
                }
            });
        }
    });
    assert_eq!((runs.into_inner(), store.samples()), (50, 50));
    let counts = cache.counts();
    assert_eq!(
        (counts.submitted, counts.executed, counts.hits),
        (400, 50, 350)
    );
}

#[test]
fn a_call_that_panics_or_fails_frees_the_others() {
    let (_, cache) = memory();
    let cache = cache();
    let failed = cache.try_call("f", 1, &1, |_| Err::<u8, _>("no"));
    assert!(matches!(failed, Err(CallError::Function("no"))));
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        cache.call("f", 1, &1, |_| -> u8 { panic!("on purpose") })
    }));
    assert!(panicked.is_err());
    assert_eq!(cache.call("f", 1, &1, |_| 3_u8).unwrap(), 3);
}

#[test]
fn large_results_are_blobs_and_a_lost_one_runs_again() {
    let root = tempfile::tempdir().unwrap();
    let database = open(root.path());
    let cache = JobFunctionCache::new(Box::new(database.clone()));
    let text = cache.call("f", 1, &(), |()| "x".repeat(10_000)).unwrap();
    assert_eq!(text.len(), 10_000);
    let blobs = database.blobs().list().unwrap();
    assert_eq!(blobs.len(), 1);
    let digest = blobs[0].digest.to_string();
    let path = root
        .path()
        .join("blobs")
        .join(&digest[..2])
        .join(&digest[2..]);
    std::fs::write(&path, "damaged").unwrap();
    let again = JobFunctionCache::new(Box::new(database.clone()));
    assert_eq!(
        again.call("f", 1, &(), |()| "x".repeat(10_000)).unwrap(),
        text
    );
    assert_eq!(again.counts().executed, 1, "a damaged blob is a miss");
    let lost = again.take_lost_contents();
    let place = path.display().to_string();
    assert!(
        lost.len() == 1 && lost[0].contains(&place) && lost[0].contains("damaged"),
        "{lost:?}"
    );
    let third = JobFunctionCache::new(Box::new(database));
    assert_eq!(
        third.call("f", 1, &(), |()| String::new()).unwrap(),
        text,
        "and was mended"
    );
    assert_eq!(third.take_lost_contents(), [""; 0]);
}

/// Where the child keeps its store; set only for the child.
const ROOT: &str = "BENCHER_TEST_FUNCTIONS_ROOT";

/// The program under test: does nothing unless this test binary starts itself for it.
#[test]
fn child() {
    let Some(root) = std::env::var_os(ROOT) else {
        return;
    };
    let cache = JobFunctionCache::new(Box::new(open(Path::new(&root))));
    for n in 0_u32.. {
        // Every third result is large enough to be a blob.
        let length = if n % 3 == 0 { 5000 } else { 5 };
        let result = cache.call("f", 1, &n, |n| vec![*n; length]).unwrap();
        println!("\ndone {} {}", n, result.len());
    }
}

#[test]
fn what_was_handed_out_survives_a_kill() {
    for round in 1..6 {
        let root = tempfile::tempdir().unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture", "--test-threads=1"])
            .env(ROOT, root.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let number = |line: &str| {
            line.strip_prefix("done ")?
                .split(' ')
                .next()?
                .parse::<u32>()
                .ok()
        };
        let mut done: BTreeSet<u32> = BTreeSet::new();
        while done.len() < round * 7 {
            done.extend(number(&lines.next().unwrap().unwrap()));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        done.extend(lines.map_while(Result::ok).filter_map(|line| number(&line)));
        let cache = JobFunctionCache::new(Box::new(open(root.path())));
        for n in &done {
            let again = cache.call("f", 1, n, |_| -> Vec<u32> { panic!("{n} was lost") });
            assert!(again.unwrap().iter().all(|item| item == n));
        }
    }
}

/// What a function tells apart is another call; what was stored before that was known is found.
#[test]
fn widths_of_floats_and_signs_of_zero_are_other_calls() {
    let store = MemoryStore::default();
    let cache = || JobFunctionCache::new(Box::new(store.clone()));
    let first = cache();
    let wide = first
        .call("third", 1, &0.5_f64, |x| format!("{}", x / 3.0))
        .unwrap();
    let narrow = first
        .call("third", 1, &0.5_f32, |x| format!("{}", x / 3.0))
        .unwrap();
    assert_eq!(
        (wide.as_str(), narrow.as_str()),
        ("0.16666666666666666", "0.16666667")
    );
    let recip = |x: &f64| x.recip();
    let zeros = [0.0, -0.0].map(|x| first.call("recip", 1, &x, recip).unwrap());
    assert_eq!(
        zeros.map(f64::to_bits),
        [f64::INFINITY, f64::NEG_INFINITY].map(f64::to_bits)
    );
    let again = cache();
    again.call("third", 1, &0.5_f64, |_| String::new()).unwrap();
    again.call("third", 1, &0.5_f32, |_| String::new()).unwrap();
    again.call("recip", 1, &-0.0, recip).unwrap();
    assert_eq!(again.counts().executed, 0);
}
