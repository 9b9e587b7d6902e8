//! A sweep with everything decided: its points, its constants, its results.

use std::any::Any;
use std::sync::Arc;

use crate::dataset::{Dataset, DatasetError, Dim, VariableInfo, coordinate_text};
use crate::record::ConstantValue;
use crate::space::{Axis, Density, Levels, Space, mix};
use crate::store::{KeyMaker, PAIRED, Series};
use crate::value::{KeyWriter, Kind, Value};
use crate::var::check::is_in_seconds;
use crate::var::{
    ErasedSweep, Input, InputChoice, InputVar, ParametrizedSweep, ResultVar, Schema, SweepType,
    Target, UnknownName,
};

use super::choice::{Choice, SweepChoice};
use super::constraint::Rule;
use super::derived_results::DerivedResult;
use super::error::PlanError;
use super::input_override::InputOverride;
use super::legacy_values::LegacyValues;
use super::resolve::{
    SweptAxes, chosen_results, input_name, input_name_of, resolve_constants, resolve_input,
    set_constant, swept_axes, unknown_input,
};

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
pub struct Plan {
    sweep_type: SweepType,
    space: Space,
    axes: Vec<AxisValues>,
    prototype: Arc<dyn ErasedSweep>,
    /// The values of all inputs where they are not swept, in the order of the schema.
    base: Vec<Value>,
    results: Vec<usize>,
    derived: Vec<DerivedResult>,
    /// Grids whose values had other last digits in earlier versions.
    pub(super) legacy: LegacyValues,
    pub(super) constraints: Vec<Rule>,
    pub(super) repeats: u32,
    /// Whether more repeats follow as they are needed.
    pub(super) adaptive: bool,
    /// The inputs that the seeds of samples do not depend on, by position in the schema.
    unseeded: Vec<usize>,
    series: Series,
    /// What the user should know: results named twice, constants given twice.
    pub notes: Vec<String>,
}

#[derive(Clone, Debug)]
struct AxisValues {
    inputs: Vec<usize>,
    len: u64,
    /// The values, where there are few enough to keep.
    values: Option<Vec<Value>>,
}

/// The most values of an axis that are computed once and kept.
const KEPT: u64 = 1 << 16;

impl Plan {
    /// Decides everything about a sweep of `prototype`.
    ///
    /// # Errors
    /// Where names, values or domains do not fit; see [`PlanError`].
    pub fn new<S: ParametrizedSweep>(
        prototype: &S,
        choice: &SweepChoice<S>,
        overrides: &[InputOverride],
        density: Density,
        repeats: u32,
        tag: &str,
    ) -> Result<Self, PlanError> {
        Self::of(
            prototype,
            &choice.erased(),
            overrides,
            density,
            repeats,
            tag,
        )
    }

    /// The same for a sweep of any type.
    pub(crate) fn of(
        prototype: &dyn ErasedSweep,
        choice: &Choice,
        overrides: &[InputOverride],
        density: Density,
        repeats: u32,
        tag: &str,
    ) -> Result<Self, PlanError> {
        if repeats == 0 {
            return Err(PlanError::NoRepeats);
        }
        let sweep_type = prototype.sweep_type();
        let schema = &sweep_type.schema;
        check_units(schema)?;
        let mut prototype = prototype.boxed();
        for index in 0..schema.results.len() {
            // Results start unset in every sample, whatever the prototype holds.
            drop(prototype.take_result_at(index));
        }
        let mut notes = Vec::new();
        for given in overrides {
            if schema.input(&given.name).is_none() {
                let source = unknown_input(schema, &given.name).into();
                return Err(PlanError::Override {
                    given: given.to_string(),
                    source,
                });
            }
        }
        let SweptAxes { mut axes, declared } = swept_axes(schema, choice, overrides, density)?;
        let constants = resolve_constants(schema, &choice.constants, &mut notes)?;
        for (index, value) in &constants {
            // Named inputs win over held ones only by mistake; unnamed ones give way.
            if axes.iter().any(|axis| axis.inputs.contains(index)) {
                if choice.inputs.is_some() {
                    return Err(PlanError::SweptAndHeld(input_name(schema, *index)));
                }
                axes.retain(|axis| !axis.inputs.contains(index));
            }
            set_constant(schema, &mut *prototype, *index, value)?;
        }
        for given in overrides {
            let (index, var) = resolve_input(schema, &Target::Name(given.name.clone().into()))?;
            if axes.iter().any(|axis| axis.inputs.contains(&index)) {
                continue;
            }
            let value = given.single(var).map_err(|source| PlanError::Override {
                given: given.to_string(),
                source,
            })?;
            let value = value.ok_or_else(|| PlanError::NotSwept {
                given: given.to_string(),
                input: var.name.to_owned(),
            })?;
            set_constant(schema, &mut *prototype, index, &value)?;
        }
        let results = chosen_results(schema, choice, &mut notes)?;
        let vars = results.iter().filter_map(|n| schema.results.get(*n));
        let derived = DerivedResult::all(&vars.collect::<Vec<_>>(), schema.inputs)?;
        let base = (0..schema.inputs.len())
            .map(|index| prototype.input_at(index).unwrap_or(Value::Bool(false)))
            .collect();
        let legacy = legacy_values(schema, &axes, &declared);
        let space = Space::new(axes)?;
        let axes = space
            .axes()
            .iter()
            .map(|axis| AxisValues {
                inputs: axis.inputs.clone(),
                len: axis.levels.len(),
                values: (axis.levels.len() <= KEPT).then(|| axis.levels.iter().collect()),
            })
            .collect();
        let series = Series {
            tag: tag.to_owned(),
            sweep_type: sweep_type.name.clone(),
            version: schema.version,
        };
        Ok(Self {
            sweep_type,
            space,
            axes,
            prototype: prototype.into(),
            base,
            results,
            derived,
            legacy,
            constraints: choice.rules.clone(),
            repeats,
            adaptive: false,
            unseeded: Vec::new(),
            series,
            notes,
        })
    }

