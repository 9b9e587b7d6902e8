//! How dense must a lattice be to let water through, and how many trials does the answer take? Three
//! caches, one over the other: whole results, samples, and the calls of a function.
//!
//! `cargo run --release --example result_cache`, once more, and then with `-- --only-plot`

use std::process::ExitCode;
use std::sync::Arc;

use bencher::job::JobFunctionCache;
use bencher::prelude::*;

/// Percolation of a square lattice: open sites at random until a way leads through
#[derive(ParametrizedSweep, Clone)]
struct Percolation {
    /// Sites in a row
    #[sweep(values(8, 16, 32, 64))]
    side: usize,
    /// Lattices that are tried
    #[sweep(values(10, 40, 160))]
    trials: u64,

    /// Open sites, as a part of all, when there is a way
    #[result]
    threshold: Option<f64>,
    /// How far that is from the truth, probably
    #[result(direction = "minimize")]
    uncertainty: Option<f64>,

    functions: Option<Arc<JobFunctionCache>>,
}

/// Opens one site after the other, and says which part of all is open when there is a way through.
fn open_until_through((side, trial): &(usize, u64)) -> f64 {
    let sites = side * side;
    // The two ends of the lattice are sites of their own.
    let (top, bottom) = (sites, sites + 1);
    let mut parent: Vec<usize> = (0..sites + 2).collect();
    let mut order: Vec<usize> = (0..sites).collect();
    let mut random = trial.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for last in (1..sites).rev() {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        order.swap(last, (random >> 32) as usize % (last + 1));
    }
    let mut is_open = vec![false; sites];
    for (opened, site) in (1..).zip(order) {
        is_open[site] = true;
        let (row, column) = (site / side, site % side);
        let neighbours = [
            (column > 0).then(|| site - 1),
            (column + 1 < *side).then_some(site + 1),
            Some(if row > 0 { site - side } else { top }),
            Some(if row + 1 < *side { site + side } else { bottom }),
        ];
        for other in neighbours.into_iter().flatten() {
            if other >= sites || is_open[other] {
                let (a, b) = (root(&mut parent, site), root(&mut parent, other));
                parent[a] = b;
            }
        }
        if root(&mut parent, top) == root(&mut parent, bottom) {
            return f64::from(opened) / sites as f64;
        }
    }
    1.0
}

/// The site that stands for all that are connected with one.
fn root(parent: &mut [usize], mut site: usize) -> usize {
    while parent[site] != site {
        parent[site] = parent[parent[site]];
        site = parent[site];
    }
    site
}

impl Benchmark for Percolation {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let functions = self.functions.as_ref().ok_or("main sets it")?;
        // 40 trials begin with the 10 of another sample: what those gave is kept. The number is the
        // version of the function; raise it when the function changes.
        let found = (0..self.trials)
            .map(|trial| functions.call("percolation", 1, &(self.side, trial), open_until_through))
            .collect::<Result<Vec<f64>, _>>()?;
        let n = found.len() as f64;
        let mean = found.iter().sum::<f64>() / n;
        let spread = found.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
        self.threshold = Some(mean);
        self.uncertainty = Some((spread / n).sqrt());
        Ok(())
    }
}

fn main() -> ExitCode {
    bencher::run(|bench: &mut Bench<Percolation>| {
        // As if the user said --results-cache: an equal sweep is taken whole.
        bench.configure(|config| config.results_cache = true);
        let functions = Arc::new(bench.function_cache()?);
        bench.prototype().functions = Some(Arc::clone(&functions));
        bench.sweep("Percolation").run()?;
        let counts = functions.counts();
        eprintln!(
            "{} calls: {} executed, {} kept",
            counts.submitted, counts.executed, counts.hits
        );
        Ok(())
    })
}
