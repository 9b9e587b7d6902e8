//! The jobs of a cluster worker: a thread that runs them in a worker process.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam::channel::{Receiver, Sender, TryRecvError, unbounded};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::super::process::{Bytes, KillReason, Launch, ProcessBackend, WorkerHandle};
use super::super::{Backend, FinishedTask, Limits, Outcome, Task, Wait};

/// How long a command may wait behind a job.
const GLANCE: Duration = Duration::from_millis(20);

/// A request to the thread.
#[derive(Debug)]
enum Request {
    Run(Vec<Task<Bytes>>),
    Cancel,
    Expire,
}

/// What the thread says.
#[derive(Debug)]
pub(super) enum Answer {
    /// The worker process has reached its place.
    Ready,
    /// It cannot; the text says why.
    Refused(String),
    /// Jobs have ended.
    Ended(Vec<FinishedTask<Bytes, Bytes>>),
}

/// A worker process with its own thread. Dropping it ends both.
#[derive(Debug)]
pub(super) struct LocalJobs {
    requests: Option<Sender<Request>>,
    answers: UnboundedReceiver<Answer>,
    thread: Option<JoinHandle<()>>,
    /// What ends a worker process that has not reached its place.
    starting: Arc<Mutex<Option<WorkerHandle>>>,
    /// In place of a worker process: a function that gives each result at once.
    simulated: Option<(UnboundedSender<Answer>, SimulatedJob)>,
}

/// A function from arguments to a result, for benchmarks of the rest.
pub(super) type SimulatedJob = fn(&[u8]) -> Vec<u8>;

impl LocalJobs {
    /// Starts a worker process of this number.
    ///
    /// # Errors
    /// Where there is no thread for it.
    pub(super) fn start(launch: Launch, number: usize, limits: Limits) -> std::io::Result<Self> {
        let (requests, queue) = unbounded();
        let (answer, answers) = unbounded_channel();
        let starting = Arc::new(Mutex::new(None));
        let state = Arc::clone(&starting);
        let set = move |handle| *state.lock().unwrap_or_else(PoisonError::into_inner) = handle;
        let work = move || match ProcessBackend::relay(launch, number, &limits, |it| set(Some(it)))
        {
            Ok(mut backend) => {
                set(None);
                // A listener that is gone needs no answers.
                let _ = answer.send(Answer::Ready);
                run(&mut backend, &queue, &answer);
            }
            Err(error) => {
                let _ = answer.send(Answer::Refused(error.to_string()));
            }
        };
        let thread = std::thread::Builder::new().name("bencher-local-jobs".to_owned());
        Ok(Self {
            requests: Some(requests),
            answers,
            thread: Some(thread.spawn(work)?),
            starting,
            simulated: None,
        })
    }

    /// Starts no process: a function gives each result at once.
    pub(super) fn simulated(job: SimulatedJob) -> Self {
        let (answer, answers) = unbounded_channel();
        // The listener is this value itself.
        let _ = answer.send(Answer::Ready);
        Self {
            requests: None,
            answers,
            thread: None,
            starting: Arc::default(),
            simulated: Some((answer, job)),
        }
    }

    /// Runs jobs.
    pub(super) fn run(&self, tasks: Vec<Task<Bytes>>) {
        let Some((answer, job)) = &self.simulated else {
            return self.ask(Request::Run(tasks));
        };
        let ended = tasks.into_iter().map(|task| {
            let result = job(&task.args.0);
            task.ended(Outcome::Done(Bytes(result)))
        });
        let _ = answer.send(Answer::Ended(ended.collect()));
    }

    /// Cancels the jobs that have not begun, and asks the running one to stop.
    pub(super) fn cancel(&self) {
        self.ask(Request::Cancel);
    }

    /// Ends the running job.
    pub(super) fn expire(&self) {
        self.ask(Request::Expire);
    }

    fn ask(&self, request: Request) {
        if let Some(requests) = &self.requests {
            // A thread that is gone has closed the answers, which says so.
            let _ = requests.send(request);
        }
    }

    /// The next answer; none after the last.
    pub(super) async fn answer(&mut self) -> Option<Answer> {
        self.answers.recv().await
    }
}

impl Drop for LocalJobs {
    fn drop(&mut self) {
        self.requests = None;
        let starting = self.starting.lock();
        if let Some(handle) = starting.unwrap_or_else(PoisonError::into_inner).take() {
            handle.kill(KillReason::Expired);
        }
        if let Some(thread) = self.thread.take() {
            // It has nothing to panic of.
            let _ = thread.join();
        }
    }
}

/// Runs jobs until there are no more requests.
fn run(
    backend: &mut dyn Backend<Bytes, Bytes>,
    requests: &Receiver<Request>,
    answer: &UnboundedSender<Answer>,
) {
    let mut in_flight = 0;
    loop {
        let request = if in_flight == 0 {
            requests.recv().map_err(|_| TryRecvError::Disconnected)
        } else {
            requests.try_recv()
        };
        match request {
            Ok(Request::Run(tasks)) => {
                in_flight += tasks.len();
                backend.submit(tasks);
            }
            Ok(Request::Cancel) => backend.cancel(),
            Ok(Request::Expire) => backend.expire(),
            Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => return,
        }
        let mut ended = Vec::new();
        backend.gather(Wait::of(GLANCE), &mut ended);
        in_flight = in_flight.saturating_sub(ended.len());
        if !ended.is_empty() && answer.send(Answer::Ended(ended)).is_err() {
            return;
        }
    }
}
