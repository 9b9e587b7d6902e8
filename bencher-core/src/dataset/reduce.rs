use crate::stats;
use crate::value::{Kind, Value};

use super::{CellState, Dataset, DatasetError, Dim, Variable, VariableInfo};

impl Dataset {
    /// The mean over some dimensions; a truth value's is the share of `true`.
    ///
    /// # Errors
    /// Where a dimension is not there.
    pub fn mean(&self, dims: &[&str]) -> Result<Self, DatasetError> {
        self.reduce(dims, stats::mean)
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
    /// Where a dimension is not there.
    pub fn std(&self, dims: &[&str], ddof: u8) -> Result<Self, DatasetError> {
        self.reduce(dims, |values| stats::std(values, ddof))
    }

    /// The smallest value over some dimensions.
    ///
    /// # Errors
    /// Where a dimension is not there.
    pub fn min(&self, dims: &[&str]) -> Result<Self, DatasetError> {
        self.reduce(dims, stats::min)
    }

    /// The largest value over some dimensions.
    ///
    /// # Errors
    /// Where a dimension is not there.
    pub fn max(&self, dims: &[&str]) -> Result<Self, DatasetError> {
        self.reduce(dims, stats::max)
    }

    /// Any statistic over some dimensions, of the cells that hold a value.
    ///
    /// Text variables have none and are left out. A cell that stands for fewer cells than its group
    /// has says of how many in its reason. A group without a single value keeps the state
    /// and reason of its first cell; a statistic that is `None` is missing.
    ///
    /// ```
    /// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::{Kind, Value};
    /// let elapsed = VariableInfo::new("elapsed", Kind::Float(64));
    /// let mut runs = Dataset::new("Runs", vec![Dim::repeats(3)], vec![elapsed])?;
    /// let elapsed = runs.variable_mut(0).unwrap();
    /// elapsed.record(0, &Value::Float(1.0), CellState::Measured)?;
    /// elapsed.record(2, &Value::Float(3.0), CellState::Measured)?;
    /// assert_eq!(runs.mean(&["repeat"])?.variable("elapsed")?.number(0), Some(2.0));
    /// # Ok::<(), bencher_core::dataset::DatasetError>(())
    /// ```
    ///
    /// Every variable of the result is of [`Kind::Float`], in the unit that it had.
    ///
    /// # Errors
    /// Where a dimension is not there.
    pub fn reduce(
        &self,
        dims: &[&str],
        statistic: impl Fn(&[f64]) -> Option<f64>,
    ) -> Result<Self, DatasetError> {
        let mut gone = vec![false; self.dims.len()];
        for name in dims {
            let axis = self.axis(name)?;
            if let Some(flag) = gone.get_mut(axis) {
                *flag = true;
            }
        }
        let kept = offsets(&self.dims, |axis| gone.get(axis) == Some(&false));
        let within = offsets(&self.dims, |axis| gone.get(axis) == Some(&true));
        let dims: Vec<Dim> = self
            .dims
            .iter()
            .zip(&gone)
            .filter(|(_, gone)| !**gone)
            .map(|(dim, _)| dim.clone())
            .collect();
        let shape: Vec<usize> = dims.iter().map(Dim::len).collect();
        let variables = self
            .variables
            .iter()
            .filter(|var| var.is_numeric())
            .map(|var| reduce_variable(var, &shape, &kept, &within, &statistic))
            .collect::<Result<_, _>>()?;
        Self::from_parts(self.name.clone(), dims, variables, self.attributes.clone())
    }
}

fn reduce_variable(
    source: &Variable,
    shape: &[usize],
    kept: &[usize],
    within: &[usize],
    statistic: impl Fn(&[f64]) -> Option<f64>,
) -> Result<Variable, DatasetError> {
    let info = VariableInfo {
        kind: Kind::Float(64),
        ..source.info.clone()
    };
    let mut reduced = Variable::pending(info, shape)?;
    let mut values = Vec::with_capacity(within.len());
    for (flat, base) in kept.iter().enumerate() {
        values.clear();
        values.extend(
            within
                .iter()
                .filter_map(|offset| source.number(base + offset)),
        );
        if values.is_empty() {
            let (state, reason) = within
                .iter()
                .filter_map(|offset| source.cell(base + offset))
                .map(|cell| (cell.state, cell.reason.map(Into::into)))
                .next()
                .unwrap_or((CellState::Missing, None));
            reduced.record_absent(flat, state, reason)?;
        } else if let Some(x) = statistic(&values) {
            reduced.record(flat, &Value::Float(x), CellState::Measured)?;
            if values.len() < within.len() {
                let reason = format!("of {} of {} cells", values.len(), within.len());
                reduced.reasons.insert(flat, reason.into());
            }
        } else {
            reduced.record_absent(flat, CellState::Missing, None)?;
        }
    }
    Ok(reduced)
}

/// The flat offsets that the chosen dimensions span, in row-major order.
fn offsets(dims: &[Dim], chosen: impl Fn(usize) -> bool) -> Vec<usize> {
    let mut offsets = vec![0];
    let mut stride: usize = dims.iter().map(Dim::len).product();
    for (axis, dim) in dims.iter().enumerate() {
        stride = stride.checked_div(dim.len()).unwrap_or(0);
        if chosen(axis) {
            offsets = offsets
                .iter()
                .flat_map(|offset| (0..dim.len()).map(move |at| offset + at * stride))
                .collect();
        }
    }
    offsets
}
