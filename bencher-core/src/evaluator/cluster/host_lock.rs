//! The lock of a host: of all workers of bencher on it, one at a time runs timed jobs, or one for each socket.

use std::fs::{File, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::console::error_line;
use crate::measure::environment::OwnSocket;
use crate::store::lock_owners;
use crate::value::Digest;

/// The folders of the locks: the first in which files can be made. They must be the same for all users and jobs of a host,
/// so they do not follow `TMPDIR`.
const FOLDERS: [&str; 3] = ["/tmp", "/dev/shm", "/var/tmp"];

/// The lock of this host.
///
/// A worker that is pinned to one socket locks that socket, and shares the lock of the host with those that are pinned
/// to other sockets. Every other worker has the host to itself.
///
/// The kernel gives a lock back when its owner ends in any way. Containers that do not share `/tmp` do not share it. Where
/// `/tmp` is missing or read-only, it is so for all users of the host, and the lock lies in `/dev/shm` or `/var/tmp`.
#[derive(Debug)]
pub(super) struct HostLock {
    /// The folders in which the locks may lie; the first is the one to use.
    folders: Vec<PathBuf>,
    /// The name of their files, without its endings.
    name: String,
    socket: OwnSocket,
    /// Whether the user knows that there is no lock.
    warned: bool,
}

/// The right to run timed jobs on this host or socket, until it is dropped: closing the files ends the locks.
#[derive(Debug, Default)]
pub(super) struct Turn {
    files: Vec<File>,
}

/// How a file is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Alone,
    Shared,
}

impl HostLock {
    /// The lock of the host of this name.
    pub(super) fn new(host: &str) -> Self {
        Self::in_folders(FOLDERS.iter().map(PathBuf::from).collect(), host)
    }

    fn in_folders(folders: Vec<PathBuf>, host: &str) -> Self {
        Self {
            folders,
            // A name of a host may have characters that a file must not have.
            name: format!("bencher-timed-{}", Digest::of(host.as_bytes())),
            socket: OwnSocket::default(),
            warned: false,
        }
    }

    /// The lock, if no other worker has it. Where a host can have no lock, a warning says so, and nobody waits.
    pub(super) fn try_acquire(&mut self) -> Option<Turn> {
        let socket = self.socket.now();
        self.try_acquire_on(socket)
    }

    fn try_acquire_on(&mut self, socket: Option<u64>) -> Option<Turn> {
        let files = match socket {
            None => vec![(String::new(), Mode::Alone)],
            Some(socket) => vec![
                (String::new(), Mode::Shared),
                (format!("-{socket}"), Mode::Alone),
            ],
        };
        loop {
            match self.try_all(&files) {
                Ok(turn) => return turn,
                Err(error) if self.folders.len() > 1 && self.has_no_folder(&error) => {
                    self.folders.remove(0);
                }
                Err(error) => {
                    if !self.warned {
                        self.warned = true;
                        error_line!("warning: {}", self.no_lock(&error));
                    }
                    return Some(Turn::default());
                }
            }
        }
    }

    /// Whether nobody can make a file in the folder. A file that is there, but of another user who lets nobody read it, is a
    /// lock that this user holds: another folder would be no lock against that one.
    fn has_no_folder(&self, error: &io::Error) -> bool {
        use io::ErrorKind::{NotADirectory, NotFound, PermissionDenied, ReadOnlyFilesystem};
        match error.kind() {
            NotFound | NotADirectory | ReadOnlyFilesystem => true,
            PermissionDenied => self.file("").symlink_metadata().is_err(),
            _ => false,
        }
    }

    /// Why there is no lock, what that means, and what to do.
    fn no_lock(&self, error: &io::Error) -> String {
        let path = self.file("");
        let remedy = match path.symlink_metadata() {
            Ok(file) if error.kind() == io::ErrorKind::PermissionDenied => format!(
                "have user {} run `chmod 644 {}`, or start one worker on each host",
                file.uid(),
                path.display()
            ),
            _ => "start one worker on each host".to_owned(),
        };
        format!(
            "{} cannot be locked ({error}), so timed samples of several workers on this host may \
             disturb each other; {remedy}",
            path.display()
        )
    }

    /// The owner of the lock as text: process number and name, where the kernel gives them.
    pub(super) fn owner(&mut self) -> String {
        let socket = self.socket.now().map(|socket| format!("-{socket}"));
        let endings = [Some(String::new()), socket];
        let files = endings.iter().flatten();
        let numbers: Vec<u64> = files
            .filter_map(|ending| Some(self.file(ending).symlink_metadata().ok()?.ino()))
            .collect();
        let own = std::process::id();
        let mut processes = numbers.into_iter().flat_map(lock_owners);
        // A process of another container has no number here.
        let process = processes.find(|process| *process != 0 && *process != own);
        match process {
            None => "another process of this host, which takes timed samples".to_owned(),
            Some(process) => {
                let name = std::fs::read_to_string(format!("/proc/{process}/comm"));
                let name =
                    name.map_or_else(|_| String::new(), |name| format!(" ({})", name.trim()));
                format!("process {process}{name}, which takes timed samples")
            }
        }
    }

    /// Locks these files, or none of them.
    fn try_all(&self, files: &[(String, Mode)]) -> io::Result<Option<Turn>> {
        let mut turn = Turn::default();
        for (ending, mode) in files {
            let path = self.file(ending);
            match try_lock(open(&path)?, &path, *mode)? {
                Some(file) => turn.files.push(file),
                None => return Ok(None),
            }
        }
        Ok(Some(turn))
    }

    fn file(&self, ending: &str) -> PathBuf {
        let folder = self.folders.first().map_or(Path::new(""), PathBuf::as_path);
        folder.join(format!("{}{ending}.lock", self.name))
    }
}

