use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::TimeEvent;
use crate::measure::Environment;
use crate::record::SweepRecord;
use crate::store::{
    Decision, SnapshotContent, SnapshotNote, StoreError, encode_snapshot, named_digest,
};
use crate::value::Digest;

/// How many earlier snapshots a snapshot names: damage to fewer files in a row does not cut the order.
pub(super) const NAMED_BEFORE: usize = 8;

/// Whether a stored run counts for comparisons.
///
/// ```
/// use bencher_core::history::SnapshotState;
/// assert!(SnapshotState::Good.counts());
/// assert!(SnapshotState::Accepted { reason: "safer".to_owned() }.counts());
/// assert!(!SnapshotState::Failed { reason: "30 % slower".to_owned() }.counts());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SnapshotState {
    /// Nothing is known against it.
    #[default]
    Good,
    /// It failed a check, and no baseline uses it.
    Failed {
        /// What the check said.
        reason: String,
    },
    /// It is a regression that somebody accepted: the baseline begins anew with it.
    Accepted {
        /// Why it was accepted.
        reason: String,
    },
}

impl SnapshotState {
    /// Whether the run may be part of a baseline.
    pub const fn counts(&self) -> bool {
        !matches!(self, Self::Failed { .. })
    }
}

/// One stored run of a series.
///
/// See [`History`](super::History) for an example.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The digest of what is stored: two stores that have the same one have the same run.
    pub id: Digest,
    /// The number under which it was first stored, from 1.
    pub number: u64,
    /// Its label.
    pub event: TimeEvent,
    /// When it was stored, by the clock of that machine; its text is RFC 3339 in UTC.
    pub moment: Timestamp,
    /// The commit that was measured.
    pub commit: Option<String>,
    /// Whether it counts, by the latest decision.
    pub state: SnapshotState,
    /// The run. Large contents of its cells are references into the blobs of the store.
    pub record: SweepRecord,
    /// The snapshots that the store had when this one came, the newest first.
    pub(super) before: Vec<Digest>,
    /// Results whose cells no longer count, since newer snapshots displaced them.
    pub(super) dropped: BTreeSet<String>,
}

impl Snapshot {
    /// The class of the machine that the run was measured on; none if the record does not say.
    pub fn machine_class(&self) -> Option<Digest> {
        self.record.environment.as_ref().map(Environment::class)
    }

    /// Reads the bytes of a file whose name has the right digest.
    pub(super) fn from_content(
        path: &Path,
        id: Digest,
        content: SnapshotContent,
    ) -> Result<Self, StoreError> {
        let damaged = |why: &str| StoreError::Format {
            path: path.to_owned(),
            problem: format!("is damaged: {why}; restore a copy, or move the file away"),
        };
        if named_digest(path) != Some(id) {
            return Err(damaged("its content is not that of its name"));
        }
        let heading: Heading = postcard::from_bytes(&content.heading)
            .map_err(|_| damaged("its heading cannot be read"))?;
        let moment = heading.moment.parse();
        Ok(Self {
            id,
            number: heading.number,
            event: heading.event,
            moment: moment.map_err(|_| damaged("its moment cannot be read"))?,
            commit: heading.commit,
            state: heading.state,
            record: content.record,
            before: heading.before,
            dropped: BTreeSet::new(),
        })
    }

    /// The bytes of its file, once its large contents are among the blobs.
    pub(super) fn encode(&self, root: &Path) -> Result<Vec<u8>, StoreError> {
        let heading = Heading {
            number: self.number,
            event: self.event.clone(),
            moment: self.moment.to_string(),
            commit: self.commit.clone(),
            state: self.state.clone(),
            before: self.before.clone(),
        };
        let heading = postcard::to_stdvec(&heading);
        let heading = heading.map_err(|error| StoreError::Encode(error.to_string()))?;
        encode_snapshot(root, &heading, &self.record)
    }

    /// Takes the decisions of notes over. Of two that contradict each other, the one that its writer put last counts.
    pub(super) fn apply(&mut self, notes: &[&SnapshotNote]) {
        for note in notes {
            match &note.decision {
                Decision::Dropped(results) => self.dropped.extend(results.iter().cloned()),
                Decision::Failed(reason) => {
                    self.state = SnapshotState::Failed {
                        reason: reason.clone(),
                    };
                }
                Decision::Accepted(reason) => {
                    self.state = SnapshotState::Accepted {
                        reason: reason.clone(),
                    };
                }
            }
        }
    }
}

/// The head of a snapshot's file, before its record; the order of the fields is the format.
#[derive(Serialize, Deserialize)]
struct Heading {
    number: u64,
    event: TimeEvent,
    moment: String,
    commit: Option<String>,
    state: SnapshotState,
    before: Vec<Digest>,
}
