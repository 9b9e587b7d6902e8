//! The repeats of a plan, and its alternatives.

use std::collections::HashMap;

use crate::measure::Alternatives;
use crate::var::{Input, InputChoice, ParametrizedSweep};

use super::Plan;
use super::error::PlanError;
use super::resolve::input_name_of;

impl Plan {
    /// The positions of the timed results in a sample.
    pub(crate) fn times(&self) -> Vec<usize> {
        let timed = self.recorded().filter(|(_, var)| var.timed);
        timed.map(|(position, _)| position).collect()
    }

    /// Takes the sweep in as many rounds as its timed results need.
    #[must_use]
    pub fn in_rounds(mut self) -> Self {
        self.adaptive = true;
        self
    }

    /// The alternatives in one input; where it is not swept, every point is its own group.
    ///
    /// # Errors
    /// Where the input does not exist.
    pub fn alternatives<S: ParametrizedSweep>(
        &self,
        input: &Input<S>,
    ) -> Result<Alternatives, PlanError> {
        self.alternatives_of(&input.choice)
    }

    pub(crate) fn alternatives_of(&self, input: &InputChoice) -> Result<Alternatives, PlanError> {
        let name = input_name_of(self.schema(), input)?;
        let axes = self.space().axes();
        let at = axes.iter().position(|axis| axis.name == name);
        let Some(at) = at else {
            return Ok(Alternatives {
                stride: 1,
                count: 1,
            });
        };
        let later = axes.iter().skip(at + 1);
        Ok(Alternatives {
            stride: later.map(|axis| axis.levels.len()).product(),
            count: axes.get(at).map_or(1, |axis| axis.levels.len()),
        })
    }

    /// The groups of points that have the same values of some inputs; no groups without inputs.
    pub(crate) fn groups_by(&self, inputs: &[InputChoice]) -> Result<HashMap<u64, u64>, PlanError> {
        let mut strides: Vec<(u64, u64)> = Vec::new();
        for input in inputs {
            let Alternatives { stride, count } = self.alternatives_of(input)?;
            if count > 1 {
                strides.push((stride, count));
            }
        }
        if strides.is_empty() {
            return Ok(HashMap::new());
        }
        let group = |point: u64| {
            let levels = strides.iter();
            levels.fold(0_u64, |group, (stride, count)| {
                group
                    .wrapping_mul(*count)
                    .wrapping_add(point / stride % count)
            })
        };
        let points = u64::try_from(self.space().len()).unwrap_or(u64::MAX);
        Ok((0..points).map(|point| (point, group(point))).collect())
    }

    /// Sets the number of repeats, to at least 1.
    #[must_use]
    pub fn with_repeats(mut self, repeats: u32) -> Self {
        self.repeats = repeats.max(1);
        self
    }

    /// Whether the sweep determines the number of repeats while it runs.
    pub const fn is_adaptive(&self) -> bool {
        self.adaptive
    }
}
