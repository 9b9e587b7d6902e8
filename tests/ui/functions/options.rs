use bencher::bench_sweep;

#[bench_sweep(repeat = 3)]
fn misspelt(#[sweep(values(1))] n: u64) {}

#[bench_sweep(ignored)]
fn flag(#[sweep(values(1))] n: u64) {}

#[bench_sweep(samples = 3)]
fn of_an_input(#[sweep(values(1))] n: u64) {}

#[bench_sweep(level = 13, repeats = 0, budget = 10, title = Sums)]
fn values(#[sweep(values(1))] n: u64) {}

#[bench_sweep(budget = "0s")]
fn no_time(#[sweep(values(1))] n: u64) {}

#[bench_sweep(level, level = 2)]
fn without_value(#[sweep(values(1))] n: u64) {}

#[bench_sweep(throughput(bytes), throughput = 3)]
fn no_throughput(#[sweep(values(1))] n: u64) {}

#[bench_sweep(throughput(lines = n))]
fn unknown_throughput(#[sweep(values(1))] n: u64) {}

#[bench_sweep(crate = "bencher")]
fn quoted(#[sweep(values(1))] n: u64) {}

fn main() {}
