use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::elements::{self, element_id};
use super::error::SweeperError;
use super::group::{AppendNumber, Group};
use super::info::ElementInfo;
use super::inner::{Inner, NoteUpdate};
use super::options::SweeperOptions;
use super::record::Note;
use super::transition::{ElementState, Transition};
use crate::value::to_json;

/// A handle on a work list.
///
/// [`Transition`] lists the changes of an element. See the [module](super) for an example.
#[derive(Debug)]
pub struct ParamSweeper<T> {
    pub(super) name: String,
    dir: PathBuf,
    pub(super) group: Group,
    inner: Mutex<Inner<T>>,
    /// How many threads wait for the mutex, to do something with the lock held.
    waiting: AtomicUsize,
}

impl<T: Serialize + DeserializeOwned + Clone> ParamSweeper<T> {
    /// Opens the work list in a directory, for these elements; equal ones count once.
    ///
    /// [`SweeperOptions`] offer more settings. See the [module](super) for an example.
    ///
    /// # Errors
    /// Where the directory cannot be written, a later version wrote the journal, or an element cannot be serialised.
    pub fn open(
        dir: impl AsRef<Path>,
        sweeps: impl IntoIterator<Item = T>,
    ) -> Result<Self, SweeperError> {
        SweeperOptions::new(dir).open(sweeps)
    }

    pub(super) fn with_options(
        options: SweeperOptions,
        sweeps: Option<Vec<T>>,
    ) -> Result<Self, SweeperError> {
        let dir = options.dir.clone();
        let name = options.name.clone().unwrap_or_else(|| {
            let name = dir.file_name().unwrap_or(dir.as_os_str());
            name.to_string_lossy().into_owned()
        });
        let (save, retry_skipped) = (options.save, options.retry_skipped);
        let mut inner = Inner::new(options)?;
        let (sweeps, save) = match sweeps {
            Some(sweeps) => (sweeps, save),
            None => (elements::load(&dir, &mut inner.damaged_lines)?, false),
        };
        let sweeper = Self {
            name,
            dir,
            group: Group::default(),
            inner: Mutex::new(inner),
            waiting: AtomicUsize::new(0),
        };
        sweeper.set_sweeps(sweeps, save)?;
        if retry_skipped && sweeper.count(ElementState::Skipped) > 0 {
            sweeper.locked(|inner| inner.retry_skipped(&sweeper.group))?;
        }
        Ok(sweeper)
    }

    /// Marks an element as done; it is on the disk when this returns.
    ///
    /// # Errors
    /// Where another handle has claimed the element, or it is done or skipped; as [`get_next`](Self::get_next); where
    /// the disk fails.
    pub fn done(&self, element: &T) -> Result<(), SweeperError> {
        self.step(std::slice::from_ref(element), Transition::Done, &keep)
    }

    /// Marks elements as done, all or none of them; they are on the disk when this returns.
    ///
    /// # Errors
    /// As [`done`](Self::done).
    pub fn done_batch(&self, elements: &[T]) -> Result<(), SweeperError> {
        self.step(elements, Transition::Done, &keep)
    }

    /// Marks an element as done, and stores its result for [`info`](Self::info).
    ///
    /// # Errors
    /// As [`done`](Self::done), and where the result has no JSON form, such as NaN and infinities.
    pub fn done_with<R: Serialize + ?Sized>(
        &self,
        element: &T,
        result: &R,
    ) -> Result<(), SweeperError> {
        let result = to_json(result).map_err(|error| SweeperError::Encode {
            what: format!("the result of {}", elements::text_of(element)),
            problem: error.to_string(),
        })?;
        let update = |note: Note| Note {
            result: Some(result.clone()),
            ..note
        };
        self.step(std::slice::from_ref(element), Transition::Done, &update)
    }

    /// Skips an element until [`reset`](Self::reset), or until the list is opened again after this handle is gone.
    /// [`SweeperOptions::retry_skipped`] can keep it skipped.
    ///
    /// # Errors
    /// As [`done`](Self::done).
    pub fn skip(&self, element: &T) -> Result<(), SweeperError> {
        self.step(std::slice::from_ref(element), Transition::Skip, &keep)
    }

