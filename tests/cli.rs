//! The command line as a user meets it: real processes of a real example.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

#[path = "support/program.rs"]
mod program;

use program::{events, run, sorting};

const QUICK: [&str; 4] = ["--input", "len=16..4096:3", "--repeats", "2"];

#[test]
fn help_reads_well() {
    let root = tempfile::tempdir().unwrap();
    let (status, help, _) = run(root.path(), &["--help"]);
    assert_eq!(status, 0);
    insta::assert_snapshot!(help);
}

#[test]
fn a_bad_value_names_the_option_the_value_and_what_is_allowed() {
    let root = tempfile::tempdir().unwrap();
    let cases: [(&[&str], &[&str]); 15] = [
        (&["--store", ""], &["--store", "is empty"]),
        (&["--report", ""], &["--report", "is empty"]),
        (&["--level", "13"], &["--level", "13", "from 1 to 12"]),
        (
            &["--repeats", "0"],
            &["--repeats", "`0`", "must be at least 1"],
        ),
        (
            &["--repeats", "-1"],
            &["--repeats", "`-1`", "must be at least 1"],
        ),
        (&["--rows", "-7"], &["--rows", "`-7`", "must be at least 0"]),
        (
            &["--cache-size", "-1GB"],
            &["--cache-size", "`-1GB`", "must be at least 0B"],
        ),
        (
            &["--job-timeout", "-30s"],
            &["--job-timeout", "`-30s`", "above zero"],
        ),
        (
            &["--order", "backwards"],
            &[
                "--order",
                "backwards",
                "in-order",
                "round-robin",
                "shuffled",
            ],
        ),
        (
            &["--code", "lax"],
            &["--code", "lax", "strict", "warn", "ignore"],
        ),
        (&["--wait", "soon"], &["--wait", "soon", "seconds"]),
        (&["--input", "len"], &["--input", "len", "NAME=VALUES"]),
        (
            &["--input", "len=few"],
            &["--input", "len=few", "an integer from 0"],
        ),
        (
            &["--input", "size=1"],
            &["size", "known: len, algorithm, presorted"],
        ),
        (&["--levle", "3"], &["--levle", "--level"]),
    ];
    for (args, expected) in cases {
        let (status, _, stderr) = run(root.path(), args);
        assert_eq!(status, 2, "{args:?}: {stderr}");
        for part in expected {
            assert!(
                stderr.contains(part),
                "{args:?} says nothing of `{part}`: {stderr}"
            );
        }
    }
    let (status, _, stderr) = run(root.path(), &["--sweep", "sortnig"]);
    assert_eq!(status, 2, "{stderr}");
    assert!(stderr.contains("did you mean \"Sorting\""), "{stderr}");
}

#[test]
fn sweeps_are_listed_chosen_and_planned() {
    let root = tempfile::tempdir().unwrap();
    let (status, listed, _) = run(root.path(), &["--list"]);
    assert_eq!(
        (status, listed.as_str()),
        (0, "Sorting\nPresorted or not\n")
    );
    let (status, plan, _) = run(
        root.path(),
        &["--dry-run", "--level", "2", "--sweep", "presorted"],
    );
    assert_eq!(status, 0);
    assert!(
        plan.starts_with("Presorted or not: 4 points, in as many rounds"),
        "{plan}"
    );
    assert!(plan.contains("algorithm = Stable"), "{plan}");
    assert!(
        plan.contains("\n  0 stored, 0 skipped, 4 to run\n"),
        "{plan}"
    );
    assert!(
        !root.path().join("samples").exists(),
        "a plan opens no store"
    );
}

#[test]
fn a_plan_knows_which_rounds_are_stored() {
    let root = tempfile::tempdir().unwrap();
    let args = [
        "--level",
        "2",
        "--sweep",
        "presorted",
        "--repeats",
        "3",
        "--no-report",
    ];
    let (status, _, stderr) = run(root.path(), &args);
    assert_eq!(status, 0, "{stderr}");
    let (status, plan, _) = run(root.path(), &[&args[..], &["--dry-run"]].concat());
    assert_eq!(status, 0);
    assert!(
        plan.contains("\n  12 stored, 0 skipped, 0 to run, about "),
        "{plan}"
    );
}

#[test]
fn drawing_alone_removes_nothing() {
    let root = tempfile::tempdir().unwrap();
    for option in ["--overwrite", "--clear", "--clear-result"] {
        let (status, _, stderr) = run(root.path(), &["--only-plot", option]);
        assert_eq!(status, 2, "{stderr}");
        assert!(
            stderr.contains(option) && stderr.contains("leave one of them out"),
            "{stderr}"
        );
    }
}

