//! What the repeats of every point come to: centre, bounds, noise.

use crate::stats::{MISRATE, Summary, outliers, quantile, summary, summary_of_processes};
use crate::value::{Kind, Value};
use crate::var::Direction;

use super::grid::Walk;
use super::{CellState, Dataset, DatasetError, Dim, DimRole, Variable, VariableInfo};

/// From how many repeats on their quantiles are given.
const ENOUGH_FOR_QUANTILES: usize = 50;
/// The attribute of a dataset whose times were taken on several workers at once; it says on how many.
///
/// ```
/// assert_eq!(bencher_core::dataset::SIDE_BY_SIDE, "side by side");
/// ```
pub const SIDE_BY_SIDE: &str = "side by side";

/// The attribute that says how many repeats belong to each process.
pub(crate) const ROUNDS_PER_PROCESS: &str = "rounds per process";

impl Dataset {
    /// What the repeats of a result come to at every point: the variables are the result itself (the
    /// centre), `RESULT.lower` and `RESULT.upper` (its bounds at 95 %), `RESULT.noise` (the relative spread of
    /// one repeat), `RESULT.rounds` (how many there are), `RESULT.p05` and `RESULT.p95` (quantiles, from 50
    /// repeats on) and `RESULT.outliers` (how many repeats lie far from the others). See [`Summary`] and
    /// [`outliers`] for their formulas.
    ///
    /// A point without a repeat that has a value keeps the state and the reason of its first cell; without
    /// enough repeats for bounds, those are missing.
    ///
    /// ```
    /// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::{Kind, Value};
    /// let len = Dim::input("len", Kind::Uint(64), vec![10.into(), 20.into()]);
    /// let elapsed = VariableInfo::new("elapsed", Kind::Float(64));
    /// let mut sorting = Dataset::new("Sorting", vec![len, Dim::repeats(7)], vec![elapsed])?;
    /// for (flat, seconds) in [2.0, 2.1, 1.9, 2.0, 2.2, 2.0, 1.8].into_iter().enumerate() {
    ///     let elapsed = sorting.variable_mut(0).ok_or("no variable")?;
    ///     elapsed.record(flat, &Value::Float(seconds), CellState::Measured)?;
    /// }
    /// let found = sorting.timings("elapsed")?;
    /// assert_eq!(found.shape(), [2]);
    /// let number = |name: &str| Ok::<_, Box<dyn std::error::Error>>(found.variable(name)?.number(0));
    /// assert!(number("elapsed")?.is_some_and(|centre| (centre - 2.0).abs() < 0.02));
    /// assert!(number("elapsed.lower")? < number("elapsed")? && number("elapsed")? < number("elapsed.upper")?);
    /// assert_eq!(number("elapsed.rounds")?, Some(7.0));
    /// assert_eq!(found.variable("elapsed")?.number(1), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where there is no such result, or its values are no numbers.
    pub fn timings(&self, result: &str) -> Result<Self, DatasetError> {
        let variable = self.variable(result)?;
        let kept: Vec<usize> = (0..self.dims.len())
            .filter(|axis| {
                self.dims
                    .get(*axis)
                    .is_some_and(|dim| dim.role != DimRole::Repeat)
            })
            .collect();
        let dims: Vec<Dim> = kept
            .iter()
            .filter_map(|axis| self.dims.get(*axis).cloned())
            .collect();
        let info = VariableInfo {
            kind: if variable.info.kind == Kind::Seconds {
                Kind::Seconds
            } else {
                Kind::Float(64)
            },
            ..variable.info.clone()
        };
        let part = |part: &str, doc: &str| VariableInfo {
            name: format!("{result}.{part}"),
            doc: doc.to_owned(),
            ..info.clone()
        };
        let plain = |part_name: &str, doc: &str, kind| VariableInfo {
            units: String::new(),
            direction: Direction::None,
            kind,
            ..part(part_name, doc)
        };
        let variables = vec![
            info.clone(),
            part("lower", "Lower bound of the centre (95 %)"),
            part("upper", "Upper bound of the centre (95 %)"),
            plain("noise", "Relative spread of one repeat", Kind::Float(64)),
            plain("rounds", "Repeats that have a value", Kind::Uint(32)),
            part("p05", "5 % of the repeats are below"),
            part("p95", "5 % of the repeats are above"),
            plain("outliers", "Repeats far from the others", Kind::Uint(32)),
        ];
        let mut found = Self::new(self.name.clone(), dims, variables)?;
        found.attributes = self.attributes.clone();
        let shape = self.shape();
        let repeats = (0..shape.len()).filter(|axis| !kept.contains(axis));
        let repeats: Vec<usize> = Walk::over(&shape, repeats).collect();
        for (flat, point) in Walk::over(&shape, kept).enumerate() {
            let cells = repeats.iter().map(|repeat| point + repeat);
            found.put_summary(flat, variable, cells)?;
        }
        Ok(found)
    }

