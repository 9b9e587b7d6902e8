use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::error::StoreError;
use super::files::{
    check_folders, create_folders, entries, files_below, modified, open_plain, place, remove,
    temporary,
};
use super::pack::Series;
use super::permissions::private_folder;
use crate::value::Digest;

/// Folders for the files of single samples: `files/SERIES/KEY` below a store's root.
///
/// A folder is temporary at first. It is renamed into place right before its sample is committed, so that no stored
/// sample lacks its folder. Collection removes folders whose sample is gone.
///
/// ```
/// use bencher_core::store::{JobFolders, KeyMaker, Series};
/// let root = tempfile::tempdir()?;
/// let series = Series { tag: String::new(), sweep_type: "demo::Sorting".to_owned(), version: 1 };
/// let key = KeyMaker::new(&series, &["len"]).key(&[4.into()], 1);
/// let folders = JobFolders::at(root.path());
/// let folder = folders.create(&series, key)?;
/// std::fs::write(folder.path().join("trace.log"), "sorted")?;
/// assert_eq!(folders.find(&series, key), None, "not before its sample is done");
/// let kept = folder.keep()?;
/// assert_eq!(folders.find(&series, key), Some(kept));
/// assert_eq!(folders.list()?.len(), 1);
/// folders.remove(&series, key)?;
/// assert!(folders.list()?.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct JobFolders {
    dir: PathBuf,
}

/// The folder of a sample that is not stored yet. Dropping it removes the folder with its files.
///
/// See [`JobFolders`] for an example.
#[derive(Debug)]
pub struct PendingFolder {
    path: PathBuf,
    last: PathBuf,
    /// Locked as long as the folder is in the making.
    _lock: Option<File>,
}

/// The metadata of a sample's folder.
///
/// See [`JobFolders`] for an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderInfo {
    /// Its path.
    pub path: PathBuf,
    /// The prefix of the keys of its series: [`Series::prefix`].
    pub series: [u8; 16],
    /// The identity of its sample.
    pub key: Digest,
    /// When it was last written.
    pub written: Option<SystemTime>,
}

impl JobFolders {
    /// The folders below a store's root.
    pub fn at(root: &Path) -> Self {
        Self {
            dir: root.join("files"),
        }
    }

    /// Makes an empty folder for the current sample.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn create(&self, series: &Series, key: Digest) -> Result<PendingFolder, StoreError> {
        self.create_at(u128::from_be_bytes(series.prefix()), key)
    }

    /// Makes an empty folder for a sample of a series that is known by the prefix of its keys.
    pub(super) fn create_at(&self, series: u128, key: Digest) -> Result<PendingFolder, StoreError> {
        let last = self.path(series, key);
        let path = temporary(&last);
        create_folders(self.root(), &path)?;
        // Where folders cannot be locked, the number of the process alone tells who writes to it.
        let lock = File::open(&path).ok();
        let lock = lock.filter(|folder| folder.try_lock().is_ok());
        Ok(PendingFolder {
            path,
            last,
            _lock: lock,
        })
    }

    /// The folder of a stored sample; `None` where it has none.
    pub fn find(&self, series: &Series, key: Digest) -> Option<PathBuf> {
        let path = self.path(u128::from_be_bytes(series.prefix()), key);
        Some(path).filter(|path| self.is_there(path))
    }

    /// Whether there is a folder of a sample.
    #[cfg(feature = "store")]
    pub(super) fn has(&self, series: u128, key: Digest) -> bool {
        self.is_there(&self.path(series, key))
    }

    fn root(&self) -> &Path {
        self.dir.parent().unwrap_or(&self.dir)
    }

    /// Whether a path leads to a folder, and through no link.
    fn is_there(&self, path: &Path) -> bool {
        path.is_dir() && check_folders(self.root(), path).is_ok()
    }

    /// The folders of all samples, ordered by series and key.
    ///
    /// # Errors
    /// Where they cannot be listed.
    pub fn list(&self) -> Result<Vec<FolderInfo>, StoreError> {
        let mut folders = Vec::new();
        for series in entries(&self.dir)? {
            let Some(prefix) = number_of(&series) else {
                continue;
            };
            for path in entries(&series)? {
                if let Some(key) = number_of(&path) {
                    folders.push(FolderInfo {
                        written: modified(&path),
                        path,
                        series: prefix.to_be_bytes(),
                        key: Digest(key),
                    });
                }
            }
        }
        Ok(folders)
    }

    /// Removes the folder of a sample, if it has one.
    ///
    /// # Errors
    /// Where it cannot be removed.
    pub fn remove(&self, series: &Series, key: Digest) -> Result<(), StoreError> {
        let path = self.path(u128::from_be_bytes(series.prefix()), key);
        check_folders(self.root(), &path)?;
        remove(&path)
    }

    /// The leftovers of jobs that died.
    #[cfg(test)]
    pub(super) fn leftovers(&self) -> Result<Vec<PathBuf>, StoreError> {
        let mut paths = Vec::new();
        for series in entries(&self.dir)? {
            paths.extend(entries(&series)?);
        }
        paths.retain(|path| super::files::is_temporary(path));
        Ok(paths)
    }

    fn path(&self, series: u128, key: Digest) -> PathBuf {
        self.dir
            .join(format!("{series:032x}"))
            .join(key.to_string())
    }
}

