//! How often does a matrix miss the cache while it is transposed, and while it is summed up? Points
//! that make no sense are skipped for a reason, and two sweeps share the inputs of the cache.
//!
//! `cargo run --release --example constraints`

use std::process::ExitCode;

use bencher::prelude::*;

/// A cache that forgets what was used the longest time ago
#[derive(ParametrizedSweep, Clone)]
#[bencher(shared)] // inputs for other sweeps, none of its own
struct Cache {
    /// Size of the cache
    #[sweep(values(512, 4096, 32_768), default = 4096, units = "B")]
    size: usize,
    /// What is fetched at once
    #[sweep(values(16, 64, 256), default = 64, units = "B")]
    line: usize,
    /// Places that a line may go to
    #[sweep(values(1, 4, 16), default = 4)]
    ways: usize,
}

impl Cache {
    /// How many accesses to these numbers, of eight bytes each, miss.
    fn misses(&self, accesses: impl Iterator<Item = usize>) -> usize {
        let sets = self.size / self.line / self.ways;
        // The lines in each set, the one that was used last at the end.
        let mut cache: Vec<Vec<usize>> = vec![Vec::new(); sets];
        accesses
            .filter(|access| {
                let line = access * 8 / self.line;
                let set = &mut cache[line % sets];
                let known = set.iter().position(|known| *known == line);
                if let Some(oldest) = known.or((set.len() == self.ways).then_some(0)) {
                    set.remove(oldest);
                }
                set.push(line);
                known.is_none()
            })
            .count()
    }
}

/// Transposing a matrix, tile by tile, into another one
#[derive(ParametrizedSweep, Clone)]
struct Transposition {
    #[sweep(flatten)]
    cache: Cache,
    /// Rows and columns of the matrix
    #[sweep(values(64, 96, 128), default = 128)]
    n: usize,
    /// Rows and columns of a tile
    #[sweep(values(1, 4, 16, 64), default = 16)]
    tile: usize,

    /// Accesses that miss the cache, as a part of all
    #[result(direction = "minimize")]
    missed: Option<f64>,
}

impl Benchmark for Transposition {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let (n, tile) = (self.n, self.tile);
        let across = n / tile;
        let tiles = (0..across * across).map(|t| (t / across * tile, t % across * tile));
        let accesses = tiles.flat_map(|(top, left)| {
            let within = (0..tile * tile).map(move |i| (top + i / tile, left + i % tile));
            within.flat_map(|(row, column)| [row * n + column, n * n + column * n + row])
        });
        self.missed = Some(self.cache.misses(accesses) as f64 / (2 * n * n) as f64);
        Ok(())
    }
}

/// Adding up every so many columns of a matrix
#[derive(ParametrizedSweep, Clone)]
struct Sum {
    #[sweep(flatten)]
    cache: Cache,
    /// Columns from one that is read to the next
    #[sweep(values(1, 2, 8, 32))]
    stride: usize,

    /// Accesses that miss the cache, as a part of all
    #[result(direction = "minimize")]
    missed: Option<f64>,
}

impl Benchmark for Sum {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let reads = (0..128 * 128).step_by(self.stride);
        self.missed = Some(self.cache.misses(reads.clone()) as f64 / reads.len() as f64);
        Ok(())
    }
}

fn main() -> ExitCode {
    bencher::run(|bench: &mut Bench<Transposition>| {
        let result = bench
            .sweep("Tiles")
            .inputs([Transposition::N, Transposition::TILE])
            .constraint("the tiles do not fill the matrix", |t: &Transposition| {
                t.n.is_multiple_of(t.tile)
            })
            .run()?;
        let missed = result.dataset().variable("missed")?;
        for reason in (0..)
            .map_while(|at| missed.cell(at))
            .filter_map(|cell| cell.reason)
        {
            println!("a point was skipped: {reason}");
        }
        // An input of the shared struct belongs to the sweep that holds it.
        let of_cache = |input| Transposition::CACHE.input(input);
        bench
            .sweep("Caches for transposition")
            .inputs([Cache::SIZE, Cache::LINE, Cache::WAYS].map(of_cache))
            .constraint(
                "the cache has fewer lines than ways",
                |t: &Transposition| t.cache.size / t.cache.line >= t.cache.ways,
            )
            .run()?;
        bench
            .of::<Sum>()?
            .sweep("Caches for sums")
            .inputs([Sum::STRIDE, Sum::CACHE.input(Cache::LINE)])
            .run()
    })
}
