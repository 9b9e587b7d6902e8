//! The judge of stored runs against stored runs: nothing was paired.

use crate::stats::{MISRATE, mean, median, ratio, std, summary};

use super::family::{has_shift_bounds, replicates_for};
use super::presence::{judge_presence, presence_of};
use super::reason::Reason;
use super::signed_rank::magnitude_of;
use super::verdict::{Effect, Judgement, Rule, Scale, Verdict};
use crate::stats::distribution::student_two_sided;

/// The fewest runs of a history that show how much runs differ.
pub const FEWEST_RUNS: usize = 3;

/// The fewest replicates on each side with bounds at a misrate: four at 5 %.
///
/// ```
/// assert_eq!(bencher_core::regression::replicates_needed(0.05), 4);
/// ```
pub fn replicates_needed(misrate: f64) -> usize {
    replicates_for(misrate)
}

/// The judgement of replicates of a candidate against independent replicates of its base.
///
/// A value is the centre of one fresh process. The ratio is the median of all quotients, with the bounds of Mann and
/// Whitney's test; values that are not all above zero are compared by difference. The bounds hold for processes
/// that differ as these do: a machine that changed between two sessions changes one side only. One replicate each
/// is undecided ([`Reason::OneRunEach`]); [`judge_runs`] judges those with a history.
///
/// ```
/// use bencher_core::var::Direction;
/// use bencher_core::regression::{Rule, Threshold, Verdict, judge_replicates};
/// let rule = Rule { threshold: Threshold::POINT, direction: Direction::Minimize, misrate: 0.05 };
/// let found = judge_replicates(&[2.0, 2.1, 2.05, 2.2], &[1.0, 1.1, 1.05, 1.02], &rule);
/// assert_eq!(found.verdict, Verdict::Worse);
/// ```
pub fn judge_replicates(candidate: &[f64], base: &[f64], rule: &Rule) -> Judgement {
    if let Some(found) = judge_presence(presence_of(candidate), presence_of(base)) {
        return found;
    }
    let (candidate, base) = (finite(candidate), finite(base));
    let have = candidate.len().min(base.len());
    let Some(effect) = shift_effect(&candidate, &base, rule.misrate) else {
        return Judgement::without_effect(Verdict::Undecided, Reason::ValuesNotPositive);
    };
    let found = Judgement::of_effect(effect, have, rule);
    let is_relative_to_nothing = effect.scale == Scale::Difference { base: 0.0 };
    let reason = match found.verdict {
        Verdict::Undecided if candidate.len() == 1 && base.len() == 1 => Reason::OneRunEach,
        Verdict::Undecided if !has_shift_bounds(candidate.len(), base.len(), rule.misrate) => {
            let needed = replicates_for(rule.misrate);
            Reason::TooFewPairs { have, needed }
        }
        Verdict::Undecided if is_relative_to_nothing => Reason::ValuesNotPositive,
        _ => found.reason,
    };
    Judgement { reason, ..found }
}

fn finite(values: &[f64]) -> Vec<f64> {
    values.iter().copied().filter(|x| x.is_finite()).collect()
}

fn shift_effect(candidate: &[f64], base: &[f64], misrate: f64) -> Option<Effect> {
    if let Some(found) = ratio(candidate, base, misrate) {
        return Some(Effect {
            scale: Scale::Ratio,
            centre: found.ratio,
            lower: found.lower,
            upper: found.upper,
        });
    }
    // Differences are logarithms of ratios of exponentials; within 1 of 0 these are far from the ends of the floats.
    let unit = magnitude_of(candidate)?.max(magnitude_of(base)?);
    let scaled = |values: &[f64]| {
        values
            .iter()
            .map(|x| (x / unit).exp())
            .collect::<Vec<f64>>()
    };
    let found = ratio(&scaled(candidate), &scaled(base), misrate)?;
    let magnitudes: Vec<f64> = base.iter().map(|x| x.abs()).collect();
    let back = |ratio: f64| ratio.ln() * unit;
    Some(Effect {
        scale: Scale::Difference {
            base: median(&magnitudes)?,
        },
        centre: back(found.ratio),
        lower: found.lower.map(back),
        upper: found.upper.map(back),
    })
}

/// How much runs of the same code differ from each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BetweenRuns {
    /// The standard deviation of the logarithm of a run's result, without a unit; its measurement error included.
    pub deviation: f64,
    /// The degrees of freedom of that estimate.
    pub freedom: f64,
}

