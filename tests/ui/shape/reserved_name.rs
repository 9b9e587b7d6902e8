use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep]
    repeat: bool,
    #[result]
    over_time: Option<f64>,
}

fn main() {}
