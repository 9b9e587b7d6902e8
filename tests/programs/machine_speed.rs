//! The program whose times are those of a machine that becomes slower: a call takes as long as `SLOWNESS` says.

use std::process::ExitCode;

use bencher::prelude::*;

#[derive(ParametrizedSweep, Clone)]
struct Work {
    #[sweep(values(1, 2, 3))]
    n: u32,
    #[result(units = "s", direction = "minimize", timed)]
    elapsed: Option<f64>,
}

impl Benchmark for Work {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        let slowness: f64 = std::env::var("SLOWNESS")?.parse()?;
        // Rounds differ by some tenths of a percent, and processes by one.
        let round = f64::from(cx.repeat() % 3) * 0.002;
        let process = f64::from(std::process::id() % 5) * 0.002;
        self.elapsed = Some(f64::from(self.n) * 1e-3 * slowness * (1.0 + round + process));
        Ok(())
    }
}

fn main() -> ExitCode {
    bencher::run(|bench: &mut Bench<Work>| {
        bench.sweep("Work").run()?;
        bench.sweep("Something else").tag("other").run()
    })
}
