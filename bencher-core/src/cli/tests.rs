//! Who goes before whom, for every option; and files that nobody should have written.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use proptest::prelude::*;

use super::{SettingsError, file, settings};
use crate::bench::config::{RunOption, Takes, option, options};
use crate::bench::{RunConfig, Settings};
use crate::var::{InputVar, Schema};

const SCHEMA: Schema = Schema {
    name: "Demo",
    doc: "",
    version: 1,
    inputs: &[] as &[InputVar],
    results: &[],
};

/// Two values of an option, both unlike its default, and the default where it can be written.
fn values(option: &RunOption) -> Vec<&'static str> {
    match option.name {
        "sweep" => vec!["one", "two"],
        "input" => vec!["len=1", "len=2"],
        "level" => vec!["3", "2..4"],
        "samples" | "repeats" | "rows" => vec!["3", "7"],
        "executor" => vec!["threads", "serial"],
        "jobs" => vec!["2", "3"],
        "seed" => vec!["5", "6"],
        "order" => vec!["in-order", "shuffled"],
        "fail-on-sample-error" => vec!["false", "0.5"],
        "cache-size" => vec!["10GB", "3MiB"],
        "tag" => vec!["a", "b"],
        "code" => vec!["strict", "ignore"],
        "store" => vec!["/a", "/b"],
        "report" => vec!["/a", "false"],
        "wait" => vec!["0.5", "7"],
        "plot-size" | "plot-width" | "plot-height" => vec!["100", "200"],
        "layout" => vec!["tabs", "both"],
        "print" => vec!["samples", "none"],
        "output" => vec!["json", "quiet"],
        _ => match (
            option.takes,
            (option.show)(&RunConfig::default()).as_deref(),
        ) {
            (Takes::Switch, Some("true")) => vec!["false", "true"],
            (Takes::Switch, _) => vec!["true", "false"],
            _ => panic!("say two values of `{}` here", option.name),
        },
    }
}

/// All of a configuration.
fn all(config: &RunConfig) -> String {
    format!("{config:?}")
}

/// The configuration that the places make, each with a value of one option or none.
fn effective(
    option: &'static RunOption,
    command_line: Option<&str>,
    environment: Option<&str>,
    in_file: Option<&str>,
    program: Option<&str>,
) -> RunConfig {
    let folder = tempfile::tempdir().unwrap();
    if let Some(value) = in_file {
        let plain = matches!(option.takes, Takes::Switch | Takes::Number(_))
            || value.parse::<f64>().is_ok()
            || value.parse::<bool>().is_ok();
        let value = match value.split_once('=') {
            Some((name, value)) => format!("{{ {name} = {value} }}"),
            None if plain => value.to_owned(),
            None => format!("'{value}'"),
        };
        let text = format!("{} = {value}\n", option.name);
        std::fs::write(folder.path().join("bencher.toml"), text).unwrap();
    }
    let mut args: Vec<OsString> = vec!["demo".into()];
    match (command_line, option.takes) {
        (Some("true"), Takes::Switch) => args.push(format!("--{}", option.name).into()),
        (Some(_), Takes::Switch) => args.push(format!("--no-{}", option.name).into()),
        (Some(value), _) => args.extend([format!("--{}", option.name).into(), value.into()]),
        (None, _) => {}
    }
    let variable = |name: &str| (name == option.variable()).then(|| environment.map(Into::into))?;
    let said = settings(&SCHEMA, "demo", args, &variable, folder.path()).unwrap();
    let mut config = RunConfig::default();
    if let Some(value) = program {
        (option.read)(&[value.into()]).unwrap()(&mut config);
    }
    said.apply(&mut config, None);
    config
}

/// What one value of an option alone makes of the default.
fn alone(option: &RunOption, value: &str) -> String {
    let mut config = RunConfig::default();
    (option.read)(&[value.into()]).unwrap()(&mut config);
    all(&config)
}

#[test]
fn the_command_line_the_environment_the_file_the_program_the_default() {
    for option in options() {
        let name = option.name;
        let [a, b] = values(option)[..] else {
            panic!("two values of `{name}`");
        };
        for (a, b) in [(a, b), (b, a)] {
            let (strong, weak) = (alone(option, a), Some(b));
            assert_ne!(strong, alone(option, b), "{name}");
            let of = |cli, env, file, program| all(&effective(option, cli, env, file, program));
            assert_eq!(
                of(Some(a), weak, weak, weak),
                strong,
                "{name}: the command line"
            );
            assert_eq!(
                of(Some(a), None, None, None),
                strong,
                "{name}: the command line alone"
            );
            assert_eq!(
                of(None, Some(a), weak, weak),
                strong,
                "{name}: the environment"
            );
            assert_eq!(of(None, None, Some(a), weak), strong, "{name}: the file");
            assert_eq!(of(None, None, None, Some(a)), strong, "{name}: the program");
        }
        let default = all(&effective(option, None, None, None, None));
        assert_eq!(default, all(&RunConfig::default()), "{name}: the default");
    }
}

