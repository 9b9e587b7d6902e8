//! Claims whose shape is wrong.

use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct S {
    #[sweep(values(1, 2))]
    n: u32,
    #[result(claim = 0.7)]
    number: Option<f64>,
    #[result(claim = "0.7", claim = "= 0.7")]
    operator: Option<f64>,
    #[result(claim = ["> 0", "meadian < 5 ms", "p100 < 1"])]
    statistic: Option<f64>,
    #[result(claim = "< fast")]
    value: Option<f64>,
    #[result(claim("< 3"))]
    form: Option<f64>,
}

fn main() {}
