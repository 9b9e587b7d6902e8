use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep(bounds(1, 10), step = 0)]
    x: u64,
    #[sweep(bounds(1.0, 10.0), step = -0.5)]
    y: f64,
    #[sweep(values(1.0, 10.0), step = 0.5)]
    z: f64,
    #[result]
    elapsed: Option<f64>,
}

fn main() {
    let _ = Sorting::baseline();
}
