//! Resolves names, handles and the command line to axes, constants and results.

use crate::dataset::Formula;
use crate::space::{Axis, Continuum, Density, DesignPoints, Levels, SpaceError};
use crate::value::{Kind, Value};
use crate::var::{
    Domain, DomainError, ErasedSweep, InputChoice, InputRole, InputVar, ResultVar, Schema, Target,
    UnknownName, Values, ZippedInputs, check_list, fitting, nearest_value,
};

use super::choice::Choice;
use super::error::PlanError;
use super::input_override::{InputOverride, expected};

pub(super) fn input_name(schema: &Schema, index: usize) -> String {
    schema
        .inputs
        .get(index)
        .map_or_else(String::new, |var| var.name.to_owned())
}

pub(super) fn resolve_input(
    schema: &Schema,
    target: &Target,
) -> Result<(usize, &'static InputVar), PlanError> {
    let found = match target {
        Target::Index(index) => schema.inputs.get(*index).map(|var| (*index, var)),
        Target::Name(name) => schema.input(name),
    };
    found.ok_or_else(|| unknown_input(schema, &target_name(target)).into())
}

/// The name of the dimension that an input makes.
pub(crate) fn input_name_of(schema: &Schema, input: &InputChoice) -> Result<String, PlanError> {
    match &input.zipped {
        Some(zipped) => Ok(zipped.name.clone()),
        None => resolve_input(schema, &input.target).map(|(_, var)| var.name.to_owned()),
    }
}

/// The name of the result behind a handle or a name.
///
/// # Errors
/// Where there is no such result.
pub(crate) fn result_name_of(schema: &Schema, target: &Target) -> Result<String, UnknownName> {
    let found = match target {
        Target::Index(index) => schema.results.get(*index),
        Target::Name(name) => schema.result(name).map(|(_, var)| var),
    };
    let known = schema.results.iter().map(|var| var.name);
    let unknown = || UnknownName::new("result", target_name(target), known);
    found.map(|var| var.name.to_owned()).ok_or_else(unknown)
}

pub(super) fn unknown_input(schema: &Schema, name: &str) -> UnknownName {
    UnknownName::new("input", name, schema.inputs.iter().map(|var| var.name))
}

fn target_name(target: &Target) -> String {
    match target {
        Target::Index(index) => format!("#{index}"),
        Target::Name(name) => name.clone().into_owned(),
    }
}

/// The dimensions of a sweep.
pub(super) fn swept_axes(
    schema: &Schema,
    choice: &Choice,
    overrides: &[InputOverride],
    density: Density,
) -> Result<Vec<Axis>, PlanError> {
    let chosen = chosen_inputs(schema, choice);
    let mut axes: Vec<Axis> = Vec::new();
    for input in &chosen {
        let next = match &input.zipped {
            Some(zipped) => zipped_axis(schema, zipped, overrides, density)?,
            None => {
                let (index, var) = resolve_input(schema, &input.target)?;
                let taken = select_input(input, var, overrides, density)?.distinct()?;
                Axis {
                    name: var.name.to_owned(),
                    inputs: vec![index],
                    levels: taken.levels()?,
                }
            }
        };
        for index in &next.inputs {
            if axes.iter().any(|other| other.inputs.contains(index)) {
                return Err(PlanError::RepeatedInput(input_name(schema, *index)));
            }
        }
        if let Some(other) = axes.iter().find(|other| other.name == next.name) {
            return Err(PlanError::RepeatedDimension(other.name.clone()));
        }
        axes.push(next);
    }
    Ok(axes)
}

/// The inputs to sweep: those that are named, or every declared one.
pub(super) fn chosen_inputs(schema: &Schema, choice: &Choice) -> Vec<InputChoice> {
    let every = || {
        let inputs = schema.inputs.iter().enumerate();
        let swept = inputs.filter(|(_, var)| var.role == InputRole::Swept);
        swept
            .map(|(index, _)| InputChoice::of(Target::Index(index)))
            .collect()
    };
    choice.inputs.clone().unwrap_or_else(every)
}

