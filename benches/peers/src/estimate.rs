//! The estimate of a tool for a body, and statistics of many estimates.

/// The estimate of one run of a tool for a body, in seconds.
#[derive(Clone, Copy)]
pub struct Estimate {
    pub centre: f64,
    pub lower: f64,
    pub upper: f64,
}

impl Estimate {
    pub fn holds(&self, truth: f64) -> bool {
        self.lower <= truth && truth <= self.upper
    }

    /// Half the distance of the stated bounds over the centre, in percent.
    pub fn half_width(&self) -> f64 {
        (self.upper - self.lower) / 2.0 / self.centre * 100.0
    }
}

/// The share of runs whose bounds held, in percent.
pub fn held(estimates: &[Estimate], truth: f64) -> f64 {
    let held = estimates.iter().filter(|estimate| estimate.holds(truth)).count();
    held as f64 * 100.0 / estimates.len() as f64
}

/// The median of the centres of all runs.
pub fn middle(estimates: &[Estimate]) -> f64 {
    median(estimates.iter().map(|estimate| estimate.centre))
}

/// Half the range of the centres of all runs over their median, in percent.
pub fn apart(estimates: &[Estimate]) -> f64 {
    let centres = estimates.iter().map(|estimate| estimate.centre);
    let most = centres.clone().fold(f64::NEG_INFINITY, f64::max);
    let least = centres.fold(f64::INFINITY, f64::min);
    (most - least) / 2.0 / middle(estimates) * 100.0
}

pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    bencher::stats::median(&values.collect::<Vec<_>>()).unwrap_or(f64::NAN)
}
