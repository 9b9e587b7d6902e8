//! A program of `#[bench_sweep]` functions as a user runs it: a real process, with a store of its own.

use std::path::Path;
use std::process::Output;

#[path = "support/example.rs"]
mod example;

/// Runs the example in an empty folder: its exit status, its output, and what it left there.
fn ran(folder: &Path, args: &[&str]) -> (i32, String, Vec<String>) {
    let mut command = example::example("functions", &folder.join("store"));
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .args(args)
        .current_dir(folder)
        .output()
        .expect("it starts");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    let names = std::fs::read_dir(folder).expect("the folder is there");
    let names = names.map(|entry| entry.expect("it can be read").file_name());
    let names = names.map(|name| name.to_string_lossy().into_owned());
    (
        status.code().unwrap_or(-1),
        text(stdout) + &text(stderr),
        names.collect(),
    )
}

#[test]
fn a_quick_check_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    // What it says of a run is for runs.
    std::fs::write(folder.path().join("bencher.toml"), "no such option = 1").unwrap();
    let (status, output, left) = ran(folder.path(), &[]);
    assert_eq!(status, 0, "{output}");
    assert!(
        output.starts_with(
            "\nrunning 3 tests\ntest fill ... ok\ntest sums::add ... ok\n\
             test the_hardest_is_27 ... ok\n\ntest result: ok. 3 passed;"
        ),
        "{output}"
    );
    assert_eq!(left, ["bencher.toml"]);
}

#[test]
fn a_whole_run_is_kept_shown_and_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["--bench", "the_hardest", "--exact", "the_hardest_is_27"];
    let (status, output, left) = ran(folder.path(), &args);
    assert_eq!(status, 0, "{output}");
    assert!(output.contains("<Dataset> Collatz\n"), "{output}");
    assert!(output.contains("5 executed, 0 from the store"), "{output}");
    assert_eq!(left, ["store"]);
    let report = folder
        .path()
        .join("store/reports/bencher/examples/functions/the-hardest-is-27");
    if cfg!(feature = "report") {
        assert!(report.join("index.html").exists(), "{output}");
    }
    let (status, output, _) = ran(folder.path(), &args);
    assert_eq!(status, 0, "{output}");
    assert!(output.contains("0 executed, 5 from the store"), "{output}");
}

#[test]
fn one_point_of_a_judged_sweep_is_not_judged() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["--bench", "--no-report", "the_hardest_is_27::start=27"];
    let (status, output, _) = ran(folder.path(), &args);
    assert_eq!(status, 0, "{output}");
    assert!(output.contains("1 executed, 0 from the store"), "{output}");
    let (status, output, _) = ran(folder.path(), &["--bench", "--no-report", "the_hardest"]);
    assert_eq!(status, 0, "{output}");
    assert!(output.contains("4 executed, 1 from the store"), "{output}");
}

#[test]
fn options_of_a_run_count() {
    let folder = tempfile::tempdir().unwrap();
    let args = [
        "--bench",
        "--no-report",
        "--dry-run",
        "--level",
        "3",
        "--repeats",
        "2",
        "sums",
    ];
    let (status, output, _) = ran(folder.path(), &args);
    assert_eq!(status, 0, "{output}");
    assert!(output.contains("sums::add: "), "{output}");
    assert!(
        output.contains("6 points × 2 repeats"),
        "two types by three lengths: {output}"
    );
    let (status, output, _) = ran(folder.path(), &["--bench", "--sweep", "nothing", "fill"]);
    assert_eq!(status, 2, "{output}");
}

#[test]
fn a_result_is_judged_once_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let whole = ["--bench", "--no-report", "the_hardest"];
    let judged = |args: &[&str]| {
        let (status, output, _) = ran(folder.path(), &[&whole, args].concat());
        (
            status,
            output
                .matches("the_hardest_is_27 does not accept its result")
                .count(),
        )
    };
    // Without 27 there is something to complain of.
    assert_eq!(judged(&["--input", "start=1,2"]), (1, 1));
    assert_eq!(
        judged(&["--input", "start=1,2", "--repeats", "1..3"]),
        (1, 1),
        "in steps"
    );
    assert_eq!(
        judged(&["--input", "start=1,2", "--replicates", "2"]),
        (1, 1),
        "in processes"
    );
    assert_eq!(judged(&["--input", "start=1,2", "--dry-run"]), (0, 0));
    assert_eq!(judged(&[]), (0, 0), "all is well");
}

#[test]
fn an_edited_body_is_another_version() {
    use std::cell::RefCell;
    use std::rc::Rc;

    use bencher::bench::{OutputFormat, ReportLocation, RunConfig, Session};
    use bencher::runner::entries;

    let versions: Vec<(String, u32)> = entries()
        .into_iter()
        .map(|entry| {
            let config = RunConfig {
                cache: false,
                report: ReportLocation::Disabled,
                output: OutputFormat::Quiet,
                ..RunConfig::default()
            };
            let interrupt = bencher::sweep_executor::Interrupt::default();
            let session = Session::new(config, "test", interrupt);
            let session = Rc::new(RefCell::new(session));
            entry.run(&session, Some("n=1")).expect("it runs");
            let version = session.borrow().records()[0].version;
            (entry.name(), version)
        })
        .collect();
    let version = |name: &str| {
        let found = versions.iter().find(|(known, _)| known == name);
        found.unwrap_or_else(|| panic!("no `{name}`")).1
    };
    let original = version("original::body");
    assert_eq!(
        version("the_same::body"),
        original,
        "space, comments, bounds and repeats are none of it"
    );
    assert_ne!(version("edited::body"), original);
    assert_ne!(version("of_another_type::body"), original);
}

mod original {
    #[bencher::bench_sweep]
    fn body(
        #[sweep(values(1, 2))] n: u64,
        #[result] out: &mut Option<u64>,
        #[result(timed)] t: &mut Option<f64>,
    ) {
        *out = Some(n + 1);
        *t = Some(1.0);
    }
}

mod the_same {
    /// Documented.
    #[bencher::bench_sweep(repeats = 2)]
    fn body(
        #[sweep(values(1, 2, 3))] n: u64,
        #[result] out: &mut Option<u64>,
        #[result(timed)] t: &mut Option<f64>,
    ) {
        // Adds one.
        *out = Some(n + 1);
        *t = Some(1.0);
    }
}

mod edited {
    #[bencher::bench_sweep]
    fn body(
        #[sweep(values(1, 2))] n: u64,
        #[result] out: &mut Option<u64>,
        #[result(timed)] t: &mut Option<f64>,
    ) {
        *out = Some(n + 2);
        *t = Some(1.0);
    }
}

mod of_another_type {
    #[bencher::bench_sweep]
    fn body(
        #[sweep(values(1, 2))] n: u32,
        #[result] out: &mut Option<u64>,
        #[result(timed)] t: &mut Option<f64>,
    ) {
        *out = Some(u64::from(n) + 1);
        *t = Some(1.0);
    }
}
