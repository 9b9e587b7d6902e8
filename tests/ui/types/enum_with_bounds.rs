use bencher::{ParametrizedSweep, SweepEnum};

#[derive(SweepEnum, Clone, Copy)]
enum Algo {
    Quick,
    Merge,
}

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep(bounds(Algo::Quick, Algo::Merge))]
    algo: Algo,
    #[result]
    elapsed: Option<f64>,
}

fn main() {}
