//! Which machine answers in time, at which load? Every way to say which values an input takes.
//!
//! `cargo run --release --example custom_values`, then for instance with
//! `-- --input deadline=5ms,50ms,1s --input load=10..400:9`

use std::process::ExitCode;
use std::time::Duration;

use bencher::prelude::*;
use serde::Deserialize;

/// An entry of the file.
#[derive(Deserialize, Clone, Debug)]
struct Machine {
    cores: u32,
    per_core: f64,
}

/// Waiting for a machine
///
/// Requests arrive at random and wait for a free core: a queue of the kind M/M/c.
#[derive(ParametrizedSweep, Clone)]
struct Waiting {
    /// Machine of the file, described by its cores and what one of them serves
    #[sweep(file = "examples/machines.toml")]
    machine: Entry<Machine>,
    /// Requests
    #[sweep(bounds(10.0, 640.0), scale = "log", samples = 7, units = "1/s")]
    load: f64,
    /// Longest wait that is in time
    #[sweep(values("1ms", "20 ms", "0.5 s"), default = "20ms")]
    deadline: Duration,
    /// Machines that share the load
    #[sweep(pow2(0, 4), default = 1)]
    machines: u32,
    /// Clock, as a part of the full one
    #[sweep(bounds(0.25, 1.25), step = 0.25, default = 1.0)]
    // below the end: 0.25, 0.5, 0.75, 1
    clock: f64,
    /// Requests that must be in time, as a part of all
    #[sweep(values_from = nines)]
    promise: f64,

    /// Requests that wait too long, as a part of all
    #[result(direction = "minimize")]
    late: Option<f64>,
    /// Most that can be served with the promise kept
    #[result(units = "1/s", direction = "maximize")]
    capacity: Option<f64>,
}

/// Values that are known at run time alone: here computed; a query or a folder serves as well.
fn nines() -> Vec<f64> {
    (1..=4).map(|nines| 1.0 - 0.1_f64.powi(nines)).collect()
}

impl Waiting {
    /// The part of requests that wait longer than the deadline (Erlang's C formula).
    fn late_at(&self, load: f64) -> f64 {
        let cores = self.machine.cores; // an entry reads like what it holds
        let served = self.machine.per_core * self.clock;
        let load = load / f64::from(self.machines);
        let busy = load / served;
        let spare = f64::from(cores) - busy;
        if spare <= 0.0 {
            return 1.0;
        }
        // Erlang's B by its recurrence, and C from B.
        let blocked = (1..=cores).fold(1.0, |b, core| busy * b / (f64::from(core) + busy * b));
        let waits = blocked / (1.0 - busy / f64::from(cores) * (1.0 - blocked));
        waits * (-spare * served * self.deadline.as_secs_f64()).exp()
    }
}

impl Benchmark for Waiting {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        self.late = Some(self.late_at(self.load));
        let (mut kept, mut broken) = (0.0, 1e6);
        for _ in 0..60 {
            let middle = f64::midpoint(kept, broken);
            if self.late_at(middle) <= 1.0 - self.promise {
                kept = middle;
            } else {
                broken = middle;
            }
        }
        self.capacity = Some(kept);
        Ok(())
    }
}

fn main() -> ExitCode {
    bencher::run(|bench: &mut Bench<Waiting>| {
        bench
            .sweep("Late by load")
            .inputs([Waiting::LOAD, Waiting::MACHINE])
            .results([Waiting::LATE])
            .run()?;
        bench
            .sweep("Capacity by promise")
            .inputs([Waiting::PROMISE, Waiting::DEADLINE])
            .results([Waiting::CAPACITY])
            .run()?;
        bench
            .sweep("More machines or faster ones")
            .inputs([Waiting::MACHINES, Waiting::CLOCK])
            // A sweep can say other values than the declaration.
            .constants([Waiting::DEADLINE.with_const(Duration::from_millis(5))])
            .results([Waiting::CAPACITY])
            .run()
    })
}
