use std::collections::HashMap;
use std::fmt;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::super::SampleStore;
use super::super::compact::Logs;
use super::super::database::Database;
use super::super::error::StoreError;
use super::super::files::{create_folders, create_new, place, temporary};
use super::super::folders::{JobFolders, PendingFolder, number};
use super::super::frame::{Frame, FrameKind, open};
use super::super::frame_reader::FrameReader;
use super::super::index::Keys;
use super::super::pack::{JOINED_MS, Pack, Series};
use super::super::results::{next_number, numbered, order, read_record, results_of_sweep};
use super::super::snapshots::{is_history_file, place_history_file};
use super::{Chunk, Header, LAYOUT};
use crate::value::Digest;

/// The outcome of an import.
///
/// See [`Database::export`] for an example.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// Samples that are new in this store, or newer than its own.
    pub samples: u64,
    /// Samples that the store had already.
    pub known_samples: u64,
    /// Blobs, results and files of folders that are new in this store.
    pub files: u64,
    /// Files that the store had already.
    pub known_files: u64,
    /// Unreadable records and files, which were skipped.
    pub damaged: u64,
    /// Records of a later bencher, which were skipped.
    pub other_version: u64,
    /// Whether the file has its end record. Without it, the last data may be missing.
    pub complete: bool,
}

impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} samples and {} files were imported, {} samples and {} files were here already",
            self.samples, self.files, self.known_samples, self.known_files
        )?;
        if self.damaged > 0 {
            write!(f, "\n{} damaged records were skipped", self.damaged)?;
        }
        if self.other_version > 0 {
            let count = self.other_version;
            write!(
                f,
                "\n{count} records of another version of bencher were skipped; that version can \
                 import them"
            )?;
        }
        if !self.complete {
            f.write_str("\nthe file is incomplete: export it again where it came from")?;
        }
        Ok(())
    }
}

impl Database {
    /// Adds the contents of an export.
    ///
    /// Older data never replaces newer data. Of two samples with one identity, the one that was stored later counts (of
    /// two within a minute, the store's own). Damaged data is skipped and counted.
    ///
    /// See [`Database::export`] for an example.
    ///
    /// # Errors
    /// Where the file cannot be read, is not an export or is one of a later version, or the store cannot be written.
    pub fn import(&mut self, file: &Path) -> Result<ImportReport, StoreError> {
        let opened = File::open(file).map_err(StoreError::io("read", file))?;
        let mut records = FrameReader::new(opened).map_err(StoreError::io("read", file))?;
        let mut import = Import {
            folders: JobFolders::at(self.root()),
            root: self.root().to_owned(),
            database: self,
            imported: ImportReport::default(),
            incoming: None,
            staged: HashMap::new(),
            known: HashMap::new(),
            keys: Keys::default(),
            waiting: Vec::new(),
            latest: HashMap::new(),
        };
        let mut any = false;
        while let Some(bytes) = records.next().map_err(StoreError::io("read", file))? {
            let Some(record) = open(&bytes) else { continue };
            let payload = record.payload;
            match record.kind {
                kind if kind == FrameKind::Export as u8 => {
                    check_header(file, payload)?;
                    any = true;
                }
                kind if kind == FrameKind::Chunk as u8 => import.chunk(payload)?,
                kind if kind == FrameKind::Pack as u8 => import.pack(&record)?,
                kind if kind == FrameKind::End as u8 => import.imported.complete = true,
                _ => {}
            }
        }
        import.finish()?;
        let mut imported = import.imported;
        imported.damaged += records.damaged;
        imported.other_version = records.other_version;
        if !any && imported.samples + imported.files + imported.known_samples == 0 {
            return Err(StoreError::Format {
                path: file.to_owned(),
                problem: "is not an export of a store".to_owned(),
            });
        }
        self.sync()?;
        self.compact_many(Logs::Leave)?;
        Ok(imported)
    }
}

fn check_header(file: &Path, payload: &[u8]) -> Result<(), StoreError> {
    let layout = postcard::from_bytes::<Header>(payload).map_or(0, |header| header.layout);
    if layout > LAYOUT {
        return Err(StoreError::Format {
            path: file.to_owned(),
            problem: format!(
                "has layout {layout}, written by a later version of bencher; update bencher"
            ),
        });
    }
    Ok(())
}

/// How many packs go into the store at once.
const GROUP: usize = 64;

struct Import<'a> {
    database: &'a mut Database,
    root: PathBuf,
    folders: JobFolders,
    imported: ImportReport,
    incoming: Option<Incoming>,
    /// Folders that have come, by series and key.
    staged: HashMap<(u128, u128), PendingFolder>,
    /// When the samples that are here were stored.
    known: HashMap<Series, HashMap<Digest, i64>>,
    keys: Keys,
    waiting: Vec<Pack>,
    /// The name of the latest result that each sweep had before the import.
    latest: HashMap<PathBuf, String>,
}

