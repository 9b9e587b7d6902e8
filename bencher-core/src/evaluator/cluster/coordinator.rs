//! The coordinator of a sweep: publishes chunks of jobs, takes the results, and counts what happens.

mod chunks;
mod joining;
mod measuring;
mod setup;

use std::collections::VecDeque;
use std::io;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use async_nats::connection::State;
use async_nats::jetstream::consumer::pull::Stream as ResultMessages;
use async_nats::{Client, Subscriber, jetstream};
use crossbeam::channel::Sender;
use futures_util::StreamExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{MissedTickBehavior, interval};

use super::super::outcome::{FinishedTask, Outcome, Task};
use super::super::process::{EncodedOutcome, decode};
use super::ClusterReport;
use super::chunk_size::smoothed;
use super::hosts::{BEAT, Hosts};
use super::job_table::{Arrival, JobTable, Submission};
use super::message::{Control, JobResult, Notice, Report, WorkerName, pack, unpack};
use super::server::NatsServer;
use super::streams::{Streams, flush};
use crate::measure::Environment;
use crate::value::Digest;
use chunks::Outbox;
use joining::Invitation;
use setup::Workers;
pub(super) use setup::{Setup, run};

/// How often a coordinator looks after its server and workers.
const TICK: Duration = Duration::from_millis(500);

/// A request to the coordinator.
#[derive(Debug)]
pub(super) enum Order<A> {
    Submit(Vec<Task<A>>),
    Cancel,
    Expire,
    /// Everything up to this delivery is stored.
    Confirm(u64),
    /// The environment of the host that measures is wanted.
    Describe(Sender<Environment>),
}

/// Finished jobs.
#[derive(Debug)]
pub(super) struct Delivery<A, R> {
    pub(super) number: u64,
    pub(super) tasks: Vec<FinishedTask<A, R>>,
}

/// The coordinator of one sweep.
struct Coordinator<A, R> {
    setup: Setup,
    // Before the server: this is the order in which both end.
    workers: Workers,
    server: Option<NatsServer>,
    client: Client,
    streams: Streams,
    invitation: Invitation,
    joins: Subscriber,
    parts: Subscriber,
    notices: Subscriber,
    results: Option<ResultMessages>,
    table: JobTable<A>,
    outbox: Outbox,
    hosts: Hosts,
    /// The worker that measures, where one host takes all jobs.
    measuring: Option<WorkerName>,
    /// The recipient of its environment.
    listener: Option<Sender<Environment>>,
    counts: ClusterReport,
    /// Deliveries whose results are still with the server.
    unconfirmed: VecDeque<(u64, jetstream::Message)>,
    deliveries: u64,
    nanoseconds: Option<u64>,
    is_cancelled: bool,
    /// Why no job can be done any more.
    broken: Option<String>,
    /// When the workers last heard that it is alive.
    said_alive: Option<Instant>,
    /// Since when there has been no worker, and whether the user knows.
    lonely_since: Option<Instant>,
    is_told: bool,
    deliver: Sender<Delivery<A, R>>,
}

