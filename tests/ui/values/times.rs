use std::time::Duration;

use bencher::ParametrizedSweep;
use bencher::jiff::Timestamp;

#[derive(ParametrizedSweep, Clone)]
struct Waits {
    #[sweep(bounds("1 parsec", "2s"))]
    strange: Duration,
    #[sweep(bounds("2s", "1s"))]
    reversed: Duration,
    #[sweep(values(1, 2))]
    bare: Duration,
    #[sweep(values("1s", "1000ms"))]
    twice: Duration,
    #[sweep]
    unsaid: Duration,
    #[sweep(bounds("2026-02-30", "2026-03-01"))]
    no_day: Timestamp,
    #[sweep(bounds("2026-03-02", "2026-03-01"))]
    back: Timestamp,
    #[sweep(bounds("1s", "2s"), default = "3s")]
    outside: Duration,
    #[sweep(values("1ns", "1.5ns", "1.0000000004s"))]
    finer: Duration,
    #[sweep(values("1s", "18446744073709551616s"))]
    longer: Duration,
    #[result]
    cost: Option<f64>,
}

fn main() {}
