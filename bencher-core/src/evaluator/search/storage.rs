use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::super::Usage;
use super::objective::Objective;
use super::record::JobState;
#[cfg(feature = "store")]
use crate::console::error_line;
use crate::store::{Pack, ResultId, SampleStore, Series, StoreError};
use crate::value::{Digest, Kind, Value};

/// Stores the jobs of searches: an append-only log for each search. Evaluators that share a storage have different job
/// numbers, and see each other's jobs.
///
/// ```
/// use bencher_core::evaluator::{LogEntry, MemoryStorage, Storage};
/// let mut storage = MemoryStorage::default();
/// let entry = LogEntry::Numbers { by: 7, ticket: 0, count: 3 };
/// storage.append("tuning", vec![entry.clone()])?;
/// let mut seen = Vec::new();
/// let end = storage.clone().read("tuning", 0, &mut |entry| seen.push(entry))?;
/// assert_eq!(seen, [entry]);
/// storage.read("tuning", end, &mut |_| panic!("nothing is new"))?;
/// # Ok::<(), bencher_core::store::StoreError>(())
/// ```
pub trait Storage: Send {
    /// Appends to the log of a search; all entries are stored when this returns.
    ///
    /// # Errors
    /// Where it cannot be written.
    fn append(&mut self, search: &str, entries: Vec<LogEntry>) -> Result<(), StoreError>;

    /// Passes the entries of a log from a position on to `visit`, and returns the position to continue from. The first
    /// position is 0. The cost does not depend on earlier entries.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn read(
        &self,
        search: &str,
        from: u64,
        visit: &mut dyn FnMut(LogEntry),
    ) -> Result<u64, StoreError>;
}

impl<S: Storage + ?Sized> Storage for Box<S> {
    fn append(&mut self, search: &str, entries: Vec<LogEntry>) -> Result<(), StoreError> {
        (**self).append(search, entries)
    }

    fn read(
        &self,
        search: &str,
        from: u64,
        visit: &mut dyn FnMut(LogEntry),
    ) -> Result<u64, StoreError> {
        (**self).read(search, from, visit)
    }
}

/// An entry in the log of a search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum LogEntry {
    /// An evaluator takes the next numbers for its jobs.
    Numbers {
        /// The evaluator.
        by: u64,
        /// The number of its request.
        ticket: u64,
        /// How many numbers.
        count: u64,
    },
    /// A job has ended.
    Ended {
        /// The evaluator that ran it.
        by: u64,
        /// The job.
        job: Box<StoredJob>,
    },
}

/// A job in a storage: a [`JobRecord`](super::JobRecord) whose arguments are JSON.
///
/// ```
/// use bencher_core::evaluator::{JobState, StoredJob};
/// let job = r#"{"id": 3, "args": 0.5, "state": "Failed", "error": "no memory"}"#;
/// let job: StoredJob = serde_json::from_str(job)?;
/// assert_eq!((job.id, job.state, job.objective), (3, JobState::Failed, None));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredJob {
    /// Its number.
    pub id: u64,
    /// The arguments of the run function.
    pub args: Json,
    /// Its state.
    pub state: JobState,
    /// Its objective.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objective: Option<Objective>,
    /// Its error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When it was submitted, began and ended, in nanoseconds since 1970.
    #[serde(default)]
    pub times: [Option<i64>; 3],
    /// Its usage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// The resources that it had.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
}

/// A storage in memory, for evaluators of one program. Clones share their content.
#[derive(Clone, Debug, Default)]
pub struct MemoryStorage(Arc<Mutex<HashMap<String, Vec<LogEntry>>>>);

impl Storage for MemoryStorage {
    fn append(&mut self, search: &str, entries: Vec<LogEntry>) -> Result<(), StoreError> {
        let mut logs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match logs.get_mut(search) {
            Some(log) => log.extend(entries),
            None => drop(logs.insert(search.to_owned(), entries)),
        }
        Ok(())
    }

