//! The work list as its users see it: vectors of another program, many handles in threads and processes,
//! damaged files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bencher_core::space::{Combination, Factors, sweep};
use bencher_core::sweeper::{
    ElementState, ParamSweeper, SweeperError, SweeperOptions, element_id, sweep_stats,
};
use serde::Deserialize;

/// A list in which what is skipped stays so.
fn open(dir: &Path, sweeps: std::ops::Range<u32>) -> ParamSweeper<u32> {
    let options = SweeperOptions::new(dir).retry_skipped(false);
    options.open(sweeps).unwrap()
}

fn journal(dir: &Path) -> PathBuf {
    dir.join("sweep.journal")
}

#[test]
fn five_elements() {
    let dir = tempfile::tempdir().unwrap();
    let words = ["x", "y", "z", "v"].map(str::to_owned);
    // One of the five stands twice.
    let five = words.iter().cloned().chain(["x".to_owned()]);
    let sweeper = SweeperOptions::new(dir.path())
        .name("N")
        .open(five)
        .unwrap();
    let x = sweeper.get_next().unwrap().unwrap();
    let y = sweeper.get_next().unwrap().unwrap();
    sweeper.done(&x).unwrap();
    sweeper.skip(&y).unwrap();
    let z = sweeper.get_next().unwrap().unwrap();
    sweeper.cancel(&z).unwrap();
    assert_eq!([x, y, z], ["x", "y", "z"], "in the order as declared");
    assert_eq!(
        sweeper.to_string(),
        "N <4 total, 1 done, 1 skipped, 0 in progress, 2 remaining>"
    );
    assert_eq!(sweeper.len(), 4);
    let stats = sweeper.stats();
    assert_eq!(stats.remaining, ["z", "v"]);
    assert_eq!(
        (stats.done, stats.skipped),
        (vec!["x".to_owned()], vec!["y".to_owned()])
    );
}

#[test]
fn a_place_that_cannot_hold_a_work_list_is_refused_at_once() {
    let error = ParamSweeper::open("", 0..2_u32).unwrap_err();
    assert!(matches!(error, SweeperError::NoDirectory), "{error}");
    assert!(
        error.to_string().contains("empty path; name one"),
        "{error}"
    );
    assert!(!Path::new("sweep.journal").exists());
    let dir = tempfile::tempdir().unwrap();
    let owners = dir.path().join("owners");
    fs::write(&owners, "a list of owners").unwrap();
    let error = ParamSweeper::open(dir.path(), 0..2_u32).unwrap_err();
    let text = error.to_string();
    let expected = format!("cannot use {}: ", owners.display());
    assert!(text.starts_with(&expected), "{text}");
    assert!(
        text.ends_with("a file is in the way, move it away or give another directory"),
        "{text}"
    );
    assert!(!journal(dir.path()).exists(), "nothing was written");
    fs::remove_file(&owners).unwrap();
    assert_eq!(open(dir.path(), 0..2).get_next().unwrap(), Some(0));
}

#[test]
fn every_handle_sees_every_release() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (open(dir.path(), 0..5), open(dir.path(), 0..5));
    assert_eq!(a.get_next().unwrap(), Some(0));
    assert_eq!(b.get_next().unwrap(), Some(1));
    a.update().unwrap();
    assert_eq!(a.get_inprogress(), [0, 1]);
    b.cancel(&1).unwrap();
    a.update().unwrap();
    assert_eq!(a.get_remaining(), [1, 2, 3, 4]);
    a.done(&0).unwrap();
    for element in &a {
        a.done(&element.unwrap()).unwrap();
    }
    assert_eq!(a.get_done(), [0, 1, 2, 3, 4]);
}

