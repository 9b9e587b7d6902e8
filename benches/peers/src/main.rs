//! bencher beside criterion and divan: the same bodies, the same time, each in processes of its own.

mod bodies;
mod tools;

use std::collections::BTreeMap;
use std::process::{Command, ExitCode};
use std::time::Duration;

/// How often each tool is run, and how long it may take for each body.
const RUNS: usize = 8;
const SECONDS: f64 = 1.0;

/// What one run of a tool says of a body, in seconds.
#[derive(Clone, Copy)]
struct Said {
    centre: f64,
    lower: f64,
    upper: f64,
}

fn main() -> ExitCode {
    let time = Duration::from_secs_f64(SECONDS);
    let done = match std::env::args().nth(1).as_deref() {
        Some("bencher") => tools::bencher(time),
        Some("criterion") => tools::criterion(time),
        Some("divan") => {
            tools::divan(time);
            Ok(())
        }
        _ => compare(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn compare() -> bencher::Result<()> {
    let mut said: BTreeMap<(&str, String), Vec<Said>> = BTreeMap::new();
    for _ in 0..RUNS {
        // In turns, so that a machine that drifts does so for all.
        for tool in ["bencher", "criterion", "divan"] {
            let output = Command::new(std::env::current_exe()?).arg(tool).output()?;
            let text = String::from_utf8_lossy(&output.stdout);
            let lines = text.lines().filter_map(if tool == "divan" { table_line } else { plain_line });
            for (body, found) in lines {
                said.entry((tool, body)).or_default().push(found);
            }
        }
    }
    println!(
        "Each tool {RUNS} times, {SECONDS} s a body. Half-widths of the bounds it states, and how far \
         its estimates lie apart from run to run (half the range over their median), in percent.\n"
    );
    println!("| body | time | bounds: bencher | criterion | ratio | apart: bencher | criterion | divan (median) |");
    println!("|---|---|---|---|---|---|---|---|");
    for body in bodies::NAMES {
        let of = |tool| said.get(&(tool, body.to_owned())).map_or(&[][..], Vec::as_slice);
        let (ours, criterion, divan) = (of("bencher"), of("criterion"), of("divan"));
        let (a, b) = (half_width(ours), half_width(criterion));
        println!(
            "| {body} | {} | {a:.2} | {b:.2} | {:.2} | {:.2} | {:.2} | {:.2} |",
            readable(median(ours.iter().map(|said| said.centre))),
            a / b,
            apart(ours),
            apart(criterion),
            apart(divan),
        );
    }
    Ok(())
}

/// Half the distance of the stated bounds over the centre, in percent; the median of all runs.
fn half_width(said: &[Said]) -> f64 {
    median(said.iter().map(|said| (said.upper - said.lower) / 2.0 / said.centre * 100.0))
}

/// Half the range of the estimates of all runs over their median, in percent.
fn apart(said: &[Said]) -> f64 {
    let centres = said.iter().map(|said| said.centre);
    let most = centres.clone().fold(f64::NEG_INFINITY, f64::max);
    let least = centres.clone().fold(f64::INFINITY, f64::min);
    (most - least) / 2.0 / median(centres) * 100.0
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    bencher::stats::median(&values.collect::<Vec<_>>()).unwrap_or(f64::NAN)
}

fn readable(seconds: f64) -> String {
    let scale = bencher::dataset::UnitScale::for_magnitude("s", seconds);
    format!("{:.3} {}", scale.apply(seconds), scale.units())
}

/// `body centre lower upper`
fn plain_line(line: &str) -> Option<(String, Said)> {
    let mut words = line.split_whitespace();
    let body = words.next().filter(|word| bodies::NAMES.contains(word))?;
    let mut number = || words.next()?.parse::<f64>().ok();
    let (centre, lower, upper) = (number()?, number()?, number()?);
    Some((body.to_owned(), Said { centre, lower, upper }))
}

/// `├─ body  fastest │ slowest │ median │ mean │ ...`
fn table_line(line: &str) -> Option<(String, Said)> {
    let columns: Vec<&str> = line.split('│').collect();
    let body = columns.first()?.split_whitespace().find(|word| bodies::NAMES.contains(word))?;
    let mut words = columns.get(2)?.split_whitespace();
    let number: f64 = words.next()?.parse().ok()?;
    let unit = match words.next()? {
        "ps" => 1e-12,
        "ns" => 1e-9,
        "µs" => 1e-6,
        "ms" => 1e-3,
        _ => 1.0,
    };
    let centre = number * unit;
    Some((body.to_owned(), Said { centre, lower: f64::NAN, upper: f64::NAN }))
}
