//! What a job costs through `Evaluator`, beside the limit that nothing can beat: `cargo xtask bench evaluator`.
//! With `-- --soak`, what a million jobs leave behind in memory.
//!
//! Every figure is the median of several runs, and every ratio is of two figures of this one run.

use std::hint::black_box;
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::task::{Context, Waker};
use std::time::Instant;

use bencher::evaluator::{
    BoxedFuture, Evaluator, EvaluatorError, EvaluatorOptions, Gather, JobRecord, JobState,
    RunningJob,
};

/// Jobs that are submitted and gathered together.
const TOGETHER: u64 = 1000;
/// Rounds of that behind one figure.
const ROUNDS: u64 = 20;
/// Jobs of the soak.
const SOAK: u64 = 1_000_000;
/// The argument of a job that says how much memory its process has.
const PROBE: u64 = u64::MAX;

fn run(job: &RunningJob<'_, u64>) -> f64 {
    match **job {
        PROBE => resident(),
        n => n as f64 + 0.5,
    }
}

fn two() -> EvaluatorOptions<u64> {
    EvaluatorOptions::default().workers(2)
}

/// Every kind of evaluator, with the name of its limit. Worker processes come by here and stay.
fn evaluators() -> Result<Vec<(&'static str, Evaluator<u64>)>, EvaluatorError> {
    let processes = Evaluator::create("processes", run, two())?;
    let serial = Evaluator::create("serial", run, EvaluatorOptions::default())?;
    let threads = Evaluator::create("threads", run, two())?;
    let asynchronous = |job: RunningJob<'static, u64>| async move { run(&job) };
    let futures = Evaluator::create_async(asynchronous, runtime(), two())?;
    Ok(vec![
        ("serial", serial),
        ("threads(2)", threads),
        ("async, two at a time", futures),
        ("processes(2)", processes),
    ])
}

/// Two threads that poll; the jobs here never wait.
fn runtime() -> impl Fn(BoxedFuture) + Send + Sync {
    let (send, receive) = crossbeam::channel::unbounded::<BoxedFuture>();
    for _ in 0..2 {
        let receive = receive.clone();
        std::thread::spawn(move || {
            for mut job in receive {
                let polled = job.as_mut().poll(&mut Context::from_waker(Waker::noop()));
                assert!(polled.is_ready());
            }
        });
    }
    move |job| assert!(send.send(job).is_ok())
}

/// Submits and gathers, `together` jobs at once; nanoseconds a job.
fn jobs(evaluator: &mut Evaluator<u64>, together: u64, rounds: u64) -> f64 {
    let started = Instant::now();
    for _ in 0..rounds {
        let gathered = evaluator
            .submit(0..together)
            .and_then(|_| evaluator.gather(Gather::All));
        match gathered {
            Ok(jobs) => assert!(
                black_box(jobs)
                    .iter()
                    .all(|job| job.state == JobState::Done)
            ),
            Err(error) => panic!("{error}"),
        }
    }
    started.elapsed().as_secs_f64() * 1e9 / (together * rounds) as f64
}

fn bare_loop() -> f64 {
    let count = TOGETHER * ROUNDS;
    let started = Instant::now();
    for n in 0..count {
        black_box(black_box(n) as f64 + 0.5);
    }
    started.elapsed().as_secs_f64() * 1e9 / count as f64
}

/// One hop from a thread to another through an unbounded channel.
fn bare_channel() -> f64 {
    let count = TOGETHER * ROUNDS;
    let (send, receive) = crossbeam::channel::unbounded::<u64>();
    let started = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(move || (0..count).all(|n| send.send(n).is_ok()));
        black_box(receive.iter().sum::<u64>());
    });
    started.elapsed().as_secs_f64() * 1e9 / count as f64
}

