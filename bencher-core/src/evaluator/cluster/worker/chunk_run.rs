//! How a worker runs one chunk of jobs.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use async_nats::jetstream;
use futures_util::StreamExt;
use tokio::time::{MissedTickBehavior, interval, interval_at, sleep_until};

use super::super::super::outcome::{FinishedTask, Outcome, Task};
use super::super::super::process::{Bytes, EncodedOutcome};
use super::super::local_jobs::Answer;
use super::super::message::{
    Chunk, ChunkJob, JobName, JobResult, Notice, ROOM, Report, pack, unpack,
};
use super::super::streams::extend_lease;
use super::{Leave, PAUSE, Service};
use crate::value::Digest;

/// How long a result may wait for others that travel with it.
const GROUP: Duration = Duration::from_millis(50);
/// From how many bytes on results do not wait for others.
const GROUP_BYTES: usize = 256 << 10;
/// How many workers may be lost with a job before it fails.
const MOST_LOSSES: u32 = 5;
/// How long a running job may take after this worker was asked to stop.
const GRACE: Duration = Duration::from_secs(20);
/// How often a worker looks whether it is to stop.
const GLANCE: Duration = Duration::from_millis(100);

/// The state of a chunk.
#[derive(Debug)]
struct ChunkRun {
    message: jetstream::Message,
    losses: u32,
    /// The class of this machine.
    machine: u128,
    /// The jobs that have not ended.
    open: HashMap<u64, JobName>,
    /// Results that are not sent with their sizes, the sum of these, and when the first came.
    results: VecDeque<(usize, JobResult)>,
    bytes: usize,
    first: Option<Instant>,
    /// Jobs that this worker gives back.
    returned: Vec<ChunkJob>,
    /// When the last results came, and how long a job took.
    since: Instant,
    nanoseconds: u64,
    /// When this worker was asked to stop, and whether its running job was ended.
    stopped: Option<Instant>,
    is_expired: bool,
}

