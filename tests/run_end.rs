//! How a run ends that does not end as it should: by its own code, without results, without anywhere to print; and
//! what reaches the terminal.
#![cfg(unix)]

#[path = "support/example.rs"]
mod example;

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use example::example;

fn program(store: &Path, environment: &[(&str, &str)], args: &[&str]) -> Command {
    let mut command = example("ends_itself", store);
    command.envs(environment.iter().copied()).args(args);
    command
}

/// The exit status, and what was printed on standard output and on standard error.
fn run(store: &Path, environment: &[(&str, &str)], args: &[&str]) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = program(store, environment, args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

const FUNCTIONS: (&str, &str) = ("PROGRAM", "functions");

#[test]
fn a_body_that_ends_the_process_is_no_success() {
    let functions = [FUNCTIONS];
    for (environment, args, status, sweep) in [
        (&functions[..], &[][..], 101, "leaves"),
        (&functions, &["--bench"], 1, "leaves"),
        (&[], &["--no-report"], 1, "\\u{1b}]0;Leaving\\u{7}"),
        (
            &[],
            &["--no-report", "--executor", "threads", "--jobs", "2"],
            1,
            "\\u{1b}]0;Leaving\\u{7}",
        ),
    ] {
        for (leave, expected) in [("exit", status), ("thread", status), ("exit 7", 7)] {
            let folder = tempfile::tempdir().unwrap();
            let environment = [environment, &[("LEAVE", leave)]].concat();
            let (status, _, errors) = run(folder.path(), &environment, args);
            assert_eq!(status, Some(expected), "{leave} {args:?}: {errors}");
            let line = errors
                .lines()
                .find(|line| line.starts_with("error: code of the program called exit("));
            let line = line.unwrap_or_else(|| panic!("{leave} {args:?}: {errors}"));
            assert!(
                line.contains(&format!("in sweep \"{sweep}\" at "))
                    && line.contains("n=2 (repeat 1)"),
                "{line}"
            );
        }
        let folder = tempfile::tempdir().unwrap();
        let environment = [environment, &[("LEAVE", "abort")]].concat();
        let (status, _, errors) = run(folder.path(), &environment, args);
        assert_eq!(status, None, "ended by a signal: {errors}");
        assert!(
            errors.contains("aborted the process in sweep") && errors.contains("n=2 (repeat 1)"),
            "{errors}"
        );
    }
}

#[test]
fn a_body_that_crashes_the_process_is_named() {
    for (leave, expected) in [
        ("fault", "crashed the process (SIGSEGV"),
        ("SEGV", "crashed the process (SIGSEGV"),
        ("BUS", "crashed the process (SIGBUS"),
        ("ILL", "crashed the process (SIGILL"),
        ("FPE", "crashed the process (SIGFPE"),
        // There is no room left on the stack to find the point.
        ("overflow", "has overflowed its stack"),
    ] {
        for jobs in [&[][..], &["--executor", "threads", "--jobs", "2"]] {
            let folder = tempfile::tempdir().unwrap();
            let args = [&["--no-report"], jobs].concat();
            let (status, _, errors) = run(folder.path(), &[("LEAVE", leave)], &args);
            assert_eq!(status, None, "{leave}: not ended by a signal: {errors}");
            let line = errors.lines().find(|line| line.contains(expected));
            let line = line.unwrap_or_else(|| panic!("{leave} {jobs:?}: {errors}"));
            let names_point = line.contains("n=2 (repeat 1)");
            assert!(
                names_point || leave == "overflow",
                "{leave} {jobs:?}: {line}"
            );
        }
    }
}

#[test]
fn what_was_measured_before_the_end_stays_stored() {
    let folder = tempfile::tempdir().unwrap();
    let (status, ..) = run(folder.path(), &[("LEAVE", "exit")], &["--no-report"]);
    assert_eq!(status, Some(1));
    let (status, output, _) = run(folder.path(), &[], &["--no-report", "--json"]);
    assert_eq!(status, Some(0));
    let ends: Vec<String> = output
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .filter(|event| event["event"] == "sample")
        .map(|event| event["state"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ends, ["cached", "measured", "measured"]);
}

#[test]
fn a_program_that_ends_itself_between_sweeps_is_no_success_either() {
    let folder = tempfile::tempdir().unwrap();
    let (status, _, errors) = run(folder.path(), &[("LEAVE", "between")], &["--no-report"]);
    assert_eq!(status, Some(1));
    assert!(
        errors.contains("before its run was over, between two samples"),
        "{errors}"
    );
}

#[test]
fn a_result_that_no_sample_sets_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let (status, output, errors) = run(folder.path(), &[("PROGRAM", "untimed")], &["--no-report"]);
    assert_eq!(status, Some(1), "{output}{errors}");
    let error = "error: sweep \"Forgot\": result `elapsed` was not set by any of 2 samples, the first at n=1: call \
                 `cx.iter(&mut self.elapsed, || …)` in the body";
    assert!(errors.contains(error), "{errors}");
    // Asked for, the rounds are taken all the same.
    let (_, _, errors) = run(
        folder.path(),
        &[("PROGRAM", "untimed")],
        &["--no-report", "--repeats", "3"],
    );
    assert!(errors.contains("any of 6 samples"), "{errors}");

    let (status, _, errors) = run(folder.path(), &[("LEAVE", "unset")], &["--no-report"]);
    assert_eq!(status, Some(1));
    assert!(
        errors.contains("result `cube` was not set by any of 3 samples, the first at n=1: assign"),
        "{errors}"
    );
    assert!(
        !errors.contains("`square`") && !errors.contains("`twice`"),
        "{errors}"
    );
    // Stored samples have not set it either.
    let (status, _, again) = run(folder.path(), &[("LEAVE", "unset")], &["--no-report"]);
    assert_eq!((status, again.contains("`cube`")), (Some(1), true));
}

#[test]
fn all_of_standard_output_is_json_whatever_the_bodies_print() {
    for args in [
        &["--json", "--no-report"][..],
        &[
            "--json",
            "--no-report",
            "--executor",
            "processes",
            "--jobs",
            "2",
        ],
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (status, output, errors) = run(folder.path(), &[("LEAVE", "print")], args);
        assert_eq!(status, Some(0), "{errors}");
        let events: Vec<serde_json::Value> = output
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(
            events
                .iter()
                .filter(|event| event["event"] == "sample")
                .count(),
            3
        );
        if !args.contains(&"--executor") {
            assert!(
                errors.contains("printed by the body\n")
                    && errors.contains("by a program of the body\n"),
                "{errors}"
            );
        }
    }
}

#[test]
fn nothing_that_steers_a_terminal_is_printed_and_nothing_is_endless() {
    for args in [
        &["--no-report"][..],
        &["--no-report", "--json"],
        &["--no-report", "--executor", "processes", "--jobs", "1"],
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (status, output, errors) = run(folder.path(), &[("LEAVE", "escape")], args);
        assert_eq!(status, Some(1));
        for text in [&output, &errors] {
            let steers = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            assert!(!text.contains(steers), "{text:?}");
            assert!(
                args.contains(&"--json") || text.len() < 10_000,
                "{} bytes",
                text.len()
            );
        }
    }
}

#[test]
fn a_run_ends_well_though_its_notes_cannot_be_printed() {
    let full = || Stdio::from(OpenOptions::new().write(true).open("/dev/full").unwrap());
    // A note on standard error: the environment has a misspelt option.
    let environment = [("BENCHER_REPEAT", "2"), ("LEAVE", "unset")];
    for args in [
        &["--no-report"][..],
        &["--no-report", "--json"],
        &["--no-report", "--executor", "processes", "--jobs", "1"],
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = program(folder.path(), &environment, args);
        let Output { status, stdout, .. } = command.stderr(full()).output().unwrap();
        // As it would be with a standard error: a result is not set.
        assert_eq!(status.code(), Some(1));
        let text = String::from_utf8(stdout).unwrap();
        assert!(text.contains("square"), "{text}");
    }
    let folder = tempfile::tempdir().unwrap();
    let closed = program(folder.path(), &[("BENCHER_REPEAT", "2")], &["--no-report"])
        .stderr(full())
        .stdout(full())
        .status();
    assert_eq!(
        closed.unwrap().code(),
        Some(1),
        "what could not be printed is an error at the end"
    );
    let checked = program(folder.path(), &[FUNCTIONS], &["leaves"])
        .stderr(full())
        .output()
        .unwrap();
    assert_eq!(checked.status.code(), Some(0));
}

#[test]
fn a_report_that_cannot_be_drawn_is_refused_before_anything_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "in the way").unwrap();
    let in_the_way = file.join("report");
    for place in ["/proc/x", in_the_way.to_str().unwrap()] {
        for args in [&[][..], &["--executor", "processes", "--jobs", "1"]] {
            let args = [&["--json", "--report", place], args].concat();
            let (status, output, errors) = run(folder.path(), &[], &args);
            assert_eq!(status, Some(1), "{errors}");
            assert!(!output.contains("\"sample\""), "{output}");
            assert!(
                errors.contains(place) && errors.contains("--no-report"),
                "{errors}"
            );
        }
    }
    // Nothing is drawn then, so nothing is in the way.
    let (status, ..) = run(folder.path(), &[], &["--list", "--report", "/proc/x"]);
    assert_eq!(status, Some(0));
}

