//! Gates: a sweep fails if a result became worse than in a baseline.

use serde_json::{Value as Json, json};

use crate::dataset::{Dataset, digits};
use crate::var::{Output, Target};

/// A rule that makes a run fail: a result at a point is worse than in a baseline by more than a share.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
/// use bencher_core::bench::Gate;
/// let gate: Gate<Sorting> = Gate::of(Sorting::MOVES).worse_than(0.03).against("main");
/// # let _ = gate;
/// ```
///
/// `--save-baseline main` keeps the results of a run as the baseline `main`. Without the baseline, nothing is judged.
/// Gates need the feature `history`.
#[must_use = "a gate does nothing until a sweep has it"]
pub struct Gate<S> {
    result: Output<S>,
    worse_than: f64,
    against: String,
}

impl<S> Gate<S> {
    /// A gate on a result, by its handle or its name. Up to 2 % worse counts as equal, unless
    /// [`worse_than`](Self::worse_than) says otherwise.
    pub fn of(result: impl Into<Output<S>>) -> Self {
        Self {
            result: result.into(),
            worse_than: 0.02,
            against: String::new(),
        }
    }

    /// Sets the share up to which a worse result counts as equal: 0.03 for 3 %.
    pub fn worse_than(mut self, share: f64) -> Self {
        self.worse_than = share;
        self
    }

    /// Sets the name of the baseline.
    pub fn against(mut self, baseline: impl Into<String>) -> Self {
        self.against = baseline.into();
        self
    }

    /// The same without its type.
    pub(super) fn erased(self) -> GateChoice {
        GateChoice {
            result: self.result.target,
            worse_than: self.worse_than,
            against: self.against,
        }
    }
}

// Not derived: that would ask the user's type for it.
impl<S> Clone for Gate<S> {
    fn clone(&self) -> Self {
        Self {
            result: self.result.clone(),
            worse_than: self.worse_than,
            against: self.against.clone(),
        }
    }
}

// Not derived: that would ask the user's type for `Debug`.
impl<S> std::fmt::Debug for Gate<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gate")
            .field("result", &self.result)
            .field("worse_than", &self.worse_than)
            .field("against", &self.against)
            .finish()
    }
}

/// A gate of a sweep of any type.
#[derive(Clone, Debug)]
pub(crate) struct GateChoice {
    pub(crate) result: Target,
    pub(crate) worse_than: f64,
    pub(crate) against: String,
}

/// A gate that fits the results of its sweep.
#[derive(Clone, Debug)]
pub(super) struct CheckedGate {
    pub(super) result: String,
    pub(super) worse_than: f64,
    pub(super) against: String,
}

/// What a gate came to.
#[derive(Clone, Debug)]
pub(super) struct GateOutcome {
    pub(super) gate: CheckedGate,
    pub(super) verdict: GateVerdict,
    /// Why nothing was judged.
    pub(super) note: Option<String>,
    pub(super) passes: usize,
    pub(super) undecided: usize,
    pub(super) failures: Vec<GateFailure>,
    /// An undecided point, in words.
    pub(super) doubtful: Option<String>,
}

/// The verdict on a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "history"),
    expect(dead_code, reason = "without histories there is no verdict")
)]
pub(super) enum GateVerdict {
    Passes,
    Fails,
    Undecided,
    /// There is nothing to compare with.
    NotJudged,
}

/// A point that is worse.
#[derive(Clone, Debug)]
pub(super) struct GateFailure {
    /// The point with both values and the effect, in words.
    pub(super) text: String,
    pub(super) json: Json,
}

/// Checks a gate on a result of a sweep, before it runs.
///
/// # Errors
/// The result, and what is wrong.
pub(super) fn checked_gate(
    result: String,
    choice: &GateChoice,
    dataset: &Dataset,
) -> Result<CheckedGate, (String, String)> {
    let reason = if cfg!(not(feature = "history")) {
        Some(
            "gates need the feature `history`: add `features = [\"history\"]` to the dependency on bencher"
                .to_owned(),
        )
    } else if choice.against.is_empty() {
        Some("it names no baseline; add `.against(\"main\")`".to_owned())
    } else if let Err(error) =
        crate::store::baseline_directory(std::path::Path::new(""), &choice.against)
    {
        Some(error.to_string())
    } else if !(choice.worse_than.is_finite() && choice.worse_than >= 0.0) {
        Some(format!(
            "`worse_than` is a share of 0 or more, as in 0.03 for 3 %, not {}",
            choice.worse_than
        ))
    } else if dataset.is_computed_from_times(&result) {
        Some("it is computed from times; put the gate on these times".to_owned())
    } else {
        None
    };
    match reason {
        Some(reason) => Err((result, reason)),
        None => Ok(CheckedGate {
            result,
            worse_than: choice.worse_than,
            against: choice.against.clone(),
        }),
    }
}

