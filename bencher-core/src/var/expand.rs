//! What an expansion of `#[derive(ParametrizedSweep)]` calls, so that it stays thin.
//!
//! Everything goes through associated items of two traits, named with the field's own type. A
//! type that fits neither then gives one error, on that type, whichever function it is met in.

use std::fmt::Display;

use crate::value::{Kind, ResultValue, SweepValue, Value, Variant};

use super::domain::{DomainError, DomainOf};
use super::schema::InputVar;
use super::sweep::baseline_of;

/// The type of an input field.
pub trait Swept: Sized {
    /// What [`declare`](Self::declare) returns: always `DomainOf<Self>`. As an associated type it
    /// is unknown where the trait is not implemented, which silences the errors that follow.
    type Declared;

    /// What values the type holds.
    const KIND: Kind;

    /// A domain of which nothing is said yet.
    fn declare() -> Self::Declared;

    /// The variants of an enum.
    fn variants() -> &'static [Variant];

    /// The value that the field has before any sweep sets it. `index` is that of its schema.
    ///
    /// # Errors
    /// Where the domain is impossible or has no value of the type.
    fn baseline(inputs: &[InputVar], index: usize) -> Result<Self, DomainError>;

    /// The field's value.
    fn get(&self) -> Value;

    /// Sets the field; false where the value does not fit.
    fn set(&mut self, value: &Value) -> bool;
}

impl<T: SweepValue> Swept for T {
    type Declared = DomainOf<T>;

    const KIND: Kind = <T as SweepValue>::KIND;

    fn declare() -> DomainOf<T> {
        DomainOf::new()
    }

    fn variants() -> &'static [Variant] {
        <T as SweepValue>::variants()
    }

    fn baseline(inputs: &[InputVar], index: usize) -> Result<T, DomainError> {
        let input = inputs.get(index).ok_or(DomainError::Undeclared)?;
        baseline_of(&(input.domain)()?)
    }

    fn get(&self) -> Value {
        self.to_value()
    }

    fn set(&mut self, value: &Value) -> bool {
        match T::from_value(value) {
            Some(value) => {
                *self = value;
                true
            }
            None => false,
        }
    }
}

/// The type inside the `Option` of a result field.
pub trait Recorded: Sized {
    /// What values the type holds.
    const KIND: Kind;

    /// Takes the result out, leaving the field unset.
    fn take(slot: &mut Option<Self>) -> Option<Value>;
}

impl<T: ResultValue> Recorded for T {
    const KIND: Kind = <T as ResultValue>::KIND;

    fn take(slot: &mut Option<T>) -> Option<Value> {
        slot.take().map(T::into_value)
    }
}

/// `<a, b>` of the names of types and the values of constants; empty without any.
pub fn type_arguments(arguments: &[&dyn Display]) -> String {
    if arguments.is_empty() {
        return String::new();
    }
    let texts: Vec<String> = arguments.iter().map(ToString::to_string).collect();
    format!("<{}>", texts.join(", "))
}
