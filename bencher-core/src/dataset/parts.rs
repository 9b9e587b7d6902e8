//! Dimensions whose coordinates are items with parts: rows of zipped inputs, variants with
//! parameters, entries of a file.

use std::cmp::Ordering;

use crate::value::{Kind, Value};

use super::dim::compare;
use super::{Dataset, DatasetError, Dim};

impl Dim {
    /// The names of the parts of its items, in the order of their first appearance.
    ///
    /// ```
    /// use bencher_core::dataset::Dim;
    /// use bencher_core::value::{Item, Kind, Value};
    /// let zstd = Item::new("Zstd", [("level", Value::from(3))]);
    /// let codec = Dim::input("codec", Kind::Category, vec![Value::from("None"), zstd.into()]);
    /// assert_eq!(codec.part_names(), ["level"]);
    /// assert!(Dim::repeats(3).part_names().is_empty());
    /// ```
    pub fn part_names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for item in self.values.iter().filter_map(Value::as_item) {
            for (name, _) in item.parts() {
                if !name.is_empty() && !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    }
}

impl Dataset {
    /// The part where a part of a dimension's items has a value; the dimension stays.
    pub(super) fn select_part(
        &self,
        part: &str,
        value: &Value,
        unknown: DatasetError,
    ) -> Result<Self, DatasetError> {
        let mut having = self
            .dims
            .iter()
            .filter(|dim| dim.part_names().contains(&part));
        let dim = having.next().ok_or(unknown)?;
        if having.next().is_some() {
            return Err(DatasetError::Repeated(part.to_owned()));
        }
        let parts: Vec<Option<&Value>> = dim
            .values
            .iter()
            .map(|item| item.as_item().and_then(|item| item.part(part)))
            .collect();
        let having = |same: fn(&Value, &Value) -> bool| -> Vec<usize> {
            (0..)
                .zip(&parts)
                .filter(|(_, known)| known.is_some_and(|known| same(known, value)))
                .map(|(at, _)| at)
                .collect()
        };
        let mut positions = having(same);
        if positions.is_empty() {
            positions = having(same_narrow);
        }
        if positions.is_empty() {
            let known: Vec<Value> = parts.into_iter().flatten().cloned().collect();
            return Err(DatasetError::NoCoordinate {
                dim: part.to_owned(),
                value: value.clone(),
                known: super::describe::shorten(Kind::Item, &distinct(&known), 60),
            });
        }
        self.take(&dim.name, &positions)
    }
}

/// Whether a part is the number of 32 bits that is nearest to a value: items do not say how wide their parts are.
fn same_narrow(part: &Value, value: &Value) -> bool {
    let narrow = Kind::Float(32).canonical(value);
    matches!(part, Value::Float(_)) && narrow.as_ref() == Some(part)
}

/// Whether a part is the value asked for: numbers by what they are, not by their type.
fn same(part: &Value, value: &Value) -> bool {
    let is_number =
        |value: &Value| matches!(value, Value::Int(_) | Value::Big(_) | Value::Float(_));
    part == value
        || (is_number(part) && is_number(value) && compare(part, value) == Some(Ordering::Equal))
}

/// Every value once, in the order of their first appearance.
pub(super) fn distinct(values: &[Value]) -> Vec<Value> {
    let mut seen = std::collections::HashSet::new();
    values
        .iter()
        .filter(|value| seen.insert(super::dim::digest(value)))
        .cloned()
        .collect()
}
