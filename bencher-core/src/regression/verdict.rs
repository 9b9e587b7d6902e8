//! The verdict on a point, the effect behind it, and the rule that leads from one to the other.

use crate::dataset::{digits, quantity};
use crate::var::Direction;

use super::reason::Reason;

/// What a comparison of a candidate with its base shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Worse by more than the threshold; of a result without a direction: different.
    Worse,
    /// Better by more than the threshold.
    Better,
    /// Different by less than the threshold.
    Same,
    /// The data do not decide.
    Undecided,
}

impl Verdict {
    /// The word for people: times become `slower` or `faster`, a result without a direction `different`.
    ///
    /// ```
    /// use bencher_core::var::Direction;
    /// use bencher_core::regression::Verdict;
    /// assert_eq!(Verdict::Worse.word(Direction::Minimize, true), "slower");
    /// assert_eq!(Verdict::Worse.word(Direction::Maximize, false), "worse");
    /// assert_eq!(Verdict::Worse.word(Direction::None, false), "different");
    /// ```
    pub fn word(self, direction: Direction, is_time: bool) -> &'static str {
        match (self, direction) {
            (Verdict::Worse | Verdict::Better, Direction::None) => "different",
            // A time that should be long is no speed.
            (Verdict::Worse, Direction::Minimize) if is_time => "slower",
            (Verdict::Better, Direction::Minimize) if is_time => "faster",
            (Verdict::Worse, _) => "worse",
            (Verdict::Better, _) => "better",
            (Verdict::Same, _) => "same",
            (Verdict::Undecided, _) => "undecided",
        }
    }
}

/// How an effect is expressed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// Candidate over base, without a unit; 1 is no effect.
    Ratio,
    /// Candidate minus base, in the unit of the values; 0 is no effect.
    Difference {
        /// The magnitude that a threshold is a share of: the median of the base's magnitudes, 1 for proportions.
        base: f64,
    },
}

/// How much larger the candidate is than its base, with simultaneous bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// Ratio or difference.
    pub scale: Scale,
    /// The estimate.
    pub centre: f64,
    /// The lower bound; none where there are too few values.
    pub lower: Option<f64>,
    /// The upper bound.
    pub upper: Option<f64>,
}

impl Effect {
    /// The ratio that a log-ratio and its bounds amount to.
    pub fn of_log_ratio(centre: f64, bounds: Option<(f64, f64)>) -> Self {
        Self {
            scale: Scale::Ratio,
            centre: centre.exp(),
            lower: bounds.map(|(lower, _)| lower.exp()),
            upper: bounds.map(|(_, upper)| upper.exp()),
        }
    }

    /// The values between which an effect counts as none: `1 / (1 + t)` and `1 + t` of ratios, the share `t` of
    /// the base's magnitude either way of differences.
    pub fn band(&self, threshold: Threshold) -> (f64, f64) {
        match self.scale {
            Scale::Ratio => (1.0 / (1.0 + threshold.share()), 1.0 + threshold.share()),
            Scale::Difference { base } => (
                -threshold.share() * base.abs(),
                threshold.share() * base.abs(),
            ),
        }
    }

    /// The verdict of the bounds, without a look at how many values made them.
    ///
    /// The comparisons with the threshold are strict, as those of the percentage rule: an effect of exactly the
    /// threshold is the same. Bounds that are NaN decide nothing.
    ///
    /// ```
    /// use bencher_core::var::Direction;
    /// use bencher_core::regression::{Effect, Reason, Rule, Threshold, Verdict};
    /// let rule = Rule { threshold: Threshold::POINT, direction: Direction::Maximize, misrate: 0.05 };
    /// let effect = Effect::of_log_ratio(0.05, Some((0.03, 0.07)));
    /// assert_eq!(effect.judge(&rule), (Verdict::Better, Reason::BeyondThreshold));
    /// ```
    pub fn judge(&self, rule: &Rule) -> (Verdict, Reason) {
        let (Some(lower), Some(upper)) = (self.lower, self.upper) else {
            return (Verdict::Undecided, Reason::IntervalTooWide);
        };
        let (low, high) = self.band(rule.threshold);
        let beyond = |is_worse| {
            let verdict = if is_worse {
                Verdict::Worse
            } else {
                Verdict::Better
            };
            (verdict, Reason::BeyondThreshold)
        };
        if lower > high {
            beyond(rule.direction != Direction::Maximize)
        } else if upper < low {
            beyond(rule.direction != Direction::Minimize)
        } else if lower >= low && upper <= high {
            (Verdict::Same, Reason::WithinThreshold)
        } else {
            (Verdict::Undecided, Reason::IntervalTooWide)
        }
    }
}

