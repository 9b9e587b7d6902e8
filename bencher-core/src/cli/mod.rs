//! The command line of every benchmark program.
//!
//! [`parse`] makes a [`RunConfig`](crate::bench::RunConfig) of the arguments; [`run`] does the whole
//! of a program: parse, run, draw, exit.
//!
//! ```
#![doc = include_str!("../example_sweep.md")]
//! use bencher_core::cli::parse;
//! let config = parse(&Sorting::SCHEMA, ["demo", "--level", "4", "--input", "len=1,2"].map(Into::into))?;
//! assert_eq!(config.density.subsampling_divisions, 4);
//! assert_eq!(config.inputs[0].name, "len");
//! # Ok::<(), clap::Error>(())
//! ```

mod args;

pub use args::{command, parse};

use std::cell::RefCell;
use std::ffi::OsString;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::bench::{Bench, BenchError, Reporter, Session, Verdict};
use crate::sweep_executor::{Benchmark, Interrupt, Result};

/// Exit status of a program whose command line makes no sense.
pub const USAGE: u8 = 2;
/// Exit status of a program that was stopped by Ctrl-C.
pub const INTERRUPTED: u8 = 130;

/// Runs a benchmark program: reads the command line, runs the sweeps that `program` declares,
/// draws the report.
///
/// The exit status is 0 if all is well, 1 if a sample or something else failed, 2 if the command
/// line makes no sense, 130 if the user interrupted.
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
    program: impl FnOnce(&mut Bench<S>) -> Result<T>,
) -> ExitCode
where
    S: Benchmark,
{
    let args: Vec<OsString> = std::env::args_os().collect();
    let config = match parse(&S::SCHEMA, args) {
        Ok(config) => config,
        Err(error) => {
            // Help goes to standard output, mistakes to standard error; clap knows which.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(USAGE));
        }
    };
    let interrupt = Interrupt::default();
    if let Err(error) = stop_on_signals(&interrupt) {
        eprintln!("warning: Ctrl-C will not stop cleanly: {error}");
    }
    let quiet = config.list || config.dry_run;
    let session = Rc::new(RefCell::new(Session::new(
        config,
        program_name(),
        interrupt,
    )));
    let ended = Bench::new(Rc::clone(&session))
        .map_err(Into::into)
        .and_then(|mut bench| program(&mut bench).map(drop));
    // What was measured is drawn whatever happened later.
    let verdict = session
        .borrow_mut()
        .close(if quiet { None } else { reporter });
    match ended {
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(status(error.downcast_ref()))
        }
        Ok(()) => match verdict {
            Verdict::Fine => ExitCode::SUCCESS,
            Verdict::Failed => ExitCode::FAILURE,
            Verdict::Usage => ExitCode::from(USAGE),
        },
    }
}

fn status(error: Option<&BenchError>) -> u8 {
    match error {
        Some(BenchError::Interrupted { .. }) => INTERRUPTED,
        Some(BenchError::Plan { source, .. }) if source.is_usage() => USAGE,
        _ => 1,
    }
}

/// The first Ctrl-C (or SIGTERM) asks the sweep to stop, the second ends the program at once.
#[cfg(unix)]
fn stop_on_signals(interrupt: &Interrupt) -> std::io::Result<()> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
    let flag = Arc::clone(&interrupt.0);
    // It sleeps until there is a signal, so it disturbs no measurement.
    let watch = move || {
        for _ in signals.forever() {
            if flag.swap(true, Ordering::Relaxed) {
                std::process::exit(i32::from(INTERRUPTED));
            }
            eprintln!("\nstopping after the samples that are running; again to stop at once");
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

/// The program's name: the executable's, without the hash that cargo adds to benches and tests.
fn program_name() -> String {
    let path = std::env::current_exe().unwrap_or_default();
    let name = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    match name.rsplit_once('-') {
        Some((stem, hash)) if hash.len() == 16 && hash.chars().all(|c| c.is_ascii_hexdigit()) => {
            stem.to_owned()
        }
        _ => name,
    }
}
