use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep(bounds(3, 3), samples = 2)]
    x: u64,
    #[result]
    elapsed: Option<f64>,
}

fn main() {
    let _ = Sorting::baseline();
}
