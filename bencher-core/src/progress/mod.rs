//! What a run tells while it goes on: the seam between sweeps and terminals, files, tests.

mod bar;
mod json;

pub use bar::BarProgress;
pub use json::JsonProgress;

use crate::job::JobOutcome;
use crate::record::Counts;
use crate::value::Value;

/// One finished sample, durable wherever samples are kept.
#[derive(Debug)]
pub struct SampleEvent<'a> {
    /// The swept inputs and their values.
    pub inputs: Vec<(String, Value)>,
    /// Which repeat of the point, from 1.
    pub repeat: u32,
    /// How it ended.
    pub outcome: &'a JobOutcome,
    /// The results that are kept: position in the sample, and name.
    pub results: Vec<(usize, &'static str)>,
}

/// Is told how a sweep gets on.
pub trait ProgressSink {
    /// A sweep begins.
    fn start(&mut self, title: &str, samples: u128);

    /// So much is done.
    fn advance(&mut self, counts: &Counts);

    /// Whether [`sample`](Self::sample) is worth calling.
    fn wants_samples(&self) -> bool {
        false
    }

    /// A sample is done.
    fn sample(&mut self, event: &SampleEvent<'_>) {
        let _ = event;
    }

    /// Something the user should know now.
    fn note(&mut self, text: &str);

    /// The sweep has ended.
    fn finish(&mut self, counts: &Counts);
}

/// Tells nothing but notes, on standard error.
#[derive(Clone, Copy, Debug, Default)]
pub struct SilentProgress;

impl ProgressSink for SilentProgress {
    fn start(&mut self, _: &str, _: u128) {}

    fn advance(&mut self, _: &Counts) {}

    fn note(&mut self, text: &str) {
        eprintln!("{text}");
    }

    fn finish(&mut self, _: &Counts) {}
}