#[test]
fn json_lines_are_for_machines() {
    let root = tempfile::tempdir().unwrap();
    let args = [&QUICK[..], &["--json", "--no-report", "--sweep", "sorting"]].concat();
    for (state, from) in [("measured", "executed"), ("cached", "hits")] {
        let (status, stdout, stderr) = run(root.path(), &args);
        assert_eq!(status, 0, "{stderr}");
        let events = events(&stdout);
        let of = |name: &str| {
            events
                .iter()
                .filter(|e| e["event"] == name)
                .collect::<Vec<_>>()
        };
        assert_eq!(of("start")[0]["samples"], 12);
        let times = &of("result")[0]["timings"]["elapsed"];
        assert_eq!(times["format"], "bencher.dataset", "{times}");
        let samples = of("sample");
        assert_eq!(samples.len(), 12);
        assert!(samples.iter().all(|sample| sample["state"] == state));
        assert!(samples[0]["results"]["elapsed"].as_f64().unwrap() > 0.0);
        assert_eq!(of("result")[0]["counts"][from], 12);
        assert_eq!(of("result")[0]["dataset"]["format"], "bencher.dataset");
    }
}

#[test]
fn what_makes_times_doubtful_is_said_on_the_terminal_and_on_the_page() {
    let root = tempfile::tempdir().unwrap();
    let report = root.path().join("drawn");
    let place = report.to_str().unwrap();
    let (status, stdout, _) = run(root.path(), &[&QUICK[..], &["--report", place]].concat());
    assert_eq!(status, 0);
    let warnings: Vec<&str> = stdout
        .lines()
        .filter_map(|line| line.strip_prefix("warning   "))
        .collect();
    assert!(
        warnings.iter().any(|text| text.starts_with("debug build")),
        "{stdout}"
    );
    let page = std::fs::read_to_string(report.join("index.html")).unwrap();
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    for warning in warnings {
        // Up to the first sign that a page may write in another way.
        let plain = warning.split(['\'', '"', '`', '>']).next().unwrap();
        assert!(page.contains(&escaped(plain)), "{warning}");
    }
    assert!(page.contains("<summary>Environment</summary>"));
}

#[test]
fn quiet_is_quiet_and_the_report_is_there() {
    let root = tempfile::tempdir().unwrap();
    let report = root.path().join("drawn");
    let place = report.to_str().unwrap();
    let (status, stdout, stderr) = run(
        root.path(),
        &[&QUICK[..], &["-q", "--report", place]].concat(),
    );
    assert_eq!((status, stdout.as_str(), stderr.as_str()), (0, "", ""));
    let page = std::fs::read_to_string(report.join("index.html")).unwrap();
    assert!(page.contains("Presorted or not"));
    let pictures = |path: &PathBuf| path.extension().is_some_and(|kind| kind == "png");
    let files = std::fs::read_dir(&report)
        .unwrap()
        .flatten()
        .map(|file| file.path());
    assert_eq!(files.filter(pictures).count(), 2);
    let one = [
        &QUICK[..],
        &["-q", "--report", place, "--sweep", "presorted"],
    ]
    .concat();
    std::fs::write(report.join("mine.png"), b"not a picture of bencher's").unwrap();
    assert_eq!(run(root.path(), &one).0, 0);
    let files = std::fs::read_dir(&report)
        .unwrap()
        .flatten()
        .map(|file| file.path());
    // The report of one sweep has a place of its own, and what was drawn before stays.
    assert_eq!(files.filter(pictures).count(), 3);
    let after = std::fs::read_to_string(report.join("index.html")).unwrap();
    assert_eq!(after, page);
    let part = std::fs::read_to_string(report.join("presorted/index.html")).unwrap();
    assert!(part.contains("Presorted or not"));
}

