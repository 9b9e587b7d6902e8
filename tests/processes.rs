//! `--processes`: the program starts itself, each process measures rounds of its own.

#![cfg(feature = "store")]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value as Json;

/// The test binary is the benchmark program, too: under this variable it runs it.
const PROGRAM: &str = "BENCHER_TEST_PROGRAM";

mod program {
    use bencher::prelude::*;

    /// Work whose time depends on the process that measures it.
    #[derive(ParametrizedSweep, Clone)]
    pub(super) struct Work {
        #[sweep(values(1, 2, 13))]
        factor: u64,
        #[result(units = "s", timed)]
        elapsed: Option<f64>,
    }

    impl Benchmark for Work {
        fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
            if self.factor == 13 {
                return Err("thirteen".into());
            }
            // As if memory lay elsewhere in every process: 10 % between them, 0.1 % within.
            let process = f64::from(std::process::id() % 97) / 97.0;
            let round = f64::from(cx.repeat() * 7919 % 13) / 13.0;
            let seconds = 1e-4 * self.factor as f64 * (1.0 + 0.1 * process + 0.001 * round);
            cx.iter_custom(&mut self.elapsed, |iterations| {
                std::time::Duration::from_secs_f64(seconds * iterations as f64)
            });
            Ok(())
        }
    }
}

#[test]
fn program() {
    if std::env::var_os(PROGRAM).is_none() {
        return;
    }
    let code = bencher::run(|bench: &mut bencher::Bench<program::Work>| bench.sweep("Work").run());
    // The test harness has no way to hand an exit code over.
    std::process::exit(i32::from(code != std::process::ExitCode::SUCCESS));
}

fn run(store: &Path, options: &[(&str, &str)]) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    // The program reads no arguments here: those are the harness's. It is told by the environment.
    command
        .args(["--exact", "program", "--nocapture", "--quiet"])
        .env(PROGRAM, "1")
        .env("BENCHER_CACHE_DIR", store)
        .env("BENCHER_OUTPUT", "json")
        .env("BENCHER_REPORT", "false");
    for (name, value) in options {
        command.env(name, value);
    }
    command.output().unwrap()
}
