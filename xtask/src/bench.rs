//! Measuring what bencher itself costs; the figures stand in docs/benchmarks.md.

use std::process::Command;

use crate::bench_compile;
use crate::run::run;

/// Every benchmark target of the workspace, the quickest first.
const TARGETS: [&str; 9] = [
    "evaluator",
    "cluster",
    "memory",
    "overhead",
    "report",
    "sweeper",
    "store",
    "search",
    "honesty",
];

/// Runs the benchmarks that are named, or every target.
pub(crate) fn bench(names: &[String]) -> Result<(), String> {
    let known = |name: &&String| {
        ["compile", "peers"].contains(&name.as_str()) || TARGETS.contains(&name.as_str())
    };
    if let Some(name) = names.iter().find(|name| !known(name)) {
        return Err(format!(
            "there is no benchmark `{name}`; there are {}, peers, compile",
            TARGETS.join(", ")
        ));
    }
    let chosen = |name: &str| names.iter().any(|known| known == name);
    for target in TARGETS {
        if names.is_empty() || chosen(target) {
            let mut bench = Command::new("cargo");
            bench.args(["bench", "--package", "bencher", "--bench", target]);
            // The others need no feature that is off by default.
            match target {
                "cluster" | "report" | "search" => bench.args(["--features", target]),
                "honesty" => bench.args(["--features", "search"]),
                _ => &mut bench,
            };
            run(&mut bench)?;
        }
    }
    if chosen("peers") {
        let manifest = "benches/peers/Cargo.toml";
        run(Command::new("cargo").args(["run", "--release", "--manifest-path", manifest]))?;
    }
    if chosen("compile") {
        bench_compile::measure()?;
    }
    Ok(())
}