impl BetweenRuns {
    /// The standard deviation of the logarithms of runs' results, with one degree of freedom less than runs.
    ///
    /// None of fewer than [`FEWEST_RUNS`], of values that are not finite and above zero, or of equal ones: equal
    /// results say that the clock is coarse, not that runs never differ.
    ///
    /// ```
    /// use bencher_core::regression::BetweenRuns;
    /// let found = BetweenRuns::from_runs(&[10.0, 10.2, 9.9, 10.1]).ok_or("too few")?;
    /// assert!((found.deviation - 0.01285).abs() < 1e-5 && found.freedom == 3.0);
    /// assert_eq!(BetweenRuns::from_runs(&[10.0, 10.2]), None);
    /// # Ok::<(), &str>(())
    /// ```
    pub fn from_runs(results: &[f64]) -> Option<Self> {
        let logs = logs(results).filter(|logs| logs.len() >= FEWEST_RUNS)?;
        let deviation = std(&logs, 1)?;
        // Equal logarithms may differ from their mean by a rounding error.
        (deviation > 1e-12).then_some(Self {
            deviation,
            freedom: (logs.len() - 1) as f64,
        })
    }

    /// The factor by which the result of one run may lie above or below that of another: `exp(t(v; 1 - m/2) s)`.
    ///
    /// The result of a run, divided by it and multiplied by it, gives bounds that hold for any run, at a misrate of
    /// `m`: a share above 0 and below 1. None if the factor is beyond the floats.
    ///
    /// ```
    /// use bencher_core::regression::BetweenRuns;
    /// let between = BetweenRuns { deviation: 0.01, freedom: 5.0 };
    /// let factor = between.factor(0.05).ok_or("unknown")?;
    /// assert!((factor - (2.5706 * 0.01_f64).exp()).abs() < 1e-6, "Student's t of five degrees of freedom is 2.5706");
    /// # Ok::<(), &str>(())
    /// ```
    pub fn factor(&self, misrate: f64) -> Option<f64> {
        let factor = (student_two_sided(misrate, self.freedom) * self.deviation).exp();
        (factor.is_finite() && factor >= 1.0).then_some(factor)
    }
}

/// The judgement of stored runs, single ones too, whose differences between runs are known from other runs.
///
/// The interval of the difference of two means of logarithms, with a standard deviation `s` of `v` degrees of
/// freedom that was estimated elsewhere: `t(v; 1 - m/2) s sqrt(1/n + 1/k)` (Student, 1908; Hahn and Meeker,
/// *Statistical Intervals*, 1991, section 4.8). `s` must come from runs that are neither the candidate nor the
/// base, each as long as those; its logarithms are taken for normal.
///
/// ```
/// use bencher_core::var::Direction;
/// use bencher_core::regression::{BetweenRuns, Rule, Threshold, Verdict, judge_runs};
/// let rule = Rule { threshold: Threshold::POINT, direction: Direction::Minimize, misrate: 0.05 };
/// let between = BetweenRuns { deviation: 0.01, freedom: 5.0 };
/// assert_eq!(judge_runs(&[1.1], &[1.0], &between, &rule).verdict, Verdict::Worse);
/// assert_eq!(judge_runs(&[1.03], &[1.0], &between, &rule).verdict, Verdict::Undecided);
/// ```
pub fn judge_runs(
    candidate: &[f64],
    base: &[f64],
    between: &BetweenRuns,
    rule: &Rule,
) -> Judgement {
    if let Some(found) = judge_presence(presence_of(candidate), presence_of(base)) {
        return found;
    }
    let (candidate, base) = (finite(candidate), finite(base));
    let means = logs(&candidate).zip(logs(&base));
    let Some((after, before)) = means.and_then(|(c, b)| mean(&c).zip(mean(&b))) else {
        return Judgement::without_effect(Verdict::Undecided, Reason::ValuesNotPositive);
    };
    let shift = after - before;
    let runs = 1.0 / candidate.len() as f64 + 1.0 / base.len() as f64;
    let width = student_two_sided(rule.misrate, between.freedom) * between.deviation * runs.sqrt();
    // A standard deviation that is negative or NaN is none.
    let bounds =
        (between.deviation >= 0.0 && !width.is_nan()).then_some((shift - width, shift + width));
    let have = candidate.len().min(base.len());
    Judgement::of_effect(Effect::of_log_ratio(shift, bounds), have, rule)
}