impl PendingFolder {
    /// A folder for a sample that is kept nowhere: it lies among the system's temporary files, for this user
    /// alone, and is gone with the sample.
    pub(crate) fn temporary() -> Result<Self, StoreError> {
        let path = private_folder(&std::env::temp_dir())?;
        Ok(Self {
            last: path.clone(),
            path,
            _lock: None,
        })
    }

    /// The path of the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Moves the folder to its final place, and returns its path. It replaces the folder of an earlier sample with the
    /// same identity. Call it before the sample is committed.
    ///
    /// # Errors
    /// Where its files cannot be synced to the disk, or the folder cannot be renamed.
    pub fn keep(self) -> Result<PathBuf, StoreError> {
        for file in files_below(&self.path)? {
            let synced = open_plain(&file, File::options().read(true));
            let synced = synced.and_then(|file| file.sync_all());
            synced.map_err(StoreError::io("write", file))?;
        }
        let previous = temporary(&self.last);
        let replaces = fs::rename(&self.last, &previous).is_ok();
        let placed = place(&self.path, &self.last).map_err(StoreError::io("write", &self.last));
        if replaces {
            remove(&previous)?;
        }
        placed.map(|()| self.last.clone())
    }
}

impl Drop for PendingFolder {
    fn drop(&mut self) {
        // Once kept there is nothing there; otherwise collection takes what cannot be removed now.
        let _ = remove(&self.path);
    }
}

/// The number that 32 hexadecimal digits stand for.
pub(super) fn number(text: &str) -> Option<u128> {
    let number = u128::from_str_radix(text, 16).ok()?;
    (format!("{number:032x}") == text).then_some(number)
}

/// The number that a file's name stands for.
fn number_of(path: &Path) -> Option<u128> {
    number(path.file_name()?.to_str()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series() -> Series {
        Series {
            tag: String::new(),
            sweep_type: "t".to_owned(),
            version: 1,
        }
    }

    #[test]
    fn a_sample_that_fails_leaves_no_folder() {
        let root = tempfile::tempdir().unwrap();
        let folders = JobFolders::at(root.path());
        let folder = folders.create(&series(), Digest(1)).unwrap();
        fs::write(folder.path().join("half"), "half").unwrap();
        assert_eq!(folders.leftovers().unwrap(), [folder.path()]);
        assert!(folders.list().unwrap().is_empty());
        drop(folder);
        assert!(folders.leftovers().unwrap().is_empty());
    }

    #[test]
    fn a_later_sample_replaces_the_folder() {
        let root = tempfile::tempdir().unwrap();
        let folders = JobFolders::at(root.path());
        for content in ["first", "second"] {
            let folder = folders.create(&series(), Digest(1)).unwrap();
            fs::create_dir(folder.path().join("sub")).unwrap();
            fs::write(folder.path().join("sub/file"), content).unwrap();
            let kept = folder.keep().unwrap();
            assert_eq!(fs::read_to_string(kept.join("sub/file")).unwrap(), content);
        }
        let listed = folders.list().unwrap();
        assert_eq!((listed.len(), listed[0].key), (1, Digest(1)));
        assert_eq!(listed[0].series, series().prefix());
        assert!(folders.leftovers().unwrap().is_empty());
    }
}