#[test]
fn an_option_says_its_value_as_the_file_takes_it() {
    for option in options() {
        for value in values(option) {
            let mut config = RunConfig::default();
            (option.read)(&[value.into()]).unwrap()(&mut config);
            let Some(shown) = (option.show)(&config) else {
                continue;
            };
            let text = format!("{} = {shown}", option.name);
            let read = file::settings(&text, Path::new("/bencher.toml"), "demo");
            let read = read
                .unwrap_or_else(|error| panic!("{text}: {error}"))
                .config();
            assert_eq!((option.show)(&read), Some(shown), "{text}");
        }
    }
}

#[test]
fn names_are_one_kind_and_their_own() {
    let mut seen = BTreeMap::new();
    for option in options() {
        let plain = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(option.name.chars().all(plain), "{}", option.name);
        assert!(
            seen.insert(option.variable(), option.name).is_none(),
            "{}",
            option.name
        );
        assert!(!option.help.is_empty());
    }
    assert_eq!(option("store").unwrap().variable(), "BENCHER_CACHE_DIR");
    assert_eq!(option("fail-fast").unwrap().variable(), "BENCHER_FAIL_FAST");
}

/// What a file makes of the default, for the program `demo` and its sweep `A b`.
fn from_file(text: &str) -> Result<RunConfig, String> {
    let read = file::settings(text, Path::new("/x/bencher.toml"), "demo");
    let mut config = RunConfig::default();
    read.map_err(|error| error.to_string())?
        .apply(&mut config, Some("A b"));
    Ok(config)
}

#[test]
fn the_more_special_section_counts() {
    let text = "\
        [sweeps.'A b']\nrepeats = 2\nrows = 2\njobs = 2\n\
        [programs.demo]\nrepeats = 3\nrows = 3\nwait = 3\n\
        [programs.demo.sweeps.a-b]\nrepeats = 4\n\
        [programs.demo.sweeps.other]\nrepeats = 5\n\
        [programs.else]\nrepeats = 6\n";
    let config = from_file(&format!("repeats = 1\nseed = 1\n{text}")).unwrap();
    assert_eq!(
        config.repeats,
        Some(4),
        "the program's section of the sweep, by its short name"
    );
    assert_eq!(config.rows, 3, "the program's section");
    assert_eq!(
        config.executor,
        crate::evaluator::Executors::Threads(2),
        "the sweep's section"
    );
    assert_eq!(
        config.order,
        Some(crate::space::Order::Shuffled { seed: 1 }),
        "the top"
    );
}

#[test]
fn two_places_may_each_say_half() {
    let of = |file: &str, args: &[&str]| {
        let mut said = file::settings(file, Path::new("/bencher.toml"), "demo").unwrap();
        let args = std::iter::once("demo")
            .chain(args.iter().copied())
            .map(Into::into);
        said.extend(super::parse(&SCHEMA, args).unwrap().settings);
        said.config()
    };
    use crate::evaluator::Executors::{Serial, Threads};
    use crate::space::Order::{InOrder, Shuffled};
    assert_eq!(
        of("seed = 3", &["--order", "shuffled"]).order,
        Some(Shuffled { seed: 3 })
    );
    assert_eq!(
        of("order = 'in-order'", &["--seed", "3"]).order,
        Some(Shuffled { seed: 3 })
    );
    assert_eq!(
        of("seed = 3", &["--order", "in-order"]).order,
        Some(InOrder)
    );
    assert_eq!(
        of("jobs = 3", &["--executor", "threads"]).executor,
        Threads(3)
    );
    assert_eq!(
        of("executor = 'serial'", &["--jobs", "2"]).executor,
        Threads(2)
    );
    assert_eq!(of("jobs = 3", &["--jobs", "1"]).executor, Threads(1));
    assert_eq!(of("", &["--jobs", "1"]).executor, Serial);
    let density = of("samples = 3", &["--level", "5"]).density;
    assert_eq!(
        (density.samples_per_var, density.subsampling_divisions),
        (None, 5)
    );
    let density = of("level = '2..4'", &["--samples", "5"]);
    assert_eq!(
        (density.density.samples_per_var, density.steps()),
        (Some(5), 1)
    );
    let inputs = of("input = { a = [1, 2], b = 'x' }", &["--input", "a=3"]).inputs;
    let inputs: Vec<String> = inputs.iter().map(ToString::to_string).collect();
    assert_eq!(inputs, ["b=x", "a=3"]);
    let plots = of("plot-width = 100", &["--plot-size", "300"]).report_options;
    assert_eq!((plots.plot_width, plots.plot_height), (300, 300));
    let plots = of("plot-width = 100\nplot-size = 200", &[]).report_options;
    assert_eq!((plots.plot_width, plots.plot_height), (100, 200));
    assert!(of("open = true", &["--open", "--no-open"]).open == of("", &[]).open);
}

