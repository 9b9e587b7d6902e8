use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use xxhash_rust::xxh3::Xxh3;

use super::error::StoreError;
use super::files::{
    check_folders, create_folders, create_new, entries, modified, open_plain, place, read_plain,
    temporary, write_atomically,
};
use super::folders::number;
use crate::dataset::Dataset;
use crate::value::{Digest, Payload, Value};

/// Contents above this many bytes leave the records that hold them.
pub(super) const INLINE: u64 = 4096;

/// Large contents, each stored once under its digest: files, images, tables, results of functions.
///
/// Below a store's root, they are plain files, `blobs/AB/CDEF…`. A blob is written under a temporary name, synced to
/// the disk and renamed before anything refers to it. Reading checks the digest. Clones share their content.
///
/// ```
/// use bencher_core::store::{BlobStore, StoreError};
/// use bencher_core::value::Digest;
/// let root = tempfile::tempdir()?;
/// let blobs = BlobStore::at(root.path());
/// let digest = blobs.put(b"pixels")?;
/// assert_eq!(digest, Digest::of(b"pixels"));
/// assert_eq!((blobs.get(digest)?, blobs.contains(digest)), (b"pixels".to_vec(), true));
/// assert_eq!(blobs.list()?[0].len, 6);
/// let missing = blobs.get(Digest(1)).unwrap_err();
/// assert!(matches!(missing, StoreError::Blob { .. }), "{missing}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct BlobStore {
    place: BlobBackend,
}

#[derive(Clone, Debug)]
enum BlobBackend {
    Folder(PathBuf),
    Memory(Arc<Mutex<BTreeMap<Digest, Vec<u8>>>>),
}

/// The metadata of a blob.
///
/// See [`BlobStore`] for an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlobInfo {
    /// Its digest.
    pub digest: Digest,
    /// Its length in bytes.
    pub len: u64,
    /// When it was last stored; `None` in memory.
    pub written: Option<SystemTime>,
}

impl BlobStore {
    /// The blobs below a store's root.
    pub fn at(root: &Path) -> Self {
        Self {
            place: BlobBackend::Folder(root.join("blobs")),
        }
    }

    /// Blobs in memory.
    ///
    /// ```
    /// let blobs = bencher_core::store::BlobStore::in_memory();
    /// let digest = blobs.clone().put(b"pixels")?;
    /// assert_eq!(blobs.get(digest)?, b"pixels");
    /// # Ok::<(), bencher_core::store::StoreError>(())
    /// ```
    pub fn in_memory() -> Self {
        Self {
            place: BlobBackend::Memory(Arc::default()),
        }
    }

