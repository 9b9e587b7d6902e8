//! Sweeps that search: what they keep, how they go on after a kill, and what they name the best.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails so"
)]

mod best;
mod changes;
mod ends;
mod errors;
mod failures;
mod objectives;
mod points;
mod race;
mod resume;
#[cfg(unix)]
mod workers;

use std::cell::RefCell;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;
use std::time::{Duration, Instant};

use bencher_core::bench::{Bench, OutputFormat, ReportLocation, RunConfig, Session};
use bencher_core::context::Context;
use bencher_core::dataset::Dataset;
use bencher_core::evaluator::process::worker_role;
use bencher_core::sweep_executor::{Benchmark, Interrupt, Result};
use bencher_macros::{ParametrizedSweep, SweepEnum};

#[derive(SweepEnum, Clone, Copy, Debug, PartialEq)]
#[bencher(crate = bencher_core)]
pub(crate) enum Codec {
    Raw,
    Packed {
        #[sweep(bounds(1, 9))]
        level: u32,
    },
}

/// A cost that is least, 1, at x = 0.7 and level 6.
#[derive(ParametrizedSweep, Clone, Debug)]
#[bencher(crate = bencher_core)]
pub(crate) struct Packing {
    #[sweep(bounds(0.0, 1.0))]
    x: f64,
    #[sweep]
    codec: Codec,
    #[constant(0.0)]
    noise: f64,
    #[result(direction = "minimize")]
    cost: Option<f64>,
    #[result(direction = "maximize")]
    speed: Option<f64>,
    #[result]
    evidence: Option<f64>,
    /// Where each execution is written down; nowhere where it is empty.
    log: PathBuf,
    /// At this execution, the process is killed, or in a worker process the program; never at 0.
    fatal: usize,
    /// Whether the cost is no number.
    broken: bool,
    /// A process that samples a larger `x` aborts, where this is above 0.
    aborts_above: f64,
    /// A sample of a larger `x` never ends, where this is above 0.
    hangs_above: f64,
    /// Half of the samples panic.
    panics: bool,
}

impl Benchmark for Packing {
    fn benchmark(&mut self, cx: &mut Context<'_>) -> Result<()> {
        if !self.log.as_os_str().is_empty() {
            let mut log = fs::OpenOptions::new()
                .append(true)
                .create(true)
                .open(&self.log)?;
            // In one write: the lines of several processes must not mix.
            log.write_all(format!("{:?} {:?}\n", self.x, self.codec).as_bytes())?;
            if self.fatal > 0 && executions(&self.log).len() >= self.fatal {
                let victim = match worker_role() {
                    Some(_) => std::os::unix::process::parent_id(),
                    None => std::process::id(),
                };
                let victim = victim.to_string();
                Command::new("kill").args(["-KILL", &victim]).status()?;
                let sent = Instant::now();
                while sent.elapsed() < Duration::from_secs(60) {
                    std::thread::yield_now();
                }
            }
        }
        if self.aborts_above > 0.0 && self.x > self.aborts_above {
            std::process::abort();
        }
        if self.hangs_above > 0.0 && self.x > self.hangs_above {
            loop {
                std::thread::yield_now();
            }
        }
        let packing = match self.codec {
            Codec::Raw => 0.5,
            Codec::Packed { level } => 0.02 * (f64::from(level) - 6.0).powi(2),
        };
        // Between -1 and 1, by the seed of point and repeat.
        let luck = (cx.seed() >> 11) as f64 / (1_u64 << 52) as f64 - 1.0;
        assert!(!(self.panics && luck > 0.0), "no luck at {}", self.x);
        self.cost = Some(1.0 + 4.0 * (self.x - 0.7).powi(2) + packing + self.noise * luck);
        if self.broken {
            self.cost = Some(f64::NAN);
        }
        self.speed = Some(1.0 / (1.0 + self.x));
        self.evidence = Some(f64::from(std::process::id()));
        Ok(())
    }
}

pub(crate) fn executions(log: &Path) -> Vec<String> {
    let text = fs::read_to_string(log).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

pub(crate) fn quiet(root: Option<&Path>) -> RunConfig {
    RunConfig {
        cache: root.is_some(),
        store: root.map(Path::to_owned),
        report: ReportLocation::Disabled,
        output: OutputFormat::Quiet,
        ..RunConfig::default()
    }
}

pub(crate) fn bench(config: RunConfig) -> Bench<Packing> {
    Bench::new(Rc::new(RefCell::new(Session::new(
        config,
        "test",
        Interrupt::default(),
    ))))
    .unwrap()
}

/// The costs in the order of the dataset, the first repeat of each point.
pub(crate) fn costs(dataset: &Dataset) -> Vec<f64> {
    let repeats = dataset.shape()[1];
    let costs = dataset.variable("cost").unwrap();
    (0..dataset.shape()[0])
        .map(|point| costs.number(point * repeats).unwrap())
        .collect()
}
