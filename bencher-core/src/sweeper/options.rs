use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::absolute;

use super::error::SweeperError;
use super::handle::ParamSweeper;
use super::lease::Surroundings;

use crate::console::error_line;

/// How a work list is opened.
///
/// ```
/// use std::time::Duration;
/// use bencher_core::sweeper::SweeperOptions;
/// # let dir = tempfile::tempdir()?;
/// let options = || SweeperOptions::new(dir.path()).name("nightly").lease(Duration::from_secs(120));
/// let sweeper = options().save_sweeps(true).open(0..5)?;
/// assert_eq!(
///     sweeper.to_string(),
///     "nightly <5 total, 0 done, 0 skipped, 0 in progress, 5 remaining>"
/// );
/// // Another program need not know what there is to do.
/// assert_eq!(options().open_saved::<i32>()?.get_sweeps(), [0, 1, 2, 3, 4]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use = "it does something only when it is opened"]
pub struct SweeperOptions {
    pub(super) dir: PathBuf,
    pub(super) name: Option<String>,
    pub(super) save: bool,
    pub(super) retry_skipped: bool,
    pub(super) lease: Duration,
    pub(super) patience: Duration,
    pub(super) surroundings: Option<Surroundings>,
    pub(super) waiting: Arc<dyn Fn(&str) + Send + Sync>,
}

impl std::fmt::Debug for SweeperOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SweeperOptions")
            .field("dir", &self.dir)
            .field("name", &self.name)
            .field("save", &self.save)
            .field("retry_skipped", &self.retry_skipped)
            .field("lease", &self.lease)
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}

impl SweeperOptions {
    /// A work list over a directory, which is made if it is not there.
    pub fn new(dir: impl AsRef<Path>) -> Self {
        Self {
            // The working directory may be another one when it is opened.
            dir: absolute(dir.as_ref()),
            name: None,
            save: false,
            retry_skipped: true,
            lease: Duration::from_secs(60),
            patience: Duration::from_secs(60),
            surroundings: None,
            waiting: Arc::new(|text| error_line!("{text}")),
        }
    }

    /// The name that it prints; the directory's unless it is given.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Whether the elements are kept in the directory, for [`open_saved`](Self::open_saved); not unless it
    /// is asked for.
    pub fn save_sweeps(mut self, save: bool) -> Self {
        self.save = save;
        self
    }

    /// Whether what was skipped by handles that are gone is todo again when the list is opened, as in execo, whose skipped
    /// elements last as long as the program; it is unless `false` is given. The reason of the skip and the number of
    /// attempts are kept.
    ///
    /// ```
    /// use bencher_core::sweeper::SweeperOptions;
    /// # let dir = tempfile::tempdir()?;
    /// let options = || SweeperOptions::new(dir.path());
    /// options().open(0..3)?.skip(&0)?;
    /// assert_eq!(options().retry_skipped(false).open(0..3)?.get_skipped(), [0]);
    /// assert_eq!(options().open(0..3)?.get_remaining(), [0, 1, 2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn retry_skipped(mut self, retry: bool) -> Self {
        self.retry_skipped = retry;
        self
    }

    /// How long a handle on another host may give no sign of life before what it has in progress is handed
    /// out again; a minute unless it is given. Handles give four signs of life in that time. On one host no
    /// time matters: a process that is gone is noticed at once, and one that lives keeps what it has.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// How long another handle that has the lock is waited for; a minute unless it is given. Nobody has it
    /// longer than a filter takes.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// What is told who is waited for, once it lasts a second; without it, standard error is.
    pub fn waiting(mut self, waiting: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.waiting = Arc::new(waiting);
        self
    }

    /// The name of this host, where the system's own does not tell hosts apart.
    ///
    /// Handles under one name take each other for processes of one machine: where the lock of one is free, it is
    /// gone.
    pub fn host(mut self, name: impl Into<String>) -> Self {
        self.surroundings = Some(Surroundings::real(Some(name.into())));
        self
    }

    #[cfg(test)]
    pub(super) fn surroundings(mut self, surroundings: Surroundings) -> Self {
        self.surroundings = Some(surroundings);
        self
    }

    /// Opens it for these elements; equal ones count once.
    ///
    /// # Errors
    /// Where the directory cannot be written, the journal is of a later version, or an element has no text.
    pub fn open<T>(
        self,
        sweeps: impl IntoIterator<Item = T>,
    ) -> Result<ParamSweeper<T>, SweeperError>
    where
        T: Serialize + DeserializeOwned + Clone,
    {
        ParamSweeper::with_options(self, Some(sweeps.into_iter().collect()))
    }

    /// Opens it for the elements that were saved in the directory.
    ///
    /// # Errors
    /// As [`open`](Self::open), and where none were saved.
    pub fn open_saved<T>(self) -> Result<ParamSweeper<T>, SweeperError>
    where
        T: Serialize + DeserializeOwned + Clone,
    {
        ParamSweeper::with_options(self, None)
    }
}
