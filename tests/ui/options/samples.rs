use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep(bounds(1, 2), samples = 0)]
    x: u64,
    #[sweep(bounds(1, 2), samples = -1)]
    y: u64,
    #[sweep(bounds(1, 2), samples = "3")]
    z: u64,
    #[result]
    elapsed: Option<f64>,
}

fn main() {
    let _ = Sorting::baseline();
}
