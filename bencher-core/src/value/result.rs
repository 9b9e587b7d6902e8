//! The conversion of Rust types to results.

use std::time::Duration;

use super::{Kind, Value};

/// A type for results. A field holds it inside an `Option`, which is `None` until the result is recorded.
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

    /// Converts to the value in the dataset.
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
    ($($ty:ty: $kind:expr;)*) => {$(
        impl ResultValue for $ty {
            const KIND: Kind = $kind;

            fn into_value(self) -> Value {
                Value::from(self)
            }
        }
    )*};
}

macro_rules! integers {
    ($kind:ident: $($ty:ty)*) => {
        numbers! {$( $ty: Kind::$kind(bits(<$ty>::BITS)); )*}
    };
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "no integer has more than 128"
)]
const fn bits(bits: u32) -> u8 {
    bits as u8
}

integers! { Int: i8 i16 i32 i64 i128 isize }
integers! { Uint: u8 u16 u32 u64 u128 usize }
numbers! { f64: Kind::Float(64); f32: Kind::Float(32); }