    /// Stores a content, which is on the disk when this returns.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn put(&self, content: &[u8]) -> Result<Digest, StoreError> {
        let digest = Digest::of(content);
        match &self.place {
            BlobBackend::Memory(_) => {
                self.with_memory(|blobs| blobs.insert(digest, content.to_vec()));
            }
            BlobBackend::Folder(dir) => {
                let path = path_of(dir, digest);
                if !self.renew(digest, &path) {
                    create_parent(dir, &path)?;
                    write_atomically(&path, content)?;
                }
            }
        }
        Ok(digest)
    }

    /// Stores the content of a file, without holding it in memory.
    ///
    /// ```
    /// use bencher_core::store::BlobStore;
    /// let root = tempfile::tempdir()?;
    /// let file = root.path().join("video.mp4");
    /// std::fs::write(&file, b"frames")?;
    /// let blobs = BlobStore::at(root.path());
    /// let digest = blobs.put_file(&file)?;
    /// assert_eq!(blobs.get(digest)?, b"frames");
    /// assert_eq!(blobs.put(b"frames")?, digest);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where the file cannot be read, or the blob cannot be written.
    pub fn put_file(&self, file: &Path) -> Result<Digest, StoreError> {
        let BlobBackend::Folder(dir) = &self.place else {
            return self.put(&fs::read(file).map_err(StoreError::io("read", file))?);
        };
        let mut from = File::open(file).map_err(StoreError::io("read", file))?;
        create_folders(root_of(dir), dir)?;
        let unnamed = temporary(&dir.join("blob"));
        let written = copy(&mut from, &unnamed).and_then(|digest| {
            let path = path_of(dir, digest);
            if !self.renew(digest, &path) {
                create_parent(dir, &path)?;
                place(&unnamed, &path).map_err(StoreError::io("write", &path))?;
            }
            Ok(digest)
        });
        // Renamed, or of no use.
        let _ = fs::remove_file(&unnamed);
        written
    }

    /// Whether a sound blob is there already; it counts as just written then.
    fn renew(&self, digest: Digest, path: &Path) -> bool {
        self.get(digest).is_ok()
            && open_plain(path, File::options().append(true))
                .and_then(|file| file.set_modified(SystemTime::now()))
                .is_ok()
    }

    /// Reads the content with a digest.
    ///
    /// # Errors
    /// [`StoreError::Blob`], with the path, where it is missing or damaged. Samples and results that refer to it count
    /// as not stored.
    pub fn get(&self, digest: Digest) -> Result<Vec<u8>, StoreError> {
        let failed = |path: &Path, problem: &str| StoreError::Blob {
            path: path.to_owned(),
            problem: problem.to_owned(),
        };
        match &self.place {
            BlobBackend::Memory(_) => self
                .with_memory(|blobs| blobs.get(&digest).cloned())
                .ok_or_else(|| failed(&path_of(Path::new("memory"), digest), "is missing")),
            BlobBackend::Folder(dir) => {
                let path = path_of(dir, digest);
                check_parent(dir, &path)?;
                let content = read_plain(&path).map_err(|error| match error.kind() {
                    ErrorKind::NotFound => failed(&path, "is missing"),
                    _ => StoreError::io("read", &path)(error),
                })?;
                if Digest::of(&content) == digest {
                    Ok(content)
                } else {
                    Err(failed(
                        &path,
                        "is damaged: its content does not match its digest",
                    ))
                }
            }
        }
    }

    /// Whether a blob with the digest exists; its content is not read.
    pub fn contains(&self, digest: Digest) -> bool {
        match &self.place {
            BlobBackend::Memory(_) => self.with_memory(|blobs| blobs.contains_key(&digest)),
            BlobBackend::Folder(dir) => {
                let path = path_of(dir, digest);
                check_parent(dir, &path).is_ok() && path.is_file()
            }
        }
    }

    /// Lists every blob, ordered by digest; other files are ignored.
    ///
    /// # Errors
    /// Where a directory cannot be read.
    pub fn list(&self) -> Result<Vec<BlobInfo>, StoreError> {
        let BlobBackend::Folder(dir) = &self.place else {
            let info = |(digest, content): (&Digest, &Vec<u8>)| BlobInfo {
                digest: *digest,
                len: content.len() as u64,
                written: None,
            };
            return Ok(self.with_memory(|blobs| blobs.iter().map(info).collect()));
        };
        let mut blobs = Vec::new();
        for folder in entries(dir)? {
            for path in entries(&folder)? {
                let (Some(digest), Ok(meta)) = (digest_of(&path), fs::symlink_metadata(&path))
                else {
                    continue;
                };
                blobs.push(BlobInfo {
                    digest,
                    len: meta.len(),
                    written: modified(&path),
                });
            }
        }
        Ok(blobs)
    }

    /// Removes a blob.
    #[cfg(any(test, feature = "store"))]
    pub(super) fn remove(&self, digest: Digest) -> Result<(), StoreError> {
        match &self.place {
            BlobBackend::Memory(_) => {
                self.with_memory(|blobs| blobs.remove(&digest));
                Ok(())
            }
            BlobBackend::Folder(dir) => {
                let path = path_of(dir, digest);
                check_parent(dir, &path)?;
                super::files::remove(&path)
            }
        }
    }

    /// The leftovers of writers that died.
    #[cfg(test)]
    pub(super) fn leftovers(&self) -> Result<Vec<PathBuf>, StoreError> {
        let BlobBackend::Folder(dir) = &self.place else {
            return Ok(Vec::new());
        };
        let mut paths = entries(dir)?;
        for folder in entries(dir)? {
            paths.extend(entries(&folder)?);
        }
        paths.retain(|path| super::files::is_temporary(path));
        Ok(paths)
    }

    /// Moves a large content out of a value, leaving the reference.
    pub(crate) fn move_out(&self, value: &mut Value) -> Result<(), StoreError> {
        match value {
            Value::Payload(payload) => self.move_payload_out(payload),
            _ => Ok(()),
        }
    }

    pub(super) fn move_payload_out(&self, payload: &mut Arc<Payload>) -> Result<(), StoreError> {
        if let Some(content) = payload.content()
            && payload.len() > INLINE
        {
            self.put(content)?;
            *payload = Arc::new(Payload::clone(payload).without_content());
        }
        Ok(())
    }

    /// Brings the content of a reference back.
    pub(super) fn fill_payload(&self, payload: &mut Arc<Payload>) -> Result<(), StoreError> {
        if payload.content().is_none() {
            let content = self.get(payload.digest())?;
            *payload = Arc::new(Payload::new(payload.name(), payload.media_type(), content));
        }
        Ok(())
    }

    /// Loads the contents of all payloads of a dataset, and returns an error for each lost one.
    ///
    /// ```
    /// use bencher_core::dataset::{Dataset, VariableInfo};
    /// use bencher_core::store::BlobStore;
    /// use bencher_core::value::Kind;
    /// let mut shots = Dataset::new("Shots", vec![], vec![VariableInfo::new("shot", Kind::Image)])?;
    /// assert!(BlobStore::in_memory().fill(&mut shots).is_empty(), "nothing to bring");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn fill(&self, dataset: &mut Dataset) -> Vec<StoreError> {
        let mut lost = Vec::new();
        for payload in dataset.payloads_mut() {
            lost.extend(self.fill_payload(payload).err());
        }
        lost
    }

    fn with_memory<T: Default>(&self, work: impl FnOnce(&mut BTreeMap<Digest, Vec<u8>>) -> T) -> T {
        match &self.place {
            BlobBackend::Memory(blobs) => {
                work(&mut blobs.lock().unwrap_or_else(PoisonError::into_inner))
            }
            BlobBackend::Folder(_) => T::default(),
        }
    }
}