impl Service<'_> {
    /// Runs a chunk, sends its results, and tells the server that it is done.
    pub(super) async fn run_chunk(&mut self, message: jetstream::Message) {
        let delivered = message.info().map_or(1, |info| info.delivered);
        let Ok(chunk) = unpack::<Chunk>(&message.payload) else {
            // Nobody can read it. The coordinator counts such a message, and refuses it in the same way.
            self.publish_raw(message.payload.to_vec()).await;
            let _ = message.double_ack().await;
            return;
        };
        let again = u32::try_from(delivered - 1).unwrap_or(0);
        let losses = chunk.losses + again;
        if again > 0 {
            let notice = Notice::Redelivered(self.worker.name.clone());
            self.worker.tell(&self.streams, &notice).await;
        }
        let mut run = ChunkRun::new(message, losses, self.worker.identity.environment.class());
        if losses > 0 && chunk.jobs.len() > 1 {
            // One of them may have been the end of the other worker: each goes on alone.
            run.returned = chunk.jobs;
        } else if losses >= MOST_LOSSES {
            run.fail(
                &chunk.jobs,
                &format!("{losses} workers were lost while they ran it"),
            );
        } else {
            let tasks = run.begin(chunk.jobs);
            self.jobs.run(tasks);
        }
        if self.see_through(&mut run).await && self.give_back(&mut run).await {
            // The server must know it before this worker asks for another.
            let _ = run.message.double_ack().await;
        }
        // Otherwise the lease ends, and another worker gets the chunk: what is not with the server is done again.
    }

    /// Waits until all jobs have ended and all results are with the server; false where that will not be.
    async fn see_through(&mut self, run: &mut ChunkRun) -> bool {
        let mut leases = interval_at((Instant::now() + self.lease / 3).into(), self.lease / 3);
        leases.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut glances = interval(GLANCE);
        glances.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !run.open.is_empty() {
            let group = run.first.unwrap_or_else(Instant::now) + GROUP;
            tokio::select! {
                answer = self.jobs.answer() => match answer {
                    Some(Answer::Ended(ended)) => {
                        let most = self.worker.client.max_payload();
                        run.take(ended, most, self.worker.is_stopped());
                    }
                    Some(Answer::Ready) => {}
                    Some(Answer::Refused(_)) | None => {
                        // Without its thread, this worker can do nothing more.
                        self.leave = Some(Leave::Stopped);
                        return false;
                    }
                },
                _ = leases.tick() => extend_lease(&run.message).await,
                _ = glances.tick() => self.look_at_stop(run),
                () = sleep_until(group.into()), if run.first.is_some() => {
                    if !self.send(run).await {
                        return false;
                    }
                }
                word = self.control.next() => self.hear(word),
            }
            if run.bytes >= GROUP_BYTES && !self.send(run).await {
                return false;
            }
        }
        self.send(run).await
    }

    /// Asks the running job to stop where this worker is to stop, and ends it after a while.
    fn look_at_stop(&self, run: &mut ChunkRun) {
        match run.stopped {
            None if self.worker.is_stopped() => {
                run.stopped = Some(Instant::now());
                self.jobs.cancel();
            }
            Some(since) if since.elapsed() > GRACE && !run.is_expired => {
                run.is_expired = true;
                self.jobs.expire();
            }
            _ => {}
        }
    }

    /// Sends results until the server has them; false where it will not have them.
    async fn send(&mut self, run: &mut ChunkRun) -> bool {
        loop {
            let results = run.take_results();
            if results.is_empty() {
                return true;
            }
            if !self.send_results(run, results).await {
                return false;
            }
        }
    }

    /// Whether this worker sends no more of a chunk, after it has tried since some time.
    fn gives_up(&self, since: Instant) -> bool {
        match self.leave() {
            None => false,
            // After its lease, another worker has the chunk.
            Some(Leave::Stopped) => since.elapsed() > self.lease,
            Some(_) => true,
        }
    }

    /// Waits before a message about a chunk is sent again, and keeps the lease; false where the worker gives up.
    async fn may_try_again(&mut self, run: &ChunkRun, since: Instant) -> bool {
        if self.gives_up(since) {
            return false;
        }
        extend_lease(&run.message).await;
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = self.listen() => {}
        }
        true
    }

    /// Sends a message of results; false where nobody needs them any more.
    async fn send_results(&mut self, run: &ChunkRun, results: Vec<JobResult>) -> bool {
        let report = Report {
            worker: self.worker.name.clone(),
            nanoseconds: run.nanoseconds,
            results,
        };
        if let Ok(bytes) = pack(&report) {
            let (name, since) = (self.next_message_name(), Instant::now());
            while self
                .streams
                .publish_results(&name, bytes.clone())
                .await
                .is_err()
            {
                if !self.may_try_again(run, since).await {
                    return false;
                }
            }
        }
        true
    }

    /// A name for a message that no other message of any worker has: the server drops a second message of a name.
    fn next_message_name(&mut self) -> String {
        self.messages += 1;
        format!("{:016x}-{}", self.worker.name.instance, self.messages)
    }

    async fn publish_raw(&mut self, bytes: Vec<u8>) {
        let name = self.next_message_name();
        // It is of no use to anyone; it is only counted.
        let _ = self.streams.publish_results(&name, bytes).await;
    }

    /// Gives jobs back to the other workers, each in its own chunk; false where the server will not have them.
    async fn give_back(&mut self, run: &mut ChunkRun) -> bool {
        let since = Instant::now();
        for job in std::mem::take(&mut run.returned) {
            let name = self.next_message_name();
            let chunk = Chunk {
                losses: run.losses,
                jobs: vec![job],
            };
            let Ok(bytes) = pack(&chunk) else {
                continue;
            };
            while self
                .streams
                .publish_jobs(&name, bytes.clone())
                .await
                .is_err()
            {
                if !self.may_try_again(run, since).await {
                    return false;
                }
            }
        }
        true
    }
}

impl ChunkRun {
    fn new(message: jetstream::Message, losses: u32, Digest(machine): Digest) -> Self {
        Self {
            message,
            losses,
            machine,
            open: HashMap::new(),
            results: VecDeque::new(),
            bytes: 0,
            first: None,
            returned: Vec::new(),
            since: Instant::now(),
            nanoseconds: 1,
            stopped: None,
            is_expired: false,
        }
    }

