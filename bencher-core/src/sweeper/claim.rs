//! How elements are handed out.

use std::fmt;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::SweeperError;
use super::handle::{ParamSweeper, keep};
use super::inner::Inner;
use super::state_table::ElementIndex;
use super::transition::{ElementState, Transition};

impl<T: Serialize + DeserializeOwned + Clone> ParamSweeper<T> {
    /// The next element that is todo, which is in progress then; `None` where nothing is. The order is the
    /// one of the elements.
    ///
    /// Before it says that nothing is todo, it looks whether those are gone who have something in progress.
    ///
    /// # Errors
    /// Where the directory cannot be written, or another handle keeps the lock.
    pub fn get_next(&self) -> Result<Option<T>, SweeperError> {
        Ok(self.get_next_batch(1)?.pop())
    }

    /// Up to so many elements that are todo, in order, at the cost of one.
    ///
    /// # Errors
    /// As [`get_next`](Self::get_next).
    pub fn get_next_batch(&self, count: usize) -> Result<Vec<T>, SweeperError> {
        self.get(count, |inner| Ok(inner.table.todo().take(count).collect()))
    }

    /// The first of those that a filter chooses from what is todo.
    ///
    /// ```
    /// use bencher_core::sweeper::ParamSweeper;
    /// # let dir = tempfile::tempdir()?;
    /// let sweeper = ParamSweeper::open(dir.path(), 0..10)?;
    /// // It selects,
    /// assert_eq!(sweeper.get_next_by(|mut todo| todo.find(|n| **n > 5).into_iter().collect())?, Some(6));
    /// // and orders.
    /// let last_first = sweeper.get_next_batch_by(2, |todo| {
    ///     let mut todo: Vec<_> = todo.collect();
    ///     todo.reverse();
    ///     todo
    /// })?;
    /// assert_eq!(last_first, [9, 8]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// The lock is held while the filter works, so that what it chooses is todo; it must not use the sweeper
    /// itself. It is asked a second time where it chose nothing and something came back meanwhile.
    ///
    /// # Errors
    /// As [`get_next`](Self::get_next).
    pub fn get_next_by<F>(&self, filter: F) -> Result<Option<T>, SweeperError>
    where
        F: for<'a> FnMut(Todo<'a, T>) -> Vec<&'a T>,
    {
        Ok(self.get_next_batch_by(1, filter)?.pop())
    }

    /// The first so many of those that a filter chooses from what is todo.
    ///
    /// See [`get_next_by`](Self::get_next_by) for an example.
    ///
    /// # Errors
    /// As [`get_next`](Self::get_next).
    pub fn get_next_batch_by<F>(&self, count: usize, mut filter: F) -> Result<Vec<T>, SweeperError>
    where
        F: for<'a> FnMut(Todo<'a, T>) -> Vec<&'a T>,
    {
        self.get(count, |inner| {
            let chosen = filter(Todo {
                sweeps: &inner.sweeps,
                places: Box::new(inner.table.todo()),
            });
            inner.find(chosen.into_iter().take(count))
        })
    }

    fn get(
        &self,
        count: usize,
        mut choose: impl FnMut(&mut Inner<T>) -> Result<Vec<ElementIndex>, SweeperError>,
    ) -> Result<Vec<T>, SweeperError> {
        if count == 0 {
            return Ok(Vec::new());
        }
        self.locked(|inner| {
            inner.table.advance_cursor();
            let mut places = choose(inner)?;
            if places.is_empty() && inner.release(&self.group)? > 0 {
                inner.table.advance_cursor();
                places = choose(inner)?;
            }
            // Nothing is lost with a claim: after a crash its element is todo again.
            let _ = inner.step(&self.group, &places, Transition::Get, &keep)?;
            let elements = places.into_iter();
            let elements = elements.filter_map(|place| inner.sweeps.get(place as usize).cloned());
            Ok(elements.collect())
        })
    }

    /// As [`get_next`](Self::get_next), but where something is in progress elsewhere, waits for it to end or to
    /// come back; `None` where all is done or skipped, or nothing came back in that time.
    ///
    /// ```
    /// use std::time::Duration;
    /// use bencher_core::sweeper::ParamSweeper;
    /// # let dir = tempfile::tempdir()?;
    /// let sweeper = ParamSweeper::open(dir.path(), [1])?;
    /// assert_eq!(sweeper.wait_next(Duration::from_secs(600))?, Some(1));
    /// sweeper.done(&1)?;
    /// assert_eq!(sweeper.wait_next(Duration::from_secs(600))?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`get_next`](Self::get_next).
    pub fn wait_next(&self, patience: Duration) -> Result<Option<T>, SweeperError> {
        /// How often it looks again.
        const LOOK_AGAIN: Duration = Duration::from_millis(100);
        let started = Instant::now();
        loop {
            let next = self.get_next()?;
            let left = patience.saturating_sub(started.elapsed());
            if next.is_some() || left.is_zero() || self.count(ElementState::InProgress) == 0 {
                return Ok(next);
            }
            std::thread::sleep(LOOK_AGAIN.min(left));
        }
    }
}

/// What is todo, in order: what a filter chooses from.
///
/// See [`ParamSweeper::get_next_by`] for an example.
pub struct Todo<'a, T> {
    sweeps: &'a [T],
    places: Box<dyn Iterator<Item = ElementIndex> + 'a>,
}

impl<'a, T> Iterator for Todo<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        self.sweeps.get(self.places.next()? as usize)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.places.size_hint()
    }
}

impl<T> fmt::Debug for Todo<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Todo").finish_non_exhaustive()
    }
}
