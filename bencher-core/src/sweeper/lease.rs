//! Detects owners that are gone. Every handle with elements in progress keeps a file, locked while the handle lives, to
//! which it writes heartbeats.
//!
//! On one host, only the lock counts: the system releases it when the process dies, so neither a clock nor a process id
//! is needed. On another host, a held lock shows that the handle lives. Where it is free, the heartbeats decide: an
//! owner without a heartbeat for the time of a lease, by the watcher's own monotonic clock, is gone. The wall clock is
//! read once, at the first look, for an owner that was silent for ten leases before this handle began.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use super::record::{Heartbeat, Line, OwnerRecord, read_line, write_line};
use crate::measure::{Clock, MonotonicClock};
use crate::value::Digest;

/// The directory of the files of handles, in that of the work list.
pub(super) const OWNERS: &str = "owners";

/// An owner that was silent for this number of leases is gone at the first look.
const FIRST_LOOK: u32 = 10;
/// How many signs of life are given within a lease.
const HEARTBEATS: u32 = 4;

/// Which host this is and what time it is.
#[derive(Clone, Debug)]
pub(super) struct Surroundings {
    /// The identity of this host: the kernel's number of this boot, which its containers share, as they share its
    /// locks.
    pub(super) host: u64,
    pub(super) name: String,
    pub(super) wall: Arc<dyn Clock>,
    pub(super) monotonic: Arc<dyn Clock>,
    /// Whether the locks of one host are seen by others.
    pub(super) far_locks: bool,
}

impl Surroundings {
    /// The real ones, on a host of another name if one is given.
    pub(super) fn real(name: Option<String>) -> Self {
        let line = |path| {
            fs::read_to_string(path)
                .ok()
                .map(|text| text.trim().to_owned())
        };
        let host = line("/proc/sys/kernel/hostname").filter(|name| !name.is_empty());
        let host = host.unwrap_or_else(|| "an unnamed host".to_owned());
        let sign = match &name {
            Some(name) => format!("name {name}"),
            None => match line("/proc/sys/kernel/random/boot_id") {
                Some(boot) => format!("boot {boot}"),
                None => format!("name {host}"),
            },
        };
        Self {
            host: half(Digest::of(sign.as_bytes())),
            name: name.unwrap_or(host),
            wall: Arc::new(WallClock),
            monotonic: Arc::new(MonotonicClock::default()),
            far_locks: true,
        }
    }

    /// Milliseconds since 1970.
    pub(super) fn now(&self) -> u64 {
        u64::try_from(self.wall.now().as_millis()).unwrap_or(u64::MAX)
    }
}

/// Half of a digest, where that is enough.
pub(super) fn half(digest: Digest) -> u64 {
    (digest.0 >> 64) as u64
}

/// The time since 1970.
#[derive(Debug)]
struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> Duration {
        SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default()
    }
}

fn path_of(dir: &Path, key: u64) -> PathBuf {
    dir.join(OWNERS).join(format!("{key:016x}"))
}

/// The file that says that a handle is there, and the thread that gives its signs of life.
#[derive(Debug)]
pub(super) struct Presence {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    period: Duration,
    surroundings: Surroundings,
    state: Mutex<Signs>,
    changed: Condvar,
}

#[derive(Debug)]
struct Signs {
    file: File,
    number: u64,
    /// When the last one was given, on the monotonic clock.
    last: Duration,
    /// Whether the handle has something in progress.
    has_claims: bool,
    /// Whether the thread sleeps until there is. It does so only after a while without, since most handles
    /// have something again at once, and to wake a thread takes longer than a claim.
    is_resting: bool,
    ended: bool,
}

