use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep(bounds(10, 1))]
    x: u64,
    #[sweep(bounds(1.0, -1.0))]
    y: f64,
    #[sweep(bounds(-1, -2))]
    z: i8,
    #[result]
    elapsed: Option<f64>,
}

fn main() {
    let _ = Sorting::baseline();
}
