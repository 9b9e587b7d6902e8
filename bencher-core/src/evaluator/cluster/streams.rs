//! The streams and subjects of one sweep on a server.

use std::io;
use std::time::Duration;

use async_nats::jetstream::AckKind;
use async_nats::jetstream::consumer::pull::{Config as PullConfig, Stream as PullStream};
use async_nats::jetstream::consumer::{AckPolicy, PullConsumer};
use async_nats::jetstream::context::{Context, ContextBuilder};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{Config, RetentionPolicy, StorageType};
use async_nats::{Client, jetstream};
use futures_util::StreamExt;
use tokio::time::timeout;

use super::error::failed;

/// How long a worker is believed that says nothing about its chunk.
pub(super) const LEASE: Duration = Duration::from_secs(6);
/// How long a coordinator may take to store a result, before the server sends it again.
const STORE_WAIT: Duration = Duration::from_secs(60);
/// The most messages of results that the coordinator has and has not stored. Behind them, the server keeps back.
const MOST_UNSTORED: i64 = 4096;
/// The most workers that wait for a chunk or have one. By default, the server lets 512 wait.
const MOST_WORKERS: i64 = 1 << 16;
/// How long messages of a sweep are kept that nobody ends.
const MOST_AGE: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(4);

/// How long the last words to the server may take.
const FAREWELL: Duration = Duration::from_secs(2);

const WORKERS: &str = "workers";
const COORDINATOR: &str = "coordinator";

/// The subject on which workers of a program ask to take part.
pub(super) fn join_subject(program: &str) -> String {
    // A name of a program may have characters that a subject must not have.
    format!(
        "bencher.join.{}",
        crate::value::Digest::of(program.as_bytes())
    )
}

/// The streams and subjects of one sweep.
#[derive(Clone, Debug)]
pub(super) struct Streams {
    sweep: String,
    context: Context,
}

impl Streams {
    pub(super) fn new(client: Client, sweep: String) -> Self {
        let context = ContextBuilder::new()
            .timeout(PATIENCE)
            .ack_timeout(PATIENCE)
            .build(client);
        Self { sweep, context }
    }

    /// What the coordinator says to all workers.
    pub(super) fn control(&self) -> String {
        format!("bencher.{}.control", self.sweep)
    }

    /// What workers say about themselves.
    pub(super) fn notices(&self) -> String {
        format!("bencher.{}.notices", self.sweep)
    }

    /// Where workers ask for the parts of the context.
    pub(super) fn setup(&self) -> String {
        format!("bencher.{}.setup", self.sweep)
    }

    fn jobs(&self) -> String {
        format!("bencher.{}.jobs", self.sweep)
    }

    fn results(&self) -> String {
        format!("bencher.{}.results", self.sweep)
    }

    fn stream_name(&self, kind: &str) -> String {
        format!("bencher-{kind}-{}", self.sweep)
    }

    /// Makes the streams; those of an earlier coordinator of the same sweep are taken over, with its results.
    ///
    /// # Errors
    /// Where the server does not answer, or cannot.
    pub(super) async fn create(&self) -> io::Result<()> {
        for (kind, subject) in [("jobs", self.jobs()), ("results", self.results())] {
            let stream = self.context.get_or_create_stream(Config {
                name: self.stream_name(kind),
                subjects: vec![subject],
                retention: RetentionPolicy::WorkQueue,
                storage: StorageType::File,
                max_age: MOST_AGE,
                ..Config::default()
            });
            let stream = stream.await.map_err(|error| {
                failed(
                    "the server cannot keep jobs (it must have JetStream turned on)",
                    error,
                )
            })?;
            if kind == "jobs" {
                // Chunks of an earlier coordinator; this one publishes what is still to be done.
                let purged = stream.purge().await;
                purged.map_err(|error| {
                    failed("the jobs of an earlier run cannot be removed", error)
                })?;
            }
        }
        Ok(())
    }

