use thiserror::Error;

use crate::plan::PlanError;
use crate::var::{DomainError, UnknownName};

/// Why a search is not possible, or cannot go on.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
/// use bencher_core::optimize::{Goal, Search, SearchError, SearchOptions};
/// use bencher_core::plan::SweepChoice;
/// let (start, all) = (Sorting::baseline()?, SweepChoice::default());
/// let error = Search::new(&start, &all, [], SearchOptions::default()).unwrap_err();
/// assert!(matches!(error, SearchError::NoGoal));
/// let mut search = Search::new(&start, &all, [Goal::minimize("moves")], SearchOptions::default())?;
/// assert_eq!(
///     search.tell(7, 1.0).unwrap_err().to_string(),
///     "trial 7 was never proposed; tell the number of a trial that `ask` returned"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum SearchError {
    /// The declaration does not fit its type.
    #[error(transparent)]
    Plan(Box<PlanError>),
    /// A domain that cannot be searched.
    #[error("input `{input}`: {source}")]
    Domain {
        /// The input.
        input: String,
        /// The problem.
        source: Box<DomainError>,
    },
    /// Variants within variants within variants.
    #[error("input `{0}` has variants within more than 32 variants; flatten the enum")]
    TooDeep(String),
    /// Every input has one value.
    #[error("nothing to search: no input is swept; name inputs with a range or several values")]
    NoInputs,
    /// There is no objective.
    #[error("nothing to optimize: name a result to make small or large")]
    NoGoal,
    /// A result without a direction.
    #[error(
        "result `{0}` has no direction, so nothing says which values are better; declare it with \
         `#[result(direction = \"minimize\")]` or \"maximize\""
    )]
    NoDirection(String),
    /// A result without a number.
    #[error("result `{result}` is {kind}, which cannot be optimized; choose a number")]
    NotANumber {
        /// The result.
        result: String,
        /// Its kind.
        kind: String,
    },
    /// An objective that is named twice.
    #[error("`{0}` is named twice as an objective; name it once")]
    RepeatedGoal(String),
    /// An unknown result or sampler.
    #[error(transparent)]
    Unknown(#[from] UnknownName),
    /// A budget of nothing.
    #[error("the budget of the search is 0, so nothing would be evaluated; give 1 or more")]
    NoBudget,
    /// A target that is no number.
    #[error("the target of the search is not a number, so no value reaches it; give a number")]
    NoTarget,
    /// No worker.
    #[error("a search with 0 workers evaluates nothing; give 1 or more")]
    NoWorkers,
    /// No point keeps the constraints.
    #[error(
        "none of the {tried} points that were tried keeps all constraints; the last one broke \"{reason}\"; \
         check that the constraints do not contradict each other"
    )]
    NothingAllowed {
        /// The number of points.
        tried: u64,
        /// The reason of the last constraint that was broken, or the text of its panic.
        reason: String,
    },
    /// Alternatives and replicates need the same points from the start.
    #[error(
        "a search has no points that could be compared or measured by several processes; leave out `compare` and \
         `--replicates`, or take the whole grid"
    )]
    OnlyAlone,
    /// A trial that was not proposed.
    #[error("trial {0} was never proposed; tell the number of a trial that `ask` returned")]
    UnknownTrial(u64),
    /// A trial that has its result already.
    #[error("trial {0} was told twice; its first result stays")]
    ToldTwice(u64),
    /// A result with another number of objectives.
    #[error("trial {trial} was told {given} objectives, but the search has {expected}")]
    Objectives {
        /// The trial, or the number of trials where it has none.
        trial: u64,
        /// How many it was told.
        given: usize,
        /// How many there are.
        expected: usize,
    },
    /// A point that the space does not have.
    #[error("the point does not lie in the space of the search: {0}")]
    Outside(String),
    /// All trials failed.
    #[error("none of the {failed} trials has a finite objective; the last one: {reason}")]
    AllFailed {
        /// How many failed.
        failed: u64,
        /// Why the last one failed.
        reason: String,
    },
    /// Nothing was evaluated.
    #[error("no trial was evaluated yet")]
    NoTrials,
}

impl From<PlanError> for SearchError {
    fn from(error: PlanError) -> Self {
        Self::Plan(Box::new(error))
    }
}
