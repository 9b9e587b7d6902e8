//! Finds whether values fall into several modes, and the lowest of them.

use pragmastat::estimators::raw;

use super::dip::dip;
use super::tail::end_of_core;

/// The smallest number of values of a mode, and the smallest share of all.
const LEAST: (usize, f64) = (3, 0.03);
/// A gap wider than this many spreads of the larger mode separates two modes.
const FAR: f64 = 3.0;
/// Few values show their spread badly: of this many the gap must be twice as wide, of fewer still wider.
const FEW: f64 = 10.0;
/// Modes nearer to each other than this share are one.
const NEAR: f64 = 0.02;

/// The lowest of several modes of values.
///
/// ```
/// use bencher_core::stats::lowest_mode;
/// // Two thirds of the rounds at 1.57 ms, the others slower by a factor of 3.6.
/// let rounds: Vec<f64> = (0..30_u8)
///     .map(|n| (1.0 + 0.001 * f64::from(n)) * if n % 3 == 0 { 5.6 } else { 1.57 })
///     .collect();
/// let found = lowest_mode(&rounds).ok_or("one mode")?;
/// assert_eq!((found.count, found.of), (20, 30));
/// assert!(found.highest < 1.7 && (found.share() - 2.0 / 3.0).abs() < 1e-12);
/// assert_eq!(lowest_mode(&[1.0, 1.1, 1.2, 1.1, 1.0, 1.3, 1.2, 1.1]), None);
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LowestMode {
    /// Its largest value.
    pub highest: f64,
    /// The middle of the gap between it and the next mode.
    pub boundary: f64,
    /// The number of its values.
    pub count: usize,
    /// The number of values in all modes.
    pub of: usize,
    /// Whether the other values form a tail instead of a mode, so that some values of the lowest mode belong to the
    /// tail.
    pub has_tail: bool,
}

impl LowestMode {
    /// Its share of all values.
    pub fn share(&self) -> f64 {
        self.count as f64 / self.of.max(1) as f64
    }
}

/// The lowest mode of values that fall into several. `None` where they have one mode, or where a value is not finite.
///
/// Values have several modes
///
/// - where a gap is wider than `3 (1 + 10 / n)` spreads (Shamos, 1976) of the larger of the two modes beside it;
/// - where Hartigan's dip (1985) is larger than in 99 % of samples of a uniform distribution, which is the worst case
///   of one mode;
/// - where a tail lies above a core. The core is the values that are as far above their middle as their lower half
///   shows, and five times as dense as the next values above. Alternatively, it is a half of all values that lies
///   within `1 / (2 (1 + 10 / n))` spreads of all.
///
/// A mode has at least three values and three in a hundred. Modes within 2 % of each other are one. All computations
/// use logarithms where all values are above zero.
pub fn lowest_mode(values: &[f64]) -> Option<LowestMode> {
    if values.iter().any(|x| !x.is_finite()) {
        return None;
    }
    let is_log = values.iter().all(|x| *x > 0.0);
    let mut sorted: Vec<f64> = if is_log {
        values.iter().map(|x| x.ln()).collect()
    } else {
        values.to_vec()
    };
    sorted.sort_unstable_by(f64::total_cmp);
    // Logarithms differ by a share; other values are compared with their middle.
    let near = NEAR
        * if is_log {
            1.0
        } else {
            super::median(&sorted)?.abs()
        };
    let mut mode = sorted.as_slice();
    let mut has_tail = false;
    while let Some((lower, is_core)) = split(mode, sorted.len(), near) {
        mode = lower;
        has_tail = is_core;
    }
    if mode.len() == values.len() {
        return None;
    }
    // The largest value itself, which a logarithm and back may miss.
    let mut plain = values.to_vec();
    plain.sort_unstable_by(f64::total_cmp);
    let highest = *plain.get(mode.len().checked_sub(1)?)?;
    Some(LowestMode {
        highest,
        boundary: f64::midpoint(highest, *plain.get(mode.len())?),
        count: mode.len(),
        of: values.len(),
        has_tail,
    })
}

