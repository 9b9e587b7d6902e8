use thiserror::Error;

use crate::value::Value;

use super::MAX_DEPTH;

/// Why factors cannot be swept. A place is written as a path, `algo=radix/bits`.
///
/// ```
/// use bencher_core::space::{FactorLevel, Factors, sweep};
/// let radix = FactorLevel::new("radix").with("len", [8]);
/// let error = sweep(&Factors::new().with("algo", [radix]).with("len", [10])).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "factor `len` would occur twice in one combination, from `algo=radix/len` and from `len`; \
///      rename one of them"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum FactorError {
    /// A factor without levels.
    #[error(
        "factor `{place}` has no levels; give it some, or remove such factors with `without_empty`"
    )]
    NoLevels {
        /// The place of the factor.
        place: String,
    },
    /// A name that would occur twice in one combination.
    #[error(
        "factor `{name}` would occur twice in one combination, from `{first}` and from `{second}`; \
         rename one of them"
    )]
    RepeatedName {
        /// The name.
        name: String,
        /// Its first place.
        first: String,
        /// Its second place.
        second: String,
    },
    /// A level that occurs twice in one factor.
    #[error("factor `{place}` has the level {value} twice; list it once")]
    RepeatedLevel {
        /// The place of the factor.
        place: String,
        /// The level.
        value: Value,
    },
    /// Sub-sweeps that are nested too deeply.
    #[error("sub-sweeps are nested more than {MAX_DEPTH} deep")]
    TooDeep,
    /// More combinations than can be numbered.
    #[error(
        "there are more combinations than can be counted (2^128); take fewer factors or levels"
    )]
    Uncountable,
}
