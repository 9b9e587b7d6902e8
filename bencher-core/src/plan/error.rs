use thiserror::Error;

use crate::dataset::{DatasetError, FormulaError};
use crate::space::{DesignError, SpaceError};
use crate::value::Value;
use crate::var::UnknownName;

use super::input_override::OverrideError;

/// Why a sweep cannot be planned. See [`InputOverride`](super::InputOverride) for an example.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum PlanError {
    /// A name of no variable.
    #[error(transparent)]
    Unknown(#[from] UnknownName),
    /// An input that is named twice.
    #[error("input `{0}` is named twice in one sweep; name it once")]
    RepeatedInput(String),
    /// Two dimensions with one name.
    #[error("two dimensions are named `{0}`; give the inputs that change together another name")]
    RepeatedDimension(String),
    /// A zip within a zip.
    #[error("`{inner}` is nested within `{outer}`; name its inputs in `{outer}` directly")]
    NestedZip {
        /// The outer dimension.
        outer: String,
        /// The inner one.
        inner: String,
    },
    /// A design that is not possible.
    #[error("`{name}`: {source}")]
    Design {
        /// The dimension.
        name: String,
        /// The problem.
        source: DesignError,
    },
    /// A formula that cannot compute a result.
    #[error("result `{result}` is computed by `{formula}`: {source}")]
    Formula {
        /// The result.
        result: String,
        /// The formula.
        formula: String,
        /// The problem.
        source: Box<FormulaError>,
    },
    /// A time with a unit that would be another name for seconds.
    #[error(
        "`{variable}` is a time in seconds, and its unit \"{units}\" converts nothing: leave it \
         out or give \"s\"; tables and plots choose the prefix"
    )]
    Units {
        /// The input or result.
        variable: String,
        /// The unit that was declared.
        units: String,
    },
    /// An input that is swept and constant at once.
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
        /// The given value.
        value: Value,
        /// The kind of its values.
        expected: String,
    },
    /// A value that is not a variant of the input's enum.
    #[error("input `{input}` cannot be {value}: it is {expected}")]
    NoVariant {
        /// The input.
        input: String,
        /// The given value.
        value: Value,
        /// The existing variants.
        expected: String,
    },
    /// An impossible domain, or too many points.
    #[error(transparent)]
    Space(#[from] SpaceError),
    /// Values of an input that do not fit.
    #[error("input values `{given}`: {source}")]
    Override {
        /// The values as they were written.
        given: String,
        /// The problem.
        source: OverrideError,
    },
    /// Several values for an input that the sweep does not vary.
    #[error(
        "input values `{given}`: this sweep does not vary `{input}`; give one value, or choose another \
         sweep"
    )]
    NotSwept {
        /// The values as they were written.
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
    /// Whether the error is in the command line, not in the program.
    pub const fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::Override { .. } | Self::NotSwept { .. } | Self::NoRepeats
        )
    }
}