/// The digests of the contents that a value refers to without holding them.
pub(super) fn for_each_reference(value: &Value, visit: &mut impl FnMut(Digest)) {
    match value {
        Value::Payload(payload) if payload.content().is_none() => visit(payload.digest()),
        Value::Item(item) => {
            for (_, part) in item.parts() {
                for_each_reference(part, visit);
            }
        }
        _ => {}
    }
}

fn path_of(dir: &Path, digest: Digest) -> PathBuf {
    let text = digest.to_string();
    let (folder, name) = text.split_at(2);
    dir.join(folder).join(name)
}

fn digest_of(path: &Path) -> Option<Digest> {
    let folder = path.parent()?.file_name()?.to_str()?;
    let name = path.file_name()?.to_str()?;
    let text = format!("{folder}{name}");
    number(&text).filter(|_| folder.len() == 2).map(Digest)
}

/// The root of the store that has a folder of blobs.
fn root_of(dir: &Path) -> &Path {
    dir.parent().unwrap_or(dir)
}

fn create_parent(dir: &Path, path: &Path) -> Result<(), StoreError> {
    create_folders(root_of(dir), path.parent().unwrap_or(dir))
}

/// Rejects a link in the place of a folder that leads to a blob.
fn check_parent(dir: &Path, path: &Path) -> Result<(), StoreError> {
    check_folders(root_of(dir), path.parent().unwrap_or(dir))
}

/// Copies into a new file on the disk, and computes the digest meanwhile.
fn copy(from: &mut File, to: &Path) -> Result<Digest, StoreError> {
    let mut copied = || -> std::io::Result<Digest> {
        let (mut file, mut hash) = (create_new(to)?, Xxh3::new());
        let mut buffer = vec![0; 1 << 16];
        loop {
            let count = from.read(&mut buffer)?;
            let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else {
                break;
            };
            hash.update(bytes);
            file.write_all(bytes)?;
        }
        file.sync_all()?;
        Ok(Digest(hash.digest128()))
    };
    copied().map_err(StoreError::io("write", to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_blob_is_named_and_mended_by_the_next_put() {
        let root = tempfile::tempdir().unwrap();
        let blobs = BlobStore::at(root.path());
        let digest = blobs.put(&[7; 5000]).unwrap();
        let path = path_of(&root.path().join("blobs"), digest);
        let mut bytes = fs::read(&path).unwrap();
        bytes[4321] ^= 1;
        fs::write(&path, bytes).unwrap();
        let text = blobs.get(digest).unwrap_err().to_string();
        assert!(
            text.contains(&path.display().to_string()) && text.contains("damaged"),
            "{text}"
        );
        assert_eq!(blobs.put(&[7; 5000]).unwrap(), digest);
        assert_eq!(blobs.get(digest).unwrap(), [7; 5000]);
        assert_eq!(blobs.leftovers().unwrap(), [] as [PathBuf; 0]);
    }

    #[test]
    fn strange_files_are_no_blobs() {
        let root = tempfile::tempdir().unwrap();
        let blobs = BlobStore::at(root.path());
        let digest = blobs.put(b"one").unwrap();
        let dir = root.path().join("blobs");
        fs::create_dir_all(dir.join("zz")).unwrap();
        for name in ["stray", "zz/stray", "zz/+f", "zz/blob.tmp-1-2"] {
            fs::write(dir.join(name), b"what").unwrap();
        }
        let listed: Vec<Digest> = blobs
            .list()
            .unwrap()
            .iter()
            .map(|blob| blob.digest)
            .collect();
        assert_eq!(listed, [digest]);
        assert_eq!(blobs.leftovers().unwrap(), [dir.join("zz/blob.tmp-1-2")]);
        blobs.remove(digest).unwrap();
        assert!(!blobs.contains(digest) && blobs.list().unwrap().is_empty());
    }

    #[test]
    fn both_places_behave_alike() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("file");
        fs::write(&file, vec![3; 200_000]).unwrap();
        for blobs in [BlobStore::at(root.path()), BlobStore::in_memory()] {
            let digest = blobs.put_file(&file).unwrap();
            assert_eq!(digest, blobs.put(&vec![3; 200_000]).unwrap());
            assert_eq!(blobs.list().unwrap().len(), 1);
            let mut value = Value::from(Payload::new("a", "text/plain", vec![9; 5000]));
            let before = value.clone();
            blobs.move_out(&mut value).unwrap();
            let Value::Payload(mut payload) = value else {
                panic!("a payload")
            };
            assert_eq!(payload.content(), None);
            blobs.fill_payload(&mut payload).unwrap();
            assert_eq!(payload.content(), before.as_payload().unwrap().content());
            let mut small = Value::from(Payload::new("a", "text/plain", vec![9; 50]));
            blobs.move_out(&mut small).unwrap();
            assert!(
                small.as_payload().unwrap().content().is_some(),
                "small ones stay"
            );
        }
    }
}
