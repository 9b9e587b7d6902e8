use crate::value::{Kind, Value};
use crate::var::SweepValue;

use super::domain::Domain;
use super::domain_error::DomainError;
use super::schema::Schema;

/// A struct whose annotated fields are inputs and results; implemented by
/// `#[derive(ParametrizedSweep)]`.
///
/// The derive generates the [`Schema`] and these few small functions. All other code is ordinary code that reads the
/// schema.
///
/// The functions address variables by their position in the schema:
///
/// ```
#[doc = include_str!("../example_sweep.md")]
/// let mut sorting = Sorting::baseline()?;
/// assert_eq!(sorting.input(0), Some(Value::from(1)));
/// assert!(sorting.set_input(0, &Value::from(100)));
/// assert!(!sorting.set_input(0, &Value::from("many")), "len is a number");
/// assert_eq!(sorting.take_result(0), None, "not recorded yet");
/// sorting.moves = Some(3);
/// assert_eq!(sorting.take_result(0), Some(Value::from(3)));
/// assert_eq!(sorting.moves, None);
/// # Ok::<(), bencher_core::var::DomainError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a sweep",
    note = "add `#[derive(ParametrizedSweep, Clone)]` to `{Self}`"
)]
pub trait ParametrizedSweep: Clone + Send + Sync + 'static {
    /// Inputs, constants and results, as declared.
    const SCHEMA: Schema;

    /// The names of the type's arguments, which are part of its identity; empty for a type that is not generic.
    fn type_arguments() -> String {
        String::new()
    }

    /// Makes a value with every input at its default, every constant set, every result unset, and fields without an
    /// attribute at their `Default`.
    ///
    /// # Errors
    /// Where an input's domain is impossible.
    fn baseline() -> Result<Self, DomainError>;

    /// The current value of an input, by its position in the schema.
    fn input(&self, index: usize) -> Option<Value>;

    /// Sets an input by its position; false where there is none or the value does not fit.
    #[must_use]
    fn set_input(&mut self, index: usize, value: &Value) -> bool;

    /// Takes a result by its position, and leaves it unset.
    fn take_result(&mut self, index: usize) -> Option<Value>;

    /// The address of the field of a result, by its position; the derive writes it.
    #[doc(hidden)]
    fn result_address(&self, index: usize) -> Option<usize> {
        let _ = index;
        None
    }
}

/// The value of a field of type `T` before a sweep sets it.
///
/// ```
/// use bencher_core::var::{DomainOf, baseline_of};
/// let domain = DomainOf::<u8>::new().values([3, 5]).finish()?;
/// assert_eq!(baseline_of::<u8>(&domain)?, 3);
/// assert!(baseline_of::<bool>(&domain).is_err());
/// # Ok::<(), bencher_core::var::DomainError>(())
/// ```
///
/// # Errors
/// Where the domain has no value of the type.
pub fn baseline_of<T: SweepValue>(domain: &Domain) -> Result<T, DomainError> {
    let kind: Kind = T::KIND;
    domain
        .baseline(kind)
        .and_then(|value| T::from_value(&value))
        .ok_or(DomainError::Empty)
}
