use crate::stats;
use crate::value::{Kind, Value};
use crate::var::Direction;

use super::grid::Walk;
use super::variable::{FloatCells, absent_of};
use super::{CellState, Dataset, DatasetError, Dim, Variable, VariableInfo};

/// Statistics over dimensions, of the cells that hold a value.
///
/// Cells without a value are ignored, except cells whose value is known to be small or large. Where half of the cells
/// or more are below resolution, the reduced cell is below resolution. For medians, quantiles and extremes of a timed
/// result, cells below resolution count as shorter than all others, and timed-out cells as longer. The other statistics
/// ignore fewer such cells: use [`timings`](Dataset::timings) for a centre that includes them.
///
/// See [`Dataset::reduce`] for an example.
impl Dataset {
    /// The mean over some dimensions; for truth values, the share of `true`.
    ///
    /// # Errors
    /// Where a dimension does not exist.
    pub fn mean(&self, dims: &[&str]) -> Result<Self, DatasetError> {
        self.reduce(dims, stats::mean)
    }

    /// The median over some dimensions; for an even number of values, the mean of the two middle ones.
    ///
    /// # Errors
    /// Where a dimension does not exist.
    pub fn median(&self, dims: &[&str]) -> Result<Self, DatasetError> {
        self.reduce_ordered(dims, stats::median)
    }

    /// The quantile at `p` over some dimensions, by linear interpolation as in [`stats::quantile`].
    ///
    /// ```
    /// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::{Kind, Value};
    /// # let elapsed = VariableInfo::new("elapsed", Kind::Float(64));
    /// let mut runs = Dataset::new("Runs", vec![Dim::repeats(4)], vec![elapsed])?;
    /// let elapsed = runs.variable_mut(0).ok_or("no variable")?;
    /// for (flat, seconds) in [3.0, 1.0, 2.0, 10.0].into_iter().enumerate() {
    ///     elapsed.record(flat, &Value::Float(seconds), CellState::Measured)?;
    /// }
    /// let quarter = runs.quantile(&["repeat"], 0.25)?;
    /// assert_eq!(quarter.variable("elapsed")?.number(0), Some(1.75));
    /// assert!(runs.quantile(&["repeat"], 25.0).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where a dimension does not exist, or `p` is not within 0..=1.
    pub fn quantile(&self, dims: &[&str], p: f64) -> Result<Self, DatasetError> {
        if !(0.0..=1.0).contains(&p) {
            return Err(DatasetError::Quantile(p));
        }
        self.reduce_ordered(dims, |values| stats::quantile(values, p))
    }

    /// The sum over some dimensions; for truth values, the number of `true`.
    ///
    /// A group without a value has no sum: "not measured" is not 0.
    ///
    /// # Errors
    /// Where a dimension does not exist.
    pub fn sum(&self, dims: &[&str]) -> Result<Self, DatasetError> {
        self.reduce(dims, |values| Some(stats::sum(values)))
    }

    /// How many cells hold a value, over some dimensions, for variables of every kind.
    ///
    /// A group without a value has the count 0. Counts have no unit and no better direction.
    ///
    /// ```
    /// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::{Kind, Value};
    /// # let note = VariableInfo::new("note", Kind::Text);
    /// let mut runs = Dataset::new("Runs", vec![Dim::repeats(3)], vec![note])?;
    /// let note = runs.variable_mut(0).ok_or("no variable")?;
    /// note.record(1, &Value::from("fine"), CellState::Measured)?;
    /// assert_eq!(runs.count(&["repeat"])?.variable("note")?.number(0), Some(1.0));
    /// assert_eq!(runs.sum(&["repeat"])?.variables().len(), 0, "text has no sum");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where a dimension does not exist.
    pub fn count(&self, dims: &[&str]) -> Result<Self, DatasetError> {
        let mut groups = Groups::over(self, dims)?;
        let variables = self
            .variables
            .iter()
            .map(|var| groups.count(var))
            .collect::<Result<_, _>>()?;
        groups.finish(self, variables)
    }

