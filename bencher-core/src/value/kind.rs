use serde::{Deserialize, Serialize};

use super::Value;
use super::decimal::{Decimal, nearest};
use super::moment::parse_moment;
use super::seconds::parse_seconds;

/// The kind of values that a variable holds, known from its Rust type.
///
/// ```
/// use bencher_core::value::{Kind, ResultValue};
/// use bencher_core::var::SweepValue;
/// assert_eq!(<u32 as SweepValue>::KIND, Kind::Uint(32));
/// assert_eq!(<[f64; 3] as ResultValue>::KIND, Kind::Vector(3));
/// assert!(Kind::Seconds.is_numeric() && !Kind::Category.is_numeric());
/// assert!(Kind::Int(8).is_integer() && !Kind::Float(64).is_integer());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// `bool`.
    Bool,
    /// A signed integer with this number of bits.
    Int(u8),
    /// An unsigned integer with this number of bits.
    Uint(u8),
    /// A float with 32 or 64 bits.
    Float(u8),
    /// `String`.
    Text,
    /// A variant of an enum.
    Category,
    /// A time span, held as seconds.
    Seconds,
    /// This number of floats that belong together.
    Vector(u16),
    /// A moment.
    DateTime,
    /// A name with parts: an entry of a file, a row of zipped inputs.
    Item,
    /// The content of a file.
    File,
    /// A picture.
    Image,
    /// A video.
    Video,
    /// A table: columns of equal length.
    Table,
}

impl Kind {
    /// Whether values of this kind lie on a numeric axis.
    pub const fn is_numeric(self) -> bool {
        matches!(
            self,
            Self::Int(_) | Self::Uint(_) | Self::Float(_) | Self::Seconds
        )
    }

    /// Whether values of this kind are whole numbers.
    pub const fn is_integer(self) -> bool {
        matches!(self, Self::Int(_) | Self::Uint(_))
    }

    /// Whether values of this kind have an order and a distance: numbers and moments.
    pub const fn is_ordered(self) -> bool {
        self.is_numeric() || matches!(self, Self::DateTime)
    }

    /// Whether values of this kind are payloads, held by their digest.
    pub const fn is_payload(self) -> bool {
        matches!(self, Self::File | Self::Image | Self::Video | Self::Table)
    }

    /// The name of the kind in error messages.
    ///
    /// ```
    /// use bencher_core::value::Kind;
    /// assert_eq!(Kind::Uint(16).name(), "an integer from 0 to 65535 (u16)");
    /// ```
    pub fn name(self) -> String {
        match self {
            Self::Bool => "true or false".to_owned(),
            Self::Int(bits) => {
                let half = 1_u128 << (bits.clamp(1, 128) - 1);
                format!("an integer from -{half} to {} (i{bits})", half - 1)
            }
            Self::Uint(bits) => {
                let highest = u128::MAX >> (128 - bits.clamp(1, 128));
                format!("an integer from 0 to {highest} (u{bits})")
            }
            Self::Float(bits) => format!("a number (f{bits})"),
            Self::Text => "a text".to_owned(),
            Self::Category => "a variant".to_owned(),
            Self::Seconds => "a time in seconds".to_owned(),
            Self::Vector(n) => format!("{n} numbers"),
            Self::DateTime => "a moment such as 2026-03-01T12:00:00Z or 2026-03-01".to_owned(),
            Self::Item => "an entry".to_owned(),
            Self::File => "a file".to_owned(),
            Self::Image => "an image".to_owned(),
            Self::Video => "a video".to_owned(),
            Self::Table => "a table".to_owned(),
        }
    }

    /// The name of the kind in files and tables: `u64`, `f32`, `variant`, ...
    pub fn short_name(self) -> String {
        match self {
            Self::Bool => "bool".to_owned(),
            Self::Int(bits) => format!("i{bits}"),
            Self::Uint(bits) => format!("u{bits}"),
            Self::Float(bits) => format!("f{bits}"),
            Self::Text => "text".to_owned(),
            Self::Category => "variant".to_owned(),
            Self::Seconds => "seconds".to_owned(),
            Self::Vector(n) => format!("f64×{n}"),
            Self::DateTime => "datetime".to_owned(),
            Self::Item => "item".to_owned(),
            Self::File => "file".to_owned(),
            Self::Image => "image".to_owned(),
            Self::Video => "video".to_owned(),
            Self::Table => "table".to_owned(),
        }
    }

