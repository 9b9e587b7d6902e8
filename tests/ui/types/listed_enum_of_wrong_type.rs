use bencher::{ParametrizedSweep, SweepEnum};

#[derive(SweepEnum, Clone, Copy)]
enum Algo {
    Quick,
    Merge,
}

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep(values(Algo::Quick, 3), default = Algo::Fast)]
    algo: Algo,
    #[result]
    elapsed: Option<f64>,
}

fn main() {}
