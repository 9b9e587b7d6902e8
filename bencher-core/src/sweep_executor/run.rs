//! Driving a planned sweep through the cache and the evaluator into the collector.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::context::{Context, States};
use crate::dataset::DatasetError;
use crate::evaluator::process::{Launch, ProcessBackend, Role};
use crate::evaluator::{Backend, Dispatcher, Executors, Limits, Retried, RunFunction, Usage};
use crate::job::{
    CallCounts, CodePolicy, FutureCache, Job, JobDone, JobFuture, JobOutcome, MachinePolicy,
    Sample, SampleCache,
};
use crate::measure::{Batches, Replicate, RoundRules, Timer, Wanted, below_resolution};
use crate::progress::{ProgressSink, SampleEvent};
use crate::result_collector::ResultCollector;
use crate::space::{Order, RunOrder};
use crate::store::{
    JobFolders, Pack, ResultId, SampleIndex, SampleStore, SampleWriter, StoreError,
};
use crate::value::Digest;

use super::counted::{Counted, Uncounted};
use super::feed::{Feed, Next, Skipped};
use super::identity::result_id;
use super::plan::recorded_results;
use super::rounds::{InRounds, RoundsEnd};
use super::{Benchmark, Plan};

/// A request to stop, shared with whoever makes it (the handler of Ctrl-C).
///
/// ```
/// use std::sync::atomic::Ordering;
/// use bencher_core::sweep_executor::Interrupt;
/// let interrupt = Interrupt::default();
/// interrupt.clone().0.store(true, Ordering::Relaxed);
/// assert!(interrupt.is_requested());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Interrupt(pub Arc<AtomicBool>);

impl Interrupt {
    /// Whether somebody asked to stop.
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// How a planned sweep is run.
///
/// The example stands at the [module](super).
pub struct RunOptions {
    /// In which order samples are taken.
    pub order: Order,
    /// On what they run; timed results run alone whatever it says.
    pub executor: Executors,
    /// Stop at the first failing sample.
    pub fail_fast: bool,
    /// Stops the run between samples.
    pub interrupt: Interrupt,
    /// Where samples are kept; nowhere if none.
    pub store: Option<Box<dyn SampleStore>>,
    /// Take no sample from the store, only put new ones there.
    pub overwrite: bool,
    /// What to do with samples of other executables; by default, what suits the results.
    pub policy: Option<CodePolicy>,
    /// This executable.
    pub code: Digest,
    /// What to do with samples of machines of other classes; by default, what suits the results.
    pub machine_policy: Option<MachinePolicy>,
    /// The class of this machine, which is stored with every sample.
    pub machine: Option<Digest>,
    /// Where the folders of samples are; none to keep none.
    pub folders: Option<JobFolders>,
    /// By what rules samples are taken in rounds over all points; none means that they are taken in
    /// `order`.
    pub rounds: Option<RoundRules>,
    /// What times are taken with.
    pub timer: Timer,
    /// Whether several processes have measured, or this is one of them.
    pub processes: Processes,
    /// Whether timed results are taken on several workers at once, too.
    pub side_by_side: bool,
    /// What a sample may use.
    pub limits: Limits,
    /// How often a sample that fails is tried again.
    pub retries: u32,
    /// How worker processes are started; none means that they go the way of this call.
    pub launch: Option<Launch>,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            order: Order::RoundRobin,
            executor: Executors::Serial,
            fail_fast: false,
            interrupt: Interrupt::default(),
            store: None,
            overwrite: false,
            policy: None,
            code: Digest(0),
            machine_policy: None,
            machine: None,
            folders: None,
            rounds: None,
            timer: Timer::system().clone(),
            processes: Processes::One,
            side_by_side: false,
            limits: Limits::default(),
            retries: 0,
            launch: None,
        }
    }
}

/// Which part a run has where several processes measure.
///
/// ```
/// use bencher_core::sweep_executor::Processes;
/// assert_eq!(Processes::default(), Processes::One);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Processes {
    /// There is only this one.
    #[default]
    One,
    /// It is one of several, each with a block of so many repeats.
    Replicate(Replicate, u32),
    /// It takes together what several have stored.
    Gathering,
}

