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

/// Options for opening a work list.
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
    /// Options for a work list in a directory, which is made if it does not exist.
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

    /// Sets the name in messages; by default the name of the directory.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets whether the elements are saved in the directory, for [`open_saved`](Self::open_saved) (no).
    pub fn save_sweeps(mut self, save: bool) -> Self {
        self.save = save;
        self
    }

    /// Sets whether elements skipped by handles that are gone are todo again when the list is opened (yes), as in
    /// execo, which forgets skipped elements when the program ends. The reason of the skip and the number of attempts
    /// are kept.
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

    /// Sets the lease: how long a handle on another host may be silent before its elements can be claimed again (one
    /// minute). A handle sends four heartbeats in that time. On one host the lease does not matter: a process that is
    /// gone is noticed at once, and a live one keeps its elements.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// Sets how long to wait for another handle that has the lock (one minute). A handle holds the lock no longer than
    /// a filter runs.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Sets a function that receives a message about the wait, after one second. By default, the message goes to
    /// standard error.
    pub fn waiting(mut self, waiting: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.waiting = Arc::new(waiting);
        self
    }

    /// Sets the name of this host, where the system's name does not distinguish hosts.
    ///
    /// Handles with one host name regard each other as processes of one machine: if the lock of one is free, it is
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

    /// Opens the list for these elements; equal ones count once.
    ///
    /// # Errors
    /// Where the directory cannot be written, a later version wrote the journal, or an element cannot be serialised.
    pub fn open<T>(
        self,
        sweeps: impl IntoIterator<Item = T>,
    ) -> Result<ParamSweeper<T>, SweeperError>
    where
        T: Serialize + DeserializeOwned + Clone,
    {
        ParamSweeper::with_options(self, Some(sweeps.into_iter().collect()))
    }

    /// Opens the list for the elements that were saved in the directory.
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
