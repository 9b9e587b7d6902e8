use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
#[sweep(version = 2)]
#[bencher(versoin = 2)]
#[bencher(version = "2", crate = "renamed")]
struct Sorting {
    #[sweep]
    presorted: bool,
    #[result]
    elapsed: Option<f64>,
}

fn main() {}
