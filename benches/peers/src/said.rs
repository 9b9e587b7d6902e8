//! What tools say of a body, and what many runs of them come to.

/// What one run of a tool says of a body, in seconds.
#[derive(Clone, Copy)]
pub struct Said {
    pub centre: f64,
    pub lower: f64,
    pub upper: f64,
}

impl Said {
    pub fn holds(&self, truth: f64) -> bool {
        self.lower <= truth && truth <= self.upper
    }

    /// Half the distance of the stated bounds over the centre, in percent.
    pub fn half_width(&self) -> f64 {
        (self.upper - self.lower) / 2.0 / self.centre * 100.0
    }
}

/// In how many percent of all runs the bounds held.
pub fn held(said: &[Said], truth: f64) -> f64 {
    let held = said.iter().filter(|said| said.holds(truth)).count();
    held as f64 * 100.0 / said.len() as f64
}

/// The median of the centres of all runs.
pub fn middle(said: &[Said]) -> f64 {
    median(said.iter().map(|said| said.centre))
}

/// Half the range of the centres of all runs over their median, in percent.
pub fn apart(said: &[Said]) -> f64 {
    let centres = said.iter().map(|said| said.centre);
    let most = centres.clone().fold(f64::NEG_INFINITY, f64::max);
    let least = centres.fold(f64::INFINITY, f64::min);
    (most - least) / 2.0 / middle(said) * 100.0
}

pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    bencher::stats::median(&values.collect::<Vec<_>>()).unwrap_or(f64::NAN)
}
