//! The error rate of many points that are judged together.

use crate::stats::distribution::ln_choose;

/// How often a whole gate may flag anything wrongly, unless said otherwise: 5 %.
pub const FAMILY_RATE: f64 = 0.05;

/// The share of the error rate that the effects along axes get where they are judged as well.
///
/// An even split costs the points one pair more, because the pairs needed grow by 1 where the rate is halved. The
/// alternative, all of them in one family, costs the few effects as much as the many points.
pub const AXES_SHARE: f64 = 0.5;

/// Which error rate a comparison of many points keeps.
///
/// ```
/// use bencher_core::regression::{ErrorControl, Family};
/// let family = Family::new(100).with_control(ErrorControl::FalseDiscovery);
/// // 1 + 1/2 + ... + 1/100 = 5.187
/// assert!((family.point_misrate() - 0.05 / 100.0 / 5.187_377_5).abs() < 1e-10);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ErrorControl {
    /// How often any point at all is flagged wrongly: Bonferroni's inequality (1936).
    #[default]
    FamilyWise,
    /// Which share of the flagged points is wrong on average, however the points depend on each other: Benjamini and
    /// Yekutieli (2001). Effects along axes keep their family-wise rate.
    FalseDiscovery,
}

/// The points, and effects along axes, of one gate, with the error rate for all of them.
///
/// Bonferroni's inequality (1936) divides the rate: it needs no independence, and simultaneous bounds exist for
/// it, which step-wise procedures (Holm, 1979) do not give.
///
/// ```
/// use bencher_core::regression::Family;
/// let family = Family::new(100);
/// assert_eq!(family.point_misrate(), 0.05 / 100.0);
/// assert_eq!(family.with_effects(21).effect_misrate(), 0.025 / 21.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Family {
    points: usize,
    effects: usize,
    rate: f64,
    control: ErrorControl,
}

impl Family {
    /// So many points, without effects along axes, at [`FAMILY_RATE`]. No point counts as one.
    pub fn new(points: usize) -> Self {
        Self {
            points: points.max(1),
            effects: 0,
            rate: FAMILY_RATE,
            control: ErrorControl::FamilyWise,
        }
    }

    /// With another kind of error rate.
    pub fn with_control(self, control: ErrorControl) -> Self {
        Self { control, ..self }
    }

    /// Together with `effects` effects along axes, which get [`AXES_SHARE`] of the rate.
    pub fn with_effects(self, effects: usize) -> Self {
        Self { effects, ..self }
    }

    /// At another error rate; none of a rate that is not above 0 and below 1.
    pub fn with_rate(self, rate: f64) -> Option<Self> {
        (rate > 0.0 && rate < 1.0).then_some(Self { rate, ..self })
    }

    /// How many points there are.
    pub fn points(&self) -> usize {
        self.points
    }

    /// The error rate of the family.
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// Which error rate it is.
    pub fn control(&self) -> ErrorControl {
        self.control
    }

    /// How often the bounds of one point may miss; with a false discovery rate, those of the only discovery.
    pub fn point_misrate(&self) -> f64 {
        let cost = match self.control {
            ErrorControl::FamilyWise => 1.0,
            ErrorControl::FalseDiscovery => harmonic_sum(self.points),
        };
        let share = if self.effects == 0 {
            1.0
        } else {
            1.0 - AXES_SHARE
        };
        self.rate * share / (self.points as f64 * cost)
    }

    /// How often the bounds of one effect along an axis may miss.
    pub fn effect_misrate(&self) -> f64 {
        self.rate * AXES_SHARE / self.effects.max(1) as f64
    }

    /// The number of pairs that bounds need where the rate is divided evenly over `looks` looks.
    pub fn pairs_needed(&self, looks: usize) -> usize {
        pairs_for(self.least_misrate() / looks.max(1) as f64)
    }

    /// The smaller one of the misrates of points and of effects.
    pub(crate) fn least_misrate(&self) -> f64 {
        match self.effects {
            0 => self.point_misrate(),
            _ => self.point_misrate().min(self.effect_misrate()),
        }
    }
}

/// How many pairs a family of points at [`FAMILY_RATE`] needs, with `looks` looks of equal rates.
///
/// ```
/// use bencher_core::regression::pairs_needed;
/// assert_eq!([100, 1_000, 10_000].map(|points| pairs_needed(points, 1)), [12, 16, 19]);
/// ```
pub fn pairs_needed(points: usize, looks: usize) -> usize {
    Family::new(points).pairs_needed(looks)
}

