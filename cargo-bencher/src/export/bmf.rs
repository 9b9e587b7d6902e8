//! A result in the Bencher Metric Format, which bencher.dev tracks over time.

use bencher_core::dataset::{Dataset, PointValues, Variable};
use bencher_core::record::SweepRecord;
use bencher_core::value::{Digest, Kind};
use serde_json::{Map, Value as Json, json};

/// The measure that each project has from the start, in nanoseconds.
const LATENCY: &str = "latency";
/// The most characters of the names of benchmarks and of measures.
const LONGEST: (usize, usize) = (1024, 64);

/// An object with a benchmark for each point, in which a measure stands for each result that has a number there.
///
/// # Errors
/// Where no result has a number.
pub(super) fn bmf(record: &SweepRecord) -> Result<Json, String> {
    let dataset = &record.dataset;
    let mut benchmarks = Map::new();
    for variable in dataset
        .variables()
        .iter()
        .filter(|variable| variable.is_numeric())
    {
        let measure = measure(dataset, variable);
        let points = dataset.point_values(&variable.info.name);
        for point in points.map_err(|error| error.to_string())? {
            let Some(metric) = metric(dataset, variable, &point) else {
                continue;
            };
            let name = shortened(&benchmark(&record.title, &point), LONGEST.0);
            let measures = benchmarks.entry(name).or_insert_with(|| json!({}));
            if let Some(measures) = measures.as_object_mut() {
                measures.insert(measure.clone(), metric);
            }
        }
    }
    if benchmarks.is_empty() {
        return Err(format!(
            "no result of \"{}\" has a number",
            record.title.escape_debug()
        ));
    }
    Ok(benchmarks.into())
}

/// The title and the inputs of a point: `Sorting/len=16/pattern=Random`.
fn benchmark(title: &str, point: &PointValues) -> String {
    let inputs = point
        .texts
        .iter()
        .map(|(name, text)| format!("/{name}={text}"));
    let name = format!("{title}{}", inputs.collect::<String>());
    match name.trim() {
        "" => "unnamed".to_owned(),
        name => name.to_owned(),
    }
}

/// The name of the measure: the result's, or `latency` for the only measured time of a sweep.
fn measure(dataset: &Dataset, variable: &Variable) -> String {
    let names = || {
        dataset
            .variables()
            .iter()
            .map(|other| other.info.name.as_str())
    };
    let times = dataset.variables().iter().filter(|other| other.info.timed);
    let is_only = variable.info.timed && times.count() == 1 && names().all(|name| name != LATENCY);
    match variable.info.name.trim() {
        _ if is_only => LATENCY.to_owned(),
        "" => "unnamed".to_owned(),
        name => shortened(name, LONGEST.1),
    }
}

/// The number of a point with its bounds; none where it has no number.
fn metric(dataset: &Dataset, variable: &Variable, point: &PointValues) -> Option<Json> {
    let scale = if variable.info.timed || variable.info.kind == Kind::Seconds {
        1e9
    } else {
        1.0
    };
    let summary = point.summary.filter(|_| dataset.is_centred(variable));
    let value = match &summary {
        Some(summary) => summary.centre,
        None => *point.replicates.first()?,
    };
    let bounds = summary.map(|summary| (summary.lower, summary.upper));
    let (lower, upper) = bounds.unwrap_or((None, None));
    let all = [
        ("value", Some(value)),
        ("lower_value", lower),
        ("upper_value", upper),
    ];
    let numbers = all.into_iter().filter_map(|(name, number)| {
        let number = number? * scale;
        number.is_finite().then(|| (name.to_owned(), json!(number)))
    });
    let metric: Map<String, Json> = numbers.collect();
    metric.contains_key("value").then(|| metric.into())
}

/// The name, or its beginning with a digest of the whole.
fn shortened(name: &str, longest: usize) -> String {
    if name.chars().count() <= longest {
        return name.to_owned();
    }
    let digest: String = Digest::of(name.as_bytes())
        .to_string()
        .chars()
        .take(16)
        .collect();
    let begin: String = name.chars().take(longest - digest.len() - 1).collect();
    format!("{begin}-{digest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_stay_apart() {
        let names =
            ["x".repeat(64), "x".repeat(65), "x".repeat(66)].map(|name| shortened(&name, 64));
        assert_eq!(names[0], "x".repeat(64));
        assert!(names.iter().all(|name| name.chars().count() == 64));
        assert!(names[1] != names[2] && names[0] != names[1]);
    }
}
