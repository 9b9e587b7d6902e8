//! Single values.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value as Json, json};

use crate::value::{Kind, Payload, Value, float_text};

/// A value as JSON: what JSON cannot hold as a number is a text; a payload is named, not given.
pub(crate) fn json_value(value: &Value) -> Json {
    match value {
        Value::Bool(b) => json!(b),
        Value::Int(i) => i64::try_from(*i)
            .map(|i| json!(i))
            .or_else(|_| u64::try_from(*i).map(|u| json!(u)))
            .unwrap_or_else(|_| json!(i.to_string())),
        Value::Big(u) => json!(u.to_string()),
        Value::Float(x) if x.is_finite() => json!(x),
        Value::Float(x) => json!(float_text(*x)),
        Value::Text(text) => json!(**text),
        Value::Vector(items) => Json::Array(
            items
                .iter()
                .map(|x| json_value(&Value::Float(*x)))
                .collect(),
        ),
        Value::DateTime(_) => json!(value.to_string()),
        Value::Item(item) => json!({
            "name": item.name(),
            "parts": item
                .parts()
                .map(|(name, part)| json!([name, json_part(part)]))
                .collect::<Vec<_>>(),
        }),
        Value::Payload(payload) => json!({
            "name": payload.name(),
            "media_type": payload.media_type(),
            "digest": payload.digest().to_string(),
            "len": payload.len(),
        }),
    }
}

/// A payload with its content, where it is at hand.
pub(super) fn with_content(value: &Value) -> Json {
    let mut json = json_value(value);
    if let (Some(content), Json::Object(object)) =
        (value.as_payload().and_then(Payload::content), &mut json)
    {
        let text = BASE64_STANDARD.encode(content);
        object.insert("content".to_owned(), json!(text));
    }
    json
}

/// A part of an item. No kind stands beside it, so one that JSON would take for another value
/// brings its own.
fn json_part(part: &Value) -> Json {
    let json = json_value(part);
    let kind = match part {
        Value::Bool(_) | Value::Text(_) => return json,
        Value::Int(_) | Value::Float(_) if json.is_number() => return json,
        Value::Int(_) => Kind::Int(128),
        Value::Big(_) => Kind::Uint(128),
        Value::Float(_) => Kind::Float(64),
        Value::Vector(items) => Kind::Vector(items.len().try_into().unwrap_or(u16::MAX)),
        Value::DateTime(_) => Kind::DateTime,
        Value::Item(_) => Kind::Item,
        Value::Payload(_) => Kind::File,
    };
    json!({"kind": kind.short_name(), "value": json})
}
