//! Processes that share a directory take the samples of a sweep together: one is killed, one comes late, and each ends
//! with the cells of a serial run.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cluster::example;

const PATIENCE: Duration = Duration::from_secs(120);

/// The program with a store of its own and the shared directory; its output goes into a file.
fn program(shared: &Path, own: &Path, environment: &[(&str, &str)]) -> Command {
    let mut command = example::example("clustered", own);
    command
        .args(["--no-report", "--output", "json", "--shared-dir"])
        .arg(shared)
        .envs(environment.iter().copied())
        .stdout(Stdio::from(
            std::fs::File::create(own.join("stdout")).unwrap(),
        ))
        .stderr(Stdio::null());
    command
}

fn output(own: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(own.join("stdout")).unwrap();
    let whole = text.lines().map(serde_json::from_str);
    whole.map_while(Result::ok).collect()
}

fn samples(own: &Path) -> Vec<Value> {
    let events = output(own).into_iter();
    events.filter(|event| event["event"] == "sample").collect()
}

fn counts(own: &Path) -> Value {
    let mut events = output(own).into_iter();
    let finish = events.find(|event| event["event"] == "finish").unwrap();
    finish["counts"].clone()
}

/// The results of every point.
fn cells(own: &Path) -> BTreeMap<u64, Value> {
    let cells = samples(own).into_iter();
    cells
        .map(|event| {
            let n = event["inputs"]["n"].as_u64().unwrap();
            (n, event["results"].clone())
        })
        .collect()
}

fn end(child: &mut Child) -> Option<i32> {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        assert!(Instant::now() < end, "it does not end");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn processes_that_share_a_directory_take_a_sweep_together() {
    let (shared, folders) = (
        tempfile::tempdir().unwrap(),
        [(); 5].map(|()| tempfile::tempdir().unwrap()),
    );
    let [one, killed, late, again, silent] = folders.each_ref().map(tempfile::TempDir::path);
    let slow = [("NUMBERS_PAUSE", "30"), ("NUMBERS_FAIL", "3")];
    let start = |own: &Path| program(shared.path(), own, &slow).spawn().unwrap();
    let (mut first, mut second) = (start(one), start(killed));
    let patience = Instant::now() + PATIENCE;
    while samples(killed).len() < 5 {
        assert!(Instant::now() < patience, "it takes no samples");
        std::thread::sleep(Duration::from_millis(5));
    }
    second.kill().unwrap();
    second.wait().unwrap();
    let mut third = start(late);
    assert_eq!(end(&mut first), Some(1), "a sample failed");
    assert_eq!(end(&mut third), Some(1), "a sample failed");
    let found = cells(one);
    assert_eq!(found.len(), 120);
    for n in 0..120_u64 {
        let value = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
        let results = &found[&n];
        if n == 3 {
            assert!(results.is_null());
        } else {
            assert_eq!(results["value"], value, "n = {n}");
        }
    }
    assert_eq!(cells(late), found);
    let (by_first, by_late) = (counts(one), counts(late));
    for counts in [&by_first, &by_late] {
        assert!(counts["executed"].as_u64().unwrap() > 0, "{counts}");
    }
    let measured = |own: &Path| {
        let all = samples(own).into_iter();
        all.filter(|event| event["state"] == "measured").count()
    };
    // The two and the killed one took every sample once; what the killed one had in progress was taken again.
    assert!(measured(one) + measured(late) + measured(killed) <= 120);

    // Later, nothing is run again but the sample that failed; a process with another number is silent.
    let mut last = program(shared.path(), again, &[]);
    assert_eq!(end(&mut last.spawn().unwrap()), Some(0));
    assert_eq!(cells(again).len(), 120);
    assert_eq!(
        (measured(again), counts(again)["failed"].as_u64()),
        (1, Some(0))
    );
    let mut other = program(shared.path(), silent, &[("SLURM_PROCID", "1")]);
    assert_eq!(end(&mut other.spawn().unwrap()), Some(0));
    assert_eq!(std::fs::read_to_string(silent.join("stdout")).unwrap(), "");
}

#[test]
fn a_timed_sweep_is_not_shared() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program(folder.path(), folder.path(), &[("TIMED_LOG", "/dev/null")]);
    let output = command.stderr(Stdio::piped()).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && errors.contains("`--shared-dir` does not fit it"),
        "{errors}"
    );
}
