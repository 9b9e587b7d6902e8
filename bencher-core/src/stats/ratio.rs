//! The ratio of two series, with bounds.

use pragmastat::estimators::raw;

use super::centre::centre;
use super::margin::shift_bounds;

/// The smallest distance from 1 at which a ratio of measured times counts as a difference. The clock's precision may be
/// half of this share of a slice at either end of it. That error is the same in all rounds, so bounds do not show it.
pub const RESOLUTION: f64 = 1e-3;

/// A ratio to a base, with bounds.
///
/// ```
/// use bencher_core::stats::{MISRATE, paired_ratio};
/// let base = [10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0];
/// let slower: Vec<f64> = base.iter().map(|x| x * 1.03).collect();
/// let found = paired_ratio(&slower, &base, MISRATE).ok_or("nothing")?;
/// assert!((found.ratio - 1.03).abs() < 1e-12, "drift falls on both: {found:?}");
/// assert!(found.lower.is_some_and(|lower| lower > 1.02) && !found.is_within(0.02));
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratio {
    /// The ratio: above 1 where the first is larger.
    pub ratio: f64,
    /// Its lower bound; `None` where there are too few values for the misrate.
    pub lower: Option<f64>,
    /// Its upper bound.
    pub upper: Option<f64>,
}

impl Ratio {
    /// Whether the bounds show that the ratio is not 1.
    ///
    /// ```
    /// use bencher_core::stats::{RESOLUTION, Ratio};
    /// let found = Ratio { ratio: 1.0004, lower: Some(1.0003), upper: Some(1.0005) };
    /// assert!(found.is_different() && !found.is_beyond(RESOLUTION));
    /// ```
    pub fn is_different(&self) -> bool {
        self.is_beyond(0.0)
    }

    /// Whether the bounds show that the ratio is further from 1 than `share`: 0.001 for a thousandth.
    pub fn is_beyond(&self, share: f64) -> bool {
        self.lower.is_some_and(|lower| lower > 1.0 + share)
            || self.upper.is_some_and(|upper| upper < 1.0 / (1.0 + share))
    }

    /// Whether the bounds show that the ratio is within `share` of 1: 0.02 for 2 %.
    pub fn is_within(&self, share: f64) -> bool {
        self.lower.is_some_and(|lower| lower >= 1.0 / (1.0 + share))
            && self.upper.is_some_and(|upper| upper <= 1.0 + share)
    }
}

/// The ratio of values to a base, where both were measured in pairs, one right after the other. Drift affects both and
/// cancels out.
///
/// The centre of `ln(values) - ln(base)`, with the bounds of Wilcoxon's signed-rank test. Pairs are in the order of
/// their measurement. Where their differences are autocorrelated, the bounds are wider, as for a
/// [`Summary`](super::Summary). `None` where the numbers of values differ, there are no values, or a value is not above
/// zero.
pub fn paired_ratio(values: &[f64], base: &[f64], misrate: f64) -> Option<Ratio> {
    if values.len() != base.len() {
        return None;
    }
    let differences: Vec<f64> = logs(values)?
        .iter()
        .zip(logs(base)?)
        .map(|(a, b)| a - b)
        .collect();
    let found = centre(&differences, misrate)?;
    Some(Ratio {
        ratio: found.middle.exp(),
        lower: found.bounds.map(|(lower, _)| lower.exp()),
        upper: found.bounds.map(|(_, upper)| upper.exp()),
    })
}

/// The ratio of values to a base that were measured independently.
///
/// The median of all quotients, with the bounds of Mann and Whitney's test on logarithms. `None` where there are no
/// values, or a value is not above zero.
///
/// ```
/// use bencher_core::stats::{MISRATE, ratio};
/// let found = ratio(&[20.0, 21.0, 22.0, 20.5], &[10.0, 10.5, 11.0, 10.2], MISRATE).ok_or("nothing")?;
/// assert!((found.ratio - 2.0).abs() < 0.05 && found.is_different());
/// # Ok::<(), &str>(())
/// ```
pub fn ratio(values: &[f64], base: &[f64], misrate: f64) -> Option<Ratio> {
    let (mut values, mut base) = (logs(values)?, logs(base)?);
    values.sort_unstable_by(f64::total_cmp);
    base.sort_unstable_by(f64::total_cmp);
    let shift = raw::shift(&values, &base, true).ok()?;
    let bounds = shift_bounds(&values, &base, misrate);
    Some(Ratio {
        ratio: shift.exp(),
        lower: bounds.map(|(lower, _)| lower.exp()),
        upper: bounds.map(|(_, upper)| upper.exp()),
    })
}

fn logs(values: &[f64]) -> Option<Vec<f64>> {
    let positive = |x: &f64| (x.is_finite() && *x > 0.0).then(|| x.ln());
    values.iter().map(positive).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_pairs_or_logarithms_there_is_none() {
        assert_eq!(paired_ratio(&[1.0, 2.0], &[1.0], 0.05), None);
        assert_eq!(paired_ratio(&[], &[], 0.05), None);
        assert_eq!(ratio(&[0.0], &[1.0], 0.05), None);
    }

    /// One of two that changes slowly, and the other not: pairs say less than they seem.
    #[test]
    fn differences_that_resemble_each_other_say_less() {
        let apart = (0..40_u32).map(|n| 1.0 + f64::from(n * 17 % 40) / 40.0);
        let apart: Vec<f64> = apart.collect();
        let mut close = apart.clone();
        close.sort_by(f64::total_cmp);
        let width = |values: &[f64]| {
            let found = paired_ratio(values, &[1.0; 40], 0.05).unwrap();
            found.upper.unwrap() - found.lower.unwrap()
        };
        assert!(width(&close) > 3.0 * width(&apart));
    }

    /// The tables of Mann and Whitney's test give 13 as the critical value of two samples of eight at
    /// 5 %, two-sided; so the bounds are the 14th smallest and largest of the 64 differences.
    #[test]
    fn published_critical_value() {
        let (x, y): (Vec<f64>, Vec<f64>) =
            (1..=8).map(|n| (f64::from(n + 1), f64::from(n))).unzip();
        let mut differences = Vec::new();
        for a in &x {
            for b in &y {
                differences.push(a.ln() - b.ln());
            }
        }
        differences.sort_by(f64::total_cmp);
        let found = ratio(&x, &y, 0.05).unwrap();
        assert!(
            (found.lower.unwrap() / differences[13].exp() - 1.0).abs() < 1e-12,
            "{found:?}"
        );
        assert!((found.upper.unwrap() / differences[64 - 14].exp() - 1.0).abs() < 1e-12);
    }
}
