//! Judges a claim at one point, from its samples.

use crate::dataset::{CellState, Dataset, Variable};
use crate::stats::order::{fewest_values, mean_bounds, quantile_ranks, share_bounds};
use crate::stats::{mean, quantile};
use crate::value::{Kind, Value};

use super::error::ClaimError;
use super::evidence::{Evidence, Words};
use super::grammar::{ClaimStatistic, Limit, ResultClaim};
use super::outcome::ClaimVerdict;

/// How often a verdict on one point may be wrong: 5 %, whatever the truth is.
pub(super) const MISRATE: f64 = 0.05;
/// The fewest rounds with bounds of 95 %, by the signed-rank test.
const FEWEST_ROUNDS: f64 = 6.0;

/// What is judged at a point.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Method {
    Samples,
    Centre,
    Mean,
    Share,
    Quantile(f64),
}

/// Judges one result, point by point.
pub(super) struct PointJudge<'d> {
    pub(super) dataset: &'d Dataset,
    pub(super) variable: &'d Variable,
    method: Method,
    limit: Limit,
    is_centred: bool,
}

/// A verdict on a point, not yet in words.
pub(super) struct Found {
    pub(super) verdict: ClaimVerdict,
    /// The judged number, and how far it lies on the side of the claim.
    pub(super) value: Option<f64>,
    pub(super) margin: f64,
    pub(super) bounds: (Option<f64>, Option<f64>),
    pub(super) samples: usize,
    pub(super) violations: usize,
    pub(super) repeat: Option<usize>,
    pub(super) evidence: Evidence,
}

/// A sample that has a value or a time below resolution.
struct Known {
    repeat: usize,
    /// None below resolution.
    value: Option<Value>,
}

impl<'d> PointJudge<'d> {
    pub(super) fn of(
        dataset: &'d Dataset,
        variable: &'d Variable,
        claim: &ResultClaim,
    ) -> Result<Self, ClaimError> {
        let is_centred = dataset.is_centred(variable);
        let info = &variable.info;
        let method = match claim.statistic() {
            ClaimStatistic::Unwritten | ClaimStatistic::Mean if is_centred => Method::Centre,
            ClaimStatistic::Unwritten | ClaimStatistic::Worst => Method::Samples,
            ClaimStatistic::Mean if info.kind == Kind::Bool => Method::Share,
            ClaimStatistic::Mean => Method::Mean,
            ClaimStatistic::Quantile(p) => Method::Quantile(p),
        };
        Ok(Self {
            dataset,
            variable,
            method,
            limit: claim.limit(info.kind, &info.units, is_centred)?,
            is_centred,
        })
    }

