use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, RangedU64ValueParser, ValueParser};
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::bench::{OutputFormat, ReportPlace, RunConfig};
use crate::evaluator::Executors;
use crate::job::CodePolicy;
use crate::space::{Density, Order};
use crate::sweep_executor::InputOverride;
use crate::value::Kind;
use crate::var::{MAX_SUBSAMPLING_DIVISIONS, Schema};

const AFTER_HELP: &str = "\
Values of an input:
  --input len=1,2,3        these three
  --input len=16..4096     from 16 to 4096, as the declaration or the level spreads them
  --input len=16..4096:9   nine samples from 16 to 4096
  --input len=0..100/25    0, 25, 50, 75, 100

Exit status: 0 all is well, 1 a sample failed or something could not be kept,
2 the command line makes no sense, 130 interrupted.

Environment: BENCHER_CACHE_DIR is the default of --store.";

/// The command line of a program that sweeps the inputs of `schema`, as clap knows it.
pub fn command(schema: &Schema) -> Command {
    Command::new(env!("CARGO_PKG_NAME"))
        .bin_name(super::program_name())
        .about("Runs the parameter sweeps of this program, and draws them.")
        .after_help(inputs(schema) + AFTER_HELP)
        .next_help_heading("What is run")
        .arg(value("sweep", "NAME", "Run only sweeps whose title contains NAME (may be repeated)")
            .action(ArgAction::Append))
        .arg(value("input", "NAME=VALUES", "Other values for an input (may be repeated)")
            .action(ArgAction::Append)
            .value_parser(|text: &str| text.parse::<InputOverride>()))
        .arg(value("level", "N", "Density of all inputs, 1 to 12: 1, 2, 3, 5, 9, 17, … samples each")
            .value_parser(RangedU64ValueParser::<u8>::new().range(1..=u64::from(MAX_SUBSAMPLING_DIVISIONS))))
        .arg(value("samples", "N", "So many samples of every input; goes before --level")
            .value_parser(RangedU64ValueParser::<usize>::new().range(1..)))
        .arg(value("repeats", "N", "Samples of every point [default: 1]")
            .value_parser(RangedU64ValueParser::<u32>::new().range(1..)))
        .arg(flag("list", "Name the sweeps, run nothing"))
        .arg(flag("dry-run", "Show the plan of every sweep, run nothing"))
        .next_help_heading("How it is run")
        .arg(value("jobs", "N", "Run untimed samples on N threads; timed ones always run alone")
            .value_parser(RangedU64ValueParser::<usize>::new().range(1..=4096)))
        .arg(value("executor", "KIND", "On what samples run [default: serial, threads with --jobs]")
            .value_parser(PossibleValuesParser::new(["serial", "threads"])))
        .arg(value("order", "ORDER", "Order of the samples [default: round-robin, shuffled where a result is timed]")
            .value_parser(PossibleValuesParser::new(["in-order", "round-robin", "shuffled"])))
        .arg(value("seed", "N", "Seed of --order shuffled [default: 0]")
            .value_parser(ValueParser::from(clap::value_parser!(u64))))
        .arg(flag("fail-fast", "Stop at the first sample that fails"))
        .next_help_heading("What is kept")
        .arg(flag("no-cache", "Neither take samples from the store nor keep any"))
        .arg(flag("overwrite", "Take every sample again and replace the stored ones"))
        .arg(flag("clear", "First drop the stored samples of this tag"))
        .arg(value("tag", "TAG", "Keep the samples of this run apart, under a tag"))
        .arg(value("code", "POLICY", "Stored samples of another build: refuse, take and say so, take [default: strict for timed results, else warn]")
            .value_parser(PossibleValuesParser::new(["strict", "warn", "ignore"])))
        .arg(value("store", "DIR", "Where samples and results are kept [default: bencher in the target directory]")
            .value_parser(ValueParser::path_buf()))
        .arg(value("wait", "SECONDS", "Wait so long for a store that another process holds [default: 30]")
            .value_parser(|text: &str| {
                text.parse::<f64>()
                    .ok()
                    .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
                    .ok_or("give a number of seconds from 0 on")
            }))
        .next_help_heading("What is shown")
        .arg(value("report", "DIR", "Where the report goes [default: beside the store]")
            .value_parser(ValueParser::path_buf()))
        .arg(flag("no-report", "Draw no report").conflicts_with("report"))
        .arg(flag("open", "Open the report when it is drawn").conflicts_with("no-report"))
        .arg(value("rows", "N", "The most rows of a printed table [default: 30]")
            .value_parser(RangedU64ValueParser::<usize>::new().range(0..)))
        .arg(flag("json", "Print one JSON object a line instead of text"))
        .arg(flag("quiet", "Print errors alone").short('q').conflicts_with("json"))
        // Cargo says so to every bench target.
        .arg(flag("bench", "").hide(true))
}

