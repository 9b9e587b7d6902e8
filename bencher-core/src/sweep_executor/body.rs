//! The measured code of a sweep, for all types of sweeps.

use std::any::Any;

use crate::context::Context;
use crate::var::ErasedSweep;

use super::{Benchmark, Result};

/// Runs the benchmark of sweeps of one type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Body(fn(&mut dyn ErasedSweep, &mut Context<'_>) -> Result<()>);

impl Body {
    pub(crate) fn of<S: Benchmark>() -> Self {
        Self(|sweep, cx| {
            let sweep: &mut dyn Any = sweep;
            match sweep.downcast_mut::<S>() {
                Some(sweep) => sweep.benchmark(cx),
                None => Err("the plan is one of another type".into()),
            }
        })
    }

    /// Takes a sample.
    ///
    /// # Errors
    /// Those of the benchmark.
    pub(super) fn run(self, sweep: &mut dyn ErasedSweep, cx: &mut Context<'_>) -> Result<()> {
        (self.0)(sweep, cx)
    }
}
