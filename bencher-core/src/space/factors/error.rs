use thiserror::Error;

use crate::value::Value;

use super::MAX_DEPTH;

/// Why factors cannot be swept; places are written as the way to them, `algo=radix/bits`.
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
        /// Where the factor stands.
        place: String,
    },
    /// A name that one combination would have twice.
    #[error(
        "factor `{name}` would occur twice in one combination, from `{first}` and from `{second}`; \
         rename one of them"
    )]
    RepeatedName {
        /// The name.
        name: String,
        /// Where it stands.
        first: String,
        /// Where it stands again.
        second: String,
    },
    /// A level that a factor has twice.
    #[error("factor `{place}` has the level {value} twice; list it once")]
    RepeatedLevel {
        /// Where the factor stands.
        place: String,
        /// The level.
        value: Value,
    },
    /// Sub-sweeps in sub-sweeps without end.
    #[error("sub-sweeps are nested more than {MAX_DEPTH} deep")]
    TooDeep,
    /// More combinations than can be numbered.
    #[error(
        "there are more combinations than can be counted (2^128); take fewer factors or levels"
    )]
    Uncountable,
}
