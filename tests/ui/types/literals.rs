use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep(bounds("1", 2))]
    x: u64,
    #[sweep(bounds(1.5, 2))]
    b: u64,
    #[sweep(values(1, 300))]
    c: u8,
    #[sweep(bounds(-1, 1))]
    d: u32,
    #[sweep(bounds(0, 1))]
    e: f64,
    #[sweep(values(1))]
    f: String,
    #[sweep(default = 1)]
    g: bool,
    #[sweep(bounds(1u8, 2))]
    h: u64,
    #[constant(7)]
    i: f64,
    #[result]
    elapsed: Option<f64>,
}

fn main() {
    let _ = Sorting::baseline();
}
