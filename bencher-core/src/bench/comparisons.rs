//! The comparisons of a sweep with alternatives.

use crate::dataset::{COMPARED, Comparison, Dataset};

/// The comparisons of every timed result, with its name; none where the sweep compares no input.
pub(super) fn comparisons(dataset: &Dataset) -> Vec<(&str, Comparison)> {
    let Some(input) = dataset.attributes.get(COMPARED) else {
        return Vec::new();
    };
    let timed = dataset.variables().iter().filter(|var| var.info.timed);
    let of_result = |name: &'_ str| dataset.compare(name, input).unwrap_or_default();
    timed
        .map(|var| var.info.name.as_str())
        .flat_map(|name| of_result(name).into_iter().map(move |found| (name, found)))
        .collect()
}
