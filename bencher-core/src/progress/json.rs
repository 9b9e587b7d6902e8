use std::io::{self, Write};

use serde_json::{Map, Value as Json, json};

use crate::console::visible_json;
use crate::dataset::json_value;
use crate::evaluator::ClusterReport;
use crate::job::{JobOutcome, TIMED_OUT};
use crate::measure::{MarkedTime, floor_of};
use crate::record::Counts;
use crate::sort;
use crate::value::Value;

use super::{ProgressSink, SampleEvent};

/// Writes one JSON object on each line: `start`, `sample`, `best`, `note` and `finish` events, for other programs.
///
/// In counts, `failed` includes samples that were stopped at their time limit, and `timed_out` is the number of these.
///
/// A `sample` line is written after its sample is durable. A sample that the store did not accept has the state `not
/// stored`.
///
/// Five further fields of a `sample` line describe times, by the name of the result. A field without an entry is left
/// out. `preempted` has the time on the core, if every call was preempted. `share_of_slices` has the share of the
/// timing slices that count, if many do not. `moved` is true if the system moved the program to another core, and
/// `throttled` if a core was slowed down because of heat. `below_resolution` has the shortest measurable time, if the
/// time was shorter.
///
/// Integers beyond 64 bits and numbers that are not finite are written as text. A line that cannot be written is
/// dropped.
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
    /// How many samples of the sweep were stopped at their time limit.
    timed_out: u64,
}

/// The problem with a measured sample.
const NOT_STORED: &str = "the store did not take it";

impl<W: Write> JsonProgress<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self { out, timed_out: 0 }
    }

    fn line(&mut self, event: &Json) {
        // A reader that went away must not stop the sweep.
        let mut line = visible_json(&event.to_string()).into_owned();
        line.push('\n');
        let _: io::Result<()> =
            (self.out.write_all(line.as_bytes())).and_then(|()| self.out.flush());
    }
}

impl<W: Write> ProgressSink for JsonProgress<W> {
    fn start(&mut self, title: &str, samples: u128) {
        self.timed_out = 0;
        let samples =
            u64::try_from(samples).map_or_else(|_| json!(samples.to_string()), Json::from);
        self.line(&json!({"event": "start", "sweep": title, "samples": samples}));
    }

    fn advance(&mut self, _: &Counts) {}

    fn best(&mut self, evaluations: u64, best: &str) {
        self.line(&json!({"event": "best", "evaluations": evaluations, "best": best}));
    }

    fn wants_samples(&self) -> bool {
        true
    }

    fn sample(&mut self, event: &SampleEvent<'_>) {
        let inputs = event.inputs.iter();
        let inputs = sort::object(inputs.map(|(name, value)| (name.clone(), json_value(value))));
        let (state, sample, error) = match event.outcome {
            JobOutcome::Measured(sample) => ("measured", Some(sample), None),
            JobOutcome::Cached(sample) => ("cached", Some(sample), None),
            JobOutcome::NotStored(sample) => ("not stored", Some(sample), Some(NOT_STORED)),
            JobOutcome::Failed(error) => ("failed", None, Some(error.as_str())),
            JobOutcome::TimedOut => {
                self.timed_out += 1;
                ("timed out", None, Some(TIMED_OUT))
            }
            JobOutcome::Cancelled => ("cancelled", None, None),
        };
        let mut marks = Marks::default();
        let results: Option<Map<String, Json>> = sample.map(|sample| {
            let value = |at: usize| sample.get(at).and_then(Option::as_ref);
            let mut results = Map::new();
            for (at, name, kind) in &event.results {
                let value = value(*at).map_or(Json::Null, |value| {
                    marks.result(name, &kind.display_value(value))
                });
                results.insert((*name).to_owned(), value);
            }
            results
        });
        let mut line = json!({
            "event": "sample",
            "inputs": inputs,
            "repeat": event.repeat,
            "state": state,
            "results": results,
            "error": error,
        });
        if let Some(line) = line.as_object_mut() {
            marks.add_to(line);
        }
        self.line(&line);
    }

    fn cluster(&mut self, report: &ClusterReport) {
        let mut event = json!({"event": "cluster"});
        if let (Some(event), Ok(Json::Object(report))) =
            (event.as_object_mut(), serde_json::to_value(report))
        {
            event.extend(report);
        }
        self.line(&event);
    }

    fn note(&mut self, text: &str) {
        self.line(&json!({"event": "note", "text": text}));
    }

    fn finish(&mut self, counts: &Counts) {
        let counts = counts_json(counts, self.timed_out);
        self.line(&json!({"event": "finish", "counts": counts}));
    }
}

/// The counts of a sweep, and how many of its failures were samples that took too long.
pub(crate) fn counts_json(counts: &Counts, timed_out: u64) -> Json {
    let Counts {
        submitted,
        executed,
        hits,
        failed,
        skipped,
    } = counts;
    json!({"submitted": submitted, "executed": executed, "hits": hits, "failed": failed,
        "timed_out": timed_out, "skipped": skipped})
}

/// The fields of a sample that describe its times, by the names of the results.
#[derive(Default)]
struct Marks {
    preempted: Map<String, Json>,
    shares: Map<String, Json>,
    moved: Map<String, Json>,
    throttled: Map<String, Json>,
    floors: Map<String, Json>,
}

