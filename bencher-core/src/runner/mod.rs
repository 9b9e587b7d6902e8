//! Sweeps from `#[bench_sweep]` functions. They need no list, and have names like tests. `cargo test` checks them
//! quickly, and `cargo bench` runs them whole.
//!
//! Each function is a [`SweepEntry`] in the program; [`entries`] finds them. [`run`] is the `main` of a target without
//! libtest's harness. It takes the options of libtest, and the options of every benchmark program. A quick check
//! ([`SweepEntry::check`]) runs three points once each and writes nothing. A full run works as in [`cli`](crate::cli).
//!
//! ```
#![doc = include_str!("../example_sweep.md")]
//! use bencher_core::bench::Settings;
//! use bencher_core::runner::{SweepEntry, SweepOptions};
//! let options = SweepOptions { level: Some(3), ..SweepOptions::NONE };
//! let entry = SweepEntry::measured::<Sorting>("demo::sorting", "by_length", options);
//! assert_eq!(entry.name(), "sorting::by_length");
//! assert_eq!(entry.check(&Settings::default(), None), Ok(()));
//! assert_eq!(entry.check(&Settings::default(), Some("len=500,presorted=true")), Ok(()));
//! let error = entry.check(&Settings::default(), Some("len=13,presorted=true")).unwrap_err();
//! assert_eq!(error, "there is no point `len=13,presorted=true`: `len` takes 1, 500, 1000");
//! ```

mod args;
mod check;
mod entry;
#[doc(hidden)]
pub mod expand;
mod filter;
mod full;
mod list;
mod point;
mod quick;

pub use entry::{GateOption, Run, SweepEntry, SweepOptions, entries};
#[doc(hidden)]
pub use inventory;

use std::process::ExitCode;

use crate::bench::Reporter;
use crate::cli::{SettingsError, program_name, program_path, refuse, settled};
use crate::console::{begin_program, ending};

/// The `main` of a target of `#[bench_sweep]` functions without libtest's harness.
///
/// With `--bench`, which `cargo bench` passes, it runs the chosen sweeps whole. Their samples are stored, and their
/// results are printed, stored and drawn by `reporter`. The exit status is the status of [`cli::run`](crate::cli::run).
/// Without it, as in `cargo test` and `cargo nextest`, it checks each sweep quickly. The exit status is then libtest's:
/// 0, or 101 where one failed. An invalid command line has status 2.
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     bencher_core::runner::run(None)
/// }
/// ```
pub fn run(reporter: Option<&Reporter>) -> ExitCode {
    ending(run_entries(reporter))
}

fn run_entries(reporter: Option<&Reporter>) -> ExitCode {
    begin_program();
    let entries = entries();
    let options = match args::parse(&entries, std::env::args_os()) {
        Ok(options) => options,
        Err(error) => return refuse(&SettingsError::CommandLine(error)),
    };
    let chosen = options.filter.choose(&entries);
    if options.list {
        list::list(&options.filter.listed(&entries), options.form);
        return ExitCode::SUCCESS;
    }
    if !options.whole {
        return quick::run(&chosen, &options.line.settings, options.form);
    }
    let name = program_path(package(&entries));
    match settled(options.line, &name) {
        Ok(settings) => full::run(settings, name, reporter, &chosen, &entries),
        Err(error) => refuse(&error),
    }
}

/// The package of the program: that of a function of its own, since others may come from libraries.
fn package(entries: &[&SweepEntry]) -> &'static str {
    let name = program_name().replace('-', "_");
    let own = entries.iter().find(|entry| entry.is_of(&name));
    own.or(entries.first()).map_or("", |entry| entry.package)
}

#[cfg(test)]
mod tests;