/// The fewest pairs with signed-rank bounds at a misrate: `1 + ceil(log2(1 / misrate))`.
///
/// All differences of one sign, the strongest evidence that n pairs can give, come with probability `2^(1 - n)`.
/// A misrate of 0, or NaN, counts as 1e-300; one of 1 or more needs one pair.
pub fn pairs_for(misrate: f64) -> usize {
    let misrate = if misrate > 1e-300 { misrate } else { 1e-300 };
    let mut pairs = 1;
    let mut least = 1.0;
    // Halving is exact, a logarithm is not: 1 / misrate may be a power of two.
    while least > misrate {
        least /= 2.0;
        pairs += 1;
    }
    pairs
}

/// The fewest replicates on each side with Mann-Whitney bounds at a misrate: `2 / choose(2n, n) <= misrate`.
pub(crate) fn replicates_for(misrate: f64) -> usize {
    let misrate = if misrate > 1e-300 { misrate } else { 1e-300 };
    let mut replicates = 1;
    while !has_shift_bounds(replicates, replicates, misrate) {
        replicates += 1;
    }
    replicates
}

/// Whether samples of these sizes can be told apart at a misrate at all.
pub(crate) fn has_shift_bounds(n: usize, m: usize, misrate: f64) -> bool {
    let least = 2.0_f64.ln() - ln_choose((n + m) as f64, n as f64);
    // A sum of rounded logarithms may be off by some units of the last place.
    least <= misrate.ln() + 1e-12
}

/// How far the points of a family may depend on each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dependence {
    /// In any way: Benjamini and Yekutieli (2001), which divides the rate by `1 + 1/2 + ... + 1/P`.
    ///
    /// The default. Points of one sweep share processes and machine, but nothing ensures that their errors lean
    /// the same way: a noisy second hurts one side at some points and the other side at others.
    #[default]
    Any,
    /// Independently or positively: Benjamini and Hochberg (1995).
    Positive,
}

/// Which points are discoveries, and the misrates of the matching bounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// Whether each point is a discovery.
    pub is_selected: Vec<bool>,
    /// The misrate of the bounds of the discoveries: of all of them, an expected share of at most the rate misses
    /// (false coverage rate; Benjamini and Yekutieli, 2005). These bounds lie beyond the threshold for each.
    pub misrate: f64,
    /// The misrate of the bounds of the others, by which they may be the same or undecided.
    pub rest_misrate: f64,
}

/// The discoveries among points, at a false discovery rate: of those flagged, the expected share of false ones.
///
/// The step-up rule: the largest R such that R p-values are at most `R q / (P c)`, where c is 1 or the harmonic sum of
/// P. The p-values are those against the threshold band
/// ([`SignedRanks::p_value`](crate::regression::SignedRanks::p_value)). NaN counts as 1. With several looks, `rate` is
/// the share of one look.
///
/// ```
/// use bencher_core::regression::{Dependence, select_discoveries};
/// let found = select_discoveries(&[0.001, 0.02, 0.9], 0.05, Dependence::Positive);
/// assert_eq!(found.is_selected, [true, true, false]);
/// assert!((found.misrate - 0.05 * 2.0 / 3.0).abs() < 1e-15);
/// ```
pub fn select_discoveries(p_values: &[f64], rate: f64, dependence: Dependence) -> Selection {
    let points = p_values.len();
    let cost = match dependence {
        Dependence::Positive => 1.0,
        Dependence::Any => harmonic_sum(points),
    };
    let one = rate / (points.max(1) as f64 * cost.max(1.0));
    let mut sorted: Vec<f64> = p_values
        .iter()
        .map(|p| if p.is_nan() { 1.0 } else { *p })
        .collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let fits = |(at, p): &(usize, &f64)| **p <= (at + 1) as f64 * one;
    let selected = sorted
        .iter()
        .enumerate()
        .rfind(fits)
        .map_or(0, |(at, _)| at + 1);
    let misrate = selected.max(1) as f64 * one;
    Selection {
        is_selected: p_values
            .iter()
            .map(|p| selected > 0 && *p <= misrate)
            .collect(),
        misrate,
        rest_misrate: one,
    }
}

/// `1 + 1/2 + ... + 1/points`.
fn harmonic_sum(points: usize) -> f64 {
    if points <= 1_000 {
        return (1..=points).map(|k| 1.0 / k as f64).sum();
    }
    // Euler's series, which is larger than the sum by less than one part in 10^8 here.
    let n = points as f64;
    n.ln() + EULER + 0.5 / n
}

