use bencher::ParametrizedSweep;

const ZERO: i64 = 0;

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep(bounds(ZERO, 10), scale = "log")]
    x: i64,
    #[sweep(bounds(0, 10), step = ZERO)]
    y: i64,
    #[sweep(bounds(0, 10), default = ZERO - 1)]
    z: i64,
    #[sweep(bounds(0, 10), max_subsampling_divisions = u8::MAX)]
    w: i64,
    #[sweep(pow2(0, u32::MAX))]
    v: i64,
    #[result]
    elapsed: Option<f64>,
}

fn main() {
    let _ = Sorting::baseline();
}
