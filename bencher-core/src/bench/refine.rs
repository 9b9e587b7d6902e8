//! Progressive refinement: a run in steps from coarse to fine.

use super::config::RunConfig;

/// The first step of a run that reaches its level and its repeats in steps.
///
/// The run takes all its sweeps with the lowest number of repeats at every level, from low to high. It then does the
/// same with the next number of repeats, up to [`RunConfig::repeats`] and the level of [`RunConfig::density`]. Every
/// step finds the samples of earlier steps in the store, or in memory in a run without a store. The report is drawn
/// after each step.
///
/// ```
/// use bencher_core::bench::{Refinement, RunConfig};
/// use bencher_core::space::Density;
/// let config = RunConfig {
///     repeats: Some(2),
///     density: Density { subsampling_divisions: 4, ..Density::default() },
///     refine: Refinement { level_from: Some(3), repeats_from: Some(1) },
///     ..RunConfig::default()
/// };
/// let steps: Vec<_> = (0..config.steps())
///     .map(|step| config.at_step(step))
///     .map(|config| (config.repeats, config.density.subsampling_divisions))
///     .collect();
/// assert_eq!(steps, [(Some(1), 3), (Some(1), 4), (Some(2), 3), (Some(2), 4)]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refinement {
    /// The level of the first step. `None` means that the level stays.
    pub level_from: Option<u8>,
    /// The repeats of the first step. `None` means that they stay.
    pub repeats_from: Option<u32>,
}

impl RunConfig {
    /// The number of steps of the run; 1 without refinement.
    pub fn steps(&self) -> u64 {
        self.levels() * self.repeat_steps()
    }

    /// The configuration of a step, counted from 0. Numbers above the last step give the last step.
    #[must_use]
    pub fn at_step(&self, step: u64) -> Self {
        let mut config = self.clone();
        let step = step.min(self.steps() - 1);
        let left = |from_last: u64| u32::try_from(from_last).unwrap_or(u32::MAX);
        if self.refine.level_from.is_some() {
            let before_last = self.levels() - 1 - step % self.levels();
            let level = u32::from(self.density.subsampling_divisions);
            config.density.subsampling_divisions =
                u8::try_from(level.saturating_sub(left(before_last))).unwrap_or(u8::MAX);
        }
        if self.refine.repeats_from.is_some() {
            let before_last = self.repeat_steps() - 1 - step / self.levels();
            config.repeats = self
                .repeats
                .map(|repeats| repeats.saturating_sub(left(before_last)));
        }
        config.refine = Refinement::default();
        config
    }

    /// Takes the step of a run over, in what is refined.
    pub(super) fn follow(&mut self, run: &Self) {
        if self.refine.level_from.is_some() {
            self.density.subsampling_divisions = run.density.subsampling_divisions;
        }
        if self.refine.repeats_from.is_some() {
            self.repeats = run.repeats;
        }
    }

    fn levels(&self) -> u64 {
        let last = self.density.subsampling_divisions;
        let first = self.refine.level_from.unwrap_or(last);
        u64::from(last.saturating_sub(first)) + 1
    }

    fn repeat_steps(&self) -> u64 {
        let last = self.repeats.unwrap_or(1);
        let first = self.refine.repeats_from.unwrap_or(last);
        u64::from(last.saturating_sub(first)) + 1
    }

    /// Whether nothing is run, only shown.
    pub(crate) const fn is_shown_only(&self) -> bool {
        self.list || self.dry_run || self.print_config
    }

    /// The settings that exclude each other.
    ///
    /// # Errors
    /// Which fields, and what to do.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.overwrite && self.steps() > 1 {
            return Err(
                "`--overwrite` cannot be combined with a refinement in steps (`--level 2..5`, \
                 `--repeats 1..3`), because each step reuses the samples of the one before; \
                 `--clear` deletes the stored samples before the first step"
                    .to_owned(),
            );
        }
        if self.only_plot && (self.overwrite || self.clear || self.clear_result) {
            let name = if self.overwrite {
                "overwrite"
            } else if self.clear {
                "clear"
            } else {
                "clear-result"
            };
            return Err(format!(
                "`--only-plot` draws what is stored, and `--{name}` removes or replaces it; leave one of them out"
            ));
        }
        if self.replicates.is_some() && self.steps() > 1 {
            return Err(
                "`--replicates` cannot be combined with a refinement in steps (`--level 2..5`, \
                 `--repeats 1..3`); give one level and one number of repeats"
                    .to_owned(),
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::Density;
    use proptest::prelude::*;

    proptest! {
        /// Against two nested loops.
        #[test]
        fn repeats_outside_levels_inside(
            level in 1_u8..=12, level_from in proptest::option::of(1_u8..=12),
            repeats in 1_u32..6, repeats_from in proptest::option::of(1_u32..6),
        ) {
            let config = RunConfig {
                repeats: Some(repeats),
                density: Density { subsampling_divisions: level, ..Density::default() },
                refine: Refinement { level_from, repeats_from },
                ..RunConfig::default()
            };
            let mut expected = Vec::new();
            for r in repeats_from.unwrap_or(repeats).min(repeats)..=repeats {
                for l in level_from.unwrap_or(level).min(level)..=level {
                    expected.push((Some(r), l));
                }
            }
            let steps: Vec<_> = (0..config.steps())
                .map(|step| config.at_step(step))
                .map(|config| (config.repeats, config.density.subsampling_divisions))
                .collect();
            prop_assert_eq!(steps, expected);
        }
    }

    #[test]
    fn overwriting_in_steps_is_refused() {
        let mut config = RunConfig {
            overwrite: true,
            repeats: Some(3),
            ..RunConfig::default()
        };
        assert_eq!(config.check(), Ok(()));
        config.refine.repeats_from = Some(1);
        assert!(config.check().unwrap_err().contains("--clear"));
    }
}
