use std::time::Duration;

use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct Known {
    #[sweep(bounds("1ms", "2s"), units = "ms")]
    wait: Duration,
    #[constant(Duration::from_millis(5), units = "ms")]
    pause: Duration,
    #[result(units = "µs", timed)]
    elapsed: Option<f64>,
    #[result(units = "min")]
    lag: Option<Duration>,
    #[result(units = "elements", timed)]
    count: Option<f64>,
    #[result(counter = "cpu_time", units = "ms")]
    cpu: Option<f64>,
    #[result(counter = "allocated_bytes", units = "KiB")]
    memory: Option<f64>,
    #[result(counter = "peak_bytes", units = "bytes")]
    peak: Option<f64>,
    #[result(formula = "elapsed * 1000", units = "ms")]
    milliseconds: Option<f64>,
}

#[bencher::bench_sweep]
fn function(#[sweep(values("1ms"), units = "ms")] wait: Duration) {
    std::thread::sleep(wait);
}

fn main() {}