    /// What the repeats of one point come to: `cells` are their places, in the order of the repeats, in a
    /// variable of this dataset.
    ///
    /// Where several processes measured, they are the unit of which the bounds are made
    /// ([`summary_of_processes`]). `None` where no repeat has a finite value.
    pub fn summary_of(
        &self,
        variable: &Variable,
        cells: impl IntoIterator<Item = usize>,
    ) -> Option<Summary> {
        let numbers = cells.into_iter().map(|cell| variable.number(cell));
        let Some(block) = self.rounds_per_process() else {
            let numbers: Vec<f64> = numbers.flatten().filter(|x| x.is_finite()).collect();
            return summary(&numbers, MISRATE);
        };
        let numbers: Vec<Option<f64>> = numbers.collect();
        let finite = |block: &[Option<f64>]| {
            let finite = block.iter().flatten().copied().filter(|x| x.is_finite());
            finite.collect::<Vec<f64>>()
        };
        let processes: Vec<Vec<f64>> = numbers.chunks(block).map(finite).collect();
        summary_of_processes(&processes, MISRATE)
    }

    /// How many repeats belong to each process, where several measured.
    pub(super) fn rounds_per_process(&self) -> Option<usize> {
        let block = self.attributes.get(ROUNDS_PER_PROCESS)?;
        block.parse().ok().filter(|block| *block > 0)
    }

    fn put_summary(
        &mut self,
        flat: usize,
        source: &Variable,
        cells: impl Iterator<Item = usize> + Clone,
    ) -> Result<(), DatasetError> {
        let Some(found) = self.summary_of(source, cells.clone()) else {
            let first = cells.clone().next();
            let first = first.and_then(|cell| source.cell(cell));
            let state = first.as_ref().map_or(CellState::Missing, |cell| cell.state);
            // Numbers that are not finite make no centre.
            let state = if state.has_value() {
                CellState::Missing
            } else {
                state
            };
            let reason = first.and_then(|cell| cell.reason.map(Into::into));
            for index in 0..self.variables.len() {
                if let Some(var) = self.variable_mut(index) {
                    var.record_absent(flat, state, reason.clone())?;
                }
            }
            return Ok(());
        };
        let Summary {
            count,
            centre,
            lower,
            upper,
            noise,
            ..
        } = found;
        let numbers = cells.clone().filter_map(|cell| source.number(cell));
        let numbers: Vec<f64> = numbers.filter(|x| x.is_finite()).collect();
        let far = outliers(&numbers);
        let quantile_at = |p| {
            let enough = numbers.len() >= ENOUGH_FOR_QUANTILES;
            quantile(&numbers, p).filter(|_| enough)
        };
        let all_stored = cells
            .filter_map(|cell| source.states().get(cell))
            .all(|state| *state != CellState::Measured);
        let state = if all_stored {
            CellState::Cached
        } else {
            CellState::Measured
        };
        let number = |value: Option<f64>| value.map(Value::Float);
        let count_of = |count: usize| Some(Value::from(count as u64));
        let values = [
            number(Some(centre)),
            number(lower),
            number(upper),
            number(Some(noise)),
            count_of(count),
            number(quantile_at(0.05)),
            number(quantile_at(0.95)),
            count_of(far.low + far.high),
        ];
        for (index, value) in values.into_iter().enumerate() {
            let Some(var) = self.variable_mut(index) else {
                continue;
            };
            match value {
                Some(value) => var.record(flat, &value, state)?,
                None => {
                    let reason = format!("{count} repeats are too few for that");
                    var.record_absent(flat, CellState::Missing, Some(reason.into()))?;
                }
            }
        }
        Ok(())
    }
}
