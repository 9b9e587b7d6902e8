use serde::{Deserialize, Serialize};

use crate::value::{Digest, KeyWriter, Value};

/// What groups samples: only samples of one series can stand for each other.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Series {
    /// The tag that partitions the store.
    pub tag: String,
    /// The type of the sweep, with package and module.
    pub sweep_type: String,
    /// The author's version of the benchmark.
    pub version: u32,
}

impl Series {
    /// The first bytes of the key of each of its packs: 8 of the tag's hash, 8 of the series'.
    pub fn prefix(&self) -> [u8; 16] {
        let mut key = KeyWriter::default();
        self.write(&mut key);
        let mut prefix = [0; 16];
        let halves = tag_prefix(&self.tag).into_iter().chain(short(key.digest()));
        for (slot, byte) in prefix.iter_mut().zip(halves) {
            *slot = byte;
        }
        prefix
    }

    pub(super) fn write(&self, key: &mut KeyWriter) {
        key.text(&self.tag);
        key.text(&self.sweep_type);
        key.number(u128::from(self.version));
    }
}

/// The first bytes of the key of every pack of a tag.
pub(super) fn tag_prefix(tag: &str) -> [u8; 8] {
    short(Digest::of(tag.as_bytes()))
}

fn short(digest: Digest) -> [u8; 8] {
    let mut bytes = [0; 8];
    for (slot, byte) in bytes.iter_mut().zip(digest.to_bytes()) {
        *slot = byte;
    }
    bytes
}

/// Samples that were committed together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pack {
    /// The running number that the store gave it; later samples replace earlier ones.
    pub sequence: u64,
    /// What the samples belong to.
    pub series: Series,
    /// The executable that measured them.
    pub code: Digest,
    /// When they were committed, in milliseconds since 1970.
    pub written_ms: i64,
    /// The names of inputs and constants, in the order of each sample's values.
    pub inputs: Vec<String>,
    /// The names and meaning versions of the results, in the order of each sample's results.
    pub results: Vec<(String, u32)>,
    /// The samples.
    pub samples: Vec<PackedSample>,
}

/// One sample of a [`Pack`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackedSample {
    /// The values of inputs and constants.
    pub inputs: Vec<Value>,
    /// Which repeat of the point, from 1.
    pub repeat: u32,
    /// The results; `None` for one that the sample did not set.
    pub results: Vec<Option<Value>>,
}
