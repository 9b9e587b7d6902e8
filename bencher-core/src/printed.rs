//! Standard output, which is not worth a sweep: what cannot be printed is remembered, and told in the end.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

/// What could not be printed first.
static PROBLEM: Mutex<Option<String>> = Mutex::new(None);

/// Standard output that never fails. A reader that went away (`| head`) has what it wanted; anything else, as a
/// full disk, is told by [`ending`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Printed;

impl Write for Printed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        note(io::stdout().write_all(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        note(io::stdout().flush());
        Ok(())
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
            eprintln!("error: not everything could be written to standard output: {problem}");
            if otherwise == ExitCode::SUCCESS {
                ExitCode::FAILURE
            } else {
                otherwise
            }
        }
    }
}