/// How a run ended.
///
/// The example stands at the [module](super).
#[derive(Debug)]
pub struct RunEnd {
    /// The filled dataset, the failures and counts.
    pub collector: ResultCollector,
    /// What the cache did.
    pub calls: CallCounts,
    /// Damaged records of the store that were passed over.
    pub damaged: u64,
    /// The contents that stored samples refer to and that are missing or damaged; one text each. The
    /// samples were taken again.
    pub lost: Vec<String>,
    /// Whether the run was interrupted before all samples were taken.
    pub interrupted: bool,
    /// How the rounds ended, where it was run in rounds.
    pub rounds: Option<RoundsEnd>,
    /// Whether a failing sample stopped it.
    pub failed_fast: bool,
    /// The results that counters should have filled and did not.
    pub uncounted: Vec<Uncounted>,
    /// What the samples used together that were taken in worker processes.
    pub used: Option<Usage>,
    /// How many samples were tried again, and how often.
    pub retried: Retried,
    /// What the store refused; the samples that it did not take are in the dataset all the same.
    pub store_error: Option<StoreError>,
}

/// Runs planned sweeps: turns points into jobs, jobs into samples, samples into cells.
///
/// The example stands at the [module](super).
#[derive(Debug)]
pub struct SweepExecutor<S> {
    plan: Arc<Plan<S>>,
}

impl<S: Benchmark> SweepExecutor<S> {
    /// An executor of a plan.
    pub fn new(plan: Plan<S>) -> Self {
        Self {
            plan: Arc::new(plan),
        }
    }

    /// The plan.
    pub fn plan(&self) -> &Plan<S> {
        &self.plan
    }

    /// Takes every sample of the plan and puts it into `collector`.
    ///
    /// # Errors
    /// Where the workers cannot be started or the store cannot be read. What happens later is part
    /// of the [`RunEnd`].
    pub fn run(
        &self,
        collector: ResultCollector,
        options: RunOptions,
        progress: &mut dyn ProgressSink,
    ) -> Result<RunEnd, StoreError> {
        let RunOptions {
            order,
            executor,
            fail_fast,
            interrupt,
            store,
            overwrite,
            policy,
            code,
            machine_policy,
            machine,
            folders,
            rounds,
            timer,
            processes,
            side_by_side,
            limits,
            retries,
            launch,
        } = options;
        let alone = self.plan.is_evidence();
        // Two measurements side by side disturb each other.
        let executor = match executor {
            executor if !alone || side_by_side => executor,
            Executors::Processes(_) => Executors::Processes(1),
            _ => Executors::Serial,
        };
        // This thread cannot leave a job behind; another can be left behind with it.
        let executor = match executor {
            Executors::Serial if limits.time.is_some() => Executors::Threads(1),
            executor => executor,
        };
        let counted = Counted::of::<S>();
        let states = Arc::new(States::default());
        let setting = Setting {
            states: Arc::clone(&states),
            folders,
            batches: alone.then(|| self.batches(rounds, &timer)),
            counted: counted.clone(),
            timer: timer.clone(),
        };
        let backend = self.backend(executor, &limits, launch, setting)?;
        let cached = store.is_some();
        let origin = Origin {
            policy: policy.unwrap_or(CodePolicy::of(alone)),
            code,
            machine_policy: machine_policy.unwrap_or(MachinePolicy::of(alone)),
            machine,
        };
        let cache = store
            .map(|store| self.sample_cache(store, overwrite, origin))
            .transpose()?;
        let damaged = cache
            .as_ref()
            .and_then(|cache| cache.index.as_ref())
            .map_or(0, SampleIndex::damaged);
        let dispatcher = Dispatcher::new(backend).retrying(retries);
        let mut jobs = FutureCache::new(dispatcher, cache);

        let mut end = RunEnd {
            calls: CallCounts::default(),
            damaged,
            lost: Vec::new(),
            interrupted: false,
            rounds: None,
            failed_fast: false,
            uncounted: Vec::new(),
            used: None,
            retried: Retried::default(),
            store_error: None,
            collector: collector.explained_by(counted.clone()),
        };
        let with = RunWith {
            interrupt: &interrupt,
            fail_fast,
            cached,
        };
        match rounds {
            Some(_) if processes == Processes::Gathering => {
                self.run_stored(&with, &mut jobs, &mut end, progress);
            }
            Some(mut rules) => {
                if let Processes::Replicate(replicate, block) = processes {
                    let rounds = self.rounds_of_replicate(&jobs, replicate, block);
                    rules.rounds = Wanted::Exactly(rounds);
                    rules.before = replicate.number * block;
                }
                let with = InRounds {
                    rules,
                    timer: &timer,
                    with,
                };
                self.run_rounds(&with, &mut jobs, &mut end, progress);
            }
            None => self.run_in_order(order, &with, &mut jobs, &mut end, progress),
        }
        close(jobs, &states, &mut end, progress);
        end.uncounted = self.uncounted(counted.as_deref());
        Ok(end)
    }

