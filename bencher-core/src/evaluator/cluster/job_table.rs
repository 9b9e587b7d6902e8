//! The jobs of a coordinator: those that wait, those that workers have, and which results count.

use std::collections::{HashMap, VecDeque};

use serde::Serialize;

use super::super::outcome::Task;
use super::super::process::{Bytes, EncodedOutcome, encode};
use super::message::{ChunkJob, JobName, JobResult};
use crate::value::Digest;

/// The most results of an earlier coordinator that are kept for jobs to come.
const MOST_EARLY: usize = 100_000;

/// All jobs between their submission and their first result.
#[derive(Debug)]
pub(super) struct JobTable<A> {
    waiting: VecDeque<(JobName, Bytes, Task<A>)>,
    /// The jobs that were given to the server.
    published: HashMap<JobName, Task<A>>,
    /// What tells the names of this coordinator from those of others.
    run: u32,
    submissions: u32,
    /// Results that came before their job.
    early: HashMap<u128, JobResult>,
}

/// What a result means.
#[derive(Debug)]
pub(super) enum Arrival<A> {
    /// It is the first of its job.
    First(Task<A>, JobResult),
    /// Its job is done, or was cancelled.
    Duplicate,
    /// It is from before this coordinator, and kept for a job to come.
    Early,
}

/// What a submitted job needs.
#[derive(Debug)]
pub(super) enum Submission<A> {
    /// A worker.
    Waits,
    /// Nothing: an earlier coordinator had it done.
    Done(Task<A>, JobResult),
    /// It cannot be sent; the text says why.
    Unsendable(Task<A>, String),
}

impl<A> JobTable<A> {
    /// The table of a coordinator with a random number.
    pub(super) fn new(run: u32) -> Self {
        Self {
            waiting: VecDeque::new(),
            published: HashMap::new(),
            run,
            submissions: 0,
            early: HashMap::new(),
        }
    }

    /// Accepts a job.
    pub(super) fn submit(&mut self, task: Task<A>) -> Submission<A>
    where
        A: Serialize,
    {
        let args = match encode(&task.args) {
            Ok(args) => args,
            Err(error) => return Submission::Unsendable(task, error),
        };
        let Digest(content) = Digest::of(&args.0);
        let name = (
            content,
            u64::from(self.run) << 32 | u64::from(self.submissions),
        );
        self.submissions = self.submissions.wrapping_add(1);
        if let Some(result) = self.early.remove(&content) {
            return Submission::Done(task, result);
        }
        self.waiting.push_back((name, args, task));
        Submission::Waits
    }

    /// Takes the next jobs, which are from now on with the server: at most `count`, with at most this number of bytes
    /// but for the first.
    pub(super) fn publish(&mut self, count: usize, most_bytes: usize) -> Vec<ChunkJob> {
        let mut jobs = Vec::with_capacity(count.min(self.waiting.len()));
        let mut bytes = 0;
        while jobs.len() < count
            && let Some((_, args, _)) = self.waiting.front()
        {
            bytes += args.0.len() + size_of::<ChunkJob>();
            if bytes > most_bytes && !jobs.is_empty() {
                break;
            }
            if let Some((name, args, task)) = self.waiting.pop_front() {
                self.published.insert(name, task);
                jobs.push(ChunkJob { name, args });
            }
        }
        jobs
    }

    /// Decides about a result.
    pub(super) fn accept(&mut self, result: JobResult) -> Arrival<A> {
        if let Some(task) = self.published.remove(&result.name) {
            return Arrival::First(task, result);
        }
        let (content, submission) = result.name;
        // Only a value stands for a job to come: a failure may be of a moment.
        let is_value = matches!(result.end, EncodedOutcome::Done(_));
        let is_of_another = submission >> 32 != u64::from(self.run);
        if is_value && is_of_another && self.early.len() < MOST_EARLY {
            return match self.early.insert(content, result) {
                Some(_) => Arrival::Duplicate,
                None => Arrival::Early,
            };
        }
        Arrival::Duplicate
    }

    /// Takes a job back from the server, if no result has come.
    pub(super) fn withdraw(&mut self, name: JobName) -> Option<Task<A>> {
        self.published.remove(&name)
    }

