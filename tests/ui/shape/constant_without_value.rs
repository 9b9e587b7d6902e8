use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[constant]
    a: u64,
    #[constant()]
    b: u64,
    #[constant(units = "s")]
    c: u64,
    #[constant(7, unit = "s")]
    d: u64,
    #[constant(7 8)]
    e: u64,
    #[result]
    elapsed: Option<f64>,
}

fn main() {
    let _ = Sorting::A;
}
