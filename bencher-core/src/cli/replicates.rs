//! Measures in several process replicates: the program starts itself repeatedly.

use std::ops::Range;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::bench::{ReplicateReport, RunConfig};
use crate::console::{error_line, print_line};
use crate::measure::{PILOTS, REPLICATE_VARIABLE, Replicate};
use crate::sweep_executor::Interrupt;

/// Which of several processes this is; none where it was started by its user.
///
/// # Errors
/// Where the environment says something else.
pub(super) fn replicate() -> Result<Option<Replicate>, String> {
    match std::env::var(REPLICATE_VARIABLE) {
        Ok(text) => text.parse().map(Some),
        Err(_) => Ok(None),
    }
}

/// Starts `count` processes that measure one after the other and store their samples; returns their reports.
///
/// Where they measured beside processes of an earlier run that do not agree with them, all measure once more.
///
/// # Errors
/// Where one cannot be started, or fails.
pub(super) fn measure(
    config: &RunConfig,
    count: u32,
    interrupt: &Interrupt,
) -> Result<ReplicateReport, String> {
    if !config.cache || !cfg!(feature = "store") {
        return Err(
            "`--replicates` needs the store, because its processes pass their measurements through \
             it; leave out `--no-cache`"
                .to_owned(),
        );
    }
    if config.search.budget.is_some() {
        return Err(
            "`--replicates` cannot be combined with `--search`: processes that search would each propose other \
             points; leave one of them out"
                .to_owned(),
        );
    }
    let program = std::env::current_exe().map_err(|error| {
        format!(
            "`--replicates` cannot start this program again, because its executable was not found: \
             {error}"
        )
    })?;
    let mut processes = Processes {
        program,
        count,
        repeats: config.repeats,
        cost: 1.0,
        interrupt,
    };
    let mut report = processes.measure(0..count, new_run())?;
    if report.is_mixed() {
        // The first process compares the runs, and leaves their rounds behind where they differ.
        let run = new_run();
        let first = processes.start(0, run, true)?;
        if !first.anew.is_empty() {
            report.extend(first);
            report.extend(processes.measure(1..count, run)?);
        }
    }
    Ok(report)
}

/// The number of a run that begins now.
fn new_run() -> u64 {
    u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or(0)
}

/// The processes that measure for this one.
struct Processes<'r> {
    program: PathBuf,
    count: u32,
    repeats: Option<u32>,
    /// The cost of a process start, divided by the cost of a round.
    cost: f64,
    interrupt: &'r Interrupt,
}

impl Processes<'_> {
    /// Starts some of them, one after the other, until the run is interrupted.
    fn measure(&mut self, numbers: Range<u32>, run: u64) -> Result<ReplicateReport, String> {
        let mut report = ReplicateReport::default();
        let clock = Instant::now();
        for number in numbers.clone() {
            if self.interrupt.is_requested() {
                break;
            }
            report.extend(self.start(number, run, false)?);
            if numbers.start == 0 && number + 1 == PILOTS {
                let whole = clock.elapsed().as_secs_f64();
                self.cost = cost_of_start(whole, report.seconds, self.repeats);
            }
        }
        Ok(report)
    }

    /// Starts one of them, and waits for its end.
    fn start(&self, number: u32, run: u64, checks: bool) -> Result<ReplicateReport, String> {
        let Self { count, cost, .. } = *self;
        let replicate = Replicate {
            number,
            count,
            cost,
            run,
            checks,
        };
        let output = Command::new(&self.program)
            .args(std::env::args_os().skip(1))
            .env(REPLICATE_VARIABLE, replicate.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| {
                format!(
                    "process {} of {count} cannot be started: {error}",
                    number + 1
                )
            })?;
        // The run that collects the rounds reports a failed sample.
        let ended = output.status.code().is_some_and(|code| code <= 1);
        if !ended && !self.interrupt.is_requested() {
            return Err(format!(
                "process {} of {count} ended with {}; its measurements up to then are kept",
                number + 1,
                output.status
            ));
        }
        Ok(read_report(&output.stdout))
    }
}

/// The cost of a process start, divided by the cost of a round, from the times of the first processes and of their
/// rounds.
fn cost_of_start(whole: f64, measuring: f64, repeats: Option<u32>) -> f64 {
    let round = measuring / f64::from(crate::measure::rounds_per_replicate(repeats));
    let start = (whole - measuring).max(0.0);
    if round > 0.0 {
        (start / round).clamp(0.01, 1e6)
    } else {
        1.0
    }
}

/// The report on the standard output of a process; `None` where it was stopped before.
fn read_report(output: &[u8]) -> ReplicateReport {
    let text = String::from_utf8_lossy(output);
    let line = text
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix(REPORT_PREFIX));
    line.and_then(|report| serde_json::from_slice(report.as_bytes()).ok())
        .unwrap_or_default()
}

const REPORT_PREFIX: &str = "measured: ";

/// Tells what this process measured to the one that started it.
pub(super) fn tell(report: &ReplicateReport) {
    match serde_json::to_string(report) {
        Ok(text) => print_line(format_args!("{REPORT_PREFIX}{text}")),
        Err(error) => error_line!("error: this process cannot report its measurements: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_worth_what_its_start_costs() {
        let close = |cost: f64, expected: f64| assert!((cost - expected).abs() < 1e-9, "{cost}");
        close(cost_of_start(3.0, 2.0, Some(10)), 5.0);
        close(cost_of_start(3.0, 2.2, None), 4.0);
        close(cost_of_start(3.0, 0.0, None), 1.0);
    }

    #[test]
    fn what_a_process_tells_is_found_behind_what_its_bodies_print() {
        let report = ReplicateReport {
            seconds: 1.25,
            fresh: ["a\nb".to_owned()].into(),
            ..ReplicateReport::default()
        };
        let line = format!(
            "noise\n{REPORT_PREFIX}{}\n",
            serde_json::to_string(&report).unwrap()
        );
        assert_eq!(read_report(line.as_bytes()), report);
        assert_eq!(read_report(b""), ReplicateReport::default());
    }
}
