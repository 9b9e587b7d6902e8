//! The workers of a coordinator: who is alive, and what each host has done.
//!
//! A coordinator looks here after every message. So nothing but [`forget_silent`](Hosts::forget_silent) goes through all
//! workers.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{Duration, Instant};

use super::HostShare;
use super::message::{Join, WorkerName};
use crate::console::visible_line;
use crate::measure::Environment;

/// How often a worker and the coordinator say that they are alive. With a thousand workers, this is a good part of all
/// messages.
pub(super) const BEAT: Duration = Duration::from_secs(2);
/// How long a worker is counted that says nothing.
const SILENCE: Duration = Duration::from_secs(8);
/// The most characters of a host's name: it comes from elsewhere.
const MOST_NAME: usize = 64;

/// A worker that is alive.
#[derive(Debug)]
struct Presence {
    heard: Instant,
    /// How many jobs it runs at the same time.
    slots: u32,
}

/// The workers and hosts of a sweep.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    /// The workers that are alive, and how many jobs they run at the same time.
    workers: HashMap<WorkerName, Presence>,
    slots: usize,
    /// The workers that ever joined, by their numbers.
    joined: HashSet<u64>,
    /// Their environments, where one host measures.
    environments: HashMap<u64, Environment>,
    shares: BTreeMap<String, HostShare>,
    /// The classes of the machines that finished jobs.
    classes: HashSet<u128>,
}

impl Hosts {
    /// A worker joins. One that asks again, because an answer is late, joins once.
    pub(super) fn join(&mut self, join: &Join) {
        if !self.joined.insert(join.worker.instance) {
            return;
        }
        let environment = &join.environment;
        let share = self.share(&join.worker.host);
        share.workers += 1;
        share.machine = Some(environment.class());
        share.processor = environment.cpu.as_deref().map(shortened);
        share.governor = environment.governor.as_deref().map(shortened);
    }

    /// Keeps the environment of a worker that joins, which may measure.
    pub(super) fn keep_environment(&mut self, join: &Join) {
        let environment = join.environment.clone();
        self.environments.insert(join.worker.instance, environment);
    }

    /// The worker that is to measure, with its environment: one that is ready, on the host of the one before if there
    /// is any, else on a machine of the same class, else on any.
    pub(super) fn measuring(
        &self,
        before: Option<&WorkerName>,
    ) -> Option<(WorkerName, &Environment)> {
        // Workers of one host may be allowed different numbers of cores.
        let class = |worker: &WorkerName| {
            let environment = self.environments.get(&worker.instance);
            environment.map(Environment::class)
        };
        let ready = self
            .workers
            .iter()
            .filter(|(_, presence)| presence.slots > 0);
        let known = ready.filter_map(|(worker, _)| {
            let environment = self.environments.get(&worker.instance)?;
            Some((worker, environment))
        });
        let chosen = known.min_by_key(|(worker, _)| {
            let is_elsewhere = before.is_some_and(|before| before.host != worker.host);
            let is_other = before.is_some_and(|before| class(before) != class(worker));
            (is_other, is_elsewhere, &worker.host, worker.instance)
        });
        chosen.map(|(worker, environment)| (worker.clone(), environment))
    }

    /// How many jobs a worker runs at the same time; 0 where it is not alive.
    pub(super) fn slots_of(&self, worker: &WorkerName) -> usize {
        self.workers
            .get(worker)
            .map_or(0, |presence| presence.slots as usize)
    }

    /// How many hosts have workers.
    pub(super) fn alive(&self) -> usize {
        self.shares.values().filter(|share| share.alive > 0).count()
    }

    /// A worker takes over a chunk from one that was lost.
    pub(super) fn take_over(&mut self, worker: &WorkerName) {
        self.share(&worker.host).redelivered += 1;
    }

    /// A worker says that it is alive.
    pub(super) fn beat(&mut self, worker: WorkerName, slots: u32) {
        let heard = Instant::now();
        match self.workers.get_mut(&worker) {
            Some(presence) => {
                self.slots = self.slots - presence.slots as usize + slots as usize;
                *presence = Presence { heard, slots };
            }
            None => {
                self.slots += slots as usize;
                self.share(&worker.host).alive += 1;
                self.workers.insert(worker, Presence { heard, slots });
            }
        }
    }

    /// A worker ends.
    pub(super) fn leave(&mut self, worker: &WorkerName) {
        if let Some(presence) = self.workers.remove(worker) {
            self.slots -= presence.slots as usize;
            let share = self.share(&worker.host);
            share.alive = share.alive.saturating_sub(1);
            if share.alive == 0 {
                share.waits_for = None;
            }
        }
    }

    /// A worker waits for its turn on its host, which somebody else has; or no longer.
    pub(super) fn wait_for(&mut self, worker: &WorkerName, owner: Option<&str>) {
        self.share(&worker.host).waits_for = owner.map(shortened);
    }

    /// A machine of this class was the first to finish a job.
    pub(super) fn note_class(&mut self, class: u128) {
        self.classes.insert(class);
    }

    /// How many classes of machines finished jobs.
    pub(super) fn classes(&self) -> usize {
        self.classes.len()
    }

