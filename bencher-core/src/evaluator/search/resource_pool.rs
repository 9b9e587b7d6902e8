//! Resources that only one job can use at a time: a running job borrows them, and returns them.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

/// The resources that are not in use, in sets of what one job gets; the one that has rested longest goes first.
#[derive(Debug)]
pub(super) struct Pool {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    free: VecDeque<Vec<String>>,
    wakers: Vec<Waker>,
    is_closed: bool,
}

/// The resources of a running job, which are returned when this is dropped.
#[derive(Debug)]
pub(super) struct ResourceGuard {
    pool: Arc<Pool>,
    names: Vec<String>,
}

impl ResourceGuard {
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }
}

impl Drop for ResourceGuard {
    fn drop(&mut self) {
        let mut state = self.pool.state();
        state.free.push_back(std::mem::take(&mut self.names));
        let wakers = std::mem::take(&mut state.wakers);
        drop(state);
        self.pool.changed.notify_one();
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl Pool {
    pub(super) fn new(sets: impl IntoIterator<Item = Vec<String>>) -> Arc<Self> {
        let state = State {
            free: sets.into_iter().collect(),
            wakers: Vec::new(),
            is_closed: false,
        };
        Arc::new(Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
        })
    }

    /// Waits for resources; none where there will be no more. There are as many sets as workers at least, so only an
    /// abandoned job that still uses its resources makes another wait.
    pub(super) fn acquire(self: &Arc<Self>) -> Option<Arc<ResourceGuard>> {
        let is_waiting = |state: &mut State| state.free.is_empty() && !state.is_closed;
        let state = self.changed.wait_while(self.state(), is_waiting);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        self.take(&mut state)
    }

    /// Like [`acquire`](Self::acquire), without keeping a thread.
    pub(super) async fn acquire_async(self: &Arc<Self>) -> Option<Arc<ResourceGuard>> {
        std::future::poll_fn(|context| {
            let mut state = self.state();
            if state.free.is_empty() && !state.is_closed {
                state.wakers.push(context.waker().clone());
                return Poll::Pending;
            }
            Poll::Ready(self.take(&mut state))
        })
        .await
    }

    fn take(self: &Arc<Self>, state: &mut State) -> Option<Arc<ResourceGuard>> {
        if state.is_closed {
            return None;
        }
        let names = state.free.pop_front()?;
        let pool = Arc::clone(self);
        Some(Arc::new(ResourceGuard { pool, names }))
    }

    /// Lends nothing more.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.is_closed = true;
        let wakers = std::mem::take(&mut state.wakers);
        drop(state);
        self.changed.notify_all();
        wakers.into_iter().for_each(Waker::wake);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lent_comes_back_to_the_end_of_the_queue() {
        let pool = Pool::new(["a", "b"].map(|name| vec![name.to_owned()]));
        let first = pool.acquire().unwrap();
        assert_eq!(first.names(), ["a"]);
        drop(first);
        assert_eq!(pool.acquire().unwrap().names(), ["b"]);
        let (held, other) = (pool.acquire().unwrap(), pool.acquire().unwrap());
        assert_eq!(
            (held.names(), other.names()),
            (&["a".to_owned()][..], &["b".to_owned()][..])
        );
        let waiting = std::thread::spawn({
            let pool = Arc::clone(&pool);
            move || pool.acquire().map(|lent| lent.names().to_vec())
        });
        drop(held);
        assert_eq!(waiting.join().unwrap(), Some(vec!["a".to_owned()]));
    }

    #[test]
    fn nobody_waits_at_a_closed_pool() {
        let pool = Pool::new([]);
        let waiting = std::thread::spawn({
            let pool = Arc::clone(&pool);
            move || pool.acquire().is_none()
        });
        pool.close();
        assert!(waiting.join().unwrap());
    }
}
