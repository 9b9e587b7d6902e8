//! A plan decides everything about a sweep except when it runs: its points, its constants, its results.
//!
//! A [`SweepChoice`] selects the parts of a declaration. A [`Plan`] decides the rest.
//!
//! ```
#![doc = include_str!("../example_sweep.md")]
//! use bencher_core::plan::{Plan, SweepChoice};
//! use bencher_core::space::Density;
//! let choice = SweepChoice { inputs: Some(vec![Sorting::LEN.samples(3)]), ..SweepChoice::default() };
//! let plan = Plan::new(&Sorting::baseline()?, &choice, &[], Density::default(), 2, "")?;
//! assert_eq!((plan.space().len(), plan.samples()), (3, 6));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod choice;
mod constraint;
mod derived_results;
mod error;
mod identity;
mod input_override;
mod one_point;
mod points;
mod repeats;
mod resolve;
#[cfg(feature = "search")]
mod searched;
mod shape;

pub(crate) use choice::Choice;
pub use choice::SweepChoice;
pub use constraint::Constraint;
pub use error::PlanError;
pub(crate) use identity::result_id;
pub use input_override::{InputOverride, OverrideError};
pub(crate) use input_override::{in_units, quote};
pub(crate) use resolve::{input_name_of, result_name_of};
#[cfg(feature = "search")]
pub(crate) use searched::{SearchedDomain, SearchedInput};
pub(crate) use shape::recorded_results;

use std::sync::Arc;

use crate::dataset::coordinate_text;
use crate::record::ConstantValue;
use crate::space::{Axis, Density, Space};
use crate::store::{KeyMaker, PAIRED, Series};
use crate::value::{Kind, Value};
use crate::var::check::is_in_seconds;
use crate::var::{
    ErasedSweep, Input, InputChoice, ParametrizedSweep, ResultVar, Schema, SweepType, Target,
};

use constraint::Rule;
use derived_results::DerivedResult;
use resolve::{
    chosen_results, input_name, resolve_constants, resolve_input, set_constant, swept_axes,
    unknown_input,
};

/// A sweep in which everything is decided except when it runs.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
/// use bencher_core::space::Density;
/// use bencher_core::plan::{Plan, SweepChoice};
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
    pub(crate) constraints: Vec<Rule>,
    pub(crate) repeats: u32,
    /// Whether more repeats follow as they are needed.
    pub(crate) adaptive: bool,
    /// The inputs that the seeds of samples do not depend on, by position in the schema.
    unseeded: Vec<usize>,
    series: Series,
    /// Notes for the user: results named twice, constants given twice.
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
    /// Makes the plan of a sweep of `prototype`.
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
        check_overrides(&prototype.sweep_type().schema, overrides)?;
        let schema = prototype.sweep_type().schema;
        let axes = swept_axes(&schema, choice, overrides, density)?;
        Self::with_axes(prototype, choice, overrides, axes, repeats, tag)
    }

    /// The plan of a sweep with these dimensions.
    fn with_axes(
        prototype: &dyn ErasedSweep,
        choice: &Choice,
        overrides: &[InputOverride],
        mut axes: Vec<Axis>,
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

    /// The type-erased description of its type.
    pub(crate) const fn sweep_type(&self) -> &SweepType {
        &self.sweep_type
    }

    /// The points.
    pub const fn space(&self) -> &Space {
        &self.space
    }

    /// The number of samples of every point; the smallest number for a sweep in [rounds](Self::in_rounds).
    pub const fn repeats(&self) -> u32 {
        self.repeats
    }

    /// The series of its samples in the store.
    pub const fn series(&self) -> &Series {
        &self.series
    }

    /// The kept results, by position in the schema.
    pub fn results(&self) -> impl Iterator<Item = (usize, &'static ResultVar)> {
        self.results
            .iter()
            .filter_map(|n| self.schema().results.get(*n).map(|var| (*n, var)))
    }

    /// Whether any kept result is a measured time.
    pub fn is_timed(&self) -> bool {
        self.results().any(|(_, var)| var.timed)
    }

    /// Whether any kept result depends on this machine and build: a measured time, or the value of a counter. Such a
    /// sweep is measured alone.
    pub fn is_evidence(&self) -> bool {
        self.results()
            .any(|(_, var)| var.timed || var.counter.is_some())
    }

    /// The number of samples of the sweep.
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

    /// The inputs that are not swept, with their values for display: an `f32` is the number with its decimal digits.
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

    /// The maker of the keys of its samples.
    ///
    /// It takes values in the order of [`input_names`](Self::input_names), as [`values`](Self::values) returns them.
    pub fn key_maker(&self) -> KeyMaker {
        KeyMaker::new(&self.series, &self.input_names())
    }

    /// The names of all inputs and constants, in the order of the schema.
    pub fn input_names(&self) -> Vec<&'static str> {
        self.schema().inputs.iter().map(|var| var.name).collect()
    }

    /// Gives the samples the same random data at points that differ only in one input. They are stored separately from
    /// the samples of the original sweep, because they measure different data.
    ///
    /// # Errors
    /// Where the input does not exist.
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
}

/// That every value on the command line is one of an input.
fn check_overrides(schema: &Schema, overrides: &[InputOverride]) -> Result<(), PlanError> {
    let unknown = |given: &&InputOverride| schema.input(&given.name).is_none();
    match overrides.iter().find(unknown) {
        None => Ok(()),
        Some(given) => Err(PlanError::Override {
            given: given.to_string(),
            source: unknown_input(schema, &given.name).into(),
        }),
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
            target: crate::var::CargoTarget::Unknown,
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
