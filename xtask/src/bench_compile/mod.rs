//! What a user's builds cost: deriving structs, a cold build of a bench, and its build after an edit.

mod derive;
mod user;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// How often each figure is taken; an odd number, for the median.
const RUNS: usize = 5;
/// The scheduler's ticks in a second, which Linux has fixed for what `/proc` tells.
const TICKS: f64 = 100.0;

/// Generates the crates, and prints what compiling each takes.
pub(crate) fn measure() -> Result<(), String> {
    user::measure()?;
    println!();
    derive::measure()
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    folder
        .and_then(|()| fs::write(path, text))
        .map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// Runs cargo in a workspace, into a target folder of its own.
fn cargo(root: &Path, args: &[&str]) -> Result<(), String> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(program)
        .args(args)
        .arg("--quiet")
        .current_dir(root)
        .env("CARGO_TARGET_DIR", root.join("target"))
        .status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`cargo {}` failed ({status})", args.join(" "))),
        Err(error) => Err(format!("cargo could not be started: {error}")),
    }
}

/// How long something took, and the CPU seconds of the programs that it waited for, where the
/// system tells.
fn timed(work: impl FnOnce() -> Result<(), String>) -> Result<(f64, Option<f64>), String> {
    let (cpu, clock) = (children_cpu(), Instant::now());
    work()?;
    let wall = clock.elapsed().as_secs_f64();
    let cpu = children_cpu()
        .zip(cpu)
        .map(|(after, before)| after - before);
    Ok((wall, cpu))
}

/// The CPU seconds of all programs that this one has waited for, user and system.
fn children_cpu() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program stands in parentheses and may hold anything; state follows it as
    // field 3, and the times of children are fields 16 and 17 (proc_pid_stat(5)).
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(13);
    let mut ticks = || times.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) / TICKS)
}

/// The middle one, or the mean of the two in the middle.
fn median(figures: impl Iterator<Item = f64>) -> Option<f64> {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    let last = figures.len().checked_sub(1)?;
    let (low, high) = (figures.get(last / 2)?, figures.get(last.div_ceil(2))?);
    Some(f64::midpoint(*low, *high))
}

/// CPU seconds, where the system tells, and seconds.
fn figure((wall, cpu): (f64, Option<f64>)) -> String {
    let cpu = cpu.map_or_else(String::new, |cpu| format!("{cpu:>6.2} CPU s, "));
    format!("{cpu}{wall:>6.2} s")
}
