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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