    /// The text of a value of this kind: the shortest text that this kind reads back as the same value. ([`Value`]'s
    /// own text is the text of an `f64`.)
    ///
    /// ```
    /// use bencher_core::value::{Kind, Value};
    /// let tenth = Value::from(0.1_f32);
    /// assert_eq!(tenth.to_string(), "0.10000000149011612");
    /// assert_eq!(Kind::Float(32).text(&tenth), "0.1");
    /// ```
    pub fn text(self, value: &Value) -> String {
        match (self, value) {
            (Self::Float(32), Value::Float(x)) => {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "the f32 is what the field holds"
                )]
                let narrow = *x as f32;
                // Its shortest digits, in the one way that numbers are written.
                format!("{narrow:e}")
                    .parse()
                    .map_or_else(|_| value.to_string(), |x| Value::Float(x).to_string())
            }
            _ => value.to_string(),
        }
    }

    /// The value whose own text is that which [`text`](Self::text) gives `value`: for messages that know no kind.
    pub(crate) fn display_value(self, value: &Value) -> Value {
        match (self, value) {
            (Self::Float(32), Value::Float(_)) => {
                let x = self.text(value).parse();
                x.map_or_else(|_| value.clone(), Value::Float)
            }
            _ => value.clone(),
        }
    }

    /// The canonical form of `value` in this kind: `1` and `1.0` become the same.
    ///
    /// `None` where the value does not fit this kind: out of range, fractional, not a number.
    ///
    /// ```
    /// use bencher_core::value::{Kind, Value};
    /// assert_eq!(Kind::Uint(8).canonical(&Value::Float(1.0)), Some(Value::Int(1)));
    /// assert_eq!(Kind::Float(64).canonical(&Value::Int(1)), Some(Value::Float(1.0)));
    /// assert_eq!(Kind::Uint(8).canonical(&Value::Int(256)), None);
    /// assert_eq!(Kind::Uint(8).canonical(&Value::Float(0.5)), None);
    /// ```
    pub fn canonical(self, value: &Value) -> Option<Value> {
        match (self, value) {
            (Self::Bool, Value::Bool(_))
            | (Self::Text | Self::Category, Value::Text(_))
            | (Self::Category | Self::Item, Value::Item(_))
            | (Self::DateTime, Value::DateTime(_))
            | (Self::File | Self::Image | Self::Video | Self::Table, Value::Payload(_))
            | (Self::Int(_) | Self::Uint(_), Value::Int(_) | Value::Big(_)) => {
                self.in_range(value).then(|| value.clone())
            }
            (Self::Int(_) | Self::Uint(_), Value::Float(x)) => {
                let whole = Value::Int(exact_i128(*x)?);
                self.in_range(&whole).then_some(whole)
            }
            (Self::DateTime, Value::Int(nanoseconds)) => Some(Value::DateTime(*nanoseconds)),
            (Self::Float(32), _) => {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "the f32 is what the field holds"
                )]
                let narrow = numeric(value)? as f32;
                let fits = narrow.is_finite() || !numeric(value)?.is_finite();
                fits.then(|| Value::Float(f64::from(narrow)))
            }
            (Self::Float(_), _) => Some(Value::Float(numeric(value)?)),
            (Self::Seconds, _) => Some(Value::Float(positive_zero(numeric(value)?))),
            (Self::Vector(n), Value::Vector(items)) if items.len() == usize::from(n) => {
                Some(value.clone())
            }
            _ => None,
        }
    }

    /// Reads a value of this kind from text, as the command line and files give it.
    ///
    /// `None` where the text is not such a value. Vectors have no text form.
    ///
    /// ```
    /// use bencher_core::value::{Kind, Value};
    /// assert_eq!(Kind::Uint(32).parse("1_000"), Some(Value::Int(1000)));
    /// assert_eq!(Kind::Uint(32).parse("1e3"), Some(Value::Int(1000)));
    /// assert_eq!(Kind::Float(64).parse("1"), Some(Value::Float(1.0)));
    /// assert_eq!(Kind::Bool.parse("yes"), None);
    /// ```
    pub fn parse(self, text: &str) -> Option<Value> {
        let text = text.trim();
        match self {
            Self::Bool => text.parse().ok().map(Value::Bool),
            Self::Text | Self::Category => Some(Value::from(text)),
            Self::Vector(_) | Self::Item | Self::File | Self::Image | Self::Video | Self::Table => {
                None
            }
            Self::DateTime => parse_moment(text),
            Self::Seconds => parse_seconds(text).map(Value::Float),
            Self::Float(_) => {
                let number = plain_number(text)?;
                let x = nearest(self, &number)?;
                self.means(&number, x).then_some(Value::Float(x))
            }
            Self::Int(_) | Self::Uint(_) => {
                let digits = plain_number(text)?;
                let whole = digits
                    .parse::<i128>()
                    .map(Value::Int)
                    .or_else(|_| digits.parse::<u128>().map(Value::from));
                let whole = whole.ok().or_else(|| Decimal::parse(&digits)?.whole())?;
                self.canonical(&whole)
            }
        }
    }

    /// Whether a float is what a text means: not zero or infinite for a number that is not, and a whole number
    /// for no other.
    pub(super) fn means(self, text: &str, x: f64) -> bool {
        match Decimal::parse(text) {
            Some(written) if written.mantissa == 0 => x == 0.0,
            Some(written) if x == 0.0 || x.is_infinite() => written.mantissa == 0,
            Some(written) if written.exponent >= 0 => {
                let exactly = || exact_i128(x).map(Value::Int);
                let kinds = [self, Self::Float(64)];
                kinds
                    .into_iter()
                    .any(|kind| Decimal::of(kind, x) == Some(written))
                    || written.whole() == exactly()
            }
            // A fraction of more digits than a float has is read as the nearest one.
            Some(_) => true,
            None => !text.contains(|c: char| c.is_ascii_digit()) || x.is_finite() && x != 0.0,
        }
    }

    fn in_range(self, value: &Value) -> bool {
        match (self, value) {
            (Self::Uint(128), Value::Int(i)) => *i >= 0,
            (Self::Uint(128), Value::Big(_)) | (Self::Int(128), Value::Int(_)) => true,
            (Self::Uint(bits), Value::Int(i)) => *i >= 0 && *i < 1_i128 << bits.min(126),
            (Self::Int(bits), Value::Int(i)) => {
                let half = 1_i128 << (bits.clamp(1, 127) - 1);
                (-half..half).contains(i)
            }
            (Self::Int(_) | Self::Uint(_), _) => false,
            _ => true,
        }
    }
}

