//! The points of a sweep: the levels of every input, their lazy product, and the order in which
//! points are run. Nothing here grows with the number of points.

mod levels;
mod order;
mod product;
mod sampling;

pub use levels::Levels;
pub(crate) use order::mix;
pub use order::{Order, RunOrder};
pub use product::{Axis, Space, SpaceError};
pub use sampling::{Density, samples_of_level, thinned_index};
