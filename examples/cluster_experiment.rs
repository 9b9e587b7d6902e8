//! What does an experiment of many processes lose when they die? Workers share one work list over a factor sweep
//! with sub-sweeps. One of them is killed; then everybody is, the leader too. The experiment goes on with `-c`:
//! nothing is lost, and nothing that was done is done twice.
//!
//! `cargo run --release --example cluster_experiment`

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use bencher::engine::clap::{self, Arg};
use bencher::engine::{Engine, EngineContext, EngineResult, Metadata, start};
use bencher::space::{Combination, FactorLevel, Factors, sweep};
use bencher::sweeper::{ElementState, ParamSweeper, SweeperOptions, sweep_stats};
use bencher::var::SweepValue;

/// What this process is: a leader, or a worker in the directory of a run; without it, who kills them.
const ROLE: &str = "CLUSTER_EXPERIMENT_ROLE";

fn combinations() -> EngineResult<Vec<Combination>> {
    let radix = FactorLevel::new("radix").with("bits", [4, 8, 11]);
    let merge = FactorLevel::new("merge").with("runs", [8, 32]);
    let factors = Factors::new()
        .with("algo", [FactorLevel::new("quick"), radix, merge])
        .with("len", [20_000, 60_000, 180_000])
        .with("seed", 0..10);
    Ok(sweep(&factors)?.iter().collect())
}

fn open(dir: &Path) -> EngineResult<ParamSweeper<Combination>> {
    let options = SweeperOptions::new(dir.join("sweep")).name("sorting");
    Ok(options.open(combinations()?)?)
}

/// What any experiment with workers has. Here they are processes of one machine; a cluster's queue would start
/// them on many that share the directory.
#[derive(Default)]
struct Workers {
    running: Vec<Child>,
}

impl Engine for Workers {
    fn options(&self, command: clap::Command) -> clap::Command {
        let workers = Arg::new("workers").long("workers").default_value("3");
        command.arg(
            workers
                .value_parser(clap::value_parser!(u8))
                .help("How many workers"),
        )
    }

    fn run(&mut self, cx: &mut EngineContext) -> EngineResult {
        for _ in 0..cx.args().get_one("workers").copied().unwrap_or(3_u8) {
            let mut worker = Command::new(std::env::current_exe()?);
            worker.env(ROLE, cx.result_dir()).stdin(Stdio::null());
            self.running.push(worker.spawn()?);
        }
        Ok(())
    }
}

#[derive(Default)]
struct ClusterExperiment {
    workers: Workers,
}

impl Engine for ClusterExperiment {
    fn ancestors(&mut self) -> Vec<&mut dyn Engine> {
        vec![&mut self.workers]
    }

    fn result_dir(&self, run_name: &str) -> Option<PathBuf> {
        Some(
            bencher::store::default_root()
                .join("experiments")
                .join(run_name),
        )
    }

    fn run(&mut self, cx: &mut EngineContext) -> EngineResult {
        println!("directory {}", cx.result_dir().display());
        let sweeper = open(cx.result_dir())?;
        if let Some(worker) = self
            .workers
            .running
            .first_mut()
            .filter(|_| !cx.is_continued())
        {
            wait_until(&sweeper, sweeper.len() / 3)?;
            worker.kill()?;
            println!("a worker is killed:  {sweeper}");
        }
        for worker in &mut self.workers.running {
            worker.wait()?;
        }
        sweeper.update()?;
        println!(
            "the work is done:    {sweeper}\n\n{}\n",
            by_algorithm(&sweeper)?
        );
        Ok(())
    }
}

/// What a worker does: the list says what, and keeps what came out. Where all the rest is with others, it waits, since
/// they may die.
fn work(dir: &Path) -> EngineResult {
    let sweeper = open(dir)?;
    while let Some(combination) = sweeper.wait_next(Duration::from_secs(30))? {
        log(dir, "begun", &combination)?;
        let seconds = measure(&combination);
        sweeper.done_with(&combination, &seconds)?;
        log(dir, "done", &combination)?;
    }
    Ok(())
}