/// The most points that are named.
const MOST_LINES: usize = 20;

impl GateOutcome {
    pub(super) fn fails(&self) -> bool {
        self.verdict == GateVerdict::Fails
    }

    /// `elapsed, more than 3 % worse than baseline main`.
    fn name(&self) -> String {
        format!(
            "{}, more than {} % worse than baseline `{}`",
            self.gate.result,
            digits(self.gate.worse_than * 100.0, 6),
            self.gate.against
        )
    }

    pub(super) fn lines(&self) -> Vec<String> {
        let name = self.name();
        if let Some(note) = &self.note {
            return vec![format!("{name}: not judged, because {note}")];
        }
        let counts = [
            ("fails", self.failures.len()),
            ("undecided", self.undecided),
            ("passes", self.passes),
        ];
        let points: usize = counts.iter().map(|(_, count)| count).sum();
        let counts = counts.into_iter().filter(|(_, count)| *count > 0);
        let counts: Vec<String> = counts
            .map(|(what, count)| format!("{what} at {count}"))
            .collect();
        let noun = if points == 1 { "point" } else { "points" };
        let mut lines = vec![format!("{name}: {} of {points} {noun}", counts.join(", "))];
        lines.extend(self.failure_lines());
        let doubtful = self.doubtful.iter();
        lines.extend(doubtful.map(|text| format!("{} undecided at {text}", self.gate.result)));
        lines
    }

    /// The points that are worse, and by how much.
    pub(super) fn failure_lines(&self) -> Vec<String> {
        let result = &self.gate.result;
        let shown = self.failures.iter().take(MOST_LINES);
        let mut lines: Vec<String> = shown
            .map(|failure| format!("{result} fails at {}", failure.text))
            .collect();
        if self.failures.len() > MOST_LINES {
            let more = self.failures.len() - MOST_LINES;
            lines.push(format!("{result} fails at {more} more points"));
        }
        lines
    }

    pub(super) fn to_json(&self, title: &str) -> Json {
        let verdict = match self.verdict {
            GateVerdict::Passes => "passes",
            GateVerdict::Fails => "fails",
            GateVerdict::Undecided => "undecided",
            GateVerdict::NotJudged => "not judged",
        };
        let failures: Vec<&Json> = self.failures.iter().map(|failure| &failure.json).collect();
        json!({
            "event": "gate",
            "sweep": title,
            "result": self.gate.result,
            "worse_than": self.gate.worse_than,
            "against": self.gate.against,
            "verdict": verdict,
            "note": self.note,
            "passes": self.passes,
            "fails": failures.len(),
            "undecided": self.undecided,
            "failures": failures,
        })
    }
}

#[cfg(not(feature = "history"))]
impl super::session::Session {
    /// There are no gates without histories: [`checked_gate`] rejects them.
    #[expect(clippy::unused_self, reason = "with the feature, it reads the store")]
    pub(super) const fn judge_gates(
        &self,
        _: &[CheckedGate],
        _: &crate::record::SweepRecord,
    ) -> Vec<GateOutcome> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Dim, VariableInfo};
    use crate::value::Kind;

    #[test]
    fn gates_that_cannot_be_judged_are_rejected_with_their_reason() {
        let elapsed = VariableInfo {
            timed: true,
            ..VariableInfo::new("elapsed", Kind::Float(64))
        };
        let mut dataset = Dataset::new("Sorting", vec![Dim::repeats(1)], vec![elapsed]).unwrap();
        let rate = VariableInfo::new("rate", Kind::Float(64));
        dataset.derive(rate, &["elapsed"], |x| 1.0 / x[0]).unwrap();
        let reason = |result: &str, worse_than: f64, against: &str| {
            let choice = GateChoice {
                result: Target::Name(result.to_owned().into()),
                worse_than,
                against: against.to_owned(),
            };
            let checked = checked_gate(result.to_owned(), &choice, &dataset);
            checked
                .map(|gate| gate.result)
                .map_err(|(_, reason)| reason)
        };
        if cfg!(not(feature = "history")) {
            let error = reason("elapsed", 0.03, "main").unwrap_err();
            assert!(error.contains("features = [\"history\"]"), "{error}");
            return;
        }
        assert_eq!(reason("elapsed", 0.03, "main"), Ok("elapsed".to_owned()));
        for (result, worse_than, against, part) in [
            ("elapsed", 0.03, "", "names no baseline"),
            ("elapsed", 0.03, "last", "cannot be the name of a baseline"),
            (
                "elapsed",
                0.03,
                "../main",
                "cannot be the name of a baseline",
            ),
            ("elapsed", -0.03, "main", "is a share of 0 or more"),
            ("elapsed", f64::NAN, "main", "is a share of 0 or more"),
            ("rate", 0.03, "main", "put the gate on these times"),
        ] {
            let error = reason(result, worse_than, against).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