/// The judgement of stored runs from their replicates: each element is one run, each of its values one process.
///
/// With a known spread between runs, the centres of the runs go to [`judge_runs`]. Without it, the unit is the run
/// where a side has several of them. One run each keeps the effect and bounds of [`judge_replicates`], which hold
/// for these two runs, but is undecided ([`Reason::OneRunEach`]): in a simulation where runs of equal code differ by
/// 1 % and processes by 0.5 %, such bounds exclude equality in three of four cases.
///
/// ```
/// use bencher_core::var::Direction;
/// use bencher_core::regression::{BetweenRuns, Reason, Rule, Threshold, Verdict, judge_stored};
/// let rule = Rule { threshold: Threshold::POINT, direction: Direction::Minimize, misrate: 0.05 };
/// let (candidate, base) = (vec![vec![1.1, 1.11, 1.12, 1.1]], vec![vec![1.0, 1.01, 1.02, 1.0]]);
/// let found = judge_stored(&candidate, &base, None, &rule);
/// assert_eq!((found.verdict, found.reason), (Verdict::Undecided, Reason::OneRunEach));
/// let between = BetweenRuns { deviation: 0.01, freedom: 5.0 };
/// assert_eq!(judge_stored(&candidate, &base, Some(&between), &rule).verdict, Verdict::Worse);
/// ```
pub fn judge_stored(
    candidate: &[Vec<f64>],
    base: &[Vec<f64>],
    between: Option<&BetweenRuns>,
    rule: &Rule,
) -> Judgement {
    let centre = |run: &Vec<f64>| summary(&finite(run), MISRATE).map(|found| found.centre);
    let centres = |runs: &[Vec<f64>]| runs.iter().filter_map(centre).collect::<Vec<f64>>();
    let (after, before) = (centres(candidate), centres(base));
    match between {
        Some(between) => judge_runs(&after, &before, between, rule),
        None if after.len() != 1 || before.len() != 1 => judge_replicates(&after, &before, rule),
        None => {
            let found = judge_replicates(&candidate.concat(), &base.concat(), rule);
            Judgement {
                verdict: Verdict::Undecided,
                reason: Reason::OneRunEach,
                ..found
            }
        }
    }
}

/// The judgement of new runs against a history of runs of the same code: the history is base and spread at once.
///
/// The prediction interval of the mean of `n` new values after `k` old ones, `t(k - 1; 1 - m/2) s sqrt(1/n + 1/k)`
/// (Hahn and Meeker, 1991, section 4.8); exact for normal logarithms. A history shorter than [`FEWEST_RUNS`] is
/// [`Reason::TooFewPairs`].
///
/// ```
/// use bencher_core::var::Direction;
/// use bencher_core::regression::{Rule, Threshold, Verdict, judge_against_history};
/// let rule = Rule { threshold: Threshold::POINT, direction: Direction::Minimize, misrate: 0.05 };
/// let found = judge_against_history(&[11.0], &[10.0, 10.2, 9.9, 10.1], &rule);
/// assert_eq!(found.verdict, Verdict::Worse);
/// ```
pub fn judge_against_history(candidate: &[f64], history: &[f64], rule: &Rule) -> Judgement {
    if let Some(found) = judge_presence(presence_of(candidate), presence_of(history)) {
        return found;
    }
    let history = finite(history);
    if let Some(between) = BetweenRuns::from_runs(&history) {
        return judge_runs(candidate, &history, &between, rule);
    }
    let reason = if logs(&history).is_none() {
        Reason::ValuesNotPositive
    } else if history.len() < FEWEST_RUNS {
        let (have, needed) = (history.len(), FEWEST_RUNS);
        Reason::TooFewPairs { have, needed }
    } else {
        // Equal results do not show how much runs differ.
        Reason::IntervalTooWide
    };
    Judgement::without_effect(Verdict::Undecided, reason)
}