    pub(super) fn words(&self) -> Words<'d> {
        Words {
            units: &self.variable.info.units,
            noun: if self.is_centred { "round" } else { "sample" },
        }
    }

    /// The verdict on a point; none where nothing was measured there.
    pub(super) fn point(&self, cells: &[usize]) -> Option<Found> {
        let state = |cell: &usize| self.variable.states().get(*cell).copied();
        let states: Vec<Option<CellState>> = cells.iter().map(state).collect();
        let is_failed = |state: &Option<CellState>| {
            matches!(state, Some(CellState::Failed | CellState::TimedOut))
        };
        let unset = states
            .iter()
            .filter(|state| **state == Some(CellState::Missing));
        let unset = unset.count();
        let known = self.known(cells, &states);
        if let Some(at) = states.iter().position(is_failed) {
            let cell = cells.get(at).and_then(|cell| self.variable.cell(*cell));
            let reason = cell.and_then(|cell| cell.reason.map(str::to_owned));
            let evidence = Evidence::Failed {
                state: states.get(at).copied().flatten().unwrap_or_default(),
                reason,
                repeat: at + 1,
            };
            return Some(Found {
                repeat: Some(at + 1),
                ..Found::without_value(ClaimVerdict::Fails, known.len(), evidence)
            });
        }
        if known.is_empty() {
            let evidence = Evidence::Unset {
                unset,
                samples: unset,
            };
            return (unset > 0).then(|| Found::without_value(ClaimVerdict::Undecided, 0, evidence));
        }
        let found = match self.method {
            Method::Centre => self.centre(cells, &known),
            Method::Samples => self.samples(&known),
            Method::Share => self.share(&known),
            Method::Mean | Method::Quantile(_) => self.statistic(&known),
        };
        if unset > 0 && found.verdict == ClaimVerdict::Holds {
            let samples = known.len() + unset;
            let evidence = Evidence::Unset { unset, samples };
            return Some(Found {
                verdict: ClaimVerdict::Undecided,
                evidence,
                ..found
            });
        }
        Some(found)
    }

    /// The samples that say something. A preempted round includes the time of other programs: it counts only where
    /// there is no other.
    fn known(&self, cells: &[usize], states: &[Option<CellState>]) -> Vec<Known> {
        let with = |counts: fn(CellState) -> bool| -> Vec<Known> {
            let of_states = cells.iter().zip(states).enumerate();
            let counted = of_states.filter(|(_, (_, state))| state.is_some_and(counts));
            let known = counted.map(|(at, (cell, _))| Known {
                repeat: at + 1,
                value: self.variable.cell(*cell).and_then(|cell| cell.value),
            });
            known.collect()
        };
        let undisturbed = with(|state| {
            matches!(
                state,
                CellState::Measured | CellState::Cached | CellState::BelowResolution
            )
        });
        if undisturbed.is_empty() {
            with(|state| state == CellState::Preempted)
        } else {
            undisturbed
        }
    }

    fn margin(&self, x: f64) -> f64 {
        if self.limit.operator.is_upper() {
            self.limit.number - x
        } else {
            x - self.limit.number
        }
    }

    /// The same of a sample: what is not a number is worse than every number, and `==` has no worse side.
    fn sample_margin(&self, x: f64) -> f64 {
        let margin = self.margin(x);
        if !self.limit.operator.is_ordered() {
            0.0
        } else if margin.is_nan() {
            f64::NEG_INFINITY
        } else {
            margin
        }
    }

    /// Every sample is judged.
    fn samples(&self, known: &[Known]) -> Found {
        let is_upper = self.limit.operator.is_upper();
        let accepts = |one: &Known| match &one.value {
            Some(value) => self.limit.accepts(value),
            None => is_upper,
        };
        let worst = |among: &mut dyn Iterator<Item = &Known>| {
            let numbers = among.filter_map(|one| {
                let value = one.value.as_ref()?;
                let number = value.as_f64()?;
                Some((
                    one.repeat,
                    value.clone(),
                    number,
                    self.sample_margin(number),
                ))
            });
            numbers.min_by(|(.., one), (.., other)| one.total_cmp(other))
        };
        let samples = known.len();
        let violating = || {
            known
                .iter()
                .filter(|one| !accepts(one) && one.value.is_some())
        };
        let violations = violating().count();
        if let Some((repeat, value, number, margin)) = worst(&mut violating()) {
            return Found {
                verdict: ClaimVerdict::Fails,
                value: Some(number),
                margin,
                bounds: (None, None),
                samples,
                violations,
                repeat: Some(repeat),
                evidence: Evidence::Violated {
                    value,
                    repeat,
                    violations,
                    samples,
                },
            };
        }
        if known.iter().any(|one| !accepts(one)) {
            return Found::without_value(
                ClaimVerdict::Undecided,
                samples,
                Evidence::BelowResolution,
            );
        }
        let found = worst(&mut known.iter());
        let (repeat, worst, value, margin) = match found {
            Some((repeat, worst, value, margin)) => {
                (Some(repeat), Some(worst), Some(value), margin)
            }
            None => (None, None, None, f64::INFINITY),
        };
        Found {
            verdict: ClaimVerdict::Holds,
            value,
            margin,
            bounds: (None, None),
            samples,
            violations: 0,
            repeat,
            evidence: Evidence::Satisfied {
                worst,
                is_same: are_equal(known),
                samples,
            },
        }
    }

    /// The centre of a time, with its bounds.
    fn centre(&self, cells: &[usize], known: &[Known]) -> Found {
        let time = self.dataset.point_time(self.variable, cells);
        let Some(summary) = self.dataset.summary_of_time(&time) else {
            let verdict = if self.limit.operator.is_upper() {
                ClaimVerdict::Holds
            } else {
                ClaimVerdict::Undecided
            };
            let is_below = time.is_below_resolution;
            if is_below {
                return Found {
                    margin: f64::INFINITY,
                    ..Found::without_value(verdict, known.len(), Evidence::BelowResolution)
                };
            }
            // A value that is not finite: rounds say which.
            return self.samples(known);
        };
        let bounds = (summary.lower, summary.upper);
        let is_few = summary.half_width().is_none() && (summary.count as f64) < FEWEST_ROUNDS;
        let evidence = Evidence::Bounds {
            name: "centre".to_owned(),
            value: summary.centre,
            lower: bounds.0,
            upper: bounds.1,
            is_joint: true,
            samples: summary.count,
            needed: is_few.then_some(FEWEST_ROUNDS),
        };
        self.bounded(summary.centre, bounds, summary.count, evidence)
    }

    /// The share of truth values that are true.
    fn share(&self, known: &[Known]) -> Found {
        let truths = known
            .iter()
            .filter(|one| one.value == Some(Value::Bool(true)));
        let (successes, samples) = (truths.count(), known.len());
        let (lower, upper) = share_bounds(successes, samples, MISRATE);
        let evidence = Evidence::Share {
            successes,
            samples,
            lower,
            upper,
        };
        let share = successes as f64 / samples as f64;
        self.bounded(share, (Some(lower), Some(upper)), samples, evidence)
    }

    /// A mean or a quantile of numbers.
    fn statistic(&self, known: &[Known]) -> Found {
        let number = |one: &Known| match &one.value {
            Some(value) => value.as_f64().unwrap_or(f64::NAN),
            // Shorter than every time, and no time is less than 0.
            None => 0.0,
        };
        let mut numbers: Vec<f64> = known.iter().map(number).collect();
        let is_exact = !self.is_centred && are_equal(known);
        if is_exact || numbers.iter().any(|x| x.is_nan()) {
            return self.samples(known);
        }
        let samples = numbers.len();
        let (name, value, bounds, needed) = match self.method {
            Method::Quantile(p) => {
                numbers.sort_unstable_by(f64::total_cmp);
                let (lower, upper) = quantile_ranks(samples, p, MISRATE);
                let at = |rank: Option<usize>| numbers.get(rank?).copied();
                (
                    quantile_name(p),
                    quantile(&numbers, p),
                    (at(lower), at(upper)),
                    fewest_values(p.max(1.0 - p), MISRATE),
                )
            }
            _ => {
                let bounds = mean_bounds(&numbers, MISRATE).unzip();
                ("mean".to_owned(), mean(&numbers), bounds, 2.0)
            }
        };
        let value = value.unwrap_or(f64::NAN);
        let is_bounded = bounds.0.is_some() && bounds.1.is_some();
        let evidence = Evidence::Bounds {
            name,
            value,
            lower: bounds.0,
            upper: bounds.1,
            is_joint: false,
            samples,
            needed: (!is_bounded).then_some(needed),
        };
        self.bounded(value, bounds, samples, evidence)
    }

    /// The verdict of a statistic and its bounds: that of the bound which decides.
    fn bounded(
        &self,
        value: f64,
        bounds: (Option<f64>, Option<f64>),
        samples: usize,
        evidence: Evidence,
    ) -> Found {
        let (hardest, easiest) = if self.limit.operator.is_upper() {
            (bounds.1, bounds.0)
        } else {
            (bounds.0, bounds.1)
        };
        let accepts = |x: &f64| self.limit.accepts_number(*x);
        let verdict = if hardest.as_ref().is_some_and(accepts) {
            ClaimVerdict::Holds
        } else if easiest.as_ref().is_some_and(|x| !accepts(x)) {
            ClaimVerdict::Fails
        } else {
            ClaimVerdict::Undecided
        };
        let judged = hardest.filter(|_| verdict == ClaimVerdict::Holds);
        Found {
            verdict,
            value: Some(value),
            margin: self.margin(judged.unwrap_or(value)),
            bounds,
            samples,
            violations: 0,
            repeat: None,
            evidence,
        }
    }
}

impl Found {
    const fn without_value(verdict: ClaimVerdict, samples: usize, evidence: Evidence) -> Self {
        Self {
            verdict,
            value: None,
            margin: f64::NEG_INFINITY,
            bounds: (None, None),
            samples,
            violations: 0,
            repeat: None,
            evidence,
        }
    }
}

fn are_equal(known: &[Known]) -> bool {
    known.windows(2).all(|pair| match pair {
        [one, other] => one.value == other.value,
        _ => true,
    })
}

/// The name of a quantile in a claim.
fn quantile_name(p: f64) -> String {
    if (p - 0.5).abs() < f64::EPSILON {
        "median".to_owned()
    } else {
        format!("p{}", crate::dataset::digits(p * 100.0, 12))
    }
}