    fn backend(
        &self,
        executor: Executors,
        limits: &Limits,
        launch: Option<Launch>,
        setting: Setting,
    ) -> Result<Box<dyn Backend<Job, Sample>>, StoreError> {
        let made = match (executor, launch) {
            (Executors::Processes(workers), Some(launch)) => {
                ProcessBackend::start(launch, workers, limits).map(|made| Box::new(made) as _)
            }
            _ => executor.backend(self.run_function(setting), limits),
        };
        made.map_err(|source| StoreError::Io {
            action: "start the workers of",
            path: "this program".into(),
            source,
        })
    }

    /// Takes the samples that this worker process is given, until there are no more.
    ///
    /// # Errors
    /// Where nobody listens any more to what it measures.
    pub fn serve(&self, role: &Role, options: RunOptions) -> std::io::Result<()> {
        let states = Arc::new(States::default());
        let RunOptions {
            folders,
            rounds,
            timer,
            ..
        } = options;
        let alone = self.plan.is_evidence();
        let setting = Setting {
            states: Arc::clone(&states),
            folders,
            batches: alone.then(|| self.batches(rounds, &timer)),
            counted: Counted::of::<S>(),
            timer,
        };
        let served = role.serve(&self.run_function(setting));
        // What is said here is among the last lines of this worker.
        for panic in states.release() {
            eprintln!("while the state of the sweep was dropped: {panic}");
        }
        served
    }

    /// Takes the samples in an order that is known from the start.
    fn run_in_order(
        &self,
        order: Order,
        with: &RunWith<'_>,
        jobs: &mut FutureCache,
        end: &mut RunEnd,
        progress: &mut dyn ProgressSink,
    ) {
        let RunWith {
            interrupt,
            fail_fast,
            cached,
        } = *with;
        let order = RunOrder::new(order, self.plan.space().len(), self.plan.repeats());
        let mut feed = Feed::new(&self.plan, order, cached);
        let mut done: Vec<JobDone> = Vec::new();
        let (mut stop, mut cancelled) = (false, 0_u64);
        loop {
            if interrupt.is_requested() && !end.interrupted {
                end.interrupted = true;
                stop = true;
                jobs.cancel();
            }
            let mut room = if stop { 0 } else { jobs.room().max(1) };
            if fail_fast {
                // Nothing is to run behind the sample that fails.
                room = room.min(1);
            }
            let outcome = self.feed(&mut feed, jobs, room, &mut end.collector, progress);
            stop |= outcome == Fed::Exhausted;
            if outcome == Fed::Failed && fail_fast {
                end.failed_fast = true;
                stop = true;
            }
            if jobs.pending() == 0 {
                if stop {
                    break;
                }
                progress.advance(&end.collector.counts());
                continue;
            }
            if let Err(error) = jobs.gather_into(true, &mut done) {
                end.store_error = Some(error);
                stop = true;
                done.extend(jobs.abandon());
            }
            for job in done.drain(..) {
                cancelled += u64::from(job.outcome == JobOutcome::Cancelled);
                let failed = self.deliver(job, &mut end.collector, progress);
                if failed && fail_fast {
                    end.failed_fast = true;
                    stop = true;
                }
            }
            progress.advance(&end.collector.counts());
            if end.store_error.is_some() {
                break;
            }
        }
        // An interrupt during the last sample left nothing undone.
        end.interrupted &= feed.next().is_some() || cancelled > 0;
    }

