use std::fmt;

use serde::{Deserialize, Serialize};

use crate::value::Value;

use super::{UnitScale, digits};

/// The state of a cell.
///
/// ```
/// use bencher_core::dataset::CellState;
/// let with_value: Vec<_> = CellState::ALL.into_iter().filter(|state| state.has_value()).collect();
/// assert_eq!(with_value, [CellState::Measured, CellState::Cached, CellState::Preempted]);
/// assert_eq!(CellState::TimedOut.to_string(), "timed out");
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[repr(u8)]
pub enum CellState {
    /// Not run yet.
    #[default]
    Pending,
    /// Recorded by this run.
    Measured,
    /// Taken from the store.
    Cached,
    /// The sample ran and did not set this result.
    Missing,
    /// Skipped on purpose; the reason says why.
    Skipped,
    /// The sample failed; the reason is its error.
    Failed,
    /// The sample was stopped at its time limit.
    TimedOut,
    /// Too short for the timer; the reason holds the floor.
    BelowResolution,
    /// A time during which the system took the core from every call, so that it includes the time of other programs.
    /// The reason holds the time on a core.
    Preempted,
}

impl CellState {
    /// Every state.
    pub const ALL: [Self; 9] = [
        Self::Pending,
        Self::Measured,
        Self::Cached,
        Self::Missing,
        Self::Skipped,
        Self::Failed,
        Self::TimedOut,
        Self::BelowResolution,
        Self::Preempted,
    ];

    /// Whether the cell holds a value.
    pub const fn has_value(self) -> bool {
        matches!(self, Self::Measured | Self::Cached | Self::Preempted)
    }

    /// The state's name in tables and files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Measured => "measured",
            Self::Cached => "cached",
            Self::Missing => "missing",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::TimedOut => "timed out",
            Self::BelowResolution => "below resolution",
            Self::Preempted => "preempted",
        }
    }
}

impl fmt::Display for CellState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One cell of one variable.
///
/// See [`Variable`](super::Variable) for an example.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell<'a> {
    /// Its state.
    pub state: CellState,
    /// Its value, where the state has one.
    pub value: Option<Value>,
    /// Why there is no value, or a remark on the value, if it was recorded.
    pub reason: Option<&'a str>,
}

impl Cell<'_> {
    /// Whether the system moved the program to another core during this time.
    ///
    /// ```
    /// use bencher_core::dataset::{Cell, CellState};
    /// let still = Cell { state: CellState::Measured, value: Some(1.5.into()), reason: None };
    /// assert!(!still.is_moved());
    /// assert!(Cell { reason: Some("moved to another core"), ..still }.is_moved());
    /// ```
    pub fn is_moved(&self) -> bool {
        self.has_note(MOVED)
    }

    /// Whether a core was slowed down because of heat during this time.
    ///
    /// ```
    /// use bencher_core::dataset::{Cell, CellState};
    /// let cool = Cell { state: CellState::Measured, value: Some(1.5.into()), reason: None };
    /// assert!(!cool.is_throttled());
    /// assert!(Cell { reason: Some("core throttled because of heat"), ..cool }.is_throttled());
    /// ```
    pub fn is_throttled(&self) -> bool {
        self.has_note(THROTTLED)
    }

    /// Whether a run before the latest one of the dataset measured this time.
    ///
    /// ```
    /// use bencher_core::dataset::{Cell, CellState};
    /// let fresh = Cell { state: CellState::Measured, value: Some(1.5.into()), reason: None };
    /// assert!(!fresh.is_of_earlier_run());
    /// let reason = Some("measured by an earlier run, at 2026-03-01T12:00:00Z");
    /// assert!(Cell { state: CellState::Cached, reason, ..fresh }.is_of_earlier_run());
    /// ```
    pub fn is_of_earlier_run(&self) -> bool {
        self.has_note(EARLIER_RUN)
    }

    fn has_note(&self, note: &str) -> bool {
        self.value.is_some() && self.reason.is_some_and(|reason| reason.contains(note))
    }
}

/// How the note begins at a time that another run measured than the latest of its dataset.
const EARLIER_RUN: &str = "measured by an earlier run";

/// How the note begins at a time that many slices do not count for.
const SHARE: &str = "of ";
/// How it ends.
const OF_SLICES: &str = " % of the timing slices";
/// The note at a time during which the system moved the program to another core.
const MOVED: &str = "moved to another core";
/// The note at a time during which a core was slowed down because of heat.
const THROTTLED: &str = "core throttled because of heat";

/// The note at a time that something disturbed: `of 85.0 % of the timing slices; moved to another core`.
///
/// `busy` is the time on a core, in seconds, if every call was preempted. `share` is the share of the slices that
/// count, if many do not.
pub(crate) fn mark_text(
    busy: Option<f64>,
    share: Option<f64>,
    is_moved: bool,
    is_throttled: bool,
) -> String {
    let busy = busy.map(|busy| {
        let scale = UnitScale::for_magnitude("s", busy);
        let digits = digits(scale.apply(busy), 4);
        format!("{digits} {} on the core", scale.units())
    });
    let share = share.map(|share| format!("{SHARE}{:.1}{OF_SLICES}", share * 100.0));
    let moved = is_moved.then(|| MOVED.to_owned());
    let throttled = is_throttled.then(|| THROTTLED.to_owned());
    let notes = [busy, share, moved, throttled];
    let notes: Vec<String> = notes.into_iter().flatten().collect();
    notes.join("; ")
}

/// The share of the slices that a note names.
pub(crate) fn share_of_slices(note: &str) -> Option<f64> {
    let (percent, _) = note.strip_prefix(SHARE)?.split_once(OF_SLICES)?;
    percent.parse::<f64>().ok().map(|percent| percent / 100.0)
}

/// The note at a time of an earlier run, which began `run` milliseconds after 1970; 0 if that is not known.
pub(crate) fn earlier_run(run: u64) -> String {
    let began = i64::try_from(run).ok().filter(|began| *began != 0);
    let began = began.and_then(|began| jiff::Timestamp::from_millisecond(began).ok());
    match began {
        Some(began) => format!("{EARLIER_RUN}, at {began:.0}"),
        None => EARLIER_RUN.to_owned(),
    }
}
