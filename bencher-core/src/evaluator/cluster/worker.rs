//! A cluster worker: it joins a sweep, takes chunks of jobs, and sends their results.

mod chunk_run;
mod joining;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use async_nats::{Client, Message, Subscriber, jetstream};
use futures_util::StreamExt;
use futures_util::future::join_all;
use tokio::time::timeout;

use super::ClusterOptions;
use super::access::Access;
use super::error::failed;
use super::host_lock::HostLock;
use super::hosts::BEAT;
use super::local_jobs::{Answer, LocalJobs, SimulatedJob};
use super::message::{Control, Notice, Welcome, WorkerName, pack, unpack};
use super::streams::{Streams, next_message};
use crate::value::Digest;

/// The variable that names the sweep of a worker which was started for one.
pub(super) const SWEEP_VARIABLE: &str = "BENCHER_CLUSTER_SWEEP";

/// How long a worker asks for a server and a sweep.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a coordinator is believed that says nothing.
const SILENCE: Duration = Duration::from_secs(60);
/// How long one request for a chunk is open.
const ASK: Duration = Duration::from_secs(2);
/// How often a worker looks whether it is its turn on this host.
const TURN: Duration = Duration::from_millis(20);
/// The pause after a failure of the server.
const PAUSE: Duration = Duration::from_millis(300);

/// What a worker says about itself.
#[derive(Clone, Debug)]
pub(crate) struct WorkerIdentity {
    /// Its executable.
    pub(crate) code: Digest,
    /// The name of its host, and the class of the machine.
    pub(crate) host: String,
    pub(crate) machine: Digest,
    /// The model of its processor, and the governor of its frequency.
    pub(crate) processor: Option<String>,
    pub(crate) governor: Option<String>,
}

/// The name by which workers find a sweep of their program.
pub(super) fn program_name(path: &Path) -> String {
    let name = path.file_stem().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Works for sweeps of this program, until there are no more, or `stop` is set.
///
/// # Errors
/// Where there is no server and no sweep, or this worker is refused.
pub(crate) fn work(
    options: &ClusterOptions,
    identity: WorkerIdentity,
    stop: &Arc<AtomicBool>,
) -> io::Result<()> {
    let access = Access::new(options)?;
    let program = program_name(&std::env::current_exe()?);
    let sweep = std::env::var(SWEEP_VARIABLE).ok();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let client = connect(&access, stop).await?;
        let name = WorkerName {
            host: identity.host.clone(),
            process: std::process::id(),
        };
        let worker = Worker {
            client,
            name,
            identity,
            program,
            sweep,
            url: access.url().to_owned(),
            stop,
            simulated: None,
        };
        worker.work().await
    })
}

/// Works for a sweep of this program as this number of workers at once, each with a connection of its own. They start
/// no processes: `job` gives the results.
///
/// # Errors
/// Where there is no server and no sweep, or they are refused.
pub(super) fn simulate(
    options: &ClusterOptions,
    identity: &WorkerIdentity,
    count: u32,
    job: SimulatedJob,
) -> io::Result<()> {
    let access = Access::new(options)?;
    let program = program_name(&std::env::current_exe()?);
    let stop = AtomicBool::new(false);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let one = async |process: u32| {
        let worker = Worker {
            client: connect(&access, &stop).await?,
            name: WorkerName {
                host: identity.host.clone(),
                process,
            },
            identity: identity.clone(),
            program: program.clone(),
            sweep: None,
            url: access.url().to_owned(),
            stop: &stop,
            simulated: Some(job),
        };
        let Some(welcome) = worker.join().await? else {
            return Ok(());
        };
        worker.serve(*welcome).await.map(drop)
    };
    let all = runtime.block_on(join_all((0..count).map(one)));
    all.into_iter().collect()
}

