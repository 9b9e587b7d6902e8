//! The claims and gates of a sweep: checked before it runs, judged when it has ended.

use serde_json::{Value as Json, json};

use crate::claim::{
    ClaimError, ClaimOutcome, ClaimVerdict, PointOutcome, ResultClaim, judge_claim,
};
use crate::dataset::Dataset;
use crate::plan::{Plan, PlanError, result_name_of};
use crate::record::SweepRecord;
use crate::var::{ErasedSweep, Target};

use super::error::BenchError;
use super::gates::{CheckedGate, GateChoice, GateOutcome, checked_gate};
use super::session::Session;

/// How the warnings of a record begin that name what fails.
const FAILED_CLAIM: &str = "failed claim: ";
const FAILED_GATE: &str = "failed gate: ";

/// A claim of a program: the result, and the text.
#[derive(Clone, Debug)]
pub(crate) struct ClaimChoice {
    pub(crate) result: Target,
    pub(crate) text: String,
}

/// The claims and gates of a sweep, which fit its results.
#[derive(Debug, Default)]
pub(crate) struct Assertions {
    claims: Vec<(String, ResultClaim)>,
    gates: Vec<CheckedGate>,
}

/// What the claims and gates of a sweep came to.
#[derive(Debug, Default)]
pub(super) struct Judged {
    pub(super) claims: Vec<ClaimOutcome>,
    gates: Vec<GateOutcome>,
}

impl Assertions {
    /// The claims of a sweep's declaration and its own, and its own gates.
    ///
    /// # Errors
    /// The first that does not fit the results of the sweep.
    pub(crate) fn of(
        plan: &Plan,
        title: &str,
        claims: &[ClaimChoice],
        gates: &[GateChoice],
    ) -> Result<Self, BenchError> {
        let plan_error = |source: PlanError| BenchError::Plan {
            title: title.to_owned(),
            source: Box::new(source),
        };
        let schema = plan.schema();
        let declared = plan.results().flat_map(|(_, var)| {
            let texts = var.claims.iter();
            texts.map(|text| (var.name.to_owned(), (*text).to_owned()))
        });
        let mut texts: Vec<(String, String)> = declared.collect();
        for choice in claims {
            let name = result_name_of(schema, &choice.result);
            let name = name.map_err(|error| plan_error(error.into()))?;
            let claim = (name, choice.text.clone());
            if !texts.contains(&claim) {
                texts.push(claim);
            }
        }
        if texts.is_empty() && gates.is_empty() {
            return Ok(Self::default());
        }
        // All its cells are pending, so a claim finds the results but no sample.
        let dataset = plan.dataset_of_sample(0, &mut |_| None);
        let dataset = dataset.map_err(plan_error)?;
        let checked = |(result, text): (String, String)| {
            let claim = text.parse::<ResultClaim>();
            let fits = |claim: &ResultClaim| judge_claim(&dataset, &result, claim).map(drop);
            match claim.and_then(|claim| fits(&claim).map(|()| claim)) {
                Ok(claim) => Ok((result, claim)),
                Err(source) => Err(BenchError::Claim {
                    title: title.to_owned(),
                    result,
                    claim: text,
                    source: Box::new(source),
                }),
            }
        };
        let gate = |choice: &GateChoice| {
            let name = result_name_of(schema, &choice.result);
            let name = name.map_err(|error| plan_error(error.into()))?;
            checked_gate(name, choice, &dataset).map_err(|(result, reason)| BenchError::Gate {
                title: title.to_owned(),
                result,
                reason,
            })
        };
        Ok(Self {
            claims: texts.into_iter().map(checked).collect::<Result<_, _>>()?,
            gates: gates.iter().map(gate).collect::<Result<_, _>>()?,
        })
    }

    /// Judges the result of a sweep.
    pub(super) fn judge(&self, record: &SweepRecord, session: &Session) -> Judged {
        let claims = self.claims.iter().flat_map(|(result, claim)| {
            // It fitted before the sweep ran.
            judge_claim(&record.dataset, result, claim).unwrap_or_default()
        });
        Judged {
            claims: claims.collect(),
            gates: session.judge_gates(&self.gates, record),
        }
    }