    /// Skips elements, all or none of them.
    ///
    /// # Errors
    /// As [`done`](Self::done).
    pub fn skip_batch(&self, elements: &[T]) -> Result<(), SweeperError> {
        self.step(elements, Transition::Skip, &keep)
    }

    /// Skips an element, with the reason.
    ///
    /// # Errors
    /// As [`done`](Self::done).
    pub fn skip_with(&self, element: &T, error: impl fmt::Display) -> Result<(), SweeperError> {
        self.step_with(element, Transition::Skip, &error)
    }

    /// Returns an element that this handle has claimed, so that it is todo again.
    ///
    /// # Errors
    /// Where this handle has not claimed it; as [`get_next`](Self::get_next).
    pub fn cancel(&self, element: &T) -> Result<(), SweeperError> {
        self.step(std::slice::from_ref(element), Transition::Cancel, &keep)
    }

    /// Returns elements that this handle has claimed, all or none of them.
    ///
    /// # Errors
    /// As [`cancel`](Self::cancel).
    pub fn cancel_batch(&self, elements: &[T]) -> Result<(), SweeperError> {
        self.step(elements, Transition::Cancel, &keep)
    }

    /// Returns an element, with the reason.
    ///
    /// # Errors
    /// As [`cancel`](Self::cancel).
    pub fn cancel_with(&self, element: &T, error: impl fmt::Display) -> Result<(), SweeperError> {
        self.step_with(element, Transition::Cancel, &error)
    }

    /// Makes skipped elements todo again, and also elements in progress with any owner if `reset_in_progress` is set.
    /// Done elements stay done.
    ///
    /// ```
    /// use bencher_core::sweeper::ParamSweeper;
    /// # let dir = tempfile::tempdir()?;
    /// let (a, b) = (ParamSweeper::open(dir.path(), 0..3)?, ParamSweeper::open(dir.path(), 0..3)?);
    /// a.skip(&2)?;
    /// assert_eq!(a.get_next()?, Some(0));
    /// b.reset(true)?;
    /// assert_eq!(b.get_remaining(), [0, 1, 2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`get_next`](Self::get_next).
    pub fn reset(&self, reset_in_progress: bool) -> Result<(), SweeperError> {
        let mut steps = vec![(ElementState::Skipped, Transition::Reset)];
        if reset_in_progress {
            steps.push((ElementState::InProgress, Transition::ResetInProgress));
        }
        self.locked(|inner| {
            for (state, transition) in steps {
                let places = inner.table.in_state(state);
                let places: Vec<_> = places.filter_map(|at| at.try_into().ok()).collect();
                let _ = inner.step(&self.group, &places, transition, &keep)?;
            }
            Ok(())
        })
    }

    /// Reads the changes of other handles, and takes elements back from owners that are gone.
    ///
    /// Every method that claims or changes elements also reads the changes of other handles.
    ///
    /// # Errors
    /// As [`get_next`](Self::get_next).
    pub fn update(&self) -> Result<(), SweeperError> {
        self.locked(|inner| inner.release(&self.group).map(drop))
    }

    /// Reads the whole journal again, and does what [`update`](Self::update) does.
    ///
    /// # Errors
    /// As [`get_next`](Self::get_next).
    pub fn full_update(&self) -> Result<(), SweeperError> {
        self.inner().reread();
        self.update()
    }

