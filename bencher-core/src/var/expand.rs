//! The functions that an expansion of `#[derive(ParametrizedSweep)]` calls, so that it stays small.
//!
//! All calls use associated items of two traits, with the field's own type. A type that fits neither trait then has one
//! error, on that type, in any function.

use std::fmt::Display;

use crate::value::{Kind, ResultValue, Value};
use crate::var::{SweepValue, Variant};

use super::domain::Domain;
use super::domain_error::DomainError;
use super::domain_of::DomainOf;
use super::schema::{Direction, InputRole, InputVar, ResultVar};
use super::sweep::baseline_of;

/// The type of an input field.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be swept",
    label = "no input of a sweep has this type",
    note = "inputs are integers, floats, `bool`, `String`, `Duration`, `Timestamp`, `Entry<T>`, or an enum \
            with `#[derive(SweepEnum)]`; the `T` of an `Entry<T>` needs `#[derive(Clone, serde::Deserialize)]`"
)]
pub trait SweptField: Sized {
    /// What values the type holds.
    const KIND: Kind;

    /// The domain that `build` declares.
    ///
    /// # Errors
    /// Where it is impossible.
    fn domain(build: impl FnOnce(DomainOf<Self>) -> DomainOf<Self>) -> Result<Domain, DomainError>;

    /// The variants of an enum.
    fn variants() -> &'static [Variant];

    /// The value that the field has before any sweep sets it.
    ///
    /// # Errors
    /// Where the domain is impossible or has no value of the type.
    fn baseline(domain: Result<Domain, DomainError>) -> Result<Self, DomainError>;

    /// The field's value.
    fn get(&self) -> Value;

    /// Sets the field; false where the value does not fit.
    fn set(&mut self, value: &Value) -> bool;

    /// The value of a variant's input.
    fn read(value: &Value) -> Option<Self>;
}

impl<T: SweepValue> SweptField for T {
    const KIND: Kind = <T as SweepValue>::KIND;

    fn domain(build: impl FnOnce(DomainOf<T>) -> DomainOf<T>) -> Result<Domain, DomainError> {
        build(DomainOf::new()).finish()
    }

    fn variants() -> &'static [Variant] {
        <T as SweepValue>::variants()
    }

    fn baseline(domain: Result<Domain, DomainError>) -> Result<T, DomainError> {
        baseline_of(&domain?)
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

    fn read(value: &Value) -> Option<T> {
        T::from_value(value)
    }
}

/// The variables of a sweep and of the structs nested in it, one behind the other.
#[expect(
    clippy::indexing_slicing,
    reason = "run by the compiler, with a count that fits"
)]
pub const fn joined<T: Copy, const N: usize>(parts: &[&[T]], filler: T) -> [T; N] {
    let mut all = [filler; N];
    let (mut part, mut at) = (0, 0);
    while part < parts.len() {
        let mut n = 0;
        while n < parts[part].len() {
            all[at] = parts[part][n];
            at += 1;
            n += 1;
        }
        part += 1;
    }
    all
}

/// The initial value of an array of inputs.
pub const NO_INPUT: InputVar = InputVar {
    name: "",
    doc: "",
    units: "",
    kind: Kind::Bool,
    role: InputRole::Swept,
    domain: || Err(DomainError::Undeclared),
    variants: || &[],
};

/// The initial value of an array of results.
pub const NO_RESULT: ResultVar = ResultVar {
    name: "",
    doc: "",
    units: "",
    kind: Kind::Bool,
    direction: Direction::None,
    timed: false,
    own_axis: false,
    meaning_version: 1,
    formula: "",
    counter: None,
    parts: &[],
    claims: &[],
};

/// The type inside the `Option` of a result field.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a result",
    label = "no result has this type",
    note = "a result is an `Option` of a number, `bool`, `String`, `Duration`, `Timestamp`, `[f64; N]`, `Vec` of \
            numbers, `File`, `Image`, `Video`, `Table`, an array of `f64` of ndarray, or an enum with `#[derive(SweepEnum)]`"
)]
pub trait ResultField: Sized {
    /// What values the type holds.
    const KIND: Kind;

    /// Takes the result out, leaving the field unset.
    fn take(slot: &mut Option<Self>) -> Option<Value>;
}

impl<T: ResultValue> ResultField for T {
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
