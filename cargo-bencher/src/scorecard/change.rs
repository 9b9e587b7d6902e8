//! The values of a result over the runs, and how far the newest is from the baseline.

use std::collections::BTreeMap;

use bencher_core::dataset::digits;
use bencher_core::record::SweepRecord;
use bencher_core::stats::median;
use bencher_report::over_time::Mean;

use crate::history::value;

/// The value of each point, by the coordinates of the point; none where it has no value.
pub(super) type Values = BTreeMap<Vec<(String, String)>, Option<f64>>;

/// The values of a result in a run; empty where the run does not have the result.
pub(super) fn values(record: &SweepRecord, result: &str) -> Values {
    let points = record.dataset.point_values(result).unwrap_or_default();
    let of_point = points.iter().map(|point| {
        let mut at = point.texts.clone();
        // The order of the inputs does not matter.
        at.sort();
        (at, value(point))
    });
    of_point.collect()
}

/// The mean over all points with a value, which mean it is, and how many points these are.
pub(super) fn overall(values: &Values) -> (Option<f64>, Mean, usize) {
    let known: Vec<f64> = values.values().flatten().copied().collect();
    let mean = Mean::of_all(&known);
    (mean.of(&known), mean, known.len())
}

/// The mean of an earlier run over the points of the newest one; none where it lacks one of them.
pub(super) fn mean_at_points_of(newest: &Values, run: &Values, mean: Mean) -> Option<f64> {
    let points = newest.iter().filter(|(_, value)| value.is_some());
    let values: Option<Vec<f64>> = points
        .map(|(at, _)| run.get(at).copied().flatten())
        .collect();
    mean.of(&values?)
}

/// The geometric mean, over the points that both have, of the newest value over the median of the baseline's values.
/// None where there is no such point, or where a value is not above zero.
pub(super) fn change(newest: &Values, baseline: &[Values]) -> Option<f64> {
    let mut ratios = Vec::new();
    for (at, now) in newest {
        let Some(now) = now else { continue };
        let earlier = baseline
            .iter()
            .filter_map(|run| run.get(at).copied().flatten());
        let Some(before) = median(&earlier.collect::<Vec<f64>>()) else {
            continue;
        };
        if !(*now > 0.0 && before > 0.0) {
            // Values that are all zero did not change.
            if *now == 0.0 && before == 0.0 {
                ratios.push(1.0);
                continue;
            }
            return None;
        }
        ratios.push(now / before);
    }
    Mean::Geometric.of(&ratios)
}

/// A ratio as a change: `+5.2 %`.
pub(super) fn change_of(ratio: f64) -> String {
    let sign = if ratio > 1.0 { "+" } else { "" };
    format!("{sign}{} %", digits((ratio - 1.0) * 100.0, 3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::slice::from_ref;

    fn values(list: &[(&str, f64)]) -> Values {
        let of_point = list.iter().map(|(at, value)| {
            let at = vec![("n".to_owned(), (*at).to_owned())];
            (at, value.is_finite().then_some(*value))
        });
        of_point.collect()
    }

    #[test]
    fn a_change_is_that_of_the_points_that_both_have() {
        let newest = values(&[("1", 2.0), ("2", 30.0), ("3", 5.0), ("4", f64::NAN)]);
        let baseline = [
            values(&[("1", 1.0), ("2", 10.0), ("4", 9.0)]),
            values(&[("1", 4.0), ("2", 10.0)]),
            values(&[("1", 1.0), ("2", 20.0)]),
        ];
        // 2 over 1, and 30 over 10: the geometric mean of 2 and 3.
        let change = change(&newest, &baseline).unwrap();
        assert!((change - 6_f64.sqrt()).abs() < 1e-12);
        assert_eq!(super::change(&newest, &[]), None);
    }

    #[test]
    fn values_around_zero_have_no_ratio() {
        let zero = values(&[("1", 0.0)]);
        assert_eq!(change(&zero, from_ref(&zero)), Some(1.0));
        assert_eq!(change(&values(&[("1", 1.0)]), from_ref(&zero)), None);
        assert_eq!(overall(&zero), (Some(0.0), Mean::Arithmetic, 1));
    }

    #[test]
    fn a_run_without_a_point_has_no_mean() {
        let newest = values(&[("1", 4.0), ("2", 9.0)]);
        assert_eq!(
            mean_at_points_of(&newest, &values(&[("1", 4.0)]), Mean::Geometric),
            None
        );
        let more = values(&[("1", 4.0), ("2", 9.0), ("3", 100.0)]);
        let mean = mean_at_points_of(&newest, &more, Mean::Geometric).unwrap();
        assert!((mean - 6.0).abs() < 1e-12);
    }
}
