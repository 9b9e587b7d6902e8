//! A plot of the program's own: how near do two formulas come to the number of primes?
//!
//! `cargo run --release --example custom_plot`

use std::process::ExitCode;

use bencher::Dataset;
use bencher::prelude::*;
use bencher::report::chart::{Axis, Chart, Marks, Point, Series, Ticks};
use bencher::report::{CustomPlot, CustomPlots};

/// Primes up to a number
#[derive(ParametrizedSweep, Clone)]
struct Primes {
    /// The number
    #[sweep(pow2(6, 22))]
    n: u64,
    /// How many primes are not larger
    #[result]
    primes: Option<u64>,
}

impl Benchmark for Primes {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let end = usize::try_from(self.n)?;
        let mut is_prime = vec![true; end + 1];
        for factor in 2..=end.isqrt() {
            if is_prime[factor] {
                (factor * factor..=end)
                    .step_by(factor)
                    .for_each(|n| is_prime[n] = false);
            }
        }
        self.primes = Some(is_prime.iter().skip(2).filter(|is| **is).count() as u64);
        Ok(())
    }
}

/// Both formulas as ratios to the truth.
struct Formulas;

impl CustomPlot for Formulas {
    fn name(&self) -> &'static str {
        "formulas"
    }

    fn chart(&self, dataset: &Dataset) -> Result<Chart, String> {
        let numbers = &dataset.dim("n").map_err(|error| error.to_string())?.values;
        let primes = dataset
            .variable("primes")
            .map_err(|error| error.to_string())?;
        let line = |name: &str, formula: fn(f64) -> f64| Series {
            name: name.to_owned(),
            points: numbers
                .iter()
                .filter_map(bencher::Value::as_f64)
                .enumerate()
                .map(|(at, n)| Point::new(n, primes.number(at).map(|primes| formula(n) / primes)))
                .collect(),
        };
        let lines = vec![
            line("n / ln n", |n| n / n.ln()),
            line("n / (ln n - 1)", |n| n / (n.ln() - 1.0)),
        ];
        let mut x = Axis::linear("n", "");
        x.ticks = Ticks::Log;
        let axes = (x, Axis::linear("formula / primes", ""));
        let mut chart = Chart::new(
            "Two formulas for the number of primes",
            axes,
            Marks::Lines(lines),
        );
        chart.legend = Some("formula".to_owned());
        chart.reference = Some(1.0);
        Ok(chart)
    }
}

fn main() -> ExitCode {
    bencher::run(|bench: &mut Bench<Primes>| bench.sweep("Primes").custom_plot(Formulas).run())
}
