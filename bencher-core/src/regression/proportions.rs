//! The judge of successes: two binomial shares.

use super::family::replicates_for;
use super::presence::{Presence, judge_presence};
use super::reason::Reason;
use super::verdict::{Effect, Judgement, Rule, Scale, Verdict};
use crate::stats::distribution::{ln_choose, normal_two_sided};
use crate::stats::wilson;

/// Successes of trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proportion {
    successes: u64,
    trials: u64,
}

impl Proportion {
    /// `successes` of `trials`; none where the successes outnumber the trials.
    pub fn new(successes: u64, trials: u64) -> Option<Self> {
        (successes <= trials).then_some(Self { successes, trials })
    }

    /// The successes among values.
    pub fn of(values: &[bool]) -> Self {
        let count = |only: bool| values.iter().filter(|is| **is || !only).count() as u64;
        Self {
            successes: count(true),
            trials: count(false),
        }
    }

    /// The share of successes; NaN of no trials.
    pub fn share(&self) -> f64 {
        self.successes as f64 / self.trials as f64
    }

    fn wilson(&self, z: f64) -> (f64, f64) {
        wilson(self.share(), self.trials as f64, z)
    }
}

/// The bounds of the difference of two shares, candidate minus base; none without trials or with a misrate that is
/// not above 0 and below 1.
///
/// Method 10 of Newcombe (Statistics in Medicine 17, 1998, 873-890): Wilson's intervals of both shares, combined as
/// a hybrid. Published: 56 of 70 against 48 of 80 gives 0.0524 to 0.3339 at 95 %.
///
/// ```
/// use bencher_core::regression::{Proportion, newcombe_bounds};
/// let (a, b) = (Proportion::new(56, 70).ok_or("a")?, Proportion::new(48, 80).ok_or("b")?);
/// let (lower, upper) = newcombe_bounds(a, b, 0.05).ok_or("no bounds")?;
/// assert!((lower - 0.0524).abs() < 1e-4 && (upper - 0.3339).abs() < 1e-4);
/// # Ok::<(), &str>(())
/// ```
pub fn newcombe_bounds(
    candidate: Proportion,
    base: Proportion,
    misrate: f64,
) -> Option<(f64, f64)> {
    let is_share = misrate > 0.0 && misrate < 1.0;
    if candidate.trials == 0 || base.trials == 0 || !is_share {
        return None;
    }
    let z = normal_two_sided(misrate);
    let (p, q) = (candidate.share(), base.share());
    let ((p_low, p_high), (q_low, q_high)) = (candidate.wilson(z), base.wilson(z));
    let lower = p - q - (p - p_low).hypot(q_high - q);
    let upper = p - q + (p_high - p).hypot(q - q_low);
    Some((lower, upper))
}

/// The judgement of a share of successes against another one, by their difference.
///
/// The threshold is in percentage points: 0.02 allows 2 points. The bounds are [`newcombe_bounds`]. These are not
/// exact, so a verdict of worse or better also needs Fisher's exact test (1935) at the misrate, which never flags
/// equal shares more often than that. Shares of equal, constant successes on both sides are better judged by
/// [`judge_exact`](crate::regression::judge_exact): few trials cannot show two shares to be the same.
///
/// ```
/// use bencher_core::var::Direction;
/// use bencher_core::regression::{Proportion, Rule, Threshold, Verdict, judge_proportions};
/// let rule = Rule { threshold: Threshold::POINT, direction: Direction::Maximize, misrate: 0.05 };
/// let (candidate, base) = (Proportion::new(3, 20).ok_or("a")?, Proportion::new(18, 20).ok_or("b")?);
/// assert_eq!(judge_proportions(candidate, base, &rule).verdict, Verdict::Worse);
/// # Ok::<(), &str>(())
/// ```
pub fn judge_proportions(candidate: Proportion, base: Proportion, rule: &Rule) -> Judgement {
    if let Some(found) = judge_presence(presence(candidate), presence(base)) {
        return found;
    }
    let bounds = newcombe_bounds(candidate, base, rule.misrate);
    let effect = Effect {
        scale: Scale::Difference { base: 1.0 },
        centre: candidate.share() - base.share(),
        lower: bounds.map(|(lower, _)| lower),
        upper: bounds.map(|(_, upper)| upper),
    };
    let have = usize::try_from(candidate.trials.min(base.trials)).unwrap_or(usize::MAX);
    let found = Judgement::of_effect(effect, have, rule);
    let is_beyond = found.reason == Reason::BeyondThreshold;
    let is_chance = is_beyond && fisher_p_value(candidate, base) > rule.misrate;
    let verdict = if is_chance {
        Verdict::Undecided
    } else {
        found.verdict
    };
    let needed = replicates_for(rule.misrate);
    let reason = match verdict {
        Verdict::Undecided if have < needed => Reason::TooFewPairs { have, needed },
        Verdict::Undecided => Reason::IntervalTooWide,
        _ => found.reason,
    };
    Judgement {
        verdict,
        reason,
        ..found
    }
}

