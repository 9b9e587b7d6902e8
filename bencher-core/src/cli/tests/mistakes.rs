//! Options that nobody should have written.

use std::ffi::OsString;
use std::path::Path;

use proptest::prelude::*;

use super::super::{SettingsError, file, settings};
use super::{SCHEMA, all, from_file};
use crate::bench::config::{OptionValue, options};
use crate::bench::{RunConfig, Settings};

#[test]
fn mistakes_in_a_file_have_a_line_and_a_hint() {
    let cases = [
        (
            "\nrepeat = 3",
            "bencher.toml:2: there is no option `repeat`; did you mean `repeats`?",
        ),
        (
            "repeats = 0",
            "bencher.toml:1: `repeats`: `0` is too small: it must be at least 1",
        ),
        ("repeats = 1.5", "not a whole number of at least 1"),
        ("repeats = true", "not a whole number of at least 1"),
        ("rows = 99999999999999999999999", "is too large"),
        (
            "rows = 0xfffffffffffffffffffffffffffffffffffffffffff",
            "not a whole number",
        ),
        ("level = 13", "`13` is not a whole number from 1 to 12"),
        ("level = '5..2'", "write 2..5"),
        ("open = 1", "`open` takes true or false, not integer"),
        ("jobs = '2'", "`jobs` takes a number, not string"),
        ("tag = 3", "`tag` takes a text, not integer"),
        (
            "order = 'backwards'",
            "`backwards` is not one of in-order, round-robin, shuffled",
        ),
        ("fail-on-sample-error = 2", "write 1.0, not 1"),
        ("cache-size = '10'", "not a size with its unit"),
        ("wait = nan", "not a number of seconds"),
        ("print = ['tables']", "`tables` is not one of inputs"),
        (
            "print = [1]",
            "`print` takes a string or an array of strings, not array",
        ),
        ("input = 'len=1'", "`input` takes a table of inputs"),
        ("input = { len = [[1, 2]] }", "numbers or strings"),
        ("input = { len = { a = 1 } }", "numbers or strings"),
        ("input = { len = '' }", "NAME=VALUES"),
        ("sweeps = 3", "`sweeps` holds sections, not integer"),
        ("[sweeps]\nx = 3", "bencher.toml:2: `sweeps` holds sections"),
        (
            "[sweeps.x]\n\nopen = true",
            "bencher.toml:3: `open` applies to a whole run",
        ),
        (
            "[sweeps.x]\nlevel = '1..3'",
            "bencher.toml:2: `level`: only a whole run can be refined in steps",
        ),
        ("[sweeps.x]\nrepaets = 1", "did you mean `repeats`?"),
        ("[programs.other]\nrepeats = 0", "bencher.toml:2: `repeats`"),
        (
            "[programs.other.programs.x]\nrows = 1",
            "there is no option `programs`",
        ),
        ("rows = 1\nrows = 2", "bencher.toml:2: duplicate key"),
        ("rows = ", "bencher.toml:1: "),
        ("\n\n[", "bencher.toml:3: "),
        (
            "processes = 8",
            "bencher.toml:1: there is no option `processes`; it was renamed to `replicates`",
        ),
        ("\"\\u001b[31m\" = 1", "there is no option `\\u{1b}[31m`"),
    ];
    for (text, expected) in cases {
        let error = from_file(text).map(|config| all(&config)).unwrap_err();
        assert!(error.starts_with("/x/bencher.toml:"), "{error}");
        assert!(error.contains(expected), "{text}: {error}");
    }
}

#[test]
fn what_is_no_readable_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bencher.toml");
    let read = || file::read(&path, "demo").unwrap_err().to_string();
    assert!(read().contains("No such file"));
    std::fs::create_dir(&path).unwrap();
    assert_eq!(file::nearest_to(folder.path()), Some(path.clone()));
    assert!(read().ends_with("bencher.toml: it is not a regular file"));
    std::fs::remove_dir(&path).unwrap();
    std::fs::write(&path, b"rows = 1\n# \xff\n").unwrap();
    assert!(read().ends_with("bencher.toml:2: it is not UTF-8"));
    std::fs::write(&path, vec![b'\n'; (1 << 20) + 1]).unwrap();
    assert!(read().ends_with("it is larger than 1048576 bytes"));
    std::fs::write(&path, "[".repeat(100_000)).unwrap();
    assert!(read().contains("bencher.toml:1: "));
    std::fs::write(&path, format!("input = {}", "{a=".repeat(100_000))).unwrap();
    assert!(read().contains("bencher.toml:1: "));
}