/// Euler's constant.
const EULER: f64 = 0.577_215_664_901_532_9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_needed_are_those_of_the_reference() {
        assert_eq!(
            [1, 100, 1_000, 10_000].map(|points| pairs_needed(points, 1)),
            [6, 12, 16, 19]
        );
        assert_eq!(pairs_needed(100, 2), 13);
        assert_eq!(Family::new(100).with_effects(21).pairs_needed(1), 13);
        assert_eq!(Family::new(0), Family::new(1));
        assert_eq!([1.0, 0.5, 0.25, 0.2].map(pairs_for), [1, 2, 3, 4]);
        assert_eq!(
            [pairs_for(0.0), pairs_for(f64::NAN), pairs_for(2.0)],
            [998, 998, 1]
        );
    }

    /// The fewest pairs have bounds and one less has none, by the bounds themselves.
    #[test]
    fn pairs_needed_are_the_fewest_with_bounds() {
        for points in [1, 7, 100, 1_000, 10_000] {
            let misrate = Family::new(points).point_misrate();
            let pairs = pairs_for(misrate);
            let values: Vec<f64> = (0..pairs).map(|n| n as f64).collect();
            let bounds = |values: &[f64]| {
                crate::regression::signed_rank_bounds(values, misrate)
                    .unwrap()
                    .1
            };
            assert!(
                bounds(&values).is_some() && bounds(&values[1..]).is_none(),
                "{points} points"
            );
        }
    }

    #[test]
    fn a_harmonic_sum_is_the_same_by_both_ways() {
        let sum: f64 = (1..=5_000).map(|k| 1.0 / f64::from(k)).sum();
        let series = harmonic_sum(5_000);
        assert!(series >= sum && series - sum < 1e-8, "{series} {sum}");
        assert!((harmonic_sum(4) - 25.0 / 12.0).abs() < 1e-15);
    }

    #[test]
    fn the_rates_of_a_family_add_up() {
        let family = Family::new(40).with_effects(8).with_rate(0.1).unwrap();
        let total = family.point_misrate() * 40.0 + family.effect_misrate() * 8.0;
        assert!((total - 0.1).abs() < 1e-15);
        for rate in [0.0, 1.0, -0.1, f64::NAN] {
            assert_eq!(family.with_rate(rate), None);
        }
    }

    /// The example of Benjamini and Hochberg (1995, section 3.2), whose answer is 4; statsmodels 0.15 gives 4 and 3.
    #[test]
    fn discoveries_of_the_published_example() {
        let p_values = [
            0.0278, 0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
            0.5719, 0.6528, 0.7590, 1.0,
        ];
        let count = |dependence| {
            let found = select_discoveries(&p_values, 0.05, dependence);
            found.is_selected.iter().filter(|is| **is).count()
        };
        assert_eq!(
            (count(Dependence::Positive), count(Dependence::Any)),
            (4, 3)
        );
        let found = select_discoveries(&p_values, 0.05, Dependence::Positive);
        assert!(!found.is_selected[0] && found.is_selected[4]);
        assert!((found.misrate - 4.0 * 0.05 / 15.0).abs() < 1e-15);
    }

    #[test]
    fn nothing_and_nonsense_are_no_discoveries() {
        assert!(
            select_discoveries(&[], 0.05, Dependence::Any)
                .is_selected
                .is_empty()
        );
        let found = select_discoveries(&[f64::NAN, 0.9], 0.05, Dependence::Positive);
        assert_eq!(found.is_selected, [false, false]);
        assert!((found.rest_misrate - 0.025).abs() < 1e-15);
        // The step-up rule takes all where the largest fits.
        assert_eq!(
            select_discoveries(&[0.04, 0.05], 0.05, Dependence::Positive).is_selected,
            [true, true]
        );
    }

    /// `2 / choose(2n, n)`: 2/20 for 3, 2/70 for 4, 2/252 for 5.
    #[test]
    fn replicates_needed_are_those_of_the_tables() {
        assert_eq!(
            [0.1, 0.05, 2.0 / 70.0, 0.01, 1.0].map(replicates_for),
            [3, 4, 4, 5, 1]
        );
        assert!(replicates_for(0.0) < 600);
        assert!(
            has_shift_bounds(2, 10, 0.05) && !has_shift_bounds(2, 7, 0.05),
            "2 / 66 and 2 / 36"
        );
        assert!(!has_shift_bounds(0, 9, 0.05));
    }
}
