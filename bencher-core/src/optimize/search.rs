use std::marker::PhantomData;

use crate::evaluator::IntoObjective;
use crate::plan::SweepChoice;
use crate::value::Value;
use crate::var::ParametrizedSweep;

use super::error::SearchError;
use super::goal::Goal;
use super::importance::Importance;
use super::options::{SearchEnd, SearchOptions};
use super::proposals::{Next, Proposals};
use super::sampler::Origin;
use super::space::SearchSpace;

/// A search for a program's own loop: ask for a point, evaluate it, tell its objective.
///
/// Only the program evaluates points: on this thread, with an [`Evaluator`](crate::evaluator::Evaluator), or on another
/// machine. Several points may be under way: those without a result count as the model expects them, so that new ones
/// lie elsewhere. No point is proposed twice.
///
/// A failed trial ([`Err`], NaN, an infinity) counts as bad as the worst.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
/// use bencher_core::optimize::{Asked, Goal, Search, SearchOptions};
/// use bencher_core::plan::SweepChoice;
/// let options = SearchOptions::default().budget(30);
/// let goals = [Goal::minimize("distance")];
/// let mut search = Search::new(&Sorting::baseline()?, &SweepChoice::default(), goals, options)?;
/// while let Asked::Trial(trial) = search.ask()? {
///     // The best length is 300, presorted.
///     let distance = trial.sweep.len.abs_diff(300) + if trial.sweep.presorted { 0 } else { 500 };
///     search.tell(trial.number, distance)?;
/// }
/// let best = search.best()?;
/// assert!(best.objectives[0] < 10.0, "{best:?}");
/// assert_eq!(best.inputs[1], ("presorted".to_owned(), true.into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Search<S> {
    proposals: Proposals,
    sweep: PhantomData<fn() -> S>,
}

/// A point to evaluate.
#[derive(Clone, Debug)]
pub struct Trial<S> {
    /// Its number, from 0.
    pub number: u64,
    /// The inputs, with results unset.
    pub sweep: S,
    /// Where it comes from.
    pub origin: Origin,
}

/// The answer of [`Search::ask`].
#[derive(Clone, Debug)]
pub enum Asked<S> {
    /// Evaluate this.
    Trial(Trial<S>),
    /// The order of a [reproducible](SearchOptions::workers) search needs a result first: that of this trial.
    Wait(u64),
    /// The search has ended.
    Ended(SearchEnd),
}

/// A trial with its result.
#[derive(Clone, Debug, PartialEq)]
pub struct FinishedTrial {
    /// Its number; `None` where it was [learned](Search::learn).
    pub number: Option<u64>,
    /// The inputs, by name.
    pub inputs: Vec<(String, Value)>,
    /// The objectives, in the order of the goals; empty where it failed.
    pub objectives: Vec<f64>,
    /// Why it failed.
    pub error: Option<String>,
    /// Where it comes from; `None` where it was learned.
    pub origin: Option<Origin>,
}

/// Why a value of the type is no point of the search.
const NO_PLACE: &str = "a value is NaN, or an input that is not searched differs from its constant";

impl<S: ParametrizedSweep> Search<S> {
    /// Makes a search over the inputs of a declaration.
    ///
    /// # Errors
    /// Where the declaration does not fit the type, there is no goal, or an option is 0.
    pub fn new(
        prototype: &S,
        choice: &SweepChoice<S>,
        goals: impl IntoIterator<Item = Goal>,
        options: SearchOptions,
    ) -> Result<Self, SearchError> {
        let space = SearchSpace::new(prototype, choice)?;
        Ok(Self {
            proposals: Proposals::new(space, goals.into_iter().collect(), options)?,
            sweep: PhantomData,
        })
    }

    /// The next point.
    ///
    /// # Errors
    /// Where no point keeps the constraints.
    pub fn ask(&mut self) -> Result<Asked<S>, SearchError> {
        Ok(match self.proposals.next()? {
            Next::Ended(end) => Asked::Ended(end),
            Next::Wait(number) => Asked::Wait(number),
            Next::Proposal { number, origin } => Asked::Trial(Trial {
                number,
                origin,
                sweep: self.sweep_of(number)?,
            }),
        })
    }

    fn sweep_of(&self, number: u64) -> Result<S, SearchError> {
        let space = self.proposals.space();
        let values = self
            .proposals
            .place(number)
            .and_then(|place| space.values(place));
        let values = values.ok_or(SearchError::UnknownTrial(number))?;
        let mut copy = None;
        let placed = space.plan().with_values(&values, &mut |sweep| {
            let sweep: &dyn std::any::Any = sweep;
            copy = sweep.downcast_ref::<S>().cloned();
            Ok(())
        });
        placed.map_err(SearchError::Outside)?;
        copy.ok_or(SearchError::UnknownTrial(number))
    }

    /// Tells the result of a trial: a number, several numbers for several goals, or an error.
    ///
    /// # Errors
    /// Where the trial is unknown or has a result already, or the number of objectives is wrong. The search goes on.
    pub fn tell(&mut self, trial: u64, result: impl IntoObjective) -> Result<(), SearchError> {
        let result = result.into_objective().map(|objective| objective.values);
        self.proposals.tell(trial, result)?;
        if let Some(place) = self.proposals.place(trial).cloned() {
            self.proposals.end_if_target_reached(&place);
        }
        Ok(())
    }

