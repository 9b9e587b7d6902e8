//! Values that stand where an option should.

use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct S {
    #[sweep(0.0..1.0)]
    load: f64,
    #[sweep(LOW..=9)]
    len: u32,
    #[sweep([1, 2, 4])]
    width: u32,
    #[sweep(8)]
    depth: u32,
    #[result]
    cost: Option<f64>,
}

const LOW: u32 = 1;

fn main() {}
