//! The runs of sweeps over time: plain data, from which [`write_history`](crate::write_history) draws a page.

mod percentiles;
mod thinning;

use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
use bencher_core::record::SweepRecord;
use bencher_core::value::Kind;
use bencher_core::var::Direction;

pub(crate) use percentiles::percentiles;
pub use percentiles::{Mean, Percentiles};
pub(crate) use thinning::{MOST_NUMBERS, kept_runs};

/// All runs of one sweep.
///
/// ```
#[doc = include_str!("example_dataset.md")]
/// use bencher_report::over_time::{PointOfRun, ResultRuns, Run, SweepRuns};
/// # use bencher_core::record::{Counts, SweepRecord};
/// # let record = SweepRecord {
/// #     bench: "Sorting".to_owned(), title: "Sorting".to_owned(), description: String::new(),
/// #     post_description: String::new(), tag: String::new(), started: String::new(), dataset, constants: vec![],
/// #     failures: vec![], counts: Counts::default(), timings: vec![], warnings: vec![], sweep_type: String::new(),
/// #     version: 1, identity: None, environment: None,
/// # };
/// let value = |x| vec![PointOfRun { value: Some(x), ..PointOfRun::default() }];
/// let result = ResultRuns::new(VariableInfo::new("moves", Kind::Uint(64)), vec![value(3.0), value(4.0)]);
/// let runs = vec![Run::new(1, "PR 12", "2026-03-01T12:00:00Z"), Run::new(2, "PR 13", "2026-03-02T12:00:00Z")];
/// let sweep = SweepRuns::new(record, runs, vec![], vec![result]);
/// assert_eq!(sweep.points(), 1);
/// let folder = tempfile::tempdir()?;
/// # if cfg!(feature = "html") {
/// let files = bencher_report::write_history(&[sweep], folder.path(), &Default::default())?;
/// assert!(std::fs::read_to_string(files.html.ok_or("no page")?)?.contains("PR 13"));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct SweepRuns {
    /// The newest run. Its title, tag, texts and environment head the section; its results that are no numbers are
    /// drawn.
    pub newest: SweepRecord,
    /// The runs, the oldest first.
    pub runs: Vec<Run>,
    /// The inputs with the levels of all runs. The last one varies fastest among the points.
    pub inputs: Vec<Dim>,
    /// The results that are numbers.
    pub results: Vec<ResultRuns>,
    /// The results over the numbers of the runs, a curve for each point; none where there are too many points.
    pub curves: Option<Dataset>,
    /// Where the level of a result changed, a sentence each.
    pub changes: Vec<String>,
    /// Notes for the reader: runs that are not compared, files that cannot be read.
    pub notes: Vec<String>,
}

impl SweepRuns {
    /// The runs of a sweep, without curves, changes and notes.
    pub const fn new(
        newest: SweepRecord,
        runs: Vec<Run>,
        inputs: Vec<Dim>,
        results: Vec<ResultRuns>,
    ) -> Self {
        Self {
            newest,
            runs,
            inputs,
            results,
            curves: None,
            changes: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// How many points the grid of all runs has.
    pub fn points(&self) -> usize {
        self.inputs.iter().map(Dim::len).product()
    }
}

/// One run of a sweep, as a reader knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its number in the history, from 1.
    pub number: u64,
    /// Its label.
    pub event: String,
    /// When it was stored, in RFC 3339.
    pub moment: String,
    /// The commit that was measured.
    pub commit: Option<String>,
    /// Whether it counts.
    pub state: RunState,
}

impl Run {
    /// A good run of an unknown commit.
    pub fn new(number: u64, event: impl Into<String>, moment: impl Into<String>) -> Self {
        Self {
            number,
            event: event.into(),
            moment: moment.into(),
            commit: None,
            state: RunState::Good,
        }
    }

    /// The day on which it was stored: `2026-03-01`.
    pub fn day(&self) -> &str {
        self.moment
            .split_once('T')
            .map_or(self.moment.as_str(), |(day, _)| day)
    }

    /// The commit in nine digits; empty where it is not known.
    pub fn short_commit(&self) -> &str {
        let commit = self.commit.as_deref().unwrap_or_default();
        commit.get(..9).unwrap_or(commit)
    }

    /// `PR 12 · 2026-03-01 · a1b2c3d4e`.
    pub fn text(&self) -> String {
        // A run without a label of its own has its moment for one.
        let day = if self.event.starts_with(self.day()) {
            ""
        } else {
            self.day()
        };
        let parts = [&*self.event, day, self.short_commit()];
        let known: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        known.join(" · ")
    }
}

/// Whether a run counts for comparisons.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RunState {
    /// Nothing is known against it.
    #[default]
    Good,
    /// It failed a check; the reason.
    Failed(String),
    /// It is a regression that somebody accepted; the reason.
    Accepted(String),
}

/// One result at every point of every run.
#[derive(Clone, Debug)]
pub struct ResultRuns {
    /// The name, unit and direction of the result.
    pub info: VariableInfo,
    /// Its values by run, then by point. Every run has all points.
    pub values: Vec<Vec<PointOfRun>>,
    /// The factor by which two runs of the same code may differ, where that is known. It makes bounds that hold for
    /// any run, and is drawn for a sweep of one point.
    pub between_runs: Option<f64>,
    /// The changes of its level, of all points together.
    pub marks: Vec<Mark>,
}

impl ResultRuns {
    /// A result without marks, and without a known difference between runs.
    pub const fn new(info: VariableInfo, values: Vec<Vec<PointOfRun>>) -> Self {
        Self {
            info,
            values,
            between_runs: None,
            marks: Vec::new(),
        }
    }

    /// 1 where larger values are worse, -1 where smaller ones are, 0 where neither is known.
    pub(crate) const fn worse(&self) -> i8 {
        match self.info.direction {
            Direction::Minimize => 1,
            Direction::Maximize => -1,
            Direction::None => 0,
        }
    }
}

/// Whether a result is drawn over time: a number, a time or a truth value.
///
/// ```
/// use bencher_core::dataset::VariableInfo;
/// use bencher_core::value::Kind;
/// use bencher_report::over_time::is_over_time;
/// assert!(is_over_time(&VariableInfo::new("moves", Kind::Uint(64))));
/// assert!(!is_over_time(&VariableInfo::new("notes", Kind::Text)));
/// ```
pub const fn is_over_time(info: &VariableInfo) -> bool {
    info.kind.is_numeric() || info.timed || matches!(info.kind, Kind::Bool)
}

/// The value of a result at one point of one run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PointOfRun {
    /// The centre of its samples; finite.
    pub value: Option<f64>,
    /// The bounds of the centre within this run.
    pub bounds: Option<(f64, f64)>,
    /// The state of its cells, where there is no value.
    pub state: CellState,
}

impl Default for PointOfRun {
    fn default() -> Self {
        Self {
            value: None,
            bounds: None,
            state: CellState::Missing,
        }
    }
}

/// A change of the level of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The position of the first run with the new level.
    pub run: usize,
    /// The change in words: `PR 8 (a1b2c3d4e): +29.6 %`.
    pub text: String,
    /// Whether it is for the worse, if that is known.
    pub is_worse: Option<bool>,
}
