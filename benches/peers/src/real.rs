//! Real bodies by all tools: each body alone for the same time, in a process of its own.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::bodies;
use crate::estimate::{Estimate, apart, held, median, middle};
use crate::tools::TOOLS;

/// How often each tool is run on each body.
const RUNS: usize = 16;
/// How long it may take for that.
pub const TIME: Duration = Duration::from_secs(1);

pub fn compare() -> bencher::Result<()> {
    let mut estimates: BTreeMap<(&str, &str), Vec<Estimate>> = BTreeMap::new();
    for run in 0..RUNS {
        eprintln!("{} of {RUNS} runs of every tool on every body", run + 1);
        for body in bodies::NAMES {
            // In turns, so that a machine that drifts does so for all.
            for nth in 0..TOOLS.len() {
                let tool = TOOLS[(nth + run) % TOOLS.len()];
                estimates.entry((tool, body))
                    .or_default()
                    .extend(once(tool, body)?);
            }
        }
    }
    println!(
        "\nReal: each tool {RUNS} times, {} s a body, alone in its process. Half-widths of the bounds it states; in how many \
         runs they hold the median of all its runs; how far its estimates lie apart from run to run (half \
         the range over their median). In percent.\n",
        TIME.as_secs_f64()
    );
    println!(
        "| body | time | bounds: bencher | criterion | ratio | held: bencher | criterion | apart: bencher | criterion | divan |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for body in bodies::NAMES {
        let of = |tool| estimates.get(&(tool, body)).map_or(&[][..], Vec::as_slice);
        let (ours, criterion, divan) = (of("bencher"), of("criterion"), of("divan"));
        let width = |estimates: &[Estimate]| median(estimates.iter().map(Estimate::half_width));
        let (a, b) = (width(ours), width(criterion));
        let time = if ours.is_empty() {
            "below resolution".to_owned()
        } else {
            readable(middle(ours))
        };
        let columns = [
            (a, 2),
            (b, 2),
            (a / b, 2),
            (held(ours, middle(ours)), 0),
            (held(criterion, middle(criterion)), 0),
            (apart(ours), 1),
            (apart(criterion), 1),
            (apart(divan), 1),
        ];
        let columns = columns.map(|(figure, digits)| match figure.is_finite() {
            true => format!("{figure:.digits$}"),
            false => String::new(),
        });
        println!("| {body} | {time} | {} |", columns.join(" | "));
    }
    Ok(())
}

/// One run; `None` where the body is below the resolution.
pub fn once(tool: &str, body: &str) -> bencher::Result<Option<Estimate>> {
    let output = Command::new(std::env::current_exe()?)
        .args([tool, body])
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("{tool} on {body}: {}", output.status).into());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let read = if tool == "divan" {
        table_line
    } else {
        plain_line
    };
    Ok(text.lines().find_map(|line| read(line, body)))
}

pub fn readable(seconds: f64) -> String {
    let scale = bencher::dataset::UnitScale::for_magnitude("s", seconds);
    format!("{:.3} {}", scale.apply(seconds), scale.units())
}

/// `body centre lower upper`
fn plain_line(line: &str, body: &str) -> Option<Estimate> {
    let mut words = line.split_whitespace();
    words.next().filter(|word| *word == body)?;
    let mut number = || words.next()?.parse::<f64>().ok().filter(|x| x.is_finite());
    let (centre, lower, upper) = (number()?, number()?, number()?);
    Some(Estimate {
        centre,
        lower,
        upper,
    })
}

/// `├─ body  fastest │ slowest │ median │ mean │ ...`
fn table_line(line: &str, body: &str) -> Option<Estimate> {
    let columns: Vec<&str> = line.split('│').collect();
    columns
        .first()?
        .split_whitespace()
        .find(|word| *word == body)?;
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
    Some(Estimate {
        centre,
        lower: f64::NAN,
        upper: f64::NAN,
    })
}
