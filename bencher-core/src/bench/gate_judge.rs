//! Judges the gates of a finished sweep by their baselines.

use std::path::Path;

use serde_json::json;

use crate::history::EarlierRuns;
use crate::record::SweepRecord;
use crate::regression::{
    CompareOptions, PointComparison, ResultComparison, RunComparison, Threshold, Verdict,
    compare_stored,
};
use crate::store::{baseline_directory, load_newest_results};

use super::assertions::inputs_json;
use super::gates::{CheckedGate, GateFailure, GateOutcome, GateVerdict};
use super::session::Session;

impl Session {
    /// The verdicts on gates.
    pub(super) fn judge_gates(
        &self,
        gates: &[CheckedGate],
        record: &SweepRecord,
    ) -> Vec<GateOutcome> {
        let gates = gates.iter();
        gates
            .map(|gate| {
                judge(
                    &self.root,
                    gate,
                    record,
                    self.config.history.save_baseline.as_deref(),
                )
            })
            .collect()
    }
}

fn judge(
    root: &Path,
    gate: &CheckedGate,
    record: &SweepRecord,
    saved: Option<&str>,
) -> GateOutcome {
    let name = &gate.against;
    let not_judged = |note: String| GateOutcome {
        gate: gate.clone(),
        verdict: GateVerdict::NotJudged,
        note: Some(note),
        passes: 0,
        undecided: 0,
        failures: Vec::new(),
        doubtful: None,
    };
    let advice = if saved == Some(name) {
        "this run saves it".to_owned()
    } else {
        format!("`--save-baseline {name}` saves a run as it")
    };
    let directory = baseline_directory(root, name).ok();
    let Some(directory) = directory.filter(|directory| directory.is_dir()) else {
        return not_judged(format!("there is no such baseline yet; {advice}"));
    };
    let found = match compared(root, &directory, gate, record) {
        Ok(found) => found,
        Err(error) => return not_judged(format!("it cannot be read: {error}")),
    };
    let is_of_gate = |name: &str| {
        let rest = name.strip_prefix(&*gate.result);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let results = found.results().map(|(_, result)| result);
    let results: Vec<&ResultComparison> = results.filter(|one| is_of_gate(&one.name)).collect();
    if results.is_empty() {
        return not_judged(format!("it has no such result of this sweep; {advice}"));
    }
    let mut outcome = GateOutcome {
        verdict: GateVerdict::Undecided,
        note: None,
        ..not_judged(String::new())
    };
    for (result, point) in results
        .iter()
        .flat_map(|result| result.points.iter().map(move |point| (*result, point)))
    {
        let judgement = &point.judgement;
        match judgement.verdict {
            Verdict::Worse => outcome.failures.push(failure(result, point)),
            Verdict::Better | Verdict::Same => outcome.passes += 1,
            Verdict::Undecided if judgement.reason.is_without_comparison() => {}
            Verdict::Undecided => {
                outcome.undecided += 1;
                outcome
                    .doubtful
                    .get_or_insert_with(|| result.point_line(point));
            }
        }
    }
    outcome.verdict = if !outcome.failures.is_empty() {
        GateVerdict::Fails
    } else if outcome.undecided > 0 {
        GateVerdict::Undecided
    } else if outcome.passes > 0 {
        GateVerdict::Passes
    } else {
        return not_judged("it has no point of this sweep".to_owned());
    };
    outcome
}

/// The record beside that of the baseline.
fn compared(
    root: &Path,
    directory: &Path,
    gate: &CheckedGate,
    record: &SweepRecord,
) -> Result<RunComparison, String> {
    let base = load_newest_results(directory).map_err(|error| error.to_string())?;
    let now = std::slice::from_ref(record);
    let earlier = EarlierRuns::of(root, [&base.records, now]).map_err(|error| error.to_string())?;
    let threshold = Threshold::new(gate.worse_than).unwrap_or_default();
    let options = CompareOptions {
        threshold,
        ..CompareOptions::default()
    };
    let base = (&*gate.against, &*base.records);
    Ok(compare_stored(base, ("this run", now), &options, &earlier))
}

fn failure(result: &ResultComparison, point: &PointComparison) -> GateFailure {
    let effect = point.judgement.effect;
    GateFailure {
        text: result.point_line(point),
        json: json!({
            "at": inputs_json(&point.at),
            "result": result.name,
            "base": point.base,
            "candidate": point.candidate,
            "effect": effect.map(|effect| effect.centre),
            "lower": effect.and_then(|effect| effect.lower),
            "upper": effect.and_then(|effect| effect.upper),
            "reason": point.judgement.reason.code(),
        }),
    }
}
