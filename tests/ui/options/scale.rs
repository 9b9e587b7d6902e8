use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep(bounds(1, 2), scale = "logarithmic")]
    x: u64,
    #[sweep(bounds(1, 2), scale = log)]
    y: u64,
    #[result]
    elapsed: Option<f64>,
}

fn main() {
    let _ = Sorting::baseline();
}
