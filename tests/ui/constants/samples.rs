use bencher::ParametrizedSweep;

const NONE: usize = 0;
const FIRST: u64 = 4;

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep(bounds(1, 2), samples = NONE)]
    x: u64,
    #[sweep(bounds(FIRST, FIRST), samples = 2)]
    y: u64,
    #[result]
    elapsed: Option<f64>,
}

fn main() {
    let _ = Sorting::baseline();
}
