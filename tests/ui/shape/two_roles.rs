use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep]
    #[result]
    elapsed: Option<f64>,
    #[sweep(bounds(1, 2))]
    #[sweep(samples = 2)]
    len: u64,
    #[bencher(version = 2)]
    #[result]
    count: Option<u64>,
}

fn main() {}