fn logs(values: &[f64]) -> Option<Vec<f64>> {
    let log = |x: &f64| (x.is_finite() && *x > 0.0).then(|| x.ln());
    values.iter().map(log).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regression::verdict::Threshold;
    use crate::var::Direction;
    use proptest::prelude::*;

    const RULE: Rule = Rule {
        threshold: Threshold::POINT,
        direction: Direction::Minimize,
        misrate: 0.05,
    };

    /// The tables of Mann and Whitney give 16 as the critical value of two samples of ten at 1 %, two-sided, 51 of
    /// fifteen, 7 of eight: the bounds are the next of the ordered differences of logarithms.
    #[test]
    fn bounds_are_those_of_the_published_critical_values() {
        for (n, critical) in [(8_u32, 7), (10, 16), (15, 51)] {
            let base: Vec<f64> = (1..=n).map(|k| f64::from(k * k)).collect();
            let candidate: Vec<f64> = (1..=n)
                .map(|k| f64::from(k * k) + 0.3 * f64::from(k))
                .collect();
            let mut logs: Vec<f64> = Vec::new();
            for c in &candidate {
                logs.extend(base.iter().map(|b| c.ln() - b.ln()));
            }
            logs.sort_by(f64::total_cmp);
            let effect = judge_replicates(
                &candidate,
                &base,
                &Rule {
                    misrate: 0.01,
                    ..RULE
                },
            )
            .effect
            .unwrap();
            let lower = effect.lower.unwrap().ln();
            assert!((lower - logs[critical]).abs() < 1e-12, "{n}: {lower}");
            let upper = effect.upper.unwrap().ln();
            assert!(
                (upper - logs[logs.len() - 1 - critical]).abs() < 1e-12,
                "{n}: {upper}"
            );
        }
    }

    #[test]
    fn one_run_each_is_undecided_whatever_it_shows() {
        let found = judge_replicates(&[9.0], &[1.0], &RULE);
        assert_eq!(
            (found.verdict, found.reason),
            (Verdict::Undecided, Reason::OneRunEach)
        );
        assert!((found.effect.unwrap().centre - 9.0).abs() < 1e-12);
        let found = judge_replicates(&[9.0; 3], &[1.0; 3], &RULE);
        assert_eq!(found.reason, Reason::TooFewPairs { have: 3, needed: 4 });
    }

    #[test]
    fn negative_values_are_compared_by_difference() {
        let found = judge_replicates(
            &[-1.0, 0.0, -1.0, -0.5],
            &[-10.0, -11.0, -10.5, -10.0],
            &RULE,
        );
        assert_eq!(found.verdict, Verdict::Worse);
        assert_eq!(
            found.effect.unwrap().scale,
            Scale::Difference { base: 10.25 }
        );
        // Of the sixteen differences four are 9, four 9.5, five 10, and three more: the median is between 9.5 and 10.
        assert!(
            (found.effect.unwrap().centre - 9.75).abs() < 1e-9,
            "{found:?}"
        );
        assert_eq!(
            judge_replicates(&[0.0; 4], &[0.0; 4], &RULE).verdict,
            Verdict::Same
        );
        let found = judge_replicates(&[1.0, -1.0, 2.0, -2.0], &[0.0; 4], &RULE);
        assert_eq!(found.reason, Reason::ValuesNotPositive);
        assert_eq!(
            judge_replicates(&[1e308; 4], &[-1e308; 4], &RULE).verdict,
            Verdict::Worse
        );
    }

    /// scipy 1.17: `t.isf(0.025, 3) * s * sqrt(1 + 1/4)` and `t.isf(0.025, 5) * 0.01 * sqrt(2)`.
    #[test]
    fn intervals_of_runs_are_those_of_scipy() {
        let effect = judge_against_history(&[11.0], &[10.0, 10.2, 9.9, 10.1], &RULE)
            .effect
            .unwrap();
        assert!((effect.centre.ln() - 0.090_384_524_230_363_36).abs() < 1e-12);
        assert!(
            (effect.upper.unwrap().ln() - effect.centre.ln() - 0.045_709_670_423_949_446).abs()
                < 1e-10
        );
        let between = BetweenRuns {
            deviation: 0.01,
            freedom: 5.0,
        };
        let effect = judge_runs(&[1.1], &[1.0], &between, &RULE).effect.unwrap();
        assert!(
            (effect.lower.unwrap().ln() - (0.095_310_179_804_324_93 - 0.036_353_516_951_468_04))
                .abs()
                < 1e-10
        );
    }

    #[test]
    fn a_history_that_shows_no_spread_decides_nothing() {
        for (history, reason) in [
            (&[1.0, 1.1][..], Reason::TooFewPairs { have: 2, needed: 3 }),
            (&[1.0, -1.1, 1.0], Reason::ValuesNotPositive),
            (&[1.1; 5], Reason::IntervalTooWide),
            (&[], Reason::New),
        ] {
            let found = judge_against_history(&[3.0], history, &RULE);
            assert_eq!(
                (found.verdict, found.reason),
                (Verdict::Undecided, reason),
                "{history:?}"
            );
        }
        assert_eq!(
            judge_against_history(&[], &[1.0, 1.1, 1.2], &RULE).reason,
            Reason::Vanished
        );
        assert_eq!(
            judge_against_history(&[0.0], &[1.0, 1.1, 1.2], &RULE).reason,
            Reason::ValuesNotPositive
        );
        for (deviation, freedom) in [
            (f64::NAN, 5.0),
            (-1.0, 5.0),
            (0.1, 0.0),
            (0.1, f64::NAN),
            (0.0, 0.0),
        ] {
            let found = judge_runs(&[3.0], &[1.0], &BetweenRuns { deviation, freedom }, &RULE);
            assert_eq!(found.verdict, Verdict::Undecided, "{deviation} {freedom}");
        }
    }

    #[test]
    fn stored_runs_are_judged_by_what_is_known_of_runs() {
        let run = |centre: f64| vec![centre, centre * 1.001, f64::NAN, centre * 0.999, centre];
        let reason = |candidate: &[Vec<f64>], base: &[Vec<f64>]| {
            let found = judge_stored(candidate, base, None, &RULE);
            (found.verdict, found.reason)
        };
        let one = judge_stored(&[run(1.1)], &[run(1.0)], None, &RULE);
        assert_eq!(
            (one.verdict, one.reason, one.pairs),
            (Verdict::Undecided, Reason::OneRunEach, 4)
        );
        let lower = one.effect.and_then(|effect| effect.lower);
        assert!(
            lower.is_some_and(|lower| lower > 1.09),
            "the bounds of these two runs are kept"
        );
        let several = [run(1.1), run(1.11), run(1.12), run(1.1)];
        let before = [run(1.0), run(1.01), run(1.0), run(1.02)];
        assert_eq!(reason(&several, &before).0, Verdict::Worse);
        assert_eq!(
            reason(&several[..3], &before[..3]).1,
            Reason::TooFewPairs { have: 3, needed: 4 }
        );
        assert_eq!(reason(&[], &before), (Verdict::Worse, Reason::Vanished));
        assert_eq!(
            reason(&[vec![]], &before),
            (Verdict::Worse, Reason::Vanished)
        );
        assert_eq!(reason(&several, &[vec![f64::NAN]]).1, Reason::New);
    }

    /// Student's t is exact for normal logarithms: the misses of many simulated histories are the misrate, within
    /// three standard errors. The sum of twelve uniform values is nearly normal.
    #[test]
    fn bounds_of_runs_miss_as_often_as_they_say() {
        let mut state = 7_u64;
        let mut normal = || {
            let mut total = -6.0;
            for _ in 0..12 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                total += (state >> 11) as f64 / (1_u64 << 53) as f64;
            }
            total
        };
        let trials = 2_000;
        let rule = Rule {
            threshold: Threshold::NONE,
            misrate: 0.1,
            ..RULE
        };
        let (mut single, mut history_misses) = (0, 0);
        for _ in 0..trials {
            let mut runs = |count: usize| {
                (0..count)
                    .map(|_| (0.02 * normal()).exp())
                    .collect::<Vec<f64>>()
            };
            let (history, pair) = (runs(4), runs(2));
            let between = BetweenRuns::from_runs(&history).unwrap();
            single += usize::from(
                judge_runs(&pair[..1], &pair[1..], &between, &rule).verdict != Verdict::Undecided,
            );
            let found = judge_against_history(&pair[..1], &history, &rule);
            history_misses += usize::from(found.verdict != Verdict::Undecided);
        }
        for misses in [single, history_misses] {
            let share = misses as f64 / f64::from(trials);
            assert!((share - 0.1).abs() < 0.02, "{share}");
        }
    }

    #[test]
    fn many_replicates_are_judged_too() {
        let base: Vec<f64> = (0..100_000_u32)
            .map(|n| 1.0 + f64::from(n * 7919 % 1009) / 1e5)
            .collect();
        let candidate: Vec<f64> = base.iter().map(|x| x * 1.03).collect();
        let found = judge_replicates(&candidate, &base, &RULE);
        assert_eq!((found.verdict, found.pairs), (Verdict::Worse, 100_000));
    }

    proptest! {
        #[test]
        fn no_number_makes_it_panic(
            candidate in proptest::collection::vec(any::<f64>(), 0..9),
            base in proptest::collection::vec(any::<f64>(), 0..9),
            misrate in any::<f64>(),
            deviation in any::<f64>(),
        ) {
            let rule = Rule { misrate, ..RULE };
            let found = judge_replicates(&candidate, &base, &rule);
            prop_assert!(found.pairs <= candidate.len().min(base.len()));
            judge_against_history(&candidate, &base, &rule);
            judge_runs(&candidate, &base, &BetweenRuns { deviation, freedom: misrate }, &rule);
        }
    }
}
