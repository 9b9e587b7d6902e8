use bencher::ParametrizedSweep;

#[derive(Clone)]
struct Point {
    x: f64,
}

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep]
    start: Point,
    #[sweep]
    chars: Vec<u8>,
    #[sweep]
    maybe: Option<bool>,
    #[result]
    elapsed: Option<f64>,
}

fn main() {
    let _ = Sorting::baseline();
}

#[derive(ParametrizedSweep, Clone)]
struct Listing {
    #[sweep(values(Point { x: 1.0 }))]
    listed: Point,
    #[result]
    elapsed: Option<f64>,
}
