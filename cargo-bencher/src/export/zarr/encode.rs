//! Columns as the data of an array, with the attributes by which xarray reads what is missing.

use std::collections::HashSet;

use bencher_core::value::{Kind, Value};
use serde_json::{Map, Value as Json, json};

use super::super::column::Column;
use super::array::{Data, Fill};

/// The unit of moments, from which xarray makes `datetime64`.
const MOMENTS: &str = "nanoseconds since 1970-01-01";

/// Data with the value of its empty cells, and the attributes that explain both.
pub(super) struct Encoded {
    pub(super) data: Data,
    pub(super) fill: Fill,
    pub(super) attributes: Map<String, Json>,
}

/// The data of values of a kind, where `None` has no value.
pub(super) fn encode(kind: Kind, values: &[Option<Value>]) -> Encoded {
    match Column::of(kind, values) {
        Column::Bool(truths) => encode_truths(truths),
        Column::Signed(numbers) => {
            let values = numbers.iter().flatten().map(|n| *n as f64);
            let missing = unused(values, (i64::MIN, i64::MIN as f64), |n| (-n, -n as f64));
            encode_integers(numbers, missing, Data::I64)
        }
        Column::Unsigned(numbers) => {
            let values = numbers.iter().flatten().map(|n| *n as f64);
            let extreme = (u64::MAX, u64::MAX as f64);
            let missing = unused(values, extreme, |n| (n.unsigned_abs(), n as f64));
            encode_integers(numbers, missing, Data::U64)
        }
        Column::Float(numbers) => {
            let numbers = numbers.into_iter().map(|number| number.unwrap_or(f64::NAN));
            Encoded::plain(Data::F64(numbers.collect()))
        }
        Column::Moment(moments) => {
            let moments = moments.into_iter().map(|moment| moment.unwrap_or(i64::MIN));
            let mut encoded = Encoded::with_gaps(Data::I64(moments.collect()), i64::MIN);
            let units = [("units", MOMENTS), ("calendar", "proleptic_gregorian")];
            let units = units.map(|(name, text)| (name.to_owned(), json!(text)));
            encoded.attributes.extend(units);
            encoded
        }
        // A missing text is empty, and its state tells it from a recorded empty text.
        Column::Text(texts) => {
            let texts = texts.into_iter().map(Option::unwrap_or_default);
            Encoded::plain(Data::Text(texts.collect()))
        }
    }
}

impl Encoded {
    fn plain(data: Data) -> Self {
        Self {
            data,
            fill: Fill::Nothing,
            attributes: Map::new(),
        }
    }

    /// Integers; one of them stands for no value.
    fn with_gaps<T: Copy + Into<i128> + Into<Json>>(data: Data, missing: T) -> Self {
        Self {
            data,
            fill: Fill::Number(missing.into()),
            attributes: Map::from_iter([("_FillValue".to_owned(), missing.into())]),
        }
    }
}

/// Truth values; 0, 1 and -1 where some are missing, since a truth value has no third state.
fn encode_truths(truths: Vec<Option<bool>>) -> Encoded {
    if let Some(whole) = truths.iter().copied().collect() {
        return Encoded::plain(Data::Bool(whole));
    }
    let numbers = truths.into_iter().map(|truth| truth.map_or(-1, i8::from));
    Encoded::with_gaps(Data::I8(numbers.collect()), -1_i8)
}

fn encode_integers<T: Copy + Into<i128> + Into<Json>>(
    numbers: Vec<Option<T>>,
    missing: T,
    data: fn(Vec<T>) -> Data,
) -> Encoded {
    if let Some(whole) = numbers.iter().copied().collect() {
        return Encoded::plain(data(whole));
    }
    let filled = numbers.into_iter().map(|number| number.unwrap_or(missing));
    Encoded::with_gaps(data(filled.collect()), missing)
}

/// A number that no value is, also after both became floats: xarray compares them as such. It is the extreme one, or
/// the first free one of those that `small` makes of 1, 2, 3, ...
fn unused<T: Copy>(
    values: impl Iterator<Item = f64>,
    extreme: (T, f64),
    small: impl Fn(i64) -> (T, f64),
) -> T {
    let used: HashSet<u64> = values.map(f64::to_bits).collect();
    let is_free = |(_, float): &(T, f64)| !used.contains(&float.to_bits());
    // One more than there are values, so one is free.
    let mut small = (1..).take(used.len() + 1).map(small);
    let free = Some(extreme)
        .filter(is_free)
        .or_else(|| small.find(is_free));
    free.unwrap_or(extreme).0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(values: &[i128]) -> Vec<Option<Value>> {
        values.iter().map(|n| Some(Value::Int(*n))).collect()
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
        let whole = encode(Kind::Uint(64), &values[..1]);
        assert_eq!(
            (whole.data, whole.fill),
            (Data::U64(vec![u64::MAX]), Fill::Nothing)
        );
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
