//! What a run is told, and by whom: real processes of a real example.

#[path = "support/program.rs"]
mod program;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use program::{events, run, sorting};

/// Runs the example in a folder of its own, with more in its environment.
fn run_in(folder: &Path, args: &[&str], environment: &[(&str, &str)]) -> (i32, String, String) {
    let output = sorting(&folder.join("store"))
        .current_dir(folder)
        .args(args)
        .envs(environment.iter().copied())
        .output()
        .expect("it starts");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    let status = output.status.code().unwrap_or(-1);
    (status, text(output.stdout), text(output.stderr))
}

const FILE: &str = "\
# What holds for every program here
rows = 5
level = 2
input = { len = [100, 200] }

[programs.sorting]
tag = \"nightly\"

[sweeps.\"Presorted or not\"]
repeats = 2
";

#[test]
fn what_is_printed_says_who_said_it_and_can_be_fed_back() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bencher.toml"), FILE).unwrap();
    let args = ["--print-config", "--level", "3", "--no-report"];
    let environment = [("BENCHER_ROWS", "7"), ("BENCHER_FAIL_FAST", "yes")];
    let (status, printed, stderr) = run_in(folder.path(), &args, &environment);
    assert_eq!((status, stderr.as_str()), (0, ""));
    let place = folder.path().display().to_string();
    // The store's line is as long as the path of the test's folder.
    let (store, others): (Vec<&str>, Vec<&str>) = printed
        .lines()
        .partition(|line| line.starts_with("store = "));
    assert!(
        store[0].starts_with(&format!("store = \"{place}/store\"")),
        "{store:?}"
    );
    assert!(
        store[0].ends_with("# environment: BENCHER_CACHE_DIR"),
        "{store:?}"
    );
    let others = others.join("\n").replace(&place, "/home/me/project");
    let document = include_str!("../docs/configuration.md");
    assert!(
        document.contains(&others) && document.contains(FILE),
        "it shows both"
    );
    insta::assert_snapshot!(others);
    assert!(!folder.path().join("store").exists(), "nothing is run");

    std::fs::write(folder.path().join("printed.toml"), &printed).unwrap();
    let fed_back = ["--print-config", "--config", "printed.toml"];
    let (status, again, stderr) = run_in(folder.path(), &fed_back, &[]);
    assert_eq!((status, stderr.as_str()), (0, ""));
    let values = |text: &str| -> Vec<String> {
        let lines = text
            .lines()
            .map(|line| line.split("  #").next().unwrap_or_default());
        lines.map(|line| line.trim_end().to_owned()).collect()
    };
    assert_eq!(values(&again), values(&printed));
    assert!(again.contains("printed.toml:"), "{again}");
}

#[test]
fn a_file_and_the_environment_run_sweeps() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bencher.toml"), FILE).unwrap();
    let below = folder.path().join("deeper");
    std::fs::create_dir(&below).unwrap();
    let args = ["--json", "--no-report"];
    let (status, stdout, stderr) =
        run_in(&below, &args, &[("BENCHER_SWEEP", "presorted; sorting")]);
    assert_eq!(status, 0, "{stderr}");
    let events = events(&stdout);
    let samples: Vec<_> = events
        .iter()
        .filter(|event| event["event"] == "start")
        .collect();
    // Two lengths, two algorithms, what the program says of its repeats.
    assert_eq!(
        (&samples[0]["sweep"], &samples[0]["samples"]),
        (&"Sorting".into(), &20.into())
    );
    assert_eq!(
        samples[1]["samples"], 8,
        "two lengths, presorted or not, the file's repeats"
    );
    let result = events
        .iter()
        .find(|event| event["event"] == "result")
        .unwrap();
    assert_eq!(result["dataset"]["attributes"]["tag"], "nightly");
}

