//! The command line of every benchmark program.
//!
//! [`parse`] reads the arguments, and [`settings`] also the environment and `bencher.toml`. Their [`Settings`] make a
//! [`RunConfig`](crate::bench::RunConfig). [`run`] is a whole program: parse, run, draw, exit.
//!
//! ```
#![doc = include_str!("../example_sweep.md")]
//! use bencher_core::cli::parse;
//! let args = ["demo", "--level", "4", "--input", "len=1,2"].map(Into::into);
//! let config = parse(&Sorting::SCHEMA, args)?.settings.config();
//! assert_eq!(config.density.subsampling_divisions, 4);
//! assert_eq!(config.inputs[0].name, "len");
//! # Ok::<(), bencher_core::cli::CommandLineError>(())
//! ```

mod args;
mod environment;
mod error;
mod file;
mod grammar;
mod program;
mod replicates;
#[cfg(test)]
mod tests;

pub use args::{CommandLine, FileChoice, parse};
pub(crate) use args::{command_line, grammar_with};
pub use error::SettingsError;
pub use grammar::CommandLineError;
pub(crate) use grammar::{Flag, Grammar};
pub(crate) use program::{program_name, program_path};

use std::cell::RefCell;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
#[cfg(unix)]
use std::sync::atomic::Ordering;

use crate::bench::{Bench, BenchError, Reporter, RunStatus, Session, Settings};
use crate::console::{begin_program, ending, error_line, print_line};
use crate::evaluator::process::worker_role;
use crate::exit_guard;
use crate::measure::{Environment, Timer};
use crate::progress::SilentProgress;
#[cfg(unix)]
use crate::signals::stop_signals;
use crate::sweep_executor::{Benchmark, Interrupt, Result};
use crate::var::Schema;

/// The exit status of a program after an invalid command line.
pub const USAGE: u8 = 2;
/// The exit status of a run with a result that became worse.
const REGRESSED: u8 = 3;
/// The exit status of a program after Ctrl-C.
pub const INTERRUPTED: u8 = 130;

/// Exit status of a program in which something failed.
const FAILED: u8 = 1;
/// Why no report is drawn where nothing can draw one.
const NO_REPORT: &str = "no report can be drawn: this program is built without bencher's feature `report`, and the \
                         tool `cargo-bencher`, which would draw it, is not installed; turn the feature on in \
                         Cargo.toml, or run `cargo install --path cargo-bencher` in a checkout of bencher";

/// Exit status of one of several processes whose own code ended it: it is no failure of a sample.
const ENDED_ITSELF: u8 = 3;

/// Runs a benchmark program: it reads the command line, runs the sweeps that `program` declares, and draws the report.
///
/// The exit status is 0 after success, 1 if a sample or another operation failed, 2 after invalid settings, and 130 if
/// the user interrupted. In a run with several steps ([`Refinement`](crate::bench::Refinement)), it calls `program` for
/// each step, and draws the report after each.
///
/// ```no_run
#[doc = include_str!("../example_sweep.md")]
/// use std::process::ExitCode;
/// use bencher_core::bench::Bench;
/// fn main() -> ExitCode {
///     bencher_core::cli::run(None, |bench: &mut Bench<Sorting>| bench.sweep("Sorting").run())
/// }
/// ```
pub fn run<S, T>(
    reporter: Option<&Reporter>,
    mut program: impl FnMut(&mut Bench<S>) -> Result<T>,
) -> ExitCode
where
    S: Benchmark,
{
    begin_program();
    let name = program_path(S::SCHEMA.package);
    let line = parse(&S::SCHEMA, std::env::args_os()).map_err(SettingsError::from);
    ending(match line.and_then(|line| settled(line, &name)) {
        Ok(settings) => run_session(settings, name, reporter, |session| {
            let mut bench = Bench::new(Rc::clone(session))?;
            program(&mut bench).map(drop)
        }),
        Err(error) => refuse(&error),
    })
}

/// The settings of a run of `program`, from its command line, the environment and the file.
///
/// # Errors
/// The invalid setting, and its source.
pub(crate) fn settled(line: CommandLine, program: &str) -> Result<Settings, SettingsError> {
    let folder = std::env::current_dir().unwrap_or_default();
    complete(line, program, &|name| std::env::var_os(name), &folder)
}

/// Says what makes no sense; the exit status.
pub(crate) fn refuse(error: &SettingsError) -> ExitCode {
    match error {
        SettingsError::CommandLine(CommandLineError::Help(text)) => {
            // Nothing else is printed, so a reader that has gone away misses nothing.
            print_line(format_args!("{}", text.trim_end()));
            ExitCode::SUCCESS
        }
        error => usage(error),
    }
}

