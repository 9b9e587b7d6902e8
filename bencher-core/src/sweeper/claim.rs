//! Claims on elements.

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
    /// Claims the next element that is todo, in the order of the elements. The element is then in progress. `None`
    /// where no element is todo.
    ///
    /// Before it returns `None`, it checks whether the owners of elements in progress are gone.
    ///
    /// # Errors
    /// Where the directory cannot be written, or another handle keeps the lock.
    pub fn get_next(&self) -> Result<Option<T>, SweeperError> {
        Ok(self.get_next_batch(1)?.pop())
    }

    /// Claims up to `count` elements that are todo, in order, at the cost of one claim.
    ///
    /// # Errors
    /// As [`get_next`](Self::get_next).
    pub fn get_next_batch(&self, count: usize) -> Result<Vec<T>, SweeperError> {
        self.get(count, |inner| Ok(inner.table.todo().take(count).collect()))
    }

    /// Claims the first element that a filter chooses from the elements that are todo.
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
    /// The lock is held while the filter runs, so that its choice is still todo. The filter must not use the sweeper
    /// itself. It is called again where it chose no element and some came back meanwhile.
    ///
    /// # Errors
    /// As [`get_next`](Self::get_next).
    pub fn get_next_by<F>(&self, filter: F) -> Result<Option<T>, SweeperError>
    where
        F: for<'a> FnMut(Todo<'a, T>) -> Vec<&'a T>,
    {
        Ok(self.get_next_batch_by(1, filter)?.pop())
    }

    /// Claims the first `count` elements that a filter chooses from the elements that are todo.
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

    /// As [`get_next`](Self::get_next), but waits while elements are in progress elsewhere, until one comes back.
    /// `None` where all are done or skipped, or none came back within `patience`.
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

/// The elements that are todo, in order, from which a filter chooses.
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
