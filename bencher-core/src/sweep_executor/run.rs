//! Runs a planned sweep through the cache and the evaluator into the collector.

use std::sync::Arc;

use crate::context::States;
use crate::evaluator::{ClusterReport, Executors, RetryCounts, Usage};
use crate::exit_guard::Describe;
use crate::job::{CallCounts, CodePolicy, FutureCache, MachinePolicy, SampleCache};
use crate::measure::{Batches, ReplicateRole, RoundRules, RoundTarget, SliceCounts, Timer};
use crate::progress::ProgressSink;
use crate::result_collector::ResultCollector;
use crate::space::SampleOrder;
use crate::store::{Provenance, SampleIndex, SampleStore, StoreError};

use super::Benchmark;
use super::body::Body;
use super::counter_results::{CounterResults, UncountedResult};
use super::discarded_slices::DiscardedSlices;
use super::jobs::{JobSettings, start_jobs};
use super::ordered_run::RunControl;
use super::replicates::DifferingReplicates;
use super::rounds::{RoundSettings, RoundsEnd};
use super::run_options::RunOptions;
use super::sampling::Origin;
use super::shared_run::SharedList;
use super::stored_rounds::{RemeasureNotice, RoundKeys};
use crate::plan::Plan;

/// The outcome of a run.
///
/// See the [module](super) for an example.
#[derive(Debug)]
pub struct RunEnd {
    /// The filled dataset, the failures and counts.
    pub collector: ResultCollector,
    /// The numbers of calls of the cache.
    pub calls: CallCounts,
    /// The number of damaged records of the store, which were skipped.
    pub damaged: u64,
    /// The missing or damaged contents of stored samples, one text each. These samples were taken again.
    pub lost: Vec<String>,
    /// Whether the run was interrupted before all samples were taken.
    pub interrupted: bool,
    /// The outcome of the rounds, if it was run in rounds.
    pub rounds: Option<RoundsEnd>,
    /// In a [race](crate::measure::BestRule): the leader, and the points that may be better.
    pub contenders: Option<(u64, Vec<u64>)>,
    /// Set where stored rounds were not used, because they do not agree with new times.
    pub remeasured: Option<RemeasureNotice>,
    /// Set where replicates of several runs, which it combines, do not agree.
    pub differing: Option<DifferingReplicates>,
    /// Whether an earlier run measured some of the rounds.
    pub has_earlier_rounds: bool,
    /// Whether a failed sample stopped it.
    pub failed_fast: bool,
    /// The results whose counters were unavailable.
    pub uncounted: Vec<UncountedResult>,
    /// The summaries of points with many discarded slices.
    pub discarded: Vec<DiscardedSlices>,
    /// The slice counts of each point, only of this process.
    pub slice_counts: Vec<(u64, SliceCounts)>,
    /// The total usage of samples in worker processes.
    pub used: Option<Usage>,
    /// The numbers of retries.
    pub retried: RetryCounts,
    /// What the cluster did; `None` on other executors.
    pub cluster: Option<ClusterReport>,
    /// The error of the store. Samples that it did not accept are still in the dataset.
    pub store_error: Option<StoreError>,
}

/// Runs planned sweeps: it turns points into jobs, jobs into samples, and samples into cells.
///
/// See the [module](super) for an example.
#[derive(Debug)]
pub struct SweepExecutor {
    pub(super) plan: Arc<Plan>,
    pub(super) body: Body,
}

impl RunEnd {
    pub(super) fn new(collector: ResultCollector, damaged: u64) -> Self {
        Self {
            calls: CallCounts::default(),
            damaged,
            lost: Vec::new(),
            interrupted: false,
            rounds: None,
            contenders: None,
            remeasured: None,
            differing: None,
            has_earlier_rounds: false,
            failed_fast: false,
            uncounted: Vec::new(),
            discarded: Vec::new(),
            slice_counts: Vec::new(),
            used: None,
            retried: RetryCounts::default(),
            cluster: None,
            store_error: None,
            collector,
        }
    }

