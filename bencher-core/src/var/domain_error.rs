use thiserror::Error;

use crate::value::{Kind, Value};

use super::domain::MAX_SUBSAMPLING_DIVISIONS;

/// Why a domain is impossible.
///
/// ```
/// use bencher_core::var::{DomainError, DomainOf};
/// let error = DomainOf::<f64>::new().bounds(0.0, 1.0).step(0.0).finish().unwrap_err();
/// assert!(matches!(error, DomainError::Step(_)));
/// assert_eq!(error.to_string(), "the step must be a number above zero, not 0");
/// ```
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum DomainError {
    /// Nothing declares the values.
    #[error("no values: give `bounds(low, high)`, `values(...)` or `pow2(low, high)`")]
    Undeclared,
    /// The list is empty.
    #[error("the list of values is empty")]
    Empty,
    /// The list holds a value twice.
    #[error("the value {0} is listed twice")]
    Repeated(Value),
    /// The bounds are the wrong way round.
    #[error("the low bound {low} is above the high bound {high}; swap them")]
    Reversed {
        /// The first bound.
        low: Value,
        /// The second bound.
        high: Value,
    },
    /// A value or a bound is NaN or infinite.
    #[error("an input takes finite numbers, not {0}")]
    NotFinite(Value),
    /// A time that does not fit a `Duration`.
    #[error(
        "a duration must be 0 s or more, in whole nanoseconds, and fit 64 bits of seconds, not {0} s"
    )]
    NoDuration(Value),
    /// A time with more digits than its number of seconds can hold.
    #[error("a duration near {0} s has more digits than 64 bits of seconds hold; give fewer")]
    Inexact(Value),
    /// No samples were asked for.
    #[error("zero samples leave nothing to run; give 1 or more")]
    NoSamples,
    /// More than one sample of a range that has no width.
    #[error(
        "{samples} samples do not fit bounds of zero width at {at}; give 1 sample or wider bounds"
    )]
    ZeroWidth {
        /// How many samples were asked for.
        samples: usize,
        /// The one value.
        at: Value,
    },
    /// A step that is not above zero.
    #[error("the step must be a number above zero, not {0}")]
    Step(Value),
    /// A logarithmic scale over zero or below.
    #[error("a logarithmic scale needs a low bound above zero, not {0}")]
    LogOfZero(Value),
    /// A step and a logarithmic scale exclude each other.
    #[error("`step` gives equal differences and `scale = \"log\"` equal ratios; drop one of them")]
    StepOnLog,
    /// A step and a number of samples exclude each other.
    #[error("`step` and `samples` both say how many values there are; drop one of them")]
    StepAndSamples,
    /// A default that no sweep could reach.
    #[error("the default {0} is not one of the values")]
    Default(Value),
    /// A level that is not in the table.
    #[error("subsampling divisions go from 1 to {MAX_SUBSAMPLING_DIVISIONS}, not {0}")]
    Divisions(u8),
    /// A power of two that the type cannot hold.
    #[error("2^{exponent} does not fit {kind}", kind = .kind.name())]
    Power {
        /// The exponent.
        exponent: u32,
        /// The input's kind.
        kind: Kind,
    },
    /// A value that does not fit the input's type.
    #[error("{value} is not {kind}", kind = .kind.name())]
    WrongKind {
        /// The value.
        value: Value,
        /// The input's kind.
        kind: Kind,
    },
    /// A step or a scale for moments, which are always spread evenly.
    #[error("moments are spread evenly: drop `step` and `scale`, give `samples`")]
    DateSpread,
    /// An input of a sweep whose domain is impossible.
    #[error("input `{name}`: {source}")]
    Input {
        /// The input.
        name: &'static str,
        /// The problem.
        source: Box<DomainError>,
    },
    /// An input of a variant whose domain is impossible.
    #[error("its input `{name}`: {source}")]
    Param {
        /// The input.
        name: String,
        /// The problem.
        source: Box<DomainError>,
    },
    /// More values than fit a list.
    #[error("{0} values are too many for one input; take fewer samples of its parts")]
    TooMany(u128),
    /// A grid finer than the numbers of its type.
    #[error(
        "the values from {low} to {high} are closer together than numbers of this type can be; \
         give fewer samples or a larger step"
    )]
    Narrow {
        /// The first value.
        low: Value,
        /// The last value.
        high: Value,
    },
    /// Values from a function or a file that could not be made.
    #[error("{0}")]
    Source(String),
    /// Bounds for a type without an order.
    #[error("bounds need a number; list the values instead")]
    Unordered,
}

impl DomainError {
    /// The same error, with the name of the input; the derive calls this.
    #[doc(hidden)]
    pub fn of_input(self, name: &'static str) -> Self {
        Self::Input {
            name,
            source: Box::new(self),
        }
    }
}