    /// Submits at most `room` jobs; samples that are not to be run go straight to their cells.
    fn feed(
        &self,
        feed: &mut Feed<'_, S>,
        jobs: &mut FutureCache,
        mut room: usize,
        collector: &mut ResultCollector,
        progress: &mut dyn ProgressSink,
    ) -> Fed {
        // An interrupt is to be seen in a long row of skipped points, too.
        for _ in 0..MOST_LOOKED_AT {
            if room == 0 {
                break;
            }
            match feed.next() {
                None => return Fed::Exhausted,
                Some(Next::Run(job)) => {
                    jobs.submit(job);
                    room -= 1;
                }
                Some(Next::Skip(skipped)) => {
                    let failed = skipped.reason.is_err();
                    self.skip(skipped, collector, progress);
                    if failed {
                        return Fed::Failed;
                    }
                }
            }
        }
        Fed::More
    }

    /// Hands a sample that is not to be run to its cells.
    pub(super) fn skip(
        &self,
        skipped: Skipped,
        collector: &mut ResultCollector,
        progress: &mut dyn ProgressSink,
    ) {
        let Skipped {
            point,
            repeat,
            reason,
        } = skipped;
        let collected = match reason {
            Ok(reason) => collector.skip(point, repeat, &reason),
            Err(error) => {
                let outcome = JobOutcome::Failed(error);
                let future = JobFuture(u64::MAX);
                let job = JobDone {
                    future,
                    point,
                    repeat,
                    outcome,
                };
                collector.collect(job, &self.plan)
            }
        };
        if let Err(error) = collected {
            progress.note(&no_cell(point, repeat, &error));
        }
    }

    pub(super) fn deliver(
        &self,
        job: JobDone,
        collector: &mut ResultCollector,
        progress: &mut dyn ProgressSink,
    ) -> bool {
        if job.outcome == JobOutcome::Cancelled {
            return false;
        }
        if progress.wants_samples() {
            progress.sample(&SampleEvent {
                inputs: self.plan.inputs(job.point),
                repeat: job.repeat,
                outcome: &job.outcome,
                results: self
                    .plan
                    .recorded()
                    .map(|(at, var)| (at, var.name))
                    .collect(),
            });
        }
        let failed = matches!(job.outcome, JobOutcome::Failed(_) | JobOutcome::TimedOut);
        let (point, repeat) = (job.point, job.repeat);
        if let Err(error) = collector.collect(job, &self.plan) {
            progress.note(&no_cell(point, repeat, &error));
        }
        failed
    }

    fn sample_cache(
        &self,
        store: Box<dyn SampleStore>,
        overwrite: bool,
        origin: Origin,
    ) -> Result<SampleCache, StoreError> {
        let series = self.plan.series();
        let index = if overwrite {
            None
        } else {
            Some(SampleIndex::load(&*store, series)?)
        };
        let results: Vec<ResultId> = recorded_results::<S>()
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
        let heading = Pack::new(series.clone(), code, inputs, results.clone()).on(machine);
        let plan = Arc::clone(&self.plan);
        Ok(SampleCache {
            index,
            writer: SampleWriter::new(store, heading),
            policy,
            code,
            machine_policy,
            machine,
            inputs: Box::new(move |point| plan.values(point)),
            results,
        })
    }

