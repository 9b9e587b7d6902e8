//! What was measured at each point, for comparisons between runs.

use std::cell::OnceCell;

use crate::stats::{MISRATE, PointTime, Summary, summary};
use crate::value::{Kind, Value};

use super::grid::Walk;
use super::timings::TIMES_OF;
use super::{CellState, Dataset, DatasetError, DimRole, Variable};

/// The values of a result at one point.
///
/// See [`Dataset::point_values`] for an example.
#[derive(Clone, Debug, PartialEq)]
pub struct PointValues {
    /// The inputs and their values.
    pub at: Vec<(String, Value)>,
    /// The text of each value, as tables show it.
    pub texts: Vec<(String, String)>,
    /// Of a time, one centre for each process that measured the point; of another result, the mean of the repeats.
    pub replicates: Vec<f64>,
    /// The finite values of all repeats that have one; of a measured time, of all rounds that have one.
    pub repeats: Vec<f64>,
    /// How many repeats failed or timed out.
    pub failed: usize,
    /// The centre of all repeats, with its bounds within this run; none without a finite value.
    pub summary: Option<Summary>,
    /// Whether the time is too short to separate from the measurement overhead.
    pub is_below_resolution: bool,
    /// Whether the values have several modes.
    pub has_modes: bool,
}

/// The measured values of one point, without its inputs; the fields are those of [`PointValues`].
pub(crate) struct PointNumbers<'d> {
    dataset: &'d Dataset,
    pub(crate) repeats: Vec<f64>,
    pub(crate) failed: usize,
    /// Whether all repeats were skipped on purpose.
    pub(crate) is_skipped: bool,
    pub(crate) is_below_resolution: bool,
    /// The rounds, except of truth values.
    pub(crate) time: Option<PointTime>,
    /// The summary, once it was asked for: of many repeats it is most of the work.
    summary: OnceCell<Option<Summary>>,
}

impl PointNumbers<'_> {
    /// The centre of all repeats, with its bounds; none without a finite value.
    pub(crate) fn summary(&self) -> Option<&Summary> {
        let found = || self.dataset.summary_of_time(self.time.as_ref()?);
        self.summary.get_or_init(found).as_ref()
    }
}

impl Dataset {
    /// The values of a result at every point, in the order of the grid.
    ///
    /// Of measured times, the [rounds that count](PointTime) make the centre of each process. Truth values are 0 and 1.
    ///
    /// ```
    /// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::{Kind, Value};
    /// let len = Dim::input("len", Kind::Uint(64), vec![Value::from(10), Value::from(20)]);
    /// let moves = VariableInfo::new("moves", Kind::Uint(64));
    /// let mut runs = Dataset::new("Runs", vec![len, Dim::repeats(2)], vec![moves])?;
    /// for (flat, count) in [(0, 6_u64), (1, 8), (2, 7)] {
    ///     runs.variable_mut(0).ok_or("no variable")?.record(flat, &count.into(), CellState::Measured)?;
    /// }
    /// let points = runs.point_values("moves")?;
    /// assert_eq!(points[0].repeats, [6.0, 8.0]);
    /// assert_eq!(points[0].replicates, [7.0], "one process measured both");
    /// assert_eq!(points[1].texts, [("len".to_owned(), "20".to_owned())]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where there is no such result.
    pub fn point_values(&self, result: &str) -> Result<Vec<PointValues>, DatasetError> {
        let variable = self.variable(result)?;
        let points = self.axes_of(|role| role != DimRole::Repeat);
        let with_inputs = |(first, numbers): (usize, PointNumbers<'_>)| PointValues {
            at: self.coordinates_at(first, &points),
            texts: self.point_texts(first),
            replicates: self.replicates(variable, &numbers),
            summary: numbers.summary().copied(),
            repeats: numbers.repeats,
            failed: numbers.failed,
            is_below_resolution: numbers.is_below_resolution,
            has_modes: numbers.time.is_some_and(|time| time.mode.is_some()),
        };
        Ok(self.point_numbers(variable).map(with_inputs).collect())
    }

