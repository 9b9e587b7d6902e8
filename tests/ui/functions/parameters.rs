use bencher::{Context, bench_sweep};

#[bench_sweep]
fn plain(n: u64, #[sweep(values(1))] m: u64) {}

#[bench_sweep]
fn late_context(#[sweep(values(1))] n: u64, cx: &mut Context) {}

#[bench_sweep]
fn taken_apart(#[sweep(values(1))] (a, b): (u64, u64)) {}

#[bench_sweep]
fn changed(#[sweep(values(1))] n: &mut u64) {}

#[bench_sweep]
fn any(#[sweep(values(1))] n: impl Into<u64>) {}

#[bench_sweep]
fn by_value(#[result] n: u64) {}

#[bench_sweep]
fn not_optional(#[result] n: &mut u64) {}

#[bench_sweep]
fn named_like_a_result(#[sweep(values(1))] time: u64, #[sweep(values(1.0))] bytes: f64) {}

#[bench_sweep(throughput(bytes = 2.0 * bytes))]
fn named_like_a_count(#[sweep(values(1.0))] bytes: f64) {}

#[bench_sweep]
fn wrong_domain(#[sweep(bounds(9, 1))] n: u64, #[sweep] m: u64, #[sweep(values(1), sample = 3)] k: u64) {}

fn main() {}
