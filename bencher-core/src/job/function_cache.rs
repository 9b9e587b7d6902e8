use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::console::error_line;
use crate::store::{
    KeyMaker, Pack, ResultId, SampleIndex, SampleStore, Series, StoreError, function_tag,
};
use crate::value::{Digest, Kind, Payload, Value, call_text, canonical_text};

use super::CallCounts;

/// Stores a function's results, so that the same call, in this run or a later one, does not run it again.
///
/// The author's name and version, the tag, and the arguments identify a call. Arguments count by their serde form: the
/// order of fields, the order of a map's keys and the width of an integer do not matter. Floats of 32 and of 64 bits
/// are different arguments, and so are the two zeros. A set without an order ([`HashSet`]) has no order in its serde
/// form either, so use an ordered set. A result is returned only after it is stored, and comes back in its serde form.
/// Large results are blobs of the store. If a blob is missing or damaged, the call runs again, and
/// [`take_lost_contents`](Self::take_lost_contents) reports it. Threads that make the same call at once run it once.
///
/// ```
/// use bencher_core::job::JobFunctionCache;
/// use bencher_core::store::MemoryStore;
/// let store = MemoryStore::default();
/// let cache = JobFunctionCache::new(Box::new(store.clone()));
/// let primes = |below: &u32| -> Vec<u32> {
///     (2..*below).filter(|n| (2..*n).all(|d| n % d != 0)).collect()
/// };
/// assert_eq!(cache.call("primes", 1, &10, primes)?, [2, 3, 5, 7]);
/// let later = JobFunctionCache::new(Box::new(store));
/// assert_eq!(later.call("primes", 1, &10, primes)?, [2, 3, 5, 7]);
/// let counts = later.counts();
/// assert_eq!((counts.submitted, counts.executed, counts.hits), (1, 0, 1));
/// # Ok::<(), bencher_core::store::StoreError>(())
/// ```
pub struct JobFunctionCache {
    state: Mutex<State>,
    /// Notified whenever a call ends.
    ended: Condvar,
    tag: String,
    /// The tag as its user wrote it.
    own_tag: String,
    overwrite: bool,
}

struct State {
    store: Box<dyn SampleStore>,
    indexes: HashMap<Series, SampleIndex>,
    running: HashSet<Digest>,
    counts: CallCounts,
    lost: Lost,
}

/// Missing or damaged contents of stored results that were not reported yet.
#[derive(Default)]
struct Lost(Vec<String>);

impl Drop for Lost {
    fn drop(&mut self) {
        for text in self.0.iter().take(UNASKED) {
            error_line!("warning: {text}");
        }
        let more = self.0.len().saturating_sub(UNASKED);
        if more > 0 {
            error_line!(
                "warning: and {more} more contents of stored results are missing or damaged"
            );
        }
    }
}

/// How many of the lost contents that the program did not take are printed at the end.
const UNASKED: usize = 3;

/// Why a cached call has no result.
///
/// ```
/// use bencher_core::job::{CallError, JobFunctionCache};
/// use bencher_core::store::MemoryStore;
/// let cache = JobFunctionCache::new(Box::new(MemoryStore::default()));
/// let parse = |text: &&str| text.parse::<u32>();
/// let error = cache.try_call("parse", 1, &"seven", parse).unwrap_err();
/// assert!(matches!(error, CallError::Function(_)));
/// assert_eq!(cache.try_call("parse", 1, &"7", parse).unwrap(), 7);
/// assert_eq!(cache.counts().executed, 2);
/// cache.try_call("parse", 1, &"seven", parse).unwrap_err();
/// assert_eq!(cache.counts().executed, 3, "errors are not kept");
/// ```
#[derive(Debug, Error)]
pub enum CallError<E> {
    /// The store could not be read or written, or the arguments or the result have no serde form.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The function failed; this is its error, which is not stored.
    #[error("{0}")]
    Function(E),
}

impl std::fmt::Debug for JobFunctionCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JobFunctionCache")
            .field("tag", &self.tag)
            .field("counts", &self.counts())
            .finish_non_exhaustive()
    }
}

impl JobFunctionCache {
    /// Makes a cache over a store, which sweeps may use as well.
    pub fn new(store: Box<dyn SampleStore>) -> Self {
        Self {
            state: Mutex::new(State {
                store,
                indexes: HashMap::new(),
                running: HashSet::new(),
                counts: CallCounts::default(),
                lost: Lost::default(),
            }),
            ended: Condvar::new(),
            tag: function_tag(""),
            own_tag: String::new(),
            overwrite: false,
        }
    }

