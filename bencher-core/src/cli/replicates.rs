//! Measuring in several processes: the program starts itself, again and again.

use std::process::{Command, Stdio};
use std::time::Instant;

use crate::bench::RunConfig;
use crate::measure::{PILOTS, REPLICATE_VARIABLE, Replicate};
use crate::printed::print_line;
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

/// Has every process measure, one after the other, and store what it measured.
///
/// # Errors
/// Where one cannot be started, or fails.
pub(super) fn measure(config: &RunConfig, interrupt: &Interrupt) -> Result<(), String> {
    let Some(count) = config.replicates else {
        return Ok(());
    };
    if !config.cache || !cfg!(feature = "store") {
        return Err(
            "`--replicates` needs the store, through which the processes hand over what they \
             measured; leave out `--no-cache`"
                .to_owned(),
        );
    }
    let program = std::env::current_exe().map_err(|error| {
        format!("`--replicates` starts this program again, which cannot be found: {error}")
    })?;
    let run = u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or(0);
    let mut cost = 1.0;
    let (mut whole, mut measuring) = (0.0, 0.0);
    for number in 0..count {
        if interrupt.is_requested() {
            return Ok(());
        }
        let replicate = Replicate {
            number,
            count,
            cost,
            run,
        };
        let clock = Instant::now();
        let output = Command::new(&program)
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
        // A failing sample is told by the run that takes all together.
        let ended = output.status.code().is_some_and(|code| code <= 1);
        if !ended && !interrupt.is_requested() {
            return Err(format!(
                "process {} of {count} ended with {}; what it measured before is kept",
                number + 1,
                output.status
            ));
        }
        if number < PILOTS {
            whole += clock.elapsed().as_secs_f64();
            measuring += told(&output.stdout);
        }
        if number + 1 == PILOTS {
            cost = cost_of_start(whole, measuring, config.repeats);
        }
    }
    Ok(())
}

/// What starting a process costs over a round, by what the first ones took in all and for their rounds.
fn cost_of_start(whole: f64, measuring: f64, repeats: Option<u32>) -> f64 {
    let round = measuring / f64::from(crate::measure::block(repeats));
    let start = (whole - measuring).max(0.0);
    if round > 0.0 {
        (start / round).clamp(0.01, 1e6)
    } else {
        1.0
    }
}

/// How long a process says that its sweeps took.
fn told(output: &[u8]) -> f64 {
    let text = String::from_utf8_lossy(output);
    let line = text.lines().rev().find_map(|line| line.strip_prefix(TOLD));
    line.and_then(|seconds| seconds.trim().parse().ok())
        .unwrap_or(0.0)
}

const TOLD: &str = "measured for seconds: ";

/// Says how long the sweeps of this process took, to the one that started it.
pub(super) fn tell(seconds: f64) {
    print_line(format_args!("{TOLD}{seconds}"));
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
        close(told(b"noise\nmeasured for seconds: 1.25\n"), 1.25);
        close(told(b""), 0.0);
    }
}
