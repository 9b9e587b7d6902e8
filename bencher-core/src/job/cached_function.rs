use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::evaluator::{Backend, Dispatcher, FinishedTask, Outcome, Wait};
use crate::store::StoreError;
use crate::value::{Digest, Value};

use super::TIMED_OUT;
use super::function_cache::{Call, CallError, JobFunctionCache, decode, encode};

/// A function whose results a [`JobFunctionCache`] stores, and whose calls run on any executor.
///
/// [`submit`](Self::submit) returns a future at once; [`call`](Self::call) also waits for the result. A call whose
/// result is stored does not run. Calls with equal arguments that are submitted while one of them runs share its run.
/// Dropping the function ends its running calls.
///
/// Make the backend before you open a store. On worker processes and on a cluster, the workers take the same path
/// through the program, stay at the line that makes the backend, and never open the store.
///
/// ```
/// use std::sync::Arc;
/// use bencher_core::evaluator::{Executors, JobHandle, Limits};
/// use bencher_core::job::JobFunctionCache;
/// use bencher_core::store::MemoryStore;
/// let cube = |n: &u64, _: &JobHandle<'_>| Ok(n.pow(3));
/// let backend = Executors::Threads(2).backend(Arc::new(cube), &Limits::default())?;
/// let cache = JobFunctionCache::new(Box::new(MemoryStore::default())).tag("demo");
/// let cube = cache.function("cube", 1, backend);
/// let (two, three) = (cube.submit(2)?, cube.submit(3)?);
/// assert_eq!((two.id(), three.id(), three.tag()), (0, 1, "demo"));
/// assert_eq!((two.wait()?, three.wait()?, cube.call(2)?), (8, 27, 8));
/// assert_eq!((cache.counts().executed, cache.counts().hits), (2, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct CachedFunction<'c, A, R> {
    cache: &'c JobFunctionCache,
    name: String,
    version: u32,
    calls: Mutex<Calls<A, R>>,
    /// How many threads want to submit a call.
    submitting: AtomicUsize,
}

/// The result of a call, now or later.
///
/// See [`CachedFunction`] for an example. A future that is dropped drops its result, if no other call waits for it.
#[must_use = "a result that nobody waits for may never be stored"]
pub struct CallFuture<'f, A, R> {
    function: &'f CachedFunction<'f, A, R>,
    id: u64,
    state: FutureState,
    returns: PhantomData<fn() -> R>,
}

/// Where the result of a future is.
enum FutureState {
    Stored(Value),
    /// It is that of this job.
    Running(u64),
}

/// The calls of a function that are not stored yet.
struct Calls<A, R> {
    jobs: Dispatcher<A, R>,
    /// The next number of a future.
    next: u64,
    /// The jobs that run, by the key of their call.
    running: HashMap<Digest, u64>,
    open: HashMap<u64, OpenJob>,
}

/// A job that some future waits for.
struct OpenJob {
    /// None once its result is stored.
    call: Option<Call>,
    /// How many futures wait for it.
    futures: usize,
    result: Option<Result<Value, CallProblem>>,
}

/// Why a call has no result; every future of it says so.
#[derive(Clone)]
enum CallProblem {
    Function(String),
    Store(String),
}

/// How long a future waits before others have a look.
const GLANCE: Duration = Duration::from_millis(20);

impl JobFunctionCache {
    /// A function whose results this cache stores under a name and a version, and whose calls run on a backend
    /// ([`Executors::backend`](crate::evaluator::Executors::backend)).
    ///
    /// See [`CachedFunction`] for an example.
    pub fn function<A, R>(
        &self,
        name: &str,
        version: u32,
        backend: Box<dyn Backend<A, R>>,
    ) -> CachedFunction<'_, A, R> {
        CachedFunction {
            cache: self,
            name: name.to_owned(),
            version,
            calls: Mutex::new(Calls {
                jobs: Dispatcher::new(backend),
                next: 0,
                running: HashMap::new(),
                open: HashMap::new(),
            }),
            submitting: AtomicUsize::new(0),
        }
    }
}

impl<A, R> CachedFunction<'_, A, R>
where
    A: Serialize,
    R: Serialize + DeserializeOwned,
{
    /// Begins a call, unless its result is stored.
    ///
    /// # Errors
    /// Where the store cannot be read, or the arguments have no serde form.
    pub fn submit(&self, args: A) -> Result<CallFuture<'_, A, R>, StoreError> {
        let call = self.cache.identify(&self.name, self.version, &args)?;
        self.submitting.fetch_add(1, Ordering::Relaxed);
        let mut calls = self.lock();
        self.submitting.fetch_sub(1, Ordering::Relaxed);
        // A call that ends from now on ends after this look.
        let stored = self.cache.look_up(&call)?;
        let id = calls.next;
        calls.next += 1;
        let state = match stored.filter(|stored| decode::<R>(stored).is_some()) {
            Some(stored) => {
                self.cache.count(|counts| counts.hits += 1);
                FutureState::Stored(stored)
            }
            None => FutureState::Running(calls.begin(call, args)),
        };
        Ok(CallFuture {
            function: self,
            id,
            state,
            returns: PhantomData,
        })
    }

    /// Calls the function, and waits for its result.
    ///
    /// # Errors
    /// As for [`submit`](Self::submit) and [`CallFuture::wait`].
    pub fn call(&self, args: A) -> Result<R, CallError<String>> {
        self.submit(args)?.wait()
    }
}

