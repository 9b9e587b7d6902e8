//! Reads the estimates of criterion from its files.

use std::path::Path;

use crate::estimate::Estimate;

/// Reads the time that criterion prints: the slope, or the mean where it takes samples of one length.
pub fn read(benchmark: &Path) -> bencher::Result<Estimate> {
    let text = std::fs::read_to_string(benchmark.join("new/estimates.json"))?;
    let estimates: serde_json::Value = serde_json::from_str(&text)?;
    let shown = match &estimates["slope"] {
        serde_json::Value::Null => &estimates["mean"],
        slope => slope,
    };
    let seconds = |value: &serde_json::Value| value.as_f64().unwrap_or(f64::NAN) / 1e9;
    let interval = &shown["confidence_interval"];
    Ok(Estimate {
        centre: seconds(&shown["point_estimate"]),
        lower: seconds(&interval["lower_bound"]),
        upper: seconds(&interval["upper_bound"]),
    })
}