    /// What was measured at every point, in the order of the grid, with the first cell of each. Its inputs would take
    /// most of the memory and of the time of a large sweep.
    pub(crate) fn point_numbers<'d>(
        &'d self,
        variable: &'d Variable,
    ) -> impl Iterator<Item = (usize, PointNumbers<'d>)> + 'd {
        self.point_cells().map(|cells| {
            let first = cells.first().copied().unwrap_or(usize::MAX);
            (first, self.numbers_of(variable, &cells))
        })
    }

    /// The cells of every point in the order of the grid: its repeats, by their flat indices.
    pub(crate) fn point_cells(&self) -> impl Iterator<Item = Vec<usize>> + use<> {
        let shape = self.shape();
        let repeats = self.axes_of(|role| role == DimRole::Repeat);
        let repeats: Vec<usize> = Walk::over(&shape, repeats).collect();
        let points = self.axes_of(|role| role != DimRole::Repeat);
        let cells = move |point| repeats.iter().map(|repeat| point + repeat).collect();
        Walk::over(&shape, points).map(cells)
    }

    /// The inputs of the point of a cell, with the text of each value, as tables show it.
    pub(crate) fn point_texts(&self, flat: usize) -> Vec<(String, String)> {
        let points = self.axes_of(|role| role != DimRole::Repeat);
        let position = self.position(flat).unwrap_or_default();
        let text = |axis: usize| {
            let dim = self.dims.get(axis)?;
            let value = dim.values.get(*position.get(axis)?)?;
            Some((dim.name.clone(), dim.text(value)))
        };
        points.into_iter().filter_map(text).collect()
    }

    fn numbers_of(&self, variable: &Variable, cells: &[usize]) -> PointNumbers<'_> {
        let states = cells.iter().filter_map(|cell| variable.states().get(*cell));
        let is_failure =
            |state: &&CellState| matches!(state, CellState::Failed | CellState::TimedOut);
        let failed = states.clone().filter(is_failure).count();
        let is_skipped = states.clone().all(|state| *state == CellState::Skipped);
        if variable.info.kind == Kind::Bool {
            let truth = |cell: &usize| match variable.cell(*cell)?.value? {
                Value::Bool(truth) => Some(f64::from(u8::from(truth))),
                _ => None,
            };
            return PointNumbers {
                dataset: self,
                repeats: cells.iter().filter_map(truth).collect(),
                failed,
                is_skipped,
                summary: OnceCell::new(),
                is_below_resolution: false,
                time: None,
            };
        }
        let time = self.point_time(variable, cells);
        let rounds = time.rounds.iter().filter_map(|round| round.seconds());
        PointNumbers {
            dataset: self,
            repeats: rounds.filter(|x| x.is_finite()).collect(),
            failed,
            is_skipped,
            summary: OnceCell::new(),
            is_below_resolution: time.is_below_resolution,
            time: Some(time),
        }
    }

    /// One centre for each process that measured a point, or the mean of its repeats.
    fn replicates(&self, variable: &Variable, numbers: &PointNumbers) -> Vec<f64> {
        match &numbers.time {
            Some(time) if self.is_centred(variable) => self.replicate_centres(time),
            _ => crate::stats::mean(&numbers.repeats).into_iter().collect(),
        }
    }

    /// The centre of each process that measured a point.
    fn replicate_centres(&self, time: &PointTime) -> Vec<f64> {
        let Some(block) = self.rounds_per_replicate() else {
            let whole = self.summary_of_time(time);
            return whole.map(|found| found.centre).into_iter().collect();
        };
        let rounds = time.rounds.chunks(block).zip(time.counts.chunks(block));
        let centre = |(rounds, counts): (&[crate::stats::RoundTime], &[bool])| {
            let counted = rounds.iter().zip(counts).filter(|(_, counts)| **counts);
            let values: Vec<f64> = counted.filter_map(|(round, _)| round.seconds()).collect();
            summary(&values, MISRATE).map(|found| found.centre)
        };
        rounds.filter_map(centre).collect()
    }

    /// Whether a result is computed from measured times that the dataset has as well.
    pub fn is_computed_from_times(&self, result: &str) -> bool {
        self.attributes.contains_key(&format!("{TIMES_OF}{result}"))
    }
}
