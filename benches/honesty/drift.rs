//! What a machine that slows down does to an input that has no effect.

use std::cell::RefCell;
use std::time::Duration;

use bencher::measure::{FakeClock, RoundRules, RoundTarget, Timer};
use bencher::plan::{Plan, SweepChoice};
use bencher::prelude::*;
use bencher::progress::SilentProgress;
use bencher::result_collector::ResultCollector;
use bencher::space::{Density, SampleOrder};
use bencher::sweep_executor::{RunOptions, SweepExecutor};

use super::random::Random;

thread_local! {
    static CLOCK: FakeClock = FakeClock::default();
    static RANDOM: RefCell<Random> = const { RefCell::new(Random(1)) };
}

/// How long a sample of 100 µs takes with its set-up, and how many there are.
const SAMPLE: Duration = Duration::from_micros(100);
const REPEATS: u32 = 32;
const SAMPLES: u32 = 4 * REPEATS;

/// Four levels that are the same.
#[derive(ParametrizedSweep, Clone)]
struct Same {
    #[sweep(values(1, 2, 3, 4))]
    level: u32,
    #[result(units = "s", timed)]
    elapsed: Option<f64>,
}

impl Benchmark for Same {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        CLOCK.with(|clock| {
            let whole = (SAMPLE * SAMPLES).as_secs_f64();
            // 1 % of noise on a machine that is 10 % slower at the end than at the start.
            let noise = RANDOM.with_borrow_mut(|random| (random.normal() * 0.01).exp());
            cx.iter_custom(&mut self.elapsed, |iterations| {
                use bencher::measure::Clock;
                let slowness = 1.0 + 0.1 * (clock.now().as_secs_f64() / whole).min(1.0);
                // The sizing of batches is no part of the run.
                SAMPLE.mul_f64(slowness * noise) / 100 * u32::try_from(iterations).unwrap_or(1)
            });
            clock.advance(SAMPLE);
        });
        Ok(())
    }
}

fn ratios(rounds: bool) -> Result<Vec<String>, bencher::BoxError> {
    let timer = CLOCK.with(|clock| Timer::on(clock.clone()));
    let plan = Plan::new(
        &Same::baseline()?,
        &SweepChoice::default(),
        &[],
        Density::default(),
        REPEATS,
        "",
    )?;
    let collector = ResultCollector::new(&plan, "Same")?;
    let rules = RoundRules {
        rounds: RoundTarget::Exactly(REPEATS),
        ..RoundRules::default()
    };
    let options = RunOptions {
        order: SampleOrder::InOrder,
        rounds: rounds.then_some(rules),
        timer,
        ..RunOptions::default()
    };
    let end = SweepExecutor::new::<Same>(plan).run(collector, options, &mut SilentProgress)?;
    let (dataset, _, _) = end.collector.finish();
    let compared = dataset.compare("elapsed", "level")?;
    Ok(compared
        .iter()
        .filter_map(|found| {
            let verdict = if found.is_different() {
                "**differs**"
            } else {
                "same"
            };
            Some(format!("{:.3} ({verdict})", found.ratio?.ratio))
        })
        .collect())
}

pub(crate) fn print() {
    println!("A machine that slows down by 10 % over a run of four equal levels, 1 % of noise:");
    println!("each level against the first.\n");
    println!("| order | 2nd / 1st | 3rd / 1st | 4th / 1st |");
    println!("|---|---|---|---|");
    for (name, rounds) in [("in rounds", true), ("one level after the other", false)] {
        // A new run on a machine that is fast again.
        std::thread::spawn(move || match ratios(rounds) {
            Ok(ratios) => println!("| {name} | {} |", ratios.join(" | ")),
            Err(error) => println!("| {name} | {error} |"),
        })
        .join()
        .unwrap_or_else(|_| println!("| {name} | panicked |"));
    }
    println!();
}
