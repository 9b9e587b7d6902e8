//! The wait of a worker for its turn to run timed jobs on its host.

use std::time::{Duration, Instant};

use super::super::host_lock::Turn;
use super::super::message::Notice;
use super::Service;

/// How long a worker waits for its turn on its host before it says so.
const QUIET: Duration = Duration::from_secs(1);

/// What a worker has said of its wait for a turn on its host.
#[derive(Debug, Default)]
pub(super) struct TurnWait {
    /// Since when it waits, or when it spoke last.
    since: Option<Instant>,
    owner: Option<String>,
}

impl TurnWait {
    /// It waits: who has the turn, where that is to be said.
    pub(super) fn wait(&mut self, owner: impl FnOnce() -> String) -> Option<String> {
        self.wait_at(Instant::now(), owner)
    }

    fn wait_at(&mut self, now: Instant, owner: impl FnOnce() -> String) -> Option<String> {
        let since = self.since.get_or_insert(now);
        if now.duration_since(*since) < QUIET {
            return None;
        }
        *since = now;
        let owner = Some(owner());
        if self.owner == owner {
            return None;
        }
        self.owner.clone_from(&owner);
        owner
    }

    /// It has the turn: whether it had said that it waits.
    pub(super) fn end_wait(&mut self) -> bool {
        std::mem::take(self).owner.is_some()
    }
}

impl Service<'_> {
    /// The turn of this worker to run jobs on its host, until it is dropped; none while another process has it.
    pub(super) async fn take_turn(&mut self) -> Option<Turn> {
        let Some(lock) = &mut self.lock else {
            return Some(Turn::default());
        };
        let turn = lock.try_acquire();
        let owner = match turn {
            Some(_) => self.turn_wait.end_wait().then_some(None),
            None => self.turn_wait.wait(|| lock.owner()).map(Some),
        };
        if let Some(owner) = owner {
            let notice = Notice::Waits(self.worker.name.clone(), owner);
            self.worker.tell(&self.streams, &notice).await;
        }
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_after_a_second_and_again_where_another_has_the_turn() {
        let mut wait = TurnWait::default();
        let start = Instant::now();
        let mut told = |tenths: u32, owner: &str| {
            wait.wait_at(start + tenths * QUIET / 10, || owner.to_owned())
        };
        assert_eq!(told(0, "a"), None);
        assert_eq!(told(9, "a"), None);
        assert_eq!(told(10, "a").as_deref(), Some("a"));
        assert_eq!(told(25, "a"), None, "it is known");
        assert_eq!(
            told(30, "b"),
            None,
            "the list of locks is not read at every look"
        );
        assert_eq!(told(36, "b").as_deref(), Some("b"));
        assert!(wait.end_wait());
        assert!(!wait.end_wait());
        assert_eq!(
            wait.wait_at(start + 9 * QUIET, || "a".to_owned()),
            None,
            "a new wait"
        );
    }
}
