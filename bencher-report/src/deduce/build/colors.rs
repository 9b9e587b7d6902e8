//! The scale of a heat map's colours: it suits most cells, not the most extreme one.

use crate::chart::{Axis, Ticks, text};
use crate::deduce::shape::{Shape, Sort};

/// Values below which no scale leaves any out.
const FEWEST: usize = 8;
/// The share of the values that a scale leaves out at most.
const SHARE: f64 = 0.05;
/// Quartile distances beyond the quartiles from which a value is extreme.
const FAR: f64 = 3.0;
/// How much wider the whole range has to be for extremes to be left out.
const WIDER: f64 = 3.0;
/// The share of a linear scale in which half of the values lie, below which a logarithmic one serves.
const CROWDED: f64 = 0.1;
/// How many times as large as the least value the greatest one is where a logarithmic scale serves.
const DECADE: f64 = 10.0;

/// Ends the scale before a few extreme values, or makes it logarithmic where many values crowd at its
/// low end. The values ascend.
pub(super) fn fit(color: &mut Axis, sorted: &[f64]) {
    color.limits = limits(sorted, color.is_log());
    let (Some((low, high)), None, false) = (color.range, color.limits, color.is_log()) else {
        return;
    };
    let median = sorted.get(sorted.len() / 2).copied().unwrap_or(low);
    let is_crowded = median / high < CROWDED && low > 0.0 && high / low >= DECADE;
    if is_crowded && sorted.len() >= FEWEST {
        color.ticks = Ticks::Log;
        color.limits = limits(sorted, true);
    }
}

/// The scale of truth values and of shares of true, which goes from 0 to 1: that all are true is no low value.
pub(super) fn keep_truths(color: &mut Axis, shape: &Shape) {
    if shape.sort == Sort::Truth && color.range.is_some() {
        (color.ticks, color.range, color.limits) = (Ticks::Linear, Some((0.0, 1.0)), None);
    }
}

/// The ends of a scale that leaves a few extreme values out; `None` where there are none, or too many.
fn limits(sorted: &[f64], log: bool) -> Option<(f64, f64)> {
    if sorted.len() < FEWEST {
        return None;
    }
    let place = |x: f64| if log { x.ln() } else { x };
    let at = |share: f64| quantile(sorted, share).map(place);
    let (first, third) = (at(0.25)?, at(0.75)?);
    let reach = FAR * (third - first);
    let (least, most) = (first - reach, third + reach);
    let inner = || {
        sorted
            .iter()
            .copied()
            .filter(|x| (least..=most).contains(&place(*x)))
    };
    let left_out = sorted.len() - inner().count();
    let allowed = (sorted.len() as f64 * SHARE).max(1.0);
    if left_out == 0 || left_out as f64 > allowed {
        return None;
    }
    let (low, high) = (inner().next()?, inner().next_back()?);
    let (begin, end) = (*sorted.first()?, *sorted.last()?);
    // Halves, since the distance of two numbers need not be one.
    let span = |low: f64, high: f64| place(high) / 2.0 - place(low) / 2.0;
    (span(begin, end) >= WIDER * span(low, high)).then_some((low, high))
}

fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    bencher_core::stats::quantile(sorted, share)
}

/// Says what lies beyond the scale.
pub(super) fn note(color: &Axis, sorted: &[f64]) -> Option<String> {
    let (low, high) = color.limits?;
    let beyond = sorted.iter().filter(|x| color.beyond(**x).is_some());
    let show = |x: f64| text::quantity(x, &color.units);
    let (begin, end) = (sorted.first()?, sorted.last()?);
    let verb = if beyond.clone().count() == 1 {
        "lies"
    } else {
        "lie"
    };
    Some(format!(
        "The colour scale goes from {} to {}: {} {verb} beyond it, marked by {}; all values \
         go from {} to {}.",
        show(low),
        show(high),
        text::count(beyond.clone().count(), "cell"),
        if beyond.count() == 1 {
            "an arrow"
        } else {
            "arrows"
        },
        show(*begin),
        show(*end)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(values: impl IntoIterator<Item = f64>) -> Axis {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let mut color = Axis::linear("y", "s");
        color.range = sorted.first().copied().zip(sorted.last().copied());
        fit(&mut color, &sorted);
        color
    }

    /// 1 to 2 in a hundred steps.
    fn usual() -> impl Iterator<Item = f64> {
        (0..=100).map(|n| 1.0 + f64::from(n) / 100.0)
    }

    #[test]
    fn extreme_values_are_left_out() {
        for extreme in [1e6, -40.0, 1e300, -1e300, f64::MAX] {
            let color = fitted(usual().chain([extreme]));
            assert_eq!(color.limits, Some((1.0, 2.0)), "{extreme}");
            assert!(!color.is_log());
        }
        assert_eq!(fitted(usual().chain([-9e9, 9e9])).limits, Some((1.0, 2.0)));
        // All the same but one.
        let same = std::iter::repeat_n(3.0, 30);
        assert_eq!(fitted(same.chain([4.0])).limits, Some((3.0, 3.0)));
    }

    #[test]
    fn usual_values_are_all_within() {
        assert_eq!(fitted(usual()).limits, None);
        assert_eq!(fitted(usual().chain([2.3])).limits, None);
        assert_eq!(fitted([1.0, 2.0, 1e9]).limits, None, "too few to judge");
        let many = usual().chain((0..20).map(|n| 50.0 + f64::from(n)));
        assert_eq!(fitted(many).limits, None, "two groups");
        assert_eq!(fitted([]).limits, None);
    }

    #[test]
    fn a_power_law_has_a_logarithmic_scale() {
        let powers = || (0..64).map(|n| 2_f64.powf(f64::from(n) / 4.0));
        let color = fitted(powers());
        assert!(color.is_log() && color.limits.is_none());
        let color = fitted(powers().chain([1e300]));
        assert!(color.is_log());
        assert_eq!(color.limits, Some((1.0, 2_f64.powf(15.75))));
        assert!(
            !fitted(powers().map(|x| x - 2.0)).is_log(),
            "not above zero"
        );
    }
}
