//! Judges a claim at every point of a dataset.

use crate::dataset::{Dataset, Variable};
use crate::var::UnknownName;

use super::error::ClaimError;
use super::grammar::ResultClaim;
use super::outcome::{ClaimOutcome, ClaimVerdict, PointOutcome};
use super::point::{Found, PointJudge};

/// The most points at which a claim fails that are kept.
const MOST_FAILURES: usize = 100;

/// Judges a claim on a result at every point, from the samples of a finished sweep; of a vector, every part.
///
/// | claim on | what is judged |
/// |---|---|
/// | no statistic, `worst` | every sample: one that violates the claim makes it fail |
/// | no statistic or `mean`, of a measured time or a value computed from one | the centre, with the bounds that tables show |
/// | `median`, `p95` | the quantile, with bounds by order statistics |
/// | `mean` of numbers | the mean, with the bounds of Student's t |
/// | `mean` of truth values | the share that is true, with the bounds of Clopper and Pearson |
///
/// A statistic decides if its 95 % bound lies on one side of the limit. A number that is equal in all samples is exact.
/// A failed sample makes a claim fail. A sample that did not set the result leaves its point undecided, unless another
/// violates the claim. A time below resolution is shorter than every limit.
///
/// # Errors
/// Where the result does not exist, or the claim does not fit it.
pub fn judge_claim(
    dataset: &Dataset,
    result: &str,
    claim: &ResultClaim,
) -> Result<Vec<ClaimOutcome>, ClaimError> {
    let is_part = |name: &str| {
        let rest = name.strip_prefix(result);
        rest.is_some_and(|rest| rest.starts_with(['.', '[']))
    };
    let variables = dataset.variables().iter();
    let exact = variables.clone().find(|var| var.info.name == result);
    let variables: Vec<&Variable> = match exact {
        Some(variable) => vec![variable],
        None => variables.filter(|var| is_part(&var.info.name)).collect(),
    };
    if variables.is_empty() {
        let known = dataset.variables().iter().map(|var| &*var.info.name);
        return Err(UnknownName::new("result", result, known).into());
    }
    let judge = |variable: &&Variable| Ok(PointJudge::of(dataset, variable, claim)?.outcome(claim));
    variables.iter().map(judge).collect()
}

impl PointJudge<'_> {
    fn outcome(&self, claim: &ResultClaim) -> ClaimOutcome {
        let info = &self.variable.info;
        let mut outcome = ClaimOutcome {
            result: info.name.clone(),
            claim: claim.to_string(),
            units: info.units.clone(),
            holds: 0,
            fails: 0,
            undecided: 0,
            failures: Vec::new(),
            nearest: None,
            doubtful: None,
        };
        // Nothing grows with the space: of most points only their number is kept.
        let (mut nearest, mut doubtful) = (None, None);
        for cells in self.dataset.point_cells() {
            let Some(found) = self.point(&cells) else {
                continue;
            };
            match found.verdict {
                ClaimVerdict::Holds => {
                    outcome.holds += 1;
                    keep_smaller(&mut nearest, found, &cells);
                }
                ClaimVerdict::Undecided => {
                    outcome.undecided += 1;
                    keep_smaller(&mut doubtful, found, &cells);
                }
                ClaimVerdict::Fails => {
                    outcome.fails += 1;
                    if outcome.failures.len() < MOST_FAILURES {
                        let first = cells.first().copied().unwrap_or(0);
                        outcome.failures.push(self.in_words(&found, first));
                    }
                }
            }
        }
        let in_words = |kept: Option<(Found, usize)>| {
            let (found, first) = kept?;
            Some(self.in_words(&found, first))
        };
        outcome.nearest = in_words(nearest);
        outcome.doubtful = in_words(doubtful);
        outcome
    }

    fn in_words(&self, found: &Found, first: usize) -> PointOutcome {
        PointOutcome {
            at: self.dataset.point_texts(first),
            verdict: found.verdict,
            value: found.value,
            lower: found.bounds.0,
            upper: found.bounds.1,
            samples: found.samples,
            violations: found.violations,
            repeat: found.repeat,
            evidence: found.evidence.text(self.words()),
        }
    }
}

/// Keeps the verdict with the smaller margin, and the first of equal ones.
fn keep_smaller(kept: &mut Option<(Found, usize)>, found: Found, cells: &[usize]) {
    let is_smaller = kept
        .as_ref()
        .is_none_or(|(kept, _)| found.margin < kept.margin);
    if is_smaller {
        *kept = Some((found, cells.first().copied().unwrap_or(0)));
    }
}

#[cfg(test)]
mod tests;