fn log(dir: &Path, what: &str, combination: &Combination) -> std::io::Result<()> {
    let mut log = OpenOptions::new()
        .append(true)
        .create(true)
        .open(dir.join("log"))?;
    // One write, so that it is there whole or not at all.
    log.write_all(format!("{what} {combination}\n").as_bytes())
}

/// How often the log says something of each combination.
fn logged(dir: &Path, what: &str) -> std::io::Result<BTreeMap<String, usize>> {
    let mut times = BTreeMap::new();
    for line in fs::read_to_string(dir.join("log"))?.lines() {
        if let Some((_, combination)) = line.split_once(' ').filter(|(event, _)| *event == what) {
            *times.entry(combination.to_owned()).or_default() += 1;
        }
    }
    Ok(times)
}

fn measure(combination: &Combination) -> f64 {
    let number = |name| combination.get(name).and_then(u32::from_value).unwrap_or(0);
    let mut random = u64::from(number("seed")).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let data: Vec<u32> = (0..number("len"))
        .map(|_| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            (random >> 32) as u32
        })
        .collect();
    let times = (0..5).map(|_| {
        let mut data = data.clone();
        let started = Instant::now();
        match (number("bits"), number("runs")) {
            (0, 0) => data.sort_unstable(),
            (0, runs) => merge_sort(&mut data, runs as usize),
            (bits, _) => radix_sort(&mut data, bits),
        }
        let seconds = started.elapsed().as_secs_f64();
        assert!(data.is_sorted());
        seconds
    });
    times.fold(f64::INFINITY, f64::min)
}

fn merge_sort(data: &mut [u32], runs: usize) {
    if data.len() <= runs {
        for end in 1..data.len() {
            let place = data[..end].partition_point(|n| *n <= data[end]);
            data[place..=end].rotate_right(1);
        }
        return;
    }
    let middle = data.len() / 2;
    merge_sort(&mut data[..middle], runs);
    merge_sort(&mut data[middle..], runs);
    let front = data[..middle].to_vec();
    let (mut from, mut to) = (middle, 0);
    for n in front {
        while from < data.len() && data[from] < n {
            data[to] = data[from];
            (from, to) = (from + 1, to + 1);
        }
        data[to] = n;
        to += 1;
    }
}

fn radix_sort(data: &mut Vec<u32>, bits: u32) {
    let digit = |n: u32, shift: u32| (n >> shift & ((1 << bits) - 1)) as usize;
    for shift in (0..u32::BITS).step_by(bits as usize) {
        let mut places = vec![0; (1 << bits) + 1];
        for n in &*data {
            places[digit(*n, shift) + 1] += 1;
        }
        for at in 0..1 << bits {
            places[at + 1] += places[at];
        }
        let mut sorted = vec![0; data.len()];
        for n in &*data {
            let place = &mut places[digit(*n, shift)];
            sorted[*place] = *n;
            *place += 1;
        }
        *data = sorted;
    }
}

