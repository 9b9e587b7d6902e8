use std::sync::Arc;

use crate::quiet;

/// A rule that the points of a sweep must keep. A point that breaks it is not run: its cells are
/// skipped, with the reason.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
#[doc = include_str!("../example_bench.md")]
/// use bencher_core::dataset::CellState;
/// let result = bench
///     .sweep("Moves")
///     .inputs([Sorting::LEN.values([4_u64, 400])])
///     .constraint("400 elements take too long", |sorting: &Sorting| sorting.len < 400)
///     .run()?;
/// let moves = result.dataset().variable("moves")?;
/// assert_eq!(moves.states(), [CellState::Measured, CellState::Skipped]);
/// assert_eq!(moves.cell(1).and_then(|cell| cell.reason), Some("400 elements take too long"));
/// assert_eq!((result.counts().executed, result.counts().skipped), (1, 1));
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
pub struct Constraint<S> {
    reason: Arc<str>,
    holds: Arc<dyn Fn(&S) -> bool + Send + Sync>,
}

impl<S> Constraint<S> {
    /// A rule: where `holds` is false, a point is skipped for `reason`.
    pub fn new(
        reason: impl Into<String>,
        holds: impl Fn(&S) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self {
            reason: reason.into().into(),
            holds: Arc::new(holds),
        }
    }

    /// Why a point that breaks the rule is skipped.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Whether a point keeps the rule.
    ///
    /// # Errors
    /// Where the rule panics: its text.
    pub(super) fn check(&self, sweep: &S) -> Result<bool, String> {
        quiet::catch(std::panic::AssertUnwindSafe(|| (self.holds)(sweep)))
            .map_err(|panic| format!("the constraint \"{}\" panicked: {panic}", self.reason))
    }
}

// None of these derived: that would ask the user's type for them.
impl<S> Clone for Constraint<S> {
    fn clone(&self) -> Self {
        Self {
            reason: Arc::clone(&self.reason),
            holds: Arc::clone(&self.holds),
        }
    }
}

/// By the reason: code cannot be compared.
impl<S> PartialEq for Constraint<S> {
    fn eq(&self, other: &Self) -> bool {
        self.reason == other.reason
    }
}

impl<S> std::fmt::Debug for Constraint<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Constraint").field(&self.reason).finish()
    }
}
