//! Runs a planned sweep through the cache and the evaluator into the collector.

use std::collections::HashMap;
use std::sync::Arc;

use crate::evaluator::{ClusterReport, RetryCounts, Usage};
use crate::exit_guard::Describe;
use crate::job::{CallCounts, FutureCache};
use crate::measure::{Batches, ReplicateRole, RoundRules, RoundTarget, SliceCounts, Timer};
use crate::progress::ProgressSink;
use crate::result_collector::ResultCollector;
use crate::space::SampleOrder;
use crate::store::{Provenance, StoreError};

use super::Benchmark;
use super::active_run::{MeasuredOn, next_run};
use super::body::Body;
use super::counter_results::UncountedResult;
use super::discarded_slices::DiscardedSlices;
use super::jobs::Rows;
use super::ordered_run::RunControl;
use super::race::RaceSettings;
use super::replicates::DifferingReplicates;
use super::rounds::{RoundSettings, RoundsEnd};
use super::run_options::RunOptions;
#[cfg(feature = "sweeper")]
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
    /// In a [race](crate::measure::BestRule): the leader of each group, and the points that may be better.
    pub contenders: Vec<(u64, Vec<u64>)>,
    /// For each of these leaders: at 95 %, no point is better by more than this share of a time, or this difference of
    /// another number.
    pub margins: Vec<f64>,
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
    /// The host of a cluster that took timed samples; `None` where this machine did, or several hosts.
    pub(crate) measured_on: Option<MeasuredOn>,
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
            contenders: Vec::new(),
            margins: Vec::new(),
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
            measured_on: None,
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
        let mut active = self.begin(&mut options, Rows::Planned)?;
        let mut end = RunEnd::new(
            collector.explained_by(active.missing_reason()),
            active.damaged,
        );
        let procedure = Procedure::of(&options, active.latest);
        let control = RunControl {
            interrupt: &options.interrupt,
            fail_fast: options.fail_fast,
            cached: active.cached,
        };
        self.take_samples(&procedure, &control, &mut active.jobs, &mut end, progress);

        let run = procedure.run;
        let hits = active.jobs.hits();
        end.collector.note_runs(hits, run);
        end.has_earlier_rounds = hits.iter().any(|hit| hit.run != run);
        self.count_slices(active.setting.batches.as_deref(), &mut end);
        active.finish(self, &mut end, progress);
        Ok(end)
    }

    fn count_slices(&self, batches: Option<&Batches>, end: &mut RunEnd) {
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
            race_groups,
            rounds,
            replicates,
            rounds_per_replicate,
            timer,
            run,
            #[cfg(feature = "sweeper")]
            shared,
        } = *procedure;
        match (rounds, replicates) {
            (Some(rules), _) if !self.plan.is_timed() => {
                let race = RaceSettings {
                    rules,
                    groups: race_groups,
                    timer,
                };
                self.run_race(&race, control, (jobs, end, progress));
            }
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
                    groups: race_groups,
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
                #[cfg(feature = "sweeper")]
                if let Some(list) = shared {
                    return self.run_shared(list, order, control, jobs, end, progress);
                }
                self.run_in_order(order, control, jobs, end, progress);
            }
        }
    }
}

/// In which order samples are taken, and by which run.
struct Procedure<'r> {
    order: SampleOrder,
    race_groups: &'r HashMap<u64, u64>,
    rounds: Option<RoundRules>,
    replicates: ReplicateRole,
    /// The repeats of each of several processes.
    rounds_per_replicate: u32,
    timer: &'r Timer,
    run: u64,
    /// The work list that several processes share.
    #[cfg(feature = "sweeper")]
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
            race_groups: &options.race_groups,
            rounds: options.rounds,
            replicates: options.replicates,
            rounds_per_replicate: options.rounds_per_replicate,
            timer: &options.timer,
            run,
            #[cfg(feature = "sweeper")]
            shared: options.shared.as_ref(),
        }
    }
}
