//! Output for the user on standard output and standard error. A failed write never ends a sweep.
//!
//! A failed write to standard output is remembered, and the program reports it at its end. A line that cannot be
//! written to standard error is dropped. No control character reaches the terminal.

#[cfg(unix)]
mod redirect;
mod text;
mod width;

use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

pub(crate) use text::{clipped, steers, visible, visible_json, visible_line};
pub(crate) use width::width;

/// The most characters of a note.
pub(crate) const MOST_NOTE: usize = 4_000;

/// The first error of printing.
static PROBLEM: Mutex<Option<String>> = Mutex::new(None);

/// Standard output as it was when the program began, where what bodies print there goes to standard error.
static RESERVED: OnceLock<File> = OnceLock::new();

/// Whether standard output may be reserved: where it is a benchmark program's own.
static IS_PROGRAM: AtomicBool = AtomicBool::new(false);

/// Standard output that never fails. A closed pipe (`| head`) is ignored; [`ending`] reports other errors, such as a
/// full disk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stdout;

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        note(match RESERVED.get() {
            Some(mut file) => file.write_all(bytes),
            None => io::stdout().write_all(bytes),
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if RESERVED.get().is_none() {
            note(io::stdout().flush());
        }
        Ok(())
    }
}

/// Prints on standard output, without the end of a line.
pub(crate) fn print(text: fmt::Arguments<'_>) {
    let text = text.to_string();
    // Printing never fails.
    let _ = Stdout.write_all(visible(&text).as_bytes());
    let _ = Stdout.flush();
}

/// Prints a line on standard output.
pub(crate) fn print_line(text: fmt::Arguments<'_>) {
    let mut text = visible(&text.to_string()).into_owned();
    text.push('\n');
    // Printing never fails.
    let _ = Stdout.write_all(text.as_bytes());
}

/// Prints one JSON value as a line on standard output.
pub(crate) fn print_json(value: &serde_json::Value) {
    let mut text = visible_json(&value.to_string()).into_owned();
    text.push('\n');
    // Printing never fails.
    let _ = Stdout.write_all(text.as_bytes());
    let _ = Stdout.flush();
}

/// Prints a line on standard error, if it can be printed.
pub(crate) fn print_error_line(text: &str) {
    let mut text = visible(text).into_owned();
    text.push('\n');
    // A note that cannot be printed ends no run.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Prints a formatted line on standard error. A line that cannot be printed is dropped, while `eprintln!` panics.
macro_rules! error_line {
    ($($text:tt)*) => {
        $crate::console::print_error_line(&format!($($text)*))
    };
}

pub(crate) use error_line;

/// From now on this process is a benchmark program, whose standard output is this library's.
pub(crate) fn begin_program() {
    IS_PROGRAM.store(true, Ordering::Relaxed);
}

/// Keeps standard output for this library, as for JSON lines: what else is printed there, also by code that is not
/// Rust, goes to standard error.
pub(crate) fn reserve() {
    #[cfg(unix)]
    if IS_PROGRAM.load(Ordering::Relaxed) && RESERVED.get().is_none() {
        // What was printed before belongs where it was printed to.
        note(io::stdout().flush());
        match redirect::stdout_to_stderr() {
            Ok(file) => drop(RESERVED.set(file)),
            Err(error) => print_error_line(&format!(
                "warning: output of the program will be mixed with the JSON lines: {error}"
            )),
        }
    }
}

/// Takes note of whether something was printed.
pub(crate) fn note(printed: io::Result<()>) {
    if let Err(error) = printed
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        let mut problem = PROBLEM.lock().unwrap_or_else(PoisonError::into_inner);
        problem.get_or_insert_with(|| error.to_string());
    }
}

/// How a program ends that would have ended in this way: in failure, which it says, if something could not be
/// printed.
pub(crate) fn ending(otherwise: ExitCode) -> ExitCode {
    note(io::stdout().flush());
    let problem = PROBLEM.lock().unwrap_or_else(PoisonError::into_inner);
    match &*problem {
        None => otherwise,
        Some(problem) => {
            print_error_line(&format!(
                "error: not everything could be written to standard output: {problem}"
            ));
            if otherwise == ExitCode::SUCCESS {
                ExitCode::FAILURE
            } else {
                otherwise
            }
        }
    }
}
