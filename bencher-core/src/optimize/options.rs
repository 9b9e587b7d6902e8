use std::fmt;

use super::sampler::Sampler;
use crate::dataset::percent;

/// The options of a search.
///
/// ```
/// use bencher_core::optimize::{Sampler, SearchOptions};
/// let options = SearchOptions::default().sampler(Sampler::Tpe).seed(7).budget(500).workers(4);
/// assert_eq!(options, options.clone());
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchOptions {
    pub(crate) sampler: Sampler,
    pub(super) seed: u64,
    pub(super) budget: Option<u64>,
    pub(super) target: Option<f64>,
    pub(super) within: Option<f64>,
    pub(super) workers: Option<u64>,
}

impl SearchOptions {
    /// Sets the sampler (a Gaussian process).
    pub fn sampler(self, sampler: Sampler) -> Self {
        Self { sampler, ..self }
    }

    /// Sets the seed (0). The same seed gives the same proposals, if results come in the same order or the search is
    /// [reproducible](Self::workers).
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Sets the number of trials (no limit), at least 1.
    pub fn budget(self, trials: u64) -> Self {
        let budget = Some(trials);
        Self { budget, ..self }
    }

    /// Ends the search when a trial has reached this value of the first goal.
    ///
    /// One value is enough, as long as no point has two different ones. After that, a single value may be luck, and the
    /// mean of two or more values of a trial counts. So under noise, [learn](super::Search::learn) further results of a
    /// trial that reaches the target before you tell its first.
    pub fn target(self, value: f64) -> Self {
        let target = Some(value);
        Self { target, ..self }
    }

    /// Ends the search when the model expects to improve the best value of a single goal by less than this share of it,
    /// three times in succession. The model cannot tell a gain below a ten-thousandth of the standard deviation of the
    /// known values, so such a gain counts as none. Only the Gaussian process has an expectation.
    ///
    /// With noise or several goals, a model always expects some gain. So the search also ends without progress for 100
    /// trials, and for as many as there were up to the last progress. A trial makes progress if it is better than all
    /// trials before it by more than this share of the best value, or, with several goals, of the range of each goal on
    /// the front. It needs at least a ten-thousandth of the distance from the best value to the middle one, or of that
    /// range.
    ///
    /// ```
    #[doc = include_str!("../example_sweep.md")]
    /// use bencher_core::optimize::{Asked, Goal, Search, SearchEnd, SearchOptions};
    /// use bencher_core::plan::SweepChoice;
    /// let (start, all) = (Sorting::baseline()?, SweepChoice::default());
    /// let options = SearchOptions::default().within(0.01);
    /// let mut search = Search::new(&start, &all, [Goal::minimize("cost")], options)?;
    /// while let Asked::Trial(trial) = search.ask()? {
    ///     let away = f64::from(u32::try_from(trial.sweep.len.abs_diff(300))?) / 100.0;
    ///     search.tell(trial.number, 10.0 + away * away)?;
    /// }
    /// assert_eq!(search.ended(), Some(SearchEnd::NoImprovement { within: 0.01 }));
    /// assert!(search.trials().len() < 50);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn within(self, share: f64) -> Self {
        let within = Some(share.max(0.0));
        Self { within, ..self }
    }

    /// Makes proposals independent of the order in which results arrive. Trial `k` uses the results of trials
    /// `0..=k - workers`, and the values that the model expects of the later ones. So one seed gives the same trials
    /// with any number of workers up to this one. [`Search::ask`](super::Search::ask) says when it needs a result
    /// first.
    ///
    /// Without this option, a proposal uses all known results.
    pub fn workers(self, workers: u64) -> Self {
        let workers = Some(workers);
        Self { workers, ..self }
    }
}

/// Why a search has ended.
///
/// ```
/// use bencher_core::optimize::SearchEnd;
/// let end = SearchEnd::Exhausted { points: 6 };
/// assert_eq!(end.to_string(), "all 6 points of the space that keep the constraints were evaluated");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum SearchEnd {
    /// The number of trials was reached.
    Budget {
        /// How many were proposed.
        trials: u64,
    },
    /// The first goal has reached its target.
    Target {
        /// The value that was reached.
        value: f64,
    },
    /// The model expects no improvement by more than a share of the best value.
    NoImprovement {
        /// The share; 0 stands for no improvement at all.
        within: f64,
    },
    /// No evaluation has improved on the best value by more than a share of it for long.
    NoProgress {
        /// The share; of the range on the front with several goals.
        within: f64,
        /// How many evaluations there were since the last progress.
        evaluations: u64,
    },
    /// Nothing is left to propose.
    Exhausted {
        /// How many points there were.
        points: u64,
    },
}

impl SearchEnd {
    /// Whether a value reached the target.
    pub(crate) const fn is_target(&self) -> bool {
        matches!(self, Self::Target { .. })
    }

    /// The name of the kind of end, for programs.
    ///
    /// ```
    /// use bencher_core::optimize::SearchEnd;
    /// assert_eq!(SearchEnd::Target { value: 0.1 }.name(), "target");
    /// ```
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Budget { .. } => "evaluations",
            Self::Target { .. } => "target",
            Self::NoImprovement { .. } => "no improvement",
            Self::NoProgress { .. } => "no progress",
            Self::Exhausted { .. } => "exhausted",
        }
    }
}

impl fmt::Display for SearchEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Budget { trials } => write!(f, "the budget of {trials} evaluations is used"),
            Self::Target { value } => write!(f, "the target was reached: {value}"),
            Self::NoImprovement { within } if *within > 0.0 => write!(
                f,
                "no improvement by more than {} is expected",
                percent(*within)
            ),
            Self::NoImprovement { .. } => f.write_str("no improvement is expected"),
            Self::NoProgress {
                within,
                evaluations,
            } => {
                write!(f, "the last {evaluations} evaluations improved nothing")?;
                if *within > 0.0 {
                    write!(f, " by more than {}", percent(*within))?;
                }
                Ok(())
            }
            Self::Exhausted { points: 1 } => {
                f.write_str("the only point of the space that keeps the constraints was evaluated")
            }
            Self::Exhausted { points } => write!(
                f,
                "all {points} points of the space that keep the constraints were evaluated"
            ),
        }
    }
}