    /// Queues a point, which is proposed before others; its inputs that are not searched do not count.
    ///
    /// # Errors
    /// Where it does not lie in the space, or breaks a constraint.
    ///
    /// ```
    #[doc = include_str!("../example_sweep.md")]
    /// use bencher_core::optimize::{Asked, Goal, Search, SearchOptions};
    /// use bencher_core::plan::SweepChoice;
    /// let (start, all) = (Sorting::baseline()?, SweepChoice::default());
    /// let mut search = Search::new(&start, &all, [Goal::minimize("moves")], SearchOptions::default())?;
    /// let mut guess = start.clone();
    /// guess.len = 300;
    /// search.queue(&guess)?;
    /// assert!(matches!(search.ask()?, Asked::Trial(trial) if trial.sweep.len == 300));
    /// guess.len = 5000;
    /// assert!(search.queue(&guess).is_err(), "at most 1000 elements");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn queue(&mut self, sweep: &S) -> Result<(), SearchError> {
        let place = self
            .proposals
            .space()
            .place_of(&values_of(sweep, self.proposals.space()));
        let place = place.ok_or_else(|| SearchError::Outside(NO_PLACE.to_owned()))?;
        self.proposals.queue(place)
    }

    /// Learns a result from elsewhere, such as an earlier search, or another one of a trial. It does not count as an
    /// evaluation, and its point is not proposed. It may lie outside the space: a choice that is no more, a length
    /// beyond the bounds.
    ///
    /// # Errors
    /// Where an input has a value of another kind, or the number of objectives is wrong.
    pub fn learn(&mut self, sweep: &S, result: impl IntoObjective) -> Result<(), SearchError> {
        let place = self
            .proposals
            .space()
            .place_of(&values_of(sweep, self.proposals.space()));
        let place = place.ok_or_else(|| SearchError::Outside(NO_PLACE.to_owned()))?;
        let result = result.into_objective().map(|objective| objective.values);
        self.proposals.learn(place.clone(), result)?;
        self.proposals.end_if_target_reached(&place);
        Ok(())
    }

    /// The best trial by the first goal, with the means of its objectives.
    ///
    /// If every point has one value, this is the trial with the best one. That is right for exact values. Under noise,
    /// the best of many values is mostly the luckiest, so evaluate the most promising trials again, and
    /// [learn](Self::learn) the results. Once a point has two different values, the best trial is the one with the best
    /// expected value, by a Gaussian process of all results with the noise that the repeats show.
    ///
    /// # Errors
    /// Where none was evaluated, or all failed.
    ///
    /// ```
    #[doc = include_str!("../example_sweep.md")]
    /// use bencher_core::optimize::{Asked, Goal, Search, SearchOptions};
    /// use bencher_core::plan::SweepChoice;
    /// let options = SearchOptions::default().budget(20);
    /// let goals = [Goal::minimize("distance")];
    /// let mut search = Search::new(&Sorting::baseline()?, &SweepChoice::default(), goals, options)?;
    /// while let Asked::Trial(trial) = search.ask()? {
    ///     let distance = trial.sweep.len.abs_diff(300);
    ///     // The fifth trial has luck: its value is one that no other has.
    ///     search.tell(trial.number, if trial.number == 4 { 0 } else { 100 + distance })?;
    ///     if trial.number == 4 {
    ///         search.learn(&trial.sweep, 100 + distance)?;
    ///         search.learn(&trial.sweep, 100 + distance)?;
    ///     }
    /// }
    /// assert_ne!(search.best()?.number, Some(4));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn best(&self) -> Result<FinishedTrial, SearchError> {
        self.proposals.best()
    }

    /// The trials that no other trial beats in all goals, in the order of their results.
    pub fn front(&self) -> Vec<FinishedTrial> {
        self.proposals.front()
    }

    /// All trials with a result: first those that were learned, then the others in the order in which they were
    /// proposed.
    pub fn trials(&self) -> Vec<FinishedTrial> {
        self.proposals.trials()
    }

    /// How much each dimension matters for the first goal, the most important first; empty below 20 trials with a
    /// result.
    pub fn importance(&self) -> Vec<Importance> {
        self.proposals.importance().0
    }

    /// How much pairs of the eight most important dimensions matter for the first goal, beyond what each explains
    /// alone.
    pub fn pair_importance(&self) -> Vec<Importance> {
        self.proposals.importance().1
    }

    /// Why the search has ended; `None` as long as it goes on.
    pub const fn ended(&self) -> Option<SearchEnd> {
        self.proposals.ended()
    }
}

// Not derived: that would ask the user's type for `Debug`.
impl<S> std::fmt::Debug for Search<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.proposals.fmt(f)
    }
}

/// The values of all inputs; those that are not searched as the space has them.
fn values_of<S: ParametrizedSweep>(sweep: &S, space: &SearchSpace) -> Vec<Value> {
    let mut own = Vec::new();
    for input in space.searched().iter().flat_map(|input| &input.inputs) {
        own.extend(sweep.input(*input).map(|value| (*input, value)));
    }
    space.plan().values_with(&own)
}
