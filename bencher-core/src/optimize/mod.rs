//! Search instead of grid: points are proposed by a model of those that are known, and every evaluation is an ordinary
//! sample.
//!
//! A [`SearchSpace`] is what can be proposed. A [`Sampler`] proposes, from the points that are known, as a pure
//! function. A [`Search`] is both for a program's own loop.

mod build;
mod dimension;
mod error;
mod fronts;
mod genetic;
mod goal;
mod hypervolume;
mod importance;
mod known;
mod options;
mod process;
mod progress;
mod proposals;
mod random;
mod repeats;
mod results;
mod sampler;
mod search;
mod slice;
mod space;
#[cfg(test)]
mod tests;
mod tpe;
mod variation;

pub use error::SearchError;
pub(crate) use fronts::dominates;
pub use goal::Goal;
pub(crate) use hypervolume::hypervolumes;
pub use importance::Importance;
pub use options::{SearchEnd, SearchOptions};
pub(crate) use proposals::{Next, Proposals};
pub use sampler::{Origin, Sampler};
pub use search::{Asked, FinishedTrial, Search, Trial};
pub(crate) use space::Place;
pub use space::SearchSpace;
