//! Sweeps in worker processes: the sweep that a worker serves, and the records of earlier sweeps.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::evaluator::Executors;
use crate::evaluator::cluster::{ClusterSweep, HostRule};
use crate::evaluator::process::{Launch, WorkerRole};
use crate::measure::{Environment, executable_digest};
use crate::plan::Plan;
use crate::record::SweepRecord;
use crate::store::StoreError;
use crate::sweep_executor::{Result, RunOptions, SweepExecutor};
use crate::value::Digest;

use super::result::SweepOutcome;
use super::run::SweepRun;
use super::session::Session;

/// The number of a sweep, in the order in which a thread runs them.
pub(super) const PLACE: &str = "sweep";

/// Where a worker process is to take the samples of a sweep.
pub(super) fn place(number: u64, plan: &Plan) -> String {
    format!("{PLACE} {number} {}", plan.identity())
}

/// The data for a worker process from the program that started it.
#[derive(Debug, Default, Serialize, Deserialize)]
struct WorkerContext {
    /// Where samples and results are kept.
    root: PathBuf,
    /// The records of earlier sweeps, with their numbers.
    earlier: Vec<(u64, SweepRecord)>,
}

// By thread, as the numbers of the sweeps are.
thread_local!(static EARLIER: RefCell<Vec<(u64, SweepRecord)>> = RefCell::default());

impl Session {
    /// How worker processes for a sweep are started; none where it runs in none.
    pub(super) fn launch(
        &self,
        executor: Executors,
        place: &str,
        title: &str,
        rule: HostRule,
    ) -> Result<Option<Launch>, StoreError> {
        if !executor.starts_processes() {
            return Ok(None);
        }
        let launch = Launch::this_program(place).map_err(|source| StoreError::Io {
            action: "find the executable of",
            path: "this program".into(),
            source,
        })?;
        let context = WorkerContext {
            root: std::path::absolute(&self.root).unwrap_or_else(|_| self.root.clone()),
            earlier: EARLIER.with_borrow(Clone::clone),
        };
        let context = postcard::to_extend(&context, Vec::new()).map_err(|error| {
            StoreError::Encode(format!(
                "the results of earlier sweeps cannot be sent to a worker process: {error}"
            ))
        })?;
        let launch = launch.title(format!("sweep \"{title}\"")).context(context);
        Ok(Some(match executor {
            Executors::Cluster(_) => launch.on_cluster(self.cluster_sweep(place, rule)?),
            _ => launch,
        }))
    }

    /// What a cluster must know of the sweep at a place: two stores have different sweeps, and two runs that store
    /// nothing too.
    fn cluster_sweep(&self, place: &str, rule: HostRule) -> Result<ClusterSweep, StoreError> {
        let root = std::path::absolute(&self.root).unwrap_or_else(|_| self.root.clone());
        let environment = Environment::capture();
        let host = environment.host.unwrap_or_default();
        let mut identity = format!("{place}\n{host}\n{}", root.display());
        if !self.config.cache {
            let now = jiff::Timestamp::now().as_nanosecond();
            let _ = write!(identity, "\n{} {now}", std::process::id());
        }
        Ok(ClusterSweep {
            options: self.config.cluster.clone(),
            code: executable_digest().map_err(|source| StoreError::Io {
                action: "read the executable of",
                path: "this program".into(),
                source,
            })?,
            identity: Digest::of(identity.as_bytes()),
            rule,
        })
    }

    /// Keeps what a sweep gave for the worker processes of sweeps behind it, which come by it too.
    pub(super) fn remember(&self, number: u64, record: &SweepRecord) {
        let executors = [self.config.executor, self.layers.run().executor];
        if executors.iter().any(|executor| executor.starts_processes()) {
            EARLIER.with_borrow_mut(|earlier| earlier.push((number, record.clone())));
        }
    }
}

impl WorkerRole {
    /// Whether it is to take samples of a sweep.
    pub(crate) fn is_for_sweep(&self) -> bool {
        self.place().split(' ').next() == Some(PLACE)
    }
}

impl SweepRun<'_> {
    /// Handles a sweep in a worker process: it takes the samples of its own sweep, and replays the recorded result of
    /// an earlier one.
    pub(super) fn work(
        self,
        plan: Plan,
        number: u64,
        session: &mut Session,
        role: &WorkerRole,
    ) -> Result<SweepOutcome> {
        if let Some(options) = self.work_options(&plan, number, session, role)? {
            let served = SweepExecutor::of(plan, self.body).serve(role, options);
            std::process::exit(i32::from(served.is_err()));
        }
        Ok(self.passed_in_worker(number, Some(&plan), session, role))
    }

    /// The options of a worker process that is to take the samples of this sweep; none where it is for another sweep.
    pub(super) fn work_options(
        &self,
        plan: &Plan,
        number: u64,
        session: &mut Session,
        role: &WorkerRole,
    ) -> Result<Option<RunOptions>> {
        if role.place() == place(number, plan) {
            let context: WorkerContext = postcard::from_bytes(role.context()).unwrap_or_default();
            session.root = context.root;
            return Ok(Some(self.options(plan, None, session)?));
        }
        let mut words = role.place().split(' ');
        if words.next() == Some(PLACE) && words.next() == Some(number.to_string().as_str()) {
            role.refuse(&format!(
                "sweep \"{}\" is not the same in a worker process: its inputs or constants depend \
                 on something that changes each time the program starts",
                self.settings.title
            ));
        }
        Ok(None)
    }

    /// The recorded result of a sweep that a worker process passes on its way to its own.
    pub(super) fn passed_in_worker(
        &self,
        number: u64,
        plan: Option<&Plan>,
        session: &Session,
        role: &WorkerRole,
    ) -> SweepOutcome {
        let context: WorkerContext = postcard::from_bytes(role.context()).unwrap_or_default();
        let found = context.earlier.into_iter().find(|(of, _)| *of == number);
        match found {
            Some((_, record)) => SweepOutcome {
                record,
                claims: Vec::new(),
                was_run: true,
                root: session.root.clone(),
            },
            None => self.not_run(plan, session),
        }
    }
}