#[test]
fn a_relative_place_of_the_report_begins_where_the_program_began() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let mut command = program(&store, &[("LEAVE", "chdir")], &["--report", "drawn"]);
    let ended = command.current_dir(folder.path()).output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    assert!(folder.path().join("drawn").join("index.html").exists());
}

#[test]
fn a_run_of_one_point_does_not_hide_the_whole_sweep() {
    use bencher::store::{list_results, load_result};
    let folder = tempfile::tempdir().unwrap();
    for args in [
        ["--bench", "--no-report", "--repeats", "2", "leaves"],
        ["--bench", "--no-report", "--repeats", "2", "leaves::n=2"],
    ] {
        let (status, _, errors) = run(folder.path(), &[FUNCTIONS], &args);
        assert_eq!(status, Some(0), "{errors}");
    }
    let newest = list_results(folder.path()).unwrap();
    let newest = newest.iter().map(|path| load_result(path).unwrap());
    let mut points: Vec<(String, usize)> = newest
        .map(|record| (record.title.clone(), record.dataset.dims()[0].len()))
        .collect();
    points.sort();
    assert_eq!(
        points,
        [("leaves".to_owned(), 3), ("leaves at n=2".to_owned(), 1)]
    );
}

#[test]
fn a_result_that_its_budget_ended_is_drawn_as_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["--bench", "--no-report", "--repeats", "20000", "leaves"];
    let (status, _, errors) = run(
        folder.path(),
        &[FUNCTIONS],
        &[&args[..], &["--budget", "100ms"]].concat(),
    );
    assert_eq!(status, Some(0), "{errors}");
    let (status, output, errors) = run(
        folder.path(),
        &[FUNCTIONS],
        &[&args[..], &["--only-plot"]].concat(),
    );
    assert_eq!(status, Some(0), "{errors}");
    assert!(
        output.contains("drawn from the incomplete result of"),
        "{output}"
    );
    let other = [
        "--bench",
        "--no-report",
        "--repeats",
        "3",
        "leaves",
        "--only-plot",
    ];
    let (status, _, errors) = run(folder.path(), &[FUNCTIONS], &other);
    assert_eq!(
        status,
        Some(1),
        "another sweep is not drawn for it: {errors}"
    );
}

