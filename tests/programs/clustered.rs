//! A sweep for tests of clusters: some points are slow, panic, abort or hang, as the environment says.

use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bencher::prelude::*;

/// Numbers
#[derive(ParametrizedSweep, Clone)]
struct Numbers {
    #[sweep(bounds(0, 119), samples = 120)]
    n: u64,
    /// Something that depends on n alone
    #[result]
    value: Option<u64>,
    /// How far it is from the number that a search looks for
    #[result(direction = "minimize")]
    distance: Option<f64>,
    /// A text that may be larger than a message
    #[result]
    text: Option<String>,
}

/// Timed numbers
#[derive(ParametrizedSweep, Clone)]
struct Timed {
    #[sweep(bounds(0, 19), samples = 20)]
    n: u64,
    #[result(units = "s", timed)]
    elapsed: Option<f64>,
}

impl Benchmark for Timed {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let now = || {
            SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map(|since| since.as_nanos())
        };
        let begin = now()?;
        let clock = Instant::now();
        while clock.elapsed() < Duration::from_millis(30) {
            std::hint::spin_loop();
        }
        self.elapsed = Some(clock.elapsed().as_secs_f64());
        // One write of a short line is never mixed with another.
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname")?;
        let line = format!("{begin} {} {}\n", now()?, host.trim());
        let log = std::env::var("TIMED_LOG")?;
        let mut log = std::fs::OpenOptions::new().append(true).open(log)?;
        std::io::Write::write_all(&mut log, line.as_bytes())?;
        Ok(())
    }
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
        let is_large = number("NUMBERS_LARGE") == Some(self.n);
        self.text = Some("x".repeat(if is_large { 700_000 } else { 1 }));
        self.value = Some(self.n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40);
        self.distance = Some((self.n as f64 - 70.3).abs());
        Ok(())
    }
}

fn main() -> ExitCode {
    while number("NUMBERS_STUCK").is_some() && std::env::var_os("BENCHER_WORKER").is_some() {
        // A worker process that never reaches its sweep.
        std::thread::park();
    }
    if std::env::var_os("TIMED_LOG").is_some() {
        return bencher::run(|bench: &mut Bench<Timed>| bench.sweep("Timed").run());
    }
    bencher::run(|bench: &mut Bench<Numbers>| {
        if number("NUMBERS_CHANGE").is_some() {
            // A worker reaches another sweep than the program.
            bench.configure(|config| config.repeats = Some(std::process::id() % 1000 + 2));
        }
        bench.sweep("Numbers").run()
    })
}