    /// Judges one sample by the claims that one sample can violate.
    ///
    /// # Errors
    /// The claims that fail, and why.
    pub(crate) fn judge_sample(
        &self,
        plan: &Plan,
        point: u64,
        sample: &mut dyn ErasedSweep,
    ) -> Result<(), String> {
        if self.claims.is_empty() {
            return Ok(());
        }
        let dataset = plan.dataset_of_sample(point, &mut |index| sample.take_result_at(index));
        let dataset = dataset.map_err(|error| error.to_string())?;
        let failures = self.claims.iter().flat_map(|(result, claim)| {
            let found = judged_sample(&dataset, result, claim).unwrap_or_default();
            found.into_iter().flat_map(|outcome| {
                let text = format!("claim `{} {}` fails", outcome.result, outcome.claim);
                let points = outcome.failures.into_iter();
                points.map(move |point| format!("{text}: {}", point.evidence))
            })
        });
        let failures: Vec<String> = failures.collect();
        if failures.is_empty() {
            Ok(())
        } else {
            Err(failures.join("; "))
        }
    }
}

/// A claim on one sample: none where a statistic of many is judged, which one sample does not show.
fn judged_sample(
    dataset: &Dataset,
    result: &str,
    claim: &ResultClaim,
) -> Result<Vec<ClaimOutcome>, ClaimError> {
    if claim.is_of_samples() {
        judge_claim(dataset, result, claim)
    } else {
        Ok(Vec::new())
    }
}

impl Judged {
    /// Whether the run fails for a claim or a gate.
    pub(super) fn fails(&self) -> bool {
        let claims = self.claims.iter();
        let mut claims = claims.map(|claim| claim.verdict() == ClaimVerdict::Fails);
        claims.any(|fails| fails) || self.gates.iter().any(GateOutcome::fails)
    }

    /// The lines below the table, each with the word before it.
    pub(super) fn lines(&self) -> Vec<(&'static str, String)> {
        let claims = self.claims.iter().flat_map(ClaimOutcome::lines);
        let gates = self.gates.iter().flat_map(GateOutcome::lines);
        let claims = claims.map(|line| ("claim", line));
        claims.chain(gates.map(|line| ("gate", line))).collect()
    }

    /// What fails, as warnings of a record.
    pub(super) fn warnings(&self) -> Vec<String> {
        let claims = self.claims.iter().flat_map(ClaimOutcome::failure_lines);
        let claims = claims.map(|line| format!("{FAILED_CLAIM}{line}"));
        let gates = self.gates.iter().flat_map(GateOutcome::failure_lines);
        claims
            .chain(gates.map(|line| format!("{FAILED_GATE}{line}")))
            .collect()
    }

    /// The JSON lines.
    pub(super) fn events(&self, title: &str) -> Vec<Json> {
        let claims = self.claims.iter().map(|claim| claim_json(title, claim));
        let gates = self.gates.iter().map(|gate| gate.to_json(title));
        claims.chain(gates).collect()
    }
}

/// Whether a warning says that a claim or a gate failed.
pub(super) fn is_of_assertion(warning: &str) -> bool {
    warning.starts_with(FAILED_CLAIM) || warning.starts_with(FAILED_GATE)
}

fn claim_json(title: &str, outcome: &ClaimOutcome) -> Json {
    let point = |point: &PointOutcome| {
        json!({
            "at": inputs_json(&point.at),
            "value": point.value,
            "lower": point.lower,
            "upper": point.upper,
            "samples": point.samples,
            "violations": point.violations,
            "repeat": point.repeat,
            "evidence": point.evidence,
        })
    };
    json!({
        "event": "claim",
        "sweep": title,
        "result": outcome.result,
        "claim": outcome.claim,
        "units": outcome.units,
        "verdict": outcome.verdict().name(),
        "points": outcome.points(),
        "holds": outcome.holds,
        "fails": outcome.fails,
        "undecided": outcome.undecided,
        "failures": outcome.failures.iter().map(point).collect::<Vec<_>>(),
        "nearest": outcome.nearest.as_ref().map(point),
        "doubtful": outcome.doubtful.as_ref().map(point),
    })
}

/// The inputs of a point with the texts of their values.
pub(super) fn inputs_json(at: &[(String, String)]) -> Json {
    let inputs = at
        .iter()
        .map(|(name, value)| (name.clone(), Json::from(value.as_str())));
    Json::Object(crate::sort::object(inputs))
}
