//! All points of a run in a few numbers.

use bencher_core::stats::{median, quantile};

use super::{PointOfRun, ResultRuns, Run, RunState};

/// The distribution of the values of a run over its points.
///
/// Each value is divided by the median of its point over the runs that count, so that points of different size share
/// an axis: 1 is the usual value of every point. Values are plain where a point has no median above zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Percentiles {
    /// The least value.
    pub least: f64,
    /// The lower quartile.
    pub lower: f64,
    /// The median.
    pub median: f64,
    /// The upper quartile.
    pub upper: f64,
    /// The greatest value.
    pub greatest: f64,
    /// How many points have a value.
    pub points: usize,
}

/// The percentiles of every run; none of a run without values. Also whether values are relative to those of their point.
pub(crate) fn percentiles(result: &ResultRuns, runs: &[Run]) -> (Vec<Option<Percentiles>>, bool) {
    let points = result.values.iter().map(Vec::len).max().unwrap_or(0);
    let medians: Vec<Option<f64>> = (0..points)
        .map(|point| median_of_point(result, runs, point))
        .collect();
    let is_relative = medians.iter().flatten().all(|median| *median > 0.0);
    let of_run = |values: &Vec<PointOfRun>| {
        let shown: Vec<f64> = values
            .iter()
            .zip(&medians)
            .filter_map(|(point, median)| {
                let value = point.value?;
                // A point that only failed runs have is compared with itself by none.
                if is_relative {
                    median.map(|median| value / median)
                } else {
                    Some(value)
                }
            })
            .filter(|value| value.is_finite())
            .collect();
        Some(Percentiles {
            least: quantile(&shown, 0.0)?,
            lower: quantile(&shown, 0.25)?,
            median: quantile(&shown, 0.5)?,
            upper: quantile(&shown, 0.75)?,
            greatest: quantile(&shown, 1.0)?,
            points: shown.len(),
        })
    };
    (result.values.iter().map(of_run).collect(), is_relative)
}

/// The median of a point over the runs that count; over all runs where no such run has it.
fn median_of_point(result: &ResultRuns, runs: &[Run], point: usize) -> Option<f64> {
    let values = |counts: &dyn Fn(&Run) -> bool| -> Vec<f64> {
        let of_runs = result.values.iter().zip(runs);
        let of_runs = of_runs.filter(|(_, run)| counts(run));
        of_runs
            .filter_map(|(values, _)| values.get(point)?.value)
            .collect()
    };
    let counting = values(&|run| !matches!(run.state, RunState::Failed(_)));
    median(&counting).or_else(|| median(&values(&|_| true)))
}

/// How the values of the points of a result are brought to one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mean {
    /// The geometric mean, so that large points do not hide small ones; of values above zero.
    Geometric,
    /// The arithmetic mean.
    Arithmetic,
}

impl Mean {
    /// The mean that fits all of these values: the geometric one where all are above zero.
    pub fn of_all<'v>(values: impl IntoIterator<Item = &'v f64>) -> Self {
        if values.into_iter().all(|x| *x > 0.0) {
            Self::Geometric
        } else {
            Self::Arithmetic
        }
    }

    /// The mean of some values; none of no values, or where it is not finite.
    ///
    /// ```
    /// use bencher_report::over_time::Mean;
    /// assert_eq!(Mean::of_all(&[1.0, 0.0]), Mean::Arithmetic);
    /// assert_eq!(Mean::Arithmetic.of(&[1.0, 0.0]), Some(0.5));
    /// let mean = Mean::Geometric.of(&[1.0, 100.0]).ok_or("no values")?;
    /// assert!((mean - 10.0).abs() < 1e-12);
    /// # Ok::<(), &str>(())
    /// ```
    pub fn of(self, values: &[f64]) -> Option<f64> {
        let count = values.len() as f64;
        let mean = match self {
            Self::Geometric => (values.iter().map(|x| x.ln()).sum::<f64>() / count).exp(),
            Self::Arithmetic => values.iter().sum::<f64>() / count,
        };
        mean.is_finite().then_some(mean)
    }

    /// `geometric mean` or `mean`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Geometric => "geometric mean",
            Self::Arithmetic => "mean",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bencher_core::dataset::VariableInfo;
    use bencher_core::value::Kind;

    fn result(runs: &[&[f64]]) -> ResultRuns {
        let value = |x: &f64| PointOfRun {
            value: x.is_finite().then_some(*x),
            ..PointOfRun::default()
        };
        let values = runs.iter().map(|run| run.iter().map(value).collect());
        ResultRuns::new(VariableInfo::new("t", Kind::Seconds), values.collect())
    }

    fn runs(failed: &[bool]) -> Vec<Run> {
        let run = |(number, failed): (u64, &bool)| {
            let mut run = Run::new(number, format!("PR {number}"), "2026-03-01T12:00:00Z");
            if *failed {
                run.state = RunState::Failed("slower".to_owned());
            }
            run
        };
        (1..).zip(failed).map(run).collect()
    }

    #[test]
    fn points_of_different_size_share_an_axis() {
        // The medians of the points over the counting runs are 2, 10, 100, 1000 and 4.
        let result = result(&[
            &[2.0, 10.0, 100.0, 1000.0, 4.0],
            &[2.0, 11.0, 90.0, 1000.0, 4.4],
            &[4.0, 10.0, 100.0, 1500.0, f64::NAN],
            &[2.0, 10.0, 100.0, 1000.0, 3.6],
        ]);
        let (found, is_relative) = percentiles(&result, &runs(&[false, false, true, false]));
        assert!(is_relative);
        let second = found[1].unwrap();
        assert_eq!((second.least, second.median, second.points), (0.9, 1.0, 5));
        assert!((second.upper - 1.1).abs() < 1e-12 && (second.greatest - 1.1).abs() < 1e-12);
        // 2, 1, 1 and 1.5: the quartiles are between the second and the third, by linear interpolation.
        let failed = found[2].unwrap();
        assert_eq!(
            (failed.least, failed.median, failed.greatest),
            (1.0, 1.25, 2.0)
        );
        assert_eq!((failed.upper, failed.points), (1.625, 4));
    }

    #[test]
    fn values_around_zero_stay_as_they_are() {
        let result = result(&[&[0.0, 3.0], &[1.0, 5.0]]);
        let mut zero = result.clone();
        zero.values[1][0].value = Some(0.0);
        let (found, is_relative) = percentiles(&zero, &runs(&[false, false]));
        assert!(!is_relative);
        assert_eq!(found[1].map(|run| run.greatest), Some(5.0));
        let (found, _) = percentiles(&super::tests::result(&[&[f64::NAN]]), &runs(&[false]));
        assert_eq!(found, [None]);
    }

    #[test]
    fn a_mean_needs_values() {
        assert_eq!(Mean::Geometric.of(&[]), None);
        assert_eq!(Mean::Geometric.of(&[1.0, f64::INFINITY]), None);
        assert_eq!(Mean::of_all(&[2.0]), Mean::Geometric);
    }
}