/// The locked file of this path; none where another worker has it.
fn try_lock(file: File, path: &Path, mode: Mode) -> io::Result<Option<File>> {
    let locked = match mode {
        Mode::Alone => file.try_lock(),
        Mode::Shared => file.try_lock_shared(),
    };
    match locked {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    // Systems remove old files of this folder. The lock of a removed file excludes nobody, so the next try makes another.
    let (locked, there) = (file.metadata()?, path.symlink_metadata());
    let is_there =
        there.is_ok_and(|there| (there.dev(), there.ino()) == (locked.dev(), locked.ino()));
    Ok(is_there.then_some(file))
}

/// Opens a file, which may be of another user: a lock needs no right to write.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    // Nobody may lead this program to another file, or have it wait for a pipe.
    options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    match options.clone().read(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
        Ok(file) => {
            // A process that ended right after it made the file left it with the mask of its user.
            if file.metadata()?.mode() & 0o444 != 0o444 {
                share(&file);
            }
            return Ok(file);
        }
    }
    let made = options.clone().write(true).create_new(true).open(path);
    match made {
        Ok(file) => {
            share(&file);
            Ok(file)
        }
        // Another worker was first.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => options.read(true).open(path),
        Err(error) => Err(error),
    }
}

/// Lets other users read a file, whatever the mask of this process is. If this user may not, it is a lock all the same.
fn share(file: &File) {
    let _ = file.set_permissions(Permissions::from_mode(0o644));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_folder(folder: &Path, host: &str) -> HostLock {
        HostLock::in_folders(vec![folder.to_owned()], host)
    }

    #[test]
    fn where_a_folder_cannot_have_a_lock_the_next_one_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("none");
        let lock = || HostLock::in_folders(vec![missing.clone(), folder.path().to_owned()], "n1");
        let (mut one, mut other) = (lock(), lock());
        let turn = one.try_acquire_on(None).unwrap();
        assert!(other.try_acquire_on(None).is_none());
        assert!(!one.warned && one.file("").exists());
        drop(turn);
        assert!(other.try_acquire_on(None).is_some());
    }

    #[test]
    fn a_lock_that_others_cannot_read_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let lock = in_folder(folder.path(), "n1");
        let denied = io::Error::from(io::ErrorKind::PermissionDenied);
        assert!(lock.has_no_folder(&denied), "no file can be made");
        let path = lock.file("");
        let file = open(&path).unwrap();
        assert!(!lock.has_no_folder(&denied), "it is there");
        let text = lock.no_lock(&denied);
        let expected = format!("run `chmod 644 {}`", path.display());
        assert!(text.contains(&expected), "{text}");
        // The next process of its user mends it.
        file.set_permissions(Permissions::from_mode(0o600)).unwrap();
        drop(open(&path).unwrap());
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o644);
    }

    #[test]
    fn one_worker_of_a_host_has_its_turn_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let lock = |host: &str| in_folder(folder.path(), host);
        let (mut one, mut other) = (lock("n1"), lock("n1"));
        let turn = one.try_acquire_on(None).unwrap();
        assert!(other.try_acquire_on(None).is_none());
        assert!(lock("n2").try_acquire_on(None).is_some(), "another host");
        drop(turn);
        assert!(other.try_acquire_on(None).is_some());
    }

    #[test]
    fn workers_on_different_sockets_have_their_turns_at_once_and_no_others() {
        let folder = tempfile::tempdir().unwrap();
        let lock = || in_folder(folder.path(), "n1");
        let (mut one, mut other) = (lock(), lock());
        let first = one.try_acquire_on(Some(0)).unwrap();
        assert!(other.try_acquire_on(Some(0)).is_none(), "the same socket");
        assert!(other.try_acquire_on(None).is_none(), "the whole host");
        let second = other.try_acquire_on(Some(1)).unwrap();
        drop(first);
        assert!(one.try_acquire_on(None).is_none(), "the other still works");
        drop(second);
        let whole = one.try_acquire_on(None).unwrap();
        assert!(other.try_acquire_on(Some(1)).is_none());
        drop(whole);
        assert!(other.try_acquire_on(Some(1)).is_some());
    }

    #[test]
    fn the_owner_of_a_lock_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let mut lock = in_folder(folder.path(), "n1");
        let made = open(&lock.file("")).unwrap();
        drop(made);
        let mut other = std::process::Command::new("flock");
        other
            .arg(lock.file(""))
            .args(["sh", "-c", "echo; read line"]);
        other.stdin(std::process::Stdio::piped());
        let mut other = other.stdout(std::process::Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut printed = io::BufReader::new(other.stdout.take().unwrap());
        io::BufRead::read_line(&mut printed, &mut line).unwrap();
        let owner = lock.owner();
        drop(other.stdin.take());
        other.wait().unwrap();
        let expected = format!("process {} (flock), which takes timed samples", other.id());
        assert_eq!(owner, expected);
        assert!(lock.owner().starts_with("another process"), "it has ended");
    }

    #[test]
    fn a_removed_file_locks_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("n1.lock");
        let removed = open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let there = open(&path).unwrap();
        let locked = |file| try_lock(file, &path, Mode::Alone).unwrap();
        assert!(locked(removed).is_none());
        assert!(locked(there).is_some());
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o644, "others can read it");
    }

    #[test]
    fn a_host_without_a_lock_waits_for_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let mut lock = in_folder(&folder.path().join("none"), "n1");
        assert!(lock.try_acquire().is_some());
        let mut lock = in_folder(folder.path(), "n/1");
        std::os::unix::fs::symlink("/dev/null", lock.file("")).unwrap();
        assert!(lock.try_acquire().is_some(), "a link is not followed");
        assert!(lock.warned);
    }
}
