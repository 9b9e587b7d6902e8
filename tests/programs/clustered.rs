//! A sweep for tests of clusters: some points are slow, panic, abort or hang, as the environment says.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use bencher::prelude::*;

/// Numbers
#[derive(ParametrizedSweep, Clone)]
struct Numbers {
    #[sweep(bounds(0, 119), samples = 120)]
    n: u64,
    /// Something that depends on n alone
    #[result]
    value: Option<u64>,
}

/// The number in a variable of the environment, if there is one.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

impl Benchmark for Numbers {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let pause = Duration::from_millis(number("NUMBERS_PAUSE").unwrap_or(0));
        let begin = Instant::now();
        while begin.elapsed() < pause {
            std::thread::sleep(Duration::from_millis(1));
        }
        if number("NUMBERS_ABORT") == Some(self.n) {
            std::process::abort();
        }
        while number("NUMBERS_HANG") == Some(self.n) {
            std::thread::park();
        }
        if number("NUMBERS_FAIL") == Some(self.n) {
            return Err("it never works".into());
        }
        self.value = Some(self.n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40);
        Ok(())
    }
}

fn main() -> ExitCode {
    bencher::run(|bench: &mut Bench<Numbers>| {
        if number("NUMBERS_CHANGE").is_some() {
            // A worker reaches another sweep than the program.
            bench.configure(|config| config.repeats = Some(std::process::id() % 1000 + 2));
        }
        bench.sweep("Numbers").run()
    })
}
