//! A sweep with everything decided: its points, its constants, its results.

use thiserror::Error;

use crate::dataset::{Dataset, DatasetError, Dim, VariableInfo};
use crate::record::ConstantValue;
use crate::space::{Axis, Density, Space, SpaceError, mix};
use crate::store::{KeyMaker, Series};
use crate::value::{KeyWriter, Kind, Value};
use crate::var::{
    Constant, Domain, DomainError, Input, InputVar, ParametrizedSweep, ResultVar, Role, Target,
    UnknownName, Values, sweep_type,
};

use super::choice::{InputOverride, OverrideError, SweepChoice, expected};

/// A sweep in which nothing is left to decide but when it runs.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
/// use bencher_core::space::Density;
/// use bencher_core::sweep_executor::{Plan, SweepChoice};
/// let (choice, given) = (SweepChoice::default(), ["len=10,20".parse()?]);
/// let plan = Plan::new(&Sorting::baseline()?, &choice, &given, Density::default(), 3, "try")?;
/// assert_eq!((plan.samples(), plan.repeats()), (2 * 2 * 3, 3));
/// assert_eq!(plan.values(3), [Value::from(20), Value::from(true)]);
/// assert_eq!(plan.inputs(0)[0], ("len".to_owned(), 10.into()));
/// assert_eq!(plan.dataset("All")?.shape(), [2, 2, 3]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Plan<S> {
    space: Space,
    axes: Vec<AxisValues>,
    prototype: S,
    /// The values of all inputs where they are not swept, in the order of the schema.
    base: Vec<Value>,
    results: Vec<usize>,
    repeats: u32,
    series: Series,
    /// What the user should know: results named twice, constants given twice.
    pub notes: Vec<String>,
}

#[derive(Clone, Debug)]
struct AxisValues {
    input: usize,
    len: u64,
    /// The values, where there are few enough to keep.
    values: Option<Vec<Value>>,
}

/// The most values of an axis that are computed once and kept.
const KEPT: u64 = 1 << 16;

/// Why a sweep cannot be planned. The example stands at [`InputOverride`].
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum PlanError {
    /// A name that no variable has.
    #[error(transparent)]
    Unknown(#[from] UnknownName),
    /// One input named twice.
    #[error("input `{0}` is named twice in one sweep; name it once")]
    RepeatedInput(String),
    /// An input that is swept and held at once.
    #[error("input `{0}` is both swept and held at one value; drop one of them")]
    SweptAndHeld(String),
    /// Two different values for one constant.
    #[error("input `{name}` is held at {first} and at {second}; give one value")]
    TwoConstants {
        /// The input.
        name: String,
        /// One value.
        first: Value,
        /// The other.
        second: Value,
    },
    /// A constant of the wrong type.
    #[error("input `{name}` cannot be held at {value}: it is {expected}")]
    ConstantKind {
        /// The input.
        name: String,
        /// The value given.
        value: Value,
        /// What it takes.
        expected: String,
    },
    /// An impossible domain, or too many points.
    #[error(transparent)]
    Space(#[from] SpaceError),
    /// Values of the command line that do not fit.
    #[error("`--input {given}`: {source}")]
    Override {
        /// The option as it was written.
        given: String,
        /// What is wrong with it.
        source: OverrideError,
    },
    /// Several values for an input that the sweep does not vary.
    #[error(
        "`--input {given}`: this sweep does not vary `{input}`; give one value, or choose another \
         sweep"
    )]
    NotSwept {
        /// The option as it was written.
        given: String,
        /// The input.
        input: String,
    },
    /// A grid too large for memory.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// A sweep that would run nothing.
    #[error("zero repeats leave nothing to run; give 1 or more")]
    NoRepeats,
}

impl PlanError {
    /// Whether the command line is to blame, and not the program.
    pub const fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::Override { .. } | Self::NotSwept { .. } | Self::NoRepeats
        )
    }
}

