//! The centre of values in the order of their measurement, with bounds that account for their autocorrelation.

use pragmastat::estimators::raw;

use super::dependence::{neighbours, widening};
use super::margin::{centre_bounds, normal_quantile};

/// The centre of values, and how well they show it.
pub(super) struct Centre {
    /// The median of the means of all pairs.
    pub(super) middle: f64,
    /// Its bounds; none where there are too few values for the misrate.
    pub(super) bounds: Option<(f64, f64)>,
    /// Whether the bounds are wider than those of independent values.
    pub(super) is_widened: bool,
    /// The correlation of neighbours.
    pub(super) autocorrelation: f64,
    /// The values in ascending order.
    pub(super) sorted: Vec<f64>,
}

/// The centre of values; `None` of nothing.
///
/// The bounds are those of Wilcoxon's signed-rank test, wider by [`widening`], which leads no further than [`of_two`].
pub(super) fn centre(values: &[f64], misrate: f64) -> Option<Centre> {
    let (autocorrelation, wider) = (neighbours(values), widening(values));
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = raw::center(&sorted, true).ok()?;
    let most = of_two(&sorted, misrate);
    let bounds = centre_bounds(&sorted, misrate).map(|(lower, upper)| {
        let away = |bound: f64| {
            let by = bound - middle;
            let reach = most.max(by.abs());
            middle + (by * wider).min(reach).max(-reach)
        };
        (away(lower), away(upper))
    });
    Some(Centre {
        middle,
        bounds,
        is_widened: wider > 1.0,
        autocorrelation,
        sorted,
    })
}

/// How far from it the mean of two independent values may lie that vary like these: their standard deviation over
/// `sqrt(2)`, times the normal quantile.
fn of_two(values: &[f64], misrate: f64) -> f64 {
    let deviation = super::std(values, 1).unwrap_or(0.0);
    let quantile = normal_quantile(misrate / 2.0).unwrap_or(0.0);
    deviation * quantile.abs() / 2.0_f64.sqrt()
}
