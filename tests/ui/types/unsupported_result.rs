use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep]
    presorted: bool,
    #[result]
    order: Option<(u64, u64)>,
}

fn main() {}
