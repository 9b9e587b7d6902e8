//! The full run of sweeps, for `cargo bench`.

use std::cell::RefCell;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::rc::Rc;

use crate::bench::{
    BenchError, BenchResult, Reporter, Session, Settings, SweepOutcome, SweepRun, SweepSettings,
};
use crate::cli::run_session;
use crate::console::error_line;
use crate::panics;
use crate::plan::{Choice, Plan};
use crate::space::Density;
use crate::sweep_executor::{Benchmark, Body, Result};
use crate::var::{ErasedSweep, InputChoice, Target};

use super::entry::SweepEntry;
use super::filter::Selection;
use super::point;

/// Runs what is chosen within one session, then draws the report.
pub(super) fn run(
    settings: Settings,
    name: String,
    reporter: Option<&Reporter>,
    chosen: &Selection<'_>,
    entries: &[&SweepEntry],
) -> ExitCode {
    if chosen.runs.is_empty() && !entries.is_empty() {
        let names: Vec<String> = entries.iter().map(|entry| entry.name()).collect();
        error_line!("no function is chosen; there are: {}", names.join(", "));
        return ExitCode::SUCCESS;
    }
    let part = part(chosen);
    run_session(settings, name, reporter, |session| {
        session.borrow_mut().show_part(part.clone());
        let mut first = None;
        for run in chosen.runs.iter().filter(|run| !run.ignored) {
            let Err(error) = run.entry.run(session, run.point.as_deref()) else {
                continue;
            };
            if ends_all(error.downcast_ref()) {
                return Err(error);
            }
            // The caller tells of one.
            if let Some(earlier) = first.replace(error) {
                error_line!("error: {earlier}");
            }
        }
        first.map_or(Ok(()), Err)
    })
}

/// The part of the program in a report, where not all functions are chosen. cargo-nextest, for example, runs each
/// function in its own process.
fn part(chosen: &Selection<'_>) -> Option<String> {
    let runs = || chosen.runs.iter().filter(|run| !run.ignored);
    let is_part = chosen.left > 0 || runs().any(|run| run.point.is_some());
    let names: Vec<String> = runs().map(super::filter::SelectedSweep::name).collect();
    (is_part && !names.is_empty()).then(|| names.join(", "))
}

/// Whether no other sweep is to be run after such an error.
fn ends_all(error: Option<&BenchError>) -> bool {
    !matches!(
        error,
        None | Some(BenchError::Plan { .. } | BenchError::NoResult { .. })
    )
}

/// Runs the sweep of a function, or one point of it.
pub(super) fn sweep<S: Benchmark>(
    entry: &SweepEntry,
    session: &Rc<RefCell<Session>>,
    point: Option<&str>,
) -> Result<BenchResult<S>> {
    let outcome = sweep_of(entry, session, point, &S::baseline()?, Body::of::<S>())?;
    Ok(BenchResult::new(outcome))
}

/// The same for a function of any type.
fn sweep_of(
    entry: &SweepEntry,
    session: &Rc<RefCell<Session>>,
    point: Option<&str>,
    prototype: &dyn ErasedSweep,
    body: Body,
) -> Result<SweepOutcome> {
    let inputs = point
        .map(|text| point_inputs(entry, session, text, prototype))
        .transpose()?;
    let run = SweepRun {
        prototype,
        body,
        choice: Choice {
            inputs,
            ..Choice::default()
        },
        compared: None,
        best_for_each: Vec::new(),
        settings: SweepSettings {
            title: entry.title(),
            repeats: entry.options.repeats,
            level: entry.options.level,
            budget: entry.options.budget,
            only_point: point.map(str::to_owned),
            claims: entry.options.claim_choices(),
            gates: entry.options.gate_choices(),
            ..SweepSettings::default()
        },
    };
    run.run_in(&mut session.borrow_mut())
}

/// Runs the sweep, and has its result judged once it is whole: not where it was only listed or planned,
/// not before the last step of a refinement, not in one of several processes, and not for one point.
pub(super) fn judged<S: Benchmark>(
    entry: &SweepEntry,
    session: &Rc<RefCell<Session>>,
    point: Option<&str>,
    judge: impl FnOnce(&BenchResult<S>) -> Result<()>,
) -> Result<()> {
    let result = sweep::<S>(entry, session, point)?;
    let is_whole = {
        let session = session.borrow();
        let (step, steps) = session.step();
        step == steps && !session.is_replicate()
    };
    if !result.was_run() || point.is_some() || !is_whole {
        return Ok(());
    }
    let verdict = panics::catch(AssertUnwindSafe(|| judge(&result)));
    verdict
        .unwrap_or_else(|panic| Err(panic.into()))
        .map_err(|error| format!("{} does not accept its result: {error}", entry.name()).into())
}

/// Every input of the sweep, held at its value of the point.
fn point_inputs(
    entry: &SweepEntry,
    session: &Rc<RefCell<Session>>,
    text: &str,
    prototype: &dyn ErasedSweep,
) -> Result<Vec<InputChoice>> {
    let session = session.borrow();
    let config = session.config();
    let density = match (entry.options.level, config.density) {
        (Some(level), density) if density == Density::default() => Density {
            subsampling_divisions: level,
            ..density
        },
        (_, density) => density,
    };
    let choice = Choice::default();
    let plan = Plan::of(prototype, &choice, &config.inputs, density, 1, "")?;
    let axes = plan.space().axes().iter();
    let values = point::values(&plan, text)?;
    let inputs = axes.zip(values).map(|(axis, (_, value))| InputChoice {
        values: Some(vec![value]),
        ..InputChoice::of(Target::Name(axis.name.clone().into()))
    });
    Ok(inputs.collect())
}
