use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep(bound(1, 2))]
    x: u64,
    #[sweep(bounds(1, 2), sampels = 3)]
    y: u64,
    #[sweep(bounds(1, 2), direction = "minimize")]
    z: u64,
    #[result]
    elapsed: Option<f64>,
}

fn main() {
    let _ = Sorting::baseline();
}