#[test]
fn a_store_held_by_another_process_is_waited_for_and_then_an_error() {
    let root = tempfile::tempdir().unwrap();
    let patience = std::time::Duration::ZERO;
    let (held, _) = bencher::store::Database::open(root.path(), patience, |_| ()).unwrap();
    let args = [&QUICK[..], &["--wait", "0.2", "--no-report"]].concat();
    let (status, _, stderr) = run(root.path(), &args);
    assert_eq!(status, 1);
    let owner = format!("process {}", std::process::id());
    assert!(
        stderr.contains("waiting for the store") && stderr.contains(&owner),
        "{stderr}"
    );
    assert!(
        stderr.contains("error: the store") && stderr.contains("--wait"),
        "{stderr}"
    );
    drop(held);
    assert_eq!(run(root.path(), &args).0, 0);
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_printed_is_an_error() {
    let root = tempfile::tempdir().unwrap();
    let measured = [&QUICK[..], &["--json", "--no-report"]].concat();
    for args in [&["--help"][..], &["--print-config"], &measured] {
        let full = std::fs::File::options().write(true).open("/dev/full");
        let output = sorting(root.path())
            .args(args)
            .stdout(full.unwrap())
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {stderr}");
        assert!(
            stderr.contains("standard output: No space left"),
            "{stderr}"
        );
    }
    // A reader that has seen enough is no mistake.
    let mut child = sorting(root.path())
        .args(&measured)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn ctrl_c_keeps_what_was_done() {
    let root = tempfile::tempdir().unwrap();
    let long = [
        "--json",
        "--sweep",
        "sorting",
        "--repeats",
        "200",
        "--input",
        "len=2000..20000:4",
        // Rounds of timed results would be compared with stored ones first.
        "--order",
        "round-robin",
    ];
    let mut child = sorting(root.path())
        .args(long)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let seen = lines
        .by_ref()
        .filter(|line| line.contains("\"measured\""))
        .take(20)
        .count();
    assert_eq!(seen, 20);
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
    let rest: Vec<String> = lines.collect();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        stderr.contains("stopping after") && stderr.contains("run again to continue"),
        "{stderr}"
    );
    let result = rest
        .iter()
        .find(|line| line.contains("\"event\":\"result\""))
        .unwrap();
    let result: serde_json::Value = serde_json::from_str(result).unwrap();
    let taken = result["counts"]["executed"].as_u64().unwrap();
    // What the pipe held between the child and this test, and a slice of running samples.
    assert!(
        (20..1000).contains(&taken),
        "{taken} samples were taken before it stopped"
    );
    assert!(
        rest.iter()
            .any(|line| line.contains("\"event\":\"report\"")),
        "it was drawn"
    );

    let (status, stdout, _) = run(root.path(), &[&long[..], &["--no-report"]].concat());
    assert_eq!(status, 0);
    let result = stdout
        .lines()
        .find(|line| line.contains("\"event\":\"result\""))
        .unwrap();
    let result: serde_json::Value = serde_json::from_str(result).unwrap();
    assert_eq!(
        result["counts"]["hits"], taken,
        "the next run goes on where it stopped"
    );
    assert_eq!(result["counts"]["executed"], 1600 - taken);
}

#[test]
fn a_reader_that_goes_away_stops_nothing() {
    let root = tempfile::tempdir().unwrap();
    // Not in rounds, which would be compared with the stored ones.
    let args = [&QUICK[..], &["--no-report", "--order", "round-robin"]].concat();
    let mut child = sorting(root.path())
        .args(&args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), stderr.as_ref()), (Some(0), ""));
    let (_, stdout, _) = run(root.path(), &args);
    assert!(stdout.contains("0 executed, 12 from the store"), "{stdout}");
}

/// Runs the example twice on a file system of its own: first with 1 MB, then with plenty.
const TWO_RUNS: &str = r#"
place="$1"; shift
mount -t tmpfs -o size=1m,mode=700 tmpfs "$place" || exit 99
"$@"; first=$?
mount -o remount,size=200m "$place"
echo "=== plenty"; echo "=== plenty" >&2
"$@"; second=$?
echo "=== $first $second"
"#;

#[test]
fn a_full_disk_loses_nothing_that_was_stored() {
    let root = tempfile::tempdir().unwrap();
    let example = sorting(root.path()).get_program().to_owned();
    let args = [
        "--no-report",
        "--sweep",
        "sorting",
        "--input",
        "len=16",
        "--repeats",
        "20000",
        "--order",
        "round-robin",
    ];
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", TWO_RUNS, "sh"])
        .arg(root.path())
        .arg(example)
        .args(args)
        .env("BENCHER_CACHE_DIR", root.path())
        .output()
        .expect("`unshare` (Debian: util-linux) gives the test a file system of its own");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stdout.ends_with("=== 1 0\n"), "{stdout}{stderr}");
    let (full, plenty) = stdout.split_once("=== plenty").unwrap();
    let complaint = stderr.split("=== plenty").next().unwrap();
    assert!(complaint.contains("free some space"), "{complaint}");
    assert!(
        complaint.contains(&root.path().display().to_string()),
        "{complaint}"
    );
    assert!(!stderr.contains("panicked"), "{stderr}");
    let number = |text: &str, what: &str| -> u64 {
        let line = text
            .lines()
            .find(|line| line.starts_with("samples"))
            .unwrap();
        let words: Vec<&str> = line
            .split([' ', ','])
            .filter(|word| !word.is_empty())
            .collect();
        let at = words.iter().position(|word| *word == what).unwrap();
        words[at - 1].parse().unwrap()
    };
    let taken = number(full, "executed");
    assert!(
        (1000..40_000).contains(&taken),
        "{taken} samples were taken until the disk was full"
    );
    let (executed, kept) = (number(plenty, "executed"), number(plenty, "from"));
    assert!(
        kept > 500 && executed + kept == 40_000,
        "{executed} samples were taken again, {kept} were kept"
    );
}