/// The result carries the view that was chosen, and only inputs of the sweep can be left out.
#[test]
fn a_view_over_fewer_inputs_is_checked_before_anything_runs() {
    let folder = tempfile::tempdir().unwrap();
    let run = |inputs: &str| {
        let args = [
            "--json",
            "--no-report",
            "--level",
            "2",
            "--sweep",
            "sorting",
            "--aggregate",
            inputs,
        ];
        run_in(folder.path(), &args, &[])
    };
    for (inputs, reason) in [
        ("algorihm", "did you mean `algorithm`?"),
        ("3", "there are 2, so give 1 to 2"),
        ("0", "`0` inputs cannot be aggregated"),
        ("-1", "`-1` inputs cannot be aggregated"),
        ("algorithm,,len", "names of inputs"),
    ] {
        let (status, stdout, stderr) = run(inputs);
        assert_eq!(status, 2, "{inputs}: {stderr}");
        assert!(stderr.contains(reason), "{inputs}: {stderr}");
        let started = events(&stdout)
            .iter()
            .any(|event| event["event"] == "start");
        assert!(!started, "{inputs}: {stdout}");
    }
    let (status, stdout, stderr) = run("algorithm");
    assert_eq!(status, 0, "{stderr}");
    let all = events(&stdout);
    let result = all.iter().find(|event| event["event"] == "result").unwrap();
    let attributes = &result["dataset"]["attributes"];
    assert_eq!(
        (&attributes["aggregate"], &attributes["aggregate statistic"]),
        (&"algorithm".into(), &"mean".into())
    );
}

#[test]
fn what_makes_no_sense_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bencher.toml");
    for (text, expected) in [
        (
            "\n\nrepeets = 3",
            "bencher.toml:3: there is no option `repeets`; did you mean `repeats`?",
        ),
        (
            "level = 13",
            "bencher.toml:1: `level`: `13` is not a whole number from 1 to 12",
        ),
        ("rows = 1\nrows = 2", "bencher.toml:2: duplicate key"),
        ("input = { len = 'few' }", "input values `len=few`"),
        ("overwrite = true\nrepeats = '1..2'", "cannot be combined"),
    ] {
        std::fs::write(&path, text).unwrap();
        let (status, stdout, stderr) = run_in(folder.path(), &[], &[]);
        assert_eq!((status, stdout.as_str()), (2, ""), "{text}: {stderr}");
        assert!(
            stderr.starts_with("error: ") && stderr.contains(expected),
            "{text}: {stderr}"
        );
        assert!(!stderr.contains("panicked"), "{stderr}");
    }
    std::fs::write(&path, "[sweeps.sortnig]\nrepeats = 2").unwrap();
    let (status, _, stderr) = run_in(folder.path(), &["--list"], &[]);
    assert_eq!(status, 0);
    let hint = "bencher.toml:2: there is no sweep \"sortnig\"; did you mean \"Sorting\"?";
    assert!(stderr.contains(hint), "{stderr}");
    std::fs::remove_file(&path).unwrap();
    let (status, _, stderr) = run_in(folder.path(), &[], &[("BENCHER_JOBS", "many")]);
    assert_eq!(status, 2);
    assert!(
        stderr.contains("BENCHER_JOBS: `many` is not a whole number from 1 to 4096"),
        "{stderr}"
    );
    std::fs::create_dir(&path).unwrap();
    let (status, _, stderr) = run_in(folder.path(), &[], &[]);
    assert_eq!(status, 2);
    assert!(
        stderr.contains("bencher.toml: it is not a regular file"),
        "{stderr}"
    );
    assert_eq!(run_in(folder.path(), &["--no-config", "--list"], &[]).0, 0);
}

/// The executed and stored samples of every result.
fn counts(events: &[serde_json::Value]) -> Vec<(u64, u64)> {
    let results = events.iter().filter(|event| event["event"] == "result");
    let count = |event: &serde_json::Value, what: &str| event["counts"][what].as_u64().unwrap();
    results
        .map(|event| (count(event, "executed"), count(event, "hits")))
        .collect()
}

