//! How many ways are there to write an even number as the sum of two primes? What is expensive to
//! make is made once: a table for the sweep, a file for each worker.
//!
//! `cargo run --release --example expensive_state`, then with `-- --overwrite --jobs 4`

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use bencher::evaluator::Executors;
use bencher::prelude::*;

/// Ways to write a number as the sum of two primes
#[derive(ParametrizedSweep, Clone)]
struct Goldbach {
    /// Numbers around which
    #[sweep(values(1_000, 10_000, 100_000, 1_000_000))]
    around: usize,
    /// Remainder when divided by six
    #[sweep(values(0, 2, 4))]
    remainder: usize,

    /// Ways, on average over a few numbers
    #[result]
    ways: Option<f64>,
    /// Fewest ways
    #[result]
    fewest: Option<usize>,
}

/// Which numbers are prime: all samples read it, none changes it.
struct Sieve(Vec<bool>);

impl Sieve {
    fn new(below: usize) -> Self {
        let mut is_prime = vec![true; below];
        is_prime[..2].fill(false);
        for n in 2..=below.isqrt() {
            if is_prime[n] {
                (n * n..below).step_by(n).for_each(|m| is_prime[m] = false);
            }
        }
        eprintln!("sieve made");
        Self(is_prime)
    }

    fn ways(&self, sum: usize) -> usize {
        (2..=sum / 2)
            .filter(|n| self.0[*n] && self.0[sum - n])
            .count()
    }
}

/// A file that one worker writes; another worker has its own.
struct Log {
    file: File,
    path: PathBuf,
    lines: usize,
}

impl Log {
    fn create() -> std::io::Result<Self> {
        let (process, thread) = (std::process::id(), std::thread::current().id());
        let path = std::env::temp_dir().join(format!("goldbach-{process}-{thread:?}.log"));
        eprintln!("log of {thread:?} made");
        Ok(Self {
            file: File::create(&path)?,
            path,
            lines: 0,
        })
    }
}

// Dropping is the tear-down: after the last sample, after a failure with --fail-fast, after Ctrl-C.
impl Drop for Sieve {
    fn drop(&mut self) {
        eprintln!("sieve dropped");
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        eprintln!("log of {} lines dropped", self.lines);
        if let Err(error) = std::fs::remove_file(&self.path) {
            eprintln!("{} is left behind: {error}", self.path.display());
        }
    }
}

impl Benchmark for Goldbach {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        // Whoever comes first makes it. Where all samples are stored, nobody does.
        let sieve = cx.per_sweep(|| Ok::<_, bencher::BoxError>(Sieve::new(1_001_000)))?;
        let mut log = cx.per_worker(Log::create)?;

        let first = self.around.next_multiple_of(6) + self.remainder;
        let ways: Vec<usize> = (first..)
            .step_by(6)
            .take(20)
            .map(|n| sieve.ways(n))
            .collect();
        for ways in &ways {
            writeln!(log.file, "{} {ways}", self.around)?;
        }
        log.lines += ways.len();
        self.ways = Some(ways.iter().sum::<usize>() as f64 / ways.len() as f64);
        self.fewest = ways.into_iter().min();
        Ok(())
    }
}

fn main() -> ExitCode {
    bencher::run(|bench: &mut Bench<Goldbach>| {
        bench.configure(|config| config.executor = Executors::Threads(2));
        bench.sweep("Goldbach").run()
    })
}
