//! The judge of successes, events and deterministic numbers.

use super::distribution::{beta_log_odds_above, normal_two_sided};
use super::family::{pairs_for, replicates_for};
use super::reason::Reason;
use super::verdict::{Effect, Judgement, Rule, Scale, Verdict};

/// Successes of trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proportion {
    successes: u64,
    trials: u64,
}

impl Proportion {
    /// So many successes of so many trials; none where there are more of them than trials.
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

    /// The score interval of Wilson (1927): where `(p - x)^2 = z^2 x (1 - x) / n`.
    fn wilson(&self, z: f64) -> (f64, f64) {
        let (n, p) = (self.trials as f64, self.share());
        let middle = p + z * z / (2.0 * n);
        let reach = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).max(0.0).sqrt();
        let scale = 1.0 + z * z / n;
        (
            ((middle - reach) / scale).max(0.0),
            ((middle + reach) / scale).min(1.0),
        )
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
/// [`judge_exact`]: few trials cannot show two shares to be the same.
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
    if let Some(found) = super::presence::judge_presence(presence(candidate), presence(base)) {
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

fn presence(of: Proportion) -> super::presence::Presence {
    if of.trials == 0 {
        super::presence::Presence::Missing
    } else {
        super::presence::Presence::Measured
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
    use super::distribution::ln_choose;
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

/// Events counted over an exposure: a time, a number of operations, a size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    events: u64,
    exposure: f64,
}

impl Rate {
    /// So many events over an exposure; none where that is not finite and above zero.
    pub fn new(events: u64, exposure: f64) -> Option<Self> {
        (exposure.is_finite() && exposure > 0.0).then_some(Self { events, exposure })
    }

    /// Events per exposure.
    pub fn per_exposure(&self) -> f64 {
        self.events as f64 / self.exposure
    }
}

/// The bounds of the ratio of two rates, candidate over base, each from 0 to infinity; none of a misrate that is
/// not above 0 and below 1.
///
/// Given their sum, one of two Poisson counts is binomial (Przyborowski and Wilenski, 1940); the bounds of its
/// share are those of Clopper and Pearson (1934), which are exact and never too narrow. Above a million events on
/// both sides the logarithm of the ratio is normal with variance `1/x + 1/y`, within a float's precision of plots.
pub fn rate_ratio_bounds(candidate: Rate, base: Rate, misrate: f64) -> Option<(f64, f64)> {
    if !(misrate > 0.0 && misrate < 1.0) {
        return None;
    }
    let (x, y) = (candidate.events as f64, base.events as f64);
    let exposure = base.exposure.ln() - candidate.exposure.ln();
    if x.min(y) > 1e6 {
        let reach = normal_two_sided(misrate) * (1.0 / x + 1.0 / y).sqrt();
        let log_ratio = x.ln() - y.ln() + exposure;
        return Some(((log_ratio - reach).exp(), (log_ratio + reach).exp()));
    }
    let lower = -beta_log_odds_above(misrate / 2.0, y + 1.0, x);
    let upper = beta_log_odds_above(misrate / 2.0, x + 1.0, y);
    Some(((lower + exposure).exp(), (upper + exposure).exp()))
}

/// The judgement of a rate of events against another one, by their ratio.
///
/// Events must be independent (Poisson). Counts of repeats that vary more than their mean are not: judge those by
/// their replicates. Without events on the base side the ratio has no upper bound; without any event it is
/// undecided.
///
/// ```
/// use bencher_core::var::Direction;
/// use bencher_core::regression::{Rate, Rule, Threshold, Verdict, judge_rates};
/// let rule = Rule { threshold: Threshold::POINT, direction: Direction::Minimize, misrate: 0.05 };
/// let (candidate, base) = (Rate::new(60, 51_477.5).ok_or("a")?, Rate::new(30, 54_308.7).ok_or("b")?);
/// assert_eq!(judge_rates(candidate, base, &rule).verdict, Verdict::Worse);
/// # Ok::<(), &str>(())
/// ```
pub fn judge_rates(candidate: Rate, base: Rate, rule: &Rule) -> Judgement {
    let events = candidate.events.saturating_add(base.events);
    let have = usize::try_from(events).unwrap_or(usize::MAX);
    let needed = pairs_for(rule.misrate);
    let too_few = Reason::TooFewPairs { have, needed };
    if events == 0 {
        return Judgement::without_effect(Verdict::Undecided, too_few);
    }
    let bounds = rate_ratio_bounds(candidate, base, rule.misrate);
    let effect = Effect {
        scale: Scale::Ratio,
        centre: candidate.per_exposure() / base.per_exposure(),
        lower: bounds.map(|(lower, _)| lower),
        upper: bounds.map(|(_, upper)| upper),
    };
    let found = Judgement::of_effect(effect, have, rule);
    let is_few = found.verdict == Verdict::Undecided && have < needed;
    Judgement {
        reason: if is_few { too_few } else { found.reason },
        ..found
    }
}

/// The fewest equal repeats of a side that count as deterministic.
const FEWEST_EQUAL: usize = 3;

/// The judgement of deterministic numbers; none where a side has fewer than three repeats, or they differ.
///
/// Three equal repeats are no proof, so only results that should be deterministic belong here: counts of
/// operations, sizes, checks that pass. The threshold holds for these too; [`Threshold::NONE`](crate::regression::Threshold::NONE)
/// flags every change.
///
/// ```
/// use bencher_core::var::Direction;
/// use bencher_core::regression::{Reason, Rule, Threshold, Verdict, judge_exact};
/// let rule = Rule { threshold: Threshold::NONE, direction: Direction::Minimize, misrate: 0.05 };
/// let found = judge_exact(&[1001.0; 3], &[1000.0; 3], &rule).ok_or("not deterministic")?;
/// assert_eq!((found.verdict, found.reason), (Verdict::Worse, Reason::Exact));
/// assert_eq!(judge_exact(&[1.0, 2.0, 1.0], &[1.0; 3], &rule), None);
/// # Ok::<(), &str>(())
/// ```
pub fn judge_exact(candidate: &[f64], base: &[f64], rule: &Rule) -> Option<Judgement> {
    let (c, b) = (constant(candidate)?, constant(base)?);
    let is_positive = c > 0.0 && b > 0.0;
    let centre = if is_positive { c / b } else { c - b };
    let effect = Effect {
        scale: if is_positive {
            Scale::Ratio
        } else {
            Scale::Difference { base: b.abs() }
        },
        centre,
        lower: Some(centre),
        upper: Some(centre),
    };
    let pairs = candidate.len().min(base.len());
    Some(Judgement {
        reason: Reason::Exact,
        misrate: 0.0,
        ..Judgement::of_effect(effect, pairs, rule)
    })
}

fn constant(values: &[f64]) -> Option<f64> {
    let first = values.first().copied().filter(|first| first.is_finite())?;
    // Exact equality is the question here.
    let is_constant = values
        .iter()
        .all(|x| x.total_cmp(&first).is_eq() || (*x == 0.0 && first == 0.0));
    (is_constant && values.len() >= FEWEST_EQUAL).then_some(first)
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
        let n = 15_u64;
        for misrate in [0.05, 0.005] {
            let rule = Rule {
                misrate,
                threshold: Threshold::NONE,
                direction: Direction::None,
            };
            for p in [0.02_f64, 0.1, 0.3, 0.5, 0.8] {
                let chance = |x: u64| {
                    let log = crate::regression::distribution::ln_choose(15.0, x as f64);
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

    /// The published table of Clopper and Pearson for 5 of 10 at 95 % is 0.187 to 0.813, for 0 of 10 it is 0 to
    /// 0.308; the digits are those of scipy 1.17, `binomtest(x, n).proportion_ci(method="exact")`.
    #[test]
    fn bounds_of_rates_are_those_of_clopper_and_pearson() {
        for (x, n, misrate, lower, upper) in [
            (
                5,
                10,
                0.05,
                0.187_086_028_447_404_5,
                0.812_913_971_552_595_5,
            ),
            (
                1,
                10,
                0.05,
                0.002_528_578_544_562_472_6,
                0.445_016_117_028_198_2,
            ),
            (0, 10, 0.05, 0.0, 0.308_497_107_818_762_9),
            (
                7,
                20,
                0.01,
                0.113_879_763_266_732_15,
                0.656_568_584_231_922_1,
            ),
            (
                263,
                1000,
                0.05,
                0.235_943_524_680_476,
                0.291_459_361_439_264_1,
            ),
        ] {
            let (rate, other) = (Rate::new(x, 1.0).unwrap(), Rate::new(n - x, 1.0).unwrap());
            let (low, high) = rate_ratio_bounds(rate, other, misrate).unwrap();
            for (odds, share) in [(low, lower), (high, upper)] {
                assert!(
                    (odds / (1.0 + odds) - share).abs() < 1e-10,
                    "{x} of {n}: {odds}"
                );
            }
        }
        // From the same scipy bounds: breast cancer, 41 in 28,010 against 15 in 19,017 woman-years.
        let (rate, other) = (
            Rate::new(41, 28_010.0).unwrap(),
            Rate::new(15, 19_017.0).unwrap(),
        );
        let (low, high) = rate_ratio_bounds(rate, other, 0.05).unwrap();
        assert!(
            (low - 1.005_684_062_689_256_8).abs() < 1e-9
                && (high - 3.609_300_311_077_905_4).abs() < 1e-9
        );
    }

    #[test]
    fn rates_without_events_are_judged_by_what_there_is() {
        let of = |events, exposure| Rate::new(events, exposure).unwrap();
        let found = judge_rates(of(0, 1.0), of(0, 1.0), &RULE);
        assert_eq!(found.reason, Reason::TooFewPairs { have: 0, needed: 6 });
        assert_eq!(
            judge_rates(of(6, 1.0), of(0, 1.0), &RULE).verdict,
            Verdict::Worse
        );
        assert_eq!(
            judge_rates(of(0, 1.0), of(6, 1.0), &RULE).verdict,
            Verdict::Better
        );
        let few = judge_rates(of(5, 1.0), of(0, 1.0), &RULE);
        assert_eq!(
            (few.verdict, few.reason),
            (
                Verdict::Undecided,
                Reason::TooFewPairs { have: 5, needed: 6 }
            )
        );
        assert_eq!(
            judge_rates(of(50, 1.0), of(50, 1.0), &RULE).reason,
            Reason::IntervalTooWide
        );
        for events in [u64::MAX, 3_000_000, 900_000] {
            assert_eq!(
                judge_rates(of(events, 1.0), of(events, 1.0), &RULE).verdict,
                Verdict::Same,
                "{events}"
            );
            assert_eq!(
                judge_rates(of(events, 0.5), of(events, 1.0), &RULE).verdict,
                Verdict::Worse,
                "{events}"
            );
            assert_eq!(
                judge_rates(of(events, 1.0), of(3, 1.0), &RULE).verdict,
                Verdict::Worse,
                "{events}"
            );
        }
        for exposure in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Rate::new(1, exposure), None);
        }
    }

    /// Where the exact bounds end, the others continue.
    #[test]
    fn exact_and_normal_bounds_of_rates_meet() {
        let bounds = |events| {
            let rate = Rate::new(events, 1.0).unwrap();
            rate_ratio_bounds(rate, rate, 0.001).unwrap()
        };
        let (exact, normal) = (bounds(1_000_000), bounds(1_000_001));
        assert!(
            (exact.0 - normal.0).abs() < 1e-5 && (exact.1 - normal.1).abs() < 1e-5,
            "{exact:?} {normal:?}"
        );
    }

    #[test]
    fn equal_repeats_are_exact() {
        let found = judge_exact(&[100.0; 3], &[100.0; 4], &RULE).unwrap();
        assert_eq!(
            (found.verdict, found.reason, found.pairs),
            (Verdict::Same, Reason::Exact, 3)
        );
        assert_eq!(
            judge_exact(&[101.0; 3], &[100.0; 3], &RULE)
                .unwrap()
                .verdict,
            Verdict::Same
        );
        assert_eq!(
            judge_exact(&[103.0; 3], &[100.0; 3], &RULE)
                .unwrap()
                .verdict,
            Verdict::Worse
        );
        assert_eq!(
            judge_exact(&[0.0, -0.0, 0.0], &[0.0; 3], &RULE)
                .unwrap()
                .verdict,
            Verdict::Same
        );
        assert_eq!(
            judge_exact(&[1.0; 3], &[0.0; 3], &RULE).unwrap().verdict,
            Verdict::Worse
        );
        assert_eq!(
            judge_exact(&[-3.0; 3], &[-2.0; 3], &RULE).unwrap().verdict,
            Verdict::Better
        );
        for (candidate, base) in [
            (&[1.0; 2][..], &[1.0; 3][..]),
            (&[], &[1.0; 3]),
            (&[f64::NAN; 3], &[1.0; 3]),
            (&[f64::INFINITY; 3], &[1.0; 3]),
            (&[1.0, 1.0, 1.5], &[1.0; 3]),
        ] {
            assert_eq!(judge_exact(candidate, base, &RULE), None);
        }
    }
}
