//! The statistics of `estimates.json`, with bounds by the percentile bootstrap, as criterion computes them.

use bencher_core::stats::{mean, median, quantile, std};
use serde_json::{Value as Json, json};

/// How often a sample is drawn again. Criterion draws 100,000 times, which moves the bounds by less than they are
/// known.
const DRAWS: usize = 2000;
const CONFIDENCE: f64 = 0.95;

/// A statistic by its name in the file.
type Statistic = (&'static str, fn(&[f64]) -> Option<f64>);

const STATISTICS: [Statistic; 4] = [
    ("mean", mean),
    ("median", median),
    ("median_abs_dev", median_abs_dev),
    ("std_dev", |times| std(times, 1)),
];

/// The content of `estimates.json` for some times. The slope is of criterion's linear sampling, which this is not.
pub(super) fn estimates(times: &[f64]) -> Json {
    let mut drawn = [const { Vec::new() }; STATISTICS.len()];
    let mut source = Draws::new(times);
    for _ in 0..DRAWS {
        let sample = source.sample();
        for ((_, statistic), drawn) in STATISTICS.iter().zip(&mut drawn) {
            drawn.extend(statistic(sample));
        }
    }
    let mut all = serde_json::Map::new();
    for ((name, statistic), drawn) in STATISTICS.iter().zip(&drawn) {
        all.insert((*name).to_owned(), estimate(statistic(times), drawn));
    }
    all.insert("slope".to_owned(), Json::Null);
    all.into()
}

fn estimate(point: Option<f64>, drawn: &[f64]) -> Json {
    let point = point.unwrap_or(0.0);
    let bound = |p| quantile(drawn, p).unwrap_or(point);
    json!({
        "confidence_interval": {
            "confidence_level": CONFIDENCE,
            "lower_bound": bound((1.0 - CONFIDENCE) / 2.0),
            "upper_bound": bound(1.0 - (1.0 - CONFIDENCE) / 2.0),
        },
        "point_estimate": point,
        "standard_error": std(drawn, 1).unwrap_or(0.0),
    })
}

/// The median distance from the median, scaled to the standard deviation of a normal distribution.
fn median_abs_dev(times: &[f64]) -> Option<f64> {
    let centre = median(times)?;
    let distances: Vec<f64> = times.iter().map(|time| (time - centre).abs()).collect();
    median(&distances).map(|distance| distance * 1.4826)
}

/// Samples with replacement, the same ones on every run.
struct Draws<'t> {
    times: &'t [f64],
    sample: Vec<f64>,
    state: u64,
}

impl<'t> Draws<'t> {
    fn new(times: &'t [f64]) -> Self {
        Self {
            times,
            sample: Vec::with_capacity(times.len()),
            state: times.len() as u64,
        }
    }

    fn sample(&mut self) -> &[f64] {
        self.sample.clear();
        for _ in 0..self.times.len() {
            let at = self.position();
            self.sample.extend(self.times.get(at));
        }
        &self.sample
    }

    /// A position below the number of times, by `SplitMix64`.
    fn position(&mut self) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.state;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^= x >> 31;
        let scaled = (u128::from(x) * self.times.len() as u128) >> 64;
        usize::try_from(scaled).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_are_those_of_the_normal_distribution() {
        // 100 times from 1 to 100: standard error of the mean 29.011 / 10, so bounds of 50.5 ± 5.69.
        let times: Vec<f64> = (1..=100).map(f64::from).collect();
        let found = estimates(&times);
        let mean = &found["mean"];
        assert_eq!(mean["point_estimate"], 50.5);
        let near = |json: &Json, x: f64, by: f64| {
            let found = json.as_f64().unwrap();
            assert!((found - x).abs() < by, "{found} is not {x}");
        };
        near(&mean["standard_error"], 2.9, 0.15);
        near(&mean["confidence_interval"]["lower_bound"], 44.81, 0.6);
        near(&mean["confidence_interval"]["upper_bound"], 56.19, 0.6);
        near(&found["std_dev"]["point_estimate"], 29.011_49, 1e-4);
        near(
            &found["median_abs_dev"]["point_estimate"],
            25.0 * 1.4826,
            1e-9,
        );
        assert_eq!(found["slope"], Json::Null);
        assert_eq!(found, estimates(&times), "the same on every run");
    }
}
