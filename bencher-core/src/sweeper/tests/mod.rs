//! Tests that need a settable clock, another host, or a look at the files.

mod leases;
mod model;

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::{ParamSweeper, SweeperError, SweeperOptions};

fn open(dir: &Path) -> ParamSweeper<u32> {
    let options = SweeperOptions::new(dir).retry_skipped(false);
    options.open(0..4).unwrap()
}

fn lines(dir: &Path) -> usize {
    let journal = fs::read_to_string(dir.join("sweep.journal")).unwrap();
    journal.lines().count()
}

#[test]
fn a_journal_that_repeats_itself_is_written_anew_and_every_handle_notices() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (open(dir.path()), open(dir.path()));
    b.done(&3).unwrap();
    fs::write(
        dir.path().join("sweep.journal"),
        [
            fs::read(dir.path().join("sweep.journal")).unwrap(),
            b"what is this\n".to_vec(),
        ]
        .concat(),
    )
    .unwrap();
    let mut most = 0;
    for _ in 0..3000 {
        let element = a.get_next().unwrap().unwrap();
        a.cancel_with(&element, "not yet").unwrap();
        most = most.max(lines(dir.path()));
    }
    assert!((4000..4200).contains(&most), "{most}");
    assert!(lines(dir.path()) < 3000);
    let kept = fs::read_to_string(dir.path().join("sweep.damaged")).unwrap();
    assert_eq!(kept, "what is this\n");
    for sweeper in [&a, &b, &open(dir.path())] {
        sweeper.update().unwrap();
        assert_eq!(sweeper.get_done(), [3]);
        let info = sweeper.info(&0).unwrap().unwrap();
        assert_eq!(
            (info.attempts, info.error.as_deref()),
            (3000, Some("not yet"))
        );
    }
    assert_eq!(b.get_next().unwrap(), Some(0));
    assert_eq!(a.get_next().unwrap(), Some(1));
}

#[test]
fn what_a_later_version_wrote_is_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let sweeper = open(dir.path());
    let body = "whatever it says";
    let check = xxhash_rust::xxh3::xxh3_64_with_seed(body.as_bytes(), 2);
    let path = dir.path().join("sweep.journal");
    fs::write(&path, format!("2 {check:016x} {body}\n")).unwrap();
    for error in [
        sweeper.get_next().unwrap_err(),
        sweeper.get_next().unwrap_err(),
        ParamSweeper::open(dir.path(), 0..4).unwrap_err(),
    ] {
        assert!(
            matches!(error, SweeperError::Newer { version: 2, .. }),
            "{error}"
        );
    }
}

#[test]
fn a_journal_that_is_removed_is_begun_anew() {
    let dir = tempfile::tempdir().unwrap();
    let sweeper = open(dir.path());
    sweeper.done(&0).unwrap();
    fs::remove_file(dir.path().join("sweep.journal")).unwrap();
    sweeper.update().unwrap();
    assert_eq!(sweeper.get_remaining(), [0, 1, 2, 3]);
    sweeper.done(&1).unwrap();
    assert_eq!(open(dir.path()).get_done(), [1]);
}

#[test]
fn a_lock_that_is_removed_is_taken_anew() {
    let dir = tempfile::tempdir().unwrap();
    let options = SweeperOptions::new(dir.path()).patience(Duration::ZERO);
    let sweeper = options.open(0..4_u32).unwrap();
    let lock = dir.path().join("sweep.lock");
    fs::remove_file(&lock).unwrap();
    let other = fs::File::create(lock).unwrap();
    other.lock().unwrap();
    let error = sweeper.get_next().unwrap_err();
    assert!(matches!(error, SweeperError::InUse { .. }), "{error}");
    drop(other);
    assert_eq!(sweeper.get_next().unwrap(), Some(0));
}

#[test]
fn a_filter_that_panics_does_no_harm() {
    let dir = tempfile::tempdir().unwrap();
    let sweeper = open(dir.path());
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        crate::panics::catch(std::panic::AssertUnwindSafe(|| {
            sweeper.get_next_by(|_| panic!("no such thing"))
        }))
    }));
    assert!(panicked.unwrap().unwrap_err().contains("no such thing"));
    assert_eq!(
        open(dir.path()).get_next().unwrap(),
        Some(0),
        "the lock is free"
    );
    assert_eq!(sweeper.get_next().unwrap(), Some(1));
}