    /// A host was the first to finish some jobs; some of them may have failed.
    pub(super) fn finish(&mut self, host: &str, jobs: u64, failed: u64) {
        let share = self.share(host);
        share.jobs += jobs;
        share.failed += failed;
    }

    /// Forgets the workers that have been silent for too long.
    pub(super) fn forget_silent(&mut self) {
        let is_silent = |presence: &Presence| presence.heard.elapsed() >= SILENCE;
        let silent: Vec<WorkerName> = self
            .workers
            .iter()
            .filter(|(_, presence)| is_silent(presence))
            .map(|(worker, _)| worker.clone())
            .collect();
        for worker in silent {
            self.leave(&worker);
        }
    }

    /// How many jobs run at the same time.
    pub(super) const fn slots(&self) -> usize {
        self.slots
    }

    /// The share of each host.
    pub(super) fn shares(&self) -> Vec<HostShare> {
        self.shares.values().cloned().collect()
    }

    fn share(&mut self, host: &str) -> &mut HostShare {
        let host = shortened(host);
        self.shares
            .entry(host)
            .or_insert_with_key(|host| HostShare {
                host: host.clone(),
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

    /// A worker that joins; machines of one class have the same number of cores.
    fn join(host: &str, instance: u64, cores: u32) -> Join {
        Join {
            worker: worker(host, instance),
            code: 0,
            sweep: None,
            environment: Environment {
                cpu: Some("a \u{1b}[31mred one".to_owned()),
                cores: Some(cores),
                ..Environment::capture()
            },
        }
    }

    fn worker(host: &str, instance: u64) -> WorkerName {
        WorkerName {
            host: host.to_owned(),
            instance,
        }
    }

    #[test]
    fn workers_are_counted_while_they_live() {
        let mut hosts = Hosts::default();
        for instance in [1, 2] {
            hosts.join(&join("n1", instance, 5));
            hosts.beat(worker("n1", instance), 2);
        }
        // Its answer was late, so it asked again.
        hosts.join(&join("n1", 1, 5));
        hosts.beat(worker("n1", 1), 2);
        assert_eq!(hosts.slots(), 4);
        for _ in 0..2 {
            hosts.leave(&worker("n1", 2));
        }
        hosts.forget_silent();
        assert_eq!(hosts.slots(), 2);
        let share = &hosts.shares()[0];
        assert_eq!((share.workers, share.alive), (2, 1));
        assert!(!share.processor.as_ref().unwrap().contains('\u{1b}'));
    }

    #[test]
    fn a_host_says_what_it_waits_for_while_it_does() {
        let mut hosts = Hosts::default();
        let one = worker("n1", 1);
        hosts.beat(one.clone(), 1);
        hosts.wait_for(&one, Some("process 7\n(\u{1b}[31mother)"));
        let line = hosts.shares()[0].to_string();
        assert!(
            line.ends_with(", waits for process 7\\n(\\u{1b}[31mother)"),
            "{line}"
        );
        hosts.wait_for(&one, None);
        assert_eq!(hosts.shares()[0].waits_for, None);
        hosts.wait_for(&one, Some("process 7"));
        hosts.leave(&one);
        assert_eq!(hosts.shares()[0].waits_for, None, "nobody waits");
    }

    #[test]
    fn each_host_has_its_share() {
        let mut hosts = Hosts::default();
        hosts.join(&join("n2", 1, 5));
        hosts.join(&join("n1", 2, 6));
        hosts.take_over(&worker("n2", 1));
        hosts.finish("n2", 2, 1);
        let shares = hosts.shares();
        let shown: Vec<String> = shares.iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "host n1: 1 workers, 0 samples, 0 failed",
                "host n2: 1 workers, 2 samples, 1 failed, 1 redelivered"
            ]
        );
        let class = join("n1", 2, 6).environment.class();
        assert_eq!(shares[0].machine, Some(class));
        assert_ne!(shares[1].machine, Some(class));
    }

    #[test]
    fn one_worker_measures_and_another_of_its_host_or_class_follows() {
        let mut hosts = Hosts::default();
        // The first has no place yet.
        for (host, instance, cores, slots) in [
            ("n0", 1, 4, 0),
            ("n2", 3, 8, 1),
            ("n2", 2, 8, 1),
            ("n3", 4, 4, 1),
            ("n9", 5, 8, 1),
        ] {
            let join = join(host, instance, cores);
            hosts.join(&join);
            hosts.keep_environment(&join);
            hosts.beat(worker(host, instance), slots);
        }
        let mut order = Vec::new();
        let mut before = None;
        while let Some((chosen, environment)) = hosts.measuring(before.as_ref()) {
            assert_eq!(
                environment.cores,
                Some(if chosen.host == "n3" { 4 } else { 8 })
            );
            hosts.leave(&chosen);
            order.push(chosen.instance);
            before = Some(chosen);
        }
        assert_eq!(order, [2, 3, 5, 4]);
        assert_eq!(hosts.slots(), 0);
    }

    #[test]
    fn a_long_name_is_cut() {
        let mut hosts = Hosts::default();
        hosts.finish(&"x".repeat(10_000), 1, 0);
        assert_eq!(hosts.shares()[0].host.len(), MOST_NAME);
    }
}
