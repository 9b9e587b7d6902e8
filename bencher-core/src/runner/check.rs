//! The quick check of a sweep: a few points, once each, in this process; nothing is stored. Claims that one sample can
//! violate are judged.

use std::sync::Arc;

use crate::bench::{Assertions, RunConfig, Settings};
use crate::context::States;
use crate::exit_guard;
use crate::plan::{Choice, Plan};
use crate::space::mix;
use crate::sweep_executor::{Benchmark, Body};
use crate::var::ErasedSweep;

use super::entry::SweepEntry;
use super::point;

/// The most points that are looked at to find one that is not skipped.
const MOST_LOOKED_AT: u64 = 10_000;

/// Runs the first, the last and one random point of those that are not skipped, or the named one.
///
/// # Errors
/// The failure, with its inputs.
pub(super) fn check<S: Benchmark>(
    entry: &SweepEntry,
    settings: &Settings,
    point: Option<&str>,
) -> Result<(), String> {
    let prototype = S::baseline().map_err(|error| error.to_string())?;
    check_of(entry, settings, point, &prototype, Body::of::<S>())
}

/// The same for a function of any type.
fn check_of(
    entry: &SweepEntry,
    settings: &Settings,
    point: Option<&str>,
    prototype: &dyn ErasedSweep,
    body: Body,
) -> Result<(), String> {
    let mut config = RunConfig::default();
    config.density.subsampling_divisions = entry.options.level.unwrap_or(0);
    settings.apply(&mut config, Some(&entry.title()));
    let choice = Choice::default();
    let plan = Plan::of(prototype, &choice, &config.inputs, config.density, 1, "")
        .map_err(|error| error.to_string())?;
    let claims = entry.options.claim_choices();
    let assertions = Assertions::of(&plan, &entry.title(), &claims, &[]);
    let assertions = assertions.map_err(|error| error.to_string())?;
    let points = match point {
        Some(text) => vec![point::number(&plan, text)?],
        None => points(&plan, seed(&entry.name()))?,
    };
    let states = Arc::new(States::default());
    let plan = Arc::new(plan);
    let described = Arc::clone(&plan);
    let in_progress = exit_guard::SweepGuard::begin(
        &entry.title(),
        Arc::new(move |point| described.inputs_text(point)),
    );
    let mut failures: Vec<String> = points
        .into_iter()
        .filter_map(|point| {
            let judge =
                |sample: &mut dyn ErasedSweep| assertions.judge_sample(&plan, point, sample);
            plan.try_point(body, point, &states, &judge).err()
        })
        .collect();
    drop(in_progress);
    failures.extend(
        states
            .release()
            .into_iter()
            .map(|panic| format!("while the state of the sweep was dropped: {panic}")),
    );
    if failures.is_empty() {
        Ok(())
    } else {
        Err(failures.join("\n"))
    }
}

/// The first, the last and one random point of those that are not skipped, each once.
pub(super) fn points(plan: &Plan, seed: u64) -> Result<Vec<u64>, String> {
    let len = u64::try_from(plan.space().len()).unwrap_or(u64::MAX);
    let looked_at = len.min(MOST_LOOKED_AT);
    let random = (0..MOST_LOOKED_AT)
        .map(|n| mix(seed ^ mix(n)))
        .filter_map(|bits| bits.checked_rem(len));
    let mut points = Vec::new();
    points.extend(another(plan, &points, 0..looked_at)?);
    points.extend(another(plan, &points, (len - looked_at..len).rev())?);
    points.extend(another(plan, &points, random)?);
    match plan.skipped(0) {
        Ok(Some(reason)) if points.is_empty() => Err(format!(
            "every point that was tried ({looked_at} of {len}) is skipped; the first because: \
             {reason}"
        )),
        _ => Ok(points),
    }
}

/// The first of some candidates that is not skipped, unless it is there already.
fn another(
    plan: &Plan,
    points: &[u64],
    candidates: impl Iterator<Item = u64>,
) -> Result<Option<u64>, String> {
    for point in candidates {
        if !points.contains(&point) && plan.skipped(point)?.is_none() {
            return Ok(Some(point));
        }
    }
    Ok(None)
}

/// A seed that is the same in every run.
fn seed(name: &str) -> u64 {
    name.bytes()
        .fold(0, |seed, byte| mix(seed ^ u64::from(byte)))
}