/// Runs a program in a session of its own, once for each step of a refinement, and draws what it
/// measured.
pub(crate) fn run_session(
    settings: Settings,
    name: String,
    reporter: Option<&Reporter>,
    mut program: impl FnMut(&Rc<RefCell<Session>>) -> Result<()>,
) -> ExitCode {
    let interrupt = Interrupt::default();
    // A worker ends when its parent does, and not sooner.
    let worker = worker_role();
    if worker.is_none()
        && let Err(error) = stop_on_signals(&interrupt)
    {
        error_line!("warning: Ctrl-C will not stop cleanly: {error}");
    }
    if reporter.is_none()
        && let Some(option) = settings.report_option()
    {
        return usage(&format!("`--{option}`: {NO_REPORT}"));
    }
    let mut session = Session::with_settings(settings, name, interrupt.clone());
    if let Err(error) = session.check() {
        return usage(&error);
    }
    let replicate = match replicates::replicate() {
        Ok(replicate) => replicate,
        Err(error) => return usage(&error),
    };
    if worker.is_some() {
        session.set_progress(Box::new(SilentProgress));
    } else if replicate.is_none() {
        warn_of_misspelt();
    }
    match (replicate, session.config().replicates) {
        (Some(replicate), _) => session.replicate(replicate),
        (None, Some(count)) if !session.is_shown_only() && worker.is_none() => {
            if let Err(status) = measure_in_replicates(&mut session, count, reporter, &interrupt) {
                return status;
            }
        }
        _ => {}
    }
    // The program that started a worker process reports how it ended.
    let _run = worker.is_none().then(|| {
        let status = if replicate.is_some() {
            ENDED_ITSELF
        } else {
            FAILED
        };
        exit_guard::RunGuard::begin(status)
    });
    if reporter.is_some() && replicate.is_none() && worker.is_none() {
        session.will_draw();
    }
    let without_report = reporter.is_none() && replicate.is_none() && worker.is_none();
    let session = Rc::new(RefCell::new(session));
    loop {
        let ended = program(&session);
        let interrupted = matches!(
            ended.as_ref().err().and_then(|error| error.downcast_ref()),
            Some(BenchError::Interrupted { .. })
        );
        let mut session = session.borrow_mut();
        let reporter = reporter.filter(|_| {
            // The results are drawn in any case. But an unfinished step keeps the complete report of the step before.
            let is_partial_step = interrupted && session.step().0 > 1;
            !session.is_shown_only() && !is_partial_step && worker.is_none()
        });
        if replicate.is_some() {
            replicates::tell(&session.replicate_report());
        }
        let run_status = session.close(reporter.filter(|_| replicate.is_none()));
        if without_report && session.step().0 == session.step().1 {
            session.print_no_report(NO_REPORT);
        }
        if let Err(error) = ended {
            if let Some(role) = worker {
                role.refuse(&format!(
                    "in a worker process, the program failed before it reached {}: {error}",
                    role.title()
                ));
            }
            error_line!("error: {error}");
            return ExitCode::from(status(error.downcast_ref()));
        }
        session.complain_of_settings();
        match session.next_step() {
            Ok(true) if run_status == RunStatus::Usage => return ExitCode::from(USAGE),
            Ok(true) if interrupt.is_requested() => {
                error_line!("error: interrupted between two steps; run again to continue");
                return ExitCode::from(INTERRUPTED);
            }
            Ok(true) => {}
            Ok(false) => {
                if let Some(role) = worker.filter(|role| role.is_for_sweep()) {
                    role.refuse(&format!(
                        "in a worker process, the program ended before it reached {}",
                        role.title()
                    ));
                }
                return match run_status {
                    RunStatus::Fine => ExitCode::SUCCESS,
                    RunStatus::Failed => ExitCode::FAILURE,
                    RunStatus::Regressed => ExitCode::from(REGRESSED),
                    RunStatus::Usage => ExitCode::from(USAGE),
                };
            }
            Err(error) => return usage(&error),
        }
    }
}

/// Has several processes measure for a session, which then collects what they stored.
///
/// # Errors
/// The exit status, where they cannot.
fn measure_in_replicates(
    session: &mut Session,
    count: u32,
    reporter: Option<&Reporter>,
    interrupt: &Interrupt,
) -> std::result::Result<(), ExitCode> {
    #[cfg(feature = "history")]
    if let Err(error) = session.check_baseline() {
        error_line!("error: {error}");
        return Err(ExitCode::from(FAILED));
    }
    if reporter.is_some() {
        session.will_draw();
    }
    if let Err(error) = session.make_report_folder() {
        error_line!("error: {error}");
        return Err(ExitCode::from(FAILED));
    }
    let began = Environment::capture_with(Timer::system());
    match replicates::measure(session.config(), count, interrupt) {
        Ok(report) => session.collect_replicates(count, began, report),
        Err(error) => return Err(usage(&error)),
    }
    Ok(())
}

fn warn_of_misspelt() {
    for (given, near) in environment::misspelt(std::env::vars_os().map(|(name, _)| name)) {
        error_line!("warning: environment variable {given} is not an option; did you mean {near}?");
    }
}

fn usage(error: &dyn std::fmt::Display) -> ExitCode {
    error_line!("error: {error}");
    ExitCode::from(USAGE)
}

