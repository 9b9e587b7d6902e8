//! How Rust types become values: the traits that say what a field is.

use std::time::Duration;

use super::{Kind, Value};

/// A type whose values can be swept: integers, floats, `bool`, `String`, and enums with
/// `#[derive(SweepEnum)]`.
///
/// ```
/// use bencher_core::value::{SweepValue, Value};
/// assert_eq!(<String as SweepValue>::from_literal("x").to_value(), Value::from("x"));
/// assert_eq!(i8::from_value(&Value::from(-3)), Some(-3));
/// assert_eq!(bool::all(), Some(vec![Value::Bool(false), Value::Bool(true)]));
/// assert_eq!(u8::all(), None);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be swept",
    label = "no input of a sweep has this type",
    note = "inputs are integers, floats, `bool`, `String`, or an enum with `#[derive(SweepEnum)]`"
)]
pub trait SweepValue: Clone + Send + Sync + 'static {
    /// What the type is.
    const KIND: Kind;

    /// How a value is written in an attribute: `&str` for `String`, else the type itself.
    type Literal;

    /// The value that an attribute's literal stands for.
    fn from_literal(literal: Self::Literal) -> Self;

    /// The value as the sweep carries it.
    fn to_value(&self) -> Value;

    /// The value back in its own type; `None` where it does not fit.
    fn from_value(value: &Value) -> Option<Self>;

    /// Every value of a type that has only a few of them.
    fn all() -> Option<Vec<Value>> {
        None
    }

    /// The names of the values and what each says of itself; empty for types without names.
    fn variants() -> &'static [Variant] {
        &[]
    }
}

/// A swept type with an order and a distance: it can have bounds, a step and a scale.
///
/// ```
/// use bencher_core::value::SweepNumber;
/// fn middle<T: SweepNumber>(low: T, high: T) -> Option<f64> {
///     Some((low.to_value().as_f64()? + high.to_value().as_f64()?) / 2.0)
/// }
/// assert_eq!(middle(1_u8, 4), Some(2.5));
/// ```
///
/// A `bool` is none:
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

/// A swept whole number: it can be a power of two.
///
/// ```
/// use bencher_core::var::DomainOf;
/// assert!(DomainOf::<u32>::new().pow2(4, 10).finish().is_ok());
/// ```
///
/// A float is none:
///
/// ```compile_fail
/// use bencher_core::var::DomainOf;
/// DomainOf::<f64>::new().pow2(4, 10);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no integer",
    label = "`pow2` needs an integer",
    note = "use `bounds(low, high), scale = \"log\"` for a float"
)]
pub trait SweepInteger: SweepNumber {}

/// One variant of a swept enum.
///
/// The example stands at [`SweepEnum`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variant {
    /// The variant's name, as labels, the store and the command line have it.
    pub name: &'static str,
    /// Its doc comment.
    pub doc: &'static str,
}

/// An enum whose variants can be swept; implemented by `#[derive(SweepEnum)]`.
///
/// What the derive prints:
///
/// ```
/// use bencher_core::value::{SweepEnum, SweepValue, Value, Variant};
/// #[derive(Clone, Copy, Debug, PartialEq)]
/// enum Algorithm { Stable, Unstable }
///
/// impl SweepEnum for Algorithm {
///     const VARIANTS: &'static [Variant] = &[
///         Variant { name: "Stable", doc: "Keeps equal elements in order" },
///         Variant { name: "Unstable", doc: "" },
///     ];
///     fn index(&self) -> usize { *self as usize }
///     fn from_index(index: usize) -> Option<Self> {
///         [Self::Stable, Self::Unstable].get(index).copied()
///     }
/// }
/// assert_eq!(Algorithm::Unstable.to_value(), Value::from("Unstable"));
/// assert_eq!(Algorithm::from_value(&Value::from("Stable")), Some(Algorithm::Stable));
/// assert_eq!(Algorithm::from_value(&Value::from("stable")), None);
/// ```
pub trait SweepEnum: Clone + Send + Sync + 'static {
    /// The variants in declared order.
    const VARIANTS: &'static [Variant];

    /// The position of this value's variant.
    fn index(&self) -> usize;

    /// The variant at a position.
    fn from_index(index: usize) -> Option<Self>;
}

impl<E: SweepEnum> SweepValue for E {
    const KIND: Kind = Kind::Category;

    type Literal = Self;

    fn from_literal(literal: Self) -> Self {
        literal
    }

    fn to_value(&self) -> Value {
        Value::from(
            E::VARIANTS
                .get(self.index())
                .map_or("", |variant| variant.name),
        )
    }

    fn from_value(value: &Value) -> Option<Self> {
        let name = value.as_str()?;
        E::from_index(
            E::VARIANTS
                .iter()
                .position(|variant| variant.name == name)?,
        )
    }

    fn all() -> Option<Vec<Value>> {
        Some(
            E::VARIANTS
                .iter()
                .map(|variant| Value::from(variant.name))
                .collect(),
        )
    }

    fn variants() -> &'static [Variant] {
        E::VARIANTS
    }
}

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

/// A type that a result can have, inside the `Option` that says whether it was recorded.
///
/// ```
/// use std::time::Duration;
/// use bencher_core::value::{Kind, ResultValue, Value};
/// assert_eq!(Duration::KIND, Kind::Seconds);
/// assert_eq!(Duration::from_millis(5).into_value(), Value::Float(0.005));
/// assert_eq!([1.0, 2.0].into_value().to_string(), "[1, 2]");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a result",
    label = "no result has this type",
    note = "a result is an `Option` of a number, `bool`, `String`, `Duration`, `[f64; N]`, `File`, `Image`, \
            `Video` or `Table`"
)]
pub trait ResultValue {
    /// What the type is.
    const KIND: Kind;

    /// The value as the dataset holds it.
    fn into_value(self) -> Value;
}

impl ResultValue for bool {
    const KIND: Kind = Kind::Bool;

    fn into_value(self) -> Value {
        Value::Bool(self)
    }
}

impl ResultValue for String {
    const KIND: Kind = Kind::Text;

    fn into_value(self) -> Value {
        Value::from(self)
    }
}

impl ResultValue for Duration {
    const KIND: Kind = Kind::Seconds;

    fn into_value(self) -> Value {
        Value::Float(self.as_secs_f64())
    }
}

impl<const N: usize> ResultValue for [f64; N] {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a longer vector fails the assertion"
    )]
    const KIND: Kind = {
        assert!(
            N <= u16::MAX as usize,
            "a vector result has at most 65535 parts"
        );
        Kind::Vector(N as u16)
    };

    fn into_value(self) -> Value {
        Value::Vector(self.into())
    }
}

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

        impl ResultValue for $ty {
            const KIND: Kind = $kind;

            fn into_value(self) -> Value {
                Value::from(self)
            }
        }
    )*};
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "no integer has more than 128"
)]
const fn bits(bits: u32) -> u8 {
    bits as u8
}

macro_rules! integers {
    ($($ty:ty: $kind:ident;)*) => {
        numbers! {$(
            $ty: Kind::$kind(bits(<$ty>::BITS)), |value: &Value| match value {
                Value::Int(i) => <$ty>::try_from(*i).ok(),
                Value::Big(u) => <$ty>::try_from(*u).ok(),
                _ => None,
            };
        )*}
        $(impl SweepInteger for $ty {})*
    };
}

integers! {
    i8: Int; i16: Int; i32: Int; i64: Int; i128: Int; isize: Int;
    u8: Uint; u16: Uint; u32: Uint; u64: Uint; u128: Uint; usize: Uint;
}

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
