//! Values as the typed columns of other formats.

use bencher_core::value::{Kind, Value};

/// A column of values, `None` where there is no value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Column {
    Bool(Vec<Option<bool>>),
    Signed(Vec<Option<i64>>),
    Unsigned(Vec<Option<u64>>),
    Float(Vec<Option<f64>>),
    /// Nanoseconds since 1970 in UTC.
    Moment(Vec<Option<i64>>),
    Text(Vec<Option<String>>),
}

impl Column {
    /// The column of values of a kind. Integers and moments beyond 64 bits are texts.
    pub(super) fn of(kind: Kind, values: &[Option<Value>]) -> Self {
        let typed = match kind {
            Kind::Bool => each(values, truth).map(Self::Bool),
            Kind::Uint(bits) if bits <= 64 => each(values, integer).map(Self::Unsigned),
            Kind::Int(bits) if bits <= 64 => each(values, integer).map(Self::Signed),
            Kind::Int(_) | Kind::Uint(_) => {
                let signed = || each(values, integer).map(Self::Signed);
                signed().or_else(|| each(values, integer).map(Self::Unsigned))
            }
            Kind::Float(_) | Kind::Seconds | Kind::Vector(_) => {
                each(values, |value| float(kind, value)).map(Self::Float)
            }
            Kind::DateTime => each(values, moment).map(Self::Moment),
            _ => None,
        };
        typed.unwrap_or_else(|| {
            let texts = values
                .iter()
                .map(|value| value.as_ref().map(|value| text(kind, value)));
            Self::Text(texts.collect())
        })
    }
}

/// The kind of values whose declaration is not known.
pub(super) fn kind_of<'v>(values: impl Iterator<Item = &'v Value> + Clone) -> Kind {
    let all = |fits: fn(&Value) -> bool| values.clone().all(fits);
    if all(|value| matches!(value, Value::Bool(_))) {
        Kind::Bool
    } else if all(|value| matches!(value, Value::Int(_) | Value::Big(_))) {
        Kind::Int(128)
    } else if all(|value| matches!(value, Value::Float(_))) {
        Kind::Float(64)
    } else if all(|value| matches!(value, Value::DateTime(_))) {
        Kind::DateTime
    } else {
        Kind::Text
    }
}

/// All values as one type; `None` if any value is of another.
fn each<T>(values: &[Option<Value>], of: impl Fn(&Value) -> Option<T>) -> Option<Vec<Option<T>>> {
    let value = |value: &Option<Value>| match value {
        None => Some(None),
        Some(value) => of(value).map(Some),
    };
    values.iter().map(value).collect()
}

fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        _ => None,
    }
}

fn integer<T: TryFrom<i128>>(value: &Value) -> Option<T> {
    match value {
        Value::Int(number) => T::try_from(*number).ok(),
        _ => None,
    }
}

fn float(kind: Kind, value: &Value) -> Option<f64> {
    match value {
        // 0.1 as the program has it, not as the f64 that is equal to the nearest f32.
        Value::Float(_) if kind == Kind::Float(32) => kind.text(value).parse().ok(),
        Value::Float(x) => Some(*x),
        _ => None,
    }
}

fn moment(value: &Value) -> Option<i64> {
    let nanoseconds = match value {
        Value::DateTime(nanoseconds) => *nanoseconds,
        // A result keeps a moment as its text.
        Value::Text(text) => match Kind::DateTime.parse(text)? {
            Value::DateTime(nanoseconds) => nanoseconds,
            _ => return None,
        },
        _ => return None,
    };
    // The least number is no moment for numpy.
    i64::try_from(nanoseconds).ok().filter(|n| *n != i64::MIN)
}

/// The text of a value; of a payload its name, digest, length and type, as in CSV.
fn text(kind: Kind, value: &Value) -> String {
    match value.as_payload() {
        Some(payload) => format!(
            "{} [{} {} {}]",
            payload.name(),
            payload.digest(),
            payload.len(),
            payload.media_type()
        ),
        None => kind.text(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(values: &[i128]) -> Vec<Option<Value>> {
        values.iter().map(|n| Some(Value::Int(*n))).collect()
    }

    #[test]
    fn integers_keep_their_extremes() {
        let (low, high) = (i128::from(i64::MIN), i128::from(i64::MAX));
        let whole = Column::of(Kind::Int(64), &some(&[low, high]));
        assert_eq!(whole, Column::Signed(vec![Some(i64::MIN), Some(i64::MAX)]));
        let top = Column::of(Kind::Uint(64), &some(&[i128::from(u64::MAX)]));
        assert_eq!(top, Column::Unsigned(vec![Some(u64::MAX)]));
        let wide = Column::of(Kind::Uint(128), &some(&[1 << 100]));
        assert_eq!(wide, Column::Text(vec![Some((1_u128 << 100).to_string())]));
        let narrow = Column::of(Kind::Uint(128), &some(&[1 << 63]));
        assert_eq!(narrow, Column::Unsigned(vec![Some(1 << 63)]));
    }

    #[test]
    fn moments_beyond_their_type_are_texts() {
        let moments = [0, 1_i128 << 70].map(|n| Some(Value::DateTime(n)));
        let first = Column::of(Kind::DateTime, &moments[..1]);
        assert_eq!(first, Column::Moment(vec![Some(0)]));
        let Column::Text(texts) = Column::of(Kind::DateTime, &moments) else {
            panic!("texts");
        };
        assert_eq!(texts[0].as_deref(), Some("1970-01-01T00:00:00Z"));
    }
}
