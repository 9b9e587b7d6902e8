//! The changes of a session's configuration: for the program, for a sweep, for a step.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::console::{Stdout, print_json, reserve};
use crate::progress::{BarProgress, JsonProgress, ProgressSink, SilentProgress};
use crate::store::{absolute, default_root};

use super::config::{OutputFormat, RunConfig, SweepDefaults};
use super::print::say;
use super::session::Session;

impl Session {
    /// Adds the program's configuration of its run.
    pub(super) fn configure(&mut self, change: impl FnOnce(&mut RunConfig)) {
        self.layers.configure(change);
        let config = self.layers.run();
        if config.output != self.config.output {
            self.progress = progress(config.output);
        }
        if config.store != self.config.store {
            self.root = root(&config);
            #[cfg(feature = "store")]
            {
                self.database = None;
                self.read_only = None;
            }
        }
        self.config = config;
    }

    /// Begins a sweep, as the user, or else it, or else its program says; whether it is to be run or
    /// shown.
    pub(super) fn enter(&mut self, own: SweepDefaults) -> bool {
        let is_first = self.seen.is_empty();
        let title = own.title.clone();
        self.config = self.layers.sweep(own);
        if is_first {
            self.announce_step();
        }
        self.is_chosen(&title) && !self.config.print_config
    }

    /// Settings of the program and its user that exclude each other.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.layers.check()
    }

    /// Goes on to the next step of a refinement, if there is one.
    ///
    /// The results of the sweeps so far are dropped here; their samples are found again.
    ///
    /// # Errors
    /// Settings of the program that do not work with steps.
    pub(crate) fn next_step(&mut self) -> Result<bool, String> {
        self.check()?;
        if !self.layers.next() {
            return Ok(false);
        }
        self.config = self.layers.run();
        self.records.clear();
        self.seen.clear();
        Ok(true)
    }

    /// Says which settings fit no sweep, once the program has named all of them.
    pub(crate) fn complain_of_settings(&mut self) {
        for complaint in self.layers.complaints() {
            self.progress.note(&format!("warning: {complaint}"));
        }
    }

    /// The number of the step that the run is at, counted from 1, and how many there are.
    pub(crate) fn step(&self) -> (u64, u64) {
        self.layers.step()
    }

    /// Whether nothing is run, only shown.
    pub(crate) fn is_shown_only(&self) -> bool {
        self.config.is_shown_only()
    }

    /// Says which step of a refinement begins.
    fn announce_step(&self) {
        let (step, steps) = self.layers.step();
        if steps == 1 {
            return;
        }
        let run = self.layers.run();
        let (level, repeats) = (run.density.subsampling_divisions, run.repeats);
        match run.output {
            OutputFormat::Text => {
                let mut text = format!("\nstep {step} of {steps}");
                if level > 0 {
                    let _ = write!(text, ", level {level}");
                }
                if let Some(repeats) = repeats {
                    let _ = write!(text, ", repeats {repeats}");
                }
                say!("{text}\n");
            }
            OutputFormat::Json => print_json(
                &serde_json::json!({"event": "step", "step": step, "steps": steps, "level": level,
                    "repeats": repeats}),
            ),
            OutputFormat::Quiet => {}
        }
    }
}

/// Where samples and results are kept, whatever the working directory is later.
pub(crate) fn root(config: &RunConfig) -> PathBuf {
    let named = config.store.as_deref().map(absolute);
    named.unwrap_or_else(default_root)
}

/// The sink of progress.
pub(super) fn progress(output: OutputFormat) -> Box<dyn ProgressSink> {
    match output {
        OutputFormat::Text => Box::new(BarProgress::default()),
        OutputFormat::Json => {
            reserve();
            Box::new(JsonProgress::new(Stdout))
        }
        OutputFormat::Quiet => Box::new(SilentProgress),
    }
}
