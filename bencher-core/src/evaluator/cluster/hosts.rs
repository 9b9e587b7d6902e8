//! The workers of a coordinator: who is alive, and what each host has done.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use super::HostShare;
use super::message::{Join, WorkerName};
use crate::console::visible_line;
use crate::value::Digest;

/// How often a worker says that it is alive.
pub(super) const BEAT: Duration = Duration::from_secs(1);
/// How long a worker is counted that says nothing.
const SILENCE: Duration = Duration::from_secs(8);
/// The most characters of a host's name: it comes from elsewhere.
const MOST_NAME: usize = 64;

/// The workers and hosts of a sweep.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    workers: HashMap<WorkerName, (Instant, u32)>,
    shares: BTreeMap<String, HostShare>,
}

impl Hosts {
    /// A worker joins.
    pub(super) fn join(&mut self, join: &Join) {
        let share = self.share(&join.worker.host);
        share.workers += 1;
        share.machine = Some(Digest(join.machine));
        share.processor = join.processor.as_deref().map(shortened);
        share.governor = join.governor.as_deref().map(shortened);
    }

    /// A worker takes over a chunk from one that was lost.
    pub(super) fn take_over(&mut self, worker: &WorkerName) {
        self.share(&worker.host).redelivered += 1;
    }

    /// A worker says that it is alive.
    pub(super) fn beat(&mut self, worker: WorkerName, slots: u32) {
        self.workers.insert(worker, (Instant::now(), slots));
    }

    /// A worker ends.
    pub(super) fn leave(&mut self, worker: &WorkerName) {
        self.workers.remove(worker);
    }

    /// A host finished a job first.
    pub(super) fn finish(&mut self, host: &str, failed: bool) {
        let share = self.share(host);
        share.jobs += 1;
        share.failed += u64::from(failed);
    }

    /// Forgets the workers that have been silent for too long.
    pub(super) fn forget_silent(&mut self) {
        self.workers
            .retain(|_, (heard, _)| heard.elapsed() < SILENCE);
    }

    /// How many jobs run at the same time.
    pub(super) fn slots(&self) -> usize {
        self.workers
            .values()
            .map(|(_, slots)| *slots as usize)
            .sum()
    }

    /// The share of each host.
    pub(super) fn shares(&self) -> Vec<HostShare> {
        let mut shares = self.shares.clone();
        for worker in self.workers.keys() {
            if let Some(share) = shares.get_mut(&shortened(&worker.host)) {
                share.alive += 1;
            }
        }
        shares.into_values().collect()
    }

    fn share(&mut self, host: &str) -> &mut HostShare {
        let host = shortened(host);
        self.shares
            .entry(host.clone())
            .or_insert_with(|| HostShare {
                host,
                ..HostShare::default()
            })
    }
}

/// A name from elsewhere, on one line and not too long.
fn shortened(name: &str) -> String {
    visible_line(name).chars().take(MOST_NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn join(host: &str, process: u32, machine: u128) -> Join {
        Join {
            worker: worker(host, process),
            code: 0,
            sweep: None,
            machine,
            processor: Some("a \u{1b}[31mred one".to_owned()),
            governor: None,
        }
    }

    fn worker(host: &str, process: u32) -> WorkerName {
        WorkerName {
            host: host.to_owned(),
            process,
        }
    }

    #[test]
    fn workers_are_counted_while_they_live() {
        let mut hosts = Hosts::default();
        for process in [1, 2] {
            hosts.join(&join("n1", process, 5));
            hosts.beat(worker("n1", process), 2);
        }
        hosts.beat(worker("n1", 1), 2);
        assert_eq!(hosts.slots(), 4);
        hosts.leave(&worker("n1", 2));
        hosts.forget_silent();
        assert_eq!(hosts.slots(), 2);
        let share = &hosts.shares()[0];
        assert_eq!((share.workers, share.alive), (2, 1));
        assert!(!share.processor.as_ref().unwrap().contains('\u{1b}'));
    }

    #[test]
    fn each_host_has_its_share() {
        let mut hosts = Hosts::default();
        hosts.join(&join("n2", 1, 5));
        hosts.join(&join("n1", 1, 6));
        hosts.take_over(&worker("n2", 1));
        hosts.finish("n2", false);
        hosts.finish("n2", true);
        let shares = hosts.shares();
        let shown: Vec<String> = shares.iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "host n1: 1 workers, 0 samples, 0 failed",
                "host n2: 1 workers, 2 samples, 1 failed, 1 redelivered"
            ]
        );
        assert_eq!(shares[0].machine, Some(Digest(6)));
    }

    #[test]
    fn a_long_name_is_cut() {
        let mut hosts = Hosts::default();
        hosts.finish(&"x".repeat(10_000), false);
        assert_eq!(hosts.shares()[0].host.len(), MOST_NAME);
    }
}