    /// Replaces the elements, and saves them in the directory on request. The states of all known elements are kept,
    /// also of elements that are not among the new ones.
    ///
    /// ```
    /// use bencher_core::sweeper::ParamSweeper;
    /// # let dir = tempfile::tempdir()?;
    /// let sweeper = ParamSweeper::open(dir.path(), 0..3)?;
    /// sweeper.done(&1)?;
    /// sweeper.set_sweeps(1..3, false)?;
    /// assert_eq!((sweeper.len(), sweeper.get_done(), sweeper.get_remaining()), (2, vec![1], vec![2]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn set_sweeps(
        &self,
        sweeps: impl IntoIterator<Item = T>,
        save: bool,
    ) -> Result<(), SweeperError> {
        let sweeps = sweeps.into_iter().collect();
        self.inner().set_sweeps(sweeps)?;
        self.locked(|inner| {
            if save {
                let ids = elements::identities(&inner.sweeps)?;
                elements::save(&self.dir, &inner.sweeps, &ids)?;
            }
            inner.release(&self.group)?;
            inner.tidy();
            Ok(())
        })
    }

    /// The information on an element, as of the last operation of this handle; `None` for an element that does not
    /// belong to the sweep.
    ///
    /// See [`ElementInfo`] for an example.
    ///
    /// # Errors
    /// Where the element cannot be serialised.
    pub fn info(&self, element: &T) -> Result<Option<ElementInfo>, SweeperError> {
        let id = element_id(element)?.0;
        let inner = self.inner();
        let found = inner
            .table
            .find(id)
            .and_then(|place| inner.table.get(place));
        Ok(found.map(|(id, entry)| ElementInfo::new(id, entry, inner.table.owner(entry.owner))))
    }

    fn step(
        &self,
        elements: &[T],
        transition: Transition,
        update: NoteUpdate<'_>,
    ) -> Result<(), SweeperError> {
        let number = self.locked(|inner| {
            let places = inner.find(elements.iter())?;
            inner.step(&self.group, &places, transition, update)
        })?;
        // A return does not have to be on the disk: after a crash, the element is todo in any case.
        match number.filter(|_| transition != Transition::Cancel) {
            Some(number) => self.wait(number),
            None => Ok(()),
        }
    }

    fn step_with(
        &self,
        element: &T,
        transition: Transition,
        error: &dyn fmt::Display,
    ) -> Result<(), SweeperError> {
        let update = |note: Note| Note {
            error: Some(error.to_string()),
            ..note
        };
        self.step(std::slice::from_ref(element), transition, &update)
    }

    /// Waits for the disk, with no lock held.
    fn wait(&self, number: AppendNumber) -> Result<(), SweeperError> {
        let waited = self.group.wait(number);
        waited.map_err(|problem| self.disk_failed(problem))
    }

    fn disk_failed(&self, problem: String) -> SweeperError {
        SweeperError::Disk {
            path: self.inner().journal.path().to_owned(),
            problem,
        }
    }

    /// Works with the lock held, and knowing all that others did.
    pub(super) fn locked<R>(
        &self,
        work: impl FnOnce(&mut Inner<T>) -> Result<R, SweeperError>,
    ) -> Result<R, SweeperError> {
        if let Some(problem) = self.group.failure() {
            return Err(self.disk_failed(problem));
        }
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let mut turn = Turn {
            inner: self.inner(),
            waiting: &self.waiting,
        };
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        let inner = &mut *turn.inner;
        let done = inner.begin_turn().and_then(|()| work(inner));
        if done.is_err() {
            // Records that are on the disk then are read first.
            inner.end_turns();
        }
        done
    }
}

/// An operation under the lock. The lock is passed on to other waiting threads of the handle: no other handle wrote
/// meanwhile, so they do not read the journal again.
struct Turn<'a, T> {
    inner: MutexGuard<'a, Inner<T>>,
    waiting: &'a AtomicUsize,
}

impl<T> Drop for Turn<'_, T> {
    fn drop(&mut self) {
        if std::thread::panicking() || self.waiting.load(Ordering::SeqCst) == 0 {
            self.inner.end_turns();
        }
    }
}

/// A step that leaves nothing with its element.
pub(super) fn keep(note: Note) -> Note {
    note
}

impl<T> ParamSweeper<T> {
    pub(super) fn inner(&self) -> MutexGuard<'_, Inner<T>> {
        // A panic of a filter leaves nothing half done: records are appended and applied after it.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn count(&self, state: ElementState) -> usize {
        self.inner().table.count_of(state)
    }

    /// The name of the list in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}