    /// Takes the jobs that wait.
    pub(super) fn take_waiting(&mut self) -> impl Iterator<Item = Task<A>> + '_ {
        self.waiting.drain(..).map(|(.., task)| task)
    }

    /// Takes the jobs that are with the server.
    pub(super) fn take_published(&mut self) -> impl Iterator<Item = Task<A>> + '_ {
        self.published.drain().map(|(_, task)| task)
    }

    /// The number of the coordinator.
    pub(super) const fn run(&self) -> u32 {
        self.run
    }

    /// Whether all jobs are done.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.published.is_empty()
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn published(&self) -> usize {
        self.published.len()
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::process::decode;
    use super::*;

    fn submit(table: &mut JobTable<u32>, id: u64, args: u32) -> Submission<u32> {
        table.submit(Task { id, args })
    }

    fn done(name: JobName, value: u32) -> JobResult {
        JobResult {
            name,
            end: EncodedOutcome::Done(encode(&value).unwrap()),
            is_oversized: false,
            usage: None,
            machine: 0,
        }
    }

    fn failed(name: JobName) -> JobResult {
        JobResult {
            name,
            end: EncodedOutcome::Failed("no".to_owned()),
            is_oversized: false,
            usage: None,
            machine: 0,
        }
    }

    #[test]
    fn the_first_result_wins_and_later_ones_are_duplicates() {
        let mut table = JobTable::new(7);
        submit(&mut table, 0, 10);
        submit(&mut table, 1, 11);
        let jobs = table.publish(5, usize::MAX);
        assert_eq!((jobs.len(), table.waiting(), table.published()), (2, 0, 2));
        assert_eq!(decode::<u32>(&jobs[1].args), Ok(11));
        let name = jobs[1].name;
        let Arrival::First(task, result) = table.accept(done(name, 1)) else {
            panic!("no result came before");
        };
        assert_eq!((task.id, result.name), (1, name));
        assert!(matches!(table.accept(done(name, 2)), Arrival::Duplicate));
        assert_eq!(table.published(), 1);
    }

    #[test]
    fn a_job_that_is_tried_again_does_not_get_the_result_of_the_first_try() {
        let mut table = JobTable::new(7);
        submit(&mut table, 0, 10);
        let first = table.publish(1, usize::MAX)[0].name;
        assert!(matches!(table.accept(failed(first)), Arrival::First(..)));
        submit(&mut table, 0, 10);
        let second = table.publish(1, usize::MAX)[0].name;
        assert_ne!(first, second);
        assert!(matches!(table.accept(failed(first)), Arrival::Duplicate));
        assert!(matches!(table.accept(done(second, 1)), Arrival::First(..)));
    }

    #[test]
    fn jobs_travel_together_as_far_as_a_message_holds_them() {
        let mut table = JobTable::new(7);
        for id in 0..5 {
            submit(&mut table, id, 10);
        }
        let each = size_of::<ChunkJob>() + 1;
        assert_eq!(table.publish(9, 2 * each).len(), 2);
        assert_eq!(table.publish(9, 0).len(), 1, "one in any case");
        assert_eq!(table.publish(9, usize::MAX).len(), 2);
        assert!(table.publish(9, usize::MAX).is_empty() && !table.is_empty());
    }

    #[test]
    fn two_equal_jobs_are_two_jobs() {
        let mut table = JobTable::new(7);
        submit(&mut table, 0, 10);
        submit(&mut table, 1, 10);
        let jobs = table.publish(2, usize::MAX);
        assert_ne!(jobs[0].name, jobs[1].name);
        assert_eq!(table.published(), 2);
    }

    #[test]
    fn values_of_an_earlier_coordinator_stand_for_jobs_to_come_and_failures_do_not() {
        let mut before = JobTable::new(1);
        for args in [10, 11] {
            submit(&mut before, 0, args);
        }
        let names: Vec<JobName> = before
            .publish(2, usize::MAX)
            .iter()
            .map(|job| job.name)
            .collect();

        let mut table = JobTable::new(7);
        assert!(matches!(table.accept(done(names[0], 1)), Arrival::Early));
        assert!(matches!(
            table.accept(done(names[0], 1)),
            Arrival::Duplicate
        ));
        assert!(matches!(table.accept(failed(names[1])), Arrival::Duplicate));
        let Submission::Done(task, _) = submit(&mut table, 7, 10) else {
            panic!("its result is there");
        };
        assert_eq!(task.id, 7);
        assert!(matches!(submit(&mut table, 8, 11), Submission::Waits));
        assert!(
            matches!(submit(&mut table, 9, 10), Submission::Waits),
            "another try"
        );
    }

    #[test]
    fn jobs_are_taken_back_once() {
        let mut table = JobTable::new(7);
        for id in 0..3 {
            submit(&mut table, id, 10);
        }
        let jobs = table.publish(2, usize::MAX);
        assert_eq!(table.withdraw(jobs[0].name).map(|task| task.id), Some(0));
        assert!(table.withdraw(jobs[0].name).is_none());
        assert_eq!(table.take_waiting().count(), 1);
        assert_eq!(table.take_published().count(), 1);
        assert!(matches!(
            table.accept(done(jobs[1].name, 1)),
            Arrival::Duplicate
        ));
    }
}
