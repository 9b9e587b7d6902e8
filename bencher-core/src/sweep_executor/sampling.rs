//! Takes one sample, here or in a worker process, and stores it.

use std::sync::Arc;

use crate::console::error_line;
use crate::context::{Context, States};
use crate::evaluator::RunFunction;
use crate::evaluator::process::WorkerRole;
use crate::exit_guard;
use crate::job::{CodePolicy, Job, MachinePolicy, Sample, SampleCache, TIMED_OUT};
use crate::measure::{
    Batches, DEFAULT_BUDGET, MarkedTime, ReplicateRole, RoundRules, RoundTarget, Timer,
    below_resolution,
};
#[cfg(feature = "search")]
use crate::space::GrowingRows;
use crate::store::{
    JobFolders, Pack, PendingFolder, ResultId, SampleIndex, SampleStore, SampleWriter, Series,
    StoreError,
};
use crate::value::{Digest, Value};
use crate::var::SameName;

use super::counter_results::{CounterResults, UncountedResult};
use super::jobs::{Rows, serve_jobs};
use super::run::SweepExecutor;
use super::run_options::RunOptions;
use crate::plan::recorded_results;
use crate::plan::result_id;

impl SweepExecutor {
    /// Takes the samples of this worker process, until there are no more.
    ///
    /// # Errors
    /// Where the connection to the program is closed.
    pub fn serve(&self, role: &WorkerRole, options: RunOptions) -> std::io::Result<()> {
        self.serve_with(role, &options, Rows::Planned)
    }

    /// The same for the samples of a search, whose points come with them. The plan of this executor has these
    /// [growing](crate::plan::Plan::growing) points.
    ///
    /// # Errors
    /// Where the connection to the program is closed.
    #[cfg(feature = "search")]
    pub(crate) fn serve_search(
        &self,
        role: &WorkerRole,
        options: &RunOptions,
        rows: GrowingRows,
    ) -> std::io::Result<()> {
        self.serve_with(role, options, Rows::Growing(rows))
    }

    fn serve_with(
        &self,
        role: &WorkerRole,
        options: &RunOptions,
        rows: Rows,
    ) -> std::io::Result<()> {
        let setting = self.setting(options);
        let states = Arc::clone(&setting.states);
        let served = serve_jobs(role, self.run_function(setting), rows);
        // A message here is among the last lines of this worker.
        for panic in states.release() {
            error_line!("while the state of the sweep was dropped: {panic}");
        }
        served
    }

    /// The tools for taking samples, here or in a worker process.
    pub(super) fn setting(&self, options: &RunOptions) -> Setting {
        let replicates = (options.replicates, options.rounds_per_replicate);
        let batches = || self.batches(options.rounds, replicates, &options.timer);
        Setting {
            states: Arc::default(),
            folders: options.folders.clone(),
            batches: self.plan.is_evidence().then(|| Arc::new(batches())),
            counted: CounterResults::of(self.plan.schema()),
            timer: options.timer.clone(),
        }
    }

    /// Checks that samples of types with one name can be distinguished, also those stored when there was only one type.
    fn check_name(
        &self,
        store: &dyn SampleStore,
        same: &SameName,
        overwrite: bool,
    ) -> Result<(), StoreError> {
        if let Some(ambiguous) = same.ambiguous() {
            return Err(StoreError::Ambiguous(ambiguous));
        }
        let plain = Series {
            sweep_type: self.plan.sweep_type().plain_name.clone(),
            ..self.plan.series().clone()
        };
        if overwrite || SampleIndex::load(store, &plain)?.is_empty() {
            Ok(())
        } else {
            Err(StoreError::SharedName(same.to_string()))
        }
    }

