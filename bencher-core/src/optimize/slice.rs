//! What a model expects along one dimension through a point.

use crate::value::Value;

use super::goal::Goal;
use super::known::Evaluated;
use super::process;
use super::space::SearchSpace;

/// A slice of the expected values along one dimension.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Slice {
    /// The value of the dimension at each point; the name of a choice.
    pub(crate) values: Vec<Value>,
    /// The expected values, in the unit of the goal, and their standard deviations.
    pub(crate) expected: Vec<(f64, f64)>,
    /// The value of the dimension at the point that it goes through.
    pub(crate) through: Value,
}

/// The slice through a place along a dimension; none where it does not exist there, or too few points are known.
pub(super) fn slice(
    space: &SearchSpace,
    goal: &Goal,
    done: &[Evaluated],
    through: &[f64],
    dimension: &str,
) -> Option<Slice> {
    let mut dimensions = space.dimensions.iter();
    let at = dimensions.position(|one| one.name == dimension)?;
    if through.get(at)?.is_nan() {
        return None;
    }
    let points = process::slice(space, done, through, at)?;
    let values = points.iter();
    let values = values.map(|(place, ..)| space.value_of(at, place));
    let expected = points.iter();
    // A cost is the value, or minus the value.
    let expected = expected.map(|(_, cost, deviation)| (goal.cost(*cost), *deviation));
    Some(Slice {
        values: values.collect::<Option<_>>()?,
        expected: expected.collect(),
        through: space.value_of(at, through)?,
    })
}