/// Digits with `_` between them, as Rust writes numbers.
pub(super) fn plain_number(text: &str) -> Option<String> {
    let first = text.chars().next()?;
    (first != '_').then(|| text.replace('_', ""))
}

fn numeric(value: &Value) -> Option<f64> {
    match value {
        Value::Bool(_) | Value::DateTime(_) => None,
        other => other.as_f64(),
    }
}

pub(super) fn positive_zero(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x }
}

/// The integer that `x` is, if it is one that a float holds exactly.
fn exact_i128(x: f64) -> Option<i128> {
    #[expect(clippy::cast_possible_truncation, reason = "guarded by the range test")]
    let whole = x as i128;
    (x.fract() == 0.0 && x.abs() < 1e38).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form_per_kind() {
        assert_eq!(
            Kind::Uint(8).canonical(&Value::Float(3.0)),
            Some(Value::Int(3))
        );
        assert_eq!(Kind::Uint(8).canonical(&Value::Int(256)), None);
        assert_eq!(
            Kind::Int(8).canonical(&Value::Int(-128)),
            Some(Value::Int(-128))
        );
        assert_eq!(Kind::Int(8).canonical(&Value::Int(128)), None);
        assert_eq!(Kind::Int(64).canonical(&Value::Float(0.5)), None);
        assert_eq!(
            Kind::Float(64).canonical(&Value::Int(1)),
            Some(Value::Float(1.0))
        );
        assert_eq!(
            Kind::Float(32).canonical(&Value::Float(0.1)),
            Some(Value::Float(f64::from(0.1_f32)))
        );
        assert_eq!(Kind::Float(32).canonical(&Value::Float(1e300)), None);
        assert_eq!(
            Kind::Uint(64).canonical(&Value::from(u64::MAX)),
            Some(Value::from(u64::MAX))
        );
        assert_eq!(
            Kind::Uint(128).canonical(&Value::from(u128::MAX)),
            Some(Value::from(u128::MAX))
        );
        assert_eq!(Kind::Int(128).canonical(&Value::from(u128::MAX)), None);
    }

    #[test]
    fn writes_text_that_reads_back() {
        let narrow = Kind::Float(32);
        for x in [0.1_f32, 1e-7, 16_777_216.0, f32::MAX, f32::MIN_POSITIVE] {
            let value = Value::from(x);
            let text = narrow.text(&value);
            assert_eq!(narrow.parse(&text), Some(value), "{text}");
            assert!(text.len() <= 14, "{text}");
        }
        assert_eq!(narrow.text(&Value::Float(f64::NAN)), "NaN");
        assert_eq!(Kind::Float(64).text(&Value::Float(0.1)), "0.1");
        assert_eq!(Kind::Uint(8).text(&Value::from(7)), "7");
    }

    #[test]
    fn reads_text() {
        assert_eq!(Kind::Uint(32).parse("1_000"), Some(Value::Int(1000)));
        assert_eq!(Kind::Uint(32).parse("1e3"), Some(Value::Int(1000)));
        assert_eq!(Kind::Uint(32).parse("-1"), None);
        let wide = Some(Value::from(9_007_199_254_740_993_i64));
        assert_eq!(Kind::Uint(64).parse("9007199254740993.0"), wide);
        assert_eq!(
            Kind::Int(64)
                .parse("-9007199254740993e0")
                .unwrap()
                .to_string(),
            "-9007199254740993"
        );
        assert_eq!(
            Kind::Uint(128).parse("34e37").unwrap().to_string(),
            format!("34{}", "0".repeat(37))
        );
        assert_eq!(Kind::Uint(64).parse("0.5e1"), Some(Value::Int(5)));
        assert_eq!(Kind::Uint(64).parse("1.5"), None);
        for (kind, text) in [
            (Kind::Float(64), "9007199254740993"),
            (Kind::Float(64), "9007199254740993.0"),
            (Kind::Float(64), "1e-400"),
            (Kind::Float(64), "1e400"),
            (Kind::Float(32), "16777217"),
            (Kind::Float(32), "1e-60"),
            (Kind::Seconds, "10000000.000000001"),
            (Kind::Seconds, "10000000s 1ns"),
            (Kind::Seconds, "1e-400"),
        ] {
            assert_eq!(
                kind.parse(text),
                None,
                "{text} is another number as {kind:?}"
            );
        }
        for (text, x) in [
            ("1e23", 1e23),
            ("0.1", 0.1),
            ("1.00000000000000000001", 1.0),
            ("0e-400", 0.0),
        ] {
            assert_eq!(Kind::Float(64).parse(text), Some(Value::Float(x)), "{text}");
        }
        // By way of an f64 it would be the even neighbour.
        let halfway = "1.000000059604644775390626";
        assert_eq!(
            Kind::Float(32).parse(halfway),
            Some(Value::from(1.000_000_1_f32))
        );
        assert_eq!(Kind::Float(64).parse("-0").unwrap().to_string(), "-0");
        assert_eq!(
            Kind::Float(64).parse("inf"),
            Some(Value::Float(f64::INFINITY))
        );
        assert_eq!(Kind::Float(64).parse("1"), Some(Value::Float(1.0)));
        assert_eq!(Kind::Bool.parse("yes"), None);
        assert_eq!(Kind::Float(64).parse(""), None);
        assert_eq!(Kind::Seconds.parse("0.5"), Some(Value::Float(0.5)));
        assert_eq!(Kind::Seconds.parse("250 ms"), Some(Value::Float(0.25)));
        assert_eq!(Kind::Seconds.parse("1h 30m"), Some(Value::Float(5400.0)));
        assert_eq!(Kind::Seconds.parse("soon"), None);
        let day = Kind::DateTime.parse("1970-01-02T00:00:00Z");
        assert_eq!(day, Some(Value::DateTime(86_400_000_000_000)));
        assert_eq!(Kind::DateTime.parse("yesterday"), None);
    }
}