impl<A, R> CachedFunction<'_, A, R> {
    fn lock(&self) -> MutexGuard<'_, Calls<A, R>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<A, R> CallFuture<'_, A, R>
where
    R: Serialize + DeserializeOwned,
{
    /// Waits until the result is stored, and returns it.
    ///
    /// # Errors
    /// Where the function failed, its worker died, or the result could not be stored. A failure is not stored: the same
    /// call runs again later.
    pub fn wait(mut self) -> Result<R, CallError<String>> {
        let job = match std::mem::replace(&mut self.state, FutureState::Stored(Value::Bool(false)))
        {
            FutureState::Stored(value) => return self.read(&value),
            FutureState::Running(job) => job,
        };
        // This future leaves the job when it is dropped, also where the store fails.
        self.state = FutureState::Running(job);
        loop {
            // A lock is not fair, and those who wait long must not keep others from submitting.
            while self.function.submitting.load(Ordering::Relaxed) > 0 {
                std::thread::yield_now();
            }
            let mut calls = self.function.lock();
            if let Some(result) = calls.open.get(&job).and_then(|job| job.result.clone()) {
                drop(calls);
                return match result {
                    Ok(value) => self.read(&value),
                    Err(CallProblem::Function(text)) => Err(CallError::Function(text)),
                    Err(CallProblem::Store(text)) => Err(StoreError::Encode(text).into()),
                };
            }
            calls.gather(self.function);
        }
    }

    fn read(&self, value: &Value) -> Result<R, CallError<String>> {
        decode(value).ok_or_else(|| {
            let name = &self.function.name;
            StoreError::Encode(format!("the stored result of `{name}` cannot be read back")).into()
        })
    }
}

impl<A, R> CallFuture<'_, A, R> {
    /// Its number among the calls of the function, from 0, for logs.
    pub const fn id(&self) -> u64 {
        self.id
    }

    /// The tag of the cache.
    pub fn tag(&self) -> &str {
        self.function.cache.own_tag()
    }
}

impl<A, R> Drop for CallFuture<'_, A, R> {
    fn drop(&mut self) {
        if let FutureState::Running(job) = self.state {
            self.function.lock().leave(job);
        }
    }
}

impl<A, R> Calls<A, R> {
    /// The job of a call: one that runs, or a new one.
    fn begin(&mut self, call: Call, args: A) -> u64 {
        let key = call.key();
        if let Some(job) = self.running.get(&key) {
            if let Some(open) = self.open.get_mut(job) {
                open.futures += 1;
            }
            return *job;
        }
        let job = self.jobs.submit([args]);
        self.running.insert(key, job);
        let open = OpenJob {
            call: Some(call),
            futures: 1,
            result: None,
        };
        self.open.insert(job, open);
        job
    }

    /// A future no longer waits for a job. A job that runs goes on, and its result is stored.
    fn leave(&mut self, job: u64) {
        if let Some(open) = self.open.get_mut(&job) {
            open.futures -= 1;
            if open.futures == 0 && open.result.is_some() {
                self.open.remove(&job);
            }
        }
    }

    /// Waits a moment for jobs, and stores the results of those that end.
    fn gather(&mut self, function: &CachedFunction<'_, A, R>)
    where
        R: Serialize + DeserializeOwned,
    {
        let mut ended = Vec::new();
        self.jobs.gather_into(Wait::of(GLANCE), &mut ended);
        for FinishedTask { id, outcome, .. } in ended {
            let Some(open) = self.open.get_mut(&id) else {
                continue;
            };
            function.cache.count(|counts| counts.executed += 1);
            if let Some(call) = open.call.take() {
                self.running.remove(&call.key());
                open.result = Some(function.keep(call, outcome));
            }
            if open.futures == 0 {
                self.open.remove(&id);
            }
        }
    }
}

impl<A, R: Serialize + DeserializeOwned> CachedFunction<'_, A, R> {
    /// Stores the result of a job.
    fn keep(&self, call: Call, outcome: Outcome<R>) -> Result<Value, CallProblem> {
        let failed = |text: &str| Err(CallProblem::Function(text.to_owned()));
        let result = match outcome {
            Outcome::Done(result) => result,
            Outcome::Failed(text) => return Err(CallProblem::Function(text)),
            Outcome::TimedOut => return failed(TIMED_OUT),
            Outcome::Cancelled => return failed("it was cancelled"),
        };
        let kept = encode(&self.name, &result).and_then(|value| {
            self.cache.store(call, value.clone())?;
            Ok(value)
        });
        kept.map_err(|error| CallProblem::Store(error.to_string()))
    }
}

impl<A, R> std::fmt::Debug for CachedFunction<'_, A, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CachedFunction")
            .field("name", &self.name)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl<A, R> std::fmt::Debug for CallFuture<'_, A, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallFuture")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
