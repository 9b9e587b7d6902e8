//! A real child process, killed while it compacts or collects its store: whatever the moment, no
//! acknowledged sample is lost, none falls back to an earlier value, and the next opening works.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use bencher_core::store::{
    CollectOptions, Database, KeyMaker, Pack, ResultId, SampleIndex, SampleStore, Series,
};
use bencher_core::value::{Digest, Kind, Payload, Value};
use bencher_core::var::SweepValue;

/// Where the child keeps its store, and what it does with it; set only for the child.
const ROOT: &str = "BENCHER_TEST_STORE_ROOT";
const TASK: &str = "BENCHER_TEST_STORE_TASK";

/// How often a child is killed at work.
const KILLS: usize = 20;
/// Beyond this the test gives up rather than hang.
const AT_MOST: Duration = Duration::from_secs(300);

/// What a child does again and again: every time it stores all samples anew, and then works.
#[derive(Clone, Copy, PartialEq)]
enum Task {
    Compact,
    Collect,
}

impl Task {
    /// Samples, each a record of its own; of one in ten the content lies beside the records.
    fn samples(self) -> u64 {
        match self {
            // Above 4096 records that go, the database's own files are rewritten.
            Self::Compact => 4300,
            Self::Collect => 600,
        }
    }

    fn pictures(self) -> u64 {
        match self {
            Self::Compact => 0,
            Self::Collect => 40,
        }
    }
}

fn series() -> Series {
    Series {
        tag: String::new(),
        sweep_type: "test/store::Sweep".to_owned(),
        version: 1,
    }
}

fn results() -> Vec<ResultId> {
    vec![
        ResultId::new("generation", Kind::Uint(64)),
        ResultId::new("picture", Kind::Image),
    ]
}

/// A picture that no other sample and no other generation has.
fn picture(generation: u64, n: u64) -> Vec<u8> {
    let mut content = vec![7; 6000];
    content.extend(generation.to_le_bytes());
    content.extend(n.to_le_bytes());
    content
}

/// The program under test: does nothing unless this test binary starts itself for it.
#[test]
fn child() {
    let (Some(root), Some(task)) = (std::env::var_os(ROOT), std::env::var_os(TASK)) else {
        return;
    };
    let task = if task == "compact" {
        Task::Compact
    } else {
        Task::Collect
    };
    let root = PathBuf::from(root);
    let (mut database, _) = Database::open(&root, Duration::ZERO, |_| ()).unwrap();
    let first = newest(&database, task).map_or(0, |(_, newest)| newest + 1);
    for generation in first.. {
        let packs: Vec<Pack> = (0..task.samples())
            .map(|n| {
                let mut pack = Pack::new(series(), Digest(7), vec!["n".to_owned()], results());
                let picture = (n < task.pictures()).then(|| {
                    let content = picture(generation, n);
                    let digest = database.blobs().put(&content).unwrap();
                    Value::from(Payload::reference(
                        "p",
                        "image/png",
                        digest,
                        content.len() as u64,
                    ))
                });
                assert!(pack.push(vec![n.into()], 1, vec![Some(generation.into()), picture]));
                pack
            })
            .collect();
        say("storing", generation);
        database.append(&packs).unwrap();
        say("stored", generation);
        match task {
            Task::Compact => {
                say("working", generation);
                database.compact().unwrap();
            }
            Task::Collect => {
                database.compact().unwrap();
                say("working", generation);
                let options = CollectOptions {
                    grace: Duration::ZERO,
                    ..CollectOptions::default()
                };
                database.collect(&options).unwrap();
            }
        }
        say("rested", generation);
    }
}

fn say(what: &str, generation: u64) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n@{what} {generation}").unwrap();
    out.flush().unwrap();
}

struct Running {
    child: Child,
    messages: Receiver<(String, u64)>,
}

fn start(root: &Path, task: Task) -> Running {
    let name = match task {
        Task::Compact => "compact",
        Task::Collect => "collect",
    };
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .env(ROOT, root)
        .env(TASK, name)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let (sender, messages) = channel();
    std::thread::spawn(move || {
        for line in out.lines().map_while(Result::ok) {
            let words = line.strip_prefix('@').and_then(|rest| rest.split_once(' '));
            if let Some((what, generation)) = words {
                let sent = sender.send((what.to_owned(), generation.parse().unwrap()));
                if sent.is_err() {
                    return;
                }
            }
        }
    });
    Running { child, messages }
}

