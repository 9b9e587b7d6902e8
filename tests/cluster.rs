//! Sweeps on a cluster of processes on this machine: the server, the workers and the program are killed, stopped and
//! refused, and the result is that of a serial run, cell for cell.
#![cfg(all(target_os = "linux", feature = "cluster"))]

#[path = "support/example.rs"]
mod example;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A run of the program on a cluster, which is ended with the test.
struct Run {
    child: Child,
    folder: tempfile::TempDir,
}

impl Drop for Run {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts the program with a store and a folder for temporary files of its own.
fn start(store: &Path, environment: &[(&str, &str)], args: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let child = command(store, folder.path(), environment, args)
        .spawn()
        .unwrap();
    Run { child, folder }
}

fn command(store: &Path, folder: &Path, environment: &[(&str, &str)], args: &[&str]) -> Command {
    let mut command = example::example("clustered", store);
    command
        .args(["--no-report", "--output", "json"])
        .args(args)
        .envs(environment.iter().copied())
        .env("TMPDIR", folder)
        .stdout(Stdio::from(
            std::fs::File::create(folder.join("stdout")).unwrap(),
        ))
        .stderr(Stdio::from(
            std::fs::File::create(folder.join("stderr")).unwrap(),
        ));
    command
}

const LOCAL: [&str; 4] = ["--executor", "cluster", "--launch", "local:3"];
/// Samples long enough that something can happen in between.
const SLOW: (&str, &str) = ("NUMBERS_PAUSE", "30");

impl Run {
    /// Polls until something is there.
    fn until<T>(&mut self, what: &str, mut found: impl FnMut(&Self) -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = found(self) {
                return found;
            }
            let over = self.child.try_wait().unwrap();
            assert!(
                over.is_none() && Instant::now() < end,
                "{what} (ended: {over:?})\n{}",
                self.text("stderr")
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn text(&self, name: &str) -> String {
        let bytes = std::fs::read(self.folder.path().join(name)).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Waits until this number of samples are done.
    fn until_done(&mut self, count: usize) {
        self.until("samples are done", |run| {
            let done = run.text("stdout").matches("\"event\":\"sample\"").count();
            (done >= count).then_some(())
        });
    }

    /// Waits for the end: the exit status.
    fn end(&mut self) -> Option<i32> {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(
                Instant::now() < end,
                "it does not end\n{}",
                self.text("stderr")
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The processes that this run has started, and that have a text in their command line or environment.
    fn processes(&self, has: &str) -> Vec<u32> {
        let marker = format!("TMPDIR={}", self.folder.path().display());
        let all = std::fs::read_dir("/proc")
            .unwrap()
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        all.filter(|process: &u32| {
            let read = |name: &str| {
                let bytes = std::fs::read(format!("/proc/{process}/{name}")).unwrap_or_default();
                String::from_utf8_lossy(&bytes).into_owned()
            };
            let (environment, command) = (read("environ"), read("cmdline"));
            *process != self.child.id()
                && environment.contains(&marker)
                && (environment.contains(has) || command.contains(has))
        })
        .collect()
    }

    fn workers(&self) -> Vec<u32> {
        self.processes("BENCHER_CLUSTER_WORKER=true")
    }

    /// Nothing of this run is left: no process and no file.
    fn leaves_nothing(&mut self) {
        let end = Instant::now() + PATIENCE;
        loop {
            let processes = self.processes("");
            let files: Vec<_> = std::fs::read_dir(self.folder.path())
                .unwrap()
                .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
                .filter(|name| name != "stdout" && name != "stderr")
                .collect();
            if processes.is_empty() && files.is_empty() {
                return;
            }
            assert!(Instant::now() < end, "left: {processes:?} {files:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

fn signal(process: u32, name: &str) {
    let status = Command::new("kill")
        .args([format!("-{name}"), process.to_string()])
        .status();
    assert!(status.unwrap().success(), "{name} {process}");
}

/// The value of every point, or the reason why it has none.
fn cells(stdout: &str) -> BTreeMap<u64, Value> {
    let mut cells = BTreeMap::new();
    for line in stdout.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        if event["event"] == "sample" {
            let n = event["inputs"]["n"].as_u64().unwrap();
            let value = event.get("results").or(event.get("outcome")).cloned();
            let earlier = cells.insert(n, value.unwrap_or_default());
            assert!(earlier.is_none(), "a second sample of n={n}");
        }
    }
    cells
}

/// The cells of a serial run.
fn serial(environment: &[(&str, &str)]) -> BTreeMap<u64, Value> {
    let store = tempfile::tempdir().unwrap();
    let mut run = start(store.path(), environment, &[]);
    run.end();
    cells(&run.text("stdout"))
}

#[test]
fn one_command_runs_a_sweep_on_a_cluster_and_leaves_nothing_behind() {
    let store = tempfile::tempdir().unwrap();
    let mut run = start(store.path(), &[], &LOCAL);
    assert_eq!(run.end(), Some(0), "{}", run.text("stderr"));
    let found = cells(&run.text("stdout"));
    assert_eq!(found.len(), 120);
    assert_eq!(found, serial(&[]));
    run.leaves_nothing();
}

#[test]
fn a_killed_worker_a_killed_server_and_a_stopped_worker_cost_no_sample() {
    let store = tempfile::tempdir().unwrap();
    let mut run = start(store.path(), &[SLOW], &LOCAL);
    run.until_done(5);
    let worker = run.until("a worker", |run| run.workers().first().copied());
    signal(worker, "KILL");
    run.until_done(15);
    // It holds a chunk and says nothing: the lease ends, and others do the jobs.
    let stopped = run.until("a worker", |run| run.workers().last().copied());
    signal(stopped, "STOP");
    run.until_done(30);
    let server = run.until("the server", |run| {
        run.processes("nats.conf").first().copied()
    });
    signal(server, "KILL");
    assert_eq!(run.end(), Some(0), "{}", run.text("stderr"));
    assert_eq!(cells(&run.text("stdout")), serial(&[]));
    run.leaves_nothing();
}

#[test]
fn a_program_that_is_killed_leaves_nothing_and_goes_on_when_it_is_started_again() {
    let store = tempfile::tempdir().unwrap();
    let mut first = start(store.path(), &[SLOW], &LOCAL);
    first.until_done(20);
    signal(first.child.id(), "KILL");
    assert_eq!(first.end(), None, "by a signal");
    first.leaves_nothing();

    let mut second = start(store.path(), &[SLOW], &LOCAL);
    assert_eq!(second.end(), Some(0), "{}", second.text("stderr"));
    let stdout = second.text("stdout");
    let hits = stdout.matches("\"state\":\"cached\"").count();
    let finish = stdout
        .lines()
        .find(|line| line.contains("\"event\":\"finish\""));
    let finish: Value = serde_json::from_str(finish.unwrap()).unwrap();
    assert!(
        finish["counts"]["hits"].as_u64().unwrap() >= 20,
        "{finish} {hits}"
    );
    assert_eq!(finish["counts"]["failed"], 0);
    second.leaves_nothing();
}

#[test]
fn an_interrupted_program_leaves_nothing_behind() {
    let store = tempfile::tempdir().unwrap();
    let mut run = start(store.path(), &[SLOW], &LOCAL);
    run.until_done(5);
    signal(run.child.id(), "INT");
    assert_eq!(run.end(), Some(130), "{}", run.text("stderr"));
    run.leaves_nothing();
}

#[test]
fn a_poisoned_a_crashing_and_a_hung_point_fail_alone() {
    let environment = [
        ("NUMBERS_FAIL", "3"),
        ("NUMBERS_ABORT", "50"),
        ("NUMBERS_HANG", "70"),
    ];
    let store = tempfile::tempdir().unwrap();
    let limits = ["--job-timeout", "1s", "--retries", "1"];
    let mut run = start(store.path(), &environment, &[&LOCAL[..], &limits].concat());
    assert_eq!(run.end(), Some(1), "{}", run.text("stderr"));
    let stdout = run.text("stdout");
    let mut expected = serial(&[]);
    let mut found = cells(&stdout);
    for n in [3, 50, 70] {
        expected.remove(&n);
        found.remove(&n);
        let line = stdout
            .lines()
            .find(|line| line.contains(&format!("\"inputs\":{{\"n\":{n}}}")));
        let event: Value = serde_json::from_str(line.unwrap()).unwrap();
        let state = if n == 70 { "timed out" } else { "failed" };
        assert_eq!(event["state"], state, "{event}");
    }
    assert_eq!(found, expected);
    run.leaves_nothing();
}

#[test]
fn two_workers_on_one_host_run_one_timed_sample_at_a_time() {
    let store = tempfile::tempdir().unwrap();
    let log = store.path().join("log");
    std::fs::write(&log, "").unwrap();
    let log = log.display().to_string();
    let args = ["--executor", "cluster", "--launch", "local:2"];
    let args = [&args[..], &["--side-by-side", "--repeats", "3"]].concat();
    let mut run = start(store.path(), &[("TIMED_LOG", &log)], &args);
    assert_eq!(run.end(), Some(0), "{}", run.text("stderr"));
    let text = std::fs::read_to_string(&log).unwrap();
    let mut times: Vec<Vec<u128>> = text
        .lines()
        .map(|line| line.split(' ').map(|n| n.parse().unwrap()).collect())
        .collect();
    times.sort();
    assert_eq!(times.len(), 60);
    for (before, after) in times.iter().zip(times.iter().skip(1)) {
        assert!(before[1] <= after[0], "side by side: {before:?} {after:?}");
    }
    run.leaves_nothing();
}

#[test]
fn hosts_are_shown_while_and_after_they_work_here_and_in_another_terminal() {
    let store = tempfile::tempdir().unwrap();
    let mut run = start(store.path(), &[SLOW], &LOCAL);
    let event = run.until("the state of the cluster", |run| {
        let text = run.text("stdout");
        let mut lines = text
            .lines()
            .filter(|line| line.contains("\"event\":\"cluster\""));
        serde_json::from_str::<Value>(lines.next()?).ok()
    });
    assert_eq!(event["hosts"][0]["workers"], 3, "{event}");
    let folder = tempfile::tempdir().unwrap();
    let status = |output: &str| {
        let args = ["--status", "--output", output];
        let mut command = example::example("clustered", store.path());
        let shown = command.args(args).env("TMPDIR", folder.path()).output();
        String::from_utf8(shown.unwrap().stdout).unwrap()
    };
    let text = status("text");
    assert!(
        text.starts_with("sweep \"Numbers\" (process ") && text.contains(" of 120 samples"),
        "{text}"
    );
    let state: Value = serde_json::from_str(&status("json")).unwrap();
    assert_eq!(state["process"], run.child.id());
    assert_eq!(run.end(), Some(0), "{}", run.text("stderr"));
    let shares = run.text("stdout");
    let last = shares
        .lines()
        .rfind(|line| line.contains("\"event\":\"cluster\""));
    let last: Value = serde_json::from_str(last.unwrap()).unwrap();
    assert_eq!(last["hosts"][0]["jobs"], 120, "{last}");
    assert!(status("text").starts_with("no sweep runs on a cluster"));
}

/// A server of a site, as a user would start it.
struct Site {
    server: Child,
    folder: tempfile::TempDir,
    url: String,
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Site {
    fn start() -> Self {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().display().to_string();
        let config = folder.path().join("nats.conf");
        let text = format!(
            "host: \"127.0.0.1\"\nport: -1\nports_file_dir: \"{path}\"\n\
             jetstream {{ store_dir: \"{path}/jetstream\" }}\n\
             authorization {{ user: \"me\", password: \"secret of the site\" }}\n"
        );
        std::fs::write(&config, text).unwrap();
        let secret = folder.path().join("credentials");
        std::fs::write(&secret, "user = me\npassword = secret of the site\n").unwrap();
        std::fs::set_permissions(&secret, PermissionsExt::from_mode(0o600)).unwrap();
        let mut server = Command::new("nats-server")
            .arg("-c")
            .arg(config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let ports = folder
            .path()
            .join(format!("nats-server_{}.ports", server.id()));
        let end = Instant::now() + PATIENCE;
        let url = loop {
            let text = std::fs::read(&ports).unwrap_or_default();
            if let Ok(ports) = serde_json::from_slice::<Value>(&text)
                && let Some(url) = ports["nats"][0].as_str()
            {
                break url.to_owned();
            }
            assert!(Instant::now() < end && server.try_wait().unwrap().is_none());
            std::thread::sleep(Duration::from_millis(5));
        };
        Self {
            server,
            folder,
            url,
        }
    }

    fn options(&self) -> Vec<String> {
        let secret = self.folder.path().join("credentials").display().to_string();
        ["--nats", &self.url, "--nats-credentials", &secret]
            .map(str::to_owned)
            .to_vec()
    }

    fn run(&self, store: &Path, environment: &[(&str, &str)], args: &[&str]) -> Run {
        let options = self.options();
        let options = options.iter().map(String::as_str);
        let args: Vec<&str> = options.chain(args.iter().copied()).collect();
        start(store, environment, &args)
    }
}

#[test]
fn workers_that_are_started_by_hand_join_late_and_leave_with_notice() {
    let (site, store) = (Site::start(), tempfile::tempdir().unwrap());
    // A worker may be there before the program.
    let mut early = site.run(store.path(), &[], &["--cluster-worker"]);
    let mut run = site.run(store.path(), &[SLOW], &["--executor", "cluster"]);
    run.until_done(5);
    let mut late = site.run(store.path(), &[], &["--cluster-worker"]);
    run.until_done(20);
    // It ends its sample, gives the others back, and leaves.
    signal(early.child.id(), "TERM");
    assert_eq!(early.end(), Some(0), "{}", early.text("stderr"));
    assert_eq!(run.end(), Some(0), "{}", run.text("stderr"));
    assert_eq!(cells(&run.text("stdout")), serial(&[]));
    signal(late.child.id(), "TERM");
    assert_eq!(late.end(), Some(0), "{}", late.text("stderr"));
    for ended in [&run, &early, &late] {
        let printed = ended.text("stdout") + &ended.text("stderr");
        assert!(!printed.contains("secret of the site"), "{printed}");
    }
}

#[test]
fn a_program_that_is_killed_finds_what_its_workers_did_in_between() {
    let (site, store) = (Site::start(), tempfile::tempdir().unwrap());
    let mut worker = site.run(store.path(), &[], &["--cluster-worker"]);
    let mut first = site.run(store.path(), &[SLOW], &["--executor", "cluster"]);
    first.until_done(10);
    signal(first.child.id(), "KILL");
    first.end();
    let mut second = site.run(store.path(), &[SLOW], &["--executor", "cluster"]);
    assert_eq!(second.end(), Some(0), "{}", second.text("stderr"));
    signal(worker.child.id(), "TERM");
    assert_eq!(worker.end(), Some(0), "{}", worker.text("stderr"));
    let mut all = start(store.path(), &[], &[]);
    assert_eq!(all.end(), Some(0));
    let finish = all.text("stdout");
    assert!(
        finish.contains("\"executed\":0") && finish.contains("\"hits\":120"),
        "{finish}"
    );
}

#[test]
fn a_worker_of_other_code_is_refused_with_a_message() {
    let (site, store) = (Site::start(), tempfile::tempdir().unwrap());
    let mut run = site.run(
        store.path(),
        &[SLOW],
        &["--executor", "cluster", "--launch", "local:1"],
    );
    run.until_done(1);
    let program = example::example("clustered", store.path());
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("clustered");
    let mut bytes = std::fs::read(program.get_program()).unwrap();
    // Bytes behind the end of an executable change nothing but its digest.
    bytes.extend(b"another build");
    std::fs::write(&other, bytes).unwrap();
    std::fs::set_permissions(&other, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let refused = Command::new(&other)
        .args(site.options())
        .arg("--cluster-worker")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{errors}");
    assert!(errors.contains("built from other code"), "{errors}");
    let refused = Command::new(program.get_program())
        .args(site.options())
        .arg("--cluster-worker")
        .env("BENCHER_CLUSTER_SWEEP", "0123")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        errors.contains("started for another sweep: for 0123"),
        "{errors}"
    );
    assert_eq!(run.end(), Some(0), "{}", run.text("stderr"));
    let printed = run.text("stdout") + &run.text("stderr");
    assert!(printed.contains("2 workers were refused"), "{printed}");
}

#[test]
fn a_sweep_that_is_not_the_same_in_a_worker_fails_with_the_reason() {
    let store = tempfile::tempdir().unwrap();
    let mut run = start(store.path(), &[("NUMBERS_CHANGE", "1")], &LOCAL);
    assert_eq!(run.end(), Some(1));
    let printed = run.text("stdout") + &run.text("stderr");
    assert!(
        printed.contains("is not the same in a worker process"),
        "{printed}"
    );
    run.leaves_nothing();
}

#[test]
fn mistakes_are_told_before_anything_runs() {
    let store = tempfile::tempdir().unwrap();
    for (environment, args, expected) in [
        (
            &[("BENCHER_NATS_SERVER", "/nowhere/nats-server")][..],
            &LOCAL[..],
            "BENCHER_NATS_SERVER names /nowhere/nats-server, which is no file",
        ),
        (
            &[],
            &["--executor", "cluster", "--launch", "moon:3"],
            "there is no launcher `moon`",
        ),
        (
            &[],
            &["--executor", "cluster", "--nats", "nats://me:hidden@host"],
            "--nats-credentials",
        ),
        (&[], &["--cluster-worker"], "no server is named"),
        (
            &[],
            &["--executor", "cluster", "--nats", "nats://127.0.0.1:1"],
            "nats://127.0.0.1:1 cannot be reached",
        ),
    ] {
        let mut run = start(store.path(), environment, args);
        assert_ne!(run.end(), Some(0));
        let errors = run.text("stderr");
        assert!(errors.contains(expected), "{args:?}: {errors}");
        assert!(!errors.contains("hidden"), "{errors}");
        run.leaves_nothing();
    }
}