#[test]
fn an_illegal_step_names_element_state_and_owner() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (open(dir.path(), 0..5), open(dir.path(), 0..5));
    assert_eq!(a.get_next().unwrap(), Some(0));
    let error = b.done_batch(&[3, 0]).unwrap_err().to_string();
    let process = std::process::id();
    assert!(
        error.starts_with("cannot mark as done 0: it is in progress, with process "),
        "{error}"
    );
    assert!(error.contains(&format!("process {process} on ")), "{error}");
    assert_eq!(b.get_done(), [0; 0], "all or none");
    a.skip(&0).unwrap();
    for error in [a.done(&0), a.skip(&0), a.cancel(&0)] {
        let error = error.unwrap_err();
        let state = ElementState::Skipped;
        assert!(
            matches!(error, SweeperError::InvalidTransition { state: s, .. } if s == state),
            "{error}"
        );
    }
    let error = a.done(&17).unwrap_err().to_string();
    assert!(error.starts_with("17 is not an element"), "{error}");
    assert!(matches!(
        a.done_batch(&[1, 1]),
        Err(SweeperError::InvalidTransition { .. })
    ));
}

#[test]
fn what_is_skipped_stays_so_until_it_is_reset() {
    let dir = tempfile::tempdir().unwrap();
    let a = open(dir.path(), 0..3);
    a.skip_with(&0, "too large").unwrap();
    drop(a);
    let (a, b) = (open(dir.path(), 0..3), open(dir.path(), 0..3));
    assert_eq!(a.get_next_batch(3).unwrap(), [1, 2]);
    let info = a.info(&0).unwrap().unwrap();
    assert_eq!(
        (info.attempts, info.error.as_deref()),
        (0, Some("too large"))
    );
    b.reset(false).unwrap();
    assert_eq!(
        (b.get_remaining(), b.get_inprogress()),
        (vec![0], vec![1, 2])
    );
    b.reset(true).unwrap();
    assert_eq!(b.get_next_batch(3).unwrap(), [0, 1, 2]);
}

#[test]
fn what_is_skipped_is_tried_again_by_the_next_program_unless_it_says_otherwise() {
    let dir = tempfile::tempdir().unwrap();
    let first = ParamSweeper::open(dir.path(), 0..3_u32).unwrap();
    first.skip_with(&0, "too large").unwrap();
    assert_eq!(
        first.get_next().unwrap(),
        Some(1),
        "not by the one that skipped it"
    );
    let beside = ParamSweeper::open(dir.path(), 0..3_u32).unwrap();
    assert_eq!(beside.get_skipped(), [0], "nor by one that works beside it");
    drop(beside);
    first.done(&1).unwrap();
    drop(first);
    assert_eq!(open(dir.path(), 0..3).get_skipped(), [0]);
    let next = ParamSweeper::open(dir.path(), 0..3_u32).unwrap();
    assert_eq!(
        (next.get_remaining(), next.get_done()),
        (vec![0, 2], vec![1])
    );
    let info = next.info(&0).unwrap().unwrap();
    assert_eq!(
        info.error.as_deref(),
        Some("too large"),
        "what is known of it is kept"
    );
}

#[test]
fn other_elements_keep_what_is_known() {
    let dir = tempfile::tempdir().unwrap();
    let sweeper = SweeperOptions::new(dir.path())
        .save_sweeps(true)
        .open(0..5_u32)
        .unwrap();
    let taken = sweeper.get_next_batch(2).unwrap();
    sweeper.done(&4).unwrap();
    sweeper.set_sweeps(4..6, false).unwrap();
    assert_eq!(
        (sweeper.get_done(), sweeper.get_remaining()),
        (vec![4], vec![5])
    );
    // What was taken before is still in these hands.
    sweeper.done_batch(&taken).unwrap();
    let saved = SweeperOptions::new(dir.path()).open_saved::<u32>().unwrap();
    assert_eq!(
        (saved.get_sweeps(), saved.get_done()),
        (vec![0, 1, 2, 3, 4], vec![0, 1, 4])
    );
    let nothing = tempfile::tempdir().unwrap();
    let error = SweeperOptions::new(nothing.path())
        .open_saved::<u32>()
        .unwrap_err();
    assert!(matches!(error, SweeperError::NothingSaved(_)));
}

#[test]
fn an_element_that_does_not_come_back_is_not_saved() {
    let dir = tempfile::tempdir().unwrap();
    let error = SweeperOptions::new(dir.path())
        .save_sweeps(true)
        .open([f64::NAN])
        .unwrap_err();
    assert!(
        error.to_string().starts_with("cannot store NaN: "),
        "{error}"
    );
    assert!(
        ParamSweeper::open(dir.path(), [f64::NAN]).is_ok(),
        "but it is a work list"
    );
}

