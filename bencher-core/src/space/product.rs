use thiserror::Error;

use crate::value::Value;
use crate::var::DomainError;

use super::levels::Levels;

/// One dimension of a space: an input with its levels, or several inputs that change together.
///
/// The levels of several inputs are items with a part for each input, in their order.
///
/// See [`Space`] for an example.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The dimension's name: the name of its input, if it has one input.
    pub name: String,
    /// The positions of its inputs in the schema.
    pub inputs: Vec<usize>,
    /// Its values.
    pub levels: Levels,
}

/// The Cartesian product of some axes: the first slowest, the last fastest.
///
/// Points are numbered. A space stores only its axes.
///
/// ```
/// use bencher_core::space::{Axis, Levels, Space};
/// use bencher_core::value::Value;
/// let axis = |name: &str, n: i64| Axis {
///     name: name.to_owned(),
///     inputs: vec![0],
///     levels: Levels::list((0..n).map(Value::from).collect()),
/// };
/// let space = Space::new(vec![axis("a", 2), axis("b", 3)])?;
/// assert_eq!(space.len(), 6);
/// assert_eq!(space.point(4), Some(vec![1, 1]));
/// # Ok::<(), bencher_core::space::SpaceError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Space {
    axes: Vec<Axis>,
    count: u128,
}

/// Why a space is impossible.
///
/// ```
/// use bencher_core::space::{Axis, Density, Space, SpaceError};
/// use bencher_core::var::SweepValue;
/// use bencher_core::var::DomainOf;
/// let levels = DomainOf::<u64>::new().bounds(0, u64::MAX).finish()?
///     .levels(u64::KIND, Density::default())?;
/// let axis = Axis { name: "n".to_owned(), inputs: vec![0], levels };
/// let error = Space::new(vec![axis.clone(), axis.clone(), axis]).unwrap_err();
/// assert!(matches!(error, SpaceError::Uncountable { inputs } if inputs == "n × n × n"));
/// # Ok::<(), bencher_core::var::DomainError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum SpaceError {
    /// An input whose domain is impossible.
    #[error("input `{input}`: {source}")]
    Domain {
        /// The input.
        input: String,
        /// The problem with its domain.
        source: DomainError,
    },
    /// Inputs that change together but have different numbers of values.
    #[error(
        "the inputs of `{name}` change together, so they need equally many values; there are {lengths}"
    )]
    Lengths {
        /// The dimension.
        name: String,
        /// How many values each input has.
        lengths: String,
    },
    /// More points than can be numbered.
    #[error(
        "the product of {inputs} has more points than can be counted (2^128); take fewer samples \
         or inputs"
    )]
    Uncountable {
        /// The inputs, as a list.
        inputs: String,
    },
}

impl Space {
    /// Makes the product of some axes. Without axes, it has one point.
    ///
    /// # Errors
    /// Where there are too many points to count.
    pub fn new(axes: Vec<Axis>) -> Result<Self, SpaceError> {
        let count = axes
            .iter()
            .try_fold(1_u128, |count, axis| {
                count.checked_mul(u128::from(axis.levels.len()))
            })
            .ok_or_else(|| SpaceError::Uncountable {
                inputs: axes
                    .iter()
                    .map(|axis| axis.name.as_str())
                    .collect::<Vec<_>>()
                    .join(" × "),
            })?;
        Ok(Self { axes, count })
    }

    /// How many points there are.
    pub const fn len(&self) -> u128 {
        self.count
    }

    /// Whether some axis has no level.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The axes, slowest first.
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// The positions of a point on every axis, or `None` past the last point.
    pub fn point(&self, number: u128) -> Option<Vec<u64>> {
        let mut position = Vec::new();
        self.point_into(number, &mut position).then_some(position)
    }

    /// Like [`point`](Self::point), into a buffer; false past the last point.
    ///
    /// ```
    /// use bencher_core::space::Space;
    /// let nothing_swept = Space::new(vec![])?;
    /// let mut position = vec![7];
    /// assert!(nothing_swept.point_into(0, &mut position), "it has one point");
    /// assert!(position.is_empty());
    /// assert!(!nothing_swept.point_into(1, &mut position));
    /// # Ok::<(), bencher_core::space::SpaceError>(())
    /// ```
    pub fn point_into(&self, number: u128, position: &mut Vec<u64>) -> bool {
        if number >= self.count {
            return false;
        }
        position.clear();
        position.resize(self.axes.len(), 0);
        // Divisions of 128 bits cost tenfold, and hardly a space needs them.
        if let (Ok(mut rest), Ok(_)) = (u64::try_from(number), u64::try_from(self.count)) {
            for (at, axis) in position.iter_mut().zip(&self.axes).rev() {
                *at = rest % axis.levels.len();
                rest /= axis.levels.len();
            }
        } else {
            let mut rest = number;
            for (at, axis) in position.iter_mut().zip(&self.axes).rev() {
                let len = u128::from(axis.levels.len());
                *at = u64::try_from(rest % len).unwrap_or(u64::MAX);
                rest /= len;
            }
        }
        true
    }

    /// The values of a point, in the order of the axes.
    pub fn values(&self, number: u128) -> Option<Vec<Value>> {
        let position = self.point(number)?;
        position
            .iter()
            .zip(&self.axes)
            .map(|(at, axis)| axis.levels.get(*at))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn axis(n: u64) -> Axis {
        Axis {
            name: format!("n{n}"),
            inputs: vec![0],
            levels: Levels::every_integer(
                crate::value::Kind::Uint(64),
                &Value::from(0),
                &Value::from(n - 1),
            ),
        }
    }

    #[test]
    fn enormous_spaces_cost_nothing() {
        let space = Space::new(vec![axis(1_000_000_000), axis(1_000_000_000), axis(1000)]).unwrap();
        assert_eq!(space.len(), 10_u128.pow(21));
        assert_eq!(
            space.point(10_u128.pow(21) - 1),
            Some(vec![999_999_999, 999_999_999, 999])
        );
        assert_eq!(space.point(10_u128.pow(21)), None);
        assert!(Space::new(vec![axis(u64::MAX); 3]).is_err());
    }

    proptest! {
        #[test]
        fn points_are_those_of_nested_loops(a in 1_u64..5, b in 1_u64..5, c in 1_u64..5) {
            let space = Space::new(vec![axis(a), axis(b), axis(c)]).unwrap();
            let mut number = 0;
            for x in 0..a {
                for y in 0..b {
                    for z in 0..c {
                        prop_assert_eq!(space.point(number), Some(vec![x, y, z]));
                        number += 1;
                    }
                }
            }
            prop_assert_eq!(space.len(), number);
            prop_assert_eq!(space.point(number), None);
        }
    }
}
