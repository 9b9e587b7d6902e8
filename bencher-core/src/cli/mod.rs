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
#[cfg(feature = "cluster")]
mod cluster_status;
pub(crate) mod cluster_worker;
mod environment;
mod error;
mod file;
mod grammar;
mod program;
mod replicates;
mod session_run;
#[cfg(test)]
mod tests;

pub use args::{CommandLine, FileChoice, parse};
pub(crate) use args::{command_line, grammar_with};
pub use error::SettingsError;
pub use grammar::CommandLineError;
pub(crate) use grammar::{Flag, Grammar};
pub(crate) use program::{program_name, program_path};
pub(crate) use session_run::run_session;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;

use crate::bench::{Bench, Reporter, Settings};
use crate::console::{begin_program, ending, error_line, print_line};
use crate::sweep_executor::{Benchmark, Result};
use crate::var::Schema;

/// The exit status of a program after an invalid command line.
pub const USAGE: u8 = 2;
/// The exit status of a program after Ctrl-C.
pub const INTERRUPTED: u8 = 130;

/// Runs a benchmark program: it reads the command line, runs the sweeps that `program` declares, and draws the report.
///
/// In a run with several steps ([`Refinement`](crate::bench::Refinement)), it calls `program` for each step, and draws
/// the report after each.
///
/// | exit status | meaning |
/// |---|---|
/// | 0 | success |
/// | 1 | a sample or another operation failed |
/// | 2 | invalid settings |
/// | 3 | a claim or a gate fails, or a result became worse |
/// | 130 | the user interrupted |
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
