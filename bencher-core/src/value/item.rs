use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Value;

/// A value made of others: a variant of an enum with its parameters, a row of zipped inputs, an
/// entry of a file.
///
/// It has a name, which may be empty, and named parts. A part without a name counts for equality
/// and identity, but is not shown.
///
/// ```
/// use bencher_core::value::{Item, Value};
/// let zstd = Item::new("Zstd", [("level", Value::from(3))]);
/// assert_eq!(zstd.to_string(), "Zstd(level=3)");
/// assert_eq!(zstd.part("level"), Some(&Value::from(3)));
/// let row = Item::new("", [("rows", Value::from(4)), ("cols", Value::from(8))]);
/// assert_eq!(row.to_string(), "rows=4, cols=8");
/// let entry = Item::new("fast", [("", Value::from("{\"threads\":8}"))]);
/// assert_eq!(entry.to_string(), "fast");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    name: Arc<str>,
    parts: Box<[(Arc<str>, Value)]>,
}

impl Item {
    /// An item of a name and its parts, in their order.
    pub fn new<N: Into<Arc<str>>>(
        name: impl Into<Arc<str>>,
        parts: impl IntoIterator<Item = (N, Value)>,
    ) -> Self {
        Self {
            name: name.into(),
            parts: parts
                .into_iter()
                .map(|(name, value)| (name.into(), value))
                .collect(),
        }
    }

    /// The name; empty where it has none.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The parts with their names, in order.
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = (&str, &Value)> + ExactSizeIterator {
        self.parts.iter().map(|(name, value)| (&**name, value))
    }

    /// The part of a name.
    pub fn part(&self, name: &str) -> Option<&Value> {
        self.parts()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }
}

/// How deep items may stand within each other in what is read; a longer chain would exhaust the stack.
const MAX_DEPTH: u32 = 64;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename = "Item")]
        struct Read {
            name: Arc<str>,
            parts: Box<[(Arc<str>, Value)]>,
        }

        let depth = DEPTH.get();
        if depth >= MAX_DEPTH {
            return Err(serde::de::Error::custom("items are nested too deeply"));
        }
        DEPTH.set(depth + 1);
        let read = Read::deserialize(from);
        DEPTH.set(depth);
        let Read { name, parts } = read?;
        Ok(Self { name, parts })
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<String> = self
            .parts()
            .filter(|(name, _)| !name.is_empty())
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        match (self.name(), shown.is_empty()) {
            (name, true) => f.pad(name),
            ("", false) => f.pad(&shown.join(", ")),
            (name, false) => f.pad(&format!("{name}({})", shown.join(", "))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_of_items_is_read_to_a_bound() {
        let nested = |depth: usize| {
            (0..depth).fold(Value::from(1), |inner, _| {
                Value::from(Item::new("", [("", inner)]))
            })
        };
        let read = |value: &Value| {
            postcard::from_bytes::<Value>(&postcard::to_stdvec(value).unwrap()).is_ok()
        };
        assert!(read(&nested(64)));
        assert!(!read(&nested(65)));
        // What a hostile file would hold, a million deep: variant, no name, one part, no name, ...
        let hostile: Vec<u8> = [7, 0, 1, 0].repeat(1_000_000);
        assert!(postcard::from_bytes::<Value>(&hostile).is_err());
        assert!(read(&nested(64)), "the count begins anew");
    }
}
