//! Runs of the program `clustered` on a cluster of this machine, and the servers that they use.
#![allow(dead_code, reason = "each test program uses some of it")]

#[path = "example.rs"]
pub(crate) mod example;
mod site;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

pub(crate) use site::Site;

/// How long anything may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// A run of the program on a cluster, which is ended with the test.
pub(crate) struct Run {
    pub(crate) child: Child,
    pub(crate) folder: tempfile::TempDir,
}

impl Drop for Run {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts the program with a store and a folder for temporary files of its own.
pub(crate) fn start(store: &Path, environment: &[(&str, &str)], args: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(store, folder.path(), environment, args);
    Run {
        child: command.spawn().unwrap(),
        folder,
    }
}

pub(crate) fn command(
    store: &Path,
    folder: &Path,
    environment: &[(&str, &str)],
    args: &[&str],
) -> Command {
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

pub(crate) const LOCAL: [&str; 4] = ["--executor", "cluster", "--launch", "local:3"];
/// Samples long enough that something can happen in between.
pub(crate) const SLOW: (&str, &str) = ("NUMBERS_PAUSE", "30");

impl Run {
    /// Polls until something is there.
    pub(crate) fn until<T>(&mut self, what: &str, mut found: impl FnMut(&Self) -> Option<T>) -> T {
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

    pub(crate) fn text(&self, name: &str) -> String {
        let bytes = std::fs::read(self.folder.path().join(name)).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The last state of the cluster that it printed.
    pub(crate) fn last_state(&self) -> Value {
        let text = self.text("stdout");
        let mut lines = text.lines();
        let line = lines.rfind(|line| line.contains("\"event\":\"cluster\""));
        serde_json::from_str(line.unwrap()).unwrap()
    }

    /// Waits until this number of samples are done.
    pub(crate) fn until_done(&mut self, count: usize) {
        self.until("samples are done", |run| {
            let done = run.text("stdout").matches("\"event\":\"sample\"").count();
            (done >= count).then_some(())
        });
    }

    /// Waits for the end: the exit status.
    pub(crate) fn end(&mut self) -> Option<i32> {
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
    pub(crate) fn processes(&self, has: &str) -> Vec<u32> {
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

    pub(crate) fn workers(&self) -> Vec<u32> {
        self.processes("BENCHER_CLUSTER_WORKER=true")
    }

    /// Nothing of this run is left: no process and no file.
    pub(crate) fn leaves_nothing(&mut self) {
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

pub(crate) fn signal(process: u32, name: &str) {
    let status = Command::new("kill")
        .args([format!("-{name}"), process.to_string()])
        .status();
    assert!(status.unwrap().success(), "{name} {process}");
}

/// The value of every point, or the reason why it has none.
pub(crate) fn cells(stdout: &str) -> BTreeMap<u64, Value> {
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
pub(crate) fn serial(environment: &[(&str, &str)]) -> BTreeMap<u64, Value> {
    let store = tempfile::tempdir().unwrap();
    let mut run = start(store.path(), environment, &[]);
    run.end();
    cells(&run.text("stdout"))
}
