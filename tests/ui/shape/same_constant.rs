use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep]
    a_b: bool,
    #[sweep]
    aB: bool,
    #[result]
    elapsed: Option<f64>,
}

fn main() {}
