use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep(bounds(1, 10), default = 11)]
    x: u64,
    #[sweep(values(1, 10), default = 2)]
    y: u64,
    #[sweep(pow2(0, 4), default = 32)]
    z: u64,
    #[sweep(values("a", "b"), default = "c")]
    w: String,
    #[result]
    elapsed: Option<f64>,
}

fn main() {
    let _ = Sorting::baseline();
}
