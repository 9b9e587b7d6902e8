//! The progress of a run: the seam between sweeps and terminals, files, tests.
//!
//! A sweep calls its [`ProgressSink`] in the order `start`, then `sample` (on request) and `advance` as samples finish,
//! then `finish`. A `note` may come at any time.
//!
//! ```
//! use bencher_core::progress::{JsonProgress, ProgressSink};
//! use bencher_core::record::Counts;
//! let mut lines = Vec::new();
//! let mut progress = JsonProgress::new(&mut lines);
//! progress.start("By length", 2);
//! progress.note("two samples only");
//! progress.finish(&Counts { submitted: 2, executed: 2, hits: 0, ..Counts::default() });
//! let text = String::from_utf8(lines)?;
//! let events: Vec<serde_json::Value> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
//! assert_eq!(events[0]["samples"], 2);
//! assert_eq!(events[2]["counts"]["executed"], 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bar;
#[cfg(feature = "cluster")]
mod cluster_status;
#[cfg(feature = "evaluator")]
mod jobs;
mod json;

pub use bar::BarProgress;
#[cfg(feature = "cluster")]
pub(crate) use cluster_status::{ClusterStatus, StatusSink};
#[cfg(feature = "evaluator")]
pub use jobs::JobProgress;
pub use json::JsonProgress;
pub(crate) use json::counts_json;

use crate::console::{MOST_NOTE, clipped, error_line};
use crate::evaluator::ClusterReport;
use crate::job::JobOutcome;
use crate::record::Counts;
use crate::value::{Kind, Value};

/// One finished sample, which is durable if the run has a store.
///
/// ```
/// use bencher_core::job::JobOutcome;
/// use bencher_core::progress::{JsonProgress, ProgressSink, SampleEvent};
/// use bencher_core::value::Kind;
/// let outcome = JobOutcome::Measured([Some(6.into())].into());
/// let event = SampleEvent {
///     inputs: vec![("len".to_owned(), 4.into())],
///     repeat: 1,
///     outcome: &outcome,
///     results: vec![(0, "moves", Kind::Uint(64))],
/// };
/// let mut line = Vec::new();
/// JsonProgress::new(&mut line).sample(&event);
/// let line: serde_json::Value = serde_json::from_slice(&line)?;
/// assert_eq!((&line["inputs"]["len"], &line["results"]["moves"]), (&4.into(), &6.into()));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug)]
pub struct SampleEvent<'a> {
    /// The swept inputs and their values.
    pub inputs: Vec<(String, Value)>,
    /// The repeat of the point, from 1.
    pub repeat: u32,
    /// Its outcome.
    pub outcome: &'a JobOutcome,
    /// The kept results: position in the sample, name, and kind.
    pub results: Vec<(usize, &'static str, Kind)>,
}

/// Receives the progress of a sweep.
///
/// ```
/// use bencher_core::progress::ProgressSink;
/// use bencher_core::record::Counts;
/// #[derive(Default)]
/// struct Share { samples: u128, done: f64 }
///
/// impl ProgressSink for Share {
///     fn start(&mut self, _: &str, samples: u128) { self.samples = samples; }
///     fn advance(&mut self, counts: &Counts) {
///         self.done = counts.submitted as f64 / self.samples as f64;
///     }
///     fn note(&mut self, _: &str) {}
///     fn finish(&mut self, _: &Counts) {}
/// }
/// let mut share = Share::default();
/// share.start("By length", 4);
/// share.advance(&Counts { submitted: 1, executed: 1, ..Counts::default() });
/// assert_eq!(share.done, 0.25);
/// ```
pub trait ProgressSink {
    /// A sweep begins.
    fn start(&mut self, title: &str, samples: u128);

    /// Updates the expected number of samples of a sweep that determines it while it runs.
    fn expect(&mut self, samples: u128) {
        let _ = samples;
    }

    /// The counts so far.
    fn advance(&mut self, counts: &Counts);

    /// Whether the sweep should call [`sample`](Self::sample).
    fn wants_samples(&self) -> bool {
        false
    }

    /// A sample is done.
    fn sample(&mut self, event: &SampleEvent<'_>) {
        let _ = event;
    }

    /// A search has a better point than before: the number of evaluations, and its objective, with bounds where it has
    /// any.
    fn best(&mut self, evaluations: u64, best: &str) {
        let _ = (evaluations, best);
    }

    /// The state of the cluster that runs the sweep, about once a second.
    fn cluster(&mut self, report: &ClusterReport) {
        let _ = report;
    }

    /// A message for the user.
    fn note(&mut self, text: &str);

    /// The sweep has ended.
    fn finish(&mut self, counts: &Counts);
}

/// Prints only notes, on standard error.
///
/// ```
/// use bencher_core::progress::{ProgressSink, SilentProgress};
/// assert!(!SilentProgress.wants_samples());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SilentProgress;

impl ProgressSink for SilentProgress {
    fn start(&mut self, _: &str, _: u128) {}

    fn advance(&mut self, _: &Counts) {}

    fn note(&mut self, text: &str) {
        error_line!("{}", clipped(text, MOST_NOTE));
    }

    fn finish(&mut self, _: &Counts) {}
}
