//! Which snapshots a run is compared with.

use super::{History, Snapshot, SnapshotState};
use crate::value::Digest;

impl History {
    /// The snapshots that a run on a machine of this class is compared with, the oldest first.
    ///
    /// These are the good and the accepted ones of the class, from the latest accepted one on: it is the new normal,
    /// and what came before it is none any more. An acceptance counts for its own class, since another kind of
    /// machine may not show the regression. Failed ones never count. Records that do not name their machine form a
    /// class of their own, `None`. Snapshots that the dataset [leaves out](Self::left_out) do not count either.
    ///
    /// ```
    /// use bencher_core::history::{History, SeriesKey};
    /// let root = tempfile::tempdir()?;
    /// let key = SeriesKey { bench: "Sorting".to_owned(), title: "By length".to_owned(), tag: String::new() };
    /// assert!(History::load(root.path(), &key)?.baseline(None).is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn baseline(&self, class: Option<Digest>) -> Vec<&Snapshot> {
        of_class(self.timeline(), class)
    }

    /// As [`baseline`](Self::baseline), for a snapshot that is stored already: those of its class that come before it.
    ///
    /// It is empty for a snapshot that the history does not have, or that the dataset leaves out.
    pub fn baseline_before(&self, id: Digest) -> Vec<&Snapshot> {
        let mut runs = self.timeline();
        let Some(at) = runs.iter().position(|run| run.id == id) else {
            return Vec::new();
        };
        let class = runs.get(at).and_then(|run| run.machine_class());
        runs.truncate(at);
        of_class(runs, class)
    }
}

fn of_class(mut runs: Vec<&Snapshot>, class: Option<Digest>) -> Vec<&Snapshot> {
    runs.retain(|run| run.state.counts() && run.machine_class() == class);
    let is_accepted = |run: &&Snapshot| matches!(run.state, SnapshotState::Accepted { .. });
    let accepted = runs.iter().rposition(is_accepted);
    runs.split_off(accepted.unwrap_or(0))
}