    /// How one sample is taken: a fresh copy of the prototype, the inputs of the point, the user's
    /// code, the results.
    fn run_function(&self, setting: Setting) -> RunFunction<Job, Sample> {
        let Setting {
            states,
            folders,
            batches,
            counted,
            timer,
        } = setting;
        let plan = Arc::clone(&self.plan);
        let timed: Vec<usize> = recorded_results::<S>()
            .enumerate()
            .filter(|(_, (_, var))| var.timed)
            .map(|(position, _)| position)
            .collect();
        // Of a known length, so that a sample is allocated once.
        let recorded: Vec<usize> = recorded_results::<S>().map(|(index, _)| index).collect();
        Arc::new(move |job: &Job, handle| {
            let mut sweep = plan.at(job.point)?;
            let seeder = || plan.seed(job.point, job.repeat);
            let folder = || match (&folders, job.key) {
                (Some(folders), Some(key)) => folders.create(plan.series(), key),
                _ => plan.passing_folder(job.point, job.repeat),
            };
            let mut cx = Context::new(job.repeat, &seeder)
                .with_states(&states)
                .with_folders(&folder)
                .with_timer(&timer)
                .with_handle(handle);
            if let Some(batches) = &batches {
                cx = cx.with_batches(batches, job.point);
            }
            let held = counted.as_ref().map(|counted| counted.hold());
            let meter = held.as_ref().and_then(|held| held.meter());
            if let Some(meter) = meter {
                cx = cx.with_meter(meter);
            }
            sweep
                .benchmark(&mut cx)
                .map_err(|error| describe(error.as_ref()))?;
            let below = cx.below_resolution();
            if let Some(folder) = cx.into_folder()
                && folders.is_some()
                && job.key.is_some()
            {
                folder.keep().map_err(|error| describe(&error))?;
            }
            let mut sample: Sample = recorded
                .iter()
                .map(|index| sweep.take_result(*index))
                .collect();
            if let Some(floor) = below {
                for position in &timed {
                    if let Some(missing @ None) = sample.get_mut(*position) {
                        *missing = Some(below_resolution(floor));
                    }
                }
            }
            if let (Some(counted), Some(meter)) = (&counted, meter) {
                counted.fill(&mut sample, &meter.borrow());
            }
            Ok(sample)
        })
    }

    /// The results that are kept and that counters should have filled.
    fn uncounted(&self, counted: Option<&Counted>) -> Vec<Uncounted> {
        let mut uncounted = counted.map(Counted::uncounted).unwrap_or_default();
        uncounted.retain(|one| self.plan.results().any(|(_, var)| var.name == one.result));
        uncounted
    }

    /// The sizes of the batches of a timed sweep.
    fn batches(&self, rounds: Option<RoundRules>, timer: &Timer) -> Batches {
        let budget = rounds.and_then(|rules| rules.budget);
        let points = u64::try_from(self.plan.space().len()).unwrap_or(u64::MAX);
        Batches::lasting(Batches::length(timer.costs().precision, budget, points))
    }
}

/// What a run goes by, in whichever order.
#[derive(Clone, Copy)]
pub(super) struct RunWith<'r> {
    pub(super) interrupt: &'r Interrupt,
    pub(super) fail_fast: bool,
    pub(super) cached: bool,
}

/// What every sample of a run is taken with.
struct Setting {
    states: Arc<States>,
    folders: Option<JobFolders>,
    batches: Option<Batches>,
    counted: Option<Arc<Counted>>,
    timer: Timer,
}

/// Where samples come from, and which of others are taken.
struct Origin {
    policy: CodePolicy,
    code: Digest,
    machine_policy: MachinePolicy,
    machine: Option<Digest>,
}

/// The most samples that are looked at between two looks at the interrupt.
const MOST_LOOKED_AT: usize = 1 << 12;

/// Brings what was measured to the disk, then lets go of the workers and their state.
fn close(
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
    // The workers are gone then, and hold no state any more.
    drop(jobs);
    for panic in states.release() {
        progress.note(&format!(
            "while the state of the sweep was dropped: {panic}"
        ));
    }
}

/// What feeding came to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fed {
    /// There is more to feed.
    More,
    /// A sample failed without being run.
    Failed,
    /// There was nothing left.
    Exhausted,
}

fn no_cell(point: u64, repeat: u32, error: &DatasetError) -> String {
    format!("a sample of point {point}, repeat {repeat}, has no cell: {error}")
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
