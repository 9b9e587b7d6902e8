//! The notes of tags whose samples were removed.

use serde::{Deserialize, Serialize};

use super::frame::FrameContent;
use super::pack::{Pack, Series, tag_prefix};

/// The prefix of the keys of the notes, in `meta`.
pub(super) const CLEARED: &[u8] = b"cleared/";

/// The note that a tag was cleared up to a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ClearedTag {
    pub(super) sequence: u64,
    pub(super) tag: String,
}

impl ClearedTag {
    /// The key, in `meta`, of the note.
    pub(super) fn key(&self) -> Vec<u8> {
        [CLEARED, &tag_prefix(&self.tag)].concat()
    }

    /// The prefix of the keys of packs that may have been cleared.
    pub(super) fn prefix(&self) -> [u8; 8] {
        tag_prefix(&self.tag)
    }

    /// Whether a pack was stored before its tag was cleared.
    pub(super) fn covers(&self, pack: &Pack) -> bool {
        self.sequence > pack.sequence && self.is_of(&pack.series)
    }

    /// Whether a series was cleared.
    pub(super) fn is_of(&self, series: &Series) -> bool {
        self.tag == series.tag
    }
}

impl FrameContent for ClearedTag {
    fn read(_: u16, payload: &[u8]) -> postcard::Result<Self> {
        postcard::from_bytes(payload)
    }
}