#[test]
fn the_nearest_file_counts_up_to_the_workspace() {
    let root = tempfile::tempdir().unwrap();
    let inner = root.path().join("workspace/member/src");
    std::fs::create_dir_all(&inner).unwrap();
    std::fs::write(root.path().join("bencher.toml"), "").unwrap();
    assert_eq!(
        file::nearest_to(&inner),
        Some(root.path().join("bencher.toml"))
    );
    let member = root.path().join("workspace/member/bencher.toml");
    std::fs::write(&member, "").unwrap();
    assert_eq!(file::nearest_to(&inner), Some(member.clone()));
    std::fs::remove_file(member).unwrap();
    std::fs::write(root.path().join("workspace/Cargo.lock"), "").unwrap();
    assert_eq!(
        file::nearest_to(&inner),
        None,
        "what lies above is none of its business"
    );
}

#[test]
fn a_variable_that_is_nearly_an_option_is_told() {
    let given = [
        "BENCHER_REPEET",
        "BENCHER_REPEATS",
        "BENCHER_CONFIG",
        "BENCHER_CACHE_DIRS",
        "BENCHER_CLOKC",
        "BENCHER_PROCESSES",
        "BENCHER_INPUT_DIR",
        "BENCHER_MODE",
        "BENCHER_WORKER",
        "REPEATS",
    ];
    let found = super::super::environment::misspelt(given.into_iter().map(Into::into));
    assert_eq!(
        found,
        [
            ("BENCHER_REPEET", "BENCHER_REPEATS"),
            ("BENCHER_CACHE_DIRS", "BENCHER_CACHE_DIR"),
            ("BENCHER_CLOKC", "BENCHER_CLOCK"),
            ("BENCHER_PROCESSES", "BENCHER_REPLICATES")
        ]
        .map(|(given, near)| (given.to_owned(), near.to_owned()))
    );
}

#[test]
fn mistakes_in_the_environment_name_the_variable() {
    let read = |name: &'static str, value: OsString| {
        let variable = move |asked: &str| (asked == name).then(|| value.clone());
        let folder = tempfile::tempdir().unwrap();
        let args = ["demo".into()];
        settings(&SCHEMA, "demo", args, &variable, folder.path()).map(|settings| settings.config())
    };
    let error = read("BENCHER_REPEATS", "few".into()).unwrap_err();
    assert!(matches!(error, SettingsError::Environment { .. }));
    assert_eq!(
        error.to_string(),
        "environment variable BENCHER_REPEATS: `few` is not a whole number of at least 1"
    );
    assert_eq!(
        read("BENCHER_REPEATS", "".into()).unwrap().repeats,
        None,
        "empty says nothing"
    );
    assert!(read("BENCHER_OPEN", "Yes".into()).unwrap().open);
    let both = read("BENCHER_INPUT", "a=1,2; b=3".into()).unwrap();
    assert_eq!(both.inputs.len(), 2);
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt as _;
        let strange = OsString::from_vec(vec![b'a', 0xff]);
        let store = read("BENCHER_CACHE_DIR", strange.clone()).unwrap().store;
        assert_eq!(
            store.unwrap().into_os_string(),
            strange,
            "a path need not be UTF-8"
        );
        for option in options() {
            let folder = matches!(
                option.takes,
                OptionValue::Folder(_) | OptionValue::FolderOrSwitch(_)
            );
            let name: &'static str = Box::leak(option.variable().into_boxed_str());
            let read = read(name, strange.clone());
            assert_eq!(read.is_ok(), folder, "{name}");
            let text = read.map_or_else(|error| error.to_string(), |_| "not UTF-8".to_owned());
            assert!(text.contains("not UTF-8"), "{text}");
        }
    }
}

