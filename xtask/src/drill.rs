//! Damages and kills in numbers: the tests of `store_drill`, many more times than they do by themselves.

use std::process::Command;

use crate::run::run;

/// Runs the drills; their figures are printed on standard error.
pub(crate) fn drill(args: &[String]) -> Result<(), String> {
    let count = |at: usize, default: u32| match args.get(at) {
        None => Ok(default),
        Some(text) => text
            .parse::<u32>()
            .map_err(|_| format!("`{text}` is no number of damages or kills")),
    };
    let (damages, kills) = (count(0, 300)?, count(1, 500)?);
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    run(Command::new(cargo)
        .args(["test", "-p", "bencher-core", "--features", "store"])
        .args(["--test", "store_drill", "--", "--nocapture", "random"])
        .env("BENCHER_DRILL_DAMAGES", damages.to_string())
        .env("BENCHER_DRILL_KILLS", kills.to_string()))
}