/// One dimension of several inputs that change together.
pub(super) fn zipped_axis(
    schema: &Schema,
    zipped: &ZippedInputs,
    overrides: &[InputOverride],
    density: Density,
) -> Result<Axis, PlanError> {
    let name = zipped.name.as_str();
    let mut parts: Vec<(usize, &str, InputSelection)> = Vec::new();
    for input in &zipped.inputs {
        if let Some(inner) = &input.zipped {
            return Err(PlanError::NestedZip {
                outer: name.to_owned(),
                inner: inner.name.clone(),
            });
        }
        let (index, var) = resolve_input(schema, &input.target)?;
        if parts.iter().any(|(known, ..)| *known == index) {
            return Err(PlanError::RepeatedInput(var.name.to_owned()));
        }
        let mut taken = select_input(input, var, overrides, density)?;
        if zipped.design.is_some() {
            taken = taken.distinct()?;
        }
        parts.push((index, var.name, taken));
    }
    if let Some(var) = schema.inputs.iter().find(|var| var.name == name) {
        return Err(PlanError::RepeatedDimension(var.name.to_owned()));
    }
    let inputs = parts.iter().map(|(index, ..)| *index).collect();
    if let Some((design, points)) = zipped.design {
        let error = |source| PlanError::Design {
            name: name.to_owned(),
            source,
        };
        let points = DesignPoints::new(design, points, parts.len()).map_err(error)?;
        let continuum =
            |(_, name, taken): (usize, _, InputSelection)| Ok((name, taken.continuum()?));
        let parts: Result<Vec<_>, PlanError> = parts.into_iter().map(continuum).collect();
        return Ok(Axis {
            name: name.to_owned(),
            inputs,
            levels: Levels::designed(points, parts?),
        });
    }
    // Rows differ where one of their inputs does.
    let may_repeat = parts
        .iter()
        .all(|(.., taken)| taken.domain.check_distinct().is_err());
    let levels = |(_, name, taken): (usize, _, InputSelection)| Ok((name, taken.levels()?));
    let parts: Result<Vec<_>, PlanError> = parts.into_iter().map(levels).collect();
    let parts = parts?;
    let len = |part: &(&str, Levels)| part.1.len();
    if parts
        .iter()
        .any(|part| parts.first().map(len) != Some(len(part)))
        || parts.is_empty()
    {
        let lengths = parts
            .iter()
            .map(|part| format!("{} of `{}`", len(part), part.0));
        return Err(PlanError::Space(SpaceError::Lengths {
            name: name.to_owned(),
            lengths: lengths.collect::<Vec<_>>().join(", "),
        }));
    }
    let levels = Levels::zipped(parts);
    if may_repeat {
        let rows: Vec<Value> = levels.iter().collect();
        check_list(&rows).map_err(|source| SpaceError::Domain {
            input: name.to_owned(),
            source,
        })?;
    }
    Ok(Axis {
        name: name.to_owned(),
        inputs,
        levels,
    })
}

/// The values of an input in this sweep.
pub(super) struct InputSelection {
    pub(super) var: &'static InputVar,
    pub(super) domain: Domain,
    density: Density,
    /// The input's values from the command line.
    given: Option<String>,
}

impl InputSelection {
    /// Checks that no value occurs twice.
    pub(super) fn distinct(self) -> Result<Self, PlanError> {
        match self.domain.check_distinct() {
            Ok(()) => Ok(self),
            Err(source) => Err(self.error(source)),
        }
    }

    fn levels(&self) -> Result<Levels, PlanError> {
        let levels = self.domain.levels(self.var.kind, self.density);
        levels.map_err(|source| self.error(source))
    }

    fn continuum(&self) -> Result<Continuum, PlanError> {
        let continuum = Continuum::new(self.var.kind, &self.domain);
        continuum.map_err(|source| self.error(source))
    }

    fn error(&self, source: DomainError) -> PlanError {
        if let Some(given) = &self.given {
            return PlanError::Override {
                given: given.clone(),
                source: source.into(),
            };
        }
        PlanError::Space(SpaceError::Domain {
            input: self.var.name.to_owned(),
            source,
        })
    }
}

pub(super) fn select_input(
    input: &InputChoice,
    var: &'static InputVar,
    overrides: &[InputOverride],
    density: Density,
) -> Result<InputSelection, PlanError> {
    let domain_error = |source| SpaceError::Domain {
        input: var.name.to_owned(),
        source,
    };
    let declared = (var.domain)().map_err(domain_error)?;
    let given = overrides.iter().rfind(|given| given.name == var.name);
    let (domain, density) = match given {
        Some(given) => {
            let (domain, fixed) = given
                .domain(&declared, var.kind, (var.variants)())
                .map_err(|source| PlanError::Override {
                    given: given.to_string(),
                    source,
                })?;
            (domain, if fixed { Density::default() } else { density })
        }
        None => adjusted(input, declared, var.kind, density).map_err(domain_error)?,
    };
    check_variants(var, &domain)?;
    Ok(InputSelection {
        var,
        domain,
        density,
        given: given.map(ToString::to_string),
    })
}

/// Texts are the only way to name a variant that is not there.
fn check_variants(var: &InputVar, domain: &Domain) -> Result<(), PlanError> {
    let (Kind::Category, Values::Listed { values, .. }) = (var.kind, &domain.values) else {
        return Ok(());
    };
    let variants = (var.variants)();
    let strange = |value: &&Value| {
        let name = value
            .as_item()
            .map_or(value.as_str(), |item| Some(item.name()));
        !variants.iter().any(|variant| Some(variant.name) == name)
    };
    match values.iter().find(strange) {
        None => Ok(()),
        Some(value) => Err(PlanError::NoVariant {
            input: var.name.to_owned(),
            value: value.clone(),
            expected: expected(var.kind, variants),
        }),
    }
}

