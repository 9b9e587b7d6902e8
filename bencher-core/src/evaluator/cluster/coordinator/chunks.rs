//! How jobs go to the server and are taken back from it.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::chunk_size::Sizes;
use super::super::message::{Chunk, Control, JobName, ROOM, pack, unpack};
use super::super::streams::next_message;
use super::super::{HostRule, WorkerPlacement};
use super::{Coordinator, Outcome, Task};

/// How long a coordinator waits before it publishes a chunk again.
const PAUSE: Duration = Duration::from_secs(1);
/// How long it waits for a chunk that it takes back.
const GLANCE: Duration = Duration::from_millis(50);

/// Chunks on their way to the server, in order.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    /// What tells the chunks of this coordinator from those of an earlier one.
    run: String,
    chunks: VecDeque<OutgoingChunk>,
    /// How many chunks there were.
    count: u64,
    /// When the first chunk is sent again, after the server did not answer.
    again_at: Option<Instant>,
}

#[derive(Debug)]
struct OutgoingChunk {
    /// What the server knows it by, should it be sent twice.
    name: String,
    jobs: Vec<JobName>,
    message: Vec<u8>,
}

impl Outbox {
    pub(super) fn new(run: String) -> Self {
        Self {
            run,
            ..Self::default()
        }
    }

    pub(super) fn clear(&mut self) {
        self.chunks.clear();
    }
}

impl<A, R> Coordinator<A, R>
where
    A: Serialize,
    R: DeserializeOwned,
{
    /// How many jobs run at the same time, or will when the workers are there.
    pub(super) fn slots(&self) -> usize {
        let slots = match self.setup.sweep.rule {
            HostRule::AllWorkers => self.hosts.slots(),
            HostRule::OneJobPerHost => self.hosts.alive().min(self.hosts.slots()),
            HostRule::OneHost => return 1,
        };
        match slots {
            0 => {
                let launch = self.setup.sweep.options.launch.as_ref();
                let expected = launch.and_then(WorkerPlacement::workers);
                expected.unwrap_or(self.setup.workers).max(1)
            }
            slots => slots,
        }
    }

    /// How many jobs travel together, and how many are on their way.
    pub(super) fn sizes(&self) -> Sizes {
        Sizes::of(self.nanoseconds, self.slots())
    }

    /// Publishes chunks, as long as fewer jobs are at the server than its workers need.
    pub(super) async fn publish(&mut self) {
        if self.is_cancelled || self.broken.is_some() {
            return;
        }
        if self.outbox.again_at.is_some_and(|at| Instant::now() < at) {
            return;
        }
        let most = self.sizes().at_server();
        loop {
            if self.outbox.chunks.is_empty() && !(self.table.published() < most && self.fill()) {
                return;
            }
            let Some(chunk) = self.outbox.chunks.front() else {
                return;
            };
            let sent = self
                .streams
                .publish_jobs(&chunk.name, chunk.message.clone())
                .await;
            if sent.is_err() {
                self.outbox.again_at = Instant::now().checked_add(PAUSE);
                return;
            }
            self.outbox.again_at = None;
            self.outbox.chunks.pop_front();
        }
    }

    /// Makes the next chunk; false where no job waits.
    fn fill(&mut self) -> bool {
        let waiting = self.table.waiting();
        if waiting == 0 {
            return false;
        }
        let count = self.sizes().next_chunk(waiting);
        let most = self.client.max_payload();
        let jobs = self.table.publish(count, most / 2);
        let names = jobs.iter().map(|job| job.name).collect();
        match pack(&Chunk { losses: 0, jobs }) {
            Ok(message) if message.len() <= most.saturating_sub(ROOM) => {
                self.outbox.count += 1;
                self.outbox.chunks.push_back(OutgoingChunk {
                    name: format!("{}-{}", self.outbox.run, self.outbox.count),
                    jobs: names,
                    message,
                });
            }
            Ok(message) => self.fail_unsendable(
                &names,
                &format!(
                    "its arguments of {} bytes are larger than a message may be: the server takes \
                     {most} bytes; use a server with a larger `max_payload` (up to 64 MB) by \
                     `--nats URL`",
                    message.len()
                ),
            ),
            Err(error) => self.fail_unsendable(&names, &error),
        }
        true
    }

    fn fail_unsendable(&mut self, names: &[JobName], reason: &str) {
        let fail = |task: Task<A>| task.ended(Outcome::Failed(reason.to_owned()));
        let tasks = names.iter().filter_map(|name| self.table.withdraw(*name));
        let done = tasks.map(fail).collect();
        self.deliver(done);
    }

    /// Takes back all jobs that no worker has, and asks the workers to stop.
    pub(super) async fn cancel(&mut self) {
        self.say(Control::Cancel).await;
        let mut done: Vec<_> = self.table.take_waiting().map(Task::cancelled).collect();
        let mut names: Vec<JobName> = Vec::new();
        for chunk in std::mem::take(&mut self.outbox.chunks) {
            names.extend(chunk.jobs);
        }
        if !self.is_connected() {
            // Nobody can say what the workers still do. A later run finds what they did.
            done.extend(self.table.take_published().map(Task::cancelled));
        } else if self.table.published() > names.len()
            && let Ok(queue) = self.streams.job_queue().await
        {
            while let Ok(Some(message)) = next_message(&queue, GLANCE).await {
                if let Ok(chunk) = unpack::<Chunk>(&message.payload) {
                    names.extend(chunk.jobs.iter().map(|job| job.name));
                }
                super::acknowledge(&message).await;
            }
        }
        let taken = names
            .into_iter()
            .filter_map(|name| self.table.withdraw(name));
        done.extend(taken.map(Task::cancelled));
        self.deliver(done);
        if self.table.published() == 0 {
            self.is_cancelled = false;
        }
    }
}
