//! A sweep on three simulated hosts, of which everything fails that can: the result is that of a serial run, cell for
//! cell. Where hosts cannot be simulated, their workers are processes of this one, and no host is unplugged.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cluster::{Run, Site, cells, command, example, serial, signal};
use crate::hosts::{Hosts, fast_clock};

const USER: &str = "authorization { user: \"me\", password: \"secret\" }";
const SECRET: &str = "user = me\npassword = secret\n";
/// How long a host is unplugged.
const UNPLUGGED: Duration = Duration::from_secs(10);

/// A worker on a host.
fn worker(hosts: Option<&Hosts>, host: usize, site: &Site, environment: &[(&str, &str)]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let options = site.options();
    let mut args: Vec<&str> = options.iter().map(String::as_str).collect();
    args.push("--cluster-worker");
    let here = command(folder.path(), folder.path(), environment, &args);
    let output = |name: &str| std::fs::File::create(folder.path().join(name)).unwrap();
    let mut there = match hosts {
        Some(hosts) => hosts.on(host, &here),
        None => here,
    };
    there.stdout(output("stdout")).stderr(output("stderr"));
    Run {
        child: there.spawn().unwrap(),
        folder,
    }
}

/// The worker process of a worker.
fn child_of(worker: &mut Run) -> u32 {
    let parent = worker.child.id();
    worker.until("a worker process", |_| {
        let children = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"));
        let threads = std::fs::read_dir(format!("/proc/{parent}/task")).ok()?;
        let of_threads = threads
            .flatten()
            .filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
        let all: String = of_threads.chain(children.ok()).collect();
        all.split_whitespace().next()?.parse().ok()
    })
}

fn program(site: &Site, store: &Path) -> Run {
    let limits = ["--job-timeout", "2s", "--retries", "2"];
    site.run(
        store,
        &[],
        &[&["--executor", "cluster"][..], &limits].concat(),
    )
}

#[test]
fn whatever_fails_the_result_is_that_of_a_serial_run() {
    let hosts = Hosts::new(3);
    let hosts = hosts.as_ref();
    let address = hosts.map_or_else(|| "127.0.0.1".to_owned(), Hosts::hub);
    let mut site = Site::start_on(&address, true, USER, SECRET);
    let store = tempfile::tempdir().unwrap();
    let tools = tempfile::tempdir().unwrap();
    let fast = fast_clock(tools.path());
    // One point never works, one hangs.
    let slow = [
        ("NUMBERS_PAUSE", "200"),
        ("NUMBERS_FAIL", "3"),
        ("NUMBERS_HANG", "40"),
    ];
    let ahead = [&slow[..], &[("LD_PRELOAD", &fast)]].concat();

    let mut first = worker(hosts, 1, &site, &ahead);
    let mut second = worker(hosts, 2, &site, &slow);
    let mut third = worker(hosts, 3, &site, &slow);
    let mut run = program(&site, store.path());
    run.until_done(6);

    signal(child_of(&mut first), "KILL");
    signal(second.child.id(), "KILL");
    second.end();
    let mut late = worker(hosts, 2, &site, &slow);
    if let Some(hosts) = hosts {
        hosts.plug(3, "down");
    }
    let unplugged = Instant::now();
    run.until_done(20);
    site.kill_and_restart();
    run.until_done(30);
    signal(run.child.id(), "KILL");
    assert_eq!(run.end(), None);
    let mut run = program(&site, store.path());
    run.until_done(45);
    // It is asked to leave, as at the end of its time in a queue: it finishes its sample, and gives back the others.
    signal(first.child.id(), "TERM");
    assert_eq!(first.end(), Some(0), "{}", first.text("stderr"));
    // The run may end before.
    while unplugged.elapsed() < UNPLUGGED {
        std::thread::sleep(Duration::from_millis(50));
    }
    if let Some(hosts) = hosts {
        hosts.plug(3, "up");
    }
    assert_eq!(run.end(), Some(1), "{}", run.text("stderr"));

    let stdout = run.text("stdout");
    let (mut found, mut expected) = (cells(&stdout), serial(&[]));
    assert_eq!(found.len(), 120);
    for (n, state) in [(3, "failed"), (40, "timed out")] {
        expected.remove(&n);
        found.remove(&n);
        let line = stdout
            .lines()
            .find(|line| line.contains(&format!("\"inputs\":{{\"n\":{n}}}")));
        let event: Value = serde_json::from_str(line.unwrap()).unwrap();
        assert_eq!(event["state"], state, "{event}");
    }
    assert_eq!(found, expected);
    let state = stdout
        .lines()
        .rfind(|line| line.contains("\"event\":\"cluster\""));
    let state: Value = serde_json::from_str(state.unwrap()).unwrap();
    if hosts.is_some() {
        let names: Vec<&str> = (state["hosts"].as_array().unwrap().iter())
            .filter_map(|host| host["host"].as_str())
            .collect();
        assert!(names.contains(&"n1") && names.contains(&"n2"), "{state}");
    }
    // The host that was unplugged takes part again, or ends with the sweep.
    for worker in [&mut late, &mut third] {
        if worker.child.try_wait().unwrap().is_none() {
            signal(worker.child.id(), "TERM");
        }
        assert_eq!(worker.end(), Some(0), "{}", worker.text("stderr"));
    }
}

/// Runs a program twice in a file system of its own: it is too small at first.
const TWO_RUNS: &str = r#"
place="$1"; shift
mount -t tmpfs -o size=180k,mode=700 tmpfs "$place" || exit 99
"$@"; first=$?
mount -o remount,size=200m "$place"
echo "=== plenty"
"$@"; second=$?
echo "=== $first $second"
"#;

#[test]
fn a_full_disk_of_the_program_loses_nothing_that_was_stored() {
    let (store, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let program = example::example("clustered", store.path());
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", TWO_RUNS, "sh"])
        .arg(store.path())
        .arg(program.get_program())
        .args(["--no-report", "--output", "json", "--repeats", "100"])
        .args(["--executor", "cluster", "--launch", "local:2"])
        .env("BENCHER_CACHE_DIR", store.path())
        .env("TMPDIR", folder.path())
        .output()
        .expect("`unshare` (Debian: util-linux) gives the test a file system of its own");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stdout.ends_with("=== 1 0\n"), "{stderr}");
    assert!(stderr.contains("free some space"), "{stderr}");
    let (full, plenty) = stdout.split_once("=== plenty").unwrap();
    let counts = |text: &str| -> (u64, u64) {
        let line = text
            .lines()
            .find(|line| line.contains("\"event\":\"finish\""))
            .unwrap();
        let event: Value = serde_json::from_str(line).unwrap();
        let count = |name: &str| event["counts"][name].as_u64().unwrap();
        (count("executed"), count("hits"))
    };
    let ((taken, _), (again, kept)) = (counts(full), counts(plenty));
    assert_eq!(again + kept, 12_000);
    assert!(
        kept > 1000 && again > 0 && taken >= kept,
        "{taken} {again} {kept}"
    );
}
