//! Damages and kills in numbers: the tests `store_drill` and `crash`, many more times than they do by themselves.

use std::process::Command;

use crate::run::run;

/// Runs the drills; their figures are printed on standard error.
pub(crate) fn drill(args: &[String]) -> Result<(), String> {
    let count = |at: usize, default: u32| match args.get(at) {
        None => Ok(default),
        Some(text) => text
            .parse::<u32>()
            .map_err(|_| format!("`{text}` is not a number of damages or kills")),
    };
    let (damages, kills) = (count(0, 300)?, count(1, 500)?);
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let test = |args: &[&str]| {
        let mut test = Command::new(&cargo);
        test.arg("test")
            .args(args)
            .env("BENCHER_DRILL_DAMAGES", damages.to_string());
        test
    };
    run(test(&[
        "-p",
        "bencher-core",
        "--features",
        "store",
        "--test",
        "store_drill",
        "--",
        "--nocapture",
        "random",
    ])
    .env("BENCHER_DRILL_KILLS", kills.to_string()))?;
    // Programs alone, and with their workers.
    run(test(&[
        "-p",
        "bencher",
        "--test",
        "crash",
        "--",
        "--nocapture",
        "nor_where",
        "no_acknowledged",
    ])
    .env("BENCHER_DRILL_KILLS", (kills / 2).to_string()))
}