    fn read(
        &self,
        search: &str,
        from: u64,
        visit: &mut dyn FnMut(LogEntry),
    ) -> Result<u64, StoreError> {
        let logs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let log = logs.get(search).map_or(&[][..], Vec::as_slice);
        let at = usize::try_from(from).unwrap_or(usize::MAX).min(log.len());
        let new = log.get(at..).unwrap_or_default().to_vec();
        let end = log.len() as u64;
        drop(logs);
        new.into_iter().for_each(visit);
        Ok(end)
    }
}

/// A storage in a store, beside the samples of sweeps; it is durable if the store is. Evaluators on clones of one store
/// share their searches.
///
/// ```
/// use bencher_core::evaluator::{Evaluator, EvaluatorOptions, Gather, RunningJob, SampleStorage};
/// use bencher_core::store::MemoryStore;
/// let store = MemoryStore::default(); // a `Database` outlives the program
/// let options = || {
///     let storage = SampleStorage::new(Box::new(store.clone()));
///     EvaluatorOptions::default().storage(storage).search_id("tuning").others(true)
/// };
/// let square = |x: &RunningJob<'_, f64>| x.powi(2);
/// let mut first = Evaluator::create("serial", square, options())?;
/// first.submit([2.0])?;
/// first.gather(Gather::All)?;
/// let mut second = Evaluator::create("serial", square, options())?;
/// let found = second.gather(Gather::All)?;
/// assert!(found[0].is_other && found[0].value() == Some(4.0));
/// assert_eq!(second.submit([3.0])?, 1..2, "number 0 is taken");
/// # Ok::<(), bencher_core::evaluator::EvaluatorError>(())
/// ```
pub struct SampleStorage {
    /// None as long as it was not needed.
    store: RefCell<Option<Box<dyn SampleStore>>>,
    open: fn(&Path) -> Result<Box<dyn SampleStore>, StoreError>,
    root: PathBuf,
}

impl std::fmt::Debug for SampleStorage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SampleStorage").finish_non_exhaustive()
    }
}

/// The version of the entries' JSON form.
const VERSION: u32 = 1;

impl SampleStorage {
    /// Keeps jobs in `store`.
    ///
    /// A worker process also runs this call on its way to the evaluator, but only one process can own a database. For
    /// an evaluator in processes, use [`in_folder`](Self::in_folder).
    pub fn new(store: Box<dyn SampleStore>) -> Self {
        Self {
            store: RefCell::new(Some(store)),
            open: |_| Err(StoreError::NoFolder),
            root: PathBuf::new(),
        }
    }

    /// Keeps jobs in the database in a folder. The first job opens it, so that worker processes never do. If another
    /// process owns it, the first job waits up to half a minute.
    ///
    /// A search that was killed continues, and its new jobs have the next numbers:
    ///
    /// ```
    /// use bencher_core::evaluator::{Evaluator, EvaluatorOptions, Gather, RunningJob, SampleStorage};
    /// let folder = tempfile::tempdir()?;
    /// let search = |points: [f64; 2]| -> Result<Vec<u64>, Box<dyn std::error::Error>> {
    ///     let storage = SampleStorage::in_folder(folder.path());
    ///     let options = EvaluatorOptions::default().storage(storage).search_id("tuning").others(true);
    ///     let square = |x: &RunningJob<'_, f64>| x.powi(2);
    ///     let mut evaluator = Evaluator::create("serial", square, options)?;
    ///     evaluator.submit(points)?;
    ///     Ok(evaluator.gather(Gather::All)?.iter().map(|job| job.id).collect())
    /// };
    /// assert_eq!(search([2.0, 3.0])?, [0, 1]);
    /// assert_eq!(search([4.0, 5.0])?.len(), 4, "two of them by the run before");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "store")]
    pub fn in_folder(root: impl Into<PathBuf>) -> Self {
        use crate::store::Database;
        const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);
        Self {
            store: RefCell::new(None),
            open: |root| {
                let waiting =
                    |owner: &_| error_line!("waiting for {owner}, which is using the store");
                let (database, notice) = Database::open(root, PATIENCE, waiting)?;
                for message in notice.messages {
                    error_line!("warning: {message}");
                }
                Ok(Box::new(database))
            },
            // The working directory may be another one when the first job comes.
            root: crate::store::absolute(&root.into()),
        }
    }

    fn on_store<T>(
        &self,
        work: impl FnOnce(&mut dyn SampleStore) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut store = self.store.borrow_mut();
        match &mut *store {
            Some(store) => work(&mut **store),
            None => work(&mut **store.insert((self.open)(&self.root)?)),
        }
    }
}