/// Eight bytes to another process and back.
fn bare_pipe() -> f64 {
    let there_and_back = || -> std::io::Result<f64> {
        let mut child = Command::new("cat")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut input = child.stdin.take().ok_or(std::io::ErrorKind::BrokenPipe)?;
        let mut output = child.stdout.take().ok_or(std::io::ErrorKind::BrokenPipe)?;
        let started = Instant::now();
        for n in 0..TOGETHER {
            let mut bytes = n.to_le_bytes();
            input.write_all(&bytes)?;
            output.read_exact(&mut bytes)?;
        }
        let ns = started.elapsed().as_secs_f64() * 1e9 / TOGETHER as f64;
        drop(input);
        child.wait()?;
        Ok(ns)
    };
    there_and_back().unwrap_or(f64::NAN)
}

/// Memory of this process, in bytes.
fn resident() -> f64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text.split_whitespace().nth(1).and_then(|n| n.parse().ok());
    pages.map_or(f64::NAN, |pages: f64| pages * 4096.0)
}

fn median(mut run: impl FnMut() -> f64) -> f64 {
    let figures: Vec<f64> = (0..7).map(|_| run()).collect();
    bencher::stats::median(&figures).unwrap_or(f64::NAN)
}

fn measure(mut evaluators: Vec<(&'static str, Evaluator<u64>)>) {
    println!("per trivial job, {TOGETHER} submitted and gathered at once\n");
    let limits = [
        ("a bare loop", median(bare_loop)),
        ("a channel hop", median(bare_channel)),
        ("a channel hop", median(bare_channel)),
        ("a pipe round trip", median(bare_pipe)),
    ];
    for ((name, evaluator), (limit, limit_ns)) in evaluators.iter_mut().zip(limits) {
        let ns = median(|| jobs(evaluator, TOGETHER, ROUNDS));
        let alone = median(|| jobs(evaluator, 1, 200));
        let goal = match *name {
            "processes(2)" if ns <= 10_000.0 => "   goal 10 us reached",
            "processes(2)" => "   goal 10 us MISSED",
            _ => "",
        };
        println!(
            "{name:<22} {ns:>9.1} ns   {:>7.2} x {limit} ({limit_ns:.1} ns)   one at a time \
             {alone:>9.1} ns{goal}",
            ns / limit_ns
        );
    }
    println!("\nwith a history");
    for (name, evaluator) in &mut evaluators {
        let mut figures = Vec::new();
        for history in [1_000, 100_000] {
            // What came before counts.
            while evaluator.num_jobs_submitted() < history {
                jobs(evaluator, TOGETHER, 1);
            }
            figures.push(median(|| jobs(evaluator, TOGETHER, ROUNDS)));
        }
        let so_far = evaluator.num_jobs_submitted();
        println!("{name:<22} {figures:.1?} ns a job, the second after 100,000 (in all {so_far})");
    }
}

/// What the process of the workers has in memory.
fn probe(evaluator: &mut Evaluator<u64>) -> f64 {
    let gathered = evaluator
        .submit([PROBE, PROBE])
        .and_then(|_| evaluator.gather(Gather::All));
    let values = gathered.iter().flatten().filter_map(JobRecord::value);
    values.fold(0.0, f64::max)
}

fn soak(mut evaluators: Vec<(&'static str, Evaluator<u64>)>) {
    println!("{SOAK} trivial jobs, gathered and dropped\n");
    for (name, evaluator) in &mut evaluators {
        jobs(evaluator, TOGETHER, 100);
        let (here, there) = (resident(), probe(evaluator));
        let ns = jobs(evaluator, TOGETHER, SOAK / TOGETHER);
        let per_job = |before: f64, after: f64| (after - before) / SOAK as f64;
        println!(
            "{name:<22} {ns:>9.1} ns a job   {:>7.3} bytes a job here, {:>7.3} in a worker ({:.1} MB)",
            per_job(here, resident()),
            per_job(there, probe(evaluator)),
            resident() / 1e6,
        );
    }
}

fn main() {
    match evaluators() {
        Ok(evaluators) if std::env::args().any(|arg| arg == "--soak") => soak(evaluators),
        Ok(evaluators) => measure(evaluators),
        Err(error) => panic!("{error}"),
    }
}