    /// The variance over some dimensions, with `n - ddof` in the denominator: 0 for the
    /// population, 1 for a sample.
    ///
    /// Its unit is the square of the variable's unit.
    ///
    /// ```
    /// # use bencher_core::dataset::{Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::Kind;
    /// let rate = VariableInfo { units: "B/s".to_owned(), ..VariableInfo::new("rate", Kind::Float(64)) };
    /// let runs = Dataset::new("Runs", vec![Dim::repeats(3)], vec![rate])?;
    /// assert_eq!(runs.var(&["repeat"], 1)?.variable("rate")?.info.units, "(B/s)²");
    /// # Ok::<(), bencher_core::dataset::DatasetError>(())
    /// ```
    ///
    /// # Errors
    /// Where a dimension does not exist.
    pub fn var(&self, dims: &[&str], ddof: u8) -> Result<Self, DatasetError> {
        let mut reduced = self.reduce(dims, |values| stats::var(values, ddof))?;
        for variable in &mut reduced.variables {
            let units = &mut variable.info.units;
            *units = match units.as_str() {
                "" => String::new(),
                plain if plain.chars().all(char::is_alphanumeric) => format!("{plain}²"),
                compound => format!("({compound})²"),
            };
        }
        Ok(reduced)
    }

    /// The standard deviation over some dimensions, with `n - ddof` in the denominator:
    /// 0 for the population, 1 for a sample.
    ///
    /// One cell leaves a sample's deviation missing:
    ///
    /// ```
    /// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::{Kind, Value};
    /// # let elapsed = VariableInfo::new("elapsed", Kind::Float(64));
    /// let mut runs = Dataset::new("Runs", vec![Dim::repeats(2)], vec![elapsed])?;
    /// let elapsed = runs.variable_mut(0).ok_or("no variable")?;
    /// elapsed.record(0, &Value::Float(1.0), CellState::Measured)?;
    /// assert_eq!(runs.std(&["repeat"], 0)?.variable("elapsed")?.number(0), Some(0.0));
    /// let sample = runs.std(&["repeat"], 1)?;
    /// assert_eq!(sample.variable("elapsed")?.states(), [CellState::Missing]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where a dimension does not exist.
    pub fn std(&self, dims: &[&str], ddof: u8) -> Result<Self, DatasetError> {
        self.reduce(dims, |values| stats::std(values, ddof))
    }

    /// The smallest value over some dimensions; NaN where a value is, as in a mean.
    ///
    /// ```
    /// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::{Kind, Value};
    /// # let height = VariableInfo::new("height", Kind::Float(64));
    /// let mut runs = Dataset::new("Runs", vec![Dim::repeats(3)], vec![height])?;
    /// let height = runs.variable_mut(0).ok_or("no variable")?;
    /// height.record(0, &Value::Float(1.0), CellState::Measured)?;
    /// height.record(1, &Value::Float(f64::NEG_INFINITY), CellState::Measured)?;
    /// height.record_absent(2, CellState::Failed, None)?;
    /// assert_eq!(runs.min(&["repeat"])?.variable("height")?.number(0), Some(f64::NEG_INFINITY));
    /// runs.variable_mut(0).ok_or("no variable")?.record(0, &Value::Float(f64::NAN), CellState::Measured)?;
    /// assert!(runs.min(&["repeat"])?.variable("height")?.number(0).is_some_and(f64::is_nan));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where a dimension does not exist.
    pub fn min(&self, dims: &[&str]) -> Result<Self, DatasetError> {
        self.reduce_ordered(dims, |values| of_numbers(values, stats::min))
    }

    /// The largest value over some dimensions; NaN where a value is, as in a mean. See [`min`](Self::min) for an
    /// example.
    ///
    /// # Errors
    /// Where a dimension does not exist.
    pub fn max(&self, dims: &[&str]) -> Result<Self, DatasetError> {
        self.reduce_ordered(dims, |values| of_numbers(values, stats::max))
    }

