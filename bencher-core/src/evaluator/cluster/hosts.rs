//! The workers of a coordinator: who is alive, and what each host has done.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use super::HostShare;
use super::message::WorkerName;
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
    pub(super) fn join(&mut self, worker: &WorkerName, machine: Digest) {
        let share = self.share(&worker.host);
        share.workers += 1;
        share.machine = Some(machine);
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
        self.shares.values().cloned().collect()
    }

    fn share(&mut self, host: &str) -> &mut HostShare {
        let host: String = host.chars().take(MOST_NAME).collect();
        self.shares
            .entry(host.clone())
            .or_insert_with(|| HostShare {
                host,
                ..HostShare::default()
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            hosts.join(&worker("n1", process), Digest(5));
            hosts.beat(worker("n1", process), 2);
        }
        hosts.beat(worker("n1", 1), 2);
        assert_eq!(hosts.slots(), 4);
        hosts.leave(&worker("n1", 2));
        hosts.forget_silent();
        assert_eq!(hosts.slots(), 2);
    }

    #[test]
    fn each_host_has_its_share() {
        let mut hosts = Hosts::default();
        hosts.join(&worker("n2", 1), Digest(5));
        hosts.join(&worker("n1", 1), Digest(6));
        hosts.finish("n2", false);
        hosts.finish("n2", true);
        let shares = hosts.shares();
        let shown: Vec<String> = shares.iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "host n1: 1 workers, 0 samples, 0 failed",
                "host n2: 1 workers, 2 samples, 1 failed"
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