impl Running {
    /// Waits until the child has said something.
    fn wait_for(&self, what: &str, seen: &mut Vec<(String, u64)>) {
        let until = Instant::now() + AT_MOST;
        while seen.last().is_none_or(|(last, _)| last != what) {
            match self
                .messages
                .recv_timeout(until.saturating_duration_since(Instant::now()))
            {
                Ok(message) => seen.push(message),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("the child never printed {what}: {seen:?}")
                }
            }
        }
    }

    /// Kills the child; everything it ever said.
    fn kill(mut self, mut seen: Vec<(String, u64)>) -> Vec<(String, u64)> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        seen.extend(self.messages.iter());
        seen
    }
}

/// The oldest and the newest generation of any sample; `None` in an empty store. Every sample is there with
/// its content.
fn newest(database: &Database, task: Task) -> Option<(u64, u64)> {
    let index = SampleIndex::load(database, &series()).unwrap();
    assert_eq!(index.damaged(), 0);
    if index.is_empty() {
        return None;
    }
    let mut keys = KeyMaker::new(&series(), &["n"]);
    let mut generations = BTreeSet::new();
    for n in 0..task.samples() {
        let stored = index.get(keys.key(&[n.into()], 1));
        let sample: Option<Vec<_>> = stored.and_then(|stored| stored.sample(&results()));
        let sample = sample.unwrap_or_else(|| panic!("sample {n} is lost: {:?}", index.lost()));
        let generation = sample[0].as_ref().and_then(u64::from_value).unwrap();
        let content = sample[1].as_ref().and_then(Value::as_payload);
        let expected = (n < task.pictures()).then(|| picture(generation, n));
        assert_eq!(
            content.and_then(|payload| payload.content()),
            expected.as_deref()
        );
        generations.insert(generation);
    }
    Some((*generations.first()?, *generations.last()?))
}

fn kill_at_work(task: Task) {
    let mut state = 20_261_121_u64;
    let mut random = move |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let began = Instant::now();
    let (mut at_work, mut lasted) = (0, Duration::ZERO);
    while at_work < KILLS {
        let root = tempfile::tempdir().unwrap();
        for _ in 0..4 {
            assert!(
                began.elapsed() < AT_MOST,
                "{at_work} kills, {lasted:?} of work"
            );
            let child = start(root.path(), task);
            let mut seen = Vec::new();
            child.wait_for("working", &mut seen);
            let working = Instant::now();
            if lasted.is_zero() {
                // The first is left alone, to learn how long the work lasts.
                child.wait_for("rested", &mut seen);
                lasted = working.elapsed();
                child.wait_for("working", &mut seen);
            }
            let working = Instant::now();
            let moment = lasted.mul_f64(random(1000) as f64 / 1000.0);
            while working.elapsed() < moment {
                std::hint::spin_loop();
            }
            let seen = child.kill(seen);
            let (last, _) = seen.last().unwrap();
            at_work += usize::from(last == "working");

            let of = |what: &str| {
                let mut latest = seen.iter().rev();
                latest
                    .find(|(name, _)| name == what)
                    .map(|(_, generation)| *generation)
            };
            let (database, notice) = Database::open(root.path(), Duration::ZERO, |_| ()).unwrap();
            assert!(notice.messages.is_empty(), "{:?}", notice.messages);
            let (oldest, newest) = newest(&database, task).unwrap();
            // All that was acknowledged, and perhaps what was being stored just then: all of it or nothing.
            assert_eq!(oldest, newest);
            assert!(
                Some(newest) >= of("stored") && Some(newest) <= of("storing"),
                "{seen:?}"
            );
            let problems = database.check().unwrap().problems;
            assert!(problems.is_empty(), "{problems:?}");
        }
    }
    eprintln!(
        "{at_work} kills at work, which lasts {lasted:?}, in {:?}",
        began.elapsed()
    );
}

#[test]
fn nothing_is_lost_when_a_compaction_is_killed() {
    kill_at_work(Task::Compact);
}

#[test]
fn nothing_is_lost_when_a_collection_is_killed() {
    kill_at_work(Task::Collect);
}
