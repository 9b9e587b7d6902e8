//! The record of a sweep as version 1 wrote it.

use serde::Deserialize;

use super::{ConstantValue, Counts, Failure, SweepRecord};
use crate::dataset::Dataset;

#[derive(Deserialize)]
pub(crate) struct SweepRecordV1 {
    bench: String,
    title: String,
    description: String,
    post_description: String,
    tag: String,
    started: String,
    dataset: Dataset,
    constants: Vec<ConstantValue>,
    failures: Vec<Failure>,
    counts: CountsV1,
    timings: Vec<(String, f64)>,
    warnings: Vec<String>,
}

#[derive(Deserialize)]
struct CountsV1 {
    submitted: u64,
    executed: u64,
    hits: u64,
    failed: u64,
}

impl From<SweepRecordV1> for SweepRecord {
    fn from(old: SweepRecordV1) -> Self {
        let CountsV1 {
            submitted,
            executed,
            hits,
            failed,
        } = old.counts;
        Self {
            bench: old.bench,
            title: old.title,
            description: old.description,
            post_description: old.post_description,
            tag: old.tag,
            started: old.started,
            dataset: old.dataset,
            constants: old.constants,
            failures: old.failures,
            counts: Counts {
                submitted,
                executed,
                hits,
                failed,
                skipped: 0,
            },
            timings: old.timings,
            warnings: old.warnings,
            sweep_type: String::new(),
            version: 0,
            identity: None,
            environment: None,
        }
    }
}