/// An incomplete plain file.
struct Incoming {
    path: String,
    len: u64,
    written: u64,
    temporary: PathBuf,
    file: File,
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // Renamed, or of no use.
        let _ = fs::remove_file(&self.temporary);
    }
}

impl Import<'_> {
    fn chunk(&mut self, payload: &[u8]) -> Result<(), StoreError> {
        let Ok((chunk, bytes)) = postcard::take_from_bytes::<Chunk>(payload) else {
            self.imported.damaged += 1;
            return Ok(());
        };
        if chunk.offset == 0 {
            self.lose_incoming();
            if Destination::of(&chunk.path).is_none() {
                self.imported.damaged += 1;
                return Ok(());
            }
            let incoming = self.root.join("import");
            let temporary = temporary(&incoming);
            let file = create_new(&temporary).map_err(StoreError::io("create", &temporary))?;
            self.incoming = Some(Incoming {
                path: chunk.path.clone(),
                len: chunk.len,
                written: 0,
                temporary,
                file,
            });
        }
        let fits = |incoming: &Incoming| {
            incoming.path == chunk.path
                && incoming.written == chunk.offset
                && chunk
                    .offset
                    .checked_add(bytes.len() as u64)
                    .is_some_and(|end| end <= chunk.len)
        };
        let Some(incoming) = self.incoming.as_mut().filter(|incoming| fits(incoming)) else {
            self.lose_incoming();
            return Ok(());
        };
        let written = incoming.file.write_all(bytes);
        written.map_err(StoreError::io("write", &incoming.temporary))?;
        incoming.written += bytes.len() as u64;
        if incoming.written == incoming.len
            && let Some(incoming) = self.incoming.take()
        {
            self.file(&incoming)?;
        }
        Ok(())
    }

    /// Counts a file whose rest did not come.
    fn lose_incoming(&mut self) {
        if let Some(lost) = self.incoming.take() {
            self.imported.damaged += 1;
            if let Some(Destination::Folder { series, key, .. }) = Destination::of(&lost.path) {
                // Half a folder is none.
                self.staged.remove(&(series, key));
            }
        }
    }

    /// Puts a file that is whole where it belongs.
    fn file(&mut self, incoming: &Incoming) -> Result<(), StoreError> {
        let synced = incoming.file.sync_all();
        synced.map_err(StoreError::io("write", &incoming.temporary))?;
        match Destination::of(&incoming.path) {
            Some(Destination::Blob(digest)) => {
                let blobs = self.database.blobs();
                let here = blobs.get(digest).is_ok();
                let come = !here && blobs.put_file(&incoming.temporary)? == digest;
                self.count(here, come);
            }
            Some(Destination::Result(path)) => {
                let here = self.result(&path, &incoming.temporary)?;
                self.count(here == Some(true), here == Some(false));
            }
            Some(Destination::History(path)) => {
                let here = place_history_file(&self.root, &path, &incoming.temporary)?;
                self.count(here == Some(true), here == Some(false));
            }
            Some(Destination::Folder {
                series,
                key,
                inside,
            }) => {
                let folder = match self.staged.entry((series, key)) {
                    std::collections::hash_map::Entry::Occupied(folder) => folder.into_mut(),
                    std::collections::hash_map::Entry::Vacant(place) => {
                        place.insert(self.folders.create_at(series, Digest(key))?)
                    }
                };
                let path = folder.path().join(inside);
                let dir = path.parent().unwrap_or(&path);
                fs::create_dir_all(dir).map_err(StoreError::io("create", dir))?;
                let moved = fs::rename(&incoming.temporary, &path);
                moved.map_err(StoreError::io("write", path))?;
                self.imported.files += 1;
            }
            None => self.imported.damaged += 1,
        }
        Ok(())
    }

    /// Puts a result in its place; whether it was here already, and none where it cannot be read.
    ///
    /// Its number says nothing here. Those that began after the ones that were here before the import are
    /// newer, in the order in which they come.
    fn result(&mut self, path: &Path, temporary: &Path) -> Result<Option<bool>, StoreError> {
        let path = self.root.join(path);
        let dir = path.parent().unwrap_or(&self.root).to_owned();
        let (_, name) = order(&path);
        let before = results_of_sweep(&dir)?;
        if before.iter().any(|here| order(here).1 == name) {
            return Ok(Some(true));
        }
        if read_record(temporary).is_err() {
            return Ok(None);
        }
        let latest = self.latest.entry(dir.clone()).or_insert_with(|| {
            let names = before.iter().map(|path| order(path).1);
            names.max().unwrap_or_default()
        });
        let path = if name > *latest {
            dir.join(numbered(next_number(&dir)?, &name))
        } else {
            dir.join(name)
        };
        create_folders(&self.root, &dir)?;
        place(temporary, &path).map_err(StoreError::io("write", path))?;
        Ok(Some(false))
    }

    fn count(&mut self, here: bool, come: bool) {
        self.imported.known_files += u64::from(here);
        self.imported.files += u64::from(come);
        self.imported.damaged += u64::from(!here && !come);
    }

    fn pack(&mut self, record: &Frame<'_>) -> Result<(), StoreError> {
        let pack = record.decode::<Pack>(FrameKind::Pack);
        let Some(pack) = pack.ok().filter(Pack::is_consistent) else {
            self.imported.damaged += 1;
            return Ok(());
        };
        if !self.known.contains_key(&pack.series) {
            let (mut times, mut keys) = (HashMap::new(), Keys::default());
            self.database.load(&pack.series, &mut |here| {
                for key in keys.of(&here) {
                    times.insert(key, here.written_ms);
                }
            })?;
            self.known.insert(pack.series.clone(), times);
        }
        let identities = self.keys.of(&pack);
        // What came by this import has its order from there: the later replaces the earlier.
        let here = self.known.get(&pack.series);
        let mut newer = identities.iter().map(|key| {
            let here = here.and_then(|times| times.get(key));
            here.is_none_or(|here| {
                // A pack's time is that of its first sample.
                *here < pack.written_ms && here.abs_diff(pack.written_ms) > JOINED_MS
            })
        });
        let coming = pack.filtered(|_| newer.next().unwrap_or(false));
        self.imported.known_samples += (pack.len() - coming.len()) as u64;
        self.imported.samples += coming.len() as u64;
        if coming.is_empty() {
            return Ok(());
        }
        if !self.staged.is_empty() {
            let series = u128::from_be_bytes(coming.series.prefix());
            for key in self.keys.of(&coming) {
                if let Some(folder) = self.staged.remove(&(series, key.0)) {
                    folder.keep()?;
                }
            }
        }
        self.waiting.push(coming);
        if self.waiting.len() >= GROUP {
            self.append()
        } else {
            Ok(())
        }
    }

    fn append(&mut self) -> Result<(), StoreError> {
        self.database.append(&std::mem::take(&mut self.waiting))
    }

    fn finish(&mut self) -> Result<(), StoreError> {
        self.lose_incoming();
        self.append()?;
        // Folders of samples that did not come may be those of results.
        for ((series, key), folder) in std::mem::take(&mut self.staged) {
            if !self.folders.has(series, Digest(key)) {
                folder.keep()?;
            }
        }
        Ok(())
    }
}

