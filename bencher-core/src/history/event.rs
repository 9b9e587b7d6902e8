//! The name of a snapshot on the axis of time.

use std::fmt;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::HistoryError;

/// The longest that git is waited for.
const LONGEST: Duration = Duration::from_secs(5);

/// The label of a snapshot: a moment, or a free text such as a pull request or a commit.
///
/// It names a snapshot and orders nothing. In files it is one of two texts: a moment in RFC 3339, or the free text.
///
/// ```
/// use bencher_core::history::TimeEvent;
/// let release = TimeEvent::from("PR 12");
/// assert_eq!(release.to_string(), "PR 12");
/// let moment: bencher_core::jiff::Timestamp = "2026-03-01T12:00:00Z".parse()?;
/// assert_eq!(TimeEvent::from(moment).to_string(), "2026-03-01T12:00:00Z");
/// assert_eq!(serde_json::to_string(&release)?, r#"{"Text":"PR 12"}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "EventText", try_from = "EventText")]
pub enum TimeEvent {
    /// A moment.
    DateTime(Timestamp),
    /// A free text.
    Text(String),
}

impl TimeEvent {
    /// This moment.
    ///
    /// ```
    /// use bencher_core::history::TimeEvent;
    /// assert!(matches!(TimeEvent::now(), TimeEvent::DateTime(_)));
    /// ```
    pub fn now() -> Self {
        Self::DateTime(Timestamp::now())
    }
}

impl fmt::Display for TimeEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DateTime(moment) => f.pad(&moment.to_string()),
            Self::Text(text) => f.pad(text),
        }
    }
}

impl From<Timestamp> for TimeEvent {
    fn from(moment: Timestamp) -> Self {
        Self::DateTime(moment)
    }
}

impl From<&str> for TimeEvent {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for TimeEvent {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// An event as it stands in files; the order is part of the format.
#[derive(Serialize, Deserialize)]
enum EventText {
    DateTime(String),
    Text(String),
}

impl From<TimeEvent> for EventText {
    fn from(event: TimeEvent) -> Self {
        match event {
            TimeEvent::DateTime(moment) => Self::DateTime(moment.to_string()),
            TimeEvent::Text(text) => Self::Text(text),
        }
    }
}

impl TryFrom<EventText> for TimeEvent {
    type Error = jiff::Error;

