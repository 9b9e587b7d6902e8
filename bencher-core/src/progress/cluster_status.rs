//! The state of a sweep on a cluster in a file beside its store, for other terminals.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::console::visible_line;
use crate::evaluator::ClusterReport;
use crate::record::Counts;
use crate::store::read_plain;

use super::bar::host_lines;
use super::{ProgressSink, SampleEvent};

/// The file in the folder of a store.
const FILE: &str = "cluster-status.json";
/// From when on a state is too old for a program that lives: it writes one each second.
const SILENCE: Duration = Duration::from_secs(10);

/// The state of a sweep on a cluster.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ClusterStatus {
    sweep: String,
    process: u32,
    samples: u64,
    counts: Counts,
    /// In milliseconds since 1970.
    started: i64,
    updated: i64,
    cluster: ClusterReport,
}

impl ClusterStatus {
    /// Reads the state beside a store; `None` where no sweep runs there.
    pub(crate) fn read(root: &Path) -> Option<Self> {
        serde_json::from_slice(&read_plain(&root.join(FILE)).ok()?).ok()
    }

    /// The state as JSON on one line.
    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The state in lines, at some moment.
    pub(crate) fn text(&self, now: Timestamp) -> String {
        let Counts {
            submitted,
            hits,
            failed,
            skipped,
            ..
        } = self.counts;
        let age = |of: i64| now.as_millisecond().saturating_sub(of) / 1000;
        let running = age(self.started).max(0);
        let mut text = format!(
            "sweep \"{}\" (process {}): {} of {} samples after {running} s, {hits} from the store, \
             {failed} failed\n",
            visible_line(&self.sweep),
            self.process,
            submitted + skipped,
            self.samples,
        );
        for line in host_lines(&self.cluster) {
            let _ = writeln!(text, "{line}");
        }
        let silent = age(self.updated);
        if silent > SILENCE.as_secs().cast_signed() {
            let _ = writeln!(
                text,
                "this is {silent} s old: the program was killed, or the clocks of its host and of \
                 this one differ"
            );
        }
        text
    }
}

/// Passes progress on, and writes the state of the cluster into a file, which goes with it.
pub(crate) struct StatusSink<'p> {
    inner: &'p mut dyn ProgressSink,
    path: PathBuf,
    status: ClusterStatus,
}

impl<'p> StatusSink<'p> {
    /// Writes beside the store in `root`.
    pub(crate) fn new(inner: &'p mut dyn ProgressSink, root: &Path) -> Self {
        let status = ClusterStatus {
            process: std::process::id(),
            started: Timestamp::now().as_millisecond(),
            ..ClusterStatus::default()
        };
        Self {
            inner,
            path: root.join(FILE),
            status,
        }
    }

    fn write(&self) -> std::io::Result<()> {
        let new = self
            .path
            .with_extension(format!("{}.new", self.status.process));
        std::fs::write(&new, self.status.to_json())?;
        // A reader finds a whole file at any moment.
        std::fs::rename(&new, &self.path)
    }
}

impl ProgressSink for StatusSink<'_> {
    fn start(&mut self, title: &str, samples: u128) {
        title.clone_into(&mut self.status.sweep);
        self.inner.start(title, samples);
        self.expect(samples);
    }

    fn expect(&mut self, samples: u128) {
        self.status.samples = u64::try_from(samples).unwrap_or(u64::MAX);
        self.inner.expect(samples);
    }

    fn advance(&mut self, counts: &Counts) {
        self.status.counts = *counts;
        self.inner.advance(counts);
    }

    fn wants_samples(&self) -> bool {
        self.inner.wants_samples()
    }

    fn sample(&mut self, event: &SampleEvent<'_>) {
        self.inner.sample(event);
    }

    fn cluster(&mut self, report: &ClusterReport) {
        self.status.cluster.clone_from(report);
        self.status.updated = Timestamp::now().as_millisecond();
        // Where there is no store there is no file; a full disk is no reason to end the sweep.
        let _ = self.write();
        self.inner.cluster(report);
    }

    fn note(&mut self, text: &str) {
        self.inner.note(text);
    }

    fn finish(&mut self, counts: &Counts) {
        self.inner.finish(counts);
    }
}

impl Drop for StatusSink<'_> {
    fn drop(&mut self) {
        // It may never have been written.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::super::SilentProgress;
    use super::*;
    use crate::evaluator::HostShare;

    #[test]
    fn another_terminal_reads_the_state_while_the_sweep_runs() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(ClusterStatus::read(root.path()), None);
        let mut inner = SilentProgress;
        let mut sink = StatusSink::new(&mut inner, root.path());
        sink.start("By \u{1b}size", 120);
        sink.advance(&Counts {
            submitted: 30,
            failed: 1,
            ..Counts::default()
        });
        sink.cluster(&ClusterReport {
            hosts: vec![HostShare {
                host: "n1".to_owned(),
                alive: 2,
                jobs: 30,
                ..HostShare::default()
            }],
            ..ClusterReport::default()
        });
        let status = ClusterStatus::read(root.path()).unwrap();
        let updated = Timestamp::from_millisecond(status.updated).unwrap();
        let text = status.text(updated);
        assert!(
            text.starts_with("sweep \"By \\u{1b}size\" (process "),
            "{text}"
        );
        assert!(text.contains("30 of 120 samples after 0 s, 0 from the store, 1 failed\n"));
        assert!(
            text.ends_with("\n  n1  2 workers  30 done (100 %)\n"),
            "{text}"
        );
        let later = updated + Duration::from_secs(40);
        assert!(status.text(later).contains("40 s old"));
        drop(sink);
        assert_eq!(
            ClusterStatus::read(root.path()),
            None,
            "it goes with the sweep"
        );
        assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_strange_file_is_no_state() {
        let root = tempfile::tempdir().unwrap();
        for text in ["", "[]", "{\"samples\":-1}"] {
            std::fs::write(root.path().join(FILE), text).unwrap();
            assert_eq!(ClusterStatus::read(root.path()), None, "{text}");
        }
    }
}
