//! What is counted beside the time: allocations, CPU time, and what the processor counts where it may
//! be asked.
//!
//! `cargo run --release --example counters`

use std::process::ExitCode;
use std::time::Duration;

use bencher::CountingAllocator;
use bencher::prelude::*;

/// Without it, the counters of allocations say that they need it.
#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::system();

#[derive(SweepEnum, Clone, Copy, Debug, PartialEq)]
enum Way {
    /// Grown as it fills
    Push,
    /// Made large enough at once
    WithCapacity,
}

/// Filling a list of numbers
#[derive(ParametrizedSweep, Clone)]
struct Filling {
    /// Number of elements
    #[sweep(values(1000, 100_000), units = "elements")]
    len: u64,
    #[sweep]
    way: Way,
    /// Time to fill it
    #[result(units = "s", direction = "minimize", timed)]
    elapsed: Option<f64>,
    /// Elements in a second
    #[result(
        formula = "len / elapsed",
        units = "elements/s",
        direction = "maximize"
    )]
    rate: Option<f64>,
    /// Bytes in a second
    #[result(formula = "8 * len / elapsed", units = "B/s", direction = "maximize")]
    bandwidth: Option<f64>,
    /// Calls that got memory
    #[result(counter = "allocations")]
    allocations: Option<u64>,
    /// Memory that was allocated at once
    #[result(counter = "peak_bytes")]
    peak: Option<f64>,
    /// Time on a core
    #[result(counter = "cpu_time")]
    cpu_time: Option<f64>,
    /// Instructions of the user's code
    #[result(counter = "instructions")]
    instructions: Option<f64>,
}

impl Benchmark for Filling {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        let (len, way) = (self.len, self.way);
        cx.iter(&mut self.elapsed, || {
            let mut list = match way {
                Way::Push => Vec::new(),
                Way::WithCapacity => Vec::with_capacity(usize::try_from(len).unwrap_or(0)),
            };
            for n in 0..len {
                list.push(std::hint::black_box(n));
            }
            list
        });
        Ok(())
    }
}

fn main() -> ExitCode {
    bencher::run(|bench: &mut Bench<Filling>| {
        let sweep = bench.sweep("Filling");
        sweep.budget(Duration::from_secs(3)).run()
    })
}
