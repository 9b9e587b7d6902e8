//! The conversion of Rust types to results.

use std::time::Duration;

use super::{Kind, Table, TableColumn, Value};

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
    note = "a result is an `Option` of a number, `bool`, `String`, `Duration`, `Timestamp`, `[f64; N]`, `Vec` of \
            numbers, `File`, `Image`, `Video`, `Table`, an array of `f64` of ndarray, or an enum with `#[derive(SweepEnum)]`"
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

/// A moment, in UTC.
impl ResultValue for jiff::Timestamp {
    const KIND: Kind = Kind::DateTime;

    fn into_value(self) -> Value {
        Value::from(self)
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

/// The items of a list, as a table with the columns `index` and `value`: a line for each sample.
fn list(column: impl Into<TableColumn>) -> Value {
    let column = column.into();
    let index: Vec<i64> = (0_i64..).take(column.len()).collect();
    // Two columns of one length and of two names are a table.
    let table = Table::new()
        .column("index", index)
        .and_then(|table| table.column("value", column));
    table.unwrap_or_default().into_value()
}

macro_rules! lists {
    ($($ty:ty: $convert:expr;)*) => {$(
        impl ResultValue for Vec<$ty> {
            const KIND: Kind = Kind::Table;

            fn into_value(self) -> Value {
                let convert: fn(Self) -> TableColumn = $convert;
                list(convert(self))
            }
        }
    )*};
}

macro_rules! lists_of_integers {
    ($($ty:ty)*) => {
        lists! {$( $ty: |items| integers(&items); )*}
    };
}

/// Whole numbers, or floats where one is beyond 64 bits with a sign.
fn integers<T: Copy + TryInto<i64> + ToF64>(items: &[T]) -> TableColumn {
    let whole: Option<Vec<i64>> = items.iter().map(|item| (*item).try_into().ok()).collect();
    whole.map_or_else(
        || TableColumn::Float(items.iter().map(|item| item.to_f64()).collect()),
        TableColumn::Int,
    )
}

/// The nearest float.
trait ToF64 {
    fn to_f64(self) -> f64;
}

macro_rules! to_f64 {
    ($($ty:ty)*) => {$(
        impl ToF64 for $ty {
            fn to_f64(self) -> f64 {
                Value::from(self).as_f64().unwrap_or(f64::NAN)
            }
        }
    )*};
}

to_f64! { i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize }
lists_of_integers! { i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize }
lists! {
    f64: TableColumn::Float;
    f32: |items| TableColumn::Float(items.into_iter().map(f64::from).collect());
    bool: TableColumn::Bool;
    String: TableColumn::Text;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(value: &Value) -> TableColumn {
        let table = Table::decode(value.as_payload().unwrap().content().unwrap()).unwrap();
        assert_eq!(table.names().collect::<Vec<_>>(), ["index", "value"]);
        table.get("value").unwrap().clone()
    }

    #[test]
    fn lists_are_tables_of_their_items() {
        assert_eq!(
            column(&vec![0.5, f64::NAN].into_value()).number(0),
            Some(0.5)
        );
        assert_eq!(
            column(&vec![1_u8, 255].into_value()),
            TableColumn::Int(vec![1, 255])
        );
        assert_eq!(
            column(&vec![true].into_value()),
            TableColumn::Bool(vec![true])
        );
        assert_eq!(column(&Vec::<i32>::new().into_value()).len(), 0);
        // Beyond 64 bits: floats, as numbers of other tables.
        let large = column(&vec![u64::MAX, 1].into_value());
        assert_eq!(
            large,
            TableColumn::Float(vec![18_446_744_073_709_551_615.0, 1.0])
        );
    }

    #[test]
    fn a_moment_keeps_its_nanoseconds() {
        let moment = jiff::Timestamp::from_nanosecond(1_772_366_400_000_000_001).unwrap();
        let value = moment.into_value();
        assert_eq!(value.to_string(), "2026-03-01T12:00:00.000000001Z");
    }
}
