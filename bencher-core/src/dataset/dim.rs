use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::value::{Digest, KeyWriter, Kind, Value};
use crate::var::Scale;

/// The role of a dimension.
///
/// ```
/// use bencher_core::dataset::{Dim, DimRole};
/// use bencher_core::value::Kind;
/// assert_eq!(Dim::repeats(3).role, DimRole::Repeat);
/// assert_eq!(Dim::input("len", Kind::Uint(64), vec![]).role, DimRole::Input);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DimRole {
    /// An input of the sweep.
    Input,
    /// The repeats of every point, counted from 1.
    Repeat,
    /// Snapshots over time.
    Time,
}

/// A dimension and its coordinates.
///
/// ```
/// use bencher_core::dataset::Dim;
/// use bencher_core::value::{Kind, Value};
/// let mut len = Dim::input("len", Kind::Uint(64), vec![Value::from(10), Value::from(20)]);
/// len.units = "elements".to_owned();
/// assert_eq!(len.label(), "len [elements]");
/// assert_eq!(len.position(&Value::Float(20.0)), Some(1), "canonical");
/// assert_eq!(Dim::repeats(2).values, [Value::from(1), Value::from(2)]);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dim {
    /// The name of the input, or `repeat`.
    pub name: String,
    /// A description, for hover texts and legends.
    pub doc: String,
    /// The unit of the coordinates; empty where they have none.
    pub units: String,
    /// The kind of the coordinates.
    pub kind: Kind,
    /// The scale of an axis over them.
    pub scale: Scale,
    /// The role of the dimension.
    pub role: DimRole,
    /// The coordinates in their order.
    pub values: Vec<Value>,
}

impl Dim {
    /// A dimension for an input.
    pub fn input(name: impl Into<String>, kind: Kind, values: Vec<Value>) -> Self {
        Self {
            name: name.into(),
            doc: String::new(),
            units: String::new(),
            kind,
            scale: Scale::Linear,
            role: DimRole::Input,
            values,
        }
    }

    /// The dimension of `count` repeats, numbered from 1.
    pub fn repeats(count: u32) -> Self {
        Self {
            doc: "Repeat of the same point".to_owned(),
            role: DimRole::Repeat,
            ..Self::input(
                "repeat",
                Kind::Uint(32),
                (1..=count).map(Value::from).collect(),
            )
        }
    }

    /// How many coordinates there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are no coordinates.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Whether the coordinates lie on a numeric axis.
    pub fn is_numeric(&self) -> bool {
        self.kind.is_numeric()
    }

    /// The name with its unit: `len [elements]`.
    pub fn label(&self) -> String {
        label(&self.name, &self.units)
    }

    /// The position of a coordinate.
    pub fn position(&self, value: &Value) -> Option<usize> {
        let value = self.kind.canonical(value)?;
        let exact = self.values.iter().position(|known| *known == value);
        // One zero stands for the other where that is no coordinate.
        let zero = || {
            let other = match value {
                Value::Float(x) if x == 0.0 => Value::Float(-x),
                _ => return None,
            };
            self.values.iter().position(|known| *known == other)
        };
        exact.or_else(zero)
    }
}

/// Which of two coordinates on a numeric axis is the lower one; `None` where they have no order.
pub(crate) fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Int(a) | Value::DateTime(a), Value::Int(b) | Value::DateTime(b)) => Some(a.cmp(b)),
        (Value::Big(a), Value::Big(b)) => Some(a.cmp(b)),
        (Value::Big(_), Value::Int(_)) => Some(Ordering::Greater),
        (Value::Int(_), Value::Big(_)) => Some(Ordering::Less),
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}

pub(super) fn digest(value: &Value) -> Digest {
    let mut key = KeyWriter::default();
    key.value(value);
    key.digest()
}

pub(super) fn label(name: &str, units: &str) -> String {
    if units.is_empty() {
        name.to_owned()
    } else {
        format!("{name} [{units}]")
    }
}
