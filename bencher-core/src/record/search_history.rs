//! The history of a search, evaluation by evaluation, as it is kept with its dataset.

use serde::{Deserialize, Serialize};

use crate::dataset::Dataset;

/// The attribute of a dataset with the [history](SearchHistory) of its search, as JSON.
pub(crate) const SEARCH_HISTORY: &str = "search history";

/// What a search did, evaluation by evaluation.
///
/// ```
/// # use bencher_core::dataset::{Dataset, Dim, VariableInfo};
/// # use bencher_core::value::{Kind, Value};
/// use bencher_core::record::SearchHistory;
/// let dims = vec![Dim::input("n", Kind::Int(64), vec![Value::from(1)]), Dim::repeats(1)];
/// let grid = Dataset::new("Grid", dims, vec![VariableInfo::new("loss", Kind::Float(64))])?;
/// assert_eq!(SearchHistory::of(&grid), None, "not a search");
/// # Ok::<(), bencher_core::dataset::DatasetError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SearchHistory {
    /// The name of the sampler.
    pub sampler: String,
    /// Why it ended: `evaluations`, `time`, `target`, `no improvement`, `no progress`, `named`,
    /// `exhausted` or `stopped`.
    pub end: String,
    /// How many stored points it knew when it began.
    pub stored: u64,
    /// The largest number of workers that make the same proposals in the same order; 0 where that is not known.
    #[serde(default)]
    pub workers: u64,
    /// What it made small or large.
    pub objectives: Vec<SearchObjective>,
    /// The points, in the order of the dataset.
    pub trials: Vec<SearchTrial>,
    /// How much inputs matter for the first objective, alone and in pairs; the most important first.
    #[serde(default)]
    pub importance: Vec<SearchImportance>,
    /// What the model expects of the first objective along each of the most important inputs, through the best point.
    #[serde(default)]
    pub slices: Vec<SearchSlice>,
    /// With two objectives, a number for each evaluation: the part of the box between the best and the worst values
    /// that the points so far dominate.
    #[serde(default)]
    pub hypervolume: Vec<f64>,
}

/// An objective of a search.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SearchObjective {
    /// The name of the result.
    pub name: String,
    /// Whether more is better.
    pub is_maximized: bool,
}

/// A point of a search.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SearchTrial {
    /// Its number, from 0, in the order of the proposals.
    pub number: u64,
    /// Where it comes from: `queued`, `stored`, `spread`, `model` or `random`.
    pub origin: String,
    /// When it was known, in seconds since the search began.
    pub seconds: f64,
    /// The objectives, as the search knew them; empty where it failed.
    pub values: Vec<f64>,
    /// With several objectives: whether it lies on the front.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub front: Option<FrontClass>,
}

/// Whether a point lies on the front: no other point is as good in all objectives, and better in one.
///
/// A point with several samples has bounds at 95 %. The bounds of a single sample follow from the spread of other
/// points. Values that never vary are exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FrontClass {
    /// No point can dominate it within the bounds.
    Surely,
    /// The bounds do not decide it.
    Maybe,
    /// Another point dominates it, wherever both lie within their bounds.
    Dominated,
}

/// How much one input of a search matters, or a pair of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SearchImportance {
    /// One name, or two.
    pub inputs: Vec<String>,
    /// The share of the variance that they explain; of a pair, beyond what each explains alone.
    pub share: f64,
    /// The ends of the estimates.
    pub bounds: (f64, f64),
}

/// The first objective along one input as the model of a search predicts it; the other inputs have the values of the
/// best point.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SearchSlice {
    /// The input.
    pub input: String,
    /// Its values as numbers; positions where they are names.
    pub values: Vec<f64>,
    /// The names; empty where the values are numbers.
    #[serde(default)]
    pub names: Vec<String>,
    /// The value at the best point.
    pub best: f64,
    /// The expected values.
    pub expected: Vec<f64>,
    /// Their standard deviations.
    pub deviations: Vec<f64>,
}

impl SearchHistory {
    /// The history of the search that a dataset comes from; none where it comes from a grid, or has no history that
    /// fits it.
    // Only drawing needs it: it is compiled where it is called.
    #[inline]
    pub fn of(dataset: &Dataset) -> Option<Self> {
        let text = dataset.attributes.get(SEARCH_HISTORY)?;
        let history: Self = serde_json::from_slice(text.as_bytes()).ok()?;
        let points = dataset.dims().first()?.values.len();
        (history.trials.len() == points).then_some(history)
    }

    /// The positions of the points in the dataset, in the order of the proposals.
    pub fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.trials.len()).collect();
        crate::sort::by_key(&mut order, |at| {
            self.trials.get(*at).map(|trial| trial.number)
        });
        order
    }
}
