use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep(bounds(0, 10), scale = "log")]
    x: u64,
    #[sweep(bounds(-1.0, 10.0), scale = "log")]
    y: f64,
    #[result]
    elapsed: Option<f64>,
}

fn main() {
    let _ = Sorting::baseline();
}
