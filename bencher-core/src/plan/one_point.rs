//! The dataset of one sample, outside any sweep.

use crate::dataset::{CellState, Dataset, DatasetError, Dim};
use crate::value::{Kind, Value};

use super::Plan;
use super::error::PlanError;
use super::shape::{columns, recorded_results};

impl Plan {
    /// The dataset of one sample of a point, with the results that are computed from others. `take` gives the value of
    /// a result by its position in the schema.
    ///
    /// It is asked for numbers and truth values that do not depend on the machine: not for times, and not for counters.
    /// The others stay pending.
    ///
    /// # Errors
    /// Where a value does not fit its result.
    pub(crate) fn dataset_of_sample(
        &self,
        point: u64,
        take: &mut dyn FnMut(usize) -> Option<Value>,
    ) -> Result<Dataset, PlanError> {
        let dim = |(name, value): (String, Value)| {
            let kind = self.schema().input(&name).map(|(_, var)| var.kind);
            Dim::input(name, kind.unwrap_or(Kind::Item), vec![value])
        };
        let mut dims: Vec<Dim> = self.inputs(point).into_iter().map(dim).collect();
        dims.push(Dim::repeats(1));
        let recorded = recorded_results(self.schema()).filter(|(at, _)| self.results.contains(at));
        let recorded: Vec<_> = recorded.map(|(at, var)| (at, var, columns(var))).collect();
        let infos = recorded.iter().flat_map(|(.., infos)| infos.clone());
        let mut dataset = Dataset::new("", dims, infos.collect())?;
        let mut column = 0;
        for (index, var, infos) in &recorded {
            let first = column;
            column += infos.len();
            let is_taken = match var.kind {
                Kind::Bool | Kind::Int(_) | Kind::Uint(_) | Kind::Float(_) | Kind::Vector(_) => {
                    !var.timed && var.counter.is_none()
                }
                _ => false,
            };
            if is_taken {
                let value = take(*index);
                record(&mut dataset, first..column, value)?;
            }
        }
        self.derive(&mut dataset)?;
        Ok(dataset)
    }
}

/// Records a value in the columns of its result.
fn record(
    dataset: &mut Dataset,
    mut columns: std::ops::Range<usize>,
    value: Option<Value>,
) -> Result<(), DatasetError> {
    let values = match value {
        Some(Value::Vector(items)) => items.iter().map(|x| Some(Value::Float(*x))).collect(),
        value => vec![value; columns.len()],
    };
    columns.by_ref().zip(values).try_for_each(|(index, value)| {
        let Some(variable) = dataset.variable_mut(index) else {
            return Ok(());
        };
        match value {
            Some(value) => variable.record(0, &value, CellState::Measured),
            None => variable.record_absent(0, CellState::Missing, None),
        }
    })
}