impl Effect {
    /// The effect with its bounds in words: ratios in percent, differences in `units`.
    ///
    /// ```
    /// use bencher_core::regression::Effect;
    /// let effect = Effect::of_log_ratio(1.05_f64.ln(), Some((1.04_f64.ln(), 1.06_f64.ln())));
    /// assert_eq!(effect.text("s"), "+5 % (+4 % … +6 %)");
    /// assert_eq!(Effect { lower: None, ..effect }.text("s"), "+5 % ± ?");
    /// ```
    pub fn text(&self, units: &str) -> String {
        let text = |x: f64| match self.scale {
            Scale::Ratio => {
                let percent = (x - 1.0) * 100.0;
                if percent.is_finite() && x < 10.0 {
                    let sign = if percent > 0.0 { "+" } else { "" };
                    format!("{sign}{} %", digits(percent, 3))
                } else {
                    format!("×{}", digits(x, 3))
                }
            }
            Scale::Difference { .. } => {
                let sign = if x > 0.0 { "+" } else { "" };
                format!("{sign}{}", quantity(x, units))
            }
        };
        let centre = text(self.centre);
        match (self.lower, self.upper) {
            (Some(lower), Some(upper)) if lower.total_cmp(&upper).is_eq() => centre,
            (Some(lower), Some(upper)) => {
                format!("{centre} ({} … {})", text(lower), text(upper))
            }
            _ => format!("{centre} ± ?"),
        }
    }
}

/// The practical threshold: effects up to this share are the same for the reader.
///
/// ```
/// use bencher_core::regression::Threshold;
/// assert_eq!(Threshold::default(), Threshold::POINT);
/// assert_eq!(Threshold::new(0.1).map(Threshold::share), Some(0.1));
/// assert_eq!(Threshold::new(-0.1), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold(f64);

impl Threshold {
    /// The default for single points: 2 %.
    pub const POINT: Self = Self(0.02);
    /// The default for many points together: 0.5 %, because a shift of 1 % everywhere should be seen.
    pub const AXIS: Self = Self(0.005);
    /// No threshold: every effect that the bounds show counts.
    pub const NONE: Self = Self(0.0);

    /// A threshold of this share: 0.02 for 2 %; none of a share that is negative or not finite.
    pub fn new(share: f64) -> Option<Self> {
        (share.is_finite() && share >= 0.0).then_some(Self(share))
    }

    /// The share: 0.02 for 2 %.
    pub fn share(self) -> f64 {
        self.0
    }

    /// The threshold on the logarithm of a ratio: `ln(1 + share)`.
    pub fn log(self) -> f64 {
        self.0.ln_1p()
    }
}

impl Default for Threshold {
    fn default() -> Self {
        Self::POINT
    }
}

/// What a judge goes by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// The effect that counts as none.
    pub threshold: Threshold,
    /// Which way the result is better.
    pub direction: Direction,
    /// How often the bounds of this one point may miss, both sides together: a share above 0 and below 1.
    pub misrate: f64,
}

/// The verdict on one point, and what it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// Its reason.
    pub reason: Reason,
    /// The effect; none where there is nothing to compare.
    pub effect: Option<Effect>,
    /// How many pairs, replicates, runs or trials of the smaller side it rests on.
    pub pairs: usize,
    /// How often the bounds may miss.
    pub misrate: f64,
}

impl Judgement {
    /// A judgement without an effect.
    pub fn without_effect(verdict: Verdict, reason: Reason) -> Self {
        Self {
            verdict,
            reason,
            effect: None,
            pairs: 0,
            misrate: 0.0,
        }
    }

    /// The judgement of an effect of `pairs` pairs.
    pub fn of_effect(effect: Effect, pairs: usize, rule: &Rule) -> Self {
        let (verdict, reason) = effect.judge(rule);
        Self {
            verdict,
            reason,
            effect: Some(effect),
            pairs,
            misrate: rule.misrate,
        }
    }

    /// The same judgement of values that have several modes: that is why it is undecided, if it is.
    ///
    /// The bounds of pairs in random order hold with several modes too, so a decided verdict stays.
    pub fn with_several_modes(self) -> Self {
        let is_wide = self.reason == Reason::IntervalTooWide;
        Self {
            reason: if is_wide {
                Reason::SeveralModes
            } else {
                self.reason
            },
            ..self
        }
    }
}

