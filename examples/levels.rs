//! Where does the logistic map become chaotic? One sweep at one density after the other: each level
//! takes the samples of the one before, and adds those in between.
//!
//! `cargo run --release --example levels`, then with `-- --level 7`, or `-- --level 2..8`

use std::process::ExitCode;

use bencher::bench::Refinement;
use bencher::prelude::*;

/// The logistic map: x becomes r x (1 - x), again and again
#[derive(ParametrizedSweep, Clone)]
struct LogisticMap {
    /// Growth rate
    #[sweep(bounds(2.8, 4.0))]
    r: f64,
    /// Where it starts
    #[sweep(bounds(0.1, 0.4), max_subsampling_divisions = 2)] // two starts are enough
    start: f64,
    /// Iterations that count
    #[constant(20_000)]
    iterations: u32,

    /// Lyapunov exponent: above zero is chaos
    #[result]
    lyapunov: Option<f64>,
    /// Different values that it goes on to take, to four digits
    #[result]
    values: Option<usize>,
}

impl Benchmark for LogisticMap {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let step = |x: f64| self.r * x * (1.0 - x);
        let settled = (0..2_000).fold(self.start, |x, _| step(x));
        let orbit = || std::iter::successors(Some(settled), |x| Some(step(*x)));

        let iterations = self.iterations as usize;
        let stretch = |x: f64| (self.r * (1.0 - 2.0 * x)).abs().max(f64::MIN_POSITIVE).ln();
        let sum: f64 = orbit().take(iterations).map(stretch).sum();
        self.lyapunov = Some(sum / f64::from(self.iterations));

        let mut visited: Vec<String> = orbit().take(500).map(|x| format!("{x:.4}")).collect();
        visited.sort_unstable();
        visited.dedup();
        self.values = Some(visited.len());
        Ok(())
    }
}

fn main() -> ExitCode {
    bencher::run(|bench: &mut Bench<LogisticMap>| {
        // What is done if the user says nothing: `--level 2..5`.
        bench.configure(|config| {
            config.refine = Refinement {
                level_from: Some(2),
                ..Refinement::default()
            };
            config.density.subsampling_divisions = 5;
        });
        bench
            .sweep("Onset of chaos")
            .inputs([LogisticMap::R, LogisticMap::START])
            .run()
    })
}
