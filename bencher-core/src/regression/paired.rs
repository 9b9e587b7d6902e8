//! The judge of a point from pairs: each pair is two fresh processes, one of each program, in random order.

use crate::stats::median;

use super::family::pairs_for;
use super::presence::{judge_presence, presence_of};
use super::reason::Reason;
use super::signed_rank::signed_rank_bounds;
use super::verdict::{Effect, Judgement, Rule, Scale, Verdict};

/// The judgement of a candidate against its base from paired replicates, in the order of the pairs.
///
/// Values above zero are compared by their log-ratio, others by their difference, with the threshold as a share of
/// the base's median magnitude. The centre is that of Hodges and Lehmann, its bounds invert Wilcoxon's signed-rank
/// test.
/// The order within each pair must be random: a program that always runs second takes all the drift.
///
/// A pair that lacks a finite value on either side does not count, nor do values without a partner. Failing samples are
/// therefore a question of their own: judge them by [`judge_proportions`](crate::regression::judge_proportions).
///
/// ```
/// use bencher_core::var::Direction;
/// use bencher_core::regression::{Reason, Rule, Threshold, Verdict, judge_pairs};
/// let rule = Rule { threshold: Threshold::POINT, direction: Direction::Minimize, misrate: 0.05 };
/// let base = [1.0, 1.01, 0.99, 1.0, 1.02, 0.98];
/// let found = judge_pairs(&base.map(|x| x * 1.1), &base, &rule);
/// assert_eq!(found.verdict, Verdict::Worse);
/// let found = judge_pairs(&[1.1, 1.1], &[1.0, 1.0], &rule);
/// assert_eq!(found.reason, Reason::TooFewPairs { have: 2, needed: 6 });
/// ```
pub fn judge_pairs(candidate: &[f64], base: &[f64], rule: &Rule) -> Judgement {
    if let Some(found) = judge_presence(presence_of(candidate), presence_of(base)) {
        return found;
    }
    let pairs = finite_pairs(candidate, base);
    let effect = pair_log_ratios(candidate, base)
        .map(|logs| logs.into_iter().flatten().collect::<Vec<f64>>())
        .and_then(|logs| signed_rank_bounds(&logs, rule.misrate))
        .map(|(centre, bounds)| Effect::of_log_ratio(centre, bounds))
        .or_else(|| difference_effect(&pairs, rule.misrate));
    judge_effect(effect, pairs.len(), rule)
}

/// The judgement of an effect, or why there is none.
fn judge_effect(effect: Option<Effect>, pairs: usize, rule: &Rule) -> Judgement {
    let needed = pairs_for(rule.misrate);
    let too_few = Reason::TooFewPairs {
        have: pairs,
        needed,
    };
    let Some(effect) = effect else {
        return Judgement {
            pairs,
            misrate: rule.misrate,
            ..Judgement::without_effect(Verdict::Undecided, too_few)
        };
    };
    let found = Judgement::of_effect(effect, pairs, rule);
    let is_relative_to_nothing = effect.scale == Scale::Difference { base: 0.0 };
    let reason = match found.verdict {
        Verdict::Undecided if effect.lower.is_none() => too_few,
        // A share of nothing is no threshold.
        Verdict::Undecided if is_relative_to_nothing => Reason::ValuesNotPositive,
        _ => found.reason,
    };
    Judgement { reason, ..found }
}

/// The logarithm of the ratio of each pair, without a unit; an element is none where the pair lacks a finite value.
///
/// None at all where a finite value is not above zero, or there is no pair.
pub fn pair_log_ratios(candidate: &[f64], base: &[f64]) -> Option<Vec<Option<f64>>> {
    let pairs = candidate.iter().zip(base);
    let log_ratio =
        |(c, b): (&f64, &f64)| (c.is_finite() && b.is_finite()).then(|| c.ln() - b.ln());
    let is_positive = finite_pairs(candidate, base)
        .iter()
        .all(|(c, b)| *c > 0.0 && *b > 0.0);
    let logs: Vec<Option<f64>> = pairs.map(log_ratio).collect();
    (is_positive && logs.iter().any(Option::is_some)).then_some(logs)
}

