//! Counts how often opening a database aborted the whole process, which nothing can catch.
//!
//! Only an abort by the opening thread itself counts. A kill or an error does not mean that the files are damaged.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::error::StoreError;
use super::files::{open_plain, read_plain_text};

/// How many aborts make a database count as damaged.
const TOO_MANY: usize = 2;

/// What an abort adds to the file.
const ABORTED: &str = "aborted\n";

/// Watches one attempt to open a database; the file remains only where an abort was counted.
#[derive(Debug)]
pub(super) struct AbortWatch {
    path: PathBuf,
    aborts: usize,
    handler: Option<signal::Handler>,
}

impl AbortWatch {
    pub(super) fn begin(root: &Path) -> Result<Self, StoreError> {
        let path = root.join("samples.opening");
        let text = read_plain_text(&path)?.unwrap_or_default();
        let aborts = text.lines().filter(|line| *line == ABORTED.trim()).count();
        let file = open_plain(&path, File::options().append(true).create(true));
        // Without the count, opening goes on as it would have.
        let handler = file.ok().and_then(signal::Handler::install);
        Ok(Self {
            path,
            aborts,
            handler,
        })
    }

    /// Why the database must not be opened in place, if it must not.
    pub(super) fn verdict(&self) -> Option<String> {
        (self.aborts >= TOO_MANY).then(|| format!("opening it aborted {} programs", self.aborts))
    }

    /// Ends the watch: the code after this does not open the database.
    pub(super) fn stop(&mut self) {
        self.handler = None;
    }

    /// The opening came back with a database.
    pub(super) fn opened(mut self) {
        self.aborts = 0;
    }
}

impl Drop for AbortWatch {
    fn drop(&mut self) {
        if self.aborts == 0 {
            // The file that remains is empty and has no effect.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(unix)]
mod signal {
    #![expect(unsafe_code, reason = "the system's interface is in C")]

    use std::fs::File;
    use std::os::fd::AsRawFd;
    use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};
    use std::sync::{Mutex, MutexGuard};

    static BUSY: Mutex<()> = Mutex::new(());
    static FILE: AtomicI32 = AtomicI32::new(-1);
    static THREAD: AtomicUsize = AtomicUsize::new(0);

    /// The handler of SIGABRT, installed until it is dropped.
    #[derive(Debug)]
    pub(super) struct Handler {
        _file: File,
        previous: Previous,
        _alone: MutexGuard<'static, ()>,
    }

    struct Previous(libc::sigaction);

    impl std::fmt::Debug for Previous {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("Previous")
        }
    }

    impl Handler {
        /// `None` where another thread watches its own opening, or the system refuses.
        pub(super) fn install(file: File) -> Option<Self> {
            let alone = BUSY.try_lock().ok()?;
            FILE.store(file.as_raw_fd(), Ordering::SeqCst);
            THREAD.store(this_thread(), Ordering::SeqCst);
            // SAFETY: all zeros are a valid `sigaction`; the handler calls nothing but functions that
            // may be called in a handler.
            let previous = unsafe {
                let mut action: libc::sigaction = std::mem::zeroed();
                let mut previous: libc::sigaction = std::mem::zeroed();
                action.sa_sigaction = on_abort as *const () as usize;
                action.sa_flags = libc::SA_SIGINFO | libc::SA_RESETHAND;
                let set = libc::sigaction(libc::SIGABRT, &raw const action, &raw mut previous);
                (set == 0).then_some(previous)
            }?;
            Some(Self {
                _file: file,
                previous: Previous(previous),
                _alone: alone,
            })
        }
    }

    impl Drop for Handler {
        fn drop(&mut self) {
            FILE.store(-1, Ordering::SeqCst);
            // SAFETY: it was the action before.
            unsafe {
                libc::sigaction(
                    libc::SIGABRT,
                    &raw const self.previous.0,
                    std::ptr::null_mut(),
                );
            }
        }
    }

    #[allow(
        clippy::cast_possible_truncation,
        reason = "it is as wide as an address, whatever its type is called"
    )]
    fn this_thread() -> usize {
        // SAFETY: it has no conditions.
        unsafe { libc::pthread_self() as usize }
    }

    extern "C" fn on_abort(signal: libc::c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
        let text = super::ABORTED.as_bytes();
        // SAFETY: the system hands over a valid `info`; all of these may be called in a handler. The
        // signal is the default one again, and comes back when the handler returns.
        unsafe {
            let own = (*info).si_pid() == libc::getpid();
            let file = FILE.load(Ordering::SeqCst);
            if own && file >= 0 && THREAD.load(Ordering::SeqCst) == this_thread() {
                libc::write(file, text.as_ptr().cast(), text.len());
            }
            libc::raise(signal);
        }
    }
}

#[cfg(not(unix))]
mod signal {
    use std::fs::File;

    /// Elsewhere aborts are not counted.
    #[derive(Debug)]
    pub(super) struct Handler;

    impl Handler {
        pub(super) fn install(_: File) -> Option<Self> {
            None
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::process::Command;

    const ROOT: &str = "BENCHER_TEST_ABORT_ROOT";
    const WAY: &str = "BENCHER_TEST_ABORT_WAY";

    /// The program that dies: does nothing unless this test binary starts itself for it.
    #[test]
    fn child() {
        let Some(root) = std::env::var_os(ROOT) else {
            return;
        };
        let mut watch = AbortWatch::begin(Path::new(&root)).unwrap();
        match std::env::var(WAY).unwrap().as_str() {
            "abort" => std::process::abort(),
            "abort elsewhere" => std::thread::spawn(|| std::process::abort()).join().unwrap(),
            "abort later" => {
                watch.stop();
                std::process::abort();
            }
            signal => {
                let pid = std::process::id().to_string();
                Command::new("kill").args([signal, &pid]).status().unwrap();
                std::thread::sleep(std::time::Duration::from_secs(20));
            }
        }
    }

    #[test]
    fn only_what_the_opening_thread_does_counts() {
        let root = tempfile::tempdir().unwrap();
        let ways = [
            ("abort", 1),
            ("-KILL", 1),
            ("-ABRT", 1),
            ("-TERM", 1),
            ("abort elsewhere", 1),
            ("abort later", 1),
            ("abort", 2),
        ];
        for (way, expected) in ways {
            let status = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "store::aborts::tests::child", "--nocapture"])
                .env(ROOT, root.path())
                .env(WAY, way)
                .output()
                .unwrap()
                .status;
            assert_eq!(status.code(), None, "{way} ends the program");
            let text = fs::read_to_string(root.path().join("samples.opening")).unwrap();
            assert_eq!(text.lines().count(), expected, "{way}: {text}");
        }
        let watch = AbortWatch::begin(root.path()).unwrap();
        assert!(watch.verdict().is_some());
        watch.opened();
        assert!(!root.path().join("samples.opening").exists());
    }
}
