//! Typed canonical values of inputs and results, from which identities are computed.
//!
//! A sweep carries, compares, stores and prints [`Value`]s for every Rust type. A [`Kind`] says which values a variable
//! holds. [`SweepValue`](crate::var::SweepValue) (inputs) and [`ResultValue`] (results) convert a Rust type to both,
//! and [`KeyWriter`] computes an identity from values.
//!
//! ```
//! use bencher_core::value::{KeyWriter, Value};
//! use bencher_core::var::SweepValue;
//! let len = 7_u16.to_value();
//! assert_eq!(len, Value::Int(7));
//! assert_eq!(u16::from_value(&Value::Int(70_000)), None);
//! // Values from elsewhere are first brought into the one form of the kind.
//! assert_eq!(u16::KIND.parse("7"), u16::KIND.canonical(&Value::Float(7.0)));
//! let digest = |value: &Value| {
//!     let mut key = KeyWriter::default();
//!     key.value(value);
//!     key.digest()
//! };
//! assert_eq!(digest(&len), digest(&Value::from(7_i64)));
//! ```

mod canonical;
mod decimal;
mod item;
mod json;
mod kind;
mod media;
mod moment;
mod payload;
mod result;
mod rows;
mod seconds;
mod serial;
mod table;

pub use canonical::{Digest, KeyWriter};
pub(crate) use decimal::Decimal;
pub use item::Item;
pub(crate) use json::{to_json, to_json_or_text, to_json_text};
pub use kind::Kind;
pub use media::{File, Html, Image, Video};
pub use payload::Payload;
pub use result::ResultValue;
pub(crate) use rows::flat_fields;
pub(crate) use seconds::{exact_duration, has_finer_digits, nearest_duration};
pub(crate) use serial::{Identities, call_text, canonical_text};
pub use table::{Table, TableColumn, TableError, TablePlot};

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// One value of an input or of a result.
///
/// Integers of every width share one form, and so do both float widths. A value therefore has the same identity in
/// every list or grid.
///
/// ```
/// use bencher_core::value::Value;
/// assert_eq!(Value::from(3_u8), Value::from(3_i64));
/// assert_eq!(Value::from(0.25).to_string(), "0.25");
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Value {
    /// A truth value.
    Bool(bool),
    /// An integer that fits `i128`.
    Int(i128),
    /// An integer above `i128::MAX`; never holds a smaller one.
    Big(u128),
    /// A floating-point number.
    Float(f64),
    /// Text, or the name of an enum's variant.
    Text(Arc<str>),
    /// Several floats that belong together.
    Vector(Arc<[f64]>),
    /// A moment, in nanoseconds since 1970 in UTC.
    DateTime(i128),
    /// A name with parts.
    Item(Arc<Item>),
    /// A file, an image, a video or a table.
    Payload(Arc<Payload>),
}

impl Value {
    /// The number of this value. `true` is 1, and a moment is its seconds since 1970. Text, vectors, items and payloads
    /// are not numbers.
    ///
    /// ```
    /// use bencher_core::value::Value;
    /// assert_eq!(Value::from(3_u8).as_f64(), Some(3.0));
    /// assert_eq!(Value::from(true).as_f64(), Some(1.0));
    /// assert_eq!(Value::from("3").as_f64(), None);
    /// ```
    ///
    /// Integers beyond 2^53 are rounded to the nearest float.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Bool(b) => Some(f64::from(u8::from(*b))),
            Self::Int(i) => Some(*i as f64),
            Self::Big(u) => Some(*u as f64),
            Self::Float(f) => Some(*f),
            Self::DateTime(nanoseconds) => Some(*nanoseconds as f64 / 1e9),
            Self::Text(_) | Self::Vector(_) | Self::Item(_) | Self::Payload(_) => None,
        }
    }

    /// The text inside a [`Value::Text`].
    ///
    /// ```
    /// use bencher_core::value::Value;
    /// assert_eq!(Value::from("zstd").as_str(), Some("zstd"));
    /// assert_eq!(Value::from(3).as_str(), None);
    /// ```
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The item inside a [`Value::Item`].
    ///
    /// ```
    /// use bencher_core::value::{Item, Value};
    /// let zstd = Value::from(Item::new("Zstd", [("level", Value::from(3))]));
    /// assert_eq!(zstd.as_item().map(Item::name), Some("Zstd"));
    /// assert_eq!(Value::from("Zstd").as_item(), None);
    /// ```
    pub fn as_item(&self) -> Option<&Item> {
        match self {
            Self::Item(item) => Some(item),
            _ => None,
        }
    }

    /// The payload inside a [`Value::Payload`].
    ///
    /// ```
    /// use bencher_core::value::{Payload, Value};
    /// let log = Value::from(Payload::new("run.log", "text/plain", vec![]));
    /// assert_eq!(log.as_payload().map(Payload::name), Some("run.log"));
    /// assert_eq!(Value::from("run.log").as_payload(), None);
    /// ```
    pub fn as_payload(&self) -> Option<&Payload> {
        match self {
            Self::Payload(payload) => Some(payload),
            _ => None,
        }
    }
}