/// Connects to a server that may begin later.
async fn connect(access: &Access, stop: &AtomicBool) -> io::Result<Client> {
    let end = Instant::now() + PATIENCE;
    loop {
        match access.connect("bencher worker").await {
            Ok(client) => return Ok(client),
            Err(error) if Instant::now() > end || stop.load(Ordering::Relaxed) => {
                return Err(error);
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// A worker that is connected to a server.
struct Worker<'s> {
    client: Client,
    name: WorkerName,
    identity: WorkerIdentity,
    program: String,
    /// The sweep that it was started for.
    sweep: Option<String>,
    url: String,
    stop: &'s AtomicBool,
    /// What gives the results in place of worker processes.
    simulated: Option<SimulatedJob>,
}

/// Why a worker leaves a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leave {
    /// The sweep has ended.
    Ended,
    /// The coordinator is silent.
    Silent,
    /// The worker was asked to stop.
    Stopped,
}

impl Worker<'_> {
    async fn work(&self) -> io::Result<()> {
        loop {
            let Some(welcome) = self.join().await? else {
                return Ok(());
            };
            let leave = self.serve(*welcome).await?;
            if leave == Leave::Stopped || (leave == Leave::Ended && self.sweep.is_some()) {
                return Ok(());
            }
        }
    }

    /// Works for one sweep.
    async fn serve(&self, welcome: Welcome) -> io::Result<Leave> {
        let streams = Streams::new(self.client.clone(), welcome.sweep.clone());
        let control = self.client.subscribe(streams.control()).await;
        let control =
            control.map_err(|error| failed("the server refuses a subscription", error))?;
        let (launch, limits) = self.launch(&welcome, &streams).await?;
        let mut jobs = match self.simulated {
            Some(job) => LocalJobs::simulated(job),
            None => LocalJobs::start(launch, limits)?,
        };
        match jobs.answer().await {
            Some(Answer::Ready) => {}
            Some(Answer::Refused(why)) => {
                self.tell(&streams, &Notice::Refused(self.name.clone(), why.clone()))
                    .await;
                return Err(io::Error::other(why));
            }
            Some(Answer::Ended(_)) | None => {
                return Err(io::Error::other("the worker process ended while it began"));
            }
        }
        let mut service = Service {
            worker: self,
            streams,
            control,
            jobs,
            heard: Instant::now(),
            leave: None,
            lease: welcome.lease,
            lock: welcome.is_evidence.then(|| HostLock::new(&self.name.host)),
            reports: 0,
        };
        let beats = service.beat();
        let leave = service.take_chunks().await;
        beats.abort();
        self.tell(&service.streams, &Notice::Leaves(self.name.clone()))
            .await;
        let _ = self.client.flush().await;
        Ok(leave)
    }

    async fn tell(&self, streams: &Streams, notice: &Notice) {
        if let Ok(bytes) = pack(notice) {
            // The coordinator counts what it hears; nothing depends on it.
            let _ = self.client.publish(streams.notices(), bytes.into()).await;
        }
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// A worker that takes part in a sweep.
struct Service<'w> {
    worker: &'w Worker<'w>,
    streams: Streams,
    control: Subscriber,
    jobs: LocalJobs,
    /// When the coordinator was heard last.
    heard: Instant,
    leave: Option<Leave>,
    lease: Duration,
    /// What lets one job run at a time on this host, where jobs are timed.
    lock: Option<HostLock>,
    /// How many reports were sent.
    reports: u64,
}

impl Service<'_> {
    /// Says again and again that this worker is alive.
    fn beat(&self) -> tokio::task::JoinHandle<()> {
        let (client, subject) = (self.worker.client.clone(), self.streams.notices());
        let bytes = pack(&Notice::Beat(self.worker.name.clone(), 1)).unwrap_or_default();
        tokio::spawn(async move {
            let mut beats = tokio::time::interval(BEAT);
            loop {
                beats.tick().await;
                let _ = client.publish(subject.clone(), bytes.clone().into()).await;
            }
        })
    }

    /// Takes chunks until the sweep ends, or this worker does.
    async fn take_chunks(&mut self) -> Leave {
        loop {
            if let Some(leave) = self.leave() {
                return leave;
            }
            // Held until the chunk is done.
            let _turn = match &self.lock {
                None => None,
                Some(lock) => match lock.try_acquire() {
                    Some(turn) => Some(turn),
                    None => {
                        let _ = timeout(TURN, self.listen()).await;
                        continue;
                    }
                },
            };
            match self.next_chunk().await {
                Ok(Some(message)) => self.run_chunk(message).await,
                Ok(None) => {}
                Err(_) => {
                    // The server is gone, and may come back.
                    let _ = timeout(PAUSE, self.listen()).await;
                }
            }
        }
    }

    /// Why this worker is to leave, if it is.
    fn leave(&self) -> Option<Leave> {
        if self.leave.is_some() {
            return self.leave;
        }
        if self.worker.is_stopped() {
            return Some(Leave::Stopped);
        }
        (self.heard.elapsed() > SILENCE).then_some(Leave::Silent)
    }

    /// The next chunk; none after some time, or if the coordinator said something.
    async fn next_chunk(&mut self) -> io::Result<Option<jetstream::Message>> {
        let streams = self.streams.clone();
        let ask = async {
            let queue = streams.job_queue().await?;
            next_message(&queue, ASK).await
        };
        tokio::pin!(ask);
        loop {
            tokio::select! {
                chunk = &mut ask => return chunk,
                // An open request must not be dropped: a chunk that answers it would wait for its lease to end.
                () = self.listen() => {}
            }
        }
    }

    /// Waits for the next word of the coordinator, and does what it says.
    async fn listen(&mut self) {
        let word = self.control.next().await;
        self.hear(word);
    }

    fn hear(&mut self, word: Option<Message>) {
        let Some(message) = word else {
            // The subscription ends with the client, which nothing more can come from.
            self.leave = Some(Leave::Silent);
            return;
        };
        let Ok(control) = unpack::<Control>(&message.payload) else {
            return;
        };
        self.heard = Instant::now();
        match control {
            Control::Alive => {}
            Control::Cancel => self.jobs.cancel(),
            Control::Expire => self.jobs.expire(),
            Control::Ended => self.leave = Some(Leave::Ended),
        }
    }
}
