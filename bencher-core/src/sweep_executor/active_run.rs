//! What every run has from its beginning to its end: the store, the workers, and the tools of a sample.

use crate::evaluator::Executors;
use crate::evaluator::cluster::MeasuringHost;
use crate::job::{CodePolicy, FutureCache, MachinePolicy, SampleCache};
use crate::measure::Environment;
use crate::progress::ProgressSink;
use crate::result_collector::MissingReason;
use crate::store::{SampleIndex, SampleStore, StoreError};

use super::counter_results::CounterResults;
use super::jobs::{JobSettings, Rows, start_jobs};
use super::run::{RunEnd, SweepExecutor};
use super::run_options::RunOptions;
use super::sampling::{Origin, Setting};

/// A run between its beginning and its end.
pub(super) struct ActiveRun {
    pub(super) jobs: FutureCache,
    pub(super) setting: Setting,
    /// Whether there is a store.
    pub(super) cached: bool,
    /// The latest stored run of the series; none without a store.
    pub(super) latest: Option<u64>,
    /// The number of damaged records of the store.
    pub(super) damaged: u64,
    /// The host of a cluster that takes timed samples, and its environment at the beginning.
    host: Option<(MeasuringHost, Environment)>,
}

/// The host of a cluster that took timed samples, before and after them.
#[derive(Clone, Debug)]
pub(crate) struct MeasuredOn {
    pub(crate) start: Environment,
    /// None where the host is gone, or did not answer.
    pub(crate) end: Option<Environment>,
}

impl SweepExecutor {
    /// Opens the store and starts the workers.
    ///
    /// # Errors
    /// Where the workers cannot be started or the store cannot be read.
    pub(super) fn begin(
        &self,
        options: &mut RunOptions,
        rows: Rows,
    ) -> Result<ActiveRun, StoreError> {
        let (store, launch) = (options.store.take(), options.launch.take());
        let cached = store.is_some();
        let setting = self.setting(options);
        let settings = JobSettings {
            executor: self.suitable_executor(options),
            limits: &options.limits,
            launch,
            retries: options.retries,
            rows,
        };
        let (jobs, host) = start_jobs(settings, self.run_function(setting.clone()))?;
        let host = host.and_then(|host| {
            let environment = host.environment(&|| options.interrupt.is_requested())?;
            // Its class decides which stored samples count.
            options.machine = Some(environment.class());
            Some((host, environment))
        });
        let (cache, latest) = self.open_cache(store, options)?.unzip();
        let index = cache.as_ref().and_then(|cache| cache.index.as_ref());
        let damaged = index.map_or(0, SampleIndex::damaged);
        Ok(ActiveRun {
            jobs: FutureCache::new(jobs, cache),
            setting,
            cached,
            latest,
            damaged,
            host,
        })
    }

    /// The executor of samples: times and counts are valid only where nothing else of the program runs. A cluster takes
    /// them on one host, one at a time.
    fn suitable_executor(&self, options: &RunOptions) -> Executors {
        // Two measurements side by side disturb each other.
        let executor = match options.executor {
            executor if !self.plan.is_evidence() || options.side_by_side => executor,
            executor @ Executors::Cluster(_) => executor,
            Executors::Processes(_) => Executors::Processes(1),
            _ => Executors::Serial,
        };
        // This thread cannot abandon a job; another thread can be abandoned with it.
        match executor {
            Executors::Serial if options.limits.time.is_some() => Executors::Threads(1),
            executor => executor,
        }
    }

    /// The stored samples of the sweep, and the latest run that measured any; none without a store.
    fn open_cache(
        &self,
        store: Option<Box<dyn SampleStore>>,
        options: &RunOptions,
    ) -> Result<Option<(SampleCache, u64)>, StoreError> {
        let alone = self.plan.is_evidence();
        let origin = Origin {
            policy: options.policy.unwrap_or(CodePolicy::of(alone)),
            code: options.code,
            machine_policy: options.machine_policy.unwrap_or(MachinePolicy::of(alone)),
            machine: options.machine,
        };
        store
            .map(|store| self.sample_cache(store, options.overwrite, origin))
            .transpose()
    }
}

impl ActiveRun {
    /// Why the results that counters fill have no value; none where all counters work.
    pub(super) fn missing_reason(&self) -> Option<MissingReason> {
        self.setting
            .counted
            .as_ref()
            .map(CounterResults::missing_reason)
    }

    /// Syncs the samples to the disk, then releases the workers and their state.
    pub(super) fn finish(
        mut self,
        executor: &SweepExecutor,
        end: &mut RunEnd,
        progress: &mut dyn ProgressSink,
    ) {
        if end.store_error.is_none()
            && let Err(error) = self.jobs.close()
        {
            end.store_error = Some(error);
        }
        end.calls = self.jobs.counts();
        end.lost = self.jobs.lost_contents();
        end.used = self.jobs.used();
        end.retried = self.jobs.retried();
        end.cluster = self.jobs.cluster_report();
        end.measured_on = self.host.map(|(host, start)| MeasuredOn {
            start,
            end: host.environment_now(),
        });
        if let Some(report) = &end.cluster {
            progress.cluster(report);
        }
        // The workers are gone then, and hold no state any more.
        drop(self.jobs);
        for panic in self.setting.states.release() {
            progress.note(&format!(
                "while the state of the sweep was dropped: {panic}"
            ));
        }
        end.uncounted = executor.uncounted(self.setting.counted.as_deref());
    }
}

/// The number of a run that begins now: its time in milliseconds since 1970, and larger than that of every one before.
pub(super) fn next_run(latest: u64) -> u64 {
    let now = jiff::Timestamp::now().as_millisecond();
    u64::try_from(now)
        .unwrap_or(0)
        .max(latest.saturating_add(1))
}
