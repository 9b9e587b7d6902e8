use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep]
    presorted: bool,
    #[result(direction = "minimise")]
    elapsed: Option<f64>,
    #[result(direction = "down")]
    memory: Option<f64>,
    #[result(timed = true)]
    wait: Option<f64>,
    #[result(meaning_version = "2")]
    count: Option<u64>,
    #[result(samples = 2)]
    swaps: Option<u64>,
}

fn main() {}
