//! The layers of the configuration: the program, its sweeps and the user, one over the other.

use super::config::{RunConfig, Settings, SweepDefaults, config_text};

/// The places that say something of a run, and the step it is at.
#[derive(Debug, Default)]
pub(super) struct Layers {
    /// The initial configuration of the session.
    start: RunConfig,
    /// That, and what the program says of the run.
    program: RunConfig,
    settings: Settings,
    step: u64,
    sweeps: Vec<SweepDefaults>,
}

impl Layers {
    pub(super) fn new(start: RunConfig, settings: Settings) -> Self {
        Self {
            program: start.clone(),
            start,
            settings,
            ..Self::default()
        }
    }

    /// Adds the program's configuration of the run.
    pub(super) fn configure(&mut self, change: impl FnOnce(&mut RunConfig)) {
        change(&mut self.program);
    }

    /// The configuration of the run, at the step it is at.
    pub(super) fn run(&self) -> RunConfig {
        let whole = self.whole();
        if whole.is_shown_only() {
            // A setting that is only printed is printed with its final value.
            return whole;
        }
        whole.at_step(self.step)
    }

    /// The configuration of a sweep, at the same step.
    pub(super) fn sweep(&mut self, own: SweepDefaults) -> RunConfig {
        let mut config = self.program.clone();
        own.apply(&mut config);
        // The program's budget must not cut short the repeats that the user set.
        let mut user = RunConfig::default();
        self.settings.apply(&mut user, Some(&own.title));
        if user.repeats.is_some() {
            config.budget = None;
        }
        self.settings.apply(&mut config, Some(&own.title));
        config.follow(&self.run());
        self.sweeps.push(own);
        config
    }

    /// The number of the step, counted from 1, and how many there are.
    pub(super) fn step(&self) -> (u64, u64) {
        (self.step + 1, self.steps())
    }

    /// Goes to the next step, if there is one; the program then starts again.
    pub(super) fn next(&mut self) -> bool {
        if self.step + 1 >= self.steps() {
            return false;
        }
        self.step += 1;
        self.program = self.start.clone();
        self.sweeps.clear();
        true
    }

    /// Complaints about settings that can only be judged now that the sweeps are known.
    pub(super) fn complaints(&self) -> Vec<String> {
        let titles: Vec<String> = self
            .sweeps
            .iter()
            .map(|sweep| sweep.title.clone())
            .collect();
        let unknown = self.settings.unknown_sweeps(&titles).into_iter();
        let complaint = |(name, source)| {
            let near = crate::var::nearest(name, titles.iter().map(String::as_str));
            let hint = near.map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
            format!("{source}: there is no sweep \"{name}\"{hint}")
        };
        unknown.map(complaint).collect()
    }

    /// The settings that exclude each other.
    pub(super) fn check(&self) -> Result<(), String> {
        self.whole().check()
    }

    /// The configuration as text.
    pub(super) fn text(&self, program: &str) -> String {
        config_text(program, &self.program, &self.settings, &self.sweeps)
    }

    fn steps(&self) -> u64 {
        let whole = self.whole();
        if whole.is_shown_only() {
            1
        } else {
            whole.steps()
        }
    }

    fn whole(&self) -> RunConfig {
        let mut whole = self.program.clone();
        self.settings.apply(&mut whole, None);
        whole
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::cli::parse;
    use crate::var::{InputVar, Schema};

    #[test]
    fn the_repeats_of_the_user_are_not_cut_short_by_the_program() {
        const SCHEMA: Schema = Schema {
            name: "Demo",
            module: "demo",
            package: "demo",
            target: crate::var::CargoTarget::Unknown,
            doc: "",
            version: 1,
            inputs: &[] as &[InputVar],
            results: &[],
        };
        let budget = |args: &[&str]| {
            let args = ["demo"].iter().chain(args).map(Into::into);
            let line = parse(&SCHEMA, args).unwrap();
            let own = SweepDefaults {
                title: "Demo".to_owned(),
                budget: Some(Duration::from_secs(1)),
                ..SweepDefaults::default()
            };
            Layers::new(RunConfig::default(), line.settings)
                .sweep(own)
                .budget
        };
        assert_eq!(budget(&[]), Some(Duration::from_secs(1)));
        assert_eq!(budget(&["--repeats", "5"]), None);
        let expected = Some(Duration::from_secs(2));
        assert_eq!(budget(&["--repeats", "5", "--budget", "2s"]), expected);
    }
}
