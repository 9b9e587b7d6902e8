use std::time::Duration;

use thiserror::Error;

use super::super::{ClusterOptions, Limits};
use super::record::Callback;
use super::storage::Storage;
use crate::store::StoreError;
use crate::var::UnknownName;

/// The options of an [`Evaluator`](super::Evaluator); by default it has one worker, no limits and no storage.
///
/// ```
/// use std::time::Duration;
/// use bencher_core::evaluator::{Evaluator, EvaluatorOptions, Gather, JobState, RunningJob};
/// let options = EvaluatorOptions::default()
///     .workers(2)
///     .job_timeout(Duration::from_secs(10))
///     .timeout(Duration::from_secs(60))
///     .queued(["gpu 0", "gpu 1"], 1);
/// let busy = |job: &RunningJob<'_, u32>| job.resource().is_some();
/// let mut evaluator = Evaluator::create("threads", busy, options)?;
/// evaluator.submit(0..4)?;
/// for job in evaluator.gather(Gather::All)? {
///     assert!((job.state, job.value()) == (JobState::Done, Some(1.0)));
///     assert!(job.resources == ["gpu 0"] || job.resources == ["gpu 1"]);
/// }
/// # Ok::<(), bencher_core::evaluator::EvaluatorError>(())
/// ```
pub struct EvaluatorOptions<A> {
    pub(super) workers: usize,
    pub(super) limits: Limits,
    pub(super) timeout: Option<Duration>,
    pub(super) resources: Vec<String>,
    pub(super) per_job: usize,
    pub(super) storage: Option<Box<dyn Storage>>,
    pub(super) search: Option<String>,
    pub(super) returns_others: bool,
    pub(super) is_replayable: bool,
    pub(super) callbacks: Vec<Box<dyn Callback<A>>>,
    pub(super) cluster: Option<ClusterOptions>,
}

impl<A> Default for EvaluatorOptions<A> {
    fn default() -> Self {
        Self {
            workers: 1,
            limits: Limits::default(),
            timeout: None,
            resources: Vec::new(),
            per_job: 1,
            storage: None,
            search: None,
            returns_others: false,
            is_replayable: false,
            callbacks: Vec::new(),
            cluster: None,
        }
    }
}

impl<A> std::fmt::Debug for EvaluatorOptions<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EvaluatorOptions")
            .field("workers", &self.workers)
            .field("limits", &self.limits)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl<A> EvaluatorOptions<A> {
    /// Sets the largest number of jobs that run at the same time (1), at least one. A serial evaluator runs one.
    pub fn workers(self, workers: usize) -> Self {
        Self { workers, ..self }
    }

    /// Sets the limits of a job.
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Sets how long a job may take, which must be above zero.
    pub fn job_timeout(mut self, time: Duration) -> Self {
        self.limits.time = Some(time);
        self
    }

    /// Sets how long all jobs may take, from now on: see [`Evaluator::set_timeout`](super::Evaluator::set_timeout).
    pub fn timeout(self, time: Duration) -> Self {
        let timeout = Some(time);
        Self { timeout, ..self }
    }

    /// Gives every job `per_job` (at least one) of these resources (cores, GPUs, licences, hosts) for itself while it
    /// runs, in turn. The resources limit the number of workers.
    ///
    /// In processes, each worker has a share of the resources for its own jobs. A job that is abandoned on a thread
    /// keeps its resources until it ends; jobs that need them wait.
    pub fn queued(
        self,
        resources: impl IntoIterator<Item = impl Into<String>>,
        per_job: usize,
    ) -> Self {
        Self {
            resources: resources.into_iter().map(Into::into).collect(),
            per_job,
            ..self
        }
    }

    /// Sets the server and the workers of the executor `cluster`; by default the environment sets them
    /// ([`ClusterOptions::from_environment`]).
    pub fn cluster(self, cluster: ClusterOptions) -> Self {
        let cluster = Some(cluster);
        Self { cluster, ..self }
    }

    /// Stores every job that ended, and shares it with the other evaluators of the same search.
    ///
    /// See [`SampleStorage`](super::SampleStorage) for an example.
    pub fn storage(self, storage: impl Storage + 'static) -> Self {
        Self {
            storage: Some(Box::new(storage)),
            ..self
        }
    }

    /// Sets the name of the search in the storage, new or existing; by default a unique name.
    pub fn search_id(self, search: impl Into<String>) -> Self {
        Self {
            search: Some(search.into()),
            ..self
        }
    }

    /// Sets whether gathering also returns the jobs of other evaluators, after its own (no).
    pub fn others(self, returns_others: bool) -> Self {
        Self {
            returns_others,
            ..self
        }
    }

    /// Records the results of the evaluator in memory, so that a program can create evaluators in worker processes
    /// after it. Their workers replay these results, without running the jobs.
    ///
    /// In such a worker, the evaluator calls no callbacks and reads no storage, so the path of the program may depend
    /// only on its results. Arguments need a JSON form that reads back.
    ///
    /// ```no_run
    /// use bencher_core::evaluator::{Evaluator, EvaluatorOptions, Gather, RunningJob};
    /// let coarse = |x: &RunningJob<'_, f64>| -(**x - 3.2).powi(2);
    /// let options = EvaluatorOptions::default().replayable();
    /// let mut first = Evaluator::create("processes", coarse, options)?;
    /// first.submit([1.0, 2.0, 3.0, 4.0])?;
    /// let jobs = first.gather(Gather::All)?;
    /// let best = jobs.iter().max_by(|a, b| a.value().partial_cmp(&b.value()).unwrap());
    /// let near = best.map_or(0.0, |job| job.args);
    /// // Its workers get the results of the first search, so they have the same `near` here.
    /// let fine = move |x: &RunningJob<'_, f64>| -(near + **x - 3.2).powi(2);
    /// let mut second = Evaluator::create("processes", fine, EvaluatorOptions::default())?;
    /// second.submit([-0.1, 0.1, 0.3])?;
    /// # Ok::<(), bencher_core::evaluator::EvaluatorError>(())
    /// ```
    pub fn replayable(self) -> Self {
        let is_replayable = true;
        Self {
            is_replayable,
            ..self
        }
    }

    /// Adds a callback for events of the jobs. Several callbacks are called in the order of these calls.
    pub fn callback(mut self, callback: impl Callback<A> + 'static) -> Self {
        self.callbacks.push(Box::new(callback));
        self
    }
}

