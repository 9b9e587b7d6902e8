//! The precedence of sources, for every option.

#[cfg(all(unix, feature = "store"))]
mod interrupted;
mod mistakes;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;

use super::{file, settings};
use crate::bench::RunConfig;
use crate::bench::config::{OptionValue, RunOption, option, options};
use crate::evaluator::Executors::{Serial, Threads};
use crate::space::SampleOrder::{InOrder, Shuffled};
use crate::var::{InputVar, Schema};

const SCHEMA: Schema = Schema {
    name: "Demo",
    module: "demo",
    package: "demo",
    target: crate::var::CargoTarget::Unknown,
    doc: "",
    version: 1,
    inputs: &[] as &[InputVar],
    results: &[],
};

/// Two values of an option, both unlike its default, and the default where it can be written.
fn values(option: &RunOption) -> Vec<&'static str> {
    match option.name {
        "launch" => vec!["local:2", "mpirun:3"],
        "nats" => vec!["nats://a:4222", "tls://b"],
        "sweep" => vec!["one", "two"],
        "input" => vec!["len=1", "len=2"],
        "level" => vec!["3", "2..4"],
        "samples" | "repeats" | "rows" => vec!["3", "7"],
        "executor" => vec!["threads", "processes"],
        "jobs" | "retries" => vec!["2", "3"],
        "job-memory" => vec!["2GB", "3MiB"],
        "seed" | "search-seed" | "search-workers" => vec!["5", "6"],
        "search-target" => vec!["0.1", "-3"],
        "order" => vec!["in-order", "shuffled"],
        "fail-on-sample-error" => vec!["false", "0.5"],
        "cache-size" => vec!["10GB", "3MiB"],
        "tag" => vec!["a", "b"],
        "budget" | "job-timeout" => vec!["30s", "10m"],
        "replicates" => vec!["6", "8"],
        "search" => vec!["200", "10m"],
        "sampler" => vec!["tpe", "nsga"],
        "clock" => vec!["tsc", "monotonic"],
        "best-within" => vec!["0.02", "0.05"],
        "precision" => vec!["0.005", "0"],
        "code" | "machine" => vec!["strict", "ignore"],
        "store" | "shared-dir" | "nats-credentials" | "nats-certificates" => vec!["/a", "/b"],
        "report" => vec!["/a", "false"],
        "wait" => vec!["0.5", "7"],
        "plot-size" | "plot-width" | "plot-height" => vec!["100", "200"],
        "event" => vec!["PR 12", "git"],
        "on-history-reset" => vec!["error", "ignore"],
        "max-time-events" | "regression-min-history" => vec!["30", "7"],
        "save-baseline" | "baseline" => vec!["main", "v1.2"],
        "regression" => vec!["percentage:5", "adaptive"],
        "layout" => vec!["tabs", "both"],
        "png-backend" => vec!["gnuplot", "builtin"],
        "plots" => vec!["table", "auto,histogram"],
        "aggregate" => vec!["algo,mode", "all-but-first"],
        "aggregate-statistic" => vec!["max", "median"],
        "print" => vec!["samples", "none"],
        "columns" => vec!["fastest", "median,discarded"],
        "pivot" | "sort" => vec!["elapsed", "block size"],
        "output" => vec!["json", "quiet"],
        _ => match (
            option.takes,
            (option.show)(&RunConfig::default()).as_deref(),
        ) {
            (OptionValue::Switch, Some("true")) => vec!["false", "true"],
            (OptionValue::Switch, _) => vec!["true", "false"],
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
        let plain = matches!(option.takes, OptionValue::Switch | OptionValue::Number(_))
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
        (Some("true"), OptionValue::Switch) => args.push(format!("--{}", option.name).into()),
        (Some(_), OptionValue::Switch) => args.push(format!("--no-{}", option.name).into()),
        (Some(value), _) => args.extend([format!("--{}", option.name).into(), value.into()]),
        (None, _) => {}
    }
    let variable = |name: &str| (name == option.variable()).then(|| environment.map(Into::into))?;
    let settings = settings(&SCHEMA, "demo", args, &variable, folder.path()).unwrap();
    let mut config = RunConfig::default();
    if let Some(value) = program {
        (option.read)(&[value.into()]).unwrap()(&mut config);
    }
    settings.apply(&mut config, None);
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
    assert_eq!(config.executor, Threads(2), "the sweep's section");
    assert_eq!(config.order, Some(Shuffled { seed: 1 }), "the top");
}

#[test]
fn two_places_may_each_say_half() {
    let of = |file: &str, args: &[&str]| {
        let mut settings = file::settings(file, Path::new("/bencher.toml"), "demo").unwrap();
        let args = std::iter::once("demo")
            .chain(args.iter().copied())
            .map(Into::into);
        settings.extend(super::parse(&SCHEMA, args).unwrap().settings);
        settings.config()
    };
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
    let plots = of("plot-width = 100", &["--plot-size", "300"]).plot_options;
    assert_eq!((plots.plot_width, plots.plot_height), (300, 300));
    let plots = of("plot-width = 100\nplot-size = 200", &[]).plot_options;
    assert_eq!((plots.plot_width, plots.plot_height), (100, 200));
    assert!(of("open = true", &["--open", "--no-open"]).open == of("", &[]).open);
}

#[test]
fn a_place_in_a_file_is_beside_it() {
    let config = from_file("store = 'data'\nreport = '../out'").unwrap();
    assert_eq!(config.store.as_deref(), Some(Path::new("/x/data")));
    assert_eq!(
        config.report,
        crate::bench::ReportLocation::Folder("/x/../out".into())
    );
}

/// The table of options in `docs/configuration.md`.
fn described() -> String {
    let mut text = String::from("| option | what it does | default | sweep |\n|---|---|---|---|\n");
    for option in options() {
        let default = match ((option.show)(&RunConfig::default()), option.default) {
            (Some(switch), "") if switch == "true" => format!("{} = true", option.name),
            (Some(switch), "") => switch,
            (None, "") if option.takes == OptionValue::Switch => "false".to_owned(),
            (_, default) => default.to_owned(),
        };
        let no = if default.ends_with("= true") {
            "no-"
        } else {
            ""
        };
        let value = match option.takes.unit() {
            "" => String::new(),
            unit => format!(" {unit}"),
        };
        let choices = match option.takes {
            OptionValue::Choice(_, values) => format!(" ({})", values.join(", ")),
            _ => String::new(),
        };
        let (name, help) = (option.name, option.help);
        let own = if option.per_sweep { "✓" } else { "" };
        let _ = writeln!(
            text,
            "| `--{no}{name}{value}` | {help}{choices} | {default} | {own} |"
        );
    }
    text
}

#[test]
fn the_document_describes_every_option() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/configuration.md");
    let document = std::fs::read_to_string(path).unwrap();
    let described = described();
    assert!(
        document.contains(&described),
        "docs/configuration.md is to hold this:\n{described}"
    );
}
