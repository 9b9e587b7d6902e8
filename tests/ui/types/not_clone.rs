use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep)]
struct Sorting {
    #[sweep]
    presorted: bool,
    #[result]
    elapsed: Option<f64>,
}

fn main() {}
