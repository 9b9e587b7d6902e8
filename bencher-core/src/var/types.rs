//! The traits of Rust types that can be inputs.

use std::time::Duration;

use crate::value::{Kind, ResultValue, Value};

use super::enumeration::Variant;

/// A type whose values can be swept: integers, floats, `bool`, `String`, and enums with
/// `#[derive(SweepEnum)]`.
///
/// ```
/// use bencher_core::value::Value;
/// use bencher_core::var::SweepValue;
/// assert_eq!(<String as SweepValue>::from_literal("x").to_value(), Value::from("x"));
/// assert_eq!(i8::from_value(&Value::from(-3)), Some(-3));
/// assert_eq!(bool::all(), Some(vec![Value::Bool(false), Value::Bool(true)]));
/// assert_eq!(u8::all(), None);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be swept",
    label = "no input of a sweep has this type",
    note = "inputs are integers, floats, `bool`, `String`, `Duration`, `Timestamp`, `Entry<T>`, or an enum \
            with `#[derive(SweepEnum)]`; the `T` of an `Entry<T>` needs `#[derive(Clone, serde::Deserialize)]`"
)]
pub trait SweepValue: Clone + Send + Sync + 'static {
    /// What the type is.
    const KIND: Kind;

    /// How a value is written in an attribute: `&str` for `String`, else the type itself.
    type Literal;

    /// Converts an attribute's literal.
    fn from_literal(literal: Self::Literal) -> Self;

    /// Converts to the value in the sweep.
    fn to_value(&self) -> Value;

    /// Whether [`to_value`](Self::to_value) keeps the value exactly. A `Duration` of many days and some nanoseconds has
    /// more digits than its number of seconds.
    fn is_exact(&self) -> bool {
        true
    }

    /// Converts back; `None` where the value does not fit the type.
    fn from_value(value: &Value) -> Option<Self>;

    /// Every value, for a type with only a few values.
    fn all() -> Option<Vec<Value>> {
        None
    }

    /// The names and descriptions of the values; empty for types without names.
    fn variants() -> &'static [Variant] {
        &[]
    }
}

/// A swept type with an order and a distance, which can have bounds, a step and a scale.
///
/// ```
/// use bencher_core::var::SweepNumber;
/// fn middle<T: SweepNumber>(low: T, high: T) -> Option<f64> {
///     Some((low.to_value().as_f64()? + high.to_value().as_f64()?) / 2.0)
/// }
/// assert_eq!(middle(1_u8, 4), Some(2.5));
/// ```
///
/// `bool` does not implement it:
///
/// ```compile_fail
/// use bencher_core::var::DomainOf;
/// DomainOf::<bool>::new().bounds(false, true);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no bounds",
    label = "`bounds`, `step` and `scale` need a number",
    note = "list the values with `values(...)`, or leave the list out to take all of them"
)]
pub trait SweepNumber: SweepValue {}

/// A swept whole number, which can be a power of two.
///
/// ```
/// use bencher_core::var::DomainOf;
/// assert!(DomainOf::<u32>::new().pow2(4, 10).finish().is_ok());
/// ```
///
/// A float does not implement it:
///
/// ```compile_fail
/// use bencher_core::var::DomainOf;
/// DomainOf::<f64>::new().pow2(4, 10);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an integer",
    label = "`pow2` needs an integer",
    note = "use `bounds(low, high), scale = \"log\"` for a float"
)]
pub trait SweepInteger: SweepNumber {}

impl SweepValue for bool {
    const KIND: Kind = Kind::Bool;

    type Literal = Self;

    fn from_literal(literal: Self) -> Self {
        literal
    }

    fn to_value(&self) -> Value {
        Value::Bool(*self)
    }

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(b) => Some(*b),
            _ => None,
        }
    }

    fn all() -> Option<Vec<Value>> {
        Some(vec![Value::Bool(false), Value::Bool(true)])
    }
}

impl SweepValue for String {
    const KIND: Kind = Kind::Text;

    type Literal = &'static str;

    fn from_literal(literal: &'static str) -> Self {
        literal.to_owned()
    }

    fn to_value(&self) -> Value {
        Value::from(self.as_str())
    }

    fn from_value(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
}

impl SweepValue for Duration {
    const KIND: Kind = Kind::Seconds;

    type Literal = Self;

    fn from_literal(literal: Self) -> Self {
        literal
    }

    fn to_value(&self) -> Value {
        Value::Float(self.as_secs_f64())
    }

    fn is_exact(&self) -> bool {
        Self::try_from_secs_f64(self.as_secs_f64()) == Ok(*self)
    }

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Float(seconds) => Self::try_from_secs_f64(*seconds).ok(),
            _ => None,
        }
    }
}

impl SweepNumber for Duration {}

impl SweepValue for jiff::Timestamp {
    const KIND: Kind = Kind::DateTime;

    type Literal = Self;

    fn from_literal(literal: Self) -> Self {
        literal
    }

    fn to_value(&self) -> Value {
        Value::from(*self)
    }

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::DateTime(nanoseconds) => Self::from_nanosecond(*nanoseconds).ok(),
            _ => None,
        }
    }
}

impl SweepNumber for jiff::Timestamp {}

macro_rules! numbers {
    ($($ty:ty: $kind:expr, $read:expr;)*) => {$(
        impl SweepValue for $ty {
            const KIND: Kind = $kind;

            type Literal = Self;

            fn from_literal(literal: Self) -> Self {
                literal
            }

            fn to_value(&self) -> Value {
                Value::from(*self)
            }

            fn from_value(value: &Value) -> Option<Self> {
                $read(value)
            }
        }

        impl SweepNumber for $ty {}
    )*};
}

macro_rules! integers {
    ($($ty:ty)*) => {
        numbers! {$(
            $ty: <$ty as ResultValue>::KIND, |value: &Value| match value {
                Value::Int(i) => <$ty>::try_from(*i).ok(),
                Value::Big(u) => <$ty>::try_from(*u).ok(),
                _ => None,
            };
        )*}
        $(impl SweepInteger for $ty {})*
    };
}

integers! { i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize }

numbers! {
    f64: Kind::Float(64), |value: &Value| match value {
        Value::Float(x) => Some(*x),
        _ => None,
    };
    f32: Kind::Float(32), narrow;
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "canonical f32 values are exact"
)]
fn narrow(value: &Value) -> Option<f32> {
    match value {
        Value::Float(x) => Some(*x as f32),
        _ => None,
    }
}
