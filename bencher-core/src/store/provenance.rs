use serde::{Deserialize, Serialize};

/// In which run times were measured, and with which others they may be combined.
///
/// All fields are 0 for results that are no times, and for everything that versions 1 to 3 stored.
///
/// ```
/// use bencher_core::store::Provenance;
/// let first = Provenance { epoch: 7, run: 7, ..Provenance::default() };
/// let continued = Provenance { run: 9, ..first };
/// assert_eq!(continued.epoch, first.epoch, "run 9 measured a share again, and found the same times");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Provenance {
    /// The run that the conditions are those of. It is part of the identity of a sample: a run that
    /// finds the machine changed measures beside the stored rounds, not over them.
    pub epoch: u64,
    /// The run that measured them: its start in milliseconds since 1970, and larger than that of
    /// every earlier run of the series. A run that continues rounds of another epoch has compared
    /// both.
    pub run: u64,
    /// How many rounds each of several processes has; 0 where one process measured all.
    pub block: u32,
    /// Whether they were measured before it was known with which rounds they may be combined.
    /// They stand for no round of a later run.
    pub provisional: bool,
}
