use bencher::ParametrizedSweep;

#[derive(Clone)]
struct Cache;

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep]
    presorted: bool,
    cache: Cache,
    #[result]
    elapsed: Option<f64>,
}

fn main() {}