impl<S: ParametrizedSweep> Plan<S> {
    /// Decides everything about a sweep of `prototype`.
    ///
    /// # Errors
    /// Where names, values or domains do not fit; see [`PlanError`].
    pub fn new(
        prototype: &S,
        choice: &SweepChoice<S>,
        overrides: &[InputOverride],
        density: Density,
        repeats: u32,
        tag: &str,
    ) -> Result<Self, PlanError> {
        if repeats == 0 {
            return Err(PlanError::NoRepeats);
        }
        let schema = S::SCHEMA;
        let mut prototype = prototype.clone();
        for index in 0..schema.results.len() {
            // Results start unset in every sample, whatever the prototype holds.
            drop(prototype.take_result(index));
        }
        let mut notes = Vec::new();
        for given in overrides {
            resolve_input::<S>(&Target::Name(given.name.clone().into()))?;
        }
        let mut axes = swept_axes(choice, overrides, density)?;
        let constants = held(&choice.constants, &mut notes)?;
        for (index, value) in &constants {
            // Named inputs win over held ones only by mistake; unnamed ones give way.
            if axes.iter().any(|axis| axis.input == *index) {
                if choice.inputs.is_some() {
                    return Err(PlanError::SweptAndHeld(input_name::<S>(*index)));
                }
                axes.retain(|axis| axis.input != *index);
            }
            hold(&mut prototype, *index, value)?;
        }
        for given in overrides {
            let (index, var) = resolve_input::<S>(&Target::Name(given.name.clone().into()))?;
            if axes.iter().any(|axis| axis.input == index) {
                continue;
            }
            let value = given.single(var.kind).ok_or_else(|| PlanError::NotSwept {
                given: given.to_string(),
                input: var.name.to_owned(),
            })?;
            hold(&mut prototype, index, &value)?;
        }
        let results = chosen_results(choice, &mut notes)?;
        let base = (0..schema.inputs.len())
            .map(|index| prototype.input(index).unwrap_or(Value::Bool(false)))
            .collect();
        let space = Space::new(axes)?;
        let axes = space
            .axes()
            .iter()
            .map(|axis| AxisValues {
                input: axis.input,
                len: axis.levels.len(),
                values: (axis.levels.len() <= KEPT).then(|| axis.levels.iter().collect()),
            })
            .collect();
        let series = Series {
            tag: tag.to_owned(),
            sweep_type: sweep_type::<S>(),
            version: schema.version,
        };
        Ok(Self {
            space,
            axes,
            prototype,
            base,
            results,
            repeats,
            series,
            notes,
        })
    }

    /// The points.
    pub const fn space(&self) -> &Space {
        &self.space
    }

    /// How often every point is sampled.
    pub const fn repeats(&self) -> u32 {
        self.repeats
    }

    /// What its samples are stored under.
    pub const fn series(&self) -> &Series {
        &self.series
    }

    /// The results that are kept, by position in the schema.
    pub fn results(&self) -> impl Iterator<Item = (usize, &'static ResultVar)> {
        self.results
            .iter()
            .filter_map(|n| S::SCHEMA.results.get(*n).map(|var| (*n, var)))
    }

    /// Whether any result that is kept is a measured time.
    pub fn is_timed(&self) -> bool {
        self.results().any(|(_, var)| var.timed)
    }

    /// How many samples the sweep takes.
    pub const fn samples(&self) -> u128 {
        self.space.len().saturating_mul(self.repeats as u128)
    }

    /// The inputs that are not swept, with their values.
    pub fn constants(&self) -> Vec<ConstantValue> {
        S::SCHEMA
            .inputs
            .iter()
            .zip(&self.base)
            .enumerate()
            .filter(|(index, _)| self.axes.iter().all(|axis| axis.input != *index))
            .map(|(_, (var, value))| ConstantValue {
                name: var.name.to_owned(),
                value: value.clone(),
                units: var.units.to_owned(),
            })
            .collect()
    }

    /// An empty dataset of the sweep's shape.
    ///
    /// # Errors
    /// Where it does not fit the memory.
    pub fn dataset(&self, title: &str) -> Result<Dataset, PlanError> {
        Dataset::check_size(self.samples())?;
        let mut dims: Vec<Dim> = self
            .space
            .axes()
            .iter()
            .filter_map(|axis| {
                let var = S::SCHEMA.inputs.get(axis.input)?;
                let mut dim = Dim::input(axis.name.clone(), var.kind, axis.levels.iter().collect());
                var.doc.clone_into(&mut dim.doc);
                var.units.clone_into(&mut dim.units);
                dim.scale = (var.domain)().map_or_else(|_| dim.scale, |domain| domain.scale);
                Some(dim)
            })
            .collect();
        dims.push(Dim::repeats(self.repeats));
        let variables = self.results().flat_map(|(_, var)| columns(var)).collect();
        Ok(Dataset::new(title, dims, variables)?)
    }

