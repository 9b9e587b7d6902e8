use std::collections::BTreeMap;

use serde::Serialize;

use super::Gap;

/// Values at every combination of two or three numeric inputs; the first input runs fastest.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Field {
    /// The numbers of the first input, ascending.
    pub x: Vec<f64>,
    /// The numbers of the second input, ascending.
    pub y: Vec<f64>,
    /// The numbers of the third input, ascending; empty where there are two.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub z: Vec<f64>,
    /// The finite value of every combination that has one.
    pub values: Vec<Option<f64>>,
    /// The bounds of each value, low and high; empty without repeats.
    pub bounds: Vec<Option<(f64, f64)>>,
    /// How many samples each value was computed from; empty without repeats.
    pub samples: Vec<u32>,
    /// Why values, or some of their samples, are missing, by position.
    pub gaps: BTreeMap<usize, Gap>,
}

impl Field {
    /// The numbers of a position.
    pub(crate) fn place(&self, at: usize) -> (f64, f64, Option<f64>) {
        let (wide, high) = (self.x.len().max(1), self.y.len().max(1));
        let number = |numbers: &[f64], at: usize| numbers.get(at).copied();
        (
            number(&self.x, at % wide).unwrap_or(f64::NAN),
            number(&self.y, at / wide % high).unwrap_or(f64::NAN),
            number(&self.z, at / wide / high),
        )
    }
}