/// The exit status of a gate: 3 where a point is worse, 4 where one is undecided, else 0.
///
/// A point without a comparison (new, or measured in neither run) does not hold up the gate. Nothing judged at
/// all is undecided: an empty comparison must not pass for a clean one.
///
/// ```
/// use bencher_core::regression::{Judgement, Reason, Verdict, exit_status};
/// let worse = Judgement::without_effect(Verdict::Worse, Reason::Vanished);
/// let new = Judgement::without_effect(Verdict::Undecided, Reason::New);
/// assert_eq!(exit_status(&[worse, new]), 3);
/// assert_eq!(exit_status(&[new]), 0);
/// assert_eq!(exit_status(&[]), 4);
/// ```
pub fn exit_status(judgements: &[Judgement]) -> u8 {
    let is_open = |found: &Judgement| {
        found.verdict == Verdict::Undecided && !found.reason.is_without_comparison()
    };
    if judgements
        .iter()
        .any(|found| found.verdict == Verdict::Worse)
    {
        3
    } else if judgements.is_empty() || judgements.iter().any(is_open) {
        4
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(direction: Direction) -> Rule {
        Rule {
            threshold: Threshold::POINT,
            direction,
            misrate: 0.05,
        }
    }

    fn ratio(lower: f64, upper: f64) -> Effect {
        Effect {
            scale: Scale::Ratio,
            centre: f64::midpoint(lower, upper),
            lower: Some(lower),
            upper: Some(upper),
        }
    }

    #[test]
    fn the_direction_says_which_way_is_worse() {
        let cases = [
            (
                1.03,
                1.05,
                [Verdict::Worse, Verdict::Better, Verdict::Worse],
            ),
            (
                0.90,
                0.95,
                [Verdict::Better, Verdict::Worse, Verdict::Worse],
            ),
            (0.99, 1.01, [Verdict::Same; 3]),
            (1.01, 1.05, [Verdict::Undecided; 3]),
            (0.5, 1.5, [Verdict::Undecided; 3]),
            (f64::NAN, f64::NAN, [Verdict::Undecided; 3]),
            (
                2.0,
                f64::INFINITY,
                [Verdict::Worse, Verdict::Better, Verdict::Worse],
            ),
        ];
        for (lower, upper, verdicts) in cases {
            let directions = [Direction::Minimize, Direction::Maximize, Direction::None];
            for (direction, verdict) in directions.into_iter().zip(verdicts) {
                let found = ratio(lower, upper).judge(&rule(direction)).0;
                assert_eq!(found, verdict, "{lower}..{upper} {direction:?}");
            }
        }
    }

    /// On the scale of logarithms twice as slow and twice as fast are equally far: the band is `1 / 1.02` to 1.02.
    #[test]
    fn the_band_is_symmetric_on_logarithms() {
        let (low, high) = ratio(1.0, 1.0).band(Threshold::POINT);
        assert!((low.ln() + high.ln()).abs() < 1e-15);
        let exact = ratio(high, high).judge(&rule(Direction::Minimize));
        assert_eq!(exact, (Verdict::Same, Reason::WithinThreshold));
        // 0.981 is within 1 / 1.02 = 0.98039, 0.980 is not.
        assert_eq!(
            ratio(0.981, 1.0).judge(&rule(Direction::Minimize)).0,
            Verdict::Same
        );
        assert_eq!(
            ratio(0.980, 1.0).judge(&rule(Direction::Minimize)).0,
            Verdict::Undecided
        );
    }

    #[test]
    fn differences_are_judged_by_a_share_of_the_base() {
        let of = |lower, upper, base| {
            let scale = Scale::Difference { base };
            Effect {
                scale,
                ..ratio(lower, upper)
            }
            .judge(&rule(Direction::Minimize))
            .0
        };
        assert_eq!(of(0.3, 0.4, -10.0), Verdict::Worse);
        assert_eq!(of(-0.1, 0.1, -10.0), Verdict::Same);
        assert_eq!(of(-0.1, 0.3, 10.0), Verdict::Undecided);
        assert_eq!(of(0.0, 0.0, 0.0), Verdict::Same);
        assert_eq!(of(1e-9, 1.0, 0.0), Verdict::Worse);
    }

    #[test]
    fn no_threshold_is_negative_or_not_finite() {
        for share in [-1e-9, f64::NAN, f64::INFINITY] {
            assert_eq!(Threshold::new(share), None);
        }
        assert!((Threshold::POINT.log() - 1.02_f64.ln()).abs() < 1e-15);
    }

    #[test]
    fn the_exit_status_puts_a_regression_first() {
        let of = |verdict, reason| Judgement::without_effect(verdict, reason);
        let open = of(Verdict::Undecided, Reason::IntervalTooWide);
        let same = of(Verdict::Same, Reason::WithinThreshold);
        let worse = of(Verdict::Worse, Reason::BeyondThreshold);
        assert_eq!(exit_status(&[same, same]), 0);
        assert_eq!(exit_status(&[same, open]), 4);
        assert_eq!(exit_status(&[open, worse]), 3);
        assert_eq!(open.with_several_modes().reason, Reason::SeveralModes);
        assert_eq!(worse.with_several_modes(), worse);
    }
}