    /// Removes everything from the server.
    pub(super) async fn delete(&self) {
        for kind in ["jobs", "results"] {
            // A stream that cannot be removed now ends by its age limit.
            let _ = self.context.delete_stream(self.stream_name(kind)).await;
        }
    }

    /// Publishes a chunk of jobs; returns after the server has stored it. A chunk that is published twice with one
    /// name is stored once.
    pub(super) async fn publish_jobs(&self, name: &str, chunk: Vec<u8>) -> io::Result<()> {
        self.publish(self.jobs(), name, chunk).await
    }

    /// The same for results.
    pub(super) async fn publish_results(&self, name: &str, report: Vec<u8>) -> io::Result<()> {
        self.publish(self.results(), name, report).await
    }

    async fn publish(&self, subject: String, name: &str, bytes: Vec<u8>) -> io::Result<()> {
        let message = PublishMessage::build()
            .payload(bytes.into())
            .message_id(name);
        let sent = self.context.send_publish(subject, message).await;
        let stored = sent
            .map_err(|error| failed("a message cannot be sent", error))?
            .await;
        stored
            .map(drop)
            .map_err(|error| failed("the server has not stored a message", error))
    }

    /// The queue of chunks, from which all workers take.
    pub(super) async fn job_queue(&self) -> io::Result<PullConsumer> {
        let config = PullConfig {
            durable_name: Some(WORKERS.to_owned()),
            ack_policy: AckPolicy::Explicit,
            ack_wait: LEASE,
            max_waiting: MOST_WORKERS,
            max_ack_pending: MOST_WORKERS,
            ..PullConfig::default()
        };
        self.consumer("jobs", WORKERS, config).await
    }

    /// The results, which stay on the server until they are acknowledged.
    pub(super) async fn result_messages(&self) -> io::Result<PullStream> {
        let config = PullConfig {
            durable_name: Some(COORDINATOR.to_owned()),
            ack_policy: AckPolicy::Explicit,
            ack_wait: STORE_WAIT,
            max_ack_pending: MOST_UNSTORED,
            ..PullConfig::default()
        };
        let consumer = self.consumer("results", COORDINATOR, config).await?;
        let messages = consumer
            .stream()
            .max_messages_per_batch(256)
            .expires(Duration::from_secs(4))
            .heartbeat(Duration::from_secs(2))
            .messages();
        messages
            .await
            .map_err(|error| failed("the results cannot be read", error))
    }

    async fn consumer(
        &self,
        kind: &str,
        name: &str,
        config: PullConfig,
    ) -> io::Result<PullConsumer> {
        let stream = self.context.get_stream(self.stream_name(kind)).await;
        let stream = stream.map_err(|error| failed("the server has no such sweep", error))?;
        let consumer = stream.get_or_create_consumer(name, config).await;
        consumer.map_err(|error| failed("the jobs or results cannot be read", error))
    }
}

/// Waits until the server has what was said, for a moment: a server that is gone is not waited for.
pub(super) async fn flush(client: &Client) {
    // The caller ends, and nobody depends on what it said last.
    let _ = timeout(FAREWELL, client.flush()).await;
}

/// The next message of a queue, where there is one within some time.
pub(super) async fn next_message(
    queue: &PullConsumer,
    patience: Duration,
) -> io::Result<Option<jetstream::Message>> {
    let batch = queue.fetch().max_messages(1).expires(patience).messages();
    let mut batch = batch
        .await
        .map_err(|error| failed("no job can be asked for", error))?;
    match batch.next().await {
        Some(Ok(message)) => Ok(Some(message)),
        Some(Err(error)) => Err(failed("no job can be received", error)),
        None => Ok(None),
    }
}

/// Tells the server that a chunk is still worked on.
pub(super) async fn extend_lease(message: &jetstream::Message) {
    // A lease that cannot be extended may end: the chunk is then done twice.
    let _ = message.ack_with(AckKind::Progress).await;
}
