use std::fmt;

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::record::OwnerRecord;
use super::state_table::ElementEntry;
use super::transition::ElementState;
use crate::value::Digest;

/// The information on one element.
///
/// ```
/// use bencher_core::sweeper::ParamSweeper;
/// # let dir = tempfile::tempdir()?;
/// let sweeper = ParamSweeper::open(dir.path(), 0..5)?;
/// let element = sweeper.get_next()?.ok_or("nothing is left")?;
/// sweeper.cancel_with(&element, "no machine was free")?;
/// let element = sweeper.get_next()?.ok_or("nothing is left")?;
/// sweeper.done_with(&element, &[0.25, 0.5])?;
/// let info = sweeper.info(&element)?.ok_or("unknown")?;
/// assert_eq!((info.attempts, info.error.as_deref()), (2, Some("no machine was free")));
/// assert_eq!(info.result::<[f64; 2]>(), Some([0.25, 0.5]));
/// assert_eq!(info.owner.map(|owner| owner.process), Some(std::process::id()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ElementInfo {
    /// Its identity.
    pub id: Digest,
    /// Its state.
    pub state: ElementState,
    /// How often it was claimed.
    pub attempts: u32,
    /// The reason of its last return or skip.
    pub error: Option<String>,
    /// The handle that made its last transition; for an element in progress, its owner.
    pub owner: Option<Owner>,
    /// When that was; `None` for an element that was never claimed.
    pub at: Option<Timestamp>,
    result: Option<serde_json::Value>,
}

impl ElementInfo {
    pub(super) fn new(id: u128, entry: &ElementEntry, owner: Option<&OwnerRecord>) -> Self {
        let note = entry.note.as_deref();
        Self {
            id: Digest(id),
            state: entry.state,
            attempts: entry.attempts,
            error: note.and_then(|note| note.error.clone()),
            result: note.and_then(|note| note.result.clone()),
            owner: owner.map(Owner::new),
            at: moment(entry.at).filter(|_| entry.owner != 0),
        }
    }

    /// The result from [`done_with`](super::ParamSweeper::done_with); `None` where there is none, or it has another
    /// type.
    pub fn result<R: DeserializeOwned>(&self) -> Option<R> {
        serde_json::from_value(self.result.clone()?).ok()
    }
}

/// A handle that has or had elements in progress.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Owner {
    /// The name of its host.
    pub host: String,
    /// Its process there.
    pub process: u32,
    /// When it was opened.
    pub since: Option<Timestamp>,
}

impl Owner {
    pub(super) fn new(record: &OwnerRecord) -> Self {
        Self {
            host: record.name.clone(),
            process: record.process,
            since: moment(record.since),
        }
    }
}

/// `process 4711 on node3 since 2026-03-01T12:00:00Z`.
impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {} on {}", self.process, self.host)?;
        match self.since {
            Some(since) => write!(f, " since {since:.0}"),
            None => Ok(()),
        }
    }
}

fn moment(milliseconds: u64) -> Option<Timestamp> {
    Timestamp::from_millisecond(i64::try_from(milliseconds).ok()?).ok()
}
