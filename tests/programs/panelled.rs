//! The program whose plots a test measures: one result over four inputs, so that its chart has panels.

use std::process::ExitCode;

use bencher::prelude::*;

/// A sum
#[derive(ParametrizedSweep, Clone)]
struct Sum {
    #[sweep(bounds(0.0, 1.0), samples = 4)]
    x: f64,
    #[sweep(values("a", "b"))]
    line: String,
    #[sweep(values("p", "q"))]
    panel: String,
    #[sweep(values("u", "v", "w"))]
    outer: String,
    #[result]
    y: Option<f64>,
}

impl Benchmark for Sum {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let names = [&self.line, &self.panel, &self.outer];
        let bytes = names.iter().flat_map(|name| name.bytes());
        self.y = Some(self.x + bytes.map(f64::from).sum::<f64>() / 10.0);
        Ok(())
    }
}

fn main() -> ExitCode {
    bencher::run(|bench: &mut Bench<Sum>| bench.sweep("Sum").run())
}
