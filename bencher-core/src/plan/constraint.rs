use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use crate::panics;

/// A rule that the points of a sweep must satisfy. A point that violates it is not run: its cells are skipped, with the
/// reason.
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
    pub(super) rule: Rule,
    sweep: PhantomData<fn(&S)>,
}

/// A constraint of a sweep of any type.
#[derive(Clone)]
pub(crate) struct Rule {
    reason: Arc<str>,
    holds: Arc<Holds>,
}

/// Whether a point keeps a rule.
type Holds = dyn Fn(&dyn Any) -> bool + Send + Sync;

impl Rule {
    /// The reason for skipping a point that violates the rule.
    pub(super) fn reason(&self) -> &str {
        &self.reason
    }

    /// Whether a point keeps the rule.
    ///
    /// # Errors
    /// Where the rule panics: its text.
    pub(super) fn check(&self, sweep: &dyn Any) -> Result<bool, String> {
        panics::catch(AssertUnwindSafe(|| (self.holds)(sweep)))
            .map_err(|panic| format!("the constraint \"{}\" panicked: {panic}", self.reason))
    }
}

impl<S: 'static> Constraint<S> {
    /// Makes a rule: where `holds` is false, a point is skipped for `reason`.
    pub fn new(
        reason: impl Into<String>,
        holds: impl Fn(&S) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self {
            rule: Rule {
                reason: reason.into().into(),
                holds: Arc::new(move |sweep| sweep.downcast_ref().is_none_or(&holds)),
            },
            sweep: PhantomData,
        }
    }
}

impl<S> Constraint<S> {
    /// The reason for skipping a point that violates the rule.
    pub fn reason(&self) -> &str {
        self.rule.reason()
    }
}

// None of these derived: that would ask the user's type for them.
impl<S> Clone for Constraint<S> {
    fn clone(&self) -> Self {
        Self {
            rule: self.rule.clone(),
            sweep: PhantomData,
        }
    }
}

/// Compares the reasons, because code cannot be compared.
impl<S> PartialEq for Constraint<S> {
    fn eq(&self, other: &Self) -> bool {
        self.reason() == other.reason()
    }
}

impl<S> fmt::Debug for Constraint<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rule.fmt(f)
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Constraint").field(&self.reason).finish()
    }
}
