use bencher::ParametrizedSweep;

const FAR: u32 = 10;

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep(bounds(0, FAR))]
    x: i64,
    #[sweep(bounds(0, MISSING))]
    y: i64,
    #[result]
    elapsed: Option<f64>,
}

fn main() {
    let _ = Sorting::baseline();
}