/// The inputs that `--input` knows.
fn inputs(schema: &Schema) -> String {
    let width = schema
        .inputs
        .iter()
        .map(|var| var.name.chars().count())
        .max()
        .unwrap_or(0);
    let mut text = "Inputs of this program:\n".to_owned();
    for var in schema.inputs {
        let variants: Vec<&str> = (var.variants)()
            .iter()
            .map(|variant| variant.name)
            .collect();
        let kind = match var.kind {
            Kind::Category => variants.join(", "),
            kind => kind.name(),
        };
        let units = if var.units.is_empty() {
            String::new()
        } else {
            format!(" [{}]", var.units)
        };
        let doc = var.doc.lines().next().unwrap_or_default();
        let doc = if doc.is_empty() {
            String::new()
        } else {
            format!(": {doc}")
        };
        let _ = writeln!(text, "  {:width$}  {kind}{units}{doc}", var.name);
    }
    text.push('\n');
    text
}

fn value(name: &'static str, unit: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(unit).help(help)
}

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .help(help)
        .action(ArgAction::SetTrue)
}

/// Reads a command line, the program's name first.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
/// use bencher_core::bench::OutputFormat;
/// use bencher_core::cli::parse;
/// let config = parse(&Sorting::SCHEMA, ["demo", "--samples", "3", "--json"].map(Into::into))?;
/// assert_eq!(config.density.samples_per_var, Some(3));
/// assert_eq!(config.output, OutputFormat::Json);
/// let error = parse(&Sorting::SCHEMA, ["demo", "--sampels", "3"].map(Into::into)).unwrap_err();
/// assert!(error.to_string().contains("--samples"));
/// # Ok::<(), clap::Error>(())
/// ```
///
/// # Errors
/// Where an option is unknown or a value does not fit; also where help was asked for.
pub fn parse(
    schema: &Schema,
    args: impl IntoIterator<Item = OsString>,
) -> Result<RunConfig, clap::Error> {
    command(schema)
        .try_get_matches_from(args)
        .map(|matches| config(&matches))
}

fn config(matches: &ArgMatches) -> RunConfig {
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let given = |name: &str| matches.get_flag(name);
    let default = RunConfig::default();
    let jobs = matches.get_one::<usize>("jobs").copied();
    RunConfig {
        repeats: matches.get_one("repeats").copied(),
        density: Density {
            subsampling_divisions: matches.get_one("level").copied().unwrap_or(0),
            samples_per_var: matches.get_one("samples").copied(),
        },
        executor: match (text("executor"), jobs) {
            (Some("serial"), _) | (None, None | Some(1)) => Executors::Serial,
            (_, Some(jobs)) => Executors::Threads(jobs),
            (Some(_), None) => {
                Executors::Threads(std::thread::available_parallelism().map_or(1, Into::into))
            }
        },
        order: match text("order") {
            Some("in-order") => Some(Order::InOrder),
            Some("round-robin") => Some(Order::RoundRobin),
            Some(_) => Some(Order::Shuffled {
                seed: matches.get_one("seed").copied().unwrap_or(0),
            }),
            None => matches
                .get_one("seed")
                .map(|seed| Order::Shuffled { seed: *seed }),
        },
        cache: !given("no-cache"),
        overwrite: given("overwrite"),
        clear: given("clear"),
        run_tag: text("tag").unwrap_or_default().to_owned(),
        code: match text("code") {
            Some("strict") => Some(CodePolicy::Strict),
            Some("warn") => Some(CodePolicy::Warn),
            Some(_) => Some(CodePolicy::Ignore),
            None => None,
        },
        fail_fast: given("fail-fast"),
        dry_run: given("dry-run"),
        list: given("list"),
        only: matches
            .get_many("sweep")
            .unwrap_or_default()
            .cloned()
            .collect(),
        inputs: matches
            .get_many("input")
            .unwrap_or_default()
            .cloned()
            .collect(),
        store: matches.get_one::<PathBuf>("store").cloned(),
        wait: matches.get_one("wait").copied().unwrap_or(default.wait),
        report: match matches.get_one::<PathBuf>("report") {
            _ if given("no-report") => ReportPlace::Nowhere,
            Some(folder) => ReportPlace::At(folder.clone()),
            None => ReportPlace::Default,
        },
        open: given("open"),
        output: if given("json") {
            OutputFormat::Json
        } else if given("quiet") {
            OutputFormat::Quiet
        } else {
            OutputFormat::Text
        },
        rows: matches.get_one("rows").copied().unwrap_or(default.rows),
    }
}
