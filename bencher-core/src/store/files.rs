//! Plain files below the store's root: atomic writes, lists and sizes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use crate::sort;

use super::error::StoreError;
use super::permissions;

/// The separator between a file's name and the unique part of its temporary name.
const TEMPORARY: &str = ".tmp-";

/// Opens a plain file: no link is followed, and nothing is waited for, as a pipe would make us.
pub(super) fn open_plain(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    }
    let kind = |path: &Path| fs::symlink_metadata(path).map(|meta| meta.file_type());
    match options.open(path) {
        Ok(file) if file.metadata()?.is_file() => Ok(file),
        Ok(file) => Err(not_plain(file.metadata()?.file_type())),
        // The system's error for a link or a socket does not name its kind.
        Err(error) => match kind(path) {
            Ok(kind) if !kind.is_file() => Err(not_plain(kind)),
            _ => Err(error),
        },
    }
}

/// The error that something other than a file is in a file's place.
fn not_plain(kind: fs::FileType) -> io::Error {
    let what = name_of(kind);
    io::Error::new(
        ErrorKind::InvalidInput,
        format!(
            "it is {what}, but the store needs a file or folder of its own in this place; move it \
             away"
        ),
    )
}

/// The type of a directory entry, in words.
pub(super) fn name_of(kind: fs::FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return "a named pipe";
        }
        if kind.is_socket() {
            return "a socket";
        }
        if kind.is_block_device() || kind.is_char_device() {
            return "a device";
        }
    }
    if kind.is_symlink() {
        "a symbolic link"
    } else if kind.is_dir() {
        "a folder"
    } else if kind.is_file() {
        "a file"
    } else {
        "of an unknown kind"
    }
}

/// The content of a plain file.
pub(crate) fn read_plain(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_plain(path, File::options().read(true))?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The beginning of a small plain file as text; `None` where there is none.
#[cfg(feature = "store")]
pub(super) fn read_plain_text(path: &Path) -> Result<Option<String>, StoreError> {
    const LONGEST: u64 = 4096;
    let mut bytes = Vec::new();
    let read = open_plain(path, File::options().read(true))
        .and_then(|file| file.take(LONGEST).read_to_end(&mut bytes));
    match read {
        Ok(_) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::io("read", path)(error)),
    }
}

/// Rejects what is neither a file nor a directory, and a directory that is none, at a path and below it: opening it may
/// block, or lead elsewhere.
#[cfg(feature = "store")]
pub(super) fn refuse_strange_files(dir: &Path) -> Result<(), StoreError> {
    let kind = fs::symlink_metadata(dir).map_err(StoreError::io("read", dir))?;
    if !kind.is_dir() {
        return Err(StoreError::io("read", dir)(not_plain(kind.file_type())));
    }
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in entries(&folder)? {
            match fs::symlink_metadata(&path).map(|meta| meta.file_type()) {
                Ok(kind) if kind.is_dir() => folders.push(path),
                Ok(kind) if !kind.is_file() => {
                    return Err(StoreError::io("read", path)(not_plain(kind)));
                }
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(StoreError::io("read", path)(error)),
            }
        }
    }
    Ok(())
}

/// Rejects what is neither a missing folder nor a plain one in the place of `folder`, or between it and the store's root.
/// A link would lead out of the store, where other files would be read, replaced or removed.
pub(super) fn check_folders(root: &Path, folder: &Path) -> Result<(), StoreError> {
    walk(root, folder, &|_| Ok(false))
}

/// Makes a folder below a store's root, and those between, where they are missing. The root itself may be a link.
///
/// # Errors
/// Where one cannot be made, or where a link or something else is in its place.
pub fn create_folders(root: &Path, folder: &Path) -> Result<(), StoreError> {
    if !root.is_dir() {
        permissions::prepare(root)?;
    }
    walk(root, folder, &|path| match fs::create_dir(path) {
        Ok(()) => Ok(true),
        // Another process was faster, perhaps with something else.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => refuse_other_than_folder(path),
        Err(error) => Err(StoreError::io("create", path)(error)),
    })
}

/// Visits the folders from the root to `folder`; `missing` says whether to go on below one that is not there.
fn walk(
    root: &Path,
    folder: &Path,
    missing: &dyn Fn(&Path) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    let inside = folder.strip_prefix(root).unwrap_or(folder);
    let mut path = root.to_owned();
    for part in inside.components() {
        path.push(part);
        if !refuse_other_than_folder(&path)? && !missing(&path)? {
            return Ok(());
        }
    }
    Ok(())
}

/// Rejects something other than a folder, such as a link to one; whether there is a folder.
fn refuse_other_than_folder(path: &Path) -> Result<bool, StoreError> {
    match fs::symlink_metadata(path).map(|meta| meta.file_type()) {
        Ok(kind) if kind.is_dir() => Ok(true),
        Ok(kind) => Err(StoreError::io("open", path)(not_plain(kind))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StoreError::io("read", path)(error)),
    }
}

