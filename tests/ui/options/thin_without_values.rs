use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep(bounds(1, 2), thin)]
    x: u64,
    #[result]
    elapsed: Option<f64>,
}

fn main() {
    let _ = Sorting::baseline();
}