    /// Keeps results under a tag; results of other tags are not hits.
    ///
    /// ```
    /// use bencher_core::job::JobFunctionCache;
    /// use bencher_core::store::MemoryStore;
    /// let store = MemoryStore::default();
    /// let first = JobFunctionCache::new(Box::new(store.clone()));
    /// first.call("double", 1, &2, |n| 2 * n)?;
    /// let tagged = JobFunctionCache::new(Box::new(store)).tag("try");
    /// tagged.call("double", 1, &2, |n| 2 * n)?;
    /// assert_eq!(tagged.counts().executed, 1);
    /// assert_eq!(tagged.clear()?, 1, "the other tag keeps its result");
    /// # Ok::<(), bencher_core::store::StoreError>(())
    /// ```
    pub fn tag(self, tag: &str) -> Self {
        Self {
            tag: function_tag(tag),
            own_tag: tag.to_owned(),
            ..self
        }
    }

    /// Runs every call, and replaces its stored result.
    ///
    /// ```
    /// use bencher_core::job::JobFunctionCache;
    /// use bencher_core::store::MemoryStore;
    /// let store = MemoryStore::default();
    /// let cache = || JobFunctionCache::new(Box::new(store.clone()));
    /// cache().call("answer", 1, &(), |()| 41)?;
    /// assert_eq!(cache().overwrite(true).call("answer", 1, &(), |()| 42)?, 42);
    /// assert_eq!(cache().call("answer", 1, &(), |()| 43)?, 42);
    /// # Ok::<(), bencher_core::store::StoreError>(())
    /// ```
    pub fn overwrite(self, overwrite: bool) -> Self {
        Self { overwrite, ..self }
    }

    /// Returns the stored result of a call, or runs `function` and stores its result first.
    ///
    /// # Errors
    /// Where the store fails, or the arguments or the result have no serde form that can be read back.
    pub fn call<A, R>(
        &self,
        name: &str,
        version: u32,
        args: &A,
        function: impl FnOnce(&A) -> R,
    ) -> Result<R, StoreError>
    where
        A: Serialize + ?Sized,
        R: Serialize + DeserializeOwned,
    {
        let called = self.try_call(name, version, args, |args| {
            Ok::<R, Infallible>(function(args))
        });
        called.map_err(|error| match error {
            CallError::Store(error) => error,
            CallError::Function(never) => match never {},
        })
    }

    /// Like [`call`](Self::call), for a function that may fail; an error is not stored.
    ///
    /// See [`CallError`] for an example.
    ///
    /// # Errors
    /// Where the function fails, and as for [`call`](Self::call).
    pub fn try_call<A, R, E>(
        &self,
        name: &str,
        version: u32,
        args: &A,
        function: impl FnOnce(&A) -> Result<R, E>,
    ) -> Result<R, CallError<E>>
    where
        A: Serialize + ?Sized,
        R: Serialize + DeserializeOwned,
    {
        let call = Call::new(&self.tag, name, version, args)?;
        let mut state = self.lock();
        while !state.running.insert(call.key) {
            state = self
                .ended
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        let _running = Running {
            cache: self,
            key: call.key,
        };
        state.counts.submitted += 1;
        let stored = if self.overwrite {
            Ok(None)
        } else {
            state.stored(&call)
        };
        // Not held when `running` is dropped, which takes it.
        drop(state);
        if let Some(result) = stored?.and_then(|stored| decode(&stored)) {
            self.lock().counts.hits += 1;
            return Ok(result);
        }
        self.lock().counts.executed += 1;
        let result = function(args).map_err(CallError::Function)?;
        let encoded = encode(name, &result)?;
        self.lock().keep(call, encoded)?;
        Ok(result)
    }

    /// The numbers of calls ("wrapper"), of executions ("fn"), and of answers from the store ("cache").
    pub fn counts(&self) -> CallCounts {
        self.lock().counts
    }

    /// The missing or damaged contents of stored results since the last call, one text each. The calls were run again.
    /// Contents that the program does not take are printed to standard error at the end.
    ///
    /// ```
    /// use bencher_core::job::JobFunctionCache;
    /// use bencher_core::store::MemoryStore;
    /// let cache = JobFunctionCache::new(Box::new(MemoryStore::default()));
    /// assert_eq!(cache.call("zeros", 1, &9000, |count| vec![0_u8; *count])?.len(), 9000);
    /// assert!(cache.take_lost_contents().is_empty(), "nothing was stored before");
    /// # Ok::<(), bencher_core::store::StoreError>(())
    /// ```
    pub fn take_lost_contents(&self) -> Vec<String> {
        std::mem::take(&mut self.lock().lost.0)
    }

    /// Resets the counts.
    pub fn clear_call_counts(&self) {
        self.lock().counts = CallCounts::default();
    }

    /// Removes the results of this tag, and returns their number; samples of sweeps stay.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn clear(&self) -> Result<u64, StoreError> {
        let mut state = self.lock();
        let cleared = state.store.clear_tag(&self.tag)?;
        state.indexes.clear();
        Ok(cleared)
    }

    pub(super) fn own_tag(&self) -> &str {
        &self.own_tag
    }

    /// The identity of a call.
    pub(super) fn identify<A: Serialize>(
        &self,
        name: &str,
        version: u32,
        args: &A,
    ) -> Result<Call, StoreError> {
        Call::new(&self.tag, name, version, args)
    }

