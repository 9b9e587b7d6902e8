//! The judge of events and of deterministic numbers.

use super::family::pairs_for;
use super::reason::Reason;
use super::verdict::{Effect, Judgement, Rule, Scale, Verdict};
use crate::stats::distribution::{beta_log_odds_above, normal_two_sided};

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
/// Three equal repeats are no proof, so only results that should be deterministic belong here: counts of operations,
/// sizes, checks that pass. The threshold holds for these too; [`Threshold::NONE`](crate::regression::Threshold::NONE)
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
