use bencher::bench_sweep;

#[bench_sweep(claim(tme, "< 5 ms"), gate(n, against = "main"))]
fn unknown(#[sweep(values(1))] n: u64) {}

#[bench_sweep(claim(time), claim("< 5 ms"), claim = "< 5 ms")]
fn incomplete(#[sweep(values(1))] n: u64) {}

#[bench_sweep(claim(time, "5 ms"), claim(time, 5))]
fn shapes(#[sweep(values(1))] n: u64) {}

#[bench_sweep(gate(time), gate(worse_than = 0.1), gate)]
fn gates(#[sweep(values(1))] n: u64) {}

#[bench_sweep(gate(time, worse_than = "much", against = "main"), gate(time, worse = "3%", against = 3))]
fn gate_options(#[sweep(values(1))] n: u64) {}

fn main() {}
