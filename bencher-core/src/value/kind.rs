use serde::{Deserialize, Serialize};

use super::{Value, float_text};

/// What values a variable holds, known from its Rust type.
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
    /// A signed integer of so many bits.
    Int(u8),
    /// An unsigned integer of so many bits.
    Uint(u8),
    /// A float of 32 or 64 bits.
    Float(u8),
    /// `String`.
    Text,
    /// A variant of an enum.
    Category,
    /// A time span, held as seconds.
    Seconds,
    /// So many floats that belong together.
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

    /// Whether values of this kind are contents, held by their digest.
    pub const fn is_payload(self) -> bool {
        matches!(self, Self::File | Self::Image | Self::Video | Self::Table)
    }

    /// The name of the kind as an error message says it.
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
            Self::DateTime => "a moment such as 2026-03-01T12:00:00Z".to_owned(),
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

    /// The text of a value of this kind: the shortest that this kind reads back as the same value,
    /// where [`Value`]'s own text is that of an `f64`.
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
                    .map_or_else(|_| value.to_string(), float_text)
            }
            _ => value.to_string(),
        }
    }

    /// The one form that `value` has as a value of this kind: `1` and `1.0` become the same.
    ///
    /// `None` where the value is no value of this kind: out of range, fractional, not a number.
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
                fits.then(|| Value::Float(positive_zero(f64::from(narrow))))
            }
            (Self::Float(_) | Self::Seconds, _) => {
                Some(Value::Float(positive_zero(numeric(value)?)))
            }
            (Self::Vector(n), Value::Vector(items)) if items.len() == usize::from(n) => {
                Some(value.clone())
            }
            _ => None,
        }
    }

    /// Reads a value of this kind from text, as the command line and files give it.
    ///
    /// `None` where the text says no such value; vectors have no text form.
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
            Self::DateTime => text.parse::<jiff::Timestamp>().ok().map(Value::from),
            Self::Seconds => parse_seconds(text).map(Value::Float),
            Self::Float(_) => self.canonical(&Value::Float(plain_number(text)?.parse().ok()?)),
            Self::Int(_) | Self::Uint(_) => {
                let digits = plain_number(text)?;
                let whole = digits
                    .parse::<i128>()
                    .map(Value::Int)
                    .or_else(|_| digits.parse::<u128>().map(Value::from))
                    .or_else(|_| digits.parse::<f64>().map(Value::Float))
                    .ok()?;
                self.canonical(&whole)
            }
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
fn plain_number(text: &str) -> Option<String> {
    let first = text.chars().next()?;
    (first != '_').then(|| text.replace('_', ""))
}

fn numeric(value: &Value) -> Option<f64> {
    match value {
        Value::Bool(_) | Value::DateTime(_) => None,
        other => other.as_f64(),
    }
}

/// A time span in seconds: `0.5`, `10ms`, `1h 30m`.
fn parse_seconds(text: &str) -> Option<f64> {
    let number = || plain_number(text)?.parse::<f64>().ok();
    let span = || Some(text.parse::<jiff::SignedDuration>().ok()?.as_secs_f64());
    number().or_else(span).map(positive_zero)
}

fn positive_zero(x: f64) -> f64 {
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
