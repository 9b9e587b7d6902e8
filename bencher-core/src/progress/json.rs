use std::io::{self, Write};

use serde_json::{Map, Value as Json, json};

use crate::dataset::json_value;
use crate::job::JobOutcome;
use crate::record::Counts;

use super::{ProgressSink, SampleEvent};

/// One JSON object a line: `start`, `sample`, `note` and `finish` events, for machines.
///
/// A `sample` line is written after its sample is durable.
///
/// Integers beyond 64 bits and numbers that are not finite are written as text. A line that cannot
/// be written is left out.
///
/// ```
/// use bencher_core::progress::{JsonProgress, ProgressSink};
/// let mut line = Vec::new();
/// JsonProgress::new(&mut line).note("hello");
/// assert_eq!(line, b"{\"event\":\"note\",\"text\":\"hello\"}\n");
/// ```
#[derive(Debug)]
pub struct JsonProgress<W> {
    out: W,
}

impl<W: Write> JsonProgress<W> {
    /// Lines on `out`.
    pub fn new(out: W) -> Self {
        Self { out }
    }

    fn line(&mut self, event: &Json) {
        // A reader that went away must not stop the sweep.
        let _: io::Result<()> = writeln!(self.out, "{event}").and_then(|()| self.out.flush());
    }
}

impl<W: Write> ProgressSink for JsonProgress<W> {
    fn start(&mut self, title: &str, samples: u128) {
        let samples =
            u64::try_from(samples).map_or_else(|_| json!(samples.to_string()), Json::from);
        self.line(&json!({"event": "start", "sweep": title, "samples": samples}));
    }

    fn advance(&mut self, _: &Counts) {}

    fn wants_samples(&self) -> bool {
        true
    }

    fn sample(&mut self, event: &SampleEvent<'_>) {
        let inputs: Map<String, Json> = event
            .inputs
            .iter()
            .map(|(name, value)| (name.clone(), json_value(value)))
            .collect();
        let (state, sample, error) = match event.outcome {
            JobOutcome::Measured(sample) => ("measured", Some(sample), None),
            JobOutcome::Cached(sample) => ("cached", Some(sample), None),
            JobOutcome::Failed(error) => ("failed", None, Some(error)),
            JobOutcome::TimedOut => ("timed out", None, None),
            JobOutcome::Cancelled => ("cancelled", None, None),
        };
        let results: Option<Map<String, Json>> = sample.map(|sample| {
            let value = |at: usize| sample.get(at).and_then(Option::as_ref);
            event
                .results
                .iter()
                .map(|(at, name)| {
                    (
                        (*name).to_owned(),
                        value(*at).map_or(Json::Null, json_value),
                    )
                })
                .collect()
        });
        let line = json!({
            "event": "sample",
            "inputs": inputs,
            "repeat": event.repeat,
            "state": state,
            "results": results,
            "error": error,
        });
        self.line(&line);
    }

    fn note(&mut self, text: &str) {
        self.line(&json!({"event": "note", "text": text}));
    }

    fn finish(&mut self, counts: &Counts) {
        self.line(&json!({"event": "finish", "counts": counts}));
    }
}
