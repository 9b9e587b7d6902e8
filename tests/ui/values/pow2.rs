use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep(pow2(4, 1))]
    x: u64,
    #[sweep(pow2(0, 8))]
    y: u8,
    #[sweep(pow2(0, 31))]
    z: i32,
    #[sweep(pow2(0, 3))]
    w: f64,
    #[sweep(pow2(-3, 3))]
    v: u64,
    #[result]
    elapsed: Option<f64>,
}

fn main() {
    let _ = Sorting::baseline();
}
