//! The folder of a report. Every file is first written under a temporary name and then renamed. A file that the list
//! does not name is neither replaced nor removed.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use bencher_core::bench::report_files::{
    Entry, FOLDER, LIST, List, PAGE, PART, Place, PlaceError, candidates,
};
use bencher_core::value::Payload;

use super::ReportError;

/// How long another program may write to the folder.
const PATIENCE: Duration = Duration::from_secs(30);

/// A file to be written.
pub(super) struct Output {
    /// The path from the folder, its parts joined by `/`.
    pub(super) path: String,
    pub(super) content: Content,
}

/// The content of a file to write.
pub(super) enum Content {
    Bytes(Vec<u8>),
    Payload(Arc<Payload>),
}

impl Content {
    fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Payload(payload) => payload.content(),
        }
    }
}

/// A report's folder, locked against other programs that write to it.
pub(super) struct Folder {
    place: Place,
    _lock: Option<File>,
}

/// The outcomes of the files.
#[derive(Default)]
pub(super) struct Written {
    /// The files of the report that are in place, in the order in which they were given.
    pub(super) paths: Vec<PathBuf>,
    pub(super) warnings: Vec<String>,
}

impl Folder {
    /// Opens a folder for the report of a program, and makes it where it is missing. Where the report of
    /// another program stands already, it is a folder within, named after the program.
    pub(super) fn of_program(dir: &Path, program: &str) -> Result<Self, ReportError> {
        for dir in candidates(dir, program) {
            let folder = Self::open(&dir, program)?;
            if folder.place.listed.program == program {
                return Ok(folder);
            }
        }
        Err(ReportError::Foreign {
            path: dir.to_owned(),
        })
    }

    fn open(dir: &Path, program: &str) -> Result<Self, ReportError> {
        fs::create_dir_all(dir).map_err(|source| ReportError::Folder {
            path: dir.to_owned(),
            source,
        })?;
        let lock = lock(dir)?;
        let place = Place::read(dir, program).map_err(report_error)?;
        Ok(Self { place, _lock: lock })
    }

    pub(super) fn dir(&self) -> &Path {
        &self.place.dir
    }

    /// The files of an earlier report.
    pub(super) const fn listed(&self) -> &List {
        &self.place.listed
    }

    /// The folder of a part of the program's report, which is noted in the list first.
    pub(super) fn of_part(&mut self, part: &str) -> Result<Self, ReportError> {
        let name = self.place.name_of_part(part);
        if !self.place.listed.parts.contains_key(part) {
            let parts = &mut self.place.listed.parts;
            parts.insert(part.to_owned(), name.clone());
            self.write_list(&self.place.listed)?;
        }
        let dir = self.place.dir.join(name);
        if dir.is_symlink() {
            return Err(ReportError::Foreign { path: dir });
        }
        Self::open(&dir, &self.place.listed.program)
    }

    /// Writes a report in the place of the last one. Files of the last one that `replaced` covers and this
    /// report does not have are removed, as long as they hold what was written.
    pub(super) fn write(
        &mut self,
        list: List,
        outputs: &[Output],
        replaced: impl Fn(&str) -> bool,
    ) -> Result<Written, ReportError> {
        let page = self.place.dir.join(PAGE);
        if outputs.iter().any(|output| output.path == PAGE) && self.place.is_foreign(PAGE) {
            return Err(ReportError::Foreign { path: page });
        }
        let mut written = Written::default();
        let mut next = List {
            parts: self.place.listed.parts.clone(),
            ..list
        };
        let mut chosen = Vec::new();
        for output in outputs {
            let Some(bytes) = output.content.bytes() else {
                continue;
            };
            let entry = Entry::of(bytes);
            let path = self.place.dir.join(&output.path);
            if self.place.is_foreign(&output.path) && !entry.is_at(&path) {
                written.warnings.push(format!(
                    "{} was not written, because bencher did not write the file that has this name \
                     now; move that file, or choose another folder",
                    path.display()
                ));
                continue;
            }
            next.files.insert(output.path.clone(), entry.clone());
            chosen.push((output, bytes, path, entry));
        }
        // Named before they are written: a run that is killed in between leaves nothing without a name.
        let mut ahead = next.clone();
        for (path, entry) in &self.place.listed.files {
            ahead.files.entry(path.clone()).or_insert(entry.clone());
        }
        self.write_list(&ahead)?;
        for (output, bytes, path, entry) in chosen {
            if output.path.contains('/') {
                self.make_plain_folder()?;
            }
            if !entry.is_at(&path) {
                replace(&path, bytes)?;
            }
            written.paths.push(path);
        }
        for (path, entry) in &self.place.listed.files {
            let is_over = replaced(path) && !next.files.contains_key(path);
            if !(is_over && self.is_gone(path, entry)) {
                next.files.entry(path.clone()).or_insert(entry.clone());
            }
        }
        if next != ahead {
            self.write_list(&next)?;
        }
        self.place.listed = next;
        Ok(written)
    }

    /// Removes a file of the last report, unless it was changed.
    fn is_gone(&self, path: &str, entry: &Entry) -> bool {
        let place = self.place.dir.join(path);
        let in_plain_folder = place
            .parent()
            .is_some_and(|parent| parent == self.place.dir || is_plain_folder(parent));
        if !in_plain_folder || !entry.is_at(&place) {
            return true;
        }
        fs::remove_file(&place).is_ok()
    }

    /// Makes the folder of what a page links to; a link to elsewhere is not followed.
    fn make_plain_folder(&self) -> Result<(), ReportError> {
        let dir = self.place.dir.join(FOLDER);
        match fs::create_dir(&dir) {
            Ok(()) => Ok(()),
            Err(_) if is_plain_folder(&dir) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(ReportError::Foreign { path: dir })
            }
            Err(source) => Err(ReportError::Folder { path: dir, source }),
        }
    }

    fn write_list(&self, list: &List) -> Result<(), ReportError> {
        replace(&self.place.dir.join(LIST), list.text().as_bytes())
    }
}

fn is_plain_folder(dir: &Path) -> bool {
    dir.symlink_metadata().is_ok_and(|file| file.is_dir())
}

/// Locks a folder, where the system can.
fn lock(dir: &Path) -> Result<Option<File>, ReportError> {
    let Ok(folder) = File::open(dir) else {
        return Ok(None);
    };
    let began = Instant::now();
    loop {
        match folder.try_lock() {
            Ok(()) => return Ok(Some(folder)),
            Err(TryLockError::Error(_)) => return Ok(None),
            Err(TryLockError::WouldBlock) if began.elapsed() > PATIENCE => {
                return Err(ReportError::Busy {
                    path: dir.to_owned(),
                });
            }
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(10)),
        }
    }
}

/// Puts a file in its place, whatever stood there: a link is replaced, never followed.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), ReportError> {
    let part = path.with_file_name(PART);
    let write = || -> io::Result<()> {
        // Left by a run that was killed.
        match fs::remove_file(&part) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&part)?;
        file.write_all(bytes)?;
        fs::rename(&part, path)
    };
    write().map_err(|source| {
        let _ = fs::remove_file(&part);
        ReportError::File {
            path: path.to_owned(),
            source,
        }
    })
}

/// Why a place is refused, as the error of a report.
fn report_error(error: PlaceError) -> ReportError {
    match error {
        PlaceError::Later { path } => ReportError::Later { path },
        PlaceError::Foreign { path } => ReportError::Foreign { path },
        PlaceError::Unreadable { path, source } => ReportError::File { path, source },
        other => ReportError::File {
            path: PathBuf::new(),
            source: io::Error::other(other),
        },
    }
}
