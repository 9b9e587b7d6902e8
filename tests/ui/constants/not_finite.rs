use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep(bounds(f64::NAN, 1.0))]
    x: f64,
    #[sweep(bounds(0.0, f32::INFINITY))]
    y: f32,
    #[result]
    elapsed: Option<f64>,
}

fn main() {
    let _ = Sorting::baseline();
}
