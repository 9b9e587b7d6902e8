//! Reads single values.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value as Json;

use crate::value::{Digest, Item, Kind, Payload, Value, float_text};

use super::super::ImportError;
use super::JsonCursor;

/// How deep items may stand in items in a file.
const DEPTH: usize = 16;
/// Reads a value of a kind.
pub(super) fn read_value(kind: Kind, cursor: &JsonCursor<'_>) -> Result<Value, ImportError> {
    read_nested(kind, cursor, DEPTH)
}

fn read_nested(kind: Kind, cursor: &JsonCursor<'_>, depth: usize) -> Result<Value, ImportError> {
    let found = match (kind, cursor.json()) {
        (Kind::Bool, Json::Bool(b)) => Some(Value::Bool(*b)),
        (Kind::Int(_) | Kind::Uint(_), json) => read_integer(json),
        (Kind::Float(_) | Kind::Seconds, json) => read_float(json).map(Value::Float),
        (Kind::Text | Kind::Category, Json::String(text)) => Some(Value::from(text.as_str())),
        (Kind::DateTime, Json::String(text)) => read_moment(text),
        (Kind::Vector(_), Json::Array(items)) => {
            let numbers: Option<Vec<f64>> = items.iter().map(read_float).collect();
            numbers.map(|numbers| Value::Vector(numbers.into()))
        }
        (Kind::Category | Kind::Item, Json::Object(_)) => {
            let depth = depth
                .checked_sub(1)
                .ok_or_else(|| cursor.wrong(format!("items nested at most {DEPTH} deep")))?;
            return read_item(cursor, depth);
        }
        (kind, Json::Object(_)) if kind.is_payload() => return read_payload(cursor),
        _ => None,
    };
    found
        .filter(|value| kind.canonical(value).is_some())
        .ok_or_else(|| cursor.wrong(kind.name()))
}

fn read_integer(json: &Json) -> Option<Value> {
    match json {
        Json::Number(number) => number
            .as_i64()
            .map(Value::from)
            .or_else(|| number.as_u64().map(Value::from)),
        Json::String(text) => text
            .parse::<i128>()
            .map(Value::from)
            .or_else(|_| text.parse::<u128>().map(Value::from))
            .ok(),
        _ => None,
    }
}

fn read_float(json: &Json) -> Option<f64> {
    match json {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => [f64::NAN, f64::INFINITY, f64::NEG_INFINITY]
            .into_iter()
            .find(|x| float_text(*x) == *text),
        _ => None,
    }
}

fn read_moment(text: &str) -> Option<Value> {
    // How a moment beyond the calendar prints.
    match text.strip_suffix(" ns since 1970") {
        Some(nanoseconds) => nanoseconds.parse().ok().map(Value::DateTime),
        None => text.parse::<jiff::Timestamp>().ok().map(Value::from),
    }
}

fn read_item(cursor: &JsonCursor<'_>, depth: usize) -> Result<Value, ImportError> {
    cursor.only(&["name", "parts"])?;
    let name = cursor.field("name")?;
    let parts = cursor.field("parts")?;
    let mut read: Vec<(Arc<str>, Value)> = Vec::new();
    for part in parts.items()? {
        let pair: Vec<JsonCursor<'_>> = part.items()?.collect();
        let [name, value] = pair.as_slice() else {
            return Err(part.wrong("a name and a value"));
        };
        read.push((name.text()?.into(), read_part(value, depth)?));
    }
    Ok(Item::new(name.text()?, read).into())
}

fn read_part(cursor: &JsonCursor<'_>, depth: usize) -> Result<Value, ImportError> {
    match cursor.json() {
        Json::Bool(b) => Ok(Value::Bool(*b)),
        Json::String(text) => Ok(Value::from(text.as_str())),
        Json::Number(number) if number.is_f64() => {
            Ok(Value::Float(number.as_f64().unwrap_or(f64::NAN)))
        }
        Json::Number(_) => read_integer(cursor.json()).ok_or_else(|| cursor.wrong("a number")),
        Json::Object(_) => {
            cursor.only(&["kind", "value"])?;
            let kind = read_kind(&cursor.field("kind")?)?;
            read_nested(kind, &cursor.field("value")?, depth)
        }
        _ => Err(cursor.wrong("a value")),
    }
}

fn read_payload(cursor: &JsonCursor<'_>) -> Result<Value, ImportError> {
    cursor.only(&["name", "media_type", "digest", "len", "content"])?;
    let name = cursor.field("name")?.text()?;
    let media_type = cursor.field("media_type")?.text()?;
    let digest_cursor = cursor.field("digest")?;
    let digest = read_digest(digest_cursor.text()?)
        .ok_or_else(|| digest_cursor.wrong("32 hexadecimal digits"))?;
    let len = cursor.field("len")?.whole()?;
    if !cursor.has("content") {
        return Ok(Payload::reference(name, media_type, digest, len).into());
    }
    let content_cursor = cursor.field("content")?;
    let content = BASE64_STANDARD
        .decode(content_cursor.text()?)
        .map_err(|_| content_cursor.wrong("base64"))?;
    let payload = Payload::new(name, media_type, content);
    if payload.digest() != digest || payload.len() != len {
        return Err(content_cursor.wrong("the content of this digest and length"));
    }
    Ok(payload.into())
}

/// The digest that a text of 32 hexadecimal digits is.
pub(in super::super) fn read_digest(text: &str) -> Option<Digest> {
    let hexadecimal = text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
    hexadecimal
        .then(|| u128::from_str_radix(text, 16).ok().map(Digest))
        .flatten()
}

/// Reads the name of a kind.
pub(super) fn read_kind(cursor: &JsonCursor<'_>) -> Result<Kind, ImportError> {
    let text = cursor.text()?;
    let bits = |prefix| {
        let digits: &str = text.strip_prefix(prefix)?;
        let plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
        digits.parse::<u16>().ok().filter(|_| plain)
    };
    let width = |prefix| bits(prefix).and_then(|bits| u8::try_from(bits).ok());
    let named = [
        Kind::Bool,
        Kind::Text,
        Kind::Category,
        Kind::Seconds,
        Kind::DateTime,
        Kind::Item,
        Kind::File,
        Kind::Image,
        Kind::Video,
        Kind::Table,
    ];
    named
        .into_iter()
        .find(|kind| kind.short_name() == text)
        .or_else(|| width("i").filter(|n| INTEGERS.contains(n)).map(Kind::Int))
        .or_else(|| width("u").filter(|n| INTEGERS.contains(n)).map(Kind::Uint))
        .or_else(|| width("f").filter(|n| [32, 64].contains(n)).map(Kind::Float))
        .or_else(|| bits("f64×").map(Kind::Vector))
        .ok_or_else(|| cursor.wrong("the name of a kind, such as f64, u32, text or variant"))
}

/// The widths of Rust's integers in bits.
const INTEGERS: [u8; 5] = [8, 16, 32, 64, 128];