impl Marks {
    /// A result, without its marks, which are kept here.
    fn result(&mut self, name: &str, value: &Value) -> Json {
        if let Some(floor) = floor_of(value) {
            self.floors.insert(name.to_owned(), number(floor));
            return Json::Null;
        }
        let Some(marked) = MarkedTime::read(value) else {
            return json_value(value);
        };
        if let Some(busy) = marked.busy {
            self.preempted.insert(name.to_owned(), number(busy));
        }
        if let Some(share) = marked.share {
            self.shares.insert(name.to_owned(), number(share));
        }
        if marked.is_moved {
            self.moved.insert(name.to_owned(), Json::Bool(true));
        }
        if marked.is_throttled {
            self.throttled.insert(name.to_owned(), Json::Bool(true));
        }
        number(marked.time)
    }

    /// Adds the fields that have entries to a line.
    fn add_to(self, line: &mut Map<String, Json>) {
        let fields = [
            ("preempted", self.preempted),
            ("share_of_slices", self.shares),
            ("moved", self.moved),
            ("throttled", self.throttled),
            ("below_resolution", self.floors),
        ];
        for (name, marks) in fields {
            if !marks.is_empty() {
                line.insert(name.to_owned(), Json::Object(marks));
            }
        }
    }
}

fn number(number: f64) -> Json {
    json_value(&Value::Float(number))
}

#[cfg(test)]
mod tests {
    use crate::evaluator::HostShare;
    use crate::value::Kind;

    use super::*;

    /// The line of a sample with results `a`, `b` and so on of one kind.
    fn line_of<const N: usize>(values: [Option<Value>; N], kind: Kind) -> String {
        let names = ["a", "b", "c", "d"].into_iter().take(N).enumerate();
        let mut out = Vec::new();
        JsonProgress::new(&mut out).sample(&SampleEvent {
            inputs: vec![],
            repeat: 1,
            outcome: &JobOutcome::Measured(values.into()),
            results: names.map(|(at, name)| (at, name, kind)).collect(),
        });
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn narrow_results_are_printed_as_such() {
        let values = [0.1_f32, f32::MAX, -0.0, 16_777_216.0].map(|x| Some(x.into()));
        let line = line_of(values, Kind::Float(32));
        assert!(
            line.contains(r#""results":{"a":0.1,"b":3.4028235e+38,"c":-0.0,"d":16777216.0}"#),
            "{line}"
        );
    }

    #[test]
    fn marks_of_times_are_fields_of_their_own() {
        let moved = MarkedTime {
            share: Some(0.85),
            is_moved: true,
            is_throttled: true,
            ..MarkedTime::of(0.5)
        };
        let preempted = MarkedTime {
            busy: Some(0.25),
            ..MarkedTime::of(2.0)
        };
        let values = [moved, preempted, MarkedTime::of(4.0)].map(|time| Some(time.to_value()));
        let event: Json = line_of(values, Kind::Float(64)).parse().unwrap();
        assert_eq!(event["results"], json!({"a": 0.5, "b": 2.0, "c": 4.0}));
        assert_eq!(event["moved"], json!({"a": true}));
        assert_eq!(event["throttled"], json!({"a": true}));
        assert_eq!(event["share_of_slices"], json!({"a": 0.85}));
        assert_eq!(event["preempted"], json!({"b": 0.25}));
        assert_eq!(event.get("below_resolution"), None);
    }

    #[test]
    fn hosts_are_named_with_what_they_did() {
        let host = HostShare {
            host: "n1".to_owned(),
            jobs: 7,
            ..HostShare::default()
        };
        let report = ClusterReport {
            hosts: vec![host],
            redelivered: 2,
            ..ClusterReport::default()
        };
        let mut out = Vec::new();
        JsonProgress::new(&mut out).cluster(&report);
        let event: Json = serde_json::from_slice(&out).unwrap();
        assert_eq!(event["event"], "cluster");
        assert_eq!(
            (&event["hosts"][0]["host"], &event["hosts"][0]["jobs"]),
            (&"n1".into(), &7.into())
        );
        assert_eq!(event["redelivered"], 2);
    }

    #[test]
    fn what_is_counted_is_what_the_lines_said() {
        let mut out = Vec::new();
        let mut progress = JsonProgress::new(&mut out);
        let failed = JobOutcome::Failed("boom".to_owned());
        for outcomes in [
            &[JobOutcome::TimedOut, failed, JobOutcome::TimedOut][..],
            &[],
        ] {
            progress.start("Sorting", 3);
            for outcome in outcomes {
                progress.sample(&SampleEvent {
                    inputs: vec![],
                    repeat: 1,
                    outcome,
                    results: vec![],
                });
            }
            let counts = Counts {
                failed: outcomes.len() as u64,
                ..Counts::default()
            };
            progress.finish(&counts);
        }
        let text = String::from_utf8(out).unwrap();
        let events: Vec<Json> = text.lines().map(|line| line.parse().unwrap()).collect();
        let late: Vec<_> = events
            .iter()
            .filter(|event| event["state"] == "timed out")
            .collect();
        assert_eq!((late.len(), &late[0]["error"]), (2, &json!(TIMED_OUT)));
        let ends: Vec<_> = events
            .iter()
            .filter(|event| event["event"] == "finish")
            .map(|event| (&event["counts"]["failed"], &event["counts"]["timed_out"]))
            .collect();
        assert_eq!(ends, [(&json!(3), &json!(2)), (&json!(0), &json!(0))]);
    }
}
