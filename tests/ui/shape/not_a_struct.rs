use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct Tuple(u64, f64);

#[derive(ParametrizedSweep, Clone)]
struct Unit;

#[derive(ParametrizedSweep, Clone)]
enum Levels {
    Low,
}

#[derive(ParametrizedSweep, Clone, Copy)]
union Both {
    int: u64,
    float: f64,
}

fn main() {
    let _ = Levels::Low;
}
