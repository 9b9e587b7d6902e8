//! From which density on does a random grid let water through? Thousands of independent grids, each a sample, which
//! run on the workers of a cluster.
//!
//! `cargo run --release --features cluster --example cluster_sweep -- --executor cluster --launch local:4`

use std::process::ExitCode;

use bencher::prelude::*;

/// Percolation on a square grid
#[derive(ParametrizedSweep, Clone)]
struct Percolation {
    /// Rows and columns of the grid
    #[sweep(values(32, 64, 128))]
    size: usize,
    /// Share of open sites
    #[sweep(values(0.50, 0.54, 0.56, 0.58, 0.60, 0.62, 0.66, 0.70))]
    density: f64,
    /// Share of grids that let water through from top to bottom
    #[result]
    spanning: Option<f64>,
}

/// How many grids make one sample.
const GRIDS: u64 = 40;

impl Benchmark for Percolation {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let spanning = (0..GRIDS).filter(|seed| spans(self.size, self.density, *seed));
        self.spanning = Some(spanning.count() as f64 / GRIDS as f64);
        Ok(())
    }
}

/// Whether the open sites of one random grid join its top to its bottom.
fn spans(size: usize, density: f64, seed: u64) -> bool {
    let mut state = seed + 1;
    let mut open: Vec<bool> = (0..size * size)
        .map(|_| random(&mut state) < density)
        .collect();
    // Sites that the water has reached, and may flow on from; it closes what it has passed.
    let mut wet: Vec<usize> = (0..size).filter(|site| open[*site]).collect();
    while let Some(site) = wet.pop() {
        if !std::mem::replace(&mut open[site], false) {
            continue;
        }
        let (row, column) = (site / size, site % size);
        if row + 1 == size {
            return true;
        }
        wet.push(site + size);
        wet.extend((row > 0).then(|| site - size));
        wet.extend((column > 0).then(|| site - 1));
        wet.extend((column + 1 < size).then(|| site + 1));
        wet.retain(|site| open[*site]);
    }
    false
}

/// A random number from 0 to 1, by `SplitMix64`.
fn random(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

fn main() -> ExitCode {
    bencher::run(|bench: &mut Bench<Percolation>| bench.sweep("Percolation").repeats(5).run())
}