/// Searches have tags of their own, so that clearing one touches no sweep.
fn series(search: &str) -> Series {
    Series::log(search, VERSION)
}

impl Storage for SampleStorage {
    fn append(&mut self, search: &str, entries: Vec<LogEntry>) -> Result<(), StoreError> {
        // The identity of an entry among the samples: its evaluator, and its number.
        let inputs = ["kind", "by", "number"].map(str::to_owned).to_vec();
        let results = vec![ResultId::new("entry", Kind::Text)];
        let mut pack = Pack::new(series(search), Digest(0), inputs, results);
        pack.written_ms = jiff::Timestamp::now().as_millisecond();
        for entry in entries {
            let text = serde_json::to_string(&entry).map_err(|error| {
                StoreError::Encode(format!("a job cannot be written as JSON: {error}"))
            })?;
            let (kind, by, number) = match entry {
                LogEntry::Numbers { by, ticket, .. } => ("numbers", by, ticket),
                LogEntry::Ended { by, job } => ("ended", by, job.id),
            };
            let inputs = vec![Value::from(kind), Value::from(by), Value::from(number)];
            pack.push(inputs, 1, vec![Some(Value::from(text))]);
        }
        self.on_store(|store| store.append(&[pack]))
    }

    fn read(
        &self,
        search: &str,
        from: u64,
        visit: &mut dyn FnMut(LogEntry),
    ) -> Result<u64, StoreError> {
        let visit = &mut |pack: Pack| {
            for sample in pack.samples() {
                let text = sample.results.first().and_then(Option::as_ref);
                let text = text.and_then(Value::as_str).map(str::as_bytes);
                let entry = text.map(serde_json::from_slice);
                // Unreadable entries are skipped; the store has counted and reported the damage.
                if let Some(Ok(entry)) = entry {
                    visit(entry);
                }
            }
        };
        self.on_store(|store| store.load_since(&series(search), from, visit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_version_1_are_read() {
        let numbers = r#"{"Numbers": {"by": 7, "ticket": 1, "count": 2}}"#;
        let (by, ticket, count) = (7, 1, 2);
        let expected = LogEntry::Numbers { by, ticket, count };
        assert_eq!(serde_json::from_str::<LogEntry>(numbers).unwrap(), expected);
        let ended = r#"{"Ended": {"by": 7, "job": {"id": 0, "args": {"x": 1.0}, "state": "TimedOut",
            "objective": {"values": [4.0], "metadata": {"a": 1}}, "error": "why",
            "times": [1763740000000000000, null, 5], "resources": ["gpu"],
            "usage": {"cpu": {"secs": 1, "nanos": 2}, "peak_memory": null}}}}"#;
        let LogEntry::Ended { job, .. } = serde_json::from_str(ended).unwrap() else {
            panic!("another entry");
        };
        assert_eq!(job.times, [Some(1_763_740_000_000_000_000), None, Some(5)]);
        assert_eq!(job.objective, Some(Objective::new(4).with("a", 1)));
        assert_eq!((job.state, job.resources.len()), (JobState::TimedOut, 1));
        assert_eq!(serde_json::to_value(&job.usage).unwrap()["cpu"]["nanos"], 2);
    }
}