#[test]
fn steps_from_coarse_to_fine_measure_nothing_twice() {
    let root = tempfile::tempdir().unwrap();
    let steps = [
        "--json",
        "--level",
        "2..4",
        "--repeats",
        "1..2",
        "--sweep",
        "presorted",
        // Rounds of timed results would be compared with stored ones first.
        "--order",
        "round-robin",
    ];
    let input = ["--input", "len=1..9"];
    for cache in [&["--cache"][..], &["--no-cache"]] {
        let args = [&steps[..], &input, cache].concat();
        let (status, stdout, stderr) = run(root.path(), &args);
        assert_eq!(status, 0, "{stderr}");
        let events = events(&stdout);
        // 2, 3 and 5 lengths, presorted or not; then all of it once more for the second repeat.
        let expected = [(4, 0), (2, 4), (4, 6), (4, 4), (2, 10), (4, 16)];
        assert_eq!(counts(&events), expected, "{cache:?}");
        let order: Vec<(u64, u64)> = events
            .iter()
            .filter(|event| event["event"] == "step")
            .map(|step| {
                (
                    step["repeats"].as_u64().unwrap(),
                    step["level"].as_u64().unwrap(),
                )
            })
            .collect();
        assert_eq!(order, [(1, 2), (1, 3), (1, 4), (2, 2), (2, 3), (2, 4)]);
        let drawn = events
            .iter()
            .filter(|event| event["event"] == "report")
            .count();
        assert_eq!(drawn, 6, "the report is refreshed after each step");
    }
    // Coarse first, so that the last step has taken everything from the ones before.
    let at_once = [
        "--json",
        "--level",
        "4",
        "--repeats",
        "2",
        "--sweep",
        "presorted",
        "--order",
        "round-robin",
        "--no-report",
    ];
    let (_, stdout, _) = run(root.path(), &[&at_once[..], &input].concat());
    assert_eq!(counts(&events(&stdout)), [(0, 20)]);
}

#[test]
fn ctrl_c_within_a_step_leaves_the_report_of_the_one_before() {
    let root = tempfile::tempdir().unwrap();
    let report = root.path().join("drawn");
    let steps = [
        "--json",
        "--sweep",
        "sorting",
        "--level",
        "1..9",
        "--input",
        "len=2000..60000",
        // Rounds of timed results would be compared with stored ones first.
        "--order",
        "round-robin",
    ];
    let args = [
        &steps[..],
        &["--repeats", "40", "--report", report.to_str().unwrap()],
    ]
    .concat();
    let mut child = sorting(root.path())
        .args(&args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let fourth = lines
        .by_ref()
        .find(|line| line.contains("\"event\":\"step\",") && line.contains("\"step\":4"));
    assert!(fourth.is_some());
    assert!(
        lines.by_ref().any(|line| line.contains("\"measured\"")),
        "a sample of that step"
    );
    let before = std::fs::read(report.join("index.html")).unwrap();
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    let rest: Vec<String> = lines.collect();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let redrawn = rest
        .iter()
        .filter(|line| line.contains("\"event\":\"report\""))
        .count();
    assert_eq!((output.status.code(), redrawn), (Some(130), 0), "{stderr}");
    assert!(
        std::fs::read(report.join("index.html")).unwrap() == before,
        "still that of step 3"
    );

    let finer = [
        "--json",
        "--sweep",
        "sorting",
        "--level",
        "4",
        "--input",
        "len=2000..60000",
        "--order",
        "round-robin",
    ];
    let (status, stdout, _) = run(
        root.path(),
        &[&finer[..], &["--repeats", "40", "--no-report"]].concat(),
    );
    assert_eq!(status, 0);
    // Three lengths, two algorithms and 40 repeats were finished; of the fourth step, some.
    let (executed, hits) = counts(&events(&stdout))[0];
    assert!(hits > 3 * 2 * 40, "{hits} samples were there");
    assert_eq!(executed + hits, 5 * 2 * 40);
}