#[derive(Deserialize)]
struct Vectors {
    sweep_stats: StatsVector,
}

#[derive(Deserialize)]
struct StatsVector {
    factors: Factors,
    done: Vec<Combination>,
    inprogress: Vec<Combination>,
    stats: serde_json::Value,
}

/// What another program says of the same sweep (`execo_engine` 2.8.2; see the file).
#[test]
fn stats_by_level() {
    let vectors: Vectors = serde_json::from_str(include_str!("vectors/execo.json")).unwrap();
    let vector = vectors.sweep_stats;
    let dir = tempfile::tempdir().unwrap();
    let combinations = sweep(&vector.factors).unwrap();
    let sweeper = ParamSweeper::open(dir.path(), combinations.iter()).unwrap();
    sweeper.done_batch(&vector.done).unwrap();
    for wanted in &vector.inprogress {
        let id = element_id(wanted).unwrap();
        let got = sweeper.get_next_by(|mut todo| {
            todo.find(|c| element_id(*c).unwrap() == id)
                .into_iter()
                .collect()
        });
        assert!(got.unwrap().is_some());
    }
    let stats = sweep_stats(&sweeper.stats());
    assert_eq!(stats.to_json(), vector.stats);
    let lines = stats.to_string();
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!(
        lines[0],
        "algo=a     1 of    2 done, 0 skipped, 0 in progress, 1 remaining"
    );
    let names: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(names, ["algo=a", "algo=b", "k=1", "k=2", "n=10"]);
}

