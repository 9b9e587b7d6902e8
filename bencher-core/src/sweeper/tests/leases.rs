use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::super::lease::Surroundings;
use super::super::{ElementState, ParamSweeper, SweeperError, SweeperOptions};
use crate::measure::FakeClock;

const LEASE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Clocks that stand still until they are set, the one on the wall a year after 1970.
struct Clocks {
    wall: FakeClock,
    monotonic: FakeClock,
}

impl Clocks {
    fn new() -> Self {
        let wall = FakeClock::default();
        wall.advance(DAY * 365);
        Self {
            wall,
            monotonic: FakeClock::default(),
        }
    }

    fn pass(&self, time: Duration) {
        self.wall.advance(time);
        self.monotonic.advance(time);
    }

    /// A handle on a host, where the locks of other hosts are seen or not.
    fn open(&self, dir: &Path, host: u64, far_locks: bool) -> ParamSweeper<u32> {
        let surroundings = Surroundings {
            host,
            name: format!("node{host}"),
            wall: Arc::new(self.wall.clone()),
            monotonic: Arc::new(self.monotonic.clone()),
            far_locks,
        };
        let options = SweeperOptions::new(dir).lease(LEASE);
        options.surroundings(surroundings).open(0..3).unwrap()
    }
}

#[test]
fn what_a_silent_host_has_comes_back_after_the_lease() {
    let dir = tempfile::tempdir().unwrap();
    let clocks = Clocks::new();
    let a = clocks.open(dir.path(), 1, false);
    let b = clocks.open(dir.path(), 2, false);
    assert_eq!(a.get_next().unwrap(), Some(0));
    assert_eq!(b.get_next_batch(9).unwrap(), [1, 2]);
    assert_eq!(b.get_next().unwrap(), None, "the first look");
    clocks.pass(LEASE.checked_sub(Duration::from_millis(1)).unwrap());
    assert_eq!(b.get_next().unwrap(), None);
    clocks.pass(Duration::from_millis(1));
    assert_eq!(b.get_next().unwrap(), Some(0));
    let info = b.info(&0).unwrap().unwrap();
    let error = info.error.unwrap();
    assert!(
        error.starts_with("process ") && error.contains(" on node1 since 1971-01-01"),
        "{error}"
    );
    assert!(error.ends_with(" ended before it was done"), "{error}");
    assert_eq!(info.attempts, 2);
    // The handle was only slow: it learns that its work has another owner.
    let error = a.done(&0).unwrap_err();
    let SweeperError::InvalidTransition { state, owner, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!(*state, ElementState::InProgress);
    assert!(owner.contains("on node2"), "{error}");
    b.done(&0).unwrap();
}

#[test]
fn who_was_only_slow_may_be_done_where_nobody_took_it() {
    let dir = tempfile::tempdir().unwrap();
    let clocks = Clocks::new();
    let a = clocks.open(dir.path(), 1, false);
    let b = clocks.open(dir.path(), 2, false);
    assert_eq!(a.get_next().unwrap(), Some(0));
    b.update().unwrap();
    clocks.pass(LEASE);
    b.update().unwrap();
    assert_eq!(b.get_remaining(), [0, 1, 2]);
    a.done(&0).unwrap();
    assert_eq!(b.get_next().unwrap(), Some(1));
    assert_eq!(b.get_done(), [0]);
}

#[test]
fn signs_of_life_keep_what_a_host_has() {
    let dir = tempfile::tempdir().unwrap();
    let clocks = Clocks::new();
    let a = clocks.open(dir.path(), 1, false);
    let b = clocks.open(dir.path(), 2, false);
    assert_eq!(a.get_next().unwrap(), Some(0));
    for _ in 0..2 {
        b.update().unwrap();
        clocks.pass(LEASE * 3 / 4);
        // A claim gives one, if the last is not fresh.
        assert!(a.get_next().unwrap().is_some());
        b.update().unwrap();
        clocks.pass(LEASE / 2);
    }
    b.update().unwrap();
    assert_eq!(b.get_inprogress(), [0, 1, 2]);
    clocks.pass(LEASE);
    b.update().unwrap();
    assert_eq!(b.get_inprogress(), [0; 0]);
}

#[test]
fn no_clock_takes_anything_from_who_lives_on_this_host() {
    let dir = tempfile::tempdir().unwrap();
    let (here, there) = (Clocks::new(), Clocks::new());
    let a = here.open(dir.path(), 1, false);
    let b = there.open(dir.path(), 1, false);
    assert_eq!(a.get_next().unwrap(), Some(0));
    b.get_next_batch(2).unwrap();
    for jump in [DAY, DAY * 365] {
        there.pass(jump);
        assert_eq!(b.get_next().unwrap(), None);
        here.pass(jump * 3);
        assert_eq!(a.get_next().unwrap(), None);
    }
    // Behind by a year, as if a clock had been set back.
    let back = Clocks {
        wall: FakeClock::default(),
        monotonic: FakeClock::default(),
    };
    assert_eq!(back.open(dir.path(), 1, false).get_next().unwrap(), None);
    assert_eq!(a.get_inprogress(), [0, 1, 2]);
    // A process that ended loses its leases at once.
    drop(a);
    assert_eq!(b.get_next().unwrap(), Some(0));
}

#[test]
fn a_lock_that_other_hosts_see_keeps_what_a_stopped_process_has() {
    let dir = tempfile::tempdir().unwrap();
    let clocks = Clocks::new();
    let a = clocks.open(dir.path(), 1, true);
    let b = clocks.open(dir.path(), 2, true);
    a.get_next_batch(3).unwrap();
    for _ in 0..3 {
        assert_eq!(b.get_next().unwrap(), None);
        clocks.pass(DAY);
    }
    drop(a);
    assert_eq!(b.get_next().unwrap(), Some(0));
}

#[test]
fn a_host_that_was_silent_for_long_is_gone_at_the_first_look() {
    let dir = tempfile::tempdir().unwrap();
    let clocks = Clocks::new();
    let a = clocks.open(dir.path(), 1, false);
    a.get_next_batch(3).unwrap();
    clocks.pass(LEASE * 9);
    assert_eq!(clocks.open(dir.path(), 2, false).get_next().unwrap(), None);
    clocks.pass(LEASE);
    assert_eq!(
        clocks.open(dir.path(), 2, false).get_next().unwrap(),
        Some(0)
    );
}

#[test]
fn the_thread_gives_signs_of_life_while_there_are_claims() {
    let dir = tempfile::tempdir().unwrap();
    let options = SweeperOptions::new(dir.path()).lease(Duration::from_millis(20));
    let sweeper = options.open(0..3).unwrap();
    sweeper.get_next().unwrap();
    let owners = std::fs::read_dir(dir.path().join("owners")).unwrap();
    let file = owners.map(|entry| entry.unwrap().path()).next().unwrap();
    let sign = || std::fs::read(&file).unwrap();
    let first = sign();
    let started = std::time::Instant::now();
    while sign() == first {
        assert!(
            started.elapsed() < Duration::from_secs(60),
            "no sign of life"
        );
        std::thread::yield_now();
    }
    sweeper.done(&0).unwrap();
    drop(sweeper);
    assert!(!file.exists());
}