/// What a signed-rank test of this point goes by: log-ratios of values above zero, else differences.
pub fn pair_differences(candidate: &[f64], base: &[f64]) -> Vec<f64> {
    match pair_log_ratios(candidate, base) {
        Some(logs) => logs.into_iter().flatten().collect(),
        None => finite_pairs(candidate, base)
            .iter()
            .map(|(c, b)| c - b)
            .collect(),
    }
}

fn finite_pairs(candidate: &[f64], base: &[f64]) -> Vec<(f64, f64)> {
    let pairs = candidate.iter().copied().zip(base.iter().copied());
    pairs
        .filter(|(c, b)| c.is_finite() && b.is_finite())
        .collect()
}

fn difference_effect(pairs: &[(f64, f64)], misrate: f64) -> Option<Effect> {
    // Of halves no difference is beyond the floats.
    let halves: Vec<f64> = pairs.iter().map(|(c, b)| c / 2.0 - b / 2.0).collect();
    let (centre, bounds) = signed_rank_bounds(&halves, misrate)?;
    let magnitudes: Vec<f64> = pairs.iter().map(|(_, b)| b.abs()).collect();
    Some(Effect {
        scale: Scale::Difference {
            base: median(&magnitudes)?,
        },
        centre: centre * 2.0,
        lower: bounds.map(|(lower, _)| lower * 2.0),
        upper: bounds.map(|(_, upper)| upper * 2.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regression::verdict::Threshold;
    use crate::var::Direction;
    use proptest::prelude::*;

    fn rule(direction: Direction) -> Rule {
        Rule {
            threshold: Threshold::POINT,
            direction,
            misrate: 0.05,
        }
    }

    const STEADY: [f64; 8] = [1.0, 1.01, 0.99, 1.02, 0.98, 1.0, 1.01, 0.99];

    #[test]
    fn each_verdict_has_its_effect() {
        let cases = [
            (1.1, Verdict::Worse, Reason::BeyondThreshold),
            (0.9, Verdict::Better, Reason::BeyondThreshold),
            (1.001, Verdict::Same, Reason::WithinThreshold),
        ];
        for (ratio, verdict, reason) in cases {
            let candidate = STEADY.map(|x| x * ratio);
            let found = judge_pairs(&candidate, &STEADY, &rule(Direction::Minimize));
            assert_eq!(
                (found.verdict, found.reason, found.pairs),
                (verdict, reason, 8)
            );
            assert!((found.effect.unwrap().centre - ratio).abs() < 1e-12);
            let swapped = judge_pairs(&candidate, &STEADY, &rule(Direction::Maximize)).verdict;
            assert_eq!(swapped == Verdict::Better, verdict == Verdict::Worse);
        }
        let mut noisy = STEADY.map(|x| x * 1.1);
        noisy[0] = 0.5;
        noisy[1] = 0.6;
        let found = judge_pairs(&noisy, &STEADY, &rule(Direction::Minimize));
        assert_eq!(found.reason, Reason::IntervalTooWide);
    }

    #[test]
    fn drift_falls_on_both_of_a_pair() {
        let base: Vec<f64> = (1..=10).map(f64::from).collect();
        let candidate: Vec<f64> = base.iter().map(|x| x * 1.05).collect();
        let found = judge_pairs(&candidate, &base, &rule(Direction::Minimize));
        assert_eq!(found.verdict, Verdict::Worse);
    }

    #[test]
    fn values_that_are_not_positive_are_compared_by_difference() {
        let base = [-10.0, -10.1, -9.9, 0.0, -10.0, -10.0, -10.1, -9.9];
        let candidate = base.map(|x| x + 1.0);
        let found = judge_pairs(&candidate, &base, &rule(Direction::Minimize));
        let effect = found.effect.unwrap();
        assert_eq!(found.verdict, Verdict::Worse);
        assert_eq!(effect.scale, Scale::Difference { base: 10.0 });
        assert!((effect.centre - 1.0).abs() < 1e-12);
        let zero = judge_pairs(&[0.0; 8], &[0.0; 8], &rule(Direction::Minimize));
        assert_eq!(zero.verdict, Verdict::Same);
        let mixed = [-1.0, 1.0, -2.0, 2.0, -3.0, 3.0, 1.0, -1.0];
        let found = judge_pairs(&mixed, &[0.0; 8], &rule(Direction::Minimize));
        assert_eq!(
            (found.verdict, found.reason),
            (Verdict::Undecided, Reason::ValuesNotPositive)
        );
        let far = judge_pairs(&[1e308; 8], &[-1e308; 8], &rule(Direction::Minimize));
        assert_eq!(far.verdict, Verdict::Worse);
    }

    #[test]
    fn pairs_without_a_finite_value_do_not_count() {
        let mut candidate = STEADY.map(|x| x * 1.1);
        candidate[0] = f64::NAN;
        candidate[1] = f64::INFINITY;
        let found = judge_pairs(&candidate, &STEADY, &rule(Direction::Minimize));
        assert_eq!((found.verdict, found.pairs), (Verdict::Worse, 6));
        candidate[2] = f64::NAN;
        let found = judge_pairs(&candidate, &STEADY, &rule(Direction::Minimize));
        assert_eq!(found.reason, Reason::TooFewPairs { have: 5, needed: 6 });
        assert!(found.effect.is_some_and(|effect| effect.lower.is_none()));
        let apart = judge_pairs(
            &[f64::NAN, 1.0],
            &[1.0, f64::NAN],
            &rule(Direction::Minimize),
        );
        assert_eq!(apart.reason, Reason::TooFewPairs { have: 0, needed: 6 });
        assert_eq!(apart.effect, None);
    }

    #[test]
    fn a_side_without_values_has_its_own_reason() {
        let reason = |candidate: &[f64], base: &[f64]| {
            let found = judge_pairs(candidate, base, &rule(Direction::None));
            (found.verdict, found.reason)
        };
        assert_eq!(
            reason(&[f64::NAN], &STEADY),
            (Verdict::Worse, Reason::Vanished)
        );
        assert_eq!(reason(&STEADY, &[]), (Verdict::Undecided, Reason::New));
        assert_eq!(reason(&[], &[]), (Verdict::Undecided, Reason::NotMeasured));
    }

    #[test]
    fn many_pairs_are_judged_too() {
        let base: Vec<f64> = (0..100_000_u32)
            .map(|n| 1.0 + f64::from(n * 7919 % 1009) / 1e5)
            .collect();
        let candidate: Vec<f64> = base.iter().rev().map(|x| x * 1.03).collect();
        let found = judge_pairs(&candidate, &base, &rule(Direction::Minimize));
        assert_eq!((found.verdict, found.pairs), (Verdict::Worse, 100_000));
    }

    #[test]
    fn many_equal_pairs_are_the_same() {
        let equal = vec![2.0; 100_000];
        assert_eq!(
            judge_pairs(&equal, &equal, &rule(Direction::None)).verdict,
            Verdict::Same
        );
    }

    proptest! {
        /// Exchanging the programs exchanges the verdict, and no number makes it panic.
        #[test]
        fn exchanged_programs_exchange_the_verdict(
            values in proptest::collection::vec((1.0_f64..1.2, 1.1_f64..1.12), 1..30),
        ) {
            let (candidate, base): (Vec<f64>, Vec<f64>) = values.into_iter().unzip();
            let forth = judge_pairs(&candidate, &base, &rule(Direction::Minimize)).verdict;
            let back = judge_pairs(&base, &candidate, &rule(Direction::Minimize)).verdict;
            let exchanged = match forth {
                Verdict::Worse => Verdict::Better,
                Verdict::Better => Verdict::Worse,
                other => other,
            };
            prop_assert_eq!(back, exchanged);
        }

        #[test]
        fn no_number_makes_it_panic(
            candidate in proptest::collection::vec(any::<f64>(), 0..20),
            base in proptest::collection::vec(any::<f64>(), 0..20),
            misrate in any::<f64>(),
        ) {
            let rule = Rule { misrate, ..rule(Direction::Minimize) };
            let found = judge_pairs(&candidate, &base, &rule);
            prop_assert!(found.pairs <= candidate.len().min(base.len()));
        }
    }
}
