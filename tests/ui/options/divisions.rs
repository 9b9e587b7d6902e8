use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep(bounds(1, 2), max_subsampling_divisions = 13)]
    x: u64,
    #[sweep(bounds(1, 2), max_subsampling_divisions = 0)]
    y: u64,
    #[result]
    elapsed: Option<f64>,
}

fn main() {
    let _ = Sorting::baseline();
}
