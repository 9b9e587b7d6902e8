//! The points of a sweep: the levels of every input, their lazy product, and the order of the samples. No memory here
//! grows with the number of points.
//!
//! A domain and a [`Density`] determine the [`Levels`] of an input. Levels with a name are an [`Axis`]. The product of
//! axes is a [`Space`], whose points are numbers. A [`RunOrder`] is the order of their samples.
//!
//! [`Factors`] that a program learns at run time have a [`sweep`] of their own. [`DesignPoints`] spread over more
//! inputs than a grid can have.
//!
//! ```
//! use bencher_core::space::{Axis, Density, SampleOrder, RunOrder, Space};
//! use bencher_core::value::Value;
//! use bencher_core::var::SweepValue;
//! use bencher_core::var::DomainOf;
//! let domain = DomainOf::<u32>::new().pow2(4, 10).finish()?;
//! let level_3 = Density { subsampling_divisions: 3, ..Density::default() };
//! let levels = domain.levels(u32::KIND, level_3)?;
//! let space = Space::new(vec![Axis { name: "len".to_owned(), inputs: vec![0], levels }])?;
//! assert_eq!(space.values(1), Some(vec![Value::from(128)]));
//! let order = RunOrder::new(SampleOrder::RoundRobin, space.len(), 2);
//! assert_eq!(order.sample(4), Some((1, 1)), "point 1 in the second round");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod continuum;
mod design;
#[cfg(feature = "sweeper")]
mod factors;
mod float_grid;
mod geometric;
#[cfg(feature = "search")]
mod growing;
mod levels;
mod log_grid;
mod order;
mod product;
mod sampling;
#[cfg(feature = "store")]
mod slug;

pub(crate) use continuum::Continuum;
pub use design::{DesignError, DesignPoints};
#[cfg(feature = "sweeper")]
pub use factors::{
    Combination, Combinations, FactorError, FactorLevel, FactorSweep, Factors, sweep,
};
pub use geometric::{GeomError, geom, igeom};
#[cfg(feature = "search")]
pub(crate) use growing::GrowingRows;
pub use levels::Levels;
pub(crate) use order::mix;
pub use order::{RunOrder, SampleOrder};
pub use product::{Axis, Space, SpaceError};
pub use sampling::{Density, samples_of_level, thinned_index};
#[cfg(feature = "store")]
pub use slug::slugify;