#[test]
fn a_run_ends_with_its_terminal_unless_it_is_to_outlive_it() {
    let folder = tempfile::tempdir().unwrap();
    let endless = |store: &Path| {
        let mut command = example("stateful", store);
        command.args(["--json", "--no-report"]);
        command
    };
    let output = folder.path().join("output");
    let mut child = endless(folder.path())
        .stdout(File::create(&output).unwrap())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let has_begun =
        || std::fs::read_to_string(&output).is_ok_and(|text| text.contains("\"sample\""));
    while !has_begun() {
        assert!(child.try_wait().unwrap().is_none(), "it has ended before");
        std::thread::yield_now();
    }
    let hang_up = Command::new("kill")
        .args(["-HUP", &child.id().to_string()])
        .status();
    assert!(hang_up.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130), "as after Ctrl-C");
    let text = std::fs::read_to_string(&output).unwrap();
    assert!(
        text.lines().last().unwrap().contains("\"result\""),
        "the measured samples are reported"
    );

    let nohup = folder.path().join("nohup");
    let built = endless(folder.path());
    let mut ignoring = Command::new("sh");
    ignoring
        .args(["-c", "trap '' HUP; exec \"$0\" --no-report --json"])
        .arg(built.get_program());
    ignoring
        .env("BENCHER_CACHE_DIR", folder.path().join("other"))
        .stdin(Stdio::null());
    let mut child = ignoring
        .stdout(File::create(&nohup).unwrap())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let samples = || {
        std::fs::read_to_string(&nohup)
            .unwrap_or_default()
            .matches("\"sample\"")
            .count()
    };
    while samples() == 0 {
        assert!(child.try_wait().unwrap().is_none(), "it has ended before");
        std::thread::yield_now();
    }
    Command::new("kill")
        .args(["-HUP", &child.id().to_string()])
        .status()
        .unwrap();
    let before = samples();
    while samples() < before + 200 {
        assert!(child.try_wait().unwrap().is_none(), "it is to go on");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
}