impl<A, R> Coordinator<A, R>
where
    A: Serialize,
    R: DeserializeOwned,
{
    /// Works until the backend is dropped.
    async fn work(mut self, mut orders: UnboundedReceiver<Order<A>>) {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                order = orders.recv() => match order {
                    Some(order) => self.obey(order).await,
                    None => break,
                },
                message = next_result(&mut self.results) => match message {
                    Some(Ok(message)) => self.take_results(message).await,
                    // The next tick asks again.
                    Some(Err(_)) | None => self.results = None,
                },
                Some(request) = self.joins.next() => self.invite(request).await,
                Some(request) = self.parts.next() => self.send_part(request).await,
                Some(message) = self.notices.next() => {
                    self.notice(&message.payload);
                    self.choose_host().await;
                }
                _ = ticks.tick() => self.tick().await,
            }
            self.publish().await;
            self.tell_size();
        }
        self.close().await;
    }

    async fn obey(&mut self, order: Order<A>) {
        match order {
            Order::Submit(tasks) => self.submit(tasks),
            Order::Confirm(number) => {
                while let Some((of, message)) = self.unconfirmed.pop_front() {
                    if of > number {
                        self.unconfirmed.push_front((of, message));
                        break;
                    }
                    acknowledge(&message).await;
                }
            }
            Order::Cancel => {
                self.is_cancelled = true;
                self.cancel().await;
            }
            Order::Expire => self.say(Control::Expire).await,
            Order::Describe(listener) => {
                self.listener = Some(listener);
                self.say(Control::Describe).await;
            }
        }
    }

    fn submit(&mut self, tasks: Vec<Task<A>>) {
        let mut done = Vec::new();
        for task in tasks {
            if let Some(reason) = &self.broken {
                done.push(task.ended(Outcome::Failed(reason.clone())));
                continue;
            }
            match self.table.submit(task) {
                Submission::Waits => {}
                Submission::Done(task, result) => done.push(finished(task, result)),
                Submission::Unsendable(task, error) => {
                    let text = format!("its arguments cannot be sent to a worker: {error}");
                    done.push(task.ended(Outcome::Failed(text)));
                }
            }
        }
        self.deliver(done);
    }

    /// Takes the results of a message; it stays with the server until they are stored.
    async fn take_results(&mut self, message: jetstream::Message) {
        let Ok(report) = unpack::<Report>(&message.payload) else {
            self.counts.refused_messages += 1;
            acknowledge(&message).await;
            return;
        };
        self.nanoseconds = Some(smoothed(self.nanoseconds, report.nanoseconds));
        if let Workers::Here(workers) = &mut self.workers {
            workers.note_result();
        }
        let mut done = Vec::with_capacity(report.results.len());
        let mut failed = 0;
        for result in report.results {
            match self.table.accept(result) {
                Arrival::First(task, result) => {
                    self.hosts.note_class(result.machine);
                    self.counts.oversized_results += u64::from(result.is_oversized);
                    failed += u64::from(!matches!(result.end, EncodedOutcome::Done(_)));
                    done.push(finished(task, result));
                }
                Arrival::Duplicate => self.counts.duplicates += 1,
                Arrival::Early => {}
            }
        }
        let jobs = done.len() as u64;
        self.hosts.finish(&report.worker.host, jobs, failed);
        if done.is_empty() {
            acknowledge(&message).await;
        } else {
            self.unconfirmed.push_back((self.deliveries + 1, message));
            self.deliver(done);
        }
    }

    fn deliver(&mut self, tasks: Vec<FinishedTask<A, R>>) {
        if !tasks.is_empty() {
            if self.table.is_empty() {
                // Whoever waits for these jobs may look at the report next.
                self.tell();
            }
            self.deliveries += 1;
            let number = self.deliveries;
            // A backend that is gone needs no results.
            let _ = self.deliver.send(Delivery { number, tasks });
        }
    }

    /// Takes what a worker says about itself.
    fn notice(&mut self, payload: &[u8]) {
        match unpack(payload) {
            Ok(Notice::Beat(worker, slots)) => self.hosts.beat(worker, slots),
            Ok(Notice::Leaves(worker)) => self.hosts.leave(&worker),
            Ok(Notice::Waits(worker, owner)) => self.hosts.wait_for(&worker, owner.as_deref()),
            Ok(Notice::Redelivered(worker)) => {
                self.counts.redelivered += 1;
                self.hosts.take_over(&worker);
            }
            Ok(Notice::Refused(worker, _)) => {
                self.hosts.leave(&worker);
                self.counts.refused_workers += 1;
            }
            Ok(Notice::Describes(worker, environment)) => {
                if self.measuring.as_ref() == Some(&worker)
                    && let Some(listener) = self.listener.take()
                {
                    // One that waits no longer needs no answer.
                    let _ = listener.send(*environment);
                }
            }
            Err(_) => self.counts.refused_messages += 1,
        }
    }

    /// Looks after the server, the workers and the results.
    async fn tick(&mut self) {
        self.hosts.forget_silent();
        if let Some(server) = &mut self.server
            && let Err(error) = server.revive()
        {
            self.break_down(&format!(
                "the server ended, and does not start again: {error}"
            ));
        }
        let ended = match &mut self.workers {
            Workers::Elsewhere => Ok(()),
            Workers::Here(workers) => workers.replace_ended(),
            Workers::Placed(workers) => workers.check(),
        };
        if let Err(reason) = ended
            && self.hosts.slots() == 0
            && self.broken.is_none()
        {
            self.break_down(&reason);
        }
        if self.results.is_none() {
            // A server that is gone may be back at the next tick.
            self.results = self.streams.result_messages().await.ok();
        }
        self.choose_host().await;
        if self.said_alive.is_none_or(|said| said.elapsed() >= BEAT) {
            self.say_alive().await;
        }
        if self.is_cancelled {
            self.cancel().await;
        }
        self.hint_at_missing_workers();
        self.tell();
    }

    /// No job can be done any more: all fail with this reason.
    fn break_down(&mut self, reason: &str) {
        let fail = |task: Task<A>| task.ended(Outcome::Failed(reason.to_owned()));
        let mut done: Vec<_> = self.table.take_waiting().map(fail).collect();
        done.extend(self.table.take_published().map(fail));
        self.outbox.clear();
        self.setup.shared.host.break_down();
        self.deliver(done);
        self.broken = Some(reason.to_owned());
    }

    /// Tells the backend how many jobs the cluster needs.
    fn tell_size(&self) {
        let shared = &self.setup.shared;
        shared.slots.store(self.slots(), Ordering::Relaxed);
        shared
            .window
            .store(self.sizes().in_flight(), Ordering::Relaxed);
    }

    /// Tells the backend how the cluster is doing. This goes through all hosts, so it is not done after each message.
    fn tell(&mut self) {
        let shared = &self.setup.shared;
        self.counts.hosts = self.hosts.shares();
        self.counts.classes = self.hosts.classes();
        let mut report = shared.report.lock().unwrap_or_else(PoisonError::into_inner);
        report.clone_from(&self.counts);
    }

    fn is_connected(&self) -> bool {
        self.client.connection_state() == State::Connected
    }

    async fn say(&self, control: Control) {
        if let Ok(bytes) = pack(&control) {
            // A worker that does not hear it hears the next one.
            let _ = self
                .client
                .publish(self.streams.control(), bytes.into())
                .await;
        }
    }

    /// Ends the workers, and removes everything from the server.
    async fn close(mut self) {
        // A worker that asks for the next sweep must not wait for an answer of this one.
        let _ = self.joins.unsubscribe().await;
        self.say(Control::Ended).await;
        flush(&self.client).await;
        let is_connected = self.is_connected();
        if self.server.is_none() && is_connected {
            self.streams.delete().await;
        }
        match &mut self.workers {
            Workers::Elsewhere => {}
            Workers::Here(workers) if is_connected => workers.end(),
            // They could neither hear that the sweep has ended, nor send what they have.
            Workers::Here(workers) => workers.kill(),
            Workers::Placed(workers) => workers.end(),
        }
        self.tell();
    }
}

