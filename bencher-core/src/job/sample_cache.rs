//! The stored samples of a sweep, and which of them may stand for new ones.

use crate::store::{ResultId, SampleIndex, SampleWriter, StoredResults};
use crate::value::{Digest, Value};

/// The policy for a stored sample that another executable measured.
///
/// See [`SampleCache`] for an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodePolicy {
    /// Reject it, and measure again. The default where a result is timed.
    Strict,
    /// Accept it, and report the number of such samples. The default elsewhere.
    Warn,
    /// Accept it.
    Ignore,
}

impl CodePolicy {
    /// The default policy: times of another executable say nothing about this one.
    pub(crate) const fn of(timed: bool) -> Self {
        if timed { Self::Strict } else { Self::Warn }
    }
}

/// The policy for a stored sample that a machine of another class measured.
///
/// ```
/// use bencher_core::job::MachinePolicy;
/// use bencher_core::value::Digest;
/// let (here, there) = (Some(Digest(1)), Some(Digest(2)));
/// assert!(MachinePolicy::Strict.rejects(here, there));
/// assert!(!MachinePolicy::Strict.rejects(here, None), "an old sample does not say");
/// assert!(!MachinePolicy::Warn.rejects(here, there));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MachinePolicy {
    /// Reject it, and measure again. The default where a result is timed or counted.
    Strict,
    /// Accept it, and report the number of such samples.
    Warn,
    /// Accept it. The default elsewhere: a value does not depend on the machine.
    Ignore,
}

impl MachinePolicy {
    /// The default policy.
    pub(crate) const fn of(evidence: bool) -> Self {
        if evidence { Self::Strict } else { Self::Ignore }
    }

    /// Whether a sample of the `stored` class must not stand for one of the class `here`. A sample with an unknown
    /// class is accepted.
    pub fn rejects(self, here: Option<Digest>, stored: Option<Digest>) -> bool {
        self == Self::Strict && is_other(here, stored)
    }
}

/// Whether two machines are known to be of different classes.
pub(crate) fn is_other(here: Option<Digest>, stored: Option<Digest>) -> bool {
    matches!((here, stored), (Some(here), Some(stored)) if here != stored)
}

/// Returns the values of all inputs and constants at a point, which are stored with its samples.
///
/// ```
/// use bencher_core::job::InputValues;
/// let inputs: InputValues = Box::new(|point| vec![point.into()]);
/// assert_eq!(inputs(3), [3.into()]);
/// ```
pub type InputValues = Box<dyn Fn(u64) -> Vec<Value>>;

/// The stored side of a [`FutureCache`](super::FutureCache), which it reads samples from and writes samples to.
///
/// ```
/// use std::sync::Arc;
/// use bencher_core::evaluator::{Dispatcher, Executors, JobHandle, Limits};
/// use bencher_core::job::{
///     CodePolicy, FutureCache, Job, JobOutcome, MachinePolicy, Sample, SampleCache,
/// };
/// use bencher_core::store::{
///     KeyMaker, MemoryStore, Pack, ResultId, SampleIndex, SampleWriter, Series,
/// };
/// use bencher_core::value::{Digest, Kind, Value};
/// let (store, names) = (MemoryStore::default(), ["n".to_owned()]);
/// let results = [ResultId::new("half", Kind::Uint(64))];
/// let series = Series { tag: String::new(), sweep_type: "demo::Half".to_owned(), version: 1 };
/// let run = |code| -> Result<JobOutcome, Box<dyn std::error::Error>> {
///     let heading = Pack::new(series.clone(), code, names.to_vec(), results.to_vec());
///     let cache = SampleCache {
///         index: Some(SampleIndex::load(&store, &series)?),
///         writer: SampleWriter::new(Box::new(store.clone()), heading),
///         policy: CodePolicy::Strict,
///         code,
///         machine_policy: MachinePolicy::Strict,
///         machine: None,
///         inputs: Box::new(|point| vec![Value::from(point)]),
///         results: results.to_vec(),
///     };
///     let half = |job: &Job, _: &JobHandle<'_>| Ok([Some(Value::from(job.point / 2))].into()) as Result<Sample, _>;
///     let backend = Executors::Serial.backend(Arc::new(half), &Limits::default())?;
///     let mut jobs = FutureCache::new(Dispatcher::new(backend), Some(cache));
///     let key = KeyMaker::new(&series, &names).key(&[Value::from(8)], 1);
///     let future = jobs.submit(Job { point: 8, repeat: 1, key: Some(key) });
///     Ok(jobs.result(future)?.ok_or("lost")?.outcome)
/// };
/// assert!(matches!(run(Digest(1))?, JobOutcome::Measured(_)));
/// assert!(matches!(run(Digest(1))?, JobOutcome::Cached(_)));
/// assert!(matches!(run(Digest(2))?, JobOutcome::Measured(_)), "another executable's");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SampleCache {
    /// The samples that may stand for jobs; `None` runs every job again.
    pub index: Option<SampleIndex>,
    /// The writer of new samples.
    pub writer: SampleWriter,
    /// The policy for samples of other executables.
    pub policy: CodePolicy,
    /// This executable.
    pub code: Digest,
    /// The policy for samples of machines of other classes.
    pub machine_policy: MachinePolicy,
    /// The class of this machine; `None` where it does not matter.
    pub machine: Option<Digest>,
    /// The values of inputs and constants at a point.
    pub inputs: InputValues,
    /// The results, in the order of a sample.
    pub results: Vec<ResultId>,
}

impl std::fmt::Debug for SampleCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SampleCache")
            .field("index", &self.index.as_ref().map(SampleIndex::len))
            .field("writer", &self.writer)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

impl SampleCache {
    /// Whether a stored sample may stand for one that would be measured now.
    pub(super) fn accepts(&self, stored: &StoredResults<'_>) -> Result<(), Rejection> {
        if stored.code != self.code && self.policy == CodePolicy::Strict {
            return Err(Rejection::Code);
        }
        if self.machine_policy.rejects(self.machine, stored.machine) {
            return Err(Rejection::Machine);
        }
        Ok(())
    }
}

/// Why a stored sample may not stand for a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rejection {
    Code,
    Machine,
}
