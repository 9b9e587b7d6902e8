//! The lock of a host: of all workers of bencher on it, one at a time runs timed jobs, or one for each socket.

use std::fs::{File, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::console::error_line;
use crate::measure::environment::OwnSocket;
use crate::store::lock_owners;
use crate::value::Digest;

/// The folder of the locks. It must be the same for all users and jobs of a host, so it does not follow `TMPDIR`.
const FOLDER: &str = "/tmp";

/// The lock of this host.
///
/// A worker that is pinned to one socket locks that socket, and shares the lock of the host with those that are pinned
/// to other sockets. Every other worker has the host to itself.
///
/// The kernel gives a lock back when its owner ends in any way. Containers that do not share `/tmp` do not share it.
#[derive(Debug)]
pub(super) struct HostLock {
    /// The files of the locks, without their endings.
    path: PathBuf,
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
        Self::in_folder(Path::new(FOLDER), host)
    }

    fn in_folder(folder: &Path, host: &str) -> Self {
        // A name of a host may have characters that a file must not have.
        let name = format!("bencher-timed-{}", Digest::of(host.as_bytes()));
        Self {
            path: folder.join(name),
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
        let locked = match socket {
            None => self.try_all(&[(String::new(), Mode::Alone)]),
            Some(socket) => self.try_all(&[
                (String::new(), Mode::Shared),
                (format!("-{socket}"), Mode::Alone),
            ]),
        };
        locked.unwrap_or_else(|error| {
            if !self.warned {
                self.warned = true;
                error_line!(
                    "warning: {} cannot be locked ({error}), so timed samples of several workers on \
                     this host may disturb each other; start one worker on each host",
                    self.file("").display()
                );
            }
            Some(Turn::default())
        })
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
        let mut path = self.path.clone().into_os_string();
        path.push(format!("{ending}.lock"));
        path.into()
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
        opened => return opened,
    }
    let made = options.clone().write(true).create_new(true).open(path);
    match made {
        Ok(file) => {
            // Other users must be able to read it, whatever the mask of this process is.
            file.set_permissions(Permissions::from_mode(0o644))?;
            Ok(file)
        }
        // Another worker was first.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => options.read(true).open(path),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_worker_of_a_host_has_its_turn_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let lock = |host: &str| HostLock::in_folder(folder.path(), host);
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
        let lock = || HostLock::in_folder(folder.path(), "n1");
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
        let mut lock = HostLock::in_folder(folder.path(), "n1");
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
        let mut lock = HostLock::in_folder(&folder.path().join("none"), "n1");
        assert!(lock.try_acquire().is_some());
        let mut lock = HostLock::in_folder(folder.path(), "n/1");
        std::os::unix::fs::symlink("/dev/null", lock.file("")).unwrap();
        assert!(lock.try_acquire().is_some(), "a link is not followed");
        assert!(lock.warned);
    }
}
