//! The empty dataset of a plan: its dimensions, its variables, and the results computed from others.

use crate::dataset::{Dataset, DatasetError, Dim, VariableInfo};
use crate::space::Axis;
use crate::value::Kind;
use crate::var::{InputVar, ResultVar, Schema};

use super::error::PlanError;
use super::{Plan, units_of};

impl Plan {
    /// An empty dataset of the sweep's shape.
    ///
    /// # Errors
    /// Where it does not fit the memory.
    pub fn dataset(&self, title: &str) -> Result<Dataset, PlanError> {
        Dataset::check_size(self.samples())?;
        let mut dims: Vec<Dim> = {
            let axes = self.space.axes().iter();
            axes.map(|axis| dim_of(self.schema(), axis)).collect()
        };
        dims.push(Dim::repeats(self.repeats));
        let recorded = self.recorded();
        let variables = recorded.flat_map(|(_, var)| columns(var)).collect();
        Ok(Dataset::new(title, dims, variables)?)
    }

    /// The chosen results that are recorded, not computed, with their positions in a sample.
    pub fn recorded(&self) -> impl Iterator<Item = (usize, &'static ResultVar)> {
        let chosen = |(_, (index, _)): &(usize, (usize, _))| self.results.contains(index);
        let recorded = recorded_results(self.schema()).enumerate().filter(chosen);
        recorded.map(|(position, (_, var))| (position, var))
    }

    /// The positions in a sample of the results that are kept, their names, and their kinds.
    pub(crate) fn result_names(&self) -> Vec<(usize, &'static str, Kind)> {
        let recorded = self.recorded();
        recorded.map(|(at, var)| (at, var.name, var.kind)).collect()
    }

    /// Adds the chosen results that are computed from others.
    ///
    /// # Errors
    /// Where the dataset does not belong to this plan.
    pub fn derive(&self, dataset: &mut Dataset) -> Result<(), DatasetError> {
        let constants = self.constant_values();
        let mut derived = self.derived.iter();
        derived.try_for_each(|derived| derived.add(dataset, &constants))
    }
}

/// The dataset's dimension for an axis.
fn dim_of(schema: &Schema, axis: &Axis) -> Dim {
    let values = axis.levels.iter().collect();
    let vars = axis.inputs.iter().filter_map(|n| schema.inputs.get(*n));
    let vars: Vec<&InputVar> = vars.collect();
    let [var] = &*vars else {
        let names: Vec<&str> = vars.iter().map(|var| var.name).collect();
        let mut dim = Dim::input(axis.name.clone(), Kind::Item, values);
        dim.doc = names.join(", ");
        return dim;
    };
    let mut dim = Dim::input(axis.name.clone(), var.kind, values);
    var.doc.clone_into(&mut dim.doc);
    units_of(var.kind, false, var.units).clone_into(&mut dim.units);
    dim.scale = (var.domain)().map_or_else(|_| dim.scale, |domain| domain.scale);
    dim
}

/// The results that a sample records, with their positions in the schema: the others are computed.
pub(crate) fn recorded_results(
    schema: &Schema,
) -> impl Iterator<Item = (usize, &'static ResultVar)> + use<> {
    let results = schema.results.iter().enumerate();
    results.filter(|(_, var)| var.formula.is_empty())
}

/// The description of a result in a dataset.
pub(super) fn info_of(var: &ResultVar) -> VariableInfo {
    VariableInfo {
        name: var.name.to_owned(),
        doc: var.doc.to_owned(),
        units: units_of(var.kind, var.timed, var.units).to_owned(),
        kind: var.kind,
        direction: var.direction,
        timed: var.timed,
        meaning_version: var.meaning_version,
    }
}

/// The dataset's variables for a result: one, or one for each part of a vector.
pub(super) fn columns(var: &ResultVar) -> Vec<VariableInfo> {
    let info = info_of(var);
    match var.kind {
        Kind::Vector(parts) => (0..parts)
            .map(|part| VariableInfo {
                name: match var.parts.get(usize::from(part)) {
                    Some(name) => format!("{}.{name}", var.name),
                    None => format!("{}[{part}]", var.name),
                },
                kind: Kind::Float(64),
                ..info.clone()
            })
            .collect(),
        _ => vec![info],
    }
}