/// The lowest mode of repeats of any result, so that one number says little of them. `None` where they have one mode,
/// and where this is not told: of fewer than twelve values, of more than 10,000, and of values that repeat, such as
/// counts.
///
/// A tail is no mode here: many results have one by their nature.
///
/// ```
/// use bencher_core::stats::separate_modes;
/// let repeats: Vec<f64> = (0..24_u8).map(|n| f64::from(n) * 0.01 + if n % 3 == 0 { 9.0 } else { 2.0 }).collect();
/// assert_eq!(separate_modes(&repeats).map(|mode| mode.count), Some(16));
/// assert_eq!(separate_modes(&[2.0, 9.0].repeat(12)), None, "these may be counts");
/// ```
pub fn separate_modes(repeats: &[f64]) -> Option<LowestMode> {
    /// The least number of repeats whose modes are distinguished.
    const FEWEST: usize = 12;
    /// Repeats beyond which a report would wait for it.
    const MOST: usize = 10_000;
    if !(FEWEST..=MOST).contains(&repeats.len()) {
        return None;
    }
    let mut distinct = repeats.to_vec();
    distinct.sort_unstable_by(f64::total_cmp);
    distinct.dedup();
    if distinct.len() * 2 <= repeats.len() {
        return None;
    }
    lowest_mode(repeats).filter(|mode| !mode.has_tail)
}

/// Splits values into two modes whose middles are further apart than `near`. Returns the lower mode, and whether the
/// upper one is a tail. Each mode has at least the smallest share of `of` values.
fn split(sorted: &[f64], of: usize, near: f64) -> Option<(&[f64], bool)> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a length"
    )]
    let least = LEAST.0.max((LEAST.1 * of as f64).ceil() as usize);
    if sorted.len() < 2 * least {
        return None;
    }
    let between = least..=sorted.len() - least;
    let by_gap = widest_gap(sorted, between.clone()).filter(|at| is_far(sorted, *at));
    let (at, is_core) = match by_gap {
        Some(at) => (at, false),
        None if is_several(sorted) => (least_variance(sorted, between)?, false),
        None => (end_of_core(sorted).filter(|at| between.contains(at))?, true),
    };
    let (lower, upper) = sorted.split_at_checked(at)?;
    (super::median(upper)? - super::median(lower)? > near).then_some((lower, is_core))
}

fn widest_gap(sorted: &[f64], between: std::ops::RangeInclusive<usize>) -> Option<usize> {
    let gap = |at: usize| Some(sorted.get(at)? - sorted.get(at.checked_sub(1)?)?);
    let gaps = between.filter_map(|at| Some((at, gap(at)?)));
    let widest = gaps.max_by(|(_, a), (_, b)| a.total_cmp(b))?;
    Some(widest.0)
}

fn is_far(sorted: &[f64], at: usize) -> bool {
    let (Some((lower, upper)), Some(gap)) = (sorted.split_at_checked(at), gap_at(sorted, at))
    else {
        return false;
    };
    let larger = if lower.len() >= upper.len() {
        lower
    } else {
        upper
    };
    let far = FAR * (1.0 + FEW / sorted.len() as f64);
    gap > far * raw::spread(larger, true).unwrap_or(0.0)
}

fn gap_at(sorted: &[f64], at: usize) -> Option<f64> {
    Some(sorted.get(at)? - sorted.get(at.checked_sub(1)?)?)
}

/// Whether the dip says that there are several modes, at a level of 1 %.
fn is_several(sorted: &[f64]) -> bool {
    let root = (sorted.len() as f64).sqrt();
    // Fitted to the 99 % quantiles of the dips of 20,000 even samples of 6 to 2048 values each, within 2 %.
    dip(sorted) * root > 0.623 - 0.37 / root
}