    /// The sweep as it stands at a point, ready to be run.
    pub(super) fn at(&self, point: u64) -> Result<S, String> {
        let mut sweep = self.prototype.clone();
        let mut misfit = None;
        self.for_each_value(point, |input, value| {
            if !sweep.set_input(input, value) {
                misfit = Some(format!(
                    "input `{}` cannot be {value}",
                    input_name::<S>(input)
                ));
            }
        });
        misfit.map_or(Ok(sweep), Err)
    }

    /// The values of all inputs and constants at a point, in the order of the schema.
    pub fn values(&self, point: u64) -> Vec<Value> {
        let mut values = Vec::new();
        self.values_into(point, &mut values);
        values
    }

    /// Like [`values`](Self::values), into a buffer.
    pub(super) fn values_into(&self, point: u64, values: &mut Vec<Value>) {
        values.clone_from(&self.base);
        self.for_each_value(point, |input, value| {
            if let Some(slot) = values.get_mut(input) {
                slot.clone_from(value);
            }
        });
    }

    /// The names and values of the swept inputs at a point.
    pub fn inputs(&self, point: u64) -> Vec<(String, Value)> {
        let mut inputs = Vec::new();
        self.for_each_value(point, |input, value| {
            inputs.push((input_name::<S>(input), value.clone()));
        });
        inputs.reverse();
        inputs
    }

    /// What makes the keys of its samples.
    ///
    /// Its values come in the order of [`input_names`](Self::input_names), as [`values`](Self::values)
    /// gives them.
    pub fn key_maker(&self) -> KeyMaker {
        KeyMaker::new(&self.series, &self.input_names())
    }

    /// The names of all inputs and constants, in the order of the schema.
    pub fn input_names(&self) -> Vec<&'static str> {
        S::SCHEMA.inputs.iter().map(|var| var.name).collect()
    }

    /// The seed of a sample: from the values of its point and its repeat alone.
    pub(super) fn seed(&self, point: u64, repeat: u32) -> u64 {
        let mut key = KeyWriter::default();
        for value in self.values(point) {
            key.value(&value);
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "half of a digest is a fine seed"
        )]
        let seed = key.digest().0 as u64;
        mix(seed ^ mix(u64::from(repeat)))
    }

    /// Calls `visit` with every swept input and its value at a point, the last axis first.
    fn for_each_value(&self, point: u64, mut visit: impl FnMut(usize, &Value)) {
        let mut rest = point;
        for (axis, levels) in self.axes.iter().zip(self.space.axes()).rev() {
            let at = rest % axis.len.max(1);
            rest /= axis.len.max(1);
            match &axis.values {
                Some(values) => {
                    if let Some(value) = usize::try_from(at).ok().and_then(|at| values.get(at)) {
                        visit(axis.input, value);
                    }
                }
                None => {
                    if let Some(value) = levels.levels.get(at) {
                        visit(axis.input, &value);
                    }
                }
            }
        }
    }
}

fn input_name<S: ParametrizedSweep>(index: usize) -> String {
    S::SCHEMA
        .inputs
        .get(index)
        .map_or_else(String::new, |var| var.name.to_owned())
}

fn resolve_input<S: ParametrizedSweep>(
    target: &Target,
) -> Result<(usize, &'static InputVar), PlanError> {
    let found = match target {
        Target::Index(index) => S::SCHEMA.inputs.get(*index).map(|var| (*index, var)),
        Target::Name(name) => S::SCHEMA.input(name),
    };
    found.ok_or_else(|| {
        let known = S::SCHEMA.inputs.iter().map(|var| var.name);
        UnknownName::new("input", target_name(target), known).into()
    })
}

fn target_name(target: &Target) -> String {
    match target {
        Target::Index(index) => format!("#{index}"),
        Target::Name(name) => name.clone().into_owned(),
    }
}

