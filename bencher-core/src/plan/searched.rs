//! The inputs of a search: whole domains instead of the levels of a grid.

use std::any::Any;

use crate::space::{Axis, Density, GrowingRows, Levels, Space, SpaceError};
use crate::value::{Item, Kind, Value};
use crate::var::{Domain, ErasedSweep, InputChoice, Schema};

use super::choice::Choice;
use super::error::PlanError;
use super::input_override::InputOverride;
use super::resolve::{chosen_inputs, input_name, resolve_input, select_input, zipped_axis};
use super::{AxisValues, Plan, check_overrides};

/// An input of a search, or several inputs that change together.
#[derive(Clone, Debug)]
pub(crate) struct SearchedInput {
    pub(crate) name: String,
    /// The positions of its inputs in the schema.
    pub(crate) inputs: Vec<usize>,
    pub(crate) domain: SearchedDomain,
}

/// The values of an input of a search.
#[derive(Clone, Debug)]
pub(crate) enum SearchedDomain {
    Own(Kind, Domain),
    /// The rows of inputs that change together.
    Rows(Levels),
}

impl Plan {
    /// The plan of a search, and the inputs that it varies. It has one point, where every input has the start of
    /// its domain.
    ///
    /// # Errors
    /// As a plan of a sweep; an input without any value is one of them.
    pub(crate) fn of_search(
        prototype: &dyn ErasedSweep,
        choice: &Choice,
        overrides: &[InputOverride],
        repeats: u32,
        tag: &str,
    ) -> Result<(Self, Vec<SearchedInput>), PlanError> {
        let schema = prototype.sweep_type().schema;
        check_overrides(&schema, overrides)?;
        let mut searched = Vec::new();
        for input in chosen_inputs(&schema, choice) {
            collect(&schema, &input, overrides, &mut searched)?;
        }
        let mut axes: Vec<Axis> = Vec::new();
        for one in &searched {
            let taken = |index: &&usize| axes.iter().any(|axis| axis.inputs.contains(*index));
            if let Some(index) = one.inputs.iter().find(taken) {
                return Err(PlanError::RepeatedInput(input_name(&schema, *index)));
            }
            axes.push(Axis {
                name: one.name.clone(),
                inputs: one.inputs.clone(),
                levels: Levels::list(vec![one.start()?]),
            });
        }
        let plan = Self::with_axes(prototype, choice, overrides, axes, repeats, tag)?;
        // Held inputs are no dimensions.
        let kept = |one: &SearchedInput| {
            let mut axes = plan.axes.iter();
            axes.any(|axis| axis.inputs == one.inputs)
        };
        searched.retain(kept);
        Ok((plan, searched))
    }

    /// The same plan with other points: a value of every searched input for each, in the order of
    /// [`of_search`](Self::of_search). A search of one input keeps its dimension; others have one of their rows.
    ///
    /// # Errors
    /// Where the rows are too many.
    pub(crate) fn at_rows(
        &self,
        searched: &[SearchedInput],
        rows: &[Vec<Value>],
    ) -> Result<Self, PlanError> {
        let rows = rows.iter().filter_map(|row| self.row_value(searched, row));
        self.with_rows(searched, Levels::list(rows.collect()))
    }

    /// The same plan with points that follow while it runs.
    ///
    /// # Errors
    /// Never, as yet.
    pub(crate) fn growing(
        &self,
        searched: &[SearchedInput],
    ) -> Result<(Self, GrowingRows), PlanError> {
        let rows = GrowingRows::default();
        let plan = self.with_rows(searched, Levels::growing(rows.clone()))?;
        Ok((plan, rows))
    }

    fn with_rows(&self, searched: &[SearchedInput], levels: Levels) -> Result<Self, PlanError> {
        let mut plan = self.clone();
        let axis = Axis {
            name: self.dimension_of(searched),
            inputs: searched.iter().flat_map(|one| one.inputs.clone()).collect(),
            levels,
        };
        plan.axes = vec![AxisValues {
            inputs: axis.inputs.clone(),
            len: axis.levels.len(),
            values: None,
        }];
        plan.space = Space::new(vec![axis])?;
        Ok(plan)
    }

    /// The name of the dimension of the points of a search.
    fn dimension_of(&self, searched: &[SearchedInput]) -> String {
        if let [one] = searched {
            return one.name.clone();
        }
        let mut name = PROPOSAL.to_owned();
        while self.schema().input(&name).is_some() || self.schema().result(&name).is_some() {
            name.push('_');
        }
        name
    }