/// A job with its result.
fn finished<A, R: DeserializeOwned>(task: Task<A>, result: JobResult) -> FinishedTask<A, R> {
    let outcome = match result.end {
        EncodedOutcome::Done(value) => match decode(&value) {
            Ok(value) => Outcome::Done(value),
            Err(error) => Outcome::Failed(format!("its result cannot be read back: {error}")),
        },
        EncodedOutcome::Failed(text) => Outcome::Failed(text),
        EncodedOutcome::TimedOut => Outcome::TimedOut,
        EncodedOutcome::Cancelled => Outcome::Cancelled,
    };
    let mut job = task.ended(outcome);
    job.usage = result.usage.map(Box::new);
    job.machine = Some(Digest(result.machine));
    job.is_final = result.is_oversized;
    job
}

async fn acknowledge(message: &jetstream::Message) {
    // A message that is not acknowledged comes again, as a duplicate.
    let _ = message.ack().await;
}

type Received = Result<jetstream::Message, io::Error>;

/// The next message of results; never one where the server is not asked.
async fn next_result(results: &mut Option<ResultMessages>) -> Option<Received> {
    match results {
        Some(results) => {
            let next = results.next().await;
            next.map(|message| message.map_err(io::Error::other))
        }
        None => std::future::pending().await,
    }
}
