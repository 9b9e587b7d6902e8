//! Expensive state that serves many samples: it is kept for a sweep, and released at its end.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use crate::panics;

/// The state that the samples of one sweep share: state of the sweep, and state of each worker.
///
/// The first sample that needs a state makes it. It is dropped when the sweep ends, also if a sample failed with
/// fail-fast or the user interrupted.
///
/// ```
/// use std::sync::Arc;
/// use bencher_core::context::{Context, States};
/// let states = Arc::new(States::default());
/// let seeder = || 42;
/// for sample in 1..=3 {
///     let cx = Context::new(sample, &seeder).with_states(&states);
///     let table = cx.per_sweep(|| Ok::<_, std::io::Error>(vec![2, 3, 5]))?;
///     let mut scratch = cx.per_worker(|| Ok::<_, std::io::Error>(Vec::new()))?;
///     scratch.push(table[0]);
///     assert_eq!(scratch.len(), sample as usize, "one vector serves all samples");
/// }
/// assert!(states.release().is_empty(), "nothing panicked while it was dropped");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct States {
    sweep: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
    workers: Mutex<HashMap<(ThreadId, TypeId), Box<dyn Any + Send>>>,
    /// Whether the sweep has ended; states that an abandoned job still makes or returns are then dropped.
    is_released: AtomicBool,
}

impl States {
    /// The state of the sweep, made by `make` if there is none yet; others wait for it meanwhile.
    pub(super) fn per_sweep<T: Send + Sync + 'static, E>(
        &self,
        make: impl FnOnce() -> Result<T, E>,
    ) -> Result<Arc<T>, E> {
        let mut states = lock(&self.sweep);
        let known = states.get(&TypeId::of::<T>()).cloned();
        if let Some(state) = known.and_then(|state| state.downcast().ok()) {
            return Ok(state);
        }
        let state = Arc::new(make()?);
        if !self.is_released.load(Ordering::SeqCst) {
            states.insert(TypeId::of::<T>(), state.clone());
        }
        Ok(state)
    }

    /// Takes the state of this worker out, or makes it.
    pub(super) fn per_worker<T: Send + 'static, E>(
        self: &Arc<Self>,
        make: impl FnOnce() -> Result<T, E>,
    ) -> Result<WorkerState<T>, E> {
        let kept = lock(&self.workers).remove(&(thread::current().id(), TypeId::of::<T>()));
        let value = match kept.and_then(|state| state.downcast().ok()) {
            Some(state) => state,
            None => Box::new(make()?),
        };
        Ok(WorkerState {
            value: Some(value),
            states: Arc::clone(self),
        })
    }

    /// Drops all states, and returns the text of every panic meanwhile.
    pub fn release(&self) -> Vec<String> {
        self.is_released.store(true, Ordering::SeqCst);
        let workers = std::mem::take(&mut *lock(&self.workers));
        let sweep = std::mem::take(&mut *lock(&self.sweep));
        let mut panics = Vec::new();
        let mut drop_one = |state: Box<dyn Any + Send>| {
            panics.extend(panics::catch(AssertUnwindSafe(|| drop(state))).err());
        };
        // State of a worker may refer to state of the sweep.
        workers.into_values().for_each(&mut drop_one);
        for state in sweep.into_values() {
            drop_one(Box::new(state));
        }
        panics
    }
}

/// State of one worker, borrowed for one sample; the next sample of this worker finds it again.
///
/// After a sample that panics, its condition is unknown: it is dropped, and the next sample makes it again.
///
/// See [`States`] for an example.
#[derive(Debug)]
pub struct WorkerState<T: Send + 'static> {
    value: Option<Box<T>>,
    states: Arc<States>,
}

#[expect(clippy::expect_used, reason = "the value is there until the drop")]
impl<T: Send + 'static> Deref for WorkerState<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.as_ref().expect("there until the drop")
    }
}

#[expect(clippy::expect_used, reason = "the value is there until the drop")]
impl<T: Send + 'static> DerefMut for WorkerState<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.value.as_mut().expect("there until the drop")
    }
}

impl<T: Send + 'static> Drop for WorkerState<T> {
    fn drop(&mut self) {
        if let Some(value) = self.value.take()
            && !thread::panicking()
        {
            let key = (thread::current().id(), TypeId::of::<T>());
            let mut workers = lock(&self.states.workers);
            if self.states.is_released.load(Ordering::SeqCst) {
                // Its own drop is foreign code, which must not find the lock held.
                drop(workers);
                drop(value);
            } else {
                workers.insert(key, value);
            }
        }
    }
}

/// A panic while the lock was held left the map as it was.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU32;

    static MADE: AtomicU32 = AtomicU32::new(0);
    static DROPPED: AtomicU32 = AtomicU32::new(0);

    struct Counted;

    impl Counted {
        #[expect(clippy::unnecessary_wraps, reason = "what makes state may fail")]
        fn make() -> Result<Self, String> {
            MADE.fetch_add(1, Ordering::SeqCst);
            Ok(Self)
        }
    }

    impl Drop for Counted {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn counts() -> (u32, u32) {
        (MADE.load(Ordering::SeqCst), DROPPED.load(Ordering::SeqCst))
    }

    #[test]
    fn what_is_made_is_released() {
        let states = Arc::new(States::default());
        let failed: Result<WorkerState<Counted>, _> = states.per_worker(|| Err("no room"));
        assert_eq!(failed.err(), Some("no room"));
        drop(states.per_worker(Counted::make).unwrap());
        drop(states.per_worker(Counted::make).unwrap());
        assert_eq!(counts(), (1, 0));
        // A panic drops it, and the next sample makes another.
        let panicked = panics::catch(AssertUnwindSafe(|| {
            let _state = states.per_worker(Counted::make).unwrap();
            panic!("in the middle of a sample");
        }));
        assert!(panicked.is_err());
        assert_eq!(counts(), (1, 1));
        let other = Arc::clone(&states);
        let on_another_thread = move || drop(other.per_worker(Counted::make).unwrap());
        thread::spawn(on_another_thread).join().unwrap();
        drop(states.per_worker(Counted::make).unwrap());
        let first = states.per_sweep(Counted::make).unwrap();
        assert!(Arc::ptr_eq(
            &first,
            &states.per_sweep(Counted::make).unwrap()
        ));
        drop(first);
        assert_eq!(counts(), (4, 1));
        assert_eq!(states.release(), [] as [&str; 0]);
        assert_eq!(counts(), (4, 4));
    }

    #[test]
    fn what_comes_back_after_the_release_is_dropped() {
        let states = Arc::new(States::default());
        let alive = Arc::new(());
        let late = states
            .per_worker(|| Ok::<_, ()>(Arc::clone(&alive)))
            .unwrap();
        assert!(states.release().is_empty());
        drop(late);
        let made = states
            .per_sweep(|| Ok::<_, ()>(Arc::clone(&alive)))
            .unwrap();
        drop(made);
        assert_eq!(
            Arc::strong_count(&alive),
            1,
            "the sweep has ended, and holds nothing"
        );
    }

    struct Grumpy;

    impl Drop for Grumpy {
        fn drop(&mut self) {
            panic!("not now");
        }
    }

    #[test]
    fn a_panic_while_dropping_is_told() {
        let states = Arc::new(States::default());
        drop(states.per_worker(|| Ok::<_, ()>(Grumpy)).unwrap());
        let panics = states.release();
        assert!(
            matches!(&*panics, [text] if text.ends_with("not now")),
            "{panics:?}"
        );
    }
}
