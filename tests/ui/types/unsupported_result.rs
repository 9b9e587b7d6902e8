use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep]
    presorted: bool,
    #[result]
    order: Option<Vec<u64>>,
}

fn main() {}
