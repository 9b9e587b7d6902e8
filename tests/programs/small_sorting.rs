//! The program that tests of the command line start, under the name `sorting`.

#![expect(
    clippy::stable_sort_primitive,
    reason = "the stable sort is what is compared"
)]

use bencher::prelude::*;
use std::process::ExitCode;

#[derive(SweepEnum, Clone, Copy, Debug)]
enum Algorithm {
    /// Keeps equal elements in order
    Stable,
    Unstable,
}

/// Cost of sorting
#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    /// Number of elements
    #[sweep(bounds(16, 1_000_000), scale = "log", samples = 9, units = "elements")]
    len: usize,
    #[sweep] // an enum without a list: every variant
    algorithm: Algorithm,
    #[sweep(default = false)]
    presorted: bool,

    /// Time of one sort
    #[result(units = "s", direction = "minimize", timed)]
    elapsed: Option<f64>, // None is "not recorded", never 0
}

impl Benchmark for Sorting {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        let mut data = cx.random_vec::<u64>(self.len); // seeded by point and repeat
        if self.presorted {
            data.sort_unstable();
        }
        cx.measure(&mut self.elapsed, || match self.algorithm {
            Algorithm::Stable => data.sort(),
            Algorithm::Unstable => data.sort_unstable(),
        });
        Ok(())
    }
}

fn main() -> ExitCode {
    bencher::run(|bench: &mut Bench<Sorting>| {
        bench
            .sweep("Sorting")
            .inputs([Sorting::LEN, Sorting::ALGORITHM])
            .repeats(5)
            .run()?;
        bench
            .sweep("Presorted or not")
            .inputs([Sorting::LEN.samples(5), Sorting::PRESORTED])
            .constants([Sorting::ALGORITHM.with_const(Algorithm::Stable)])
            .run()
    })
}