/// The cut at which the two modes vary least (Otsu, 1979).
fn least_variance(sorted: &[f64], between: std::ops::RangeInclusive<usize>) -> Option<usize> {
    let all: f64 = super::sum(sorted);
    let mut below = super::sum(sorted.get(..*between.start())?);
    let mut best: Option<(usize, f64)> = None;
    for at in between {
        let (n, m) = (at as f64, (sorted.len() - at) as f64);
        let apart = below / n - (all - below) / m;
        let explained = n * m * apart * apart;
        if best.is_none_or(|(_, most)| explained > most) {
            best = Some((at, explained));
        }
        below += sorted.get(at).copied().unwrap_or(0.0);
    }
    best.map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn uniform(n: u64) -> f64 {
        ((crate::space::mix(n) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    fn normal(n: u64) -> f64 {
        let (a, b) = (uniform(2 * n), uniform(2 * n + 1));
        (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
    }

    /// How often values of one mode are taken for several: one in twenty samples of few values, one in thirty of many.
    /// The end of an exponential tail is taken for one of its own in up to one in twelve.
    #[test]
    fn one_mode_is_hardly_ever_taken_for_several() {
        type Noise = fn(u64) -> f64;
        let noises: [(&str, Noise); 5] = [
            ("normal", |n| (0.02 * normal(n)).exp()),
            ("wide", |n| (0.5 * normal(n)).exp()),
            ("even", |n| 1.0 + uniform(n)),
            ("tail", |n| 1.0 - 0.1 * uniform(n).ln()),
            ("stragglers", |n| {
                let slow = crate::space::mix(n ^ 0x5eed).is_multiple_of(100);
                (0.02 * normal(n)).exp() * if slow { 1.0 + uniform(n + 7) } else { 1.0 }
            }),
        ];
        for (name, noise) in noises {
            for count in [6, 11, 22, 64, 256] {
                let trials = 500;
                let several = (0..trials).filter(|trial| {
                    let values: Vec<f64> =
                        (0..count).map(|n| noise(trial * count + n + 1)).collect();
                    lowest_mode(&values).is_some()
                });
                let most = match name {
                    "tail" => 40,
                    _ if count < 20 => 25,
                    _ => 16,
                };
                let several = several.count();
                assert!(
                    several <= most,
                    "{name}, {count} values: {several} of {trials}"
                );
            }
        }
    }

    /// Two modes, a factor of 1.2 apart and 1 % wide, are found at every share of the upper one.
    #[test]
    fn two_heaps_are_told_apart() {
        for (count, share) in [
            (11, 0.4),
            (22, 0.3),
            (64, 0.1),
            (64, 0.9),
            (256, 0.08),
            (256, 0.92),
        ] {
            let trials = 200;
            let mut found = 0;
            for trial in 0..trials {
                let is_upper = |n: u64| (n as f64 + 0.5) / (count as f64) < share;
                let value = |n: u64| {
                    (0.01 * normal(trial * count + n + 1)).exp()
                        * if is_upper(n) { 1.2 } else { 1.0 }
                };
                let values: Vec<f64> = (0..count).map(value).collect();
                let lower = (0..count).filter(|n| !is_upper(*n)).count();
                if let Some(mode) = lowest_mode(&values) {
                    found += usize::from(mode.count == lower);
                }
            }
            assert!(found >= 195, "{count} values, {share}: {found} of {trials}");
        }
    }

    proptest! {
        /// A change of unit changes nothing.
        #[test]
        fn units_do_not_matter(values in proptest::collection::vec(0.5_f64..4.0, 1..60), unit in 1e-9_f64..1e9) {
            let scaled: Vec<f64> = values.iter().map(|x| x * unit).collect();
            let counts = |values: &[f64]| lowest_mode(values).map(|mode| mode.count);
            // Rounding may move a value across a limit, hardly ever.
            if let (Some(a), Some(b)) = (counts(&values), counts(&scaled)) {
                prop_assert_eq!(a, b);
            }
        }
    }
}