    /// Where samples are kept, and the latest run that measured any of the series.
    pub(super) fn sample_cache(
        &self,
        store: Box<dyn SampleStore>,
        overwrite: bool,
        origin: Origin,
    ) -> Result<(SampleCache, u64), StoreError> {
        let series = self.plan.series();
        if let Some(same) = &self.plan.sweep_type().same_name {
            self.check_name(&*store, same, overwrite)?;
        }
        // A timed run that takes nothing has to know which runs there were, all the same.
        let index = (!overwrite || self.plan.is_timed())
            .then(|| SampleIndex::load(&*store, series))
            .transpose()?;
        let latest = index.as_ref().map_or(0, |index| index.epochs().latest());
        let index = index.filter(|_| !overwrite);
        let results: Vec<ResultId> = recorded_results(self.plan.schema())
            .map(|(_, var)| result_id(var))
            .collect();
        let inputs = self
            .plan
            .input_names()
            .into_iter()
            .map(str::to_owned)
            .collect();
        let Origin {
            policy,
            code,
            machine_policy,
            machine,
        } = origin;
        let heading =
            Pack::new(series.clone(), code, inputs, results.clone()).with_machine(machine);
        let plan = Arc::clone(&self.plan);
        let cache = SampleCache {
            index,
            writer: SampleWriter::new(store, heading),
            policy,
            code,
            machine_policy,
            machine,
            inputs: Box::new(move |point| plan.values(point)),
            results,
        };
        Ok((cache, latest))
    }

