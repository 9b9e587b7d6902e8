//! Values as the typed data of an array, with the attributes by which xarray reads what is missing.

use serde_json::{Map, Value as Json, json};

use bencher_core::value::{Kind, Value};

use super::array::{Data, Fill};

/// The unit of moments, from which xarray makes `datetime64`.
const MOMENTS: &str = "nanoseconds since 1970-01-01";

/// Data with the value of its empty cells, and the attributes that explain both.
pub(super) struct Encoded {
    pub(super) data: Data,
    pub(super) fill: Fill,
    pub(super) attributes: Map<String, Json>,
}

impl Encoded {
    fn plain(data: Data) -> Self {
        Self {
            data,
            fill: Fill::Nothing,
            attributes: Map::new(),
        }
    }

    /// Integers of which one stands for no value.
    fn with_gaps(data: Data, missing: i128) -> Self {
        let attribute = match &data {
            Data::U64(_) => json!(u64::try_from(missing).unwrap_or(u64::MAX)),
            _ => json!(i64::try_from(missing).unwrap_or(i64::MIN)),
        };
        Self {
            data,
            fill: Fill::Number(missing),
            attributes: Map::from_iter([("_FillValue".to_owned(), attribute)]),
        }
    }
}

/// The data of values of a kind, where `None` has no value.
pub(super) fn encode(kind: Kind, values: &[Option<Value>]) -> Encoded {
    let encoded = match kind {
        Kind::Bool => truths(values),
        Kind::Int(_) | Kind::Uint(_) => integers(kind, values),
        Kind::Float(_) | Kind::Seconds | Kind::Vector(_) => floats(kind, values),
        Kind::DateTime => moments(values),
        _ => None,
    };
    encoded.unwrap_or_else(|| texts(kind, values))
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

/// Truth values; 0, 1 and -1 where some are missing, since a truth value has no third state.
fn truths(values: &[Option<Value>]) -> Option<Encoded> {
    let truth = |value: &Option<Value>| match value {
        None => Some(None),
        Some(Value::Bool(truth)) => Some(Some(*truth)),
        Some(_) => None,
    };
    let truths: Vec<Option<bool>> = values.iter().map(truth).collect::<Option<_>>()?;
    if let Some(whole) = truths.iter().copied().collect() {
        return Some(Encoded::plain(Data::Bool(whole)));
    }
    let signed = truths.into_iter().map(|truth| truth.map_or(-1, i8::from));
    Some(Encoded::with_gaps(Data::I8(signed.collect()), -1))
}

/// Integers of 64 bits; none for values beyond them.
fn integers(kind: Kind, values: &[Option<Value>]) -> Option<Encoded> {
    let number = |value: &Option<Value>| match value {
        None => Some(None),
        Some(Value::Int(number)) => Some(Some(*number)),
        Some(_) => None,
    };
    let numbers: Vec<Option<i128>> = values.iter().map(number).collect::<Option<_>>()?;
    let present = || numbers.iter().copied().flatten();
    let has_gaps = numbers.iter().any(Option::is_none);
    let is_signed = match kind {
        Kind::Uint(bits) if bits <= 64 => false,
        Kind::Int(bits) if bits <= 64 => true,
        _ => present().all(|number| i64::try_from(number).is_ok()),
    };
    let missing = if has_gaps {
        unused(present(), is_signed)
    } else {
        0
    };
    let filled = numbers.iter().map(|number| number.unwrap_or(missing));
    let data = if is_signed {
        let narrow = filled.map(i64::try_from);
        Data::I64(narrow.collect::<Result<_, _>>().ok()?)
    } else {
        let narrow = filled.map(u64::try_from);
        Data::U64(narrow.collect::<Result<_, _>>().ok()?)
    };
    Some(if has_gaps {
        Encoded::with_gaps(data, missing)
    } else {
        Encoded::plain(data)
    })
}

/// A number that no value is, also after both became floats: xarray compares them as such.
fn unused(present: impl Iterator<Item = i128>, is_signed: bool) -> i128 {
    let used: std::collections::HashSet<u64> =
        present.map(|number| (number as f64).to_bits()).collect();
    let extreme = if is_signed {
        i128::from(i64::MIN)
    } else {
        i128::from(u64::MAX)
    };
    let step = if is_signed { -1 } else { 1 };
    // As many small numbers as there are values, and one: one of them is free.
    let small = (1..=used.len() as i128 + 1).map(|n| n * step);
    std::iter::once(extreme)
        .chain(small)
        .find(|number| !used.contains(&(*number as f64).to_bits()))
        .unwrap_or(extreme)
}

fn floats(kind: Kind, values: &[Option<Value>]) -> Option<Encoded> {
    let number = |value: &Option<Value>| match value {
        None => Some(f64::NAN),
        // 0.1 as the program has it, not as the nearest f64 of the nearest f32.
        Some(Value::Float(_)) if kind == Kind::Float(32) => value
            .as_ref()
            .and_then(|value| kind.text(value).parse().ok()),
        Some(Value::Float(x)) => Some(*x),
        Some(_) => None,
    };
    let numbers = values.iter().map(number).collect::<Option<_>>()?;
    Some(Encoded::plain(Data::F64(numbers)))
}

/// Moments as the nanoseconds of `datetime64`; none for moments beyond it.
fn moments(values: &[Option<Value>]) -> Option<Encoded> {
    let moment = |value: &Option<Value>| {
        let nanoseconds = match value {
            None => return Some(i64::MIN),
            Some(Value::DateTime(nanoseconds)) => *nanoseconds,
            // A result keeps a moment as its text.
            Some(Value::Text(text)) => match Kind::DateTime.parse(text)? {
                Value::DateTime(nanoseconds) => nanoseconds,
                _ => return None,
            },
            Some(_) => return None,
        };
        i64::try_from(nanoseconds).ok().filter(|n| *n != i64::MIN)
    };
    let moments = values.iter().map(moment).collect::<Option<_>>()?;
    let mut encoded = Encoded::with_gaps(Data::I64(moments), i128::from(i64::MIN));
    let units = [("units", MOMENTS), ("calendar", "proleptic_gregorian")];
    let units = units.map(|(name, text)| (name.to_owned(), json!(text)));
    encoded.attributes.extend(units);
    Some(encoded)
}

/// Texts; a missing one is empty, and its state tells it from a recorded empty text.
fn texts(kind: Kind, values: &[Option<Value>]) -> Encoded {
    let text = |value: &Option<Value>| {
        value
            .as_ref()
            .map_or(String::new(), |value| text(kind, value))
    };
    Encoded::plain(Data::Text(values.iter().map(text).collect()))
}

/// The text of a value; of a payload its name, digest, length and type, as in CSV.
pub(super) fn text(kind: Kind, value: &Value) -> String {
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
        let whole = encode(Kind::Int(64), &some(&[low, high]));
        assert_eq!(whole.data, Data::I64(vec![i64::MIN, i64::MAX]));
        assert_eq!(whole.fill, Fill::Nothing);
        let top = encode(Kind::Uint(64), &some(&[i128::from(u64::MAX)]));
        assert_eq!(top.data, Data::U64(vec![u64::MAX]));
        let wide = encode(Kind::Uint(128), &some(&[1 << 100]));
        assert_eq!(wide.data, Data::Text(vec![(1_u128 << 100).to_string()]));
        let narrow = encode(Kind::Uint(128), &some(&[1 << 63]));
        assert_eq!(narrow.data, Data::U64(vec![1 << 63]));
    }

    #[test]
    fn a_number_that_is_no_value_stands_for_what_is_missing() {
        let mut values = some(&[5]);
        values.push(None);
        let gaps = encode(Kind::Int(64), &values);
        assert_eq!(gaps.data, Data::I64(vec![5, i64::MIN]));
        assert_eq!(gaps.attributes["_FillValue"], json!(i64::MIN));
        // As a float, the neighbour of the least integer is the same number.
        values[0] = Some(Value::Int(i128::from(i64::MIN) + 1));
        let near = encode(Kind::Int(64), &values);
        assert_eq!(near.data, Data::I64(vec![i64::MIN + 1, -1]));
        values[0] = Some(Value::Int(i128::from(u64::MAX)));
        values.push(Some(Value::Int(1)));
        let high = encode(Kind::Uint(64), &values);
        assert_eq!(high.data, Data::U64(vec![u64::MAX, 2, 1]));
    }

    #[test]
    fn moments_beyond_their_type_are_texts() {
        let moments = [0, 1_i128 << 70].map(|n| Some(Value::DateTime(n)));
        let first = encode(Kind::DateTime, &moments[..1]);
        assert_eq!(first.data, Data::I64(vec![0]));
        assert_eq!(first.attributes["units"], json!(MOMENTS));
        let Data::Text(texts) = encode(Kind::DateTime, &moments).data else {
            panic!("texts");
        };
        assert_eq!(texts[0], "1970-01-01T00:00:00Z");
    }

    #[test]
    fn truths_with_gaps_are_numbers() {
        let values = [Some(Value::Bool(true)), None, Some(Value::Bool(false))];
        let gaps = encode(Kind::Bool, &values);
        assert_eq!(gaps.data, Data::I8(vec![1, -1, 0]));
        let whole = encode(Kind::Bool, &values[..1]);
        assert_eq!(whole.data, Data::Bool(vec![true]));
    }
}
