//! The backend of a cluster: the side of the caller, whose coordinator works on a thread.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam::channel::{Receiver, RecvTimeoutError, bounded, unbounded};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::super::process::Launch;
use super::super::{Backend, FinishedTask, Limits, Task, Wait};
use super::coordinator::{self, Delivery, Order, Setup};
use super::measuring_host::HostState;
use super::worker::SWEEP_VARIABLE;
use super::{ClusterReport, ClusterSweep, HostRule, MeasuringHost};

/// How long a wait without a limit may be: then the caller looks whether it is to stop.
const LONGEST_WAIT: Duration = Duration::from_millis(500);

/// Runs jobs on the workers of a cluster.
///
/// A call of `gather` that waits confirms that everything that was gathered before is stored: its results are removed
/// from the server.
pub(crate) struct ClusterBackend<A, R> {
    orders: Option<UnboundedSender<Order<A>>>,
    deliveries: Receiver<Delivery<A, R>>,
    /// The number of the last delivery that was gathered, and of the last that was confirmed.
    gathered: u64,
    confirmed: u64,
    in_flight: usize,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// What the coordinator tells without being asked.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// How many jobs run at the same time.
    pub(super) slots: AtomicUsize,
    /// How many jobs should be in flight.
    pub(super) window: AtomicUsize,
    pub(super) report: Mutex<ClusterReport>,
    /// The host that measures, where one does.
    pub(super) host: Arc<HostState>,
}

impl<A, R> ClusterBackend<A, R>
where
    A: Serialize + Send + 'static,
    R: DeserializeOwned + Send + 'static,
{
    /// Connects to the server, or starts one, and starts the workers: `workers` on this machine, where the options name
    /// neither a server nor a launcher. Where one host takes all jobs, it can be asked for.
    ///
    /// # Errors
    /// Where the server cannot be started or reached, or the workers cannot be started.
    pub(crate) fn start(
        launch: Launch,
        workers: usize,
        limits: &Limits,
        sweep: ClusterSweep,
    ) -> io::Result<(Self, Option<MeasuringHost>)> {
        if std::env::var_os(SWEEP_VARIABLE).is_some() {
            return Err(io::Error::other(
                "a cluster worker reached a sweep, which it must not run itself: the program must \
                 begin its sweeps by `bencher::run` or `bencher::bench_main`",
            ));
        }
        let (orders, queue) = unbounded_channel();
        let (deliver, deliveries) = unbounded();
        let (ready, started) = bounded(1);
        let shared = Arc::new(Shared::default());
        shared.slots.store(workers.max(1), Ordering::Relaxed);
        shared.window.store(workers.max(1) * 4, Ordering::Relaxed);
        let rule = sweep.rule;
        let setup = Setup {
            launch,
            workers,
            limits: *limits,
            sweep,
            shared: Arc::clone(&shared),
        };
        let thread = std::thread::Builder::new().name("bencher-cluster".to_owned());
        let thread = thread.spawn(move || coordinator::run(setup, queue, &deliver, &ready))?;
        let begun = started.recv().unwrap_or_else(|_| {
            Err(io::Error::other(
                "the thread of the cluster ended while it began",
            ))
        });
        begun?;
        let host = (rule == HostRule::OneHost).then(|| {
            // It must not keep the coordinator at work.
            let orders = orders.downgrade();
            MeasuringHost::new(Arc::clone(&shared.host), move |answer| {
                if let Some(orders) = orders.upgrade() {
                    // Without a coordinator, there is no answer.
                    let _ = orders.send(Order::Describe(answer));
                }
            })
        });
        let backend = Self {
            orders: Some(orders),
            deliveries,
            gathered: 0,
            confirmed: 0,
            in_flight: 0,
            shared,
            thread: Some(thread),
        };
        Ok((backend, host))
    }
}

impl<A, R> ClusterBackend<A, R> {
    fn order(&self, order: Order<A>) {
        if let Some(orders) = &self.orders {
            // A coordinator that is gone has closed the deliveries too.
            let _ = orders.send(order);
        }
    }

    fn take(&mut self, delivery: Delivery<A, R>, finished: &mut Vec<FinishedTask<A, R>>) {
        self.gathered = self.gathered.max(delivery.number);
        self.in_flight = self.in_flight.saturating_sub(delivery.tasks.len());
        finished.extend(delivery.tasks);
    }
}

impl<A, R> std::fmt::Debug for ClusterBackend<A, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClusterBackend")
            .field("in_flight", &self.in_flight)
            .finish_non_exhaustive()
    }
}

impl<A: Send, R: Send> Backend<A, R> for ClusterBackend<A, R> {
    fn submit(&mut self, tasks: Vec<Task<A>>) {
        self.in_flight += tasks.len();
        self.order(Order::Submit(tasks));
    }

    fn gather(&mut self, wait: Wait, finished: &mut Vec<FinishedTask<A, R>>) {
        if wait.is_open() && self.confirmed < self.gathered {
            self.confirmed = self.gathered;
            self.order(Order::Confirm(self.confirmed));
        }
        if self.in_flight > 0 && wait.is_open() {
            let longest = Instant::now() + LONGEST_WAIT;
            let end = wait.end().map_or(longest, |end| end.min(longest));
            match self.deliveries.recv_deadline(end) {
                Ok(delivery) => self.take(delivery, finished),
                // A coordinator ends only after this backend: it has panicked. No caller waits for it forever.
                Err(RecvTimeoutError::Disconnected) => std::thread::sleep(LONGEST_WAIT),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
        while let Ok(delivery) = self.deliveries.try_recv() {
            self.take(delivery, finished);
        }
    }

    fn cancel(&mut self) {
        self.order(Order::Cancel);
    }

    fn expire(&mut self) {
        self.order(Order::Expire);
    }

    fn window(&self) -> usize {
        self.shared.window.load(Ordering::Relaxed)
    }

    fn workers(&self) -> usize {
        self.shared.slots.load(Ordering::Relaxed)
    }

    fn cluster_report(&self) -> Option<ClusterReport> {
        let report = self.shared.report.lock();
        Some(report.unwrap_or_else(PoisonError::into_inner).clone())
    }
}

impl<A, R> Drop for ClusterBackend<A, R> {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            // It has nothing to panic of, and there is nothing to be done if it did.
            let _ = thread.join();
        }
    }
}
