//! A formula that names what there is not.

use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct S {
    #[sweep(values(1, 2))]
    bytes: u32,
    #[result(units = "s", timed)]
    elapsed: Option<f64>,
    #[result(formula = "bytes / elapsd")]
    rate: Option<f64>,
    #[result(formula = "max(1e-3, sqrt(bytes)) * rate")]
    fine: Option<f64>,
}

fn main() {}
