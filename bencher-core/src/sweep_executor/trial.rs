//! Runs one point once, outside any sweep.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use crate::console::clipped;
use crate::context::{Context, States};
use crate::exit_guard;
use crate::panics;
use crate::store::PendingFolder;
use crate::var::ErasedSweep;

use super::body::Body;
use super::sampling::describe;
use crate::plan::Plan;

impl Plan {
    /// Runs a point once, here and now; every timed piece of code in it is run once, too. Nothing is
    /// kept. `judge` sees the sample, with its results set.
    ///
    /// # Errors
    /// The failure, also a panic or the verdict of `judge`, with the values of the swept inputs.
    pub(crate) fn try_point(
        &self,
        body: Body,
        point: u64,
        states: &Arc<States>,
        judge: &dyn Fn(&mut dyn ErasedSweep) -> Result<(), String>,
    ) -> Result<(), String> {
        let mut run = |sweep: &mut dyn ErasedSweep| {
            let seeder = || self.seed(point, 1);
            let partial_seeder = |names: &[String]| self.seed_without(point, 1, names);
            let mut cx = Context::new(1, &seeder)
                .with_partial_seeder(&partial_seeder)
                .with_states(states)
                .with_folders(&PendingFolder::temporary)
                .once();
            let in_progress = exit_guard::SampleGuard::begin(point, 1);
            let done = body.run(sweep, &mut cx);
            drop(in_progress);
            done.map_err(|error| describe(error.as_ref()))?;
            judge(sweep)
        };
        let run = || self.with_sweep(point, &mut run);
        let done = panics::catch(AssertUnwindSafe(run)).and_then(|done| done);
        done.map_err(|error| match self.inputs_text(point).as_str() {
            "" => error,
            inputs => format!("{inputs}: {error}"),
        })
    }

    /// The swept inputs of a point, in words.
    pub(crate) fn inputs_text(&self, point: u64) -> String {
        let inputs = self.inputs(point).into_iter();
        let inputs: Vec<String> = inputs
            .map(|(name, value)| format!("{name}={}", clipped(&value.to_string(), 200)))
            .collect();
        inputs.join(", ")
    }
}
