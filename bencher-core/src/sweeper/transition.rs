//! The table of transitions between the states of an element.

use std::fmt;

/// The state of an element.
///
/// ```
/// use bencher_core::sweeper::{ElementState, ParamSweeper};
/// # let dir = tempfile::tempdir()?;
/// let sweeper = ParamSweeper::open(dir.path(), [1, 2])?;
/// assert_eq!(sweeper.info(&2)?.map(|info| info.state), Some(ElementState::Todo));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ElementState {
    /// Not claimed.
    Todo,
    /// Claimed by an owner.
    InProgress,
    /// Done, for good.
    Done,
    /// Skipped until [`reset`](super::ParamSweeper::reset).
    Skipped,
}

impl fmt::Display for ElementState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Todo => "todo",
            Self::InProgress => "in progress",
            Self::Done => "done",
            Self::Skipped => "skipped",
        })
    }
}

/// A transition of an element.
///
/// | | todo | in progress, here | in progress, elsewhere | done | skipped |
/// |---|---|---|---|---|---|
/// | get | in progress | | | | |
/// | done | done | done | | | |
/// | skip | skipped | skipped | | | |
/// | cancel | | todo | | | |
/// | expire | | | todo | | |
/// | reset | | | | | todo |
/// | reset in progress | | todo | todo | | |
///
/// An empty cell is an [error](super::SweeperError::InvalidTransition). An element that is todo may become done: it is
/// todo again after its lease expired, and its old owner may still complete it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Transition {
    /// A handle claims it.
    Get,
    /// It becomes done.
    Done,
    /// It is skipped.
    Skip,
    /// Its owner returns it.
    Cancel,
    /// Its owner is gone.
    Expire,
    /// It is no longer skipped.
    Reset,
    /// It is taken back from its owner.
    ResetInProgress,
}

impl Transition {
    /// The table: the next state of an element in this state, with or without the handle as its owner; `None` where the
    /// transition is illegal.
    pub(super) const fn apply(self, state: ElementState, here: bool) -> Option<ElementState> {
        use ElementState::{Done, InProgress, Skipped, Todo};
        match (self, state, here) {
            (Self::Get, Todo, _) => Some(InProgress),
            (Self::Done, Todo, _) | (Self::Done, InProgress, true) => Some(Done),
            (Self::Skip, Todo, _) | (Self::Skip, InProgress, true) => Some(Skipped),
            (Self::Cancel, InProgress, true)
            | (Self::Expire, InProgress, false)
            | (Self::Reset, Skipped, _)
            | (Self::ResetInProgress, InProgress, _) => Some(Todo),
            _ => None,
        }
    }
}

/// As in "cannot ... it".
impl fmt::Display for Transition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Get => "hand out",
            Self::Done => "mark as done",
            Self::Skip => "skip",
            Self::Cancel => "cancel",
            Self::Expire | Self::ResetInProgress => "take back",
            Self::Reset => "reset",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table() {
        use ElementState::{Done, InProgress, Skipped, Todo};
        let columns = [
            (Todo, false),
            (InProgress, true),
            (InProgress, false),
            (Done, false),
            (Skipped, false),
        ];
        let rows = [
            (Transition::Get, [Some(InProgress), None, None, None, None]),
            (Transition::Done, [Some(Done), Some(Done), None, None, None]),
            (
                Transition::Skip,
                [Some(Skipped), Some(Skipped), None, None, None],
            ),
            (Transition::Cancel, [None, Some(Todo), None, None, None]),
            (Transition::Expire, [None, None, Some(Todo), None, None]),
            (Transition::Reset, [None, None, None, None, Some(Todo)]),
            (
                Transition::ResetInProgress,
                [None, Some(Todo), Some(Todo), None, None],
            ),
        ];
        for (transition, row) in rows {
            assert_eq!(
                columns.map(|(state, here)| transition.apply(state, here)),
                row,
                "{transition}"
            );
        }
    }
}