/// The times that the work list kept, of the longest inputs.
fn by_algorithm(sweeper: &ParamSweeper<Combination>) -> EngineResult<String> {
    let mut times: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for combination in sweeper.get_done() {
        let mut parts = combination
            .iter()
            .filter(|(name, _)| !["len", "seed"].contains(name));
        let name = parts
            .by_ref()
            .map(|(_, value)| value.to_string())
            .collect::<Vec<_>>()
            .join(" ");
        let time = sweeper
            .info(&combination)?
            .and_then(|info| info.result::<f64>());
        if combination.get("len") == Some(&180_000.into()) {
            times.entry(name).or_default().extend(time);
        }
    }
    let lines = times.iter().map(|(name, times)| {
        let median = bencher::stats::median(times).unwrap_or(f64::NAN) * 1e3;
        format!("{name:<9} {median:>7.2} ms for 180,000 numbers")
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

fn wait_until(sweeper: &ParamSweeper<Combination>, done: usize) -> EngineResult {
    let started = Instant::now();
    loop {
        sweeper.update()?;
        if sweeper.get_done().len() >= done {
            return Ok(());
        }
        if started.elapsed() > Duration::from_secs(120) {
            return Err("nobody does anything".into());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Starts the experiment, kills all of it at two thirds, and goes on.
fn drill() -> EngineResult {
    let this = std::env::current_exe()?;
    let args: Vec<_> = std::env::args_os().skip(1).collect();
    let mut leader = Command::new(&this);
    // A group of their own, so that they can be killed with one signal.
    leader.args(&args).env(ROLE, "leader").process_group(0);
    let mut leader = leader.stdout(Stdio::piped()).spawn()?;
    let mut lines = BufReader::new(leader.stdout.take().ok_or("no output")?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let Some(dir) = first.strip_prefix("directory ").map(PathBuf::from) else {
        // It was only asked for help, or did not like what it was told.
        println!("{first}");
        lines.for_each(|line| println!("{}", line.unwrap_or_default()));
        return if leader.wait()?.success() {
            Ok(())
        } else {
            Err("it did not begin".into())
        };
    };
    let sweeper = open(&dir)?;
    wait_until(&sweeper, sweeper.len() * 2 / 3)?;
    let group = format!("-{}", leader.id());
    Command::new("kill")
        .args(["-KILL", "--", &group])
        .status()?;
    leader.wait()?;
    lines
        .map_while(Result::ok)
        .for_each(|line| println!("{line}"));

    let acknowledged = logged(&dir, "done")?;
    sweeper.update()?;
    println!("all are killed:      {sweeper}");
    for level in sweep_stats(&sweeper.stats())
        .levels()
        .iter()
        .filter(|level| level.factor == "algo")
    {
        println!(
            "  {:<17}  {} of {} done",
            level.level, level.done, level.total
        );
    }
    let done: BTreeSet<String> = sweeper.get_done().iter().map(ToString::to_string).collect();
    assert!(
        acknowledged
            .keys()
            .all(|combination| done.contains(combination)),
        "nothing is lost"
    );
    assert!(
        sweeper.get_inprogress().is_empty(),
        "what they had in hand came back"
    );
    assert_eq!(
        Metadata::load(&dir)?.runs[0].end,
        None,
        "the first run has no end"
    );
    drop(sweeper);

    let mut second = Command::new(this);
    let ended = second
        .args(&args)
        .arg("-c")
        .arg(&dir)
        .env(ROLE, "leader")
        .status()?;
    assert!(ended.success());
    let sweeper = open(&dir)?;
    assert_eq!(sweeper.get_done().len(), sweeper.len());
    assert!(
        logged(&dir, "done")?.values().all(|times| *times == 1),
        "nothing is repeated"
    );
    let begun = logged(&dir, "begun")?;
    let twice = begun.values().filter(|times| **times > 1).count();
    println!(
        "{} combinations, {twice} begun twice since their workers were killed",
        sweeper.len()
    );
    for run in Metadata::load(&dir)?.runs {
        println!(
            "run {}: {}",
            run.name,
            run.status.as_deref().unwrap_or("has no end")
        );
    }
    let retried = |combination: &Combination| {
        let info = sweeper.info(combination).ok().flatten();
        info.is_some_and(|info| info.state == ElementState::Done && info.attempts > 1)
    };
    assert!(sweeper.get_done().iter().filter(|c| retried(c)).count() >= twice);
    Ok(())
}

fn main() -> ExitCode {
    let ended = match std::env::var_os(ROLE) {
        // A run to go on with is wanted, not the drill, which begins one and goes on with it itself.
        None if std::env::args().any(|arg| arg == "--continue" || arg.starts_with("-c")) => {
            return start(&mut ClusterExperiment::default());
        }
        None => drill(),
        Some(role) if role == "leader" => return start(&mut ClusterExperiment::default()),
        Some(dir) => work(Path::new(&dir)),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