    /// The tasks of its jobs.
    fn begin(&mut self, jobs: Vec<ChunkJob>) -> Vec<Task<Bytes>> {
        let numbered = (0..).zip(jobs);
        let tasks = numbered.map(|(id, ChunkJob { name, args })| {
            self.open.insert(id, name);
            Task { id, args }
        });
        tasks.collect()
    }

    fn fail(&mut self, jobs: &[ChunkJob], reason: &str) {
        for job in jobs {
            self.add(job.name, EncodedOutcome::Failed(reason.to_owned()));
        }
    }

    fn add(&mut self, name: JobName, end: EncodedOutcome) {
        let result = JobResult {
            name,
            end,
            is_oversized: false,
            usage: None,
            machine: self.machine,
        };
        self.push(0, result);
    }

    fn push(&mut self, bytes: usize, result: JobResult) {
        let bytes = bytes + size_of::<JobResult>();
        self.bytes += bytes;
        self.first.get_or_insert_with(Instant::now);
        self.results.push_back((bytes, result));
    }

    /// Takes jobs that have ended. Where this worker is to stop, those go back that did not run, or that may have failed
    /// because of it: a scheduler asks all processes of a job to end, also those that a sample started.
    fn take(&mut self, ended: Vec<FinishedTask<Bytes, Bytes>>, most: usize, is_stopped: bool) {
        let took = u64::try_from(self.since.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds = took / (ended.len().max(1) as u64);
        self.since = Instant::now();
        for job in ended {
            let Some(name) = self.open.remove(&job.id) else {
                continue;
            };
            let goes_back = match job.outcome {
                Outcome::Cancelled => self.stopped.is_some(),
                Outcome::TimedOut => self.is_expired,
                Outcome::Failed(_) => is_stopped,
                Outcome::Done(_) => false,
            };
            if goes_back {
                let args = job.args;
                self.returned.push(ChunkJob { name, args });
                continue;
            }
            let most = most.saturating_sub(ROOM);
            let is_oversized =
                matches!(&job.outcome, Outcome::Done(Bytes(value)) if value.len() > most);
            let (end, bytes) = end_of(job.outcome, most);
            self.push(
                bytes,
                JobResult {
                    name,
                    end,
                    is_oversized,
                    usage: job.usage.map(|usage| *usage),
                    machine: self.machine,
                },
            );
        }
    }

    /// The results of the next message, at least one if there is any.
    fn take_results(&mut self) -> Vec<JobResult> {
        let mut taken = Vec::new();
        let mut size = 0;
        while let Some((bytes, _)) = self.results.front() {
            size += bytes;
            if size > GROUP_BYTES && !taken.is_empty() {
                break;
            }
            self.bytes -= bytes;
            taken.extend(self.results.pop_front().map(|(_, result)| result));
        }
        if self.results.is_empty() {
            self.first = None;
        }
        taken
    }
}

/// How a job ended, as it is sent, and its size; a result that no message can hold is a failure.
fn end_of(outcome: Outcome<Bytes>, most: usize) -> (EncodedOutcome, usize) {
    match outcome {
        Outcome::Done(bytes) => {
            let size = bytes.0.len();
            if size <= most {
                return (EncodedOutcome::Done(bytes), size);
            }
            let text = format!(
                "its result of {size} bytes is larger than a message may be, and is lost: the \
                 server takes {most} bytes; write the data to a file of the sample's folder, or \
                 use a server with a larger `max_payload` (up to 64 MB) by `--nats URL`"
            );
            (EncodedOutcome::Failed(text), 0)
        }
        Outcome::Failed(mut text) => {
            let mut end = most.min(text.len());
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
            let size = text.len();
            (EncodedOutcome::Failed(text), size)
        }
        Outcome::TimedOut => (EncodedOutcome::TimedOut, 0),
        Outcome::Cancelled => (EncodedOutcome::Cancelled, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_that_no_message_can_hold_is_cut() {
        let (end, size) = end_of(Outcome::Failed("\u{e9}".repeat(10)), 5);
        assert!(matches!(end, EncodedOutcome::Failed(text) if text == "\u{e9}\u{e9}"));
        assert_eq!(size, 4);
        let (_, size) = end_of(Outcome::Failed("short".to_owned()), 5);
        assert_eq!(size, 5);
    }
}