    /// The variables that its type declares.
    pub(crate) const fn schema(&self) -> &Schema {
        &self.sweep_type.schema
    }

    /// What is known of its type.
    pub(crate) const fn sweep_type(&self) -> &SweepType {
        &self.sweep_type
    }

    /// The points.
    pub const fn space(&self) -> &Space {
        &self.space
    }

    /// How often every point is sampled; at least, where that is found in [rounds](Self::in_rounds).
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
            .filter_map(|n| self.schema().results.get(*n).map(|var| (*n, var)))
    }

    /// Whether any result that is kept is a measured time.
    pub fn is_timed(&self) -> bool {
        self.results().any(|(_, var)| var.timed)
    }

    /// Whether any result that is kept is evidence of this machine and build: a measured time, or what was
    /// counted beside one. Such a sweep is measured alone.
    pub fn is_evidence(&self) -> bool {
        self.results()
            .any(|(_, var)| var.timed || var.counter.is_some())
    }

    /// How many samples the sweep takes.
    pub const fn samples(&self) -> u128 {
        self.space.len().saturating_mul(self.repeats as u128)
    }

    /// The text of a value of an axis.
    pub(crate) fn axis_text(&self, axis: &Axis, value: &Value) -> String {
        let kind = match &*axis.inputs {
            [input] => self.schema().inputs.get(*input).map(|var| var.kind),
            _ => None,
        };
        coordinate_text(kind.unwrap_or(Kind::Item), value)
    }

    /// The inputs that are not swept, with their values as they are shown: an `f32` is the number that its digits
    /// say.
    pub fn constants(&self) -> Vec<ConstantValue> {
        let mut constants = self.constant_values();
        for constant in &mut constants {
            if let Some((_, var)) = self.schema().input(&constant.name) {
                constant.value = var.kind.display_value(&constant.value);
            }
        }
        constants
    }

    /// The inputs that are not swept, with their values.
    pub(super) fn constant_values(&self) -> Vec<ConstantValue> {
        self.schema()
            .inputs
            .iter()
            .zip(&self.base)
            .enumerate()
            .filter(|(index, _)| self.axes.iter().all(|axis| !axis.inputs.contains(index)))
            .map(|(_, (var, value))| ConstantValue {
                name: var.name.to_owned(),
                value: value.clone(),
                units: units_of(var.kind, false, var.units).to_owned(),
            })
            .collect()
    }

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

    /// The positions in a sample of the results that are kept, and their names.
    pub(super) fn result_names(&self) -> Vec<(usize, &'static str)> {
        self.recorded().map(|(at, var)| (at, var.name)).collect()
    }

    /// Adds the chosen results that are computed from others.
    ///
    /// # Errors
    /// Where the dataset is not of this plan.
    pub fn derive(&self, dataset: &mut Dataset) -> Result<(), DatasetError> {
        let constants = self.constant_values();
        let mut derived = self.derived.iter();
        derived.try_for_each(|derived| derived.add(dataset, &constants))
    }

    /// Whether any point may be skipped.
    pub(super) fn has_constraints(&self) -> bool {
        !self.constraints.is_empty()
    }

    /// Why a point is not to be run; none where it is.
    ///
    /// # Errors
    /// Where that cannot be said: the text of a panic.
    pub(crate) fn skipped(&self, point: u64) -> Result<Option<&str>, String> {
        self.with_sweep(point, &mut |sweep| {
            let sweep: &dyn Any = sweep;
            for rule in &self.constraints {
                if !rule.check(sweep)? {
                    return Ok(Some(rule.reason()));
                }
            }
            Ok(None)
        })
    }

    /// Calls `run` with the sweep as it stands at a point.
    ///
    /// # Errors
    /// Where an input does not take its value, or what `run` gives.
    pub(super) fn with_sweep<T>(
        &self,
        point: u64,
        run: &mut dyn FnMut(&mut dyn ErasedSweep) -> Result<T, String>,
    ) -> Result<T, String> {
        let mut done = None;
        self.prototype.with_copy(&mut |sweep| {
            let placed = self.place_at(point, sweep);
            done = Some(placed.and_then(|()| run(sweep)));
        });
        done.unwrap_or_else(|| Err("the sweep could not be copied".to_owned()))
    }

    /// Sets the inputs of a sweep to their values at a point.
    fn place_at(&self, point: u64, sweep: &mut dyn ErasedSweep) -> Result<(), String> {
        let mut misfit = None;
        self.for_each_value(point, |input, value| {
            if !sweep.set_input_at(input, value) {
                misfit = Some(format!(
                    "input `{}` cannot be {}",
                    input_name(self.schema(), input),
                    self.display_value(input, value)
                ));
            }
        });
        misfit.map_or(Ok(()), Err)
    }

    /// A value of an input as it is shown.
    fn display_value(&self, input: usize, value: &Value) -> Value {
        let var = self.schema().inputs.get(input);
        var.map_or_else(|| value.clone(), |var| var.kind.display_value(value))
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

    /// The names and values of the swept inputs at a point, as they are shown: an `f32` is the number that its
    /// digits say.
    pub fn inputs(&self, point: u64) -> Vec<(String, Value)> {
        let mut inputs = Vec::new();
        self.for_each_value(point, |input, value| {
            inputs.push((
                input_name(self.schema(), input),
                self.display_value(input, value),
            ));
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
        self.schema().inputs.iter().map(|var| var.name).collect()
    }

    /// The seed of a sample: from the values of its point and its repeat alone.
    pub(super) fn seed(&self, point: u64, repeat: u32) -> u64 {
        self.seed_but(point, repeat, &[])
    }

    /// The same without some inputs, by name.
    ///
    /// # Errors
    /// Where there is no input of a name.
    pub(super) fn seed_without(
        &self,
        point: u64,
        repeat: u32,
        names: &[String],
    ) -> Result<u64, UnknownName> {
        let index = |name: &String| {
            let found = self.schema().input(name).map(|(index, _)| index);
            found.ok_or_else(|| unknown_input(self.schema(), name))
        };
        let without: Vec<usize> = names.iter().map(index).collect::<Result<_, _>>()?;
        Ok(self.seed_but(point, repeat, &without))
    }

    fn seed_but(&self, point: u64, repeat: u32, without: &[usize]) -> u64 {
        let mut key = KeyWriter::default();
        for (index, value) in self.values(point).iter().enumerate() {
            if !self.unseeded.contains(&index) && !without.contains(&index) {
                key.value(value);
            }
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "half of a digest is a fine seed"
        )]
        let seed = key.digest().0 as u64;
        mix(seed ^ mix(u64::from(repeat)))
    }

    /// The same sweep, whose samples get the same random data at points that differ in one input alone. They are stored
    /// apart from those of the sweep as it was, since what is measured is another thing.
    ///
    /// # Errors
    /// Where there is no such input.
    pub fn paired_by<S: ParametrizedSweep>(self, input: &Input<S>) -> Result<Self, PlanError> {
        self.paired_by_input(&input.choice)
    }

    pub(crate) fn paired_by_input(mut self, input: &InputChoice) -> Result<Self, PlanError> {
        let name = input_name_of(self.schema(), input)?;
        let axis = self.space.axes().iter().find(|axis| axis.name == name);
        if let Some(axis) = axis {
            self.unseeded.clone_from(&axis.inputs);
            self.series.tag.push_str(PAIRED);
            self.series.tag.push_str(&name);
        }
        Ok(self)
    }

    /// Calls `visit` with every swept input and its value at a point, the last axis first.
    fn for_each_value(&self, point: u64, mut visit: impl FnMut(usize, &Value)) {
        let mut rest = point;
        for (axis, levels) in self.axes.iter().zip(self.space.axes()).rev() {
            let at = rest % axis.len.max(1);
            rest /= axis.len.max(1);
            let mut visit_all = |value: &Value| match (&*axis.inputs, value) {
                ([input], value) => visit(*input, value),
                (inputs, Value::Item(item)) => {
                    for (input, (_, part)) in inputs.iter().zip(item.parts()).rev() {
                        visit(*input, part);
                    }
                }
                _ => {}
            };
            match &axis.values {
                Some(values) => {
                    if let Some(value) = usize::try_from(at).ok().and_then(|at| values.get(at)) {
                        visit_all(value);
                    }
                }
                None => {
                    if let Some(value) = levels.levels.get(at) {
                        visit_all(&value);
                    }
                }
            }
        }
    }
}

/// Refuses times that are declared in another unit than seconds: a derive does so when it is compiled, but a schema
/// can be written by hand.
fn check_units(schema: &Schema) -> Result<(), PlanError> {
    let inputs = schema.inputs.iter();
    let inputs = inputs.map(|var| (var.name, is_in_seconds(var.kind, false), var.units));
    let results = schema.results.iter();
    let results = results.map(|var| (var.name, is_in_seconds(var.kind, var.timed), var.units));
    let wrong = |(_, is_time, units): &(&str, bool, &str)| *is_time && !matches!(*units, "" | "s");
    match inputs.chain(results).find(wrong) {
        None => Ok(()),
        Some((variable, _, units)) => Err(PlanError::Units {
            variable: variable.to_owned(),
            units: units.to_owned(),
        }),
    }
}

/// The unit that a variable is shown in.
const fn units_of(kind: Kind, timed: bool, declared: &'static str) -> &'static str {
    if is_in_seconds(kind, timed) {
        "s"
    } else {
        declared
    }
}

/// The grids of a sweep whose values changed: those that it takes, and the declared ones of inputs of which it
/// takes other values.
fn legacy_values(schema: &Schema, axes: &[Axis], declared: &[(usize, Levels)]) -> LegacyValues {
    let mut legacy = LegacyValues::default();
    for axis in axes {
        for index in &axis.inputs {
            let name = schema.inputs.get(*index).map_or("", |var| var.name);
            let Some(levels) = axis.levels.of_input(name) else {
                continue;
            };
            legacy.add(name, levels, levels);
            let grids = declared.iter().filter(|(known, _)| known == index);
            grids.for_each(|(_, grid)| legacy.add(name, grid, levels));
        }
    }
    legacy
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
pub(super) fn recorded_results(
    schema: &Schema,
) -> impl Iterator<Item = (usize, &'static ResultVar)> + use<> {
    let results = schema.results.iter().enumerate();
    results.filter(|(_, var)| var.formula.is_empty())
}

/// What a dataset says of a result.
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
fn columns(var: &ResultVar) -> Vec<VariableInfo> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::var::expand::NO_RESULT;

    fn checked(timed: bool, kind: Kind, units: &'static str) -> Result<(), PlanError> {
        let result = ResultVar {
            name: "elapsed",
            timed,
            kind,
            units,
            ..NO_RESULT
        };
        check_units(&Schema {
            name: "Sorting",
            module: "",
            package: "",
            doc: "",
            version: 1,
            inputs: &[],
            results: Box::leak(Box::new([result])),
        })
    }

    #[test]
    fn times_have_no_other_unit_than_seconds() {
        for units in ["ms", "S", "elements"] {
            for (timed, kind) in [(true, Kind::Float(64)), (false, Kind::Seconds)] {
                let text = checked(timed, kind, units).unwrap_err().to_string();
                let expected = format!("its unit \"{units}\" converts nothing");
                assert!(
                    text.contains("`elapsed`") && text.contains(&expected),
                    "{text}"
                );
            }
            assert_eq!(checked(false, Kind::Float(64), units), Ok(()));
        }
        assert_eq!(checked(true, Kind::Float(64), ""), Ok(()));
        assert_eq!(checked(false, Kind::Seconds, "s"), Ok(()));
        assert_eq!(units_of(Kind::Seconds, false, ""), "s");
        assert_eq!(units_of(Kind::Float(64), true, ""), "s");
        assert_eq!(units_of(Kind::Float(64), false, "ms"), "ms");
    }
}
