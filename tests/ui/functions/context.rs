//! The context stands first.

use bencher::prelude::*;

#[bench_sweep]
fn late(#[sweep(values(1, 2))] n: u32, cx: &mut Context) {
    let _ = (n, cx);
}

fn main() {}