fn presence(of: Proportion) -> Presence {
    if of.trials == 0 {
        Presence::Missing
    } else {
        Presence::Measured
    }
}

/// Twice the smaller tail of the hypergeometric distribution (Fisher's exact test).
///
/// Beyond ten million trials it gives 0, because the bounds need no help there.
fn fisher_p_value(candidate: Proportion, base: Proportion) -> f64 {
    let (m, n) = (candidate.trials as f64, base.trials as f64);
    if m + n > 1e7 {
        return 0.0;
    }
    let all = candidate.successes as f64 + base.successes as f64;
    let observed = candidate.successes as f64;
    let below = hypergeometric_tail(observed, all, m, n);
    // Failures exchange the tails.
    let above = hypergeometric_tail(m - observed, m + n - all, m, n);
    (2.0 * below.min(above)).min(1.0)
}

/// The probability of at most `x` of the first `m` among `all` drawn of `m + n`.
fn hypergeometric_tail(x: f64, all: f64, m: f64, n: f64) -> f64 {
    let first = ln_choose(m, x) + ln_choose(n, all - x) - ln_choose(m + n, all);
    let (mut term, mut total, mut at) = (1.0, 0.0, x);
    while term > 0.0 && at >= 0.0 && all - at <= n {
        total += term;
        let ratio = at / (m - at + 1.0) * (n - all + at) / (all - at + 1.0);
        if ratio < 1.0 && term < total * 1e-17 {
            break;
        }
        term *= ratio;
        at -= 1.0;
    }
    (first + total.ln()).exp().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regression::verdict::Threshold;
    use crate::var::Direction;

    const RULE: Rule = Rule {
        threshold: Threshold::POINT,
        direction: Direction::Minimize,
        misrate: 0.05,
    };

    fn of(successes: u64, trials: u64) -> Proportion {
        Proportion::new(successes, trials).unwrap()
    }

    /// Newcombe (1998), table II, method 10, contrasts (a) to (h).
    #[test]
    fn bounds_of_differences_are_the_published_ones() {
        for (x, m, y, n, lower, upper) in [
            (56, 70, 48, 80, 0.0524, 0.3339),
            (9, 10, 3, 10, 0.1705, 0.8090),
            (6, 7, 2, 7, 0.0582, 0.8062),
            (5, 56, 0, 29, -0.0381, 0.1926),
            (0, 10, 0, 20, -0.1611, 0.2775),
            (0, 10, 0, 10, -0.2775, 0.2775),
            (10, 10, 0, 20, 0.6791, 1.0),
            (10, 10, 0, 10, 0.6075, 1.0),
        ] {
            let (low, high) = newcombe_bounds(of(x, m), of(y, n), 0.05).unwrap();
            assert!(
                (low - lower).abs() < 6e-5 && (high - upper).abs() < 6e-5,
                "{x}/{m} {y}/{n}: {low} {high}"
            );
        }
        // statsmodels 0.15, "newcomb" at 99.9 %.
        let (low, high) = newcombe_bounds(of(56, 70), of(48, 80), 0.001).unwrap();
        assert!(
            (low + 0.048_430_515_192_113).abs() < 1e-10
                && (high - 0.413_069_469_424_026_7).abs() < 1e-10
        );
    }

    /// scipy 1.17: twice the smaller p-value of `stats.fisher_exact`.
    #[test]
    fn the_exact_test_is_that_of_scipy() {
        for (x, m, y, n, p) in [
            (9, 10, 3, 10, 0.019_766_611_097_880_447),
            (6, 7, 2, 7, 0.102_564_102_564_102_55),
            (50, 100, 30, 100, 0.005_937_341_166_015_536),
            (3, 1000, 14, 900, 0.006_582_727_636_917_456),
        ] {
            let found = fisher_p_value(of(x, m), of(y, n));
            assert!((found / p - 1.0).abs() < 1e-9, "{x}/{m} {y}/{n}: {found}");
            assert!((fisher_p_value(of(y, n), of(x, m)) / p - 1.0).abs() < 1e-9);
        }
        assert!((fisher_p_value(of(0, 5), of(0, 9)) - 1.0).abs() < 1e-12);
        assert!((fisher_p_value(of(5, 5), of(9, 9)) - 1.0).abs() < 1e-12);
    }

    /// All outcomes of equal shares, weighted by their probability: a verdict of worse or better is a false alarm.
    #[test]
    fn equal_shares_are_flagged_no_more_often_than_the_misrate() {
        let n = 10_u64;
        for misrate in [0.05, 0.005] {
            let rule = Rule {
                misrate,
                threshold: Threshold::NONE,
                direction: Direction::None,
            };
            for p in [0.02_f64, 0.1, 0.3, 0.5, 0.8] {
                let chance = |x: u64| {
                    let log = ln_choose(10.0, x as f64);
                    (log + x as f64 * p.ln() + (n - x) as f64 * (1.0 - p).ln()).exp()
                };
                let outcomes = (0..=n).flat_map(|x| (0..=n).map(move |y| (x, y)));
                let flagged = outcomes.filter(|(x, y)| {
                    judge_proportions(of(*x, n), of(*y, n), &rule).verdict == Verdict::Worse
                });
                let share: f64 = flagged.map(|(x, y)| chance(x) * chance(y)).sum();
                assert!(share <= misrate, "{p}: {share}");
                assert!(p < 0.2 || share > 0.0, "the test flags something");
            }
        }
    }

    #[test]
    fn shares_have_a_direction_and_a_least_number_of_trials() {
        let verdict = |candidate, base, direction| {
            let found = judge_proportions(candidate, base, &Rule { direction, ..RULE });
            (found.verdict, found.reason)
        };
        let (low, high) = (of(3, 20), of(18, 20));
        assert_eq!(verdict(low, high, Direction::Maximize).0, Verdict::Worse);
        assert_eq!(verdict(low, high, Direction::Minimize).0, Verdict::Better);
        assert_eq!(verdict(high, low, Direction::None).0, Verdict::Worse);
        let few = verdict(of(3, 3), of(0, 3), Direction::Maximize);
        assert_eq!(
            few,
            (
                Verdict::Undecided,
                Reason::TooFewPairs { have: 3, needed: 4 }
            )
        );
        assert_eq!(
            verdict(of(4, 4), of(0, 4), Direction::Maximize).0,
            Verdict::Better
        );
        assert_eq!(verdict(of(0, 0), high, Direction::None).1, Reason::Vanished);
        assert_eq!(verdict(high, of(0, 0), Direction::None).1, Reason::New);
        assert_eq!(
            verdict(of(10_000, 20_000), of(10_010, 20_000), Direction::None).0,
            Verdict::Same
        );
        assert_eq!(
            verdict(
                of(u64::MAX / 2, u64::MAX),
                of(u64::MAX, u64::MAX),
                Direction::None
            )
            .0,
            Verdict::Worse
        );
        assert_eq!(Proportion::new(2, 1), None);
        assert_eq!(Proportion::of(&[true, false, true]), of(2, 3));
        for misrate in [0.0, 1.0, -1.0, f64::NAN] {
            assert_eq!(newcombe_bounds(low, high, misrate), None);
            assert_eq!(
                judge_proportions(low, high, &Rule { misrate, ..RULE }).verdict,
                Verdict::Undecided
            );
        }
    }
}
