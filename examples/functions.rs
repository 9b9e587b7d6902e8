//! Functions as sweeps: `#[bench_sweep]`, with bodies that are measured and a judge of a finished result.
//!
//! In a crate of your own such a file is a `[[bench]]` with `harness = false`: `cargo bench` runs it whole and
//! `cargo test --benches` checks it quickly. Here, say which:
//!
//! ```sh
//! cargo run --release --example functions              # the quick check
//! cargo run --release --example functions -- --bench   # the whole run, with its report
//! cargo run --release --example functions -- --bench sums::add --level 4
//! cargo run --release --example functions -- --exact fill::len=4096,byte=0
//! ```

use std::hint::black_box;

use bencher::prelude::*;

/// Filling a vector
#[bench_sweep(throughput(bytes = len))]
fn fill(#[sweep(pow2(6, 16), samples = 4)] len: usize, #[sweep(values(0, 1))] byte: u8) -> Vec<u8> {
    vec![byte; len]
}

mod sums {
    use std::iter::Sum;

    use super::{Context, bench_sweep, black_box};

    /// Adding numbers up, their making left out
    #[bench_sweep(types(T = [u32, u64]), throughput(items = len))]
    fn add<T>(
        cx: &mut Context,
        /// Numbers to add
        #[sweep(values(100, 1000, 10_000))]
        len: usize,
        #[result(units = "s", direction = "minimize", timed)] elapsed: &mut Option<f64>,
    ) where
        T: From<u8> + Copy + Sum<T>,
    {
        let data: Vec<T> = cx
            .random_vec::<u8>(len)
            .into_iter()
            .map(|n| T::from(n % 2))
            .collect();
        cx.iter(elapsed, || black_box(&data).iter().copied().sum::<T>());
    }
}

/// Steps until the sequence of Collatz reaches 1
#[derive(ParametrizedSweep, Clone)]
struct Collatz {
    /// Where it begins
    #[sweep(values(7, 9, 25, 27, 32))]
    start: u64,
    #[result(units = "steps", direction = "minimize")]
    steps: Option<u32>,
}

impl Benchmark for Collatz {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let next = |&n: &u64| (n != 1).then(|| if n % 2 == 0 { n / 2 } else { 3 * n + 1 });
        let sequence = std::iter::successors(Some(self.start), next);
        self.steps = Some(u32::try_from(sequence.count())? - 1);
        Ok(())
    }
}

/// Judges the finished result: 27 is the hard one.
#[bench_sweep(Collatz, title = "Collatz")]
fn the_hardest_is_27(result: &BenchResult<Collatz>) -> bencher::Result<()> {
    let steps = result.dataset().variable("steps")?;
    let most = (0..5)
        .filter_map(|start| steps.number(start))
        .fold(0.0, f64::max);
    assert_eq!((steps.number(3), most), (Some(111.0), 111.0));
    Ok(())
}

bencher::main!();