/// Equality is identity: every `NaN` equals every other, whatever its sign and bits. `-0.0` differs from `0.0`, because
/// functions can distinguish them.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) | (Self::DateTime(a), Self::DateTime(b)) => a == b,
            (Self::Big(a), Self::Big(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => same_float(*a, *b),
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Vector(a), Self::Vector(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same_float(*a, *b))
            }
            (Self::Item(a), Self::Item(b)) => a == b,
            (Self::Payload(a), Self::Payload(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Value {}

#[expect(clippy::float_cmp, reason = "identity of values is exact by design")]
fn same_float(a: f64, b: f64) -> bool {
    (a == b && a.is_sign_negative() == b.is_sign_negative()) || (a.is_nan() && b.is_nan())
}

/// The text of a value in labels, tables and the command line: the shortest text that reads back as the same value.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(b) => f.pad(if *b { "true" } else { "false" }),
            Self::Int(i) => fmt::Display::fmt(i, f),
            Self::Big(u) => fmt::Display::fmt(u, f),
            Self::Float(x) if is_negative_zero(*x) => f.pad("-0"),
            Self::Float(x) => f.pad(&float_text(*x)),
            Self::Text(text) => f.pad(text),
            Self::Vector(items) => {
                let parts: Vec<String> = items.iter().map(|x| float_text(*x)).collect();
                f.pad(&format!("[{}]", parts.join(", ")))
            }
            Self::DateTime(nanoseconds) => match jiff::Timestamp::from_nanosecond(*nanoseconds) {
                Ok(moment) => f.pad(&moment.to_string()),
                // Beyond the year 9999 there is no calendar to show it by.
                Err(_) => f.pad(&format!("{nanoseconds} ns since 1970")),
            },
            Self::Item(item) => fmt::Display::fmt(item, f),
            Self::Payload(payload) => fmt::Display::fmt(payload, f),
        }
    }
}

/// The shortest text that reads back as `x`, with an exponent outside 1e-5..1e16. Zero has no sign here, but has one in
/// the text of a [`Value`].
///
/// ```
/// use bencher_core::value::float_text;
/// assert_eq!(float_text(0.25), "0.25");
/// assert_eq!(float_text(1e-7), "1e-7");
/// assert_eq!(float_text(-0.0), "0");
/// assert_eq!(float_text(f64::NAN), "NaN");
/// ```
pub fn float_text(x: f64) -> String {
    let magnitude = x.abs();
    if x == 0.0 {
        "0".to_owned()
    } else if x.is_finite() && !(1e-5..1e16).contains(&magnitude) {
        format!("{x:e}")
    } else {
        format!("{x}")
    }
}

/// Whether `x` is the zero below zero.
fn is_negative_zero(x: f64) -> bool {
    x == 0.0 && x.is_sign_negative()
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}

impl From<f64> for Value {
    fn from(x: f64) -> Self {
        Self::Float(x)
    }
}

impl From<f32> for Value {
    fn from(x: f32) -> Self {
        Self::Float(f64::from(x))
    }
}

impl From<u128> for Value {
    fn from(u: u128) -> Self {
        i128::try_from(u).map_or(Self::Big(u), Self::Int)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Arc::from(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Arc::from(text))
    }
}

impl From<jiff::Timestamp> for Value {
    fn from(moment: jiff::Timestamp) -> Self {
        Self::DateTime(moment.as_nanosecond())
    }
}

impl From<Item> for Value {
    fn from(item: Item) -> Self {
        Self::Item(Arc::new(item))
    }
}

impl From<Payload> for Value {
    fn from(payload: Payload) -> Self {
        Self::Payload(Arc::new(payload))
    }
}

macro_rules! from_integer {
    ($($int:ty),*) => {$(
        impl From<$int> for Value {
            #[allow(
                clippy::cast_lossless,
                reason = "`usize` has no `From`; every integer here fits"
            )]
            fn from(i: $int) -> Self {
                Self::Int(i as i128)
            }
        }
    )*};
}

from_integer!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, usize);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_reads_back() {
        for x in [0.1, 1e-7, 1e300, -2.5, 123_456_789.0, f64::MIN_POSITIVE] {
            assert_eq!(float_text(x).parse::<f64>().unwrap().to_bits(), x.to_bits());
        }
        assert_eq!(float_text(-0.0), "0");
        assert_eq!(Value::from(u128::MAX).to_string(), u128::MAX.to_string());
    }

    #[test]
    fn integers_have_one_form() {
        assert_eq!(Value::from(7_u128), Value::from(7_i8));
        assert_ne!(Value::from(-0.0), Value::from(0.0));
        assert_eq!(Value::from(-0.0).to_string(), "-0");
        assert_ne!(Value::from(1), Value::from(1.0));
    }
}