    /// How one sample is taken: a fresh copy of the prototype, the inputs of the point, the user's
    /// code, the results.
    pub(super) fn run_function(&self, setting: Setting) -> RunFunction<Job, Sample> {
        let Setting {
            states,
            folders,
            batches,
            counted,
            timer,
        } = setting;
        let (plan, body) = (Arc::clone(&self.plan), self.body);
        let timed: Vec<usize> = recorded_results(self.plan.schema())
            .enumerate()
            .filter(|(_, (_, var))| var.timed)
            .map(|(position, _)| position)
            .collect();
        let timed_fields: Vec<usize> = recorded_results(self.plan.schema())
            .filter(|(_, var)| var.timed)
            .map(|(index, _)| index)
            .collect();
        let names: Vec<(usize, &'static str)> = recorded_results(self.plan.schema())
            .enumerate()
            .filter(|(_, (_, var))| var.timed)
            .map(|(position, (_, var))| (position, var.name))
            .collect();
        // Of a known length, so that a sample is allocated once.
        let recorded: Vec<usize> = recorded_results(self.plan.schema())
            .map(|(index, _)| index)
            .collect();
        Arc::new(move |job: &Job, handle| {
            plan.with_sweep(job.point, &mut |sweep| {
                let seeder = || plan.seed(job.point, job.repeat);
                let partial_seeder =
                    |names: &[String]| plan.seed_without(job.point, job.repeat, names);
                let folder = || match (&folders, job.key) {
                    (Some(folders), Some(key)) => folders.create(plan.series(), key),
                    _ => PendingFolder::temporary(),
                };
                let mut cx = Context::new(job.repeat, &seeder)
                    .with_partial_seeder(&partial_seeder)
                    .with_states(&states)
                    .with_folders(&folder)
                    .with_timer(&timer)
                    .with_handle(handle);
                if let Some(batches) = &batches {
                    cx = cx.with_batches(batches, job.point);
                }
                let held = counted
                    .as_ref()
                    .map(|counted| counted.acquire(handle.time_left()));
                let meter = held.as_ref().and_then(|held| held.meter());
                if let Some(meter) = meter {
                    cx = cx.with_meter(meter);
                }
                let in_progress = exit_guard::SampleGuard::begin(job.point, job.repeat);
                let ended = body.run(sweep, &mut cx);
                ended.map_err(|error| describe(error.as_ref()))?;
                drop(in_progress);
                if !handle.accept() {
                    // It counts as timed out, whatever it returns, and leaves nothing behind.
                    return Err(TIMED_OUT.to_owned());
                }
                let addresses: Vec<Option<usize>> = match cx.below_resolution() {
                    None => Vec::new(),
                    Some(_) => timed_fields
                        .iter()
                        .map(|index| sweep.result_address_at(*index))
                        .collect(),
                };
                let too_short: Vec<bool> = addresses
                    .iter()
                    .map(|field| cx.is_too_short(*field, &addresses))
                    .collect();
                let below = cx.below_resolution();
                let recorded_times = cx.times().to_vec();
                if let Some(folder) = cx.into_folder()
                    && folders.is_some()
                    && job.key.is_some()
                {
                    folder.keep().map_err(|error| describe(&error))?;
                }
                let mut sample: Sample = recorded
                    .iter()
                    .map(|index| sweep.take_result_at(*index))
                    .collect();
                check_times(&sample, &names)?;
                mark_times(&mut sample, &timed, &recorded_times);
                if let Some(floor) = below {
                    mark_too_short(&mut sample, &timed, &too_short, &below_resolution(floor));
                }
                if let (Some(counted), Some(meter)) = (&counted, meter) {
                    counted.fill(&mut sample, &meter.borrow());
                }
                Ok(sample)
            })
        })
    }

    /// The results that are kept and that counters should have filled.
    pub(super) fn uncounted(&self, counted: Option<&CounterResults>) -> Vec<UncountedResult> {
        let mut uncounted = counted.map(CounterResults::uncounted).unwrap_or_default();
        uncounted.retain(|one| self.plan.results().any(|(_, var)| var.name == one.result));
        uncounted
    }

    /// The sizes of the batches of a timed sweep: those that are wanted fill the user's budget, and without one a batch
    /// is as long as one of many in the usual budget.
    pub(super) fn batches(
        &self,
        rounds: Option<RoundRules>,
        (role, rounds_per_replicate): (ReplicateRole, u32),
        timer: &Timer,
    ) -> Batches {
        let target = rounds.and_then(|rules| Some((rules.budget?, rules.rounds)));
        let (budget, count) = match (target, role) {
            (None, _) => (DEFAULT_BUDGET, RoundTarget::AsNeeded),
            (Some((budget, _)), ReplicateRole::Measuring(_)) => {
                (budget, RoundTarget::Exactly(rounds_per_replicate))
            }
            (Some(target), _) => target,
        };
        let points = match u64::try_from(self.plan.space().len()) {
            // A search learns of its points while it runs.
            Err(_) | Ok(u64::MAX) => USUAL_PROPOSALS,
            Ok(points) => points,
        };
        let precision = timer.costs().precision;
        Batches::sharing(precision, budget, points, count)
    }
}

/// How many points are thought to share the budget of a search.
const USUAL_PROPOSALS: u64 = 100;

/// Checks that times from the benchmark itself are valid times.
fn check_times(sample: &Sample, times: &[(usize, &'static str)]) -> Result<(), String> {
    for (position, name) in times {
        let value = sample.get(*position).and_then(Option::as_ref);
        if let Some(time) = value.and_then(Value::as_f64)
            && !(time >= 0.0 && time.is_finite())
        {
            return Err(format!(
                "result `{name}` is a measured time, and the sample set it to {time} s; a time is 0 or more"
            ));
        }
    }
    Ok(())
}

/// Marks the times of a sample that something disturbed. A time that is none of those that were `recorded` was computed
/// by the benchmark, so it has the marks of all.
fn mark_times(sample: &mut Sample, timed: &[usize], recorded: &[MarkedTime]) {
    if !recorded.iter().any(|time| time.is_marked()) {
        return;
    }
    let Some(all) = recorded.iter().copied().reduce(both) else {
        return;
    };
    for position in timed {
        let Some(Some(value)) = sample.get_mut(*position) else {
            continue;
        };
        let Some(time) = value.as_f64() else {
            continue;
        };
        let same = |one: &&MarkedTime| (one.time - time).abs() <= SAME * time.abs();
        let mark = recorded.iter().find(same).copied().unwrap_or(all);
        if mark.is_marked() {
            *value = MarkedTime { time, ..mark }.to_value();
        }
    }
}

/// Two times as one: the sum of the times on a core, and the smaller share of the slices. A time that was not preempted
/// was on a core throughout.
fn both(one: MarkedTime, other: MarkedTime) -> MarkedTime {
    let is_preempted = one.busy.is_some() || other.busy.is_some();
    let busy = one.busy.unwrap_or(one.time) + other.busy.unwrap_or(other.time);
    let share = |time: MarkedTime| time.share.unwrap_or(1.0);
    MarkedTime {
        time: one.time + other.time,
        busy: is_preempted.then_some(busy),
        share: one
            .share
            .or(other.share)
            .map(|_| share(one).min(share(other))),
        is_moved: one.is_moved || other.is_moved,
        is_throttled: one.is_throttled || other.is_throttled,
    }
}

/// Says of timed results without a value that their times were too short.
fn mark_too_short(sample: &mut Sample, timed: &[usize], too_short: &[bool], mark: &Value) {
    for (position, is_too_short) in timed.iter().zip(too_short) {
        if let Some(missing @ None) = sample.get_mut(*position)
            && *is_too_short
        {
            *missing = Some(mark.clone());
        }
    }
}

/// A `Duration` holds whole nanoseconds, so a recorded time comes back within this share, or within one.
const SAME: f64 = 1e-5;

/// The settings of every sample of a run.
#[derive(Clone)]
pub(super) struct Setting {
    pub(super) states: Arc<States>,
    pub(super) folders: Option<JobFolders>,
    pub(super) batches: Option<Arc<Batches>>,
    pub(super) counted: Option<Arc<CounterResults>>,
    pub(super) timer: Timer,
}

/// Where samples come from, and which of others are taken.
pub(super) struct Origin {
    pub(super) policy: CodePolicy,
    pub(super) code: Digest,
    pub(super) machine_policy: MachinePolicy,
    pub(super) machine: Option<Digest>,
}

/// An error with all its causes.
pub(super) fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(times: &[f64], recorded: &[MarkedTime]) -> Vec<Option<MarkedTime>> {
        let values = times.iter().map(|time| Some(Value::Float(*time)));
        let mut sample: Sample = values.collect();
        let positions: Vec<usize> = (0..times.len()).collect();
        mark_times(&mut sample, &positions, recorded);
        let read = |value: &Option<Value>| value.as_ref().and_then(MarkedTime::read);
        sample.iter().map(read).collect()
    }

    #[test]
    fn each_recorded_time_has_its_own_marks() {
        let preempted = MarkedTime {
            busy: Some(0.5),
            ..MarkedTime::of(2.0)
        };
        let moved = MarkedTime {
            is_moved: true,
            ..MarkedTime::of(3.0)
        };
        let quiet = MarkedTime::of(1.0);
        let found = marked(&[3.0, 1.0, 2.0], &[preempted, quiet, moved]);
        assert_eq!(found, [Some(moved), None, Some(preempted)]);
        assert_eq!(marked(&[1.0, 7.0], &[quiet]), [None, None]);
    }

    #[test]
    fn a_computed_time_has_the_marks_of_all_recorded_times() {
        let first = MarkedTime {
            busy: Some(0.5),
            share: Some(0.9),
            ..MarkedTime::of(2.0)
        };
        let second = MarkedTime {
            busy: Some(0.25),
            share: Some(0.6),
            is_moved: true,
            ..MarkedTime::of(3.0)
        };
        let third = MarkedTime {
            is_throttled: true,
            ..MarkedTime::of(4.0)
        };
        // The sum is computed, and the first time is given as it was recorded.
        let found = marked(&[9.0, 2.0], &[first, second, third]);
        let sum = MarkedTime {
            time: 9.0,
            busy: Some(0.5 + 0.25 + 4.0),
            share: Some(0.6),
            is_moved: true,
            is_throttled: true,
        };
        assert_eq!(found, [Some(sum), Some(first)]);
    }
}
