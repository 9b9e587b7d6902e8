//! The whole run of sweeps, as `cargo bench` asks for it.

use std::cell::RefCell;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::rc::Rc;

use crate::bench::{Bench, BenchError, BenchResult, Reporter, Session, Settings};
use crate::cli::run_session;
use crate::printed::error_line;
use crate::quiet;
use crate::space::Density;
use crate::sweep_executor::{Benchmark, Plan, Result, SweepChoice};
use crate::var::Input;

use super::entry::SweepEntry;
use super::filter::Chosen;
use super::point;

/// Runs what is chosen within one session, then draws the report.
pub(super) fn run(
    settings: Settings,
    name: String,
    reporter: Option<&Reporter>,
    chosen: &Chosen<'_>,
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

/// What a report shows, where not all functions are chosen: cargo-nextest, for one, runs each in a process
/// of its own.
fn part(chosen: &Chosen<'_>) -> Option<String> {
    let runs = || chosen.runs.iter().filter(|run| !run.ignored);
    let is_part = chosen.left > 0 || runs().any(|run| run.point.is_some());
    let names: Vec<String> = runs().map(super::filter::Selected::name).collect();
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
    let mut bench = Bench::<S>::new(Rc::clone(session))?;
    let inputs = point
        .map(|text| point_inputs(entry, session, text))
        .transpose()?;
    let mut sweep = bench.sweep(entry.title());
    if let Some(repeats) = entry.options.repeats {
        sweep = sweep.repeats(repeats);
    }
    if let Some(level) = entry.options.level {
        sweep = sweep.level(level);
    }
    if let Some(budget) = entry.options.budget {
        sweep = sweep.budget(budget);
    }
    if let Some(inputs) = inputs {
        sweep = sweep.inputs(inputs);
    }
    sweep.only_point = point.map(str::to_owned);
    sweep.run()
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
    if !result.ran() || point.is_some() || !is_whole {
        return Ok(());
    }
    let verdict = quiet::catch(AssertUnwindSafe(|| judge(&result)));
    verdict
        .unwrap_or_else(|panic| Err(panic.into()))
        .map_err(|error| format!("{} judges its result: {error}", entry.name()).into())
}

/// Every input of the sweep, held at its value of the point.
fn point_inputs<S: Benchmark>(
    entry: &SweepEntry,
    session: &Rc<RefCell<Session>>,
    text: &str,
) -> Result<Vec<Input<S>>> {
    let session = session.borrow();
    let config = session.config();
    let density = match (entry.options.level, config.density) {
        (Some(level), said) if said == Density::default() => Density {
            subsampling_divisions: level,
            ..said
        },
        (_, said) => said,
    };
    let choice = SweepChoice::default();
    let plan = Plan::new(&S::baseline()?, &choice, &config.inputs, density, 1, "")?;
    let axes = plan.space().axes().iter();
    let values = point::values(&plan, text)?;
    let inputs = axes.zip(values).map(|(axis, (_, value))| {
        let mut input = Input::from(axis.name.clone());
        input.values = Some(vec![value]);
        input
    });
    Ok(inputs.collect())
}
