//! How long does memory take to answer? A walk over working sets of growing size: the caches show.
//!
//! `cargo run --release --example memory_hierarchy`

use std::collections::HashMap;
use std::hint::black_box;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bencher::prelude::*;

/// A cache line that says which one comes next.
#[repr(align(64))]
#[derive(Clone, Copy)]
struct Line {
    next: usize,
}

/// Lines that make one ring, in random order, so that no prefetcher can guess the next.
fn ring(lines: usize, cx: &mut Context) -> Arc<[Line]> {
    let mut order: Vec<usize> = (0..lines).collect();
    for (last, random) in (1..lines).rev().zip(cx.random_vec::<usize>(lines)) {
        // Sattolo's shuffle: the permutation is a single cycle.
        order.swap(last, random % last);
    }
    order.into_iter().map(|next| Line { next }).collect()
}

/// The rings that were made already: each round walks them again.
#[derive(Default)]
struct Rings(HashMap<usize, Arc<[Line]>>);

/// Time of one dependent load
#[derive(ParametrizedSweep, Clone)]
struct Memory {
    /// Size of the working set
    #[sweep(pow2(12, 27), scale = "log", units = "B")]
    size: usize,
    /// Time until the next line is there
    #[result(units = "s", direction = "minimize", timed)]
    latency: Option<f64>,
}

impl Benchmark for Memory {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        let mut rings = cx.per_worker(|| Ok::<_, bencher::BoxError>(Rings::default()))?;
        let lines = self.size / size_of::<Line>();
        let ring = rings.0.entry(self.size).or_insert_with(|| ring(lines, cx));
        let ring = Arc::clone(ring);
        let mut at = 0;
        // Other sizes had the caches meanwhile: one turn brings back what fits into them.
        for _ in 0..ring.len() {
            at = ring[at].next;
        }
        cx.iter_custom(&mut self.latency, |loads| {
            let start = Instant::now();
            for _ in 0..loads {
                at = ring[at].next;
            }
            black_box(at);
            start.elapsed()
        });
        Ok(())
    }
}

fn main() -> ExitCode {
    bencher::run(|bench: &mut Bench<Memory>| {
        // Bringing the large ones back takes most of the time.
        let sweep = bench.sweep("Memory hierarchy");
        sweep.budget(Duration::from_secs(30)).run()
    })
}
