//! A cluster worker: it joins a sweep, takes chunks of jobs, and sends their results.

mod chunk_run;
mod joining;
mod simulated;
mod turn_wait;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use async_nats::jetstream::consumer::PullConsumer;
use async_nats::{Client, Message, Subscriber, jetstream};
use futures_util::StreamExt;
use tokio::time::timeout;

use super::access::Access;
use super::error::failed;
use super::host_lock::HostLock;
use super::hosts::BEAT;
use super::local_jobs::{LocalJobs, SimulatedJob};
use super::message::{Control, Notice, Welcome, WorkerName, pack, unpack};
use super::options::NUMBER_VARIABLE;
use super::private_folder::random_bytes;
use super::streams::{Streams, flush, next_message};
use super::{ClusterOptions, HostRule};
use crate::measure::Environment;
use crate::value::Digest;
pub(super) use simulated::simulate;
use turn_wait::TurnWait;

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
    /// Its machine.
    pub(crate) environment: Environment,
}

impl WorkerIdentity {
    /// A name for a worker that joins a sweep.
    fn new_name(&self) -> io::Result<WorkerName> {
        let host = self.environment.host.clone();
        Ok(WorkerName {
            host: host.unwrap_or_else(|| "unknown".to_owned()),
            instance: u64::from_le_bytes(random_bytes()?),
        })
    }
}

/// The name by which workers find a sweep of their program.
pub(super) fn program_name(path: &Path) -> String {
    let name = path.file_stem().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The number of this worker on its host, where it was started with one.
fn own_number() -> usize {
    let number = std::env::var(NUMBER_VARIABLE).ok();
    let number = number.and_then(|number| number.parse::<u16>().ok());
    number.unwrap_or(0).into()
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
        let mut worker = Worker {
            client,
            name: identity.new_name()?,
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
    /// Its name in the sweep that it joins or serves.
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
    /// Another coordinator runs the sweep, perhaps with other settings.
    Replaced,
    /// The worker was asked to stop.
    Stopped,
}

impl Worker<'_> {
    async fn work(&mut self) -> io::Result<()> {
        loop {
            self.name = self.identity.new_name()?;
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
        let slots = Arc::new(AtomicU32::new(0));
        let _beats = self.beat(&streams, &slots);
        let jobs = match self.simulated {
            Some(job) => LocalJobs::simulated(job),
            None => LocalJobs::start(launch, own_number(), limits)?,
        };
        let mut service = Service {
            worker: self,
            streams,
            control,
            jobs,
            queue: None,
            run: welcome.run,
            heard: Instant::now(),
            leave: None,
            lease: welcome.lease,
            turn_wait: TurnWait::default(),
            lock: (welcome.rule != HostRule::AllWorkers).then(|| HostLock::new(&self.name.host)),
            rule: welcome.rule,
            waits: welcome.rule == HostRule::OneHost,
            is_asked: false,
            messages: 0,
        };
        let leave = match service.wait_for_process().await? {
            Some(leave) => leave,
            None => {
                slots.store(1, Ordering::Relaxed);
                service.tell_beat().await;
                service.take_chunks().await
            }
        };
        self.tell(&service.streams, &Notice::Leaves(self.name.clone()))
            .await;
        flush(&self.client).await;
        Ok(leave)
    }

    async fn tell(&self, streams: &Streams, notice: &Notice) {
        if let Ok(bytes) = pack(notice) {
            // The coordinator counts what it hears; nothing depends on it.
            let _ = self.client.publish(streams.notices(), bytes.into()).await;
        }
    }

    /// Says again and again that this worker is alive, and how many jobs it runs at the same time.
    fn beat(&self, streams: &Streams, slots: &Arc<AtomicU32>) -> Background {
        let (client, subject) = (self.client.clone(), streams.notices());
        let (name, slots) = (self.name.clone(), Arc::clone(slots));
        Background(tokio::spawn(async move {
            let mut beats = tokio::time::interval(BEAT);
            loop {
                beats.tick().await;
                let notice = Notice::Beat(name.clone(), slots.load(Ordering::Relaxed));
                if let Ok(bytes) = pack(&notice) {
                    let _ = client.publish(subject.clone(), bytes.into()).await;
                }
            }
        }))
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
    /// The queue of chunks, once the server has named it.
    queue: Option<PullConsumer>,
    /// The number of the coordinator.
    run: u32,
    /// When it was heard last.
    heard: Instant,
    leave: Option<Leave>,
    lease: Duration,
    /// The lock that lets one job run at a time on this host, where jobs are timed.
    lock: Option<HostLock>,
    turn_wait: TurnWait,
    rule: HostRule,
    /// Whether one worker runs all jobs, and this one is not it.
    waits: bool,
    /// Whether it is to describe its machine.
    is_asked: bool,
    /// How many messages were sent that the server keeps.
    messages: u64,
}

/// A task that ends with this value.
struct Background(tokio::task::JoinHandle<()>);

impl Drop for Background {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Service<'_> {
    /// Says at once that this worker can run a job.
    async fn tell_beat(&self) {
        let notice = Notice::Beat(self.worker.name.clone(), 1);
        self.worker.tell(&self.streams, &notice).await;
    }

    /// Takes chunks until the sweep ends, or this worker does.
    async fn take_chunks(&mut self) -> Leave {
        let mut idle = false;
        loop {
            if let Some(leave) = self.leave() {
                return leave;
            }
            self.describe().await;
            if self.waits {
                let _ = timeout(ASK, self.listen()).await;
                continue;
            }
            if std::mem::take(&mut idle) {
                // Another run of this host may have work.
                let _ = timeout(TURN * 2, self.listen()).await;
            }
            // Held until the chunk is done.
            let Some(_turn) = self.take_turn().await else {
                let _ = timeout(TURN, self.listen()).await;
                continue;
            };
            match self.next_chunk().await {
                Ok(Some(message)) => self.run_chunk(message).await,
                Ok(None) => idle = self.lock.is_some(),
                Err(_) => {
                    // The server is gone, and may come back.
                    self.queue = None;
                    let _ = timeout(PAUSE, self.listen()).await;
                }
            }
        }
    }

    /// Describes this machine, where the coordinator asked for it.
    async fn describe(&mut self) {
        if std::mem::take(&mut self.is_asked) && !self.waits {
            let environment = Box::new(Environment::capture());
            let notice = Notice::Describes(self.worker.name.clone(), environment);
            self.worker.tell(&self.streams, &notice).await;
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
        let queue = match self.queue.take() {
            Some(queue) => queue,
            None => self.streams.job_queue().await?,
        };
        self.queue = Some(queue.clone());
        let ask = next_message(&queue, ASK);
        tokio::pin!(ask);
        loop {
            tokio::select! {
                chunk = &mut ask => return chunk,
                // An open request must not be dropped: a chunk that answers it would wait for its lease to end.
                () = self.listen() => {
                    if self.leave == Some(Leave::Ended) {
                        // No chunk comes any more.
                        return Ok(None);
                    }
                    self.describe().await;
                }
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
            Control::Alive { run, .. } if run != self.run => self.leave = Some(Leave::Replaced),
            Control::Alive { measuring, .. } => {
                self.waits =
                    self.rule == HostRule::OneHost && measuring != Some(self.worker.name.instance);
            }
            Control::Describe => self.is_asked = true,
            Control::Cancel => self.jobs.cancel(),
            Control::Expire => self.jobs.expire(),
            Control::Ended => self.leave = Some(Leave::Ended),
        }
    }
}