/// An error of an evaluator.
///
/// ```
/// use bencher_core::evaluator::{Evaluator, EvaluatorError, EvaluatorOptions, Gather};
/// let wrong = Evaluator::<f64>::create("thread pool", |x| **x, EvaluatorOptions::default());
/// let error = wrong.unwrap_err().to_string();
/// assert!(error.starts_with("there is no evaluator `thread pool`; did you mean `threads`? (known: serial, "));
/// let mut evaluator = Evaluator::create("serial", |x| **x, EvaluatorOptions::default())?;
/// evaluator.set_maximum_num_jobs_submitted(3);
/// let error = evaluator.submit([1.0, 2.0, 3.0, 4.0, 5.0]).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "at most 3 jobs may be submitted: the first 3 of these were accepted, the others were rejected; \
///      raise the limit with `set_maximum_num_jobs_submitted`"
/// );
/// assert_eq!(evaluator.gather(Gather::All)?.len(), 3);
/// # Ok::<(), EvaluatorError>(())
/// ```
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EvaluatorError {
    /// The name of the executor is unknown.
    #[error(transparent)]
    Unknown(#[from] UnknownName),
    /// The executor has another name here.
    #[error("the executor `{name}` has another name here: use {instead}")]
    OtherName {
        /// The name in another system.
        name: String,
        /// What stands for it.
        instead: &'static str,
    },
    /// The workers could not be started.
    #[error("the workers could not be started: {0}")]
    Start(#[from] std::io::Error),
    /// An option is 0 that must not be.
    #[error("`{option}` is 0, so {problem}; give {instead}")]
    Zero {
        /// The option.
        option: &'static str,
        /// The consequence of the value 0.
        problem: &'static str,
        /// A sensible value.
        instead: &'static str,
    },
    /// There are too few resources for one job.
    #[error(
        "each job needs {per_job} resources, but there are {resources}; add resources, or give \
         fewer to each job"
    )]
    Resources {
        /// The number of resources.
        resources: usize,
        /// The number of resources of each job.
        per_job: usize,
    },
    /// More jobs were submitted than allowed.
    #[error(
        "at most {maximum} jobs may be submitted: the first {submitted} of these were accepted, \
         the others were rejected; raise the limit with `set_maximum_num_jobs_submitted`"
    )]
    TooManyJobs {
        /// The allowed number.
        maximum: u64,
        /// How many jobs of this call were accepted.
        submitted: u64,
    },
    /// The evaluator was closed.
    #[error("the evaluator is closed and takes no more jobs; make another one")]
    Closed,
    /// The storage could not be read or written. The jobs that ended are kept, and a later call returns them.
    #[error("the jobs that ended could not be stored: {0}")]
    Storage(#[from] StoreError),
}
