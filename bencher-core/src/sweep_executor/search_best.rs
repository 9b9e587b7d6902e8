//! Which point of a search is named the best.

use super::evaluations::{Evaluations, SearchContext, is_timed};
use crate::optimize::Goal;
use crate::stats::distribution::student_two_sided;

/// How many points are measured again, side by side.
pub(super) const CONTENDERS: usize = 4;

/// How often each.
pub(super) const FRESH: u32 = 6;

/// The point that is named the best, by samples that were not used to choose it: the best of many noisy values is mostly
/// the luckiest one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NamedBest {
    pub(crate) trial: u64,
    /// The mean of its fresh samples.
    pub(crate) value: f64,
    /// Its bounds at 95 %; none where there are too few samples, or all are the same.
    pub(crate) bounds: Option<(f64, f64)>,
    pub(crate) samples: usize,
    /// Others whose fresh samples do not show that they are worse.
    pub(crate) ties: Vec<u64>,
}

impl NamedBest {
    /// The best of some trials by their fresh samples.
    pub(super) fn of(
        (goal, timed): (&Goal, bool),
        contenders: &[u64],
        values: impl Fn(u64) -> Vec<f64>,
    ) -> Option<Self> {
        let all: Vec<(u64, Vec<f64>)> = contenders
            .iter()
            .map(|trial| (*trial, scaled(values(*trial), timed)))
            .filter(|(_, values): &(u64, Vec<f64>)| !values.is_empty())
            .collect();
        let mut best: Option<(&(u64, Vec<f64>), f64)> = None;
        for one in &all {
            let mean = mean(&one.1);
            if best.is_none_or(|(_, least)| goal.is_better(mean, least)) {
                best = Some((one, mean));
            }
        }
        let ((trial, own), value) = best?;
        let back = |x: f64| if timed { x.exp() } else { x };
        let ties = all.iter().filter(|(other, values)| {
            *other != *trial && !is_worse(goal, own, values, all.len() - 1)
        });
        Some(Self {
            trial: *trial,
            value: back(value),
            bounds: bounds_of_mean(own).map(|(low, high)| (back(low), back(high))),
            samples: own.len(),
            ties: ties.map(|(other, _)| *other).collect(),
        })
    }
}

impl Evaluations<'_> {
    /// Measures again those that may be the best, side by side, and names the best by what was measured then.
    pub(super) fn name_best(&mut self, run: &mut SearchContext<'_>) -> Option<NamedBest> {
        let ranked = self.search.proposals.ranked();
        let proposals = &self.search.proposals;
        let [goal] = proposals.goals() else {
            return None;
        };
        let goal = goal.clone();
        let timed = is_timed(&self.executor.plan, goal.name());
        let mut contenders: Vec<u64> = ranked
            .into_iter()
            .filter(|trial| proposals.has_succeeded(*trial))
            .take(CONTENDERS)
            .collect();
        let leader = *contenders.first()?;
        let first = self.executor.plan.repeats() + 1;
        if !self.executor.plan.is_timed() {
            // A value that comes out the same needs no second look.
            self.sample_again(&[leader], first, run);
            if self.is_exact(leader) {
                contenders.truncate(1);
                return NamedBest::of((&goal, timed), &contenders, |trial| self.values(trial, 1));
            }
        }
        for repeat in first..first + FRESH {
            if run.end.is_over() {
                break;
            }
            contenders.rotate_left(1);
            let missing: Vec<u64> = {
                let has = |trial: &&u64| {
                    let told = self.told.get(*trial);
                    told.is_some_and(|told| told.iter().any(|(known, _)| *known == repeat))
                };
                contenders
                    .iter()
                    .filter(|trial| !has(trial))
                    .copied()
                    .collect()
            };
            self.sample_again(&missing, repeat, run);
        }
        NamedBest::of((&goal, timed), &contenders, |trial| {
            self.values(trial, first)
        })
    }

    fn sample_again(&mut self, trials: &[u64], repeat: u32, run: &mut SearchContext<'_>) {
        for trial in trials {
            let job = self.job(*trial, repeat);
            run.jobs.submit(job);
        }
        while run.jobs.pending() > 0 && run.end.store_error.is_none() {
            if run.options.interrupt.is_requested() && !run.end.interrupted {
                run.end.interrupted = true;
                run.jobs.cancel();
            }
            self.gather(run);
        }
    }
}

