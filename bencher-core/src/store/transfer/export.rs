use std::fmt;
use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::super::database::Database;
use super::super::error::StoreError;
use super::super::files::{create_new, files_below, is_temporary, open_plain, place, temporary};
use super::super::frame::{FrameKind, HEADER, encode, seal};
use super::super::snapshots::HISTORY;
use super::{CHUNK, Chunk, Header, LAYOUT};

/// The contents of an export.
///
/// See [`Database::export`] for an example.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ExportReport {
    /// Samples, including replaced ones.
    pub samples: u64,
    /// Plain files: blobs, results, histories, files of folders.
    pub files: u64,
    /// The length of the export.
    pub bytes: u64,
    /// Unreadable data that is missing in the export, one text each.
    pub passed_over: Vec<String>,
}

impl fmt::Display for ExportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            samples,
            files,
            bytes,
            passed_over,
        } = self;
        write!(
            f,
            "{samples} samples and {files} files were exported in {bytes} bytes"
        )?;
        passed_over
            .iter()
            .try_for_each(|what| write!(f, "\nskipped: {what}"))
    }
}

impl Database {
    /// Writes the whole store to one file.
    ///
    /// ```
    /// use std::time::Duration;
    /// use bencher_core::store::{Database, Pack, SampleStore, Series};
    /// use bencher_core::value::Digest;
    /// let (here, there) = (tempfile::tempdir()?, tempfile::tempdir()?);
    /// let (mut database, _) = Database::open(here.path(), Duration::ZERO, |_| ())?;
    /// let series = Series { tag: String::new(), sweep_type: "demo::Sorting".to_owned(), version: 1 };
    /// let mut pack = Pack::new(series, Digest(7), vec![], vec![]);
    /// pack.push(vec![], 1, vec![]);
    /// database.append(&[pack])?;
    /// let blob = database.blobs().put(b"pixels")?;
    /// let file = here.path().join("store.bencher");
    /// let exported = database.export(&file)?;
    /// assert_eq!((exported.samples, exported.files), (1, 1));
    ///
    /// let (mut other, _) = Database::open(there.path(), Duration::ZERO, |_| ())?;
    /// let imported = other.import(&file)?;
    /// assert_eq!((imported.samples, imported.files, imported.damaged), (1, 1, 0));
    /// assert_eq!(other.blobs().get(blob)?, b"pixels");
    /// assert_eq!(other.import(&file)?.samples, 0, "they are known now");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where the file cannot be written; no partial file remains.
    pub fn export(&self, file: &Path) -> Result<ExportReport, StoreError> {
        refuse_others(file)?;
        let unfinished = temporary(file);
        let written = self.export_to(&unfinished).and_then(|exported| {
            place(&unfinished, file).map_err(StoreError::io("write", file))?;
            Ok(exported)
        });
        if written.is_err() {
            // A leftover would only take space, and the disk may be full already.
            let _ = fs::remove_file(&unfinished);
        }
        written
    }

    fn export_to(&self, path: &Path) -> Result<ExportReport, StoreError> {
        let created = create_new(path).map_err(StoreError::io("create", path))?;
        let mut out = Writer {
            file: BufWriter::new(created),
            path: path.to_owned(),
            exported: ExportReport::default(),
        };
        let written_ms = jiff::Timestamp::now().as_millisecond();
        let header = Header {
            layout: LAYOUT,
            written_ms,
        };
        out.write(&encode(FrameKind::Export, &header)?)?;
        // The data that samples and results refer to comes before them, because an import writes it first.
        for part in ["blobs", "files"] {
            self.export_files(part, &mut out)?;
        }
        let mut failure = None;
        self.for_each(&[], &mut |record, pack| match pack {
            _ if failure.is_some() => {}
            Ok(pack) => {
                out.exported.samples += pack.len() as u64;
                failure = out.write(record.value).err();
            }
            Err(_) => {
                let what = "a damaged record of samples".to_owned();
                out.exported.passed_over.push(what);
            }
        })?;
        if let Some(error) = failure {
            return Err(error);
        }
        for part in ["results", HISTORY] {
            self.export_files(part, &mut out)?;
        }
        out.write(&encode(FrameKind::End, &out.exported.files)?)?;
        out.finish()
    }

    fn export_files(&self, part: &str, out: &mut Writer) -> Result<(), StoreError> {
        for path in files_below(&self.root().join(part))? {
            let inside = path.strip_prefix(self.root()).unwrap_or(&path);
            // Files in the folders of samples belong to them, whatever their names are.
            if inside
                .ancestors()
                .any(|part| part.components().count() <= 3 && is_temporary(part))
            {
                continue;
            }
            let name = Some(inside).and_then(|path| {
                let parts: Option<Vec<&str>> = path
                    .components()
                    .map(|part| part.as_os_str().to_str())
                    .collect();
                Some(parts?.join("/"))
            });
            let failed = match &name {
                Some(name) => out.write_file(&path, name)?,
                None => Some("its name is not Unicode".to_owned()),
            };
            if let Some(why) = failed {
                out.exported
                    .passed_over
                    .push(format!("{}: {why}", path.display()));
            }
        }
        Ok(())
    }
}

struct Writer {
    file: BufWriter<File>,
    path: PathBuf,
    exported: ExportReport,
}

impl Writer {
    fn write(&mut self, record: &[u8]) -> Result<(), StoreError> {
        self.exported.bytes += record.len() as u64;
        let written = self.file.write_all(record);
        written.map_err(StoreError::io("write", &self.path))
    }

    /// Writes a plain file in chunks; what went wrong while reading it is handed back.
    fn write_file(&mut self, path: &Path, name: &str) -> Result<Option<String>, StoreError> {
        let opened = open_plain(path, File::options().read(true));
        let opened = opened.and_then(|file| Ok((file.metadata()?.len(), file)));
        let (len, mut file) = match opened {
            Ok(opened) => opened,
            Err(error) => return Ok(Some(error.to_string())),
        };
        let mut offset = 0;
        loop {
            let chunk = Chunk {
                path: name.to_owned(),
                offset,
                len,
            };
            let encode_error = |error: postcard::Error| StoreError::Encode(error.to_string());
            let head = postcard::to_extend(&chunk, vec![0; HEADER]).map_err(encode_error)?;
            let mut record = head;
            let wanted = (len - offset).min(CHUNK as u64);
            let read = match (&mut file).take(wanted).read_to_end(&mut record) {
                Ok(read) if read as u64 == wanted => wanted,
                Ok(_) => return Ok(Some("it became shorter while it was read".to_owned())),
                Err(error) => return Ok(Some(error.to_string())),
            };
            self.write(&seal(FrameKind::Chunk, record)?)?;
            offset += read;
            if offset >= len {
                self.exported.files += 1;
                return Ok(None);
            }
        }
    }

    fn finish(mut self) -> Result<ExportReport, StoreError> {
        let flushed = self.file.flush();
        let synced = flushed.and_then(|()| self.file.get_ref().sync_all());
        synced.map_err(StoreError::io("write", &self.path))?;
        Ok(self.exported)
    }
}

/// Refuses to replace what is no plain file: a link, a pipe, a device.
fn refuse_others(path: &Path) -> Result<(), StoreError> {
    match fs::symlink_metadata(path) {
        Ok(there) if !there.is_file() => {
            let other = std::io::Error::other(
                "it is not a regular file and would be replaced; choose another name",
            );
            Err(StoreError::io("write", path)(other))
        }
        _ => Ok(()),
    }
}
