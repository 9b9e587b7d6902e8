//! Points that are spread over a space instead of lying on a grid.

mod joe_kuo;
mod sobol;

use thiserror::Error;

use super::order::{mix, permuted};
use crate::var::Design;
use sobol::{Directions, directions};

/// The most points of a design.
const MAX_POINTS: u64 = 1 << 32;

/// The most dimensions of a design that needs no table.
const MAX_DIMENSIONS: usize = 1 << 16;

/// Why a design is impossible.
///
/// ```
/// use bencher_core::space::{DesignError, DesignPoints};
/// use bencher_core::var::Design;
/// let error = DesignPoints::new(Design::Sobol { seed: None }, 16, 100).unwrap_err();
/// assert_eq!(error, DesignError::TooManyDimensions { dimensions: 100, most: 64 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DesignError {
    /// More points than the design can distinguish.
    #[error("{points} points are too many for a design; take at most {MAX_POINTS}")]
    TooManyPoints {
        /// The number of points.
        points: u64,
    },
    /// More dimensions than the design has.
    #[error(
        "a design of {dimensions} inputs is not possible; take at most {most}, or another design"
    )]
    TooManyDimensions {
        /// The number of dimensions.
        dimensions: usize,
        /// The largest possible number.
        most: usize,
    },
}

/// The points of a design, by number; computed, not stored.
///
/// ```
/// use bencher_core::space::DesignPoints;
/// use bencher_core::var::Design;
/// let points = DesignPoints::new(Design::Sobol { seed: None }, 4, 2)?;
/// let all: Vec<Vec<f64>> = points.iter().collect();
/// assert_eq!(all, [[0.0, 0.0], [0.5, 0.5], [0.75, 0.25], [0.25, 0.75]]);
/// # Ok::<(), bencher_core::space::DesignError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct DesignPoints {
    design: Design,
    points: u64,
    dimensions: usize,
    /// One for each dimension of Sobol' points, else empty.
    directions: Vec<Directions>,
}

impl DesignPoints {
    /// Makes the given number of points, with the given number of dimensions.
    ///
    /// # Errors
    /// For more than 2^32 points, or more than 65,536 dimensions (64 of Sobol' points).
    pub fn new(design: Design, points: u64, dimensions: usize) -> Result<Self, DesignError> {
        if points > MAX_POINTS {
            return Err(DesignError::TooManyPoints { points });
        }
        let most = match design {
            Design::Sobol { .. } => sobol::MAX_DIMENSIONS,
            Design::Random { .. } | Design::LatinHypercube { .. } => MAX_DIMENSIONS,
        };
        if dimensions > most {
            return Err(DesignError::TooManyDimensions { dimensions, most });
        }
        let directions = match design {
            Design::Sobol { .. } => (0..dimensions).filter_map(directions).collect(),
            Design::Random { .. } | Design::LatinHypercube { .. } => Vec::new(),
        };
        Ok(Self {
            design,
            points,
            dimensions,
            directions,
        })
    }

    /// How many points there are.
    pub const fn len(&self) -> u64 {
        self.points
    }

    /// Whether there is no point.
    pub const fn is_empty(&self) -> bool {
        self.points == 0
    }

    /// How many coordinates a point has.
    pub const fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// One coordinate of the point with a number, from 0 to below 1; `None` past the last point or dimension.
    ///
    /// ```
    /// use bencher_core::space::DesignPoints;
    /// use bencher_core::var::Design;
    /// let points = DesignPoints::new(Design::LatinHypercube { seed: 7 }, 10, 3)?;
    /// // One point in each tenth, in every dimension.
    /// let mut tenths: Vec<u8> = (0..points.len())
    ///     .filter_map(|n| points.coordinate(n, 2))
    ///     .map(|x| (x * 10.0) as u8)
    ///     .collect();
    /// tenths.sort();
    /// assert_eq!(tenths, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    /// assert_eq!(points.coordinate(0, 3), None);
    /// # Ok::<(), bencher_core::space::DesignError>(())
    /// ```
    pub fn coordinate(&self, point: u64, dimension: usize) -> Option<f64> {
        if point >= self.points || dimension >= self.dimensions {
            return None;
        }
        let key = |seed: u64| mix(mix(seed) ^ dimension as u64);
        Some(match self.design {
            Design::Random { seed } => unit(mix(key(seed) ^ point), 53),
            Design::LatinHypercube { seed } => self.in_stratum(point, key(seed)),
            Design::Sobol { seed } => {
                let directions = self.directions.get(dimension)?;
                let x = sobol::coordinate(directions, u32::try_from(point).ok()?);
                let x = seed.map_or(x, |seed| sobol::scrambled(x, key(seed)));
                f64::from(x) / 2_f64.powi(32)
            }
        })
    }

    /// The point with a number, each coordinate from 0 to below 1; `None` past the last.
    pub fn point(&self, number: u64) -> Option<Vec<f64>> {
        if number >= self.points {
            return None;
        }
        let coordinate = |dimension| self.coordinate(number, dimension);
        (0..self.dimensions).map(coordinate).collect()
    }

    /// The points in their order.
    pub fn iter(&self) -> impl Iterator<Item = Vec<f64>> + '_ {
        (0..self.points).filter_map(|number| self.point(number))
    }

    /// A random place in the stratum that a seeded permutation gives to the point.
    fn in_stratum(&self, point: u64, key: u64) -> f64 {
        let stratum = permuted(u128::from(point), u128::from(self.points), key);
        // So many bits that the sum below is exact, and never on the edge of a stratum, where the
        // division could round it over.
        let bits = 52 - (64 - self.points.leading_zeros());
        let within = unit(mix(mix(key) ^ point), bits) + 0.5 / (1_u64 << bits) as f64;
        (stratum as f64 + within) / self.points as f64
    }
}

/// The highest bits of a hash as a number from 0 to below 1.
fn unit(hash: u64, bits: u32) -> f64 {
    (hash >> (64 - bits)) as f64 / (1_u64 << bits) as f64
}