    /// Any statistic over some dimensions, of the cells that hold a value.
    ///
    /// Variables of text and payloads are dropped. Where cells of a group have no value, the reason of the reduced cell
    /// gives the number of values. It counts as cached if all its values are cached. A group without a value keeps the
    /// state and reason of its first cell. A statistic that returns `None`, or is taken over a dimension without
    /// coordinates, is missing.
    ///
    /// ```
    /// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::{Kind, Value};
    /// let elapsed = VariableInfo::new("elapsed", Kind::Float(64));
    /// let mut runs = Dataset::new("Runs", vec![Dim::repeats(3)], vec![elapsed])?;
    /// let elapsed = runs.variable_mut(0).unwrap();
    /// elapsed.record(0, &Value::Float(1.0), CellState::Measured)?;
    /// elapsed.record(2, &Value::Float(3.0), CellState::Measured)?;
    /// let mean = runs.mean(&["repeat"])?;
    /// let cell = mean.variable("elapsed")?.cell(0).unwrap();
    /// assert_eq!((cell.value, cell.reason), (Some(Value::Float(2.0)), Some("of 2 of 3 cells")));
    /// # Ok::<(), bencher_core::dataset::DatasetError>(())
    /// ```
    ///
    /// Every variable of the result is of [`Kind::Float`] and keeps its unit.
    ///
    /// # Errors
    /// Where a dimension does not exist.
    pub fn reduce(
        &self,
        dims: &[&str],
        statistic: impl Fn(&[f64]) -> Option<f64>,
    ) -> Result<Self, DatasetError> {
        self.reduce_by(dims, &statistic, false)
    }

    /// A statistic of the order of cells, which knows the places of times that are too short or too long to measure.
    fn reduce_ordered(
        &self,
        dims: &[&str],
        statistic: impl Fn(&[f64]) -> Option<f64>,
    ) -> Result<Self, DatasetError> {
        self.reduce_by(dims, &statistic, true)
    }

    fn reduce_by(
        &self,
        dims: &[&str],
        statistic: &dyn Fn(&[f64]) -> Option<f64>,
        is_of_order: bool,
    ) -> Result<Self, DatasetError> {
        let mut groups = Groups::over(self, dims)?;
        let variables = self
            .variables
            .iter()
            .filter(|var| var.is_numeric())
            .map(|var| groups.reduce(var, statistic, is_of_order && var.info.timed))
            .collect::<Result<_, _>>()?;
        groups.finish(self, variables)
    }
}

/// A statistic of values that are all numbers; otherwise NaN, which hides in no order.
fn of_numbers(values: &[f64], statistic: fn(&[f64]) -> Option<f64>) -> Option<f64> {
    if values.iter().any(|x| x.is_nan()) {
        return Some(f64::NAN);
    }
    statistic(values)
}

/// The cells that become one: every kept position stands for a group.
struct Groups {
    dims: Vec<Dim>,
    shape: Vec<usize>,
    /// The first cell of every group.
    kept: Walk,
    /// From a group's first cell to the others.
    within: Walk,
}

impl Groups {
    fn over(dataset: &Dataset, dims: &[&str]) -> Result<Self, DatasetError> {
        let gone = dims
            .iter()
            .map(|name| dataset.axis(name))
            .collect::<Result<Vec<usize>, _>>()?;
        let (within, kept): (Vec<usize>, Vec<usize>) =
            (0..dataset.dims.len()).partition(|axis| gone.contains(axis));
        let dims: Vec<Dim> = kept
            .iter()
            .filter_map(|axis| dataset.dims.get(*axis).cloned())
            .collect();
        let shape = dataset.shape();
        Ok(Self {
            shape: dims.iter().map(Dim::len).collect(),
            dims,
            kept: Walk::over(&shape, kept),
            within: Walk::over(&shape, within),
        })
    }

    fn finish(self, of: &Dataset, variables: Vec<Variable>) -> Result<Dataset, DatasetError> {
        Dataset::from_parts(of.name.clone(), self.dims, variables, of.attributes.clone())
    }

