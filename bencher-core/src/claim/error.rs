use thiserror::Error;

use crate::var::UnknownName;

/// Why a claim cannot be judged. See [`ResultClaim`](super::ResultClaim) for an example.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ClaimError {
    /// There is no comparison.
    #[error("a claim compares with a value, as in `< 0.7` or `p95 <= 5 ms`")]
    NoOperator,
    /// An unknown word before the comparison.
    #[error(
        "there is no statistic `{given}`: a claim begins with `median`, `mean`, `worst`, a quantile such as `p95`, or \
         with its comparison"
    )]
    Statistic {
        /// The word as it was written.
        given: String,
    },
    /// No number or truth value after the comparison.
    #[error("`{given}` is no number with a unit, nor `true` or `false`")]
    Value {
        /// What stands there.
        given: String,
    },
    /// A comparison that the values or the statistic do not have.
    #[error("`{operator}` does not fit here: {reason}")]
    Operator {
        /// The comparison.
        operator: &'static str,
        /// Why it does not fit.
        reason: &'static str,
    },
    /// A unit that is not one of the result.
    #[error(
        "`{given}` is not converted to the unit of the result, {}; write the value in that unit",
        unit_text(.units)
    )]
    Unit {
        /// The unit of the claim.
        given: String,
        /// The unit of the result; empty where it has none.
        units: String,
    },
    /// A result that a claim says nothing about.
    #[error("a claim is about numbers and truth values, and this result is {kind}")]
    Kind {
        /// What the result is.
        kind: String,
    },
    /// A number beside truth values, or a truth value beside numbers.
    #[error("{0}")]
    Mixed(&'static str),
    /// No such result.
    #[error(transparent)]
    Unknown(#[from] UnknownName),
}

fn unit_text(units: &str) -> String {
    if units.is_empty() {
        "which is none".to_owned()
    } else {
        format!("`{units}`")
    }
}
