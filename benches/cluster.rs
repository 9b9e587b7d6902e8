//! Sweeps on a cluster of 1,000 simulated workers, through a real server: `cargo xtask bench cluster`.
//!
//! The workers share one process and one core. Each has its own connection, joins, waits for chunks, extends leases and
//! sends results as a real worker does, but runs nothing. The program is a real one, with its store. The server, the
//! program and the workers are processes of their own, so that the kernel says what each takes.

use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use bencher::prelude::*;

/// Says to a process which of the three it is.
const PART: &str = "BENCHER_CLUSTER_BENCH";
/// The number of workers, where the variable `WORKERS` does not say.
const WORKERS: u32 = 1000;
/// The largest memory of the program, in megabytes.
const GOAL: f64 = 300.0;

#[derive(ParametrizedSweep, Clone)]
struct Points {
    #[sweep(bounds(0, 999_999), samples = 10_000)]
    n: u64,
    #[result]
    value: Option<u64>,
}

impl Benchmark for Points {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        self.value = Some(self.n);
        Ok(())
    }
}

fn main() -> ExitCode {
    match std::env::var(PART).as_deref() {
        Ok("program") => bencher::run(|bench: &mut Bench<Points>| {
            let points = std::env::var("POINTS")?.parse()?;
            bench
                .sweep("Points")
                .inputs([Points::N.samples(points)])
                .run()
        }),
        Ok("workers") => match bencher::__private::simulate_cluster_workers(workers()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("the workers: {error}");
                ExitCode::FAILURE
            }
        },
        _ => match measure() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        },
    }
}

fn workers() -> u32 {
    let named = std::env::var("WORKERS").ok();
    named.and_then(|text| text.parse().ok()).unwrap_or(WORKERS)
}

fn measure() -> bencher::Result<()> {
    println!(
        "{} workers; largest memory of program, server and all workers; the goal of the program is {GOAL} MB",
        workers()
    );
    println!("                            CPU µs/point              memory MB");
    println!("   points  seconds  points/s  program server workers  program server workers");
    // `POINTS=100000 WORKERS=5000 cargo xtask bench cluster` measures one case.
    if let Some(points) = std::env::var_os("POINTS") {
        return run(points.to_string_lossy().parse()?);
    }
    for points in [10_000, 100_000, 1_000_000_u64] {
        run(points)?;
    }
    Ok(())
}

fn run(points: u64) -> bencher::Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::start(folder.path())?;
    let part = |name: &str| -> bencher::Result<Command> {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .env(PART, name)
            .env("POINTS", points.to_string())
            .env("BENCHER_NATS", &server.url)
            .env(
                "BENCHER_NATS_CREDENTIALS",
                folder.path().join("credentials"),
            )
            .env("BENCHER_CACHE_DIR", folder.path().join("store"))
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        Ok(command)
    };
    let mut program = part("program")?;
    program.args(["--executor", "cluster", "--no-report", "--print", "none"]);
    let began = Instant::now();
    let mut program = Process(program.spawn()?);
    let mut workers = Process(part("workers")?.spawn()?);
    let (mut own, mut all) = (Use::default(), Use::default());
    let mut of_server = Use::default();
    let status = loop {
        own.look(program.0.id());
        of_server.look(server.child.0.id());
        all.look(workers.0.id());
        if let Some(status) = program.0.try_wait()? {
            break status;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let seconds = began.elapsed().as_secs_f64();
    if !status.success() {
        return Err(format!("the program failed: {status}").into());
    }
    let _ = workers.0.wait();
    println!(
        "{points:9}  {seconds:7.1}  {:8.0}  {:7.1} {:6.1} {:7.1}  {:7.0} {:6.0} {:7.0}",
        points as f64 / seconds,
        own.cpu * 1e6 / points as f64,
        of_server.cpu * 1e6 / points as f64,
        all.cpu * 1e6 / points as f64,
        own.megabytes,
        of_server.megabytes,
        all.megabytes
    );
    if own.megabytes > GOAL {
        return Err(format!("the program took {:.0} MB", own.megabytes).into());
    }
    Ok(())
}

/// A process that ends with this one.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a process took until it was looked at last.
#[derive(Default)]
struct Use {
    /// In seconds.
    cpu: f64,
    megabytes: f64,
}

impl Use {
    fn look(&mut self, process: u32) {
        let read = |name: &str| std::fs::read_to_string(format!("/proc/{process}/{name}"));
        let status = read("status").unwrap_or_default();
        let peak = status.lines().find_map(|line| {
            let kilobytes = line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?;
            kilobytes.trim().parse::<f64>().ok()
        });
        self.megabytes = self.megabytes.max(peak.unwrap_or(0.0) / 1024.0);
        let stat = read("stat").unwrap_or_default();
        let fields: Vec<&str> = stat
            .rsplit(") ")
            .next()
            .unwrap_or_default()
            .split(' ')
            .collect();
        let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok());
        if let (Some(user), Some(system)) = (ticks(11), ticks(12)) {
            // A hundred ticks a second, on Linux always.
            self.cpu = self.cpu.max((user + system) / 100.0);
        }
    }
}

/// A server of a site.
struct Server {
    child: Process,
    url: String,
}

impl Server {
    fn start(folder: &Path) -> bencher::Result<Self> {
        use std::os::unix::fs::PermissionsExt;
        let path = folder.display();
        let config = folder.join("nats.conf");
        let text = format!(
            "host: \"127.0.0.1\"\nport: -1\nports_file_dir: \"{path}\"\nmax_payload: 8MB\n\
             jetstream {{ store_dir: \"{path}/jetstream\" }}\nauthorization {{ token: \"bench\" }}\n"
        );
        std::fs::write(&config, text)?;
        let secret = folder.join("credentials");
        std::fs::write(&secret, "token = bench\n")?;
        std::fs::set_permissions(&secret, PermissionsExt::from_mode(0o600))?;
        let mut command = Command::new("nats-server");
        command.arg("-c").arg(config).stderr(Stdio::null());
        let child = Process(command.spawn()?);
        let ports = folder.join(format!("nats-server_{}.ports", child.0.id()));
        let end = Instant::now() + Duration::from_secs(20);
        while Instant::now() < end {
            let ports = std::fs::read_to_string(&ports).unwrap_or_default();
            let url = ports.split('"').find(|part| part.starts_with("nats://"));
            if let Some(url) = url {
                let url = url.to_owned();
                return Ok(Self { child, url });
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Err("nats-server does not start".into())
    }
}
