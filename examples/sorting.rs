//! How long does sorting take, by length, algorithm and order? The tutorial of the README.
//!
//! `cargo run --release --example sorting`

#![expect(
    clippy::stable_sort_primitive,
    reason = "the stable sort is what is compared"
)]

use bencher::CountingAllocator;
use bencher::prelude::*;
use std::collections::BinaryHeap;
use std::process::ExitCode;
use std::time::Duration;

/// Counts allocations where a result asks for them.
#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::system();

#[derive(SweepEnum, Clone, Copy, Debug)]
enum Algorithm {
    /// Keeps equal elements in order
    Stable,
    Unstable,
    Heap,
    /// By bytes, the last one first
    Radix,
}

#[derive(SweepEnum, Clone, Copy, Debug)]
enum Pattern {
    Random,
    Sorted,
    Reversed,
    /// 16 distinct values
    FewDistinct,
}

/// Cost of sorting
#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    /// Number of elements
    #[sweep(bounds(16, 1_000_000), scale = "log", samples = 9, units = "elements")]
    len: usize,
    #[sweep] // an enum without a list: every variant
    algorithm: Algorithm,
    #[sweep]
    pattern: Pattern,

    /// Time of one sort
    #[result(units = "s", direction = "minimize", timed)]
    elapsed: Option<f64>, // None is "not recorded", never 0
    /// Elements in a second
    #[result(
        formula = "len / elapsed",
        units = "elements/s",
        direction = "maximize"
    )]
    rate: Option<f64>,
    /// Calls that got memory
    #[result(counter = "allocations")]
    allocations: Option<u64>,
    /// Memory that they got
    #[result(counter = "allocated_bytes")]
    allocated: Option<u64>,
}

impl Benchmark for Sorting {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        let data = self.pattern.arrange(cx.random_vec(self.len)); // seeded by point and repeat
        let algorithm = self.algorithm;
        // Every sort gets a copy that is not sorted yet; short ones share a reading of the clock.
        let group = 1 + 1000 / self.len.max(1);
        cx.iter_batched(
            &mut self.elapsed,
            group,
            || data.clone(),
            |data| algorithm.sort(data),
        );
        Ok(())
    }
}

fn main() -> ExitCode {
    bencher::run(|bench: &mut Bench<Sorting>| {
        bench
            .sweep("Sorting")
            .compare(Sorting::ALGORITHM)
            .budget(Duration::from_secs(30))
            .run()?;
        bench
            .sweep("Presorted or not")
            .inputs([
                Sorting::LEN.samples(5),
                Sorting::PATTERN.values([Pattern::Random, Pattern::Sorted]),
            ])
            .constants([Sorting::ALGORITHM.with_const(Algorithm::Stable)])
            .run()
    })
}

impl Algorithm {
    fn sort(self, mut data: Vec<u64>) -> Vec<u64> {
        match self {
            Self::Stable => data.sort(),
            Self::Unstable => data.sort_unstable(),
            Self::Heap => return BinaryHeap::from(data).into_sorted_vec(),
            Self::Radix => return radix_sort(data),
        }
        data
    }
}

impl Pattern {
    fn arrange(self, mut data: Vec<u64>) -> Vec<u64> {
        match self {
            Self::Random => (),
            Self::Sorted => data.sort_unstable(),
            Self::Reversed => {
                data.sort_unstable();
                data.reverse();
            }
            Self::FewDistinct => data.iter_mut().for_each(|n| *n %= 16),
        }
        data
    }
}

/// Sorts by each byte in turn, keeping the order of the bytes before.
fn radix_sort(mut data: Vec<u64>) -> Vec<u64> {
    let mut other = vec![0; data.len()];
    for shift in (0..u64::BITS).step_by(8) {
        let digit = |n: u64| usize::from((n >> shift).to_le_bytes()[0]);
        let mut counts = [0_usize; 256];
        for &n in &data {
            counts[digit(n)] += 1;
        }
        if counts.contains(&data.len()) {
            continue; // all have the same digit
        }
        let mut end = 0;
        let mut places = counts.map(|count| {
            end += count;
            end - count
        });
        for &n in &data {
            let place = &mut places[digit(n)];
            other[*place] = n;
            *place += 1;
        }
        std::mem::swap(&mut data, &mut other);
    }
    data
}
