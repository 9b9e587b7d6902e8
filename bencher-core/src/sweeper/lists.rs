//! What a handle knows without asking the disk, and how it is walked and printed.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::SweeperError;
use super::handle::ParamSweeper;
use super::inner::Inner;
use super::journal::DamagedLine;
use super::transition::ElementState;

/// The elements of a sweep and what has become of them, at one moment.
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
    /// What is todo.
    pub remaining: Vec<T>,
    /// What is left out.
    pub skipped: Vec<T>,
    /// What is in progress, wherever.
    pub in_progress: Vec<T>,
    /// What is done.
    pub done: Vec<T>,
}

impl<T> ParamSweeper<T> {
    /// How many elements there are, whatever has become of them.
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

    /// Whether there is no element at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The damaged records that were met since the last call; each is told once.
    ///
    /// See [`DamagedLine`] for an example.
    pub fn take_damaged_lines(&self) -> Vec<DamagedLine> {
        self.inner().damaged_lines.take()
    }
}

/// What is known as of the last operation of the handle; none of these reads the disk.
impl<T: Clone> ParamSweeper<T> {
    /// All elements, in order.
    pub fn get_sweeps(&self) -> Vec<T> {
        self.inner().sweeps.clone()
    }

    /// What is todo, in order.
    pub fn get_remaining(&self) -> Vec<T> {
        self.in_state(ElementState::Todo)
    }

    /// What is left out, in order.
    pub fn get_skipped(&self) -> Vec<T> {
        self.in_state(ElementState::Skipped)
    }

    /// What is in progress, here or elsewhere, in order.
    pub fn get_inprogress(&self) -> Vec<T> {
        self.in_state(ElementState::InProgress)
    }

    /// What is done, in order.
    pub fn get_done(&self) -> Vec<T> {
        self.in_state(ElementState::Done)
    }

    /// All of it at one moment.
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
    /// Hands out one element after the other, as [`get_next`](Self::get_next) does, until nothing is todo.
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

/// The same as [`iter`](ParamSweeper::iter).
impl<'a, T: Serialize + DeserializeOwned + Clone> IntoIterator for &'a ParamSweeper<T> {
    type Item = Result<T, SweeperError>;
    type IntoIter = Claims<'a, T>;

    fn into_iter(self) -> Claims<'a, T> {
        self.iter()
    }
}

/// One element after the other, each in progress; it ends behind an error.
///
/// What [`ParamSweeper::iter`] gives.
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
