use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep]
    presorted: bool,
    #[result]
    elapsed: f64,
    #[result]
    parts: [f64; 3],
    #[result(timed)]
    name: Option<String>,
}

fn main() {
    let _ = (Sorting::ELAPSED, Sorting::PRESORTED);
}
