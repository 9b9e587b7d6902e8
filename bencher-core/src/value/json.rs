//! JSON of the user's values. JSON has no NaN and no infinities, and `serde_json` writes `null` for them without an
//! error. This module rejects such values, or keeps them as text.

use serde::Serialize;
use serde_json::Value as Json;
use thiserror::Error;

use super::serial::{Identities, SerialError};

/// Why a value has no JSON that reads back as it.
#[derive(Debug, Error)]
pub(crate) enum JsonError {
    #[error("{0}")]
    Serde(#[from] serde_json::Error),
    #[error("{0}")]
    Serial(#[from] SerialError),
    #[error("it holds {0}, which JSON cannot represent; give an `Option`, or the number as text")]
    NotFinite(f64),
}

/// The JSON of a value.
pub(crate) fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<Json, JsonError> {
    let json = serde_json::to_value(value)?;
    // The number that `to_value` makes of an f32 has the digits of an f64.
    let json = if has_float(&json) {
        let text = serde_json::to_string(value)?;
        serde_json::from_str(&text).unwrap_or(json)
    } else {
        json
    };
    // Where nothing is null, nothing was lost.
    if has_null(&json) {
        check_finite(value)?;
    }
    Ok(json)
}

/// The JSON of a value, as text.
pub(crate) fn to_json_text<T: Serialize + ?Sized>(value: &T) -> Result<String, JsonError> {
    let text = serde_json::to_string(value)?;
    if text.contains("null") {
        check_finite(value)?;
    }
    Ok(text)
}

/// The JSON of a value; of one that holds a number that JSON lacks (NaN, an infinity, a wide integer), its text.
pub(crate) fn to_json_or_text<T: Serialize + ?Sized>(value: &T) -> Result<Json, JsonError> {
    match to_json(value) {
        Err(error) => super::canonical_text(value)
            .map(Json::String)
            .map_err(|_| error),
        json => json,
    }
}

fn check_finite<T: Serialize + ?Sized>(value: &T) -> Result<(), JsonError> {
    let mut identities = Identities::default();
    identities.of(value)?;
    identities
        .not_finite()
        .map_or(Ok(()), |x| Err(JsonError::NotFinite(x)))
}

fn has_float(json: &Json) -> bool {
    match json {
        Json::Number(number) => number.is_f64(),
        Json::Array(items) => items.iter().any(has_float),
        Json::Object(fields) => fields.values().any(has_float),
        Json::Bool(_) | Json::Null | Json::String(_) => false,
    }
}

fn has_null(json: &Json) -> bool {
    match json {
        Json::Null => true,
        Json::Array(items) => items.iter().any(has_null),
        Json::Object(fields) => fields.values().any(has_null),
        Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Rate {
        rate: Option<f64>,
        name: &'static str,
    }

    #[test]
    fn what_json_has_no_number_for_is_refused() {
        let rate = |rate| Rate { rate, name: "null" };
        for kept in [rate(Some(0.5)), rate(None)] {
            assert_eq!(to_json(&kept).unwrap()["rate"], Json::from(kept.rate));
            assert!(to_json_text(&kept).is_ok());
        }
        for x in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for lost in [to_json(&rate(Some(x))), to_json(&[Some(x)]), to_json(&x)] {
                let error = lost.unwrap_err().to_string();
                assert!(
                    error.starts_with(&format!("it holds {x}, which JSON")),
                    "{error}"
                );
            }
            assert!(to_json_text(&(1, x)).is_err());
        }
        assert!(to_json(&f32::INFINITY).is_err());
    }

    #[test]
    fn or_it_is_text() {
        assert_eq!(to_json_or_text(&f64::NEG_INFINITY).unwrap(), "-inf");
        assert_eq!(to_json_or_text(&[1.0, f64::NAN]).unwrap(), "[1.0,NaN]");
        assert_eq!(to_json_or_text(&0.5).unwrap(), 0.5);
        let wide = (u128::MAX, i128::MIN);
        assert!(to_json(&wide).is_err());
        assert_eq!(
            to_json_or_text(&wide).unwrap(),
            "[340282366920938463463374607431768211455,-170141183460469231731687303715884105728]"
        );
    }

    #[test]
    fn a_narrow_number_has_its_own_digits() {
        let narrow = (0.1_f32, [Some(f32::MAX)], -0.0_f32, 0.1_f64, u64::MAX);
        assert_eq!(
            to_json(&narrow).unwrap().to_string(),
            "[0.1,[3.4028235e+38],-0.0,0.1,18446744073709551615]"
        );
    }
}
