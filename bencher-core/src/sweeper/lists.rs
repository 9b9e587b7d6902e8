//! Lists of elements from a handle's memory, their iteration and their printed form.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::SweeperError;
use super::handle::ParamSweeper;
use super::inner::Inner;
use super::journal::DamagedLine;
use super::transition::ElementState;

/// The elements of a sweep by state, at one moment.
///
/// ```
/// use bencher_core::sweeper::ParamSweeper;
/// # let dir = tempfile::tempdir()?;
/// let sweeper = ParamSweeper::open(dir.path(), 0..5)?;
/// let first = sweeper.get_next()?;
/// let stats = sweeper.stats();
/// assert_eq!((stats.sweeps.len(), stats.in_progress, stats.remaining.len()), (5, vec![0], 4));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stats<T> {
    /// All elements.
    pub sweeps: Vec<T>,
    /// Elements that are todo.
    pub remaining: Vec<T>,
    /// Skipped elements.
    pub skipped: Vec<T>,
    /// Elements in progress, with any owner.
    pub in_progress: Vec<T>,
    /// Elements that are done.
    pub done: Vec<T>,
}

impl<T> ParamSweeper<T> {
    /// How many elements there are, in all states.
    ///
    /// ```
    /// use bencher_core::sweeper::ParamSweeper;
    /// # let dir = tempfile::tempdir()?;
    /// let sweeper = ParamSweeper::open(dir.path(), [3, 1, 3])?;
    /// assert_eq!(sweeper.len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn len(&self) -> usize {
        self.inner().table.len()
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The damaged records found since the last call; each is returned once.
    ///
    /// See [`DamagedLine`] for an example.
    pub fn take_damaged_lines(&self) -> Vec<DamagedLine> {
        self.inner().damaged_lines.take()
    }
}

/// These methods return the state as of the last operation of the handle, and do not read the disk.
impl<T: Clone> ParamSweeper<T> {
    /// All elements, in order.
    pub fn get_sweeps(&self) -> Vec<T> {
        self.inner().sweeps.clone()
    }

    /// The elements that are todo, in order.
    pub fn get_remaining(&self) -> Vec<T> {
        self.in_state(ElementState::Todo)
    }

    /// The skipped elements, in order.
    pub fn get_skipped(&self) -> Vec<T> {
        self.in_state(ElementState::Skipped)
    }

    /// The elements in progress, here or elsewhere, in order.
    pub fn get_inprogress(&self) -> Vec<T> {
        self.in_state(ElementState::InProgress)
    }

    /// The elements that are done, in order.
    pub fn get_done(&self) -> Vec<T> {
        self.in_state(ElementState::Done)
    }

    /// All lists at one moment.
    ///
    /// See [`Stats`] for an example.
    pub fn stats(&self) -> Stats<T> {
        let inner = self.inner();
        let of = |state| in_state(&inner, state);
        Stats {
            sweeps: inner.sweeps.clone(),
            remaining: of(ElementState::Todo),
            skipped: of(ElementState::Skipped),
            in_progress: of(ElementState::InProgress),
            done: of(ElementState::Done),
        }
    }

    fn in_state(&self, state: ElementState) -> Vec<T> {
        in_state(&self.inner(), state)
    }
}

fn in_state<T: Clone>(inner: &Inner<T>, state: ElementState) -> Vec<T> {
    let places = inner.table.in_state(state);
    places
        .filter_map(|place| inner.sweeps.get(place).cloned())
        .collect()
}

/// `NAME <5 total, 1 done, 1 skipped, 0 in progress, 3 remaining>`.
impl<T> fmt::Display for ParamSweeper<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.inner();
        let of = |state| inner.table.count_of(state);
        write!(
            f,
            "{} <{} total, {} done, {} skipped, {} in progress, {} remaining>",
            self.name,
            inner.table.len(),
            of(ElementState::Done),
            of(ElementState::Skipped),
            of(ElementState::InProgress),
            of(ElementState::Todo)
        )
    }
}

impl<T: Serialize + DeserializeOwned + Clone> ParamSweeper<T> {
    /// Claims one element after the other with [`get_next`](Self::get_next), until none is todo.
    ///
    /// ```
    /// use bencher_core::sweeper::ParamSweeper;
    /// # let dir = tempfile::tempdir()?;
    /// let sweeper = ParamSweeper::open(dir.path(), 0..3)?;
    /// for element in &sweeper {
    ///     sweeper.done(&element?)?;
    /// }
    /// assert_eq!(sweeper.get_done(), [0, 1, 2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn iter(&self) -> Claims<'_, T> {
        Claims {
            sweeper: self,
            failed: false,
        }
    }
}

/// As [`iter`](ParamSweeper::iter).
impl<'a, T: Serialize + DeserializeOwned + Clone> IntoIterator for &'a ParamSweeper<T> {
    type Item = Result<T, SweeperError>;
    type IntoIter = Claims<'a, T>;

    fn into_iter(self) -> Claims<'a, T> {
        self.iter()
    }
}

/// An iterator that claims one element after the other, and ends after an error.
///
/// [`ParamSweeper::iter`] returns it.
#[derive(Debug)]
pub struct Claims<'a, T> {
    sweeper: &'a ParamSweeper<T>,
    failed: bool,
}

impl<T: Serialize + DeserializeOwned + Clone> Iterator for Claims<'_, T> {
    type Item = Result<T, SweeperError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = self.sweeper.get_next();
        self.failed = next.is_err();
        next.transpose()
    }
}