    fn reduce(
        &mut self,
        source: &Variable,
        statistic: &dyn Fn(&[f64]) -> Option<f64>,
        is_ordered: bool,
    ) -> Result<Variable, DatasetError> {
        let info = VariableInfo {
            kind: Kind::Float(64),
            ..source.info.clone()
        };
        let mut reduced = FloatCells::over(&self.shape)?;
        let cells = self.within.cells();
        let contiguous = self.within.is_contiguous();
        let mut values = Vec::new();
        for base in self.kept.again() {
            values.clear();
            let mut cached = true;
            let mut has_value = |at: &usize| match source.states.get(*at) {
                Some(CellState::Cached) => true,
                Some(CellState::Measured | CellState::Preempted) => {
                    cached = false;
                    true
                }
                _ => false,
            };
            if contiguous {
                let group = (base..base + cells).filter(&mut has_value);
                source.column.push_numbers(group, &mut values);
            } else {
                let group = self.within.again().map(|offset| base + offset);
                source
                    .column
                    .push_numbers(group.filter(&mut has_value), &mut values);
            }
            let state = if cached {
                CellState::Cached
            } else {
                CellState::Measured
            };
            let present = values.len();
            let (below, late) = if present < cells {
                let group = self.within.again().map(|offset| base + offset);
                unmeasured(source, group)
            } else {
                (0, 0)
            };
            let late = if is_ordered { late } else { 0 };
            if is_ordered && !values.is_empty() {
                values.extend(std::iter::repeat_n(f64::NEG_INFINITY, below));
                values.extend(std::iter::repeat_n(f64::INFINITY, late));
            }
            if values.is_empty() {
                let first = if cells == 0 { None } else { source.cell(base) };
                let (state, reason) = absent_of(first.as_ref());
                reduced.push_absent(state, reason);
            } else if below > 0 && 2 * below >= present + below + late {
                let reason = format!("{below} of {cells} cells are below resolution");
                reduced.push_absent(CellState::BelowResolution, Some(reason.into()));
            } else {
                let some = present < cells;
                let reason = some.then(|| format!("of {present} of {cells} cells").into());
                match statistic(&values) {
                    Some(f64::NEG_INFINITY) if is_ordered && below > 0 => {
                        reduced.push_absent(CellState::BelowResolution, reason);
                    }
                    Some(f64::INFINITY) if late > 0 => {
                        reduced.push_absent(CellState::TimedOut, reason);
                    }
                    // Between a time that is too short and one that is too long.
                    Some(x) if x.is_nan() && is_ordered && below > 0 && late > 0 => {
                        reduced.push_absent(CellState::Missing, reason);
                    }
                    Some(x) => reduced.push(x, state, reason),
                    None => reduced.push_absent(CellState::Missing, None),
                }
            }
        }
        reduced.finish(info, &self.shape)
    }

    fn count(&mut self, source: &Variable) -> Result<Variable, DatasetError> {
        let info = VariableInfo {
            kind: Kind::Uint(64),
            units: String::new(),
            direction: Direction::None,
            timed: false,
            ..source.info.clone()
        };
        let mut counted = Variable::pending(info, &self.shape)?;
        for (flat, base) in self.kept.again().enumerate() {
            let states = self
                .within
                .again()
                .filter_map(|offset| source.states.get(base + offset));
            let count = states.filter(|state| state.has_value()).count();
            counted.record(flat, &Value::from(count), CellState::Measured)?;
        }
        Ok(counted)
    }
}

/// How many cells of a group are below resolution, and how many are timed out.
fn unmeasured(source: &Variable, group: impl Iterator<Item = usize>) -> (usize, usize) {
    let states = group.filter_map(|at| source.states.get(at));
    states.fold((0, 0), |(below, late), state| match state {
        CellState::BelowResolution => (below + 1, late),
        CellState::TimedOut => (below, late + 1),
        _ => (below, late),
    })
}