fn swept_axes<S: ParametrizedSweep>(
    choice: &SweepChoice<S>,
    overrides: &[InputOverride],
    density: Density,
) -> Result<Vec<Axis>, PlanError> {
    let every = || {
        let swept = S::SCHEMA
            .inputs
            .iter()
            .enumerate()
            .filter(|(_, var)| var.role == Role::Swept);
        swept.map(|(index, _)| Input::declared(index)).collect()
    };
    let chosen: Vec<Input<S>> = choice.inputs.clone().unwrap_or_else(every);
    let mut axes: Vec<Axis> = Vec::new();
    for input in &chosen {
        let (index, var) = resolve_input::<S>(&input.target)?;
        if axes.iter().any(|axis| axis.input == index) {
            return Err(PlanError::RepeatedInput(var.name.to_owned()));
        }
        let domain_error = |source| SpaceError::Domain {
            input: var.name.to_owned(),
            source,
        };
        let declared = (var.domain)().map_err(domain_error)?;
        let given = overrides.iter().rfind(|given| given.name == var.name);
        let (domain, density) = match given {
            Some(given) => {
                let variants: Vec<&str> = (var.variants)().iter().map(|v| v.name).collect();
                let (domain, fixed) =
                    given
                        .domain(&declared, var.kind, &variants)
                        .map_err(|source| PlanError::Override {
                            given: given.to_string(),
                            source,
                        })?;
                (domain, if fixed { Density::default() } else { density })
            }
            None => adjusted(input, declared, var.kind, density).map_err(domain_error)?,
        };
        let levels = domain.levels(var.kind, density).map_err(domain_error)?;
        axes.push(Axis {
            name: var.name.to_owned(),
            input: index,
            levels,
        });
    }
    Ok(axes)
}

/// A declared domain with what this sweep changes about it.
fn adjusted<S>(
    input: &Input<S>,
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
    let around = input
        .around
        .map(|(center, width)| (Value::Float(center - width), Value::Float(center + width)));
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
    Ok((domain.checked(kind)?, density))
}

fn held<S: ParametrizedSweep>(
    constants: &[Constant<S>],
    notes: &mut Vec<String>,
) -> Result<Vec<(usize, Value)>, PlanError> {
    let mut held: Vec<(usize, Value)> = Vec::new();
    for constant in constants {
        let (index, var) = resolve_input::<S>(&constant.target)?;
        let value = var
            .kind
            .canonical(&constant.value)
            .ok_or_else(|| constant_kind(var, &constant.value))?;
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

fn hold<S: ParametrizedSweep>(
    prototype: &mut S,
    index: usize,
    value: &Value,
) -> Result<(), PlanError> {
    if prototype.set_input(index, value) {
        return Ok(());
    }
    Err(match S::SCHEMA.inputs.get(index) {
        Some(var) => constant_kind(var, value),
        None => UnknownName::new("input", format!("#{index}"), []).into(),
    })
}

fn constant_kind(var: &InputVar, value: &Value) -> PlanError {
    let variants: Vec<&str> = (var.variants)()
        .iter()
        .map(|variant| variant.name)
        .collect();
    PlanError::ConstantKind {
        name: var.name.to_owned(),
        value: value.clone(),
        expected: expected(var.kind, &variants),
    }
}

fn chosen_results<S: ParametrizedSweep>(
    choice: &SweepChoice<S>,
    notes: &mut Vec<String>,
) -> Result<Vec<usize>, PlanError> {
    let Some(chosen) = &choice.results else {
        return Ok((0..S::SCHEMA.results.len()).collect());
    };
    let mut results = Vec::new();
    for output in chosen {
        let index = match &output.target {
            Target::Index(index) => *index,
            Target::Name(name) => {
                let known = S::SCHEMA.results.iter().map(|var| var.name);
                let unknown = || UnknownName::new("result", name.clone(), known);
                S::SCHEMA.result(name).ok_or_else(unknown)?.0
            }
        };
        if results.contains(&index) {
            let name = S::SCHEMA.results.get(index).map_or("", |var| var.name);
            notes.push(format!("result `{name}` is named twice; it is kept once"));
        } else {
            results.push(index);
        }
    }
    Ok(results)
}

/// The dataset's variables for a result: one, or one for each part of a vector.
fn columns(var: &ResultVar) -> Vec<VariableInfo> {
    let info = VariableInfo {
        name: var.name.to_owned(),
        doc: var.doc.to_owned(),
        units: var.units.to_owned(),
        kind: var.kind,
        direction: var.direction,
        timed: var.timed,
        meaning_version: var.meaning_version,
    };
    match var.kind {
        Kind::Vector(parts) => (0..parts)
            .map(|part| VariableInfo {
                name: format!("{}[{part}]", var.name),
                kind: Kind::Float(64),
                ..info.clone()
            })
            .collect(),
        _ => vec![info],
    }
}
