//! The program that a test interrupts while state is held: each state says on standard output when it is
//! made and when it is let go of.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use bencher::prelude::*;

/// What takes its time
#[derive(ParametrizedSweep, Clone)]
struct Patient {
    #[sweep(bounds(0, 9_999))]
    n: u32,
    #[result]
    twice: Option<u32>,
}

/// Says when it comes and goes.
struct Said(&'static str);

impl Said {
    fn new(name: &'static str) -> Self {
        println!("{{\"event\":\"made\",\"state\":\"{name}\"}}");
        Self(name)
    }
}

impl Drop for Said {
    fn drop(&mut self) {
        println!("{{\"event\":\"released\",\"state\":\"{}\"}}", self.0);
    }
}

impl Benchmark for Patient {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        cx.per_sweep(|| Ok::<_, bencher::BoxError>(Said::new("sweep")))?;
        cx.per_worker(|| Ok::<_, bencher::BoxError>(vec![Said::new("worker")]))?;
        // A sample is not over at once, so that there is time to interrupt the sweep.
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_micros(500) {
            std::hint::spin_loop();
        }
        self.twice = Some(2 * self.n);
        Ok(())
    }
}

fn main() -> ExitCode {
    bencher::run(|bench: &mut Bench<Patient>| {
        bench
            .sweep("Patient")
            .inputs([Patient::N.samples(10_000)])
            .run()
    })
}
