//! The program of `tests/claims.rs`: sweeps whose claims hold, fail and stay undecided, a gate, and functions.

use std::process::ExitCode;

use bencher::bench_main;
use bencher::prelude::*;

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Boxes in a room
#[derive(ParametrizedSweep, Clone)]
struct Packing {
    /// Number of boxes
    #[sweep(values(1, 2, 3))]
    boxes: u32,
    /// What goes wrong
    #[constant(0)]
    trouble: u32,

    /// Share of the room
    #[result(direction = "minimize", claim = ["> 0", "< 70 %"])]
    share: Option<f64>,
    /// Whether the door closes
    #[result(claim = "== true", claim = "mean >= 80 %")]
    closes: Option<bool>,
    /// Weight
    #[result(units = "g", claim = "p90 < 2 kg")]
    weight: Option<u64>,
}

impl Benchmark for Packing {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        if self.trouble == 2 && self.boxes == 2 && cx.repeat() == 3 {
            return Err("too heavy to lift".into());
        }
        self.share = Some(
            if self.trouble == 1 && self.boxes == 3 && cx.repeat() == 4 {
                0.75
            } else {
                0.2 * f64::from(self.boxes)
            },
        );
        self.closes = (self.trouble != 3 || cx.repeat() != 1).then_some(true);
        self.weight = Some(u64::from(500 * self.boxes + cx.repeat()));
        Ok(())
    }
}

/// Steps of a search
#[derive(ParametrizedSweep, Clone)]
struct Search {
    /// Number of elements
    #[sweep(values(10, 1000))]
    len: u32,
    /// Comparisons
    #[result(direction = "minimize")]
    steps: Option<u64>,
}

impl Benchmark for Search {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let percent = variable("PERCENT").filter(|_| self.len == 1000);
        self.steps = Some(u64::from(self.len) * percent.unwrap_or(100) / 100);
        Ok(())
    }
}

/// Squares
#[bench_sweep(
    repeats = 2,
    claim(square, "<= 100"),
    claim(square, ">= 1", "!= 50"),
    claim(time, "< 1 h")
)]
fn squares(
    cx: &mut Context,
    #[sweep(values(1, 10))] n: u64,
    #[result] square: &mut Option<u64>,
    #[result(formula = "square / n", claim = "< 11")] root: &mut Option<f64>,
    #[result(timed)] time: &mut Option<f64>,
) {
    let _ = root;
    let factor = variable("FACTOR").unwrap_or(1);
    *square = Some(cx.iter(time, || n * n) * factor);
}

fn packing(bench: &mut Bench<Packing>) -> bencher::Result<()> {
    for (title, trouble, repeats) in [
        ("Holds", 0, 29),
        ("Fails", 1, 29),
        ("Broken", 2, 29),
        ("Unset", 3, 29),
        ("Few", 0, 28),
    ] {
        let sweep = bench.sweep(title).repeats(repeats);
        sweep
            .constants([Packing::TROUBLE.with_const(trouble)])
            .run()?;
    }
    if let Ok(claim) = std::env::var("CLAIM") {
        bench.sweep("Own").claim(Packing::WEIGHT, claim).run()?;
    }
    let result = std::env::var("RESULT").unwrap_or_else(|_| "steps".to_owned());
    bench
        .of::<Search>()?
        .sweep("Gate")
        .claim("steps", "> 1")
        .gate(Gate::of(result).worse_than(0.1).against("main"))
        .run()
        .map(drop)
}

fn main() -> ExitCode {
    if std::env::var_os("PROGRAM").is_some() {
        return bench_main();
    }
    bencher::run(packing)
}
