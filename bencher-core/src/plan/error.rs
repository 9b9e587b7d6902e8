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
    /// A name that no variable has.
    #[error(transparent)]
    Unknown(#[from] UnknownName),
    /// One input named twice.
    #[error("input `{0}` is named twice in one sweep; name it once")]
    RepeatedInput(String),
    /// Two dimensions of one name.
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
        /// What is wrong.
        source: DesignError,
    },
    /// A formula that does not make a result.
    #[error("result `{result}` is computed by `{formula}`: {source}")]
    Formula {
        /// The result.
        result: String,
        /// The formula.
        formula: String,
        /// What is wrong with it.
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
    /// A value that is no variant of the input's enum.
    #[error("input `{input}` cannot be {value}: it is {expected}")]
    NoVariant {
        /// The input.
        input: String,
        /// The value given.
        value: Value,
        /// The variants there are.
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