    /// Whether nothing more is to be measured.
    pub(crate) const fn is_over(&self) -> bool {
        self.interrupted || self.failed_fast || self.store_error.is_some()
    }
}

impl SweepExecutor {
    /// Makes an executor of a plan.
    pub fn new<S: Benchmark>(plan: Plan) -> Self {
        Self::of(plan, Body::of::<S>())
    }

    pub(crate) fn of(plan: Plan, body: Body) -> Self {
        Self {
            plan: Arc::new(plan),
            body,
        }
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The guard that names the current point, should the process end.
    pub(crate) fn describe_points(&self) -> Describe {
        let plan = Arc::clone(&self.plan);
        Arc::new(move |point| plan.inputs_text(point))
    }

    /// Takes every sample of the plan, and records it in `collector`.
    ///
    /// # Errors
    /// Where the workers cannot be started or the store cannot be read. Later errors are part of the [`RunEnd`].
    pub fn run(
        &self,
        collector: ResultCollector,
        mut options: RunOptions,
        progress: &mut dyn ProgressSink,
    ) -> Result<RunEnd, StoreError> {
        let (store, launch) = (options.store.take(), options.launch.take());
        let cached = store.is_some();
        let (cache, latest) = self.open_cache(store, &options)?.unzip();
        let index = cache.as_ref().and_then(|cache| cache.index.as_ref());
        let damaged = index.map_or(0, SampleIndex::damaged);
        let setting = self.setting(&options);
        let settings = JobSettings {
            executor: self.suitable_executor(&options),
            limits: &options.limits,
            launch,
            retries: options.retries,
        };
        let mut jobs = start_jobs(settings, self.run_function(setting.clone()), cache)?;

        let reasons = setting.counted.as_ref().map(CounterResults::missing_reason);
        let mut end = RunEnd::new(collector.explained_by(reasons), damaged);
        let procedure = Procedure::of(&options, latest);
        let control = RunControl {
            interrupt: &options.interrupt,
            fail_fast: options.fail_fast,
            cached,
        };
        self.take_samples(&procedure, &control, &mut jobs, &mut end, progress);

        let run = procedure.run;
        end.collector.note_runs(jobs.hits(), run);
        end.has_earlier_rounds = jobs.hits().iter().any(|hit| hit.run != run);
        close(jobs, &setting.states, &mut end, progress);
        end.uncounted = self.uncounted(setting.counted.as_deref());
        self.count_slices(setting.batches.as_deref(), &mut end);
        Ok(end)
    }

    /// The executor of samples: times and counts are valid only where nothing else of the program runs.
    pub(super) fn suitable_executor(&self, options: &RunOptions) -> Executors {
        // Two measurements side by side disturb each other.
        let executor = match options.executor {
            executor if !self.plan.is_evidence() || options.side_by_side => executor,
            Executors::Processes(_) | Executors::Cluster(_) => Executors::Processes(1),
            _ => Executors::Serial,
        };
        // This thread cannot abandon a job; another thread can be abandoned with it.
        match executor {
            Executors::Serial if options.limits.time.is_some() => Executors::Threads(1),
            executor => executor,
        }
    }

    /// The stored samples of the sweep, and the latest run that measured any; none without a store.
    pub(super) fn open_cache(
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

    pub(super) fn count_slices(&self, batches: Option<&Batches>, end: &mut RunEnd) {
        end.slice_counts = batches.map_or(Vec::new(), |all| all.slice_counts().collect());
        end.discarded = DiscardedSlices::of(&end.slice_counts, |point| self.plan.inputs(point));
    }

    fn take_samples(
        &self,
        procedure: &Procedure<'_>,
        control: &RunControl<'_>,
        jobs: &mut FutureCache,
        end: &mut RunEnd,
        progress: &mut dyn ProgressSink,
    ) {
        let Procedure {
            order,
            rounds,
            replicates,
            rounds_per_replicate,
            timer,
            run,
            shared,
        } = *procedure;
        match (rounds, replicates) {
            (Some(_), ReplicateRole::Collecting(_)) => {
                let keys =
                    RoundKeys::new(Some(self.plan.key_maker()), run, 0, rounds_per_replicate);
                self.run_stored(control, keys, jobs, end, progress);
            }
            (Some(mut rules), role) => {
                let (mut own_rounds, mut repeats_of_all, mut checks) = (0, 0, false);
                if let ReplicateRole::Measuring(replicate) = role {
                    own_rounds = rounds_per_replicate;
                    repeats_of_all = rounds_per_replicate.saturating_mul(replicate.count);
                    checks = replicate.checks;
                    let rounds =
                        self.rounds_of_replicate(jobs, run, replicate, rounds_per_replicate);
                    rules.rounds = RoundTarget::Exactly(rounds);
                    rules.before = replicate.number * rounds_per_replicate;
                }
                let settings = RoundSettings {
                    rules,
                    timer,
                    control: *control,
                    run,
                    rounds_per_replicate: own_rounds,
                    repeats_of_all,
                    checks,
                };
                self.run_rounds(&settings, jobs, end, progress);
            }
            (None, _) => {
                if self.plan.is_timed() {
                    // Without rounds, there is no telling whether the machine has changed.
                    let provenance = Provenance {
                        run,
                        provisional: true,
                        ..Provenance::default()
                    };
                    jobs.measure_by(None, provenance);
                }
                match shared {
                    Some(list) => self.run_shared(list, order, control, jobs, end, progress),
                    None => self.run_in_order(order, control, jobs, end, progress),
                }
            }
        }
    }
}

/// In which order samples are taken, and by which run.
struct Procedure<'r> {
    order: SampleOrder,
    rounds: Option<RoundRules>,
    replicates: ReplicateRole,
    /// The repeats of each of several processes.
    rounds_per_replicate: u32,
    timer: &'r Timer,
    run: u64,
    /// The work list that several processes share.
    shared: Option<&'r SharedList>,
}

impl<'r> Procedure<'r> {
    /// The procedure of a run after the latest stored one.
    fn of(options: &'r RunOptions, latest: Option<u64>) -> Self {
        let run = match options.replicates {
            ReplicateRole::Measuring(replicate) => replicate.run,
            _ => next_run(latest.unwrap_or(0)),
        };
        Self {
            order: options.order,
            rounds: options.rounds,
            replicates: options.replicates,
            rounds_per_replicate: options.rounds_per_replicate,
            timer: &options.timer,
            run,
            shared: options.shared.as_ref(),
        }
    }
}

/// The number of a run that begins now: its time in milliseconds since 1970, and larger than that of every one before.
pub(super) fn next_run(latest: u64) -> u64 {
    let now = jiff::Timestamp::now().as_millisecond();
    u64::try_from(now)
        .unwrap_or(0)
        .max(latest.saturating_add(1))
}

/// Syncs the samples to the disk, then releases the workers and their state.
pub(super) fn close(
    mut jobs: FutureCache,
    states: &States,
    end: &mut RunEnd,
    progress: &mut dyn ProgressSink,
) {
    if end.store_error.is_none()
        && let Err(error) = jobs.close()
    {
        end.store_error = Some(error);
    }
    end.calls = jobs.counts();
    end.lost = jobs.lost_contents();
    end.used = jobs.used();
    end.retried = jobs.retried();
    end.cluster = jobs.cluster_report();
    if let Some(report) = &end.cluster {
        progress.cluster(report);
    }
    // The workers are gone then, and hold no state any more.
    drop(jobs);
    for panic in states.release() {
        progress.note(&format!(
            "while the state of the sweep was dropped: {panic}"
        ));
    }
}