#[test]
fn identities_do_not_depend_on_the_order_of_keys() {
    let id = |text: &str| {
        let factors: Factors = serde_json::from_str(text).unwrap();
        element_id(&sweep(&factors).unwrap().get(0).unwrap()).unwrap()
    };
    let one = id(r#"{"a": [1], "b": ["x"]}"#);
    assert_eq!(one, id(r#"{"b": ["x"], "a": [1.0]}"#));
    assert_ne!(one, id(r#"{"a": ["1"], "b": ["x"]}"#));
    assert_eq!(
        one.to_string(),
        "724a582427b9c9a67ccf902d0d19f6c9",
        "it never changes"
    );
}

/// Three done records, with a change to the file.
fn three_done(change: impl FnOnce(&mut Vec<u8>)) -> (tempfile::TempDir, ParamSweeper<u32>) {
    let dir = tempfile::tempdir().unwrap();
    let sweeper = open(dir.path(), 0..3);
    (0..3).for_each(|n| sweeper.done(&n).unwrap());
    drop(sweeper);
    let mut bytes = fs::read(journal(dir.path())).unwrap();
    change(&mut bytes);
    fs::write(journal(dir.path()), bytes).unwrap();
    let sweeper = open(dir.path(), 0..3);
    (dir, sweeper)
}

#[test]
fn a_record_that_is_cut_off_costs_itself() {
    let mut torn = Vec::new();
    let (dir, sweeper) = three_done(|bytes| {
        bytes.truncate(bytes.len() - 2);
        torn.clone_from(bytes);
    });
    assert_eq!(sweeper.get_done(), [0, 1]);
    assert_eq!(sweeper.take_damaged_lines().len(), 1);
    // What is written next begins on a line of its own, and nothing is taken away.
    sweeper.done(&2).unwrap();
    assert!(fs::read(journal(dir.path())).unwrap().starts_with(&torn));
    assert_eq!(open(dir.path(), 0..3).get_done(), [0, 1, 2]);
    // A record whole but for its end counts.
    let (_, sweeper) = three_done(|bytes| bytes.truncate(bytes.len() - 1));
    assert_eq!(sweeper.get_done(), [0, 1, 2]);
    assert_eq!(sweeper.take_damaged_lines(), []);
}

#[test]
fn a_byte_that_is_changed_costs_one_record() {
    // The owner's record comes first; then that of the first element.
    for line in 0..4 {
        let mut damaged = Vec::new();
        let (dir, sweeper) = three_done(|bytes| {
            let starts = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
            let starts: Vec<usize> = [0]
                .into_iter()
                .chain(starts.map(|(at, _)| at + 1))
                .collect();
            bytes[starts[line] + 30] ^= 1;
            damaged.clone_from(bytes);
        });
        let expected: Vec<u32> = (0..3).filter(|n| *n as usize + 1 != line).collect();
        assert_eq!(sweeper.get_done(), expected);
        assert_eq!(sweeper.take_damaged_lines().len(), 1);
        sweeper.full_update().unwrap();
        assert_eq!(sweeper.take_damaged_lines(), [], "it is returned once");
        for n in sweeper.get_remaining() {
            sweeper.done(&n).unwrap();
        }
        assert!(fs::read(journal(dir.path())).unwrap().starts_with(&damaged));
    }
}

#[test]
fn any_damage_leaves_the_other_records() {
    let mut state = 20_261_121_u64;
    let mut random = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()
    };
    for _ in 0..200 {
        let mut hit = 0;
        let (_dir, sweeper) = three_done(|bytes| {
            let [a, b, byte, ..] = random();
            hit = usize::from(u16::from_be_bytes([a, b])) % bytes.len();
            bytes[hit] = byte;
        });
        let done = sweeper.get_done().len();
        // A new line in the midst of one costs that one; one that goes, those beside it.
        assert!(done >= 1, "{done} after a change at {hit}");
        assert!(sweeper.take_damaged_lines().len() <= 2);
    }
}

#[test]
fn what_stands_after_a_power_failure_is_passed_over() {
    let (dir, sweeper) = three_done(|bytes| bytes.extend([0; 4096]));
    assert_eq!(sweeper.get_done(), [0, 1, 2]);
    assert_eq!(sweeper.take_damaged_lines().len(), 1);
    let more = open(dir.path(), 0..4);
    more.done(&3).unwrap();
    assert_eq!(open(dir.path(), 0..4).get_done(), [0, 1, 2, 3]);
}

/// Where a child works, and what it does; set only for the child.
const DIR: &str = "BENCHER_TEST_SWEEPER_DIR";
const ITEMS: u32 = 300;

/// Takes everything in two threads with a handle each and two that share one; what each got.
fn drain(dir: &Path) -> Vec<u32> {
    let shared = open(dir, 0..ITEMS);
    let all = |sweeper: &ParamSweeper<u32>| {
        let mut got = Vec::new();
        while let Some(n) = sweeper.wait_next(Duration::from_secs(60)).unwrap() {
            got.push(n);
            // Some are given back, so that the others see them again.
            if n % 7 == 0 && sweeper.info(&n).unwrap().unwrap().attempts == 1 {
                sweeper.cancel(&n).unwrap();
                got.pop();
            } else {
                sweeper.done(&n).unwrap();
            }
        }
        got
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|thread| {
                let shared = &shared;
                scope.spawn(move || match thread {
                    0 | 1 => all(&open(dir, 0..ITEMS)),
                    _ => all(shared),
                })
            })
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    })
}

fn assert_each_once(got: &[u32]) {
    let mut times: BTreeMap<u32, u32> = BTreeMap::new();
    for n in got {
        *times.entry(*n).or_default() += 1;
    }
    assert!(times.values().all(|times| *times == 1), "{times:?}");
    assert_eq!(times.len(), ITEMS as usize);
}

#[test]
fn threads_and_handles_get_each_element_once() {
    let dir = tempfile::tempdir().unwrap();
    assert_each_once(&drain(dir.path()));
    assert_eq!(open(dir.path(), 0..ITEMS).get_done().len(), ITEMS as usize);
}

#[test]
fn whoever_reads_all_again_disturbs_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let sweeper = open(dir.path(), 0..ITEMS);
    let left = AtomicUsize::new(4);
    let got = std::thread::scope(|scope| {
        let threads = [(); 4].map(|()| {
            scope.spawn(|| {
                let got: Vec<u32> = sweeper.iter().map(Result::unwrap).collect();
                left.fetch_sub(1, Ordering::SeqCst);
                got
            })
        });
        while left.load(Ordering::SeqCst) > 0 {
            sweeper.full_update().unwrap();
            sweeper.set_sweeps(0..ITEMS, false).unwrap();
        }
        threads.map(|thread| thread.join().unwrap()).concat()
    });
    assert_each_once(&got);
}

/// The program under test: does nothing unless this test binary starts itself for it.
#[test]
fn child() {
    if let Some(dir) = std::env::var_os(DIR) {
        let got: Vec<String> = drain(Path::new(&dir)).iter().map(u32::to_string).collect();
        let name = format!("got-{}", std::process::id());
        fs::write(Path::new(&dir).join(name), got.join(" ")).unwrap();
    }
}

#[test]
fn processes_threads_and_handles_get_each_element_once() {
    let dir = tempfile::tempdir().unwrap();
    let children: Vec<_> = (0..3)
        .map(|_| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "child", "--test-threads=1"])
                .env(DIR, dir.path())
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    let mut got = drain(dir.path());
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let files = fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files = files.filter(|path| {
        path.file_name()
            .unwrap()
            .to_string_lossy()
            .starts_with("got-")
    });
    let texts: Vec<String> = files
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    assert_eq!(texts.len(), 3);
    got.extend(
        texts
            .iter()
            .flat_map(|text| text.split_whitespace().map(|n| n.parse::<u32>().unwrap())),
    );
    assert_each_once(&got);
    let left: BTreeSet<_> = fs::read_dir(dir.path().join("owners"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    assert!(
        left.is_empty(),
        "every handle took its file with it: {left:?}"
    );
}

#[test]
fn the_journal_of_version_1_is_read() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sweeper_fixtures/v1");
    let dir = tempfile::tempdir().unwrap();
    for name in ["sweep.journal", "sweep.elements"] {
        fs::copy(fixture.join(name), dir.path().join(name)).unwrap();
    }
    let sweeper = SweeperOptions::new(dir.path())
        .retry_skipped(false)
        .open_saved::<Combination>()
        .unwrap();
    let stats = sweeper.stats();
    let texts = |list: &[Combination]| list.iter().map(Combination::to_string).collect::<Vec<_>>();
    assert_eq!(
        texts(&stats.sweeps),
        ["algo=a k=1 n=10", "algo=a k=2 n=10", "algo=b n=10"]
    );
    assert_eq!(texts(&stats.done), ["algo=a k=1 n=10"]);
    assert_eq!(texts(&stats.skipped), ["algo=a k=2 n=10"]);
    assert_eq!(
        texts(&stats.remaining),
        ["algo=b n=10"],
        "whoever had it is gone"
    );
    assert_eq!(sweeper.take_damaged_lines(), []);
    let info = |at: usize| sweeper.info(&stats.sweeps[at]).unwrap().unwrap();
    assert_eq!((info(0).attempts, info(0).result::<f64>()), (2, Some(0.25)));
    assert_eq!(info(0).error.as_deref(), Some("no machine"));
    assert_eq!(info(1).error.as_deref(), Some("too \"large\""));
    assert_eq!(info(0).owner.unwrap().host, "node1");
}

/// What is acknowledged comes back.
#[test]
fn a_result_that_json_lacks_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let sweeper = open(dir.path(), 0..3);
    let element = sweeper.get_next().unwrap().unwrap();
    for lost in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        let error = sweeper
            .done_with(&element, &[1.0, lost])
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("the result of 0") && error.contains("JSON"),
            "{error}"
        );
    }
    assert_eq!(
        sweeper.info(&element).unwrap().unwrap().state,
        ElementState::InProgress
    );
    sweeper.done_with(&element, &Some(0.5)).unwrap();
    assert_eq!(
        sweeper.info(&element).unwrap().unwrap().result::<f64>(),
        Some(0.5)
    );
    // Both zeros are elements.
    let dir = tempfile::tempdir().unwrap();
    let zeros = ParamSweeper::open(dir.path(), [0.0_f64, -0.0]).unwrap();
    let (first, second) = (
        zeros.get_next().unwrap().unwrap(),
        zeros.get_next().unwrap().unwrap(),
    );
    assert!(first.is_sign_positive() && second.is_sign_negative());
}
