//! Results that are computed from others when a dataset is read.

use crate::dataset::{Dataset, DatasetError, Formula, VariableInfo};
use crate::record::ConstantValue;
use crate::var::{InputVar, ResultVar};

use super::error::PlanError;

/// A result with a formula.
#[derive(Clone, Debug)]
pub(super) struct DerivedResult {
    info: VariableInfo,
    formula: Formula,
}

impl DerivedResult {
    /// The formulas among the chosen results; each may use what stands before it.
    pub(super) fn all(
        results: &[&'static ResultVar],
        inputs: &'static [InputVar],
    ) -> Result<Vec<Self>, PlanError> {
        let mut known: Vec<&str> = inputs
            .iter()
            .filter(|var| var.kind.is_numeric())
            .map(|var| var.name)
            .collect();
        let recorded = results.iter().filter(|var| var.formula.is_empty());
        known.extend(recorded.map(|var| var.name));
        let mut all = Vec::new();
        for var in results.iter().filter(|var| !var.formula.is_empty()) {
            let wrong = |source| PlanError::Formula {
                result: var.name.to_owned(),
                formula: var.formula.to_owned(),
                source: Box::new(source),
            };
            let formula = Formula::parse(var.formula).map_err(wrong)?;
            formula.check(known.iter().copied()).map_err(wrong)?;
            known.push(var.name);
            all.push(Self {
                info: super::shape::info_of(var),
                formula,
            });
        }
        Ok(all)
    }

    /// Computes the result for every cell; an input that is no dimension has its one value.
    pub(super) fn add(
        &self,
        dataset: &mut Dataset,
        constants: &[ConstantValue],
    ) -> Result<(), DatasetError> {
        let held = |name: &String| {
            let constant = constants.iter().find(|constant| constant.name == *name)?;
            constant.value.as_f64()
        };
        let held: Vec<Option<f64>> = self.formula.names().iter().map(held).collect();
        let names = self.formula.names().iter().zip(&held);
        let found: Vec<String> = names
            .filter(|(_, held)| held.is_none())
            .map(|(name, _)| name.clone())
            .collect();
        let found: Vec<&str> = found.iter().map(String::as_str).collect();
        dataset.derive(self.info.clone(), &found, |numbers| {
            let mut numbers = numbers.iter().copied();
            let operand = |held: &Option<f64>| held.or_else(|| numbers.next()).unwrap_or(f64::NAN);
            let operands: Vec<f64> = held.iter().map(operand).collect();
            self.formula.evaluate(&operands)
        })
    }
}
