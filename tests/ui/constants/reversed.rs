use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep(bounds(1 << 4, 1 << 3))]
    x: u64,
    #[sweep(bounds(u8::MAX, 1))]
    y: u8,
    #[result]
    elapsed: Option<f64>,
}

fn main() {
    let _ = Sorting::baseline();
}
