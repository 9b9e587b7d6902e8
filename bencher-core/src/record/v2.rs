//! The record of a sweep as version 2 wrote it.

use serde::Deserialize;

use super::{ConstantValue, Counts, Failure, SweepRecord};
use crate::dataset::Dataset;
use crate::value::Digest;

#[derive(Deserialize)]
pub(crate) struct SweepRecordV2 {
    bench: String,
    title: String,
    description: String,
    post_description: String,
    tag: String,
    started: String,
    dataset: Dataset,
    constants: Vec<ConstantValue>,
    failures: Vec<Failure>,
    counts: Counts,
    timings: Vec<(String, f64)>,
    warnings: Vec<String>,
    sweep_type: String,
    version: u32,
    identity: Option<Digest>,
}

impl From<SweepRecordV2> for SweepRecord {
    fn from(old: SweepRecordV2) -> Self {
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
            counts: old.counts,
            timings: old.timings,
            warnings: old.warnings,
            sweep_type: old.sweep_type,
            version: old.version,
            identity: old.identity,
            environment: None,
        }
    }
}
