//! The program of which a test looks how it ends: its body leaves the process in the way that `LEAVE` names, at n=2.

use std::process::ExitCode;

use bencher::prelude::*;

/// Leaves at n=2.
fn leave_at(n: u64) {
    if n != 2 {
        return;
    }
    match std::env::var("LEAVE").as_deref() {
        Ok("exit") => std::process::exit(0),
        Ok("exit 7") => std::process::exit(7),
        Ok("thread") => {
            let leave = || -> () { std::process::exit(0) };
            drop(std::thread::spawn(leave).join());
        }
        Ok("abort") => std::process::abort(),
        Ok("fault") => {
            // SAFETY: none. Nothing is mapped at this address, and the fault is what is tried.
            #[expect(unsafe_code, reason = "no other code has such a fault")]
            let byte = unsafe { std::ptr::without_provenance::<u8>(8).read_volatile() };
            std::hint::black_box(byte);
        }
        Ok(signal @ ("SEGV" | "BUS" | "ILL" | "FPE")) => {
            let own = std::process::id().to_string();
            drop(
                std::process::Command::new("kill")
                    .args(["-s", signal, &own])
                    .status(),
            );
            // The system gives the signal to any thread, and this sample is to be in progress by then.
            let sent = std::time::Instant::now();
            while sent.elapsed() < std::time::Duration::from_secs(20) {
                std::thread::yield_now();
            }
        }
        Ok("overflow") => {
            #[expect(unconditional_recursion, reason = "the overflow is what is tried")]
            fn deeper(depth: u64) -> u64 {
                std::hint::black_box(deeper(std::hint::black_box(depth + 1))) + 1
            }
            std::hint::black_box(deeper(0));
        }
        Ok("print") => {
            println!("printed by the body");
            let echo = "echo printed by a program of the body";
            drop(std::process::Command::new("sh").args(["-c", echo]).status());
        }
        Ok("chdir") => std::env::set_current_dir("/").unwrap_or_default(),
        Ok("escape") => panic!("\u{1b}]0;title\u{7}\u{202e}{}", "x".repeat(100_000)),
        _ => {}
    }
}

/// Calls code that ends the process
#[bench_sweep]
fn leaves(#[sweep(values(1, 2, 3))] n: u64) -> u64 {
    leave_at(n);
    n
}

/// Never reached where the first one leaves
#[bench_sweep]
fn then_fails(#[sweep(values(1))] n: u64) -> Result<u64, String> {
    Err(format!("no {n}"))
}

#[derive(ParametrizedSweep, Clone)]
struct Leaving {
    #[sweep(values(1, 2, 3))]
    n: u64,
    /// The samples are so long that the first is stored when the second begins.
    #[result]
    square: Option<u64>,
    /// Nothing sets it where `LEAVE` is `unset`.
    #[result]
    cube: Option<u64>,
    /// Computed, and never set.
    #[result(formula = "square * 2")]
    twice: Option<f64>,
}

impl Benchmark for Leaving {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let begun = std::time::Instant::now();
        while begun.elapsed() < std::time::Duration::from_millis(2) {
            std::hint::spin_loop();
        }
        leave_at(self.n);
        self.square = Some(self.n.pow(2));
        if std::env::var("LEAVE").as_deref() != Ok("unset") {
            self.cube = Some(self.n.pow(3));
        }
        Ok(())
    }
}

/// The call of `cx.iter` was forgotten
#[derive(ParametrizedSweep, Clone)]
struct Forgot {
    #[sweep(values(1, 2))]
    n: u64,
    #[result(units = "s", direction = "minimize", timed)]
    elapsed: Option<f64>,
}

impl Benchmark for Forgot {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        std::hint::black_box((0..self.n).sum::<u64>());
        Ok(())
    }
}

fn main() -> ExitCode {
    match std::env::var("PROGRAM").as_deref() {
        Ok("functions") => bencher::bench_main(),
        Ok("untimed") => bencher::run(|bench: &mut Bench<Forgot>| bench.sweep("Forgot").run()),
        _ => bencher::run(|bench: &mut Bench<Leaving>| {
            let result = bench.sweep("\u{1b}]0;Leaving\u{7}").run()?;
            if std::env::var("LEAVE").as_deref() == Ok("between") {
                std::process::exit(0);
            }
            Ok(result)
        }),
    }
}
