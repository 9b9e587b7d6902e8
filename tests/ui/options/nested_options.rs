use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
#[bencher(shared)]
struct Pool {
    #[sweep(bounds(1, 4))]
    threads: u32,
}

#[derive(ParametrizedSweep, Clone)]
struct Query<const N: usize> {
    #[sweep(flatten, units = "s")]
    pool: Pool,
    #[sweep(file = "a.toml")]
    count: u32,
    #[sweep(bounds(1, 2))]
    rows: u32,
    #[result(formula = "rows * 2", timed)]
    cost: Option<f64>,
    #[result(names(x))]
    place: Option<[f64; 1]>,
}

fn main() {}
