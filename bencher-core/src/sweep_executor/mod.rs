//! From a sweep's declaration to jobs: which inputs, which values, in which order, and how one
//! sample is taken.

mod choice;
mod error;
mod plan;
mod resolve;
mod run;

pub use choice::{InputOverride, OverrideError, SweepChoice};
pub use error::PlanError;
pub use plan::Plan;
pub use run::{Interrupt, RunEnd, RunOptions, SweepExecutor};

use crate::context::Context;
use crate::var::ParametrizedSweep;

/// The error of user code: anything that is an error, or a text.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What user code returns.
pub type Result<T = (), E = BoxError> = std::result::Result<T, E>;

/// A sweep that can be run: what happens at each point.
pub trait Benchmark: ParametrizedSweep {
    /// Takes one sample: reads the inputs, does the work, sets the results.
    ///
    /// Every sample starts from a fresh copy in which all results are unset; one that stays unset
    /// is *missing* in the dataset.
    ///
    /// # Errors
    /// Whatever makes this sample fail; the sweep records it and goes on.
    fn benchmark(&mut self, cx: &mut Context<'_>) -> Result<()>;
}