#[test]
fn a_number_below_zero_is_the_value_of_the_option_before_it() {
    let nothing = |_: &str| None;
    let folder = tempfile::tempdir().unwrap();
    let read = |args: &[&str]| {
        let args = std::iter::once("demo").chain(args.iter().copied());
        let settings = settings(
            &SCHEMA,
            "demo",
            args.map(Into::into),
            &nothing,
            folder.path(),
        );
        settings
            .map(|settings| settings.config())
            .map_err(|error| error.to_string())
    };
    // No option of these says that nothing is known of `-1`, and none takes it that counts something.
    for option in options() {
        let OptionValue::Number(_) = option.takes else {
            continue;
        };
        let error = read(&[&format!("--{}", option.name), "-1"]).unwrap_err();
        let expected = format!("--{}", option.name);
        assert!(error.contains(&expected), "{error}");
        let expected = ["must be at least", "`-1` is not"];
        assert!(
            expected.iter().any(|expected| error.contains(expected)),
            "{error}"
        );
        assert!(!error.contains("there is no option"), "{error}");
    }
    let config = read(&["--tag", "-1", "--sweep", "-.5", "--rows", "3"]).unwrap();
    assert_eq!((config.run_tag.as_str(), config.rows), ("-1", 3));
    assert_eq!(config.only, ["-.5"]);
    // A word that is not a number is an option as before, and a switch takes no value.
    assert!(read(&["--rows", "--json"]).unwrap_err().contains("--rows"));
    assert!(
        read(&["--json", "-1"])
            .unwrap_err()
            .contains("there is no option `-1`")
    );
}

#[test]
fn a_missing_named_file_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let read = |args: &[&str], variable: &dyn Fn(&str) -> Option<OsString>| {
        let args = std::iter::once("demo")
            .chain(args.iter().copied())
            .map(Into::into);
        settings(&SCHEMA, "demo", args, variable, folder.path())
            .map(|settings| settings.config().rows)
    };
    let nothing = |_: &str| None;
    let error = read(&["--config", "mine.toml"], &nothing)
        .unwrap_err()
        .to_string();
    assert!(error.contains("mine.toml: No such file"), "{error}");
    std::fs::write(folder.path().join("mine.toml"), "rows = 4").unwrap();
    std::fs::write(folder.path().join("bencher.toml"), "rows = 5").unwrap();
    assert_eq!(read(&["--config", "mine.toml"], &nothing).unwrap(), 4);
    assert_eq!(read(&[], &nothing).unwrap(), 5);
    assert_eq!(
        read(&["--no-config"], &nothing).unwrap(),
        RunConfig::default().rows
    );
    let named = |name: &str| (name == "BENCHER_CONFIG").then(|| "mine.toml".into());
    assert_eq!(read(&[], &named).unwrap(), 4);
    assert_eq!(
        read(&["--no-config"], &named).unwrap(),
        RunConfig::default().rows
    );
}

proptest! {
    #[test]
    fn no_text_is_the_end_of_a_program(text: String) {
        let _ = file::settings(&text, Path::new("bencher.toml"), "demo");
    }

    /// Nearly right text goes further.
    #[test]
    fn nor_is_any_that_looks_like_a_file(
        lines in proptest::collection::vec(
            ("[a-z\\[\\]. '-]{0,12}|input|level|repeats|sweeps|programs|print|wait|cache-size|\\[sweeps\\.x\\]|\\[programs\\.demo\\]",
             " ?=? ?", ".{0,12}|-?[0-9]{1,30}|0x[0-9a-f]{1,40}|[0-9]\\.[0-9]e[0-9]{1,4}|'[0-9]{0,4}\\.\\.[0-9]{0,4}'|\\{a=[0-9]\\}|\\[.{0,6}\\]|true"),
            0..6),
    ) {
        let lines: Vec<String> = lines.iter().map(|(a, b, c)| format!("{a}{b}{c}")).collect();
        let text = lines.join("\n");
        if let Ok(settings) = file::settings(&text, Path::new("bencher.toml"), "demo") {
            let config: RunConfig = Settings::config(&settings);
            let _ = config.at_step(u64::MAX);
        }
    }

    /// As the environment and the command line hand them over.
    #[test]
    fn nor_is_any_value(text in ".{0,24}|[0-9.e+-]{0,12}(GB|kib|TiB)?|[0-9]{0,11}\\.\\.=?[0-9]{0,11}") {
        for option in options() {
            if let Ok(change) = (option.read)(&[OsString::from(&text)]) {
                let mut config = RunConfig::default();
                change(&mut config);
                let _ = config.at_step(u64::MAX);
                let _ = (option.show)(&config);
            }
        }
    }
}

#[test]
fn an_option_that_was_renamed_names_the_new_one() {
    for args in [
        &["demo", "--processes", "8"][..],
        &["demo", "--processes=8"],
        &["demo", "--processes"],
    ] {
        let args = args.iter().copied().map(Into::into);
        let error = super::super::parse(&super::SCHEMA, args).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("`--processes` was renamed to `--replicates`"),
            "{error}"
        );
    }
}