/// Times as their logarithms, since they are above zero and have a tail of slow ones.
fn scaled(mut values: Vec<f64>, timed: bool) -> Vec<f64> {
    if timed {
        for x in &mut values {
            *x = x.ln();
        }
    }
    values
}

/// The bounds at 95 % of the mean of values, or of the geometric mean of times; none where there are too few values, or all
/// are the same.
pub(super) fn bounds(values: &[f64], timed: bool) -> Option<(f64, f64)> {
    let (low, high) = bounds_of_mean(&scaled(values.to_vec(), timed))?;
    Some(if timed {
        (low.exp(), high.exp())
    } else {
        (low, high)
    })
}

fn mean(values: &[f64]) -> f64 {
    values.iter().map(|x| x / values.len() as f64).sum()
}

/// The standard error of the mean of some values; 0 where all are the same.
fn standard_error(values: &[f64]) -> f64 {
    let (count, mean) = (values.len() as f64, mean(values));
    let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
    (squares / (count - 1.0) / count).sqrt()
}

/// The bounds of the mean at 95 % by Student's t.
fn bounds_of_mean(values: &[f64]) -> Option<(f64, f64)> {
    let error = standard_error(values);
    let by = student_two_sided(0.05, values.len() as f64 - 1.0) * error;
    let mean = mean(values);
    (values.len() > 1 && by > 0.0 && by.is_finite()).then_some((mean - by, mean + by))
}

/// Whether the second values are surely worse: by Welch's test, at 5 % for all comparisons together (Bonferroni).
fn is_worse(goal: &Goal, best: &[f64], other: &[f64], comparisons: usize) -> bool {
    let (a, b) = (standard_error(best).powi(2), standard_error(other).powi(2));
    let by = (mean(other) - mean(best)).abs();
    if best.len() < 2 || other.len() < 2 || !goal.is_better(mean(best), mean(other)) {
        return false;
    }
    if a + b <= 0.0 {
        return by > 0.0;
    }
    let freedom =
        (a + b).powi(2) / (a * a / (best.len() as f64 - 1.0) + b * b / (other.len() as f64 - 1.0));
    // One-sided.
    let misrate = 2.0 * 0.05 / comparisons.max(1) as f64;
    by / (a + b).sqrt() > student_two_sided(misrate, freedom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_those_of_student() {
        // Mean 3, standard deviation 1.5811, t(4, 0.975) = 2.7764: 3 +- 1.9633.
        let (low, high) = bounds(&[1.0, 2.0, 3.0, 4.0, 5.0], false).unwrap();
        assert!(
            (low - 1.0368).abs() < 1e-3 && (high - 4.9632).abs() < 1e-3,
            "{low} {high}"
        );
        assert_eq!(bounds(&[1.0], false), None);
        assert_eq!(bounds(&[2.0, 2.0], true), None);
    }

    #[test]
    fn the_best_is_named_by_fresh_samples() {
        let samples = |trial: u64| match trial {
            0 => vec![5.0, 5.1, 4.9, 5.0],
            1 => vec![4.0, 4.1, 3.9, 4.05],
            _ => vec![4.1, 3.9, 4.0, 4.1],
        };
        let named = NamedBest::of((&Goal::minimize("x"), false), &[0, 1, 2], samples).unwrap();
        assert_eq!((named.trial, named.ties, named.samples), (1, vec![2], 4));
        let named = NamedBest::of((&Goal::maximize("x"), false), &[0, 1, 2], samples).unwrap();
        assert_eq!((named.trial, named.ties.len()), (0, 0));
        assert_eq!(
            NamedBest::of((&Goal::minimize("x"), false), &[], samples),
            None
        );
        let times = NamedBest::of((&Goal::minimize("x"), true), &[0], |_| vec![1.0, 4.0]).unwrap();
        assert!((times.value - 2.0).abs() < 1e-12, "the geometric mean");
        assert!(times.bounds.is_some_and(|(low, _)| low > 0.0));
    }
}