/// A declared domain with what this sweep changes about it.
fn adjusted(
    input: &InputChoice,
    mut domain: Domain,
    kind: Kind,
    mut density: Density,
) -> Result<(Domain, Density), DomainError> {
    if let Some(values) = &input.values {
        domain.values = Values::Listed {
            values: values.clone(),
            thin: false,
        };
        domain.samples = None;
    }
    // The sums are those of floats, whose last digits no duration has.
    let end = |x: f64| {
        let nearest = nearest_value(kind, x).filter(|_| kind == Kind::Seconds);
        nearest.unwrap_or(Value::Float(x))
    };
    let around = input
        .around
        .map(|(center, width)| (end(center - width), end(center + width)));
    if let Some((low, high)) = around.or_else(|| input.bounds.clone()) {
        domain.values = Values::Range {
            low,
            high,
            step: None,
        };
    }
    if let Some(samples) = input.samples {
        domain.samples = Some(samples);
        if let Values::Range { step, .. } = &mut domain.values {
            *step = None;
        }
    }
    if let Some(divisions) = input.max_subsampling_divisions {
        domain.max_subsampling_divisions = Some(divisions);
    }
    if let Some(divisions) = input.subsampling_divisions {
        if divisions == 0 {
            return Err(DomainError::Divisions(0));
        }
        density = Density {
            subsampling_divisions: divisions,
            ..density
        };
    }
    if input.values.is_some() || input.bounds.is_some() || input.around.is_some() {
        // The default belongs to the declaration; this sweep may lie elsewhere.
        domain.default = None;
    }
    Ok((domain.checked_but_for_repeats(kind)?, density))
}

pub(super) fn resolve_constants(
    schema: &Schema,
    constants: &[(Target, Value)],
    notes: &mut Vec<String>,
) -> Result<Vec<(usize, Value)>, PlanError> {
    let mut held: Vec<(usize, Value)> = Vec::new();
    for (target, constant) in constants {
        let (index, var) = resolve_input(schema, target)?;
        let value = var
            .kind
            .canonical(constant)
            .filter(|value| value.as_f64().is_none_or(f64::is_finite))
            .and_then(|value| fitting(var.kind, &value))
            .ok_or_else(|| constant_kind(var, constant))?;
        match held.iter().find(|(known, _)| *known == index) {
            Some((_, first)) if *first == value => {
                notes.push(format!("input `{}` is held at {value} twice", var.name));
            }
            Some((_, first)) => {
                return Err(PlanError::TwoConstants {
                    name: var.name.to_owned(),
                    first: first.clone(),
                    second: value,
                });
            }
            None => held.push((index, value)),
        }
    }
    Ok(held)
}

pub(super) fn set_constant(
    schema: &Schema,
    prototype: &mut dyn ErasedSweep,
    index: usize,
    value: &Value,
) -> Result<(), PlanError> {
    if prototype.set_input_at(index, value) {
        return Ok(());
    }
    Err(match schema.inputs.get(index) {
        Some(var) => constant_kind(var, value),
        None => UnknownName::new("input", format!("#{index}"), []).into(),
    })
}

fn constant_kind(var: &InputVar, value: &Value) -> PlanError {
    let variants = (var.variants)();
    PlanError::ConstantKind {
        name: var.name.to_owned(),
        value: value.clone(),
        expected: expected(var.kind, variants),
    }
}

pub(super) fn chosen_results(
    schema: &Schema,
    choice: &Choice,
    notes: &mut Vec<String>,
) -> Result<Vec<usize>, PlanError> {
    let Some(chosen) = &choice.results else {
        return Ok((0..schema.results.len()).collect());
    };
    let mut results: Vec<usize> = Vec::new();
    for output in chosen {
        let index = match output {
            Target::Index(index) => *index,
            Target::Name(name) => {
                let known = schema.results.iter().map(|var| var.name);
                let unknown = || UnknownName::new("result", name.clone(), known);
                schema.result(name).ok_or_else(unknown)?.0
            }
        };
        if results.contains(&index) {
            let name = schema.results.get(index).map_or("", |var| var.name);
            notes.push(format!("result `{name}` is named twice; it is kept once"));
        } else {
            results.push(index);
        }
    }
    add_operands(schema, &mut results, notes);
    Ok(results)
}

/// Adds the results that chosen formulas are computed from, in the order of the schema.
fn add_operands(schema: &Schema, results: &mut Vec<usize>, notes: &mut Vec<String>) {
    let mut at = 0;
    let mut added: Vec<&str> = Vec::new();
    while let Some(index) = results.get(at) {
        at += 1;
        let formula = schema.results.get(*index).map_or("", |var| var.formula);
        // Reading a formula reports its errors.
        let Ok(formula) = Formula::parse(formula) else {
            continue;
        };
        for name in formula.names() {
            let mut operands = schema.results.iter();
            let operand = operands.position(|var| is_operand(name, var));
            if let Some(operand) = operand.filter(|operand| !results.contains(operand)) {
                results.push(operand);
                added.extend(schema.results.get(operand).map(|var| var.name));
            }
        }
    }
    if !added.is_empty() {
        results.sort_unstable();
        notes.push(format!(
            "the chosen formulas need `{}`, so the sweep records these results as well",
            added.join("`, `")
        ));
    }
}

/// Whether a formula names a result, or a part of it.
fn is_operand(name: &str, var: &ResultVar) -> bool {
    let rest = name.strip_prefix(var.name);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
