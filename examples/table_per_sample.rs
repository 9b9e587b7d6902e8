//! How fast do root finders converge? A table for each sample, a point with named coordinates, and a
//! result that is computed from others.
//!
//! `cargo run --release --example table_per_sample`

use std::process::ExitCode;

use bencher::prelude::*;
use bencher::value::Table;
use serde::Serialize;

#[derive(SweepEnum, Clone, Copy, Debug)]
enum Method {
    /// Halves the interval
    Bisection,
    /// Follows the line through the last two points
    Secant,
    /// Follows the tangent
    Newton,
}

#[derive(SweepEnum, Clone, Copy, Debug)]
enum Function {
    /// x³ - 2
    Cubic,
    /// cos x - x
    Cosine,
    /// (x - 1.3)³: its root is threefold
    Flat,
}

impl Function {
    fn at(self, x: f64) -> f64 {
        match self {
            Self::Cubic => x.powi(3) - 2.0,
            Self::Cosine => x.cos() - x,
            Self::Flat => (x - 1.3).powi(3),
        }
    }

    fn slope_at(self, x: f64) -> f64 {
        match self {
            Self::Cubic => 3.0 * x.powi(2),
            Self::Cosine => -x.sin() - 1.0,
            Self::Flat => 3.0 * (x - 1.3).powi(2),
        }
    }

    const fn root(self) -> f64 {
        match self {
            Self::Cubic => 1.259_921_049_894_873_2,
            Self::Cosine => 0.739_085_133_215_160_6,
            Self::Flat => 1.3,
        }
    }
}

/// A row of the table.
#[derive(Serialize)]
struct Row {
    step: u32,
    x: f64,
    digits: f64,
}

/// Finding a root between 0 and 2
#[derive(ParametrizedSweep, Clone)]
struct RootFinding {
    #[sweep]
    function: Function,
    #[sweep]
    method: Method,
    /// Most steps
    #[constant(60)]
    most: u32,

    /// What each step reached
    #[result]
    steps: Option<Table>,
    /// Steps until the error was below 1e-12, or all of them
    #[result(direction = "minimize")]
    taken: Option<u32>,
    /// Right digits in the end
    #[result(direction = "maximize")]
    digits: Option<f64>,
    /// Right digits that a step brings
    #[result(direction = "maximize", formula = "digits / taken")]
    pace: Option<f64>,
    /// Where it ended
    #[result(names("x", "y"))]
    end: Option<[f64; 2]>,
}

impl Benchmark for RootFinding {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let f = |x| self.function.at(x);
        let (mut a, mut b) = (0.0_f64, 2.0_f64);
        let mut rows: Vec<Row> = Vec::new();
        for step in 1..=self.most {
            let x = match self.method {
                Method::Bisection => f64::midpoint(a, b),
                Method::Secant => b - f(b) * (b - a) / (f(b) - f(a)),
                Method::Newton => b - f(b) / self.function.slope_at(b),
            };
            match self.method {
                Method::Bisection if f(x).signum() == f(a).signum() => a = x,
                Method::Bisection => b = x,
                Method::Secant | Method::Newton => (a, b) = (b, x),
            }
            let error = (x - self.function.root()).abs();
            let digits = -error.max(f64::EPSILON).log10();
            rows.push(Row { step, x, digits });
            if error < 1e-12 {
                break;
            }
        }
        let last = rows.last().ok_or("not a single step")?;
        self.taken = Some(last.step);
        self.digits = Some(last.digits);
        self.end = Some([last.x, f(last.x)]);
        self.steps = Some(Table::from_rows(&rows)?);
        Ok(())
    }
}

fn main() -> ExitCode {
    bencher::run(|bench: &mut Bench<RootFinding>| bench.sweep("Convergence").run())
}