#[test]
fn a_place_in_a_file_is_beside_it() {
    let config = from_file("store = 'data'\nreport = '../out'").unwrap();
    assert_eq!(config.store.as_deref(), Some(Path::new("/x/data")));
    assert_eq!(
        config.report,
        crate::bench::ReportPlace::At("/x/../out".into())
    );
}

#[test]
fn mistakes_in_a_file_have_a_line_and_a_hint() {
    let cases = [
        (
            "\nrepeat = 3",
            "bencher.toml:2: there is no option `repeat`; did you mean `repeats`?",
        ),
        (
            "repeats = 0",
            "bencher.toml:1: `repeats`: `0` is not a whole number in 1..",
        ),
        ("repeats = 1.5", "not a whole number in 1.."),
        ("repeats = true", "not a whole number in 1.."),
        (
            "rows = 99999999999999999999999",
            "not a whole number in 0..",
        ),
        (
            "rows = 0xfffffffffffffffffffffffffffffffffffffffffff",
            "not a whole number",
        ),
        ("level = 13", "`13` is not a whole number in 1..=12"),
        ("level = '5..2'", "write 2..5"),
        ("open = 1", "`open` takes true or false, not integer"),
        ("jobs = '2'", "`jobs` takes a number, not string"),
        ("tag = 3", "`tag` takes a text, not integer"),
        (
            "order = 'backwards'",
            "`backwards` is none of in-order, round-robin, shuffled",
        ),
        ("fail-on-sample-error = 2", "write 1.0, not 1"),
        ("cache-size = '10'", "not a size with its unit"),
        ("wait = nan", "not a number of seconds"),
        ("print = ['tables']", "`tables` is none of inputs"),
        (
            "print = [1]",
            "`print` takes a text or an array of texts, not array",
        ),
        ("input = 'len=1'", "`input` takes a table of inputs"),
        ("input = { len = ['1,2'] }", "without a comma"),
        ("input = { len = { a = 1 } }", "numbers and texts"),
        ("input = { len = '' }", "NAME=VALUES"),
        ("sweeps = 3", "`sweeps` holds sections, not integer"),
        ("[sweeps]\nx = 3", "bencher.toml:2: `sweeps` holds sections"),
        (
            "[sweeps.x]\n\nopen = true",
            "bencher.toml:3: `open` is said of a whole run",
        ),
        (
            "[sweeps.x]\nlevel = '1..3'",
            "bencher.toml:2: `level`: steps are those of a whole run",
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
        ("'\u{1b}[31m' = 1", "\\u{1b}"),
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
    assert!(read().ends_with("bencher.toml: it is no file"));
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
fn mistakes_in_the_environment_name_the_variable() {
    let read = |name: &'static str, value: OsString| {
        let variable = move |asked: &str| (asked == name).then(|| value.clone());
        let folder = tempfile::tempdir().unwrap();
        let args = ["demo".into()];
        settings(&SCHEMA, "demo", args, &variable, folder.path()).map(|said| said.config())
    };
    let error = read("BENCHER_REPEATS", "few".into()).unwrap_err();
    assert!(matches!(error, SettingsError::Environment { .. }));
    assert_eq!(
        error.to_string(),
        "the environment's BENCHER_REPEATS: `few` is not a whole number in 1.."
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
            let folder = matches!(option.takes, Takes::Folder(_) | Takes::FolderOrSwitch(_));
            let name: &'static str = Box::leak(option.variable().into_boxed_str());
            let read = read(name, strange.clone());
            assert_eq!(read.is_ok(), folder, "{name}");
            let said = read.map_or_else(|error| error.to_string(), |_| "not UTF-8".to_owned());
            assert!(said.contains("not UTF-8"), "{said}");
        }
    }
}

#[test]
fn a_missing_named_file_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let read = |args: &[&str], variable: &dyn Fn(&str) -> Option<OsString>| {
        let args = std::iter::once("demo")
            .chain(args.iter().copied())
            .map(Into::into);
        settings(&SCHEMA, "demo", args, variable, folder.path()).map(|said| said.config().rows)
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
        let text: String = lines.iter().map(|(a, b, c)| format!("{a}{b}{c}\n")).collect();
        if let Ok(said) = file::settings(&text, Path::new("bencher.toml"), "demo") {
            let config: RunConfig = Settings::config(&said);
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