    /// Counts a call, and returns its stored result.
    pub(super) fn look_up(&self, call: &Call) -> Result<Option<Value>, StoreError> {
        let mut state = self.lock();
        state.counts.submitted += 1;
        if self.overwrite {
            Ok(None)
        } else {
            state.stored(call)
        }
    }

    /// Stores the result of a call.
    pub(super) fn store(&self, call: Call, encoded: Value) -> Result<(), StoreError> {
        self.lock().keep(call, encoded)
    }

    pub(super) fn count(&self, count: impl FnOnce(&mut CallCounts)) {
        count(&mut self.lock().counts);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that is under way; other threads that ask for the same one wait until it is dropped.
struct Running<'a> {
    cache: &'a JobFunctionCache,
    key: Digest,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.cache.lock().running.remove(&self.key);
        self.cache.ended.notify_all();
    }
}

/// The identity of a call.
pub(super) struct Call {
    series: Series,
    args: Value,
    key: Digest,
}

impl Call {
    pub(super) const fn key(&self) -> Digest {
        self.key
    }

    fn new<A: Serialize + ?Sized>(
        tag: &str,
        name: &str,
        version: u32,
        args: &A,
    ) -> Result<Self, StoreError> {
        /// Longer arguments are known by their digest.
        const LONGEST: usize = 4096;
        let text = call_text(args).map_err(|error| {
            StoreError::Encode(format!(
                "the arguments of `{name}` have no serde form: {error}"
            ))
        })?;
        let series = Series::function(tag, name, version);
        let args = Value::from(if text.len() > LONGEST {
            format!("xxh3 {}", Digest::of(text.as_bytes()))
        } else {
            text
        });
        let key = KeyMaker::new(&series, &[ARGS]).key(std::slice::from_ref(&args), 1);
        Ok(Self { series, args, key })
    }
}

/// The one input of a call.
const ARGS: &str = "args";

/// The one result of a call.
fn returned() -> ResultId {
    ResultId::new("returned", Kind::File)
}

impl State {
    fn index(&mut self, series: &Series) -> Result<&mut SampleIndex, StoreError> {
        if !self.indexes.contains_key(series) {
            let index = SampleIndex::load(&*self.store, series)?;
            self.indexes.insert(series.clone(), index);
        }
        Ok(self.indexes.entry(series.clone()).or_default())
    }

    fn stored(&mut self, call: &Call) -> Result<Option<Value>, StoreError> {
        let index = self.index(&call.series)?;
        let stored = index.get(call.key);
        if let Some(sample) = stored.and_then(|stored| stored.sample::<Vec<_>>(&[returned()])) {
            return Ok(sample.into_iter().flatten().next());
        }
        let lost = index.take_lost();
        self.lost.0.extend(lost);
        Ok(None)
    }

    fn keep(&mut self, call: Call, mut encoded: Value) -> Result<(), StoreError> {
        self.store.blobs().move_out(&mut encoded)?;
        let (inputs, results) = (vec![ARGS.to_owned()], vec![returned()]);
        let mut pack = Pack::new(call.series.clone(), Digest(0), inputs, results);
        pack.written_ms = jiff::Timestamp::now().as_millisecond();
        pack.push(vec![call.args], 1, vec![Some(encoded)]);
        self.store.append(std::slice::from_ref(&pack))?;
        self.index(&call.series)?.insert(pack);
        Ok(())
    }
}

const JSON: &str = "application/json";
const POSTCARD: &str = "application/x-postcard";

/// The first form that gives the result back unchanged: JSON, which keeps its meaning when the type
/// changes, else postcard, which holds what JSON cannot (NaN, maps with any keys).
pub(super) fn encode<R: Serialize + DeserializeOwned>(
    name: &str,
    result: &R,
) -> Result<Value, StoreError> {
    let same = |back: &R| {
        let texts = (canonical_text(back), canonical_text(result));
        matches!(texts, (Ok(back), Ok(result)) if back == result)
    };
    let json = serde_json::to_vec(result).ok();
    let postcard = || postcard::to_extend(result, Vec::new()).ok();
    let forms = json.map(|bytes| (JSON, bytes)).into_iter();
    let mut forms = forms
        .chain(
            std::iter::once_with(postcard)
                .flatten()
                .map(|bytes| (POSTCARD, bytes)),
        )
        .map(|(form, bytes)| Value::from(Payload::new(name, form, bytes)));
    forms
        .find(|value| decode(value).is_some_and(|back| same(&back)))
        .ok_or_else(|| {
            StoreError::Encode(format!(
                "the result of `{name}` is not the same when it is read back; fix its `Serialize` \
                 and `Deserialize`, or do not cache it"
            ))
        })
}

pub(super) fn decode<R: DeserializeOwned>(value: &Value) -> Option<R> {
    let payload = value.as_payload()?;
    match payload.media_type() {
        JSON => serde_json::from_slice(payload.content()?).ok(),
        POSTCARD => postcard::from_bytes(payload.content()?).ok(),
        _ => None,
    }
}