    fn try_from(event: EventText) -> Result<Self, jiff::Error> {
        Ok(match event {
            EventText::DateTime(text) => Self::DateTime(text.parse()?),
            EventText::Text(text) => Self::Text(text),
        })
    }
}

/// The commit that is checked out in the repository of a folder: `YYYY-MM-DD HH:MM <short sha>`.
///
/// The moment is that of the commit, in UTC, so that every machine gives a commit the same label. The program git is
/// waited for 5 seconds at most.
///
/// ```
/// use bencher_core::history::git_time_event;
/// let nowhere = tempfile::tempdir()?;
/// let error = git_time_event(nowhere.path()).unwrap_err();
/// assert!(error.to_string().contains("give the time event as a text"));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// There is no git, no repository or no commit, or git does not answer in time.
pub fn git_time_event(dir: &Path) -> Result<TimeEvent, HistoryError> {
    let mut git = Command::new("git");
    git.arg("-C").arg(dir);
    // Without it, git may write to the repository, under a lock.
    git.args(["--no-optional-locks", "--no-pager", "log", "-1"]);
    git.args(["--format=%cd %h", "--date=format-local:%Y-%m-%d %H:%M"]);
    git.env("TZ", "UTC0");
    answer(git, dir, LONGEST).map(TimeEvent::Text)
}

/// The line that a command prints.
fn answer(mut command: Command, dir: &Path, longest: Duration) -> Result<String, HistoryError> {
    let command = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .map_err(|source| HistoryError::NoGit { source })?;
    let (sender, receiver) = mpsc::channel();
    let outputs = (child.stdout.take(), child.stderr.take());
    let reader = thread::Builder::new().name("bencher-git".to_owned());
    let reading = reader.spawn(move || {
        let texts = (text_of(outputs.0), text_of(outputs.1));
        // Nobody listens any more if it took too long.
        let _ = sender.send(texts);
    });
    if let Err(source) = reading {
        end(&mut child);
        let text = format!("no thread can read what it prints: {source}");
        let source = std::io::Error::new(source.kind(), text);
        return Err(HistoryError::NoGit { source });
    }
    let Ok((printed, complaint)) = receiver.recv_timeout(longest) else {
        end(&mut child);
        return Err(HistoryError::SlowGit {
            dir: dir.to_owned(),
            seconds: longest.as_secs(),
        });
    };
    let succeeded = child.wait().is_ok_and(|status| status.success());
    let line = printed.trim();
    if succeeded && !line.is_empty() {
        return Ok(line.to_owned());
    }
    let complaint = complaint
        .lines()
        .next()
        .unwrap_or_default()
        .trim()
        .to_owned();
    Err(HistoryError::NoCommit {
        dir: dir.to_owned(),
        message: if complaint.is_empty() {
            complaint
        } else {
            format!(" ({complaint})")
        },
    })
}

/// At most 64 KiB of an output as text.
fn text_of(output: Option<impl Read>) -> String {
    const LONGEST_TEXT: u64 = 1 << 16;
    let mut bytes = Vec::new();
    if let Some(output) = output {
        // The lines before a read error count.
        let _ = output.take(LONGEST_TEXT).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn end(child: &mut Child) {
    // It may have ended in the meantime.
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn git(dir: &Path, args: &[&str]) -> bool {
        let mut git = Command::new("git");
        git.arg("-C").arg(dir).args(args);
        git.env("GIT_COMMITTER_DATE", "2026-03-01T01:30:00+02:00");
        git.env("GIT_AUTHOR_DATE", "2020-01-01T00:00:00Z");
        git.stdout(Stdio::null()).stderr(Stdio::null());
        git.status().is_ok_and(|status| status.success())
    }

    #[test]
    fn a_commit_is_named_by_its_moment_in_utc_and_its_short_digest() {
        let dir = tempfile::tempdir().unwrap();
        if !git(dir.path(), &["init"]) {
            return;
        }
        let error = git_time_event(dir.path()).unwrap_err();
        assert!(matches!(error, HistoryError::NoCommit { .. }), "{error}");
        let identity = [
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b.c",
            "-c",
            "commit.gpgsign=false",
        ];
        let commit = ["commit", "--allow-empty", "-m", "one"];
        assert!(git(dir.path(), &[&identity[..], &commit[..]].concat()));
        let TimeEvent::Text(text) = git_time_event(dir.path()).unwrap() else {
            panic!("no text");
        };
        let (moment, sha) = text.rsplit_once(' ').unwrap();
        assert_eq!(moment, "2026-02-28 23:30");
        assert!(
            sha.len() >= 4 && sha.bytes().all(|b| b.is_ascii_hexdigit()),
            "{sha}"
        );
    }

    #[test]
    fn a_folder_without_repository_and_one_that_is_missing_are_errors() {
        let dir = tempfile::tempdir().unwrap();
        for dir in [dir.path().to_owned(), dir.path().join("missing")] {
            let error = git_time_event(&dir).unwrap_err().to_string();
            assert!(error.contains("give the time event as a text"), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_hangs_or_is_missing_ends_in_an_error() {
        let (here, short) = (Path::new("."), Duration::from_millis(20));
        let mut slow = Command::new("sleep");
        slow.arg("100");
        let error = answer(slow, here, short).unwrap_err();
        assert!(matches!(error, HistoryError::SlowGit { .. }), "{error}");
        let error = answer(Command::new("/no/such/git"), here, LONGEST).unwrap_err();
        assert!(matches!(error, HistoryError::NoGit { .. }), "{error}");
        let error = answer(Command::new("true"), here, LONGEST).unwrap_err();
        assert!(
            matches!(error, HistoryError::NoCommit { .. }),
            "nothing printed: {error}"
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn where_no_thread_can_be_started_git_gives_an_error() {
        const CHILD: &str = "BENCHER_TEST_NO_THREADS";
        let name = "history::event::tests::where_no_thread_can_be_started_git_gives_an_error";
        if std::env::var_os(CHILD).is_some() {
            let error = answer(Command::new("true"), Path::new("."), LONGEST).unwrap_err();
            assert!(matches!(error, HistoryError::NoGit { .. }), "{error}");
            assert!(error.to_string().contains("no thread"), "{error}");
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
    fn an_event_in_a_file_reads_back_and_a_broken_moment_does_not() {
        for event in [
            TimeEvent::from("PR 12"),
            TimeEvent::from(""),
            TimeEvent::now(),
        ] {
            let bytes = postcard::to_stdvec(&event).unwrap();
            assert_eq!(postcard::from_bytes::<TimeEvent>(&bytes).unwrap(), event);
        }
        let broken = postcard::to_stdvec(&EventText::DateTime("yesterday".to_owned())).unwrap();
        assert!(postcard::from_bytes::<TimeEvent>(&broken).is_err());
    }
}
