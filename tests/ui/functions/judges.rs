use bencher::prelude::*;

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep]
    presorted: bool,
    #[result]
    moves: Option<u64>,
}

impl Benchmark for Sorting {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        Ok(())
    }
}

#[derive(ParametrizedSweep, Clone)]
struct NoBenchmark {
    #[result]
    moves: Option<u64>,
}

#[bench_sweep(Sorting)]
fn nothing() {}

#[bench_sweep(Sorting)]
fn more(result: &BenchResult<Sorting>, level: u8) {}

#[bench_sweep(Sorting, runtime = run, types(T = [u8]), throughput(bytes = 1))]
async fn measures<T>(result: &BenchResult<Sorting>) {}

#[bench_sweep(NoBenchmark)]
fn unmeasured(result: &BenchResult<NoBenchmark>) {}

#[bench_sweep(Sorting)]
fn of_another(result: &BenchResult<NoBenchmark>) {}

fn main() {}
