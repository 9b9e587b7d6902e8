use std::collections::HashMap;

use crate::value::{Digest, Value};

use super::dim::digest;
use super::{DatasetError, Dim};

/// Where each coordinate of a dimension stands.
pub(super) struct Positions(HashMap<Digest, usize>);

impl Positions {
    /// # Errors
    /// Where a coordinate stands twice.
    pub(super) fn of(dim: &Dim) -> Result<Self, DatasetError> {
        let mut positions = HashMap::with_capacity(dim.len());
        for (at, value) in dim.values.iter().enumerate() {
            if positions.insert(digest(value), at).is_some() {
                return Err(DatasetError::RepeatedCoordinate {
                    dim: dim.name.clone(),
                    value: dim.kind.display_value(value),
                });
            }
        }
        Ok(Self(positions))
    }

    pub(super) fn find(&self, value: &Value) -> Option<usize> {
        self.0.get(&digest(value)).copied()
    }
}
