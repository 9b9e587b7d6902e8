use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Kind, Value};

/// A value that consists of others: a variant of an enum with its parameters, a row of zipped inputs, an entry of a
/// file.
///
/// It has a name, which may be empty, and named parts. A part with an empty name counts for equality and identity, but
/// is not displayed.
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
    /// Makes an item from a name and its parts, in their order.
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

    /// The part with a name.
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
            .map(|(name, value)| format!("{name}={}", part_text(value)))
            .collect();
        match (self.name(), shown.is_empty()) {
            (name, true) => f.pad(name),
            ("", false) => f.pad(&shown.join(", ")),
            (name, false) => f.pad(&format!("{name}({})", shown.join(", "))),
        }
    }
}

/// The text of a part. Parts do not say how wide they are, but a number of 32 bits that needs many digits in 64 and
/// few in 32, and is no sum of some powers of two, is one of 32.
fn part_text(value: &Value) -> String {
    let narrow = Kind::Float(32);
    let digits = |text: &str| {
        let number = text.split('e').next().unwrap_or_default();
        let digits = number.trim_start_matches(['-', '0', '.']);
        digits.bytes().filter(u8::is_ascii_digit).count()
    };
    let text = value.to_string();
    if let Value::Float(x) = value
        && narrow.canonical(value).as_ref() == Some(value)
        && x.to_bits().trailing_zeros() < SPARSE
    {
        let shown = narrow.text(value);
        if digits(&shown) + 8 <= digits(&text) {
            return shown;
        }
    }
    text
}

/// How many bits at the end of a number of 64 are zero where it has 32 and of these the last 8 are zero.
const SPARSE: u32 = 29 + 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_32_bits_is_shown_by_its_digits() {
        let text = |value: Value| Item::new("", [("x", value)]).to_string();
        assert_eq!(text(0.1_f32.into()), "x=0.1");
        assert_eq!(text(0.1.into()), "x=0.1");
        assert_eq!(text((0.1 + 0.2).into()), "x=0.30000000000000004");
        assert_eq!(text(2.0_f64.powi(-20).into()), "x=9.5367431640625e-7");
    }

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
