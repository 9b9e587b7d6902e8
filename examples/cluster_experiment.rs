//! What does an experiment of many processes lose when they die? Worker processes share one work list over
//! a factor sweep with sub-sweeps. One of them is killed; then all of it is, the leader too. The experiment goes on
//! with `-c`, and in the end nothing is lost, and nothing that was done is done twice.
//!
//! `cargo run --release --example cluster_experiment`; a leader alone: with `--alone`.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use bencher::engine::{Engine, EngineContext, EngineResult, Metadata, start};
use bencher::space::{Combination, FactorLevel, Factors, sweep};
use bencher::sweeper::{ParamSweeper, SweeperOptions, sweep_stats};
use bencher::value::Value;
use clap::{Arg, ArgAction};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Set for a worker alone: the directory of the run.
const WORKER: &str = "CLUSTER_EXPERIMENT_WORKER";

fn factors() -> Factors {
    let radix = FactorLevel::new("radix").with("bits", [4, 8, 11]);
    let merge = FactorLevel::new("merge").with("runs", [8, 32]);
    Factors::new()
        .with("algo", [FactorLevel::new("quick"), radix, merge])
        .with("len", [20_000, 60_000, 180_000])
        .with("seed", 0..10)
}

/// What any experiment with worker processes has: here they are on one machine, and a queue of jobs would
/// start them elsewhere.
#[derive(Default)]
struct Workers {
    count: usize,
    running: Vec<Child>,
}

impl Engine for Workers {
    fn options(&self, command: clap::Command) -> clap::Command {
        command.arg(
            Arg::new("workers")
                .long("workers")
                .default_value("3")
                .help("How many"),
        )
    }

    fn init(&mut self, cx: &mut EngineContext) -> EngineResult {
        let count = cx.args().get_one::<String>("workers");
        self.count = count.map_or(Ok(3), |count| count.parse())?;
        Ok(())
    }

    fn run(&mut self, cx: &mut EngineContext) -> EngineResult {
        for _ in 0..self.count {
            self.running.push(start_worker(cx.result_dir())?);
        }
        Ok(())
    }
}

fn start_worker(dir: &Path) -> std::io::Result<Child> {
    Command::new(std::env::current_exe()?)
        .env(WORKER, dir)
        .stdin(Stdio::null())
        .spawn()
}

#[derive(Default)]
struct ClusterExperiment {
    workers: Workers,
}

impl Engine for ClusterExperiment {
    fn ancestors(&mut self) -> Vec<&mut dyn Engine> {
        vec![&mut self.workers]
    }

    fn options(&self, command: clap::Command) -> clap::Command {
        let alone = Arg::new("alone").long("alone").action(ArgAction::SetTrue);
        command.arg(alone.help("Only lead the workers; kill nobody"))
    }

    fn result_dir(&self, run_name: &str) -> Option<PathBuf> {
        Some(
            bencher::store::default_root()
                .join("experiments")
                .join(run_name),
        )
    }

    fn run(&mut self, cx: &mut EngineContext) -> EngineResult {
        // The workers are on their way by now.
        let combinations = sweep(&factors())?;
        let options = SweeperOptions::new(cx.file("sweep")).name("sorting");
        let sweeper = options.open(combinations.iter())?;
        if cx.args().get_flag("alone") {
            for worker in &mut self.workers.running {
                worker.wait()?;
            }
        } else {
            drill(&sweeper, &mut self.workers.running, cx)?;
        }
        sweeper.update()?;
        println!("{sweeper}");
        println!("{}", sweep_stats(&sweeper.stats()));
        println!("{}", fastest(&sweeper)?);
        Ok(())
    }
}

/// What a worker does: the work list says what, and remembers what came out.
fn work(dir: &Path) -> Result<(), BoxError> {
    let sweeper = ParamSweeper::open(dir.join("sweep"), sweep(&factors())?.iter())?;
    // Where others may still fail, it waits for what they have.
    while let Some(combination) = sweeper.wait_next(Duration::from_secs(30))? {
        log(dir, "begun", &combination)?;
        let seconds = sort(&combination);
        sweeper.done_with(&combination, &seconds)?;
        log(dir, "done", &combination)?;
    }
    Ok(())
}

/// Kills a worker at a third of the work, and everybody at two thirds; then goes on.
fn drill(
    sweeper: &ParamSweeper<Combination>,
    workers: &mut [Child],
    cx: &EngineContext,
) -> EngineResult {
    wait_until(sweeper, sweeper.len() / 3)?;
    if let Some(worker) = workers.first_mut() {
        worker.kill()?;
        worker.wait()?;
        println!("worker {} is killed: {sweeper}", worker.id());
    }
    wait_until(sweeper, sweeper.len() * 2 / 3)?;
    for worker in workers {
        // It may be the one that is dead.
        let _ = worker.kill();
        worker.wait()?;
    }
    println!("all are killed: {sweeper}");
    // The leader of an own process goes on here; and is killed in its turn, before it has ended.
    let mut leader = lead(cx.result_dir())?;
    wait_until(sweeper, sweeper.len() * 5 / 6)?;
    leader.kill()?;
    leader.wait()?;
    Ok(())
}

fn main() -> ExitCode {
    match std::env::var_os(WORKER) {
        Some(dir) => match work(Path::new(&dir)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("error: {error}");
                ExitCode::FAILURE
            }
        },
        None => start(&mut ClusterExperiment::default()),
    }
}
