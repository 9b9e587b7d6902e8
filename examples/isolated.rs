//! How far does each way to count primes get with half a second, 512 MB and an ordinary stack? Samples
//! run in worker processes, so one that takes too much costs itself and nothing else.
//!
//! `cargo run --release --example isolated`

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Duration;

use bencher::bench::FailureLimit;
use bencher::evaluator::{Executors, Limits};
use bencher::prelude::*;

/// A way to count the primes below a number
#[derive(SweepEnum, Clone, Copy)]
enum Way {
    /// Divide every number by all smaller primes: takes time
    Division,
    /// Cross out multiples in a table: takes memory
    Sieve,
    /// One call for every number, within the one before: takes stack
    Recursion,
}

/// Counting primes
#[derive(ParametrizedSweep, Clone)]
struct Primes {
    /// Primes below this are counted
    #[sweep(values(10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000))]
    below: u64,
    #[sweep]
    way: Way,
    /// How many there are
    #[result]
    count: Option<u64>,
}

impl Benchmark for Primes {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        self.count = Some(match self.way {
            Way::Division => by_division(self.below),
            Way::Sieve => by_sieve(usize::try_from(self.below)?),
            Way::Recursion => by_recursion(2, self.below),
        });
        Ok(())
    }
}

fn by_division(below: u64) -> u64 {
    let mut primes: Vec<u64> = Vec::new();
    for n in 2..below {
        let mut smaller = primes.iter().take_while(|prime| **prime * **prime <= n);
        if smaller.all(|prime| !n.is_multiple_of(*prime)) {
            primes.push(n);
        }
    }
    primes.len() as u64
}

fn by_sieve(below: usize) -> u64 {
    let mut crossed_out = vec![false; below];
    let mut count = 0;
    for n in 2..below {
        if !crossed_out[n] {
            count += 1;
            (n * n..below)
                .step_by(n)
                .for_each(|multiple| crossed_out[multiple] = true);
        }
    }
    count
}

fn by_recursion(n: u64, below: u64) -> u64 {
    if n >= below {
        return 0;
    }
    let is_prime = (2..=n.isqrt()).all(|d| !n.is_multiple_of(d));
    // Something that is in use after the call, so that no loop is made of it.
    let mark = black_box([u64::from(is_prime); 4]);
    by_recursion(n + 1, below) + mark[0]
}

fn main() -> ExitCode {
    bencher::run(|bench: &mut Bench<Primes>| {
        bench.configure(|config| {
            config.executor = Executors::Processes(2);
            config.limits = Limits {
                time: Some(Duration::from_millis(500)),
                memory: Some(512_000_000),
                ..Limits::default()
            };
            // That some fail is what is asked for.
            config.fail_on_sample_error = FailureLimit::Never;
        });
        bench.sweep("Primes").run()
    })
}
