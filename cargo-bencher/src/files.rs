//! Results in files outside a store.

use std::path::Path;

use bencher_core::dataset::Dataset;
use bencher_core::record::{Counts, SweepRecord};
use bencher_core::store::load_result;

/// The result in a file: a result file of a store, or a dataset that `cargo bencher export` wrote as JSON (`.json`) or
/// as CSV (`.csv`).
///
/// # Errors
/// Where the file cannot be read, or has no result.
pub(crate) fn load_file(path: &Path) -> Result<SweepRecord, String> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let extension = path.extension().and_then(|extension| extension.to_str());
    let dataset = match extension {
        Some("json") => {
            let text = std::fs::read_to_string(path).map_err(|error| failed(&error))?;
            let json = serde_json::from_str(&text).map_err(|error| failed(&error))?;
            Dataset::from_json(&json)
        }
        Some("csv") => {
            let file = std::fs::File::open(path).map_err(|error| failed(&error))?;
            Dataset::read_csv(file)
        }
        _ => return load_result(path).map_err(|error| error.to_string()),
    };
    let dataset = dataset.map_err(|error| failed(&error))?;
    let title = match dataset.name() {
        // A table does not say what it is of.
        "" => path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        name => name.to_owned(),
    };
    Ok(of_dataset(title, dataset))
}

/// The record of a dataset, which does not say which type declared it: only other datasets can be compared with it.
pub(crate) fn of_dataset(title: String, dataset: Dataset) -> SweepRecord {
    SweepRecord {
        bench: String::new(),
        title,
        description: String::new(),
        post_description: String::new(),
        tag: String::new(),
        started: String::new(),
        dataset,
        constants: Vec::new(),
        failures: Vec::new(),
        counts: Counts::default(),
        timings: Vec::new(),
        warnings: Vec::new(),
        sweep_type: String::new(),
        version: 0,
        identity: None,
        environment: None,
    }
}
