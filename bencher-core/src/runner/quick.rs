//! Quick checks, reported in the form of libtest.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::Instant;

use crate::bench::{Settings, say};
use crate::exit_guard;

use super::args::TestFormat;
use super::filter::{SelectedSweep, Selection};

/// The exit status of libtest where a test failed.
const FAILED: u8 = 101;
/// The most dots on a line.
const DOTS: usize = 88;

/// Checks what is chosen, one after the other.
pub(super) fn run(chosen: &Selection<'_>, settings: &Settings, form: TestFormat) -> ExitCode {
    let _run = exit_guard::RunGuard::begin(FAILED);
    let clock = Instant::now();
    let count = chosen.runs.len();
    say!(
        "\nrunning {count} test{}",
        if count == 1 { "" } else { "s" }
    );
    let mut failures = Vec::new();
    let mut ignored = 0;
    for (nth, run) in chosen.runs.iter().enumerate() {
        let outcome = if run.ignored {
            ignored += 1;
            TestOutcome::Ignored
        } else {
            begin(run, form);
            match run.entry.check(settings, run.point.as_deref()) {
                Ok(()) => TestOutcome::Ok,
                Err(text) => {
                    failures.push((run.name(), text));
                    TestOutcome::Failed
                }
            }
        };
        end(run, &outcome, nth, form);
    }
    if form == TestFormat::Terse && !count.is_multiple_of(DOTS) {
        say!("");
    }
    if !failures.is_empty() {
        say!("{}", failure_report(&failures));
    }
    say!(
        "\ntest result: {}. {} passed; {} failed; {ignored} ignored; 0 measured; {} filtered out; \
         finished in {:.2}s\n",
        if failures.is_empty() { "ok" } else { "FAILED" },
        count - ignored - failures.len(),
        failures.len(),
        chosen.left,
        clock.elapsed().as_secs_f64()
    );
    if failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FAILED)
    }
}

enum TestOutcome {
    Ok,
    Failed,
    Ignored,
}

/// Says what is being checked, before it may hang.
fn begin(run: &SelectedSweep<'_>, form: TestFormat) {
    if form == TestFormat::Pretty {
        print(&format!("test {} ... ", run.name()));
    }
}

fn end(run: &SelectedSweep<'_>, outcome: &TestOutcome, nth: usize, form: TestFormat) {
    let (word, letter) = match outcome {
        TestOutcome::Ok => ("ok", "."),
        TestOutcome::Failed => ("FAILED", "F"),
        TestOutcome::Ignored => ("ignored", "i"),
    };
    match (form, outcome) {
        (TestFormat::Pretty, TestOutcome::Ignored) => say!("test {} ... {word}", run.name()),
        (TestFormat::Pretty, _) => say!("{word}"),
        (TestFormat::Terse, _) => {
            print(letter);
            if (nth + 1).is_multiple_of(DOTS) {
                say!("");
            }
        }
    }
}

/// The failures with what they say, and their names once more.
fn failure_report(failures: &[(String, String)]) -> String {
    let mut report = "\nfailures:\n\n".to_owned();
    for (name, text) in failures {
        let _ = write!(report, "---- {name} stdout ----\n{text}\n\n");
    }
    report.push_str("\nfailures:");
    for (name, _) in failures {
        report.push_str("\n    ");
        report.push_str(name);
    }
    report
}

/// Prints without ending the line; a failure to print is reported at the end.
fn print(text: &str) {
    crate::console::print(format_args!("{text}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_told_as_libtest_tells_them() {
        let failure = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let text = failure_report(&[failure("a::b", "n=1: too few"), failure("c", "no")]);
        assert_eq!(
            text,
            "\nfailures:\n\n---- a::b stdout ----\nn=1: too few\n\n---- c stdout ----\nno\n\n\n\
             failures:\n    a::b\n    c"
        );
    }
}