/// Reads all settings of the user for a run of `program`: from the command line (`args`, the program's name first),
/// from the environment, and from the `bencher.toml` in `folder` or in one above it.
///
/// See [`RunConfig`](crate::bench::RunConfig) for the order of precedence.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
/// use bencher_core::cli::{SettingsError, settings};
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("bencher.toml"), "repeats = 3\nlevel = 4\nrows = 5\n")?;
/// let environment = |name: &str| (name == "BENCHER_REPEATS").then(|| "2".into());
/// let args = ["demo", "--level", "6"].map(Into::into);
/// let user = settings(&Sorting::SCHEMA, "demo", args.clone(), &environment, folder.path())?;
/// let config = user.config();
/// assert_eq!(config.density.subsampling_divisions, 6, "by the command line");
/// assert_eq!(config.repeats, Some(2), "by the environment");
/// assert_eq!(config.rows, 5, "by the file");
///
/// std::fs::write(folder.path().join("bencher.toml"), "rows = 5\nrepeat = 3\n")?;
/// let error = settings(&Sorting::SCHEMA, "demo", args, &environment, folder.path()).unwrap_err();
/// assert!(error.to_string().ends_with(
///     "bencher.toml:2: there is no option `repeat`; did you mean `repeats`?"
/// ));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// The invalid setting, and its source.
pub fn settings(
    schema: &Schema,
    program: &str,
    args: impl IntoIterator<Item = OsString>,
    variable: &dyn Fn(&str) -> Option<OsString>,
    folder: &Path,
) -> Result<Settings, SettingsError> {
    complete(parse(schema, args)?, program, variable, folder)
}

/// Adds what the environment and the file say to a command line.
fn complete(
    line: CommandLine,
    program: &str,
    variable: &dyn Fn(&str) -> Option<OsString>,
    folder: &Path,
) -> Result<Settings, SettingsError> {
    let named = variable("BENCHER_CONFIG").filter(|path| !path.is_empty());
    let path = match line.file {
        FileChoice::At(path) => Some(path),
        FileChoice::Nothing => None,
        FileChoice::Nearest => named
            .map(PathBuf::from)
            .or_else(|| file::nearest_to(folder)),
    };
    // The weakest first.
    let mut settings = match path {
        Some(path) => file::read(&folder.join(path), program)?,
        None => Settings::default(),
    };
    settings.extend(environment::read(variable)?);
    settings.extend(line.settings);
    Ok(settings)
}

/// The store of programs in `folder`, if the environment or the nearest `bencher.toml` names one. A command line or a
/// section of the file may name another.
///
/// ```
/// use bencher_core::cli::named_store_root;
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("bencher.toml"), "store = \"kept\"\n")?;
/// assert_eq!(named_store_root(&|_| None, folder.path())?, Some(folder.path().join("kept")));
/// let environment = |name: &str| (name == "BENCHER_CACHE_DIR").then(|| "/elsewhere".into());
/// assert_eq!(named_store_root(&environment, folder.path())?, Some("/elsewhere".into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// The invalid setting, and its source.
pub fn named_store_root(
    variable: &dyn Fn(&str) -> Option<OsString>,
    folder: &Path,
) -> Result<Option<PathBuf>, SettingsError> {
    let nothing = CommandLine {
        settings: Settings::default(),
        file: FileChoice::Nearest,
    };
    let settings = complete(nothing, "", variable, folder)?;
    Ok(settings.config().store)
}

fn status(error: Option<&BenchError>) -> u8 {
    match error {
        Some(BenchError::Interrupted { .. }) => INTERRUPTED,
        Some(BenchError::Plan { source, .. }) if source.is_usage() => USAGE,
        Some(BenchError::UnknownResult { .. }) => USAGE,
        _ => 1,
    }
}

/// The first Ctrl-C (or SIGTERM, or the end of the terminal) asks the sweep to stop, the second ends the program at
/// once.
#[cfg(unix)]
fn stop_on_signals(interrupt: &Interrupt) -> std::io::Result<()> {
    let mut signals = signal_hook::iterator::Signals::new(stop_signals())?;
    let flag = Arc::clone(&interrupt.0);
    // It sleeps until there is a signal, so it disturbs no measurement.
    let watch = move || {
        for _ in signals.forever() {
            if flag.swap(true, Ordering::Relaxed) {
                exit_guard::release();
                std::process::exit(i32::from(INTERRUPTED));
            }
            error_line!(
                "\nstopping after the samples that are running; press Ctrl-C again to stop at once"
            );
        }
    };
    std::thread::Builder::new()
        .name("bencher-signals".to_owned())
        .spawn(watch)
        .map(drop)
}

/// Where signals are another matter, Ctrl-C only asks the sweep to stop.
#[cfg(not(unix))]
fn stop_on_signals(interrupt: &Interrupt) -> std::io::Result<()> {
    use signal_hook::consts::SIGINT;
    signal_hook::flag::register(SIGINT, Arc::clone(&interrupt.0)).map(drop)
}