/// Where a file of an export belongs.
enum Destination {
    Blob(Digest),
    Result(PathBuf),
    History(PathBuf),
    Folder {
        series: u128,
        key: u128,
        inside: PathBuf,
    },
}

impl Destination {
    /// `None` for a path that no export has, such as one that leads out of the store.
    fn of(path: &str) -> Option<Self> {
        let plain =
            |part: &&str| !matches!(*part, "" | "." | "..") && !part.contains(['\\', ':', '\0']);
        let parts: Vec<&str> = path.split('/').collect();
        if !parts.iter().all(plain) {
            return None;
        }
        match &*parts {
            ["blobs", folder, name] => {
                number(&format!("{folder}{name}")).map(|digest| Self::Blob(Digest(digest)))
            }
            ["results", _, _, name] if name.ends_with(".result") => {
                Some(Self::Result(parts.iter().collect()))
            }
            ["history", _, _, name] if is_history_file(Path::new(name)) => {
                Some(Self::History(parts.iter().collect()))
            }
            ["files", series, key, inside @ ..] if !inside.is_empty() => Some(Self::Folder {
                series: number(series)?,
                key: number(key)?,
                inside: inside.iter().collect(),
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_of_the_store() {
        let hex = "0123456789abcdef0123456789abcdef";
        let blob = format!("blobs/01/{}", &hex[2..]);
        assert!(matches!(Destination::of(&blob), Some(Destination::Blob(_))));
        assert!(Destination::of("results/a/b/c.result").is_some());
        assert!(Destination::of("history/a/b/c.snapshot").is_some());
        assert!(Destination::of(&format!("files/{hex}/{hex}/deep/er")).is_some());
        for bad in [
            "",
            "/etc/passwd",
            "results/../../c.result",
            "results/a/b/../c.result",
            "results//b/c.result",
            "results/a/b/c.txt",
            "history/a/c.snapshot",
            "history/a/../c.note",
            "results/C:/b/c.result",
            "results/a\\..\\x/b/c.result",
            "samples/0.jnl",
            "store.lock",
            &format!("files/{hex}/{hex}"),
            &format!("files/{hex}/{hex}/../../../../x"),
            &format!("files/short/{hex}/x"),
            "blobs/01/23",
        ] {
            assert!(Destination::of(bad).is_none(), "{bad}");
        }
    }
}
