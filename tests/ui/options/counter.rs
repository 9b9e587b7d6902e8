use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep]
    presorted: bool,
    #[result(counter = "instuctions")]
    instructions: Option<f64>,
    #[result(counter = Cycles)]
    cycles: Option<f64>,
    #[result(counter = "branches")]
    branches: Option<u32>,
    #[result(counter = "cpu_time")]
    cpu_time: Option<u64>,
    #[result(counter = "allocations", timed)]
    allocations: Option<f64>,
    #[result(counter = "peak_bytes", formula = "1 + 1")]
    peak: Option<f64>,
    #[sweep(counter = "cycles")]
    len: u64,
}

fn main() {}