impl Presence {
    /// Says that a handle is there; the lock of the sweep is held meanwhile.
    pub(super) fn start(
        dir: &Path,
        key: u64,
        lease: Duration,
        surroundings: Surroundings,
    ) -> io::Result<Self> {
        let path = path_of(dir, key);
        let signs = Signs {
            file: create(&path)?,
            number: 0,
            last: surroundings.monotonic.now(),
            has_claims: false,
            is_resting: false,
            ended: false,
        };
        let shared = Arc::new(Shared {
            path,
            period: lease / HEARTBEATS,
            surroundings,
            state: Mutex::new(signs),
            changed: Condvar::new(),
        });
        shared.write_heartbeat(&mut shared.signs())?;
        let beating = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("bencher-lease".to_owned())
            .spawn(move || beating.run())?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// Makes sure, before a claim, that no other handle regards this one as gone. The lock of the sweep is held
    /// meanwhile.
    pub(super) fn touch(&self) -> io::Result<()> {
        let mut signs = self.shared.signs();
        let now = self.shared.surroundings.monotonic.now();
        let is_late = now.saturating_sub(signs.last) >= self.shared.period;
        if is_late && is_removed(&signs.file) {
            signs.file = create(&self.shared.path)?;
        }
        if is_late {
            self.shared.write_heartbeat(&mut signs)?;
        }
        Ok(())
    }

    /// Says whether something is in progress: there are signs of life only then.
    pub(super) fn set_claims(&self, has_claims: bool) {
        let mut signs = self.shared.signs();
        signs.has_claims = has_claims;
        if has_claims && std::mem::take(&mut signs.is_resting) {
            self.shared.changed.notify_all();
        }
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.shared.signs().ended = true;
        self.shared.changed.notify_all();
        // The file may be removed already; if it remains, its lock is free.
        let _ = fs::remove_file(&self.shared.path);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn signs(&self) -> MutexGuard<'_, Signs> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        let mut signs = self.signs();
        while !signs.ended {
            if signs.is_resting {
                let woken = self.changed.wait(signs);
                signs = woken.unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let woken = self.changed.wait_timeout(signs, self.period);
            let (after, timeout) = woken.unwrap_or_else(PoisonError::into_inner);
            signs = after;
            if timeout.timed_out() && !signs.ended {
                signs.is_resting = !signs.has_claims;
                if signs.has_claims {
                    // A disk that fails now fails the next operation too, which says so.
                    let _ = self.write_heartbeat(&mut signs);
                }
            }
        }
    }

    fn write_heartbeat(&self, signs: &mut Signs) -> io::Result<()> {
        let mut line = Vec::new();
        let beat = Heartbeat {
            number: signs.number + 1,
            at: self.surroundings.now(),
        };
        write_line(&Line::Heartbeat(beat), &mut line);
        signs.file.rewind()?;
        signs.file.write_all(&line)?;
        signs.number += 1;
        signs.last = self.surroundings.monotonic.now();
        Ok(())
    }
}

fn create(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    let file = options.read(true).write(true).create(true).truncate(false);
    let file = file.open(path)?;
    file.lock()?;
    Ok(file)
}

#[cfg(unix)]
pub(super) fn is_removed(file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    // Of a file on a server that is gone there is not even that.
    file.metadata().is_ok_and(|meta| meta.nlink() == 0)
}

#[cfg(not(unix))]
pub(super) fn is_removed(_: &File) -> bool {
    false
}

/// The knowledge of a handle about the others.
#[derive(Debug)]
pub(super) struct OwnerWatch {
    dir: PathBuf,
    lease: Duration,
    surroundings: Surroundings,
    seen: HashMap<u64, (Vec<u8>, Duration)>,
}

impl OwnerWatch {
    pub(super) fn new(dir: &Path, lease: Duration, surroundings: Surroundings) -> Self {
        Self {
            dir: dir.to_owned(),
            lease,
            surroundings,
            seen: HashMap::new(),
        }
    }

    /// Whether a handle is gone, so that its claims have no owner.
    pub(super) fn is_gone(&mut self, key: u64, owner: Option<&OwnerRecord>) -> bool {
        let mut options = OpenOptions::new();
        // Some file systems want a file that is locked to be open for writing.
        let mut file = match options.read(true).write(true).open(path_of(&self.dir, key)) {
            Ok(file) => file,
            // It ended and took its file with it.
            Err(error) if error.kind() == ErrorKind::NotFound => return true,
            Err(_) => return false,
        };
        let is_here = owner.is_some_and(|owner| owner.host == self.surroundings.host);
        let is_free = || match file.try_lock() {
            Ok(()) => file.unlock().is_ok(),
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => false,
        };
        if is_here {
            return is_free();
        }
        if self.surroundings.far_locks && !is_free() {
            return false;
        }
        let mut text = Vec::new();
        file.read_to_end(&mut text).is_ok() && self.is_silent(key, text)
    }

    fn is_silent(&mut self, key: u64, text: Vec<u8>) -> bool {
        let now = self.surroundings.monotonic.now();
        match self.seen.get(&key) {
            Some((before, since)) if *before == text => now.saturating_sub(*since) >= self.lease,
            Some(_) => {
                self.seen.insert(key, (text, now));
                false
            }
            None => {
                let last = match read_line(text.trim_ascii_end()) {
                    Ok(Line::Heartbeat(beat)) => Some(beat.at),
                    _ => None,
                };
                self.seen.insert(key, (text, now));
                let silent = last.map(|last| self.surroundings.now().saturating_sub(last));
                let long = self.lease.saturating_mul(FIRST_LOOK).as_millis();
                silent.is_some_and(|silent| u128::from(silent) >= long)
            }
        }
    }

    /// The handles that left a file.
    pub(super) fn owner_files(&self) -> Vec<u64> {
        let files = fs::read_dir(self.dir.join(OWNERS));
        let names = files
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.file_name());
        let keys = names.filter_map(|name| u64::from_str_radix(name.to_str()?, 16).ok());
        keys.collect()
    }

    /// Removes what is left of a handle that is gone, if it was of this host.
    pub(super) fn remove_owner_file(&mut self, key: u64, owner: Option<&OwnerRecord>) {
        self.seen.remove(&key);
        if owner.is_some_and(|owner| owner.host == self.surroundings.host) {
            // Its lock is free, so it says the same if it stays.
            let _ = fs::remove_file(path_of(&self.dir, key));
        }
    }
}
