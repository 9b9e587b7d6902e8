use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
#[bencher(shared)]
struct Pool {
    #[sweep(bounds(1, 4))]
    threads: u32,
}

#[derive(ParametrizedSweep, Clone)]
struct Clash {
    #[sweep(bounds(1, 4))]
    threads: u32,
    #[sweep(flatten)]
    pool: Pool,
    #[result]
    cost: Option<f64>,
}

fn main() {}
