//! Timing one of the bodies by each tool; prints `body centre lower upper`, in seconds.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use bencher::bench::{OutputFormat, ReportLocation, RunConfig, Session};
use bencher::prelude::*;

use crate::estimate::Estimate;
use crate::{bodies, criterion_files};

pub const TOOLS: [&str; 3] = ["bencher", "criterion", "divan"];

/// Times one body by one of the tools, for so long.
pub fn run(tool: &str, body: &str, time: Duration) -> bencher::Result<()> {
    match tool {
        "bencher" => bencher(body, time),
        "criterion" => criterion(body, time),
        "divan" => {
            divan(body, time);
            Ok(())
        }
        _ => Err(format!("there is no tool `{tool}`; there are {}", TOOLS.join(", ")).into()),
    }
}

fn print(body: &str, estimate: Estimate) {
    println!("{body} {} {} {}", estimate.centre, estimate.lower, estimate.upper);
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
    us_1,
    us_100,
    ms_3,
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
            Body::us_1 => cx.iter(time, bodies::us_1),
            Body::us_100 => cx.iter(time, bodies::us_100),
            Body::ms_3 => cx.iter(time, bodies::ms_3),
        };
        Ok(())
    }
}

fn bencher(body: &str, time: Duration) -> bencher::Result<()> {
    let config = RunConfig {
        cache: false,
        report: ReportLocation::Disabled,
        output: OutputFormat::Quiet,
        budget: Some(time),
        precision: 0.0,
        ..RunConfig::default()
    };
    let session = Session::new(config, "peers", Default::default());
    let mut bench = Bench::<Peer>::new(Rc::new(RefCell::new(session)))?;
    let alone = match body {
        "ns_1" => Body::ns_1,
        "ns_100" => Body::ns_100,
        "us_10" => Body::us_10,
        "ms_1" => Body::ms_1,
        "noisy" => Body::noisy,
        "bimodal" => Body::bimodal,
        "us_1" => Body::us_1,
        "us_100" => Body::us_100,
        "ms_3" => Body::ms_3,
        _ => Body::slow_first,
    };
    let result = bench
        .sweep("Body")
        .constants([Peer::BODY.with_const(alone)])
        .run()?;
    let found = result.dataset().timings("time")?;
    let number = |name: &str| -> bencher::Result<f64> {
        Ok(found.variable(name)?.number(0).unwrap_or(f64::NAN))
    };
    let estimate = Estimate {
        centre: number("time")?,
        lower: number("time.lower")?,
        upper: number("time.upper")?,
    };
    print(body, estimate);
    Ok(())
}

/// Three eighths of the time to warm up, as by default; the analysis comes on top.
fn criterion(body: &str, time: Duration) -> bencher::Result<()> {
    let folder = tempfile::tempdir()?;
    let mut criterion = criterion::Criterion::default()
        .warm_up_time(time.mul_f64(0.375))
        .measurement_time(time.mul_f64(0.625))
        .output_directory(folder.path());
    criterion.bench_function(body, |b| match body {
        "ns_1" => b.iter(bodies::ns_1),
        "ns_100" => b.iter(bodies::ns_100),
        "us_10" => b.iter(bodies::us_10),
        "ms_1" => b.iter(bodies::ms_1),
        "noisy" => b.iter(bodies::noisy),
        "bimodal" => b.iter(bodies::bimodal),
        "us_1" => b.iter(bodies::us_1),
        "us_100" => b.iter(bodies::us_100),
        "ms_3" => b.iter(bodies::ms_3),
        _ => b.iter(bodies::slow_first),
    });
    print(body, criterion_files::read(&folder.path().join(body))?);
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

    benches!(ns_1 ns_100 us_10 ms_1 noisy bimodal slow_first us_1 us_100 ms_3);
}

/// It prints a table of its own, which has no bounds.
fn divan(body: &str, time: Duration) {
    let mut divan = divan::Divan::default()
        .min_time(time)
        .max_time(time)
        .color(false);
    let all = bodies::NAMES.into_iter().chain(bodies::OTHERS);
    for other in all.filter(|other| *other != body) {
        divan = divan.skip_exact(format!("peers::tools::divan_benches::{other}"));
    }
    divan.run_benches();
}
