//! The state of the current directory's repository.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The longest that the state of a repository is waited for.
const LONGEST: Duration = Duration::from_secs(2);

/// The commit that is checked out, and whether its files were changed since.
///
/// ```
/// use bencher_core::measure::environment::GitState;
/// let state = GitState { commit: "59807616e1".to_owned(), dirty: true };
/// assert_eq!(state.to_string(), "59807616e1, with changes");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GitState {
    /// The commit, in hexadecimal digits.
    pub commit: String,
    /// Whether a tracked file was changed; untracked files do not count.
    pub dirty: bool,
}

impl std::fmt::Display for GitState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let changes = if self.dirty { ", with changes" } else { "" };
        write!(f, "{}{changes}", self.commit)
    }
}

impl GitState {
    /// Reads what [`status`] gave; none before the first commit.
    pub(super) fn parse(status: &str) -> Option<Self> {
        let head = status
            .lines()
            .find_map(|line| line.strip_prefix("# branch.oid "))?;
        let is_commit = head.len() >= 40 && head.bytes().all(|b| b.is_ascii_hexdigit());
        is_commit.then(|| Self {
            commit: head.to_owned(),
            dirty: status
                .lines()
                .any(|line| !line.is_empty() && !line.starts_with('#')),
        })
    }
}

/// The state of the repository around a directory; `None` without a repository, without git, without an answer in
/// [`LONGEST`], or where the system allows no thread that reads it.
pub(super) fn status(folder: &Path) -> Option<String> {
    let mut child = Command::new("git")
        .arg("-C")
        .arg(folder)
        // Without it git would write to the repository's index, under a lock.
        .arg("--no-optional-locks")
        .args(["status", "--porcelain=v2", "--branch"])
        .arg("--untracked-files=no")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut output = child.stdout.take()?;
    let (sender, receiver) = mpsc::channel();
    let reader = thread::Builder::new().name("bencher-git".to_owned());
    let reading = reader.spawn(move || {
        let mut text = String::new();
        let read = output.read_to_string(&mut text);
        // Nobody listens any more where it took too long.
        let _ = sender.send(read.is_ok().then_some(text));
    });
    // Without a thread, nothing could end the wait: the sender is gone, and there is no answer.
    drop(reading);
    let text = receiver.recv_timeout(LONGEST);
    if text.is_err() {
        let _ = child.kill();
    }
    let ended = child.wait().ok()?;
    text.ok().flatten().filter(|_| ended.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLEAN: &str = "# branch.oid 1f0a5dd0f3e8c7b6a5948372615049382716a5b4\n\
                         # branch.head main\n# branch.upstream origin/main\n# branch.ab +0 -0\n";

    #[test]
    fn a_state_is_read_from_what_git_says() {
        let clean = GitState::parse(CLEAN).unwrap();
        assert_eq!(clean.commit, "1f0a5dd0f3e8c7b6a5948372615049382716a5b4");
        assert!(!clean.dirty);
        let changed = format!("{CLEAN}1 .M N... 100644 100644 100644 aa bb src/lib.rs\n");
        assert!(GitState::parse(&changed).unwrap().dirty);
        assert_eq!(GitState::parse("# branch.oid (initial)\n"), None);
        assert_eq!(GitState::parse(""), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn where_no_thread_can_be_started_there_is_no_state_and_no_panic() {
        const CHILD: &str = "BENCHER_TEST_NO_THREADS";
        let name = "measure::environment::git::tests::\
                    where_no_thread_can_be_started_there_is_no_state_and_no_panic";
        if std::env::var_os(CHILD).is_some() {
            assert!(thread::Builder::new().spawn(|| ()).is_err());
            assert_eq!(status(Path::new(".")), None);
            return;
        }
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--test-threads=1", "--nocapture"])
            .env(CHILD, "1")
            // More than there are addresses for the stack of a thread.
            .env("RUST_MIN_STACK", (1_u64 << 47).to_string())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    #[test]
    fn a_folder_outside_of_any_repository_has_no_state() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(status(folder.path()), None);
    }
}
