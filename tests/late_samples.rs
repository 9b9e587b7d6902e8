//! A sample that was abandoned at its time limit and continues: its later work has no effect.

mod support;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use bencher::evaluator::{Executors, Limits};
use bencher::prelude::*;
use support::{bench, quiet};

/// A door that samples wait at until a test opens it.
struct Door(Mutex<bool>, Condvar);

impl Door {
    const fn new() -> Self {
        Self(Mutex::new(false), Condvar::new())
    }

    fn open(&self) {
        *self.0.lock().unwrap() = true;
        self.1.notify_all();
    }

    fn wait(&self) {
        drop(
            self.1
                .wait_while(self.0.lock().unwrap(), |is_open| !*is_open)
                .unwrap(),
        );
    }
}

static TRIES: AtomicU32 = AtomicU32::new(0);
static SWEEP_ENDED: Door = Door::new();
static LATE_TRY_ENDED: Door = Door::new();
static STATES: AtomicU32 = AtomicU32::new(0);

/// State of a worker, which counts how many of it there are.
struct State;

impl State {
    #[expect(clippy::unnecessary_wraps, reason = "what makes state may fail")]
    fn new() -> Result<Self, String> {
        STATES.fetch_add(1, Ordering::SeqCst);
        Ok(Self)
    }
}

impl Drop for State {
    fn drop(&mut self) {
        STATES.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Tells when the sample's body is over.
struct Told;

impl Drop for Told {
    fn drop(&mut self) {
        LATE_TRY_ENDED.open();
    }
}

/// Its first try ends after the sweep.
#[derive(ParametrizedSweep, Clone)]
struct Slow {
    #[sweep(values(1))]
    n: u32,
    #[result]
    accepted: Option<u32>,
}

impl Benchmark for Slow {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        let file = cx.folder()?.join("log");
        let this = TRIES.fetch_add(1, Ordering::SeqCst) + 1;
        let state = cx.per_worker(State::new)?;
        if this == 1 {
            SWEEP_ENDED.wait();
            let _told = Told;
            drop(state);
            drop(cx.per_worker(State::new)?);
            cx.per_sweep(State::new)?;
            assert!(cx.should_stop());
        }
        std::fs::write(file, format!("try {this}"))?;
        self.accepted = Some(this);
        Ok(())
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            files.extend(files_below(&entry.path()));
        } else {
            files.push(entry.path());
        }
    }
    files
}

#[test]
fn a_late_try_leaves_the_accepted_one_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = quiet(folder.path());
    config.executor = Executors::Threads(1);
    config.limits = Limits {
        time: Some(Duration::from_millis(300)),
        ..Limits::default()
    };
    config.retries = 1;
    let result = bench::<Slow>(config).sweep("Slow").run().unwrap();
    assert_eq!(
        result.dataset().variable("accepted").unwrap().number(0),
        Some(2.0)
    );
    SWEEP_ENDED.open();
    LATE_TRY_ENDED.wait();
    // The folder of the late try is removed after its body.
    let end = Instant::now() + Duration::from_secs(60);
    let files = || files_below(&folder.path().join("files"));
    while files().len() > 1 || STATES.load(Ordering::SeqCst) > 0 {
        assert!(
            Instant::now() < end,
            "{:?}, {} states",
            files(),
            STATES.load(Ordering::SeqCst)
        );
        std::thread::yield_now();
    }
    assert_eq!(std::fs::read_to_string(&files()[0]).unwrap(), "try 2");
}
