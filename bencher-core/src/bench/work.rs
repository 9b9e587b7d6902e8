//! Sweeps in worker processes: which sweep a worker is for, and what it knows of those before.

use crate::evaluator::Executors;
use crate::evaluator::process::{Launch, Role};
use crate::record::SweepRecord;
use crate::store::StoreError;
use crate::sweep_executor::{Benchmark, Plan, Result, SweepExecutor};

use super::builder::SweepBuilder;
use super::result::BenchResult;
use super::session::Session;

/// What sweeps are counted by, in the order in which a thread runs them.
pub(super) const PLACE: &str = "sweep";

/// Where a worker process is to take the samples of a sweep.
pub(super) fn place<S: Benchmark>(number: u64, plan: &Plan<S>) -> String {
    format!("{PLACE} {number} {}", plan.identity())
}

impl Session {
    /// How worker processes for a sweep are started; none where it runs in none.
    pub(super) fn launch(
        &self,
        executor: Executors,
        place: &str,
    ) -> Result<Option<Launch>, StoreError> {
        if !matches!(executor, Executors::Processes(_)) {
            return Ok(None);
        }
        let launch = Launch::again(place).map_err(|source| StoreError::Io {
            action: "find the executable of",
            path: "this program".into(),
            source,
        })?;
        let earlier = postcard::to_stdvec(&self.earlier).map_err(|error| {
            StoreError::Encode(format!(
                "what the sweeps gave that ran before cannot be told to a worker process: {error}"
            ))
        })?;
        Ok(Some(launch.context(earlier)))
    }

    /// Keeps what a sweep gave for the worker processes of sweeps behind it, which come by it too.
    pub(super) fn remember(&mut self, number: u64, record: &SweepRecord) {
        if matches!(self.config.executor, Executors::Processes(_)) {
            self.earlier.push((number, record.clone()));
        }
    }
}

impl Role {
    /// Whether it is to take samples of a sweep.
    pub(crate) fn is_for_sweep(&self) -> bool {
        self.place().split(' ').next() == Some(PLACE)
    }
}

impl<S: Benchmark> SweepBuilder<'_, S> {
    /// What a worker process does with a sweep: it takes the samples of its own, and of one before takes
    /// the result that it was told.
    pub(super) fn work(
        self,
        plan: Plan<S>,
        number: u64,
        session: &mut Session,
        role: &Role,
    ) -> Result<BenchResult<S>> {
        let own = place(number, &plan);
        if role.place() == own {
            let options = self.options(&plan, None, session)?;
            let served = SweepExecutor::new(plan).serve(role, options);
            std::process::exit(i32::from(served.is_err()));
        }
        let mut words = role.place().split(' ');
        if words.next() == Some(PLACE) && words.next() == Some(number.to_string().as_str()) {
            role.refuse(&format!(
                "sweep \"{}\" is another one in a worker process: its inputs or constants depend on \
                 something that changes from start to start",
                self.title
            ));
        }
        let earlier: Vec<(u64, SweepRecord)> =
            postcard::from_bytes(role.context()).unwrap_or_default();
        let found = earlier.into_iter().find(|(of, _)| *of == number);
        Ok(match found {
            Some((_, record)) => BenchResult::new(record, true),
            None => self.not_run(Some(&plan)),
        })
    }
}
