//! One trial of each tool on a simulated machine.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use bencher::measure::{FakeClock, RoundRules, Timer};
use bencher::prelude::*;
use bencher::progress::SilentProgress;
use bencher::result_collector::ResultCollector;
use bencher::space::Density;
use bencher::plan::{Plan, SweepChoice};
use bencher::sweep_executor::{RunOptions, SweepExecutor};

use super::shape::Machine;
use crate::criterion_files;
use crate::estimate::Estimate;

/// criterion plans its samples by the real clock, so in its warm-up, of which nothing is measured, that is kept busy
/// for this share of the simulated time.
const REAL_SHARE: f64 = 1e-3;
/// A warm-up whose real time is off by more than this share was disturbed by something else on this machine, and the
/// trial is begun again.
const DISTURBED: f64 = 0.05;
const MOST_TRIES: u32 = 1000;
/// Enough that the ends of its intervals hardly depend on them.
const RESAMPLES: usize = 10_000;

/// The estimate of criterion, with the simulated time that it used and the mean of all calls that it measured.
pub struct ByCriterion {
    pub estimate: Estimate,
    pub used: Duration,
    pub measured_mean: f64,
}

/// criterion, with three eighths of the time to warm up as by default.
pub fn criterion(machine: &Machine, time: Duration) -> bencher::Result<ByCriterion> {
    for _ in 0..MOST_TRIES {
        if let Some(found) = try_criterion(machine.clone(), time)? {
            return Ok(found);
        }
    }
    Err(format!("{MOST_TRIES} warm-ups were disturbed; end other programs").into())
}

/// Nothing where its warm-up was disturbed.
fn try_criterion(mut machine: Machine, time: Duration) -> bencher::Result<Option<ByCriterion>> {
    let folder = tempfile::tempdir()?;
    let warm_up = time.mul_f64(0.375 * REAL_SHARE);
    let (mut warmed, mut wanted_ns) = (Duration::ZERO, 0.0);
    let (mut measured_ns, mut measured_calls) = (0.0, 0.0);
    criterion::Criterion::default()
        .warm_up_time(warm_up)
        .measurement_time(time.mul_f64(0.625 * REAL_SHARE))
        .nresamples(RESAMPLES)
        .without_plots()
        .output_directory(folder.path())
        .bench_function("body", |bencher| {
            bencher.iter_custom(|calls| {
                let start = Instant::now();
                if warmed <= warm_up {
                    let taken = machine.skip(calls);
                    wanted_ns += taken * REAL_SHARE;
                    while start.elapsed().as_secs_f64() * 1e9 < taken * REAL_SHARE {
                        std::hint::spin_loop();
                    }
                    warmed += start.elapsed();
                    return Duration::from_secs_f64(taken / 1e9);
                }
                let taken: f64 = (0..calls).map(|_| machine.call()).sum();
                measured_ns += taken;
                measured_calls += calls as f64;
                Duration::from_secs_f64(taken / 1e9)
            });
        });
    if warmed.as_secs_f64() * 1e9 > wanted_ns * (1.0 + DISTURBED) {
        return Ok(None);
    }
    Ok(Some(ByCriterion {
        estimate: criterion_files::read(&folder.path().join("body"))?,
        used: Duration::from_secs_f64(machine.spent_ns() / 1e9),
        measured_mean: measured_ns / measured_calls / 1e9,
    }))
}

thread_local! {
    static CLOCK: FakeClock = FakeClock::default();
    static MACHINE: RefCell<Option<Machine>> = const { RefCell::new(None) };
}

/// Bodies that are all the same.
#[derive(ParametrizedSweep, Clone)]
struct Simulated {
    #[sweep(values(0, 1, 2, 3, 4, 5, 6))]
    body: u32,
    #[result(units = "s", timed)]
    elapsed: Option<f64>,
}

impl Benchmark for Simulated {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        MACHINE.with_borrow_mut(|machine| {
            let machine = machine.as_mut().ok_or("there is no machine")?;
            CLOCK.with(|clock| {
                cx.iter(&mut self.elapsed, || {
                    clock.advance(Duration::from_nanos(machine.call().round() as u64));
                });
            });
            Ok(())
        })
    }
}

/// The estimate of bencher for the first body, and the times of its rounds.
pub struct ByBencher {
    pub estimate: Estimate,
    pub rounds: Vec<f64>,
}

/// bencher, with so much time for each body, of which there are one or seven in the sweep.
pub fn bencher(machine: Machine, time: Duration, is_alone: bool) -> bencher::Result<ByBencher> {
    MACHINE.set(Some(machine));
    let choice = match is_alone {
        true => SweepChoice::default().with_constants([Simulated::BODY.with_const(0_u32)]),
        false => SweepChoice::default(),
    };
    let rules = RoundRules {
        budget: Some(if is_alone { time } else { time * 7 }),
        precision: 0.0,
        ..RoundRules::default()
    };
    let plan = Plan::new(
        &Simulated::baseline()?,
        &choice,
        &[],
        Density::default(),
        rules.rounds.most(),
        "",
    )?;
    let collector = ResultCollector::new(&plan, "Simulated")?;
    let options = RunOptions {
        rounds: Some(rules),
        timer: CLOCK.with(|clock| Timer::on(clock.clone())),
        ..RunOptions::default()
    };
    let end = SweepExecutor::new::<Simulated>(plan).run(collector, options, &mut SilentProgress)?;
    let (dataset, _, _) = end.collector.finish();
    let found = dataset.timings("elapsed")?;
    let number = |name: &str| -> bencher::Result<f64> {
        Ok(found.variable(name)?.number(0).unwrap_or(f64::NAN))
    };
    let times = dataset.variable("elapsed")?;
    let repeats = dataset.shape().last().copied().unwrap_or(0);
    Ok(ByBencher {
        estimate: Estimate {
            centre: number("elapsed")?,
            lower: number("elapsed.lower")?,
            upper: number("elapsed.upper")?,
        },
        rounds: (0..repeats).filter_map(|flat| times.number(flat)).collect(),
    })
}
