//! How often a difference is found where there is one, and where there is none.

use std::cell::RefCell;
use std::hint::black_box;
use std::rc::Rc;
use std::time::Duration;

use bencher::bench::{OutputFormat, ReportLocation, RunConfig, Session};
use bencher::dataset::Comparison;
use bencher::prelude::*;
use bencher::stats::{MISRATE, RESOLUTION, paired_ratio};
use bencher::sweep_executor::Interrupt;

use super::noise::Noise;
use super::random::Random;

const SIMULATED: u32 = 1000;
const REAL: u32 = 20;

pub(crate) fn print() {
    println!("How often a comparison of two alternatives says that they differ, in percent.\n");
    println!("| what | the same twice | 3 % apart |");
    println!("|---|---|---|");
    for noise in Noise::ALL {
        let found = |ratio: f64, salt: u64| {
            let found = (0..SIMULATED).filter(|trial| {
                let mut random = Random(u64::from(*trial) << 32 | salt);
                // A machine that drifts, drifts for both.
                let both = noise.run(&mut random, 64);
                // As in rounds, each of the two comes first in every second one.
                let (base, other): (Vec<f64>, Vec<f64>) = both
                    .chunks_exact(2)
                    .enumerate()
                    .map(|(round, pair)| match round % 2 {
                        0 => (pair[0], pair[1] * ratio),
                        _ => (pair[1], pair[0] * ratio),
                    })
                    .unzip();
                paired_ratio(&other, &base, MISRATE)
                    .is_some_and(|found| found.is_beyond(RESOLUTION))
            });
            found.count() as f64 * 100.0 / f64::from(SIMULATED)
        };
        println!(
            "| simulated, 32 rounds, {} | {:.1} | {:.1} |",
            noise.name(),
            found(1.0, 3),
            found(1.03, 5)
        );
    }
    let count = |steps: u64| {
        let different = (0..REAL).filter(|_| matches!(measured(steps), Ok(true)));
        different.count() as f64 * 100.0 / f64::from(REAL)
    };
    println!(
        "| this machine, {REAL} times half a second | {:.0} | {:.0} |\n",
        count(1000),
        count(1030)
    );
}

/// A chain of multiplications, each of which waits for the one before.
#[derive(ParametrizedSweep, Clone)]
struct Chain {
    #[sweep(values(0, 1))]
    other: u64,
    #[constant(1000)]
    steps: u64,
    #[result(units = "s", timed)]
    elapsed: Option<f64>,
}

impl Benchmark for Chain {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        let steps = if self.other == 1 { self.steps } else { 1000 };
        cx.iter(&mut self.elapsed, || {
            (0..black_box(steps)).fold(black_box(3_u64), |x, _| black_box(x).wrapping_mul(x))
        });
        Ok(())
    }
}

/// Whether a chain of so many steps is told from one of 1000.
fn measured(steps: u64) -> bencher::Result<bool> {
    let config = RunConfig {
        cache: false,
        report: ReportLocation::Disabled,
        output: OutputFormat::Quiet,
        budget: Some(Duration::from_millis(500)),
        precision: 0.0,
        ..RunConfig::default()
    };
    let session = Session::new(config, "honesty", Interrupt::default());
    let mut bench = Bench::<Chain>::new(Rc::new(RefCell::new(session)))?;
    let result = bench
        .sweep("Chain")
        .inputs([Chain::OTHER])
        .constants([("steps", steps)])
        .compare(Chain::OTHER)
        .run()?;
    let compared = result.compare("elapsed", "other")?;
    Ok(compared.iter().any(Comparison::is_different))
}