/// Whether something has this name, be it a link that leads nowhere.
#[cfg(feature = "store")]
pub(super) fn exists(path: &Path) -> Result<bool, StoreError> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StoreError::io("read", path)(error)),
    }
}

/// Whether this is a directory, and not a link to one.
#[cfg(feature = "store")]
pub(super) fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir())
}

/// Makes a new file that no one else has; while it is open, it counts as being written.
pub(crate) fn create_new(path: &Path) -> io::Result<File> {
    let file = open_plain(path, File::options().write(true).create_new(true))?;
    // Where locks do not work, the number of the process alone tells.
    let _ = file.try_lock();
    Ok(file)
}

/// Writes a file under another name, brings it to the disk and renames it.
pub(super) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let temporary = temporary(path);
    let placed = create_new(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        place(&temporary, path)
    });
    if placed.is_err() {
        // A leftover would only take space, and the disk may be full already.
        let _ = fs::remove_file(&temporary);
    }
    placed.map_err(StoreError::io("write", path))
}

/// Renames, and brings the new name to the disk.
pub(crate) fn place(temporary: &Path, path: &Path) -> io::Result<()> {
    fs::rename(temporary, path)?;
    #[cfg(unix)]
    if let Some(dir) = path.parent() {
        let here = dir.as_os_str().is_empty();
        File::open(if here { Path::new(".") } else { dir })?.sync_all()?;
    }
    Ok(())
}

/// A name beside `path` that no other writer has.
pub(crate) fn temporary(path: &Path) -> PathBuf {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    loop {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        name.push(format!("{TEMPORARY}{}-{number}", std::process::id()));
        let path = path.with_file_name(name);
        // One that died may have had the number of this process.
        if fs::symlink_metadata(&path).is_err() {
            return path;
        }
    }
}

/// Whether a writer gave this name to a file or directory in the making.
#[cfg(any(test, feature = "store"))]
pub(super) fn is_temporary(path: &Path) -> bool {
    writer_of(path).is_some()
}

/// The number of the process that gave this name to a file or directory in the making; `None` for any other.
#[cfg(any(test, feature = "store"))]
pub(super) fn writer_of(path: &Path) -> Option<u32> {
    let number = |digits: &str| {
        let number: u64 = digits.parse().ok()?;
        (number.to_string() == digits).then_some(number)
    };
    let (name, rest) = path.file_name()?.to_str()?.rsplit_once(TEMPORARY)?;
    let (process, count) = rest.split_once('-')?;
    number(count)?;
    u32::try_from(number(process)?)
        .ok()
        .filter(|_| !name.is_empty())
}

/// The entries of a directory below a store's root, ordered by name; empty if the directory does not exist. A link is
/// refused.
pub(crate) fn entries(dir: &Path) -> Result<Vec<PathBuf>, StoreError> {
    match fs::symlink_metadata(dir).map(|meta| meta.file_type()) {
        Ok(kind) if kind.is_symlink() => Err(StoreError::io("read", dir)(not_plain(kind))),
        _ => entries_of_root(dir),
    }
}

/// The entries of a store's root, which may be a link, ordered by name.
pub(super) fn entries_of_root(dir: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let read = match fs::read_dir(dir) {
        Ok(read) => read,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(StoreError::io("read", dir)(error)),
    };
    let mut paths = read
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(StoreError::io("read", dir))?;
    sort::by(&mut paths, Ord::cmp);
    Ok(paths)
}

/// The bytes of a file, or of all files below a directory; links are not followed.
#[cfg(feature = "store")]
pub(super) fn size_of(path: &Path) -> u64 {
    let Ok(meta) = fs::symlink_metadata(path) else {
        return 0;
    };
    if meta.is_dir() {
        let parts = entries(path).unwrap_or_default();
        parts.iter().map(|path| size_of(path)).sum()
    } else {
        meta.len()
    }
}

/// All files below a directory, ordered by name; links are neither followed nor listed.
pub(super) fn files_below(dir: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut files = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in entries(&folder)? {
            match fs::symlink_metadata(&path) {
                Ok(meta) if meta.is_dir() => folders.push(path),
                Ok(meta) if meta.is_file() => files.push(path),
                _ => {}
            }
        }
    }
    sort::by(&mut files, Ord::cmp);
    Ok(files)
}

/// When a file or directory was last written; `None` where it is gone.
pub(super) fn modified(path: &Path) -> Option<SystemTime> {
    fs::symlink_metadata(path)
        .and_then(|meta| meta.modified())
        .ok()
}

/// Removes a file or a whole directory; a missing one is no error.
pub(crate) fn remove(path: &Path) -> Result<(), StoreError> {
    let is_dir = fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir());
    let removed = if is_dir {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    match removed {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other.map_err(StoreError::io("remove", path)),
    }
}
