//! Timing the bodies by each tool; each prints `body centre lower upper`, in seconds.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use bencher::bench::{OutputFormat, ReportPlace, RunConfig, Session};
use bencher::prelude::*;

use crate::bodies;

fn print(body: &str, centre: f64, bounds: Option<(f64, f64)>) {
    let (lower, upper) = bounds.unwrap_or((f64::NAN, f64::NAN));
    println!("{body} {centre} {lower} {upper}");
}

/// One of the bodies.
#[derive(SweepEnum, Clone, Copy)]
#[allow(non_camel_case_types)]
enum Body {
    ns_1,
    ns_100,
    us_10,
    ms_1,
    noisy,
    bimodal,
    slow_first,
}

#[derive(ParametrizedSweep, Clone)]
struct Peer {
    #[sweep]
    body: Body,
    #[result(units = "s", timed)]
    time: Option<f64>,
}

impl Benchmark for Peer {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        let time = &mut self.time;
        match self.body {
            Body::ns_1 => cx.iter(time, bodies::ns_1),
            Body::ns_100 => cx.iter(time, bodies::ns_100),
            Body::us_10 => cx.iter(time, bodies::us_10),
            Body::ms_1 => cx.iter(time, bodies::ms_1),
            Body::noisy => cx.iter(time, bodies::noisy),
            Body::bimodal => cx.iter(time, bodies::bimodal),
            Body::slow_first => cx.iter(time, bodies::slow_first),
        };
        Ok(())
    }
}

/// All bodies in one sweep: their rounds take turns.
pub fn bencher(time: Duration) -> bencher::Result<()> {
    let config = RunConfig {
        cache: false,
        report: ReportPlace::Nowhere,
        output: OutputFormat::Quiet,
        budget: Some(time * u32::try_from(bodies::NAMES.len())?),
        precision: 0.0,
        ..RunConfig::default()
    };
    let session = Session::new(config, "peers", Default::default());
    let mut bench = Bench::<Peer>::new(Rc::new(RefCell::new(session)))?;
    let result = bench.sweep("Bodies").run()?;
    let found = result.dataset().timings("time")?;
    for (flat, body) in bodies::NAMES.iter().enumerate() {
        let number = |name: &str| Ok::<_, bencher::BoxError>(found.variable(name)?.number(flat));
        let bounds = number("time.lower")?.zip(number("time.upper")?);
        print(body, number("time")?.unwrap_or(f64::NAN), bounds);
    }
    Ok(())
}

/// A third of the time to warm up, as by default; the analysis comes on top.
pub fn criterion(time: Duration) -> bencher::Result<()> {
    let folder = tempfile::tempdir()?;
    let mut criterion = criterion::Criterion::default()
        .warm_up_time(time.mul_f64(0.375))
        .measurement_time(time.mul_f64(0.625))
        .output_directory(folder.path());
    criterion.bench_function("ns_1", |b| b.iter(bodies::ns_1));
    criterion.bench_function("ns_100", |b| b.iter(bodies::ns_100));
    criterion.bench_function("us_10", |b| b.iter(bodies::us_10));
    criterion.bench_function("ms_1", |b| b.iter(bodies::ms_1));
    criterion.bench_function("noisy", |b| b.iter(bodies::noisy));
    criterion.bench_function("bimodal", |b| b.iter(bodies::bimodal));
    criterion.bench_function("slow_first", |b| b.iter(bodies::slow_first));
    for body in bodies::NAMES {
        let path = folder.path().join(body).join("new/estimates.json");
        let text = std::fs::read_to_string(path)?;
        let estimates: serde_json::Value = serde_json::from_str(&text)?;
        // What it prints as the time: the slope, or the mean where it takes samples of one length.
        let shown = match &estimates["slope"] {
            serde_json::Value::Null => &estimates["mean"],
            slope => slope,
        };
        let number = |value: &serde_json::Value| value.as_f64().unwrap_or(f64::NAN) / 1e9;
        let interval = &shown["confidence_interval"];
        let bounds = (number(&interval["lower_bound"]), number(&interval["upper_bound"]));
        print(body, number(&shown["point_estimate"]), Some(bounds));
    }
    Ok(())
}

mod divan_benches {
    use crate::bodies;

    macro_rules! benches {
        ($($body:ident)*) => {$(
            #[divan::bench]
            fn $body() -> u64 {
                bodies::$body()
            }
        )*};
    }

    benches!(ns_1 ns_100 us_10 ms_1 noisy bimodal slow_first);
}

/// It prints a table of its own, which has no bounds.
pub fn divan(time: Duration) {
    divan::Divan::default()
        .min_time(time)
        .max_time(time)
        .color(false)
        .run_benches();
}
