use bencher::bench_sweep;

#[bench_sweep]
fn not_said<T>() {}

#[bench_sweep(types(U = [u32]))]
fn of_another<T>() {}

#[bench_sweep(types(T = [u32, u64, u32]))]
fn repeated<T>() {}

#[bench_sweep(types(T = []))]
fn none<T>() {}

#[bench_sweep(types(T = u32))]
fn no_list<T>() {}

#[bench_sweep(types)]
fn no_types<T>() {}

#[bench_sweep(types(T = [u32]), types(T = [u64]))]
fn two_lists<T>() {}

#[bench_sweep(types(T = [u32, String]))]
fn bound<T: Copy>() {}

fn main() {}
