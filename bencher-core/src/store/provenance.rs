use serde::{Deserialize, Serialize};

/// The run and the epoch of measured times: only times of one epoch may be combined.
///
/// All fields are 0 for results that are not times, and for all data of versions 1 to 3.
///
/// ```
/// use bencher_core::store::Provenance;
/// let first = Provenance { epoch: 7, run: 7, ..Provenance::default() };
/// let continued = Provenance { run: 9, ..first };
/// assert_eq!(continued.epoch, first.epoch, "run 9 measured a share again, and found the same times");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Provenance {
    /// The run whose conditions the times have. It is part of the identity of a sample. A run on a changed machine
    /// therefore adds rounds beside the stored ones, and does not replace them.
    pub epoch: u64,
    /// The run that measured them: its start in milliseconds since 1970, larger than the number of every earlier run of
    /// the series. A run that continues rounds of another epoch has compared both.
    pub run: u64,
    /// The number of repeats reserved for each replicate; 0 where one process measured all.
    pub rounds_per_replicate: u32,
    /// Whether they were measured before their epoch was known. They never stand for rounds of a later run.
    pub provisional: bool,
}