    /// The value of a point along that dimension.
    pub(crate) fn row_value(&self, searched: &[SearchedInput], row: &[Value]) -> Option<Value> {
        if let [_] = searched {
            return row.first().cloned();
        }
        let mut parts = Vec::new();
        for (one, value) in searched.iter().zip(row) {
            for (index, part) in one.values_of(value) {
                parts.push((input_name(self.schema(), index), part.clone()));
            }
        }
        Some(Value::from(Item::new("", parts)))
    }

    /// Sets inputs of a copy of the sweep and calls `run` with it.
    ///
    /// # Errors
    /// Where an input does not take its value, or what `run` gives.
    pub(crate) fn with_values<T>(
        &self,
        values: &[(usize, Value)],
        run: &mut dyn FnMut(&dyn ErasedSweep) -> Result<T, String>,
    ) -> Result<T, String> {
        let mut done = None;
        self.prototype.with_copy(&mut |sweep| {
            let misfit = values
                .iter()
                .find(|(at, value)| !sweep.set_input_at(*at, value));
            done = Some(match misfit {
                None => run(sweep),
                Some((at, value)) => {
                    let name = input_name(self.schema(), *at);
                    Err(format!("input `{name}` cannot be {value}"))
                }
            });
        });
        done.unwrap_or_else(|| Err("the sweep could not be copied".to_owned()))
    }

    /// The reason of the first constraint that these values of inputs break; none where they keep all.
    ///
    /// # Errors
    /// Where that cannot be said: the text of a panic, or of a value that does not fit.
    pub(crate) fn broken_rule(&self, values: &[(usize, Value)]) -> Result<Option<&str>, String> {
        if self.constraints.is_empty() {
            return Ok(None);
        }
        self.with_values(values, &mut |sweep| {
            let sweep: &dyn Any = sweep;
            for rule in &self.constraints {
                if !rule.check(sweep)? {
                    return Ok(Some(rule.reason()));
                }
            }
            Ok(None)
        })
    }

    /// The values of all inputs and constants, in the order of the schema, where the searched ones have these values.
    pub(crate) fn values_with(&self, values: &[(usize, Value)]) -> Vec<Value> {
        let mut all = self.base.clone();
        for (index, value) in values {
            if let Some(slot) = all.get_mut(*index) {
                slot.clone_from(value);
            }
        }
        all
    }
}

/// The dimension of the points of a search of several inputs.
const PROPOSAL: &str = "proposal";

impl SearchedInput {
    /// A value that its domain starts with.
    fn start(&self) -> Result<Value, PlanError> {
        let first = match &self.domain {
            SearchedDomain::Own(kind, domain) => domain.baseline(*kind),
            SearchedDomain::Rows(levels) => levels.get(0),
        };
        first.ok_or_else(|| {
            PlanError::Space(SpaceError::Domain {
                input: self.name.clone(),
                source: crate::var::DomainError::Empty,
            })
        })
    }

    /// Each of its inputs with its value, by position in the schema.
    pub(crate) fn values_of<'v>(&self, value: &'v Value) -> Vec<(usize, &'v Value)> {
        match (&*self.inputs, value, &self.domain) {
            (inputs, Value::Item(item), SearchedDomain::Rows(_)) => {
                let parts = item.parts().map(|(_, part)| part);
                inputs.iter().copied().zip(parts).collect()
            }
            ([input, ..], value, _) => vec![(*input, value)],
            _ => Vec::new(),
        }
    }
}

/// Adds an input, or the inputs of a design: a search spreads over their whole domains as well.
fn collect(
    schema: &Schema,
    input: &InputChoice,
    overrides: &[InputOverride],
    searched: &mut Vec<SearchedInput>,
) -> Result<(), PlanError> {
    match &input.zipped {
        Some(zipped) if zipped.design.is_none() => {
            let axis = zipped_axis(schema, zipped, overrides, Density::default())?;
            searched.push(SearchedInput {
                name: axis.name,
                inputs: axis.inputs,
                domain: SearchedDomain::Rows(axis.levels),
            });
        }
        Some(zipped) => {
            for input in &zipped.inputs {
                collect(schema, input, overrides, searched)?;
            }
        }
        None => {
            let (index, var) = resolve_input(schema, &input.target)?;
            let taken = select_input(input, var, overrides, Density::default())?.distinct()?;
            searched.push(SearchedInput {
                name: var.name.to_owned(),
                inputs: vec![index],
                domain: SearchedDomain::Own(var.kind, taken.domain),
            });
        }
    }
    Ok(())
}
