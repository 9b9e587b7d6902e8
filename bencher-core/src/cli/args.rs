use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, ValueParser};
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::bench::config::{GROUPS, OptionValue, RENAMED, RunOption, options};
use crate::bench::{RunConfig, SettingSource, Settings};
use crate::value::Kind;
use crate::var::Schema;

const AFTER_HELP: &str = "\
Values of an input:
  --input len=1,2,3        these three
  --input len=16..4096     from 16 to 4096, spread as declared or by --level
  --input len=16..4096:9   nine samples from 16 to 4096
  --input len=0..100/25    0, 25, 50, 75, 100

Every option can also be set in the environment (BENCHER_REPEATS=5, BENCHER_DRY_RUN=true; BENCHER_CACHE_DIR
for --store) and in bencher.toml (repeats = 5, dry-run = true, input = { len = \"1,2\" }), which is looked for
in the working directory and its parents. Precedence: command line, environment, file, program.
--print-config shows the values in effect and where they come from.

Exit status: 0 success, 1 a sample failed or something could not be kept,
2 invalid options, 130 interrupted.";

/// The command line of a program that sweeps the inputs of `schema`, as clap knows it.
pub fn command(schema: &Schema) -> Command {
    command_with(&inputs(schema))
}

/// The command line of a program of which help says `what`.
pub(crate) fn command_with(what: &str) -> Command {
    let mut command = Command::new(env!("CARGO_PKG_NAME"))
        .bin_name(super::program_name())
        .about("Runs the parameter sweeps of this program, and draws them.")
        .after_help(format!("{what}{AFTER_HELP}"));
    for (heading, options) in &GROUPS {
        command = command
            .next_help_heading(*heading)
            .args(options.iter().flat_map(args));
    }
    command
        .next_help_heading("Configuration file")
        .arg(
            Arg::new("config")
                .long("config")
                .value_name("FILE")
                .help("Read this file instead of the nearest bencher.toml")
                .value_parser(ValueParser::path_buf()),
        )
        .arg(flag("no-config", "Read no bencher.toml").conflicts_with("config"))
        // What cannot be meant; two places may say so, and then the stronger counts.
        .mut_arg("open", |open| open.conflicts_with("no-report"))
        .mut_arg("json", |json| json.conflicts_with_all(["quiet", "output"]))
        .mut_arg("quiet", |quiet| quiet.conflicts_with("output"))
        .mut_arg("no-report", |none| none.conflicts_with("report"))
        .args(RENAMED.map(renamed_arg))
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

/// The name that an option had: an error that says what it is called now.
fn renamed_arg((old, new): (&'static str, &'static str)) -> Arg {
    let refuse =
        move |_: &str| -> Result<String, String> { Err(format!("it was renamed to `--{new}`")) };
    Arg::new(old)
        .long(old)
        .hide(true)
        .num_args(0..=1)
        .default_missing_value("")
        .value_parser(ValueParser::from(refuse))
}

/// An option as clap knows it: itself, its negative, its shorthands.
fn args(option: &'static RunOption) -> Vec<Arg> {
    let help = match option.default {
        "" => option.help.to_owned(),
        default => format!("{} [default: {default}]", option.help),
    };
    if option.takes == OptionValue::Switch {
        // Help shows the one that changes something.
        let (yes, no) = (option.name, negative(option));
        let on = (option.show)(&RunConfig::default()).as_deref() == Some("true");
        return vec![
            flag(yes, &help).hide(on).overrides_with(&no),
            flag(no, &help).hide(!on).overrides_with(yes),
        ];
    }
    let parser = match option.takes {
        OptionValue::Choice(_, values) => PossibleValuesParser::new(values).into(),
        OptionValue::Folder(_) | OptionValue::FolderOrSwitch(_) => ValueParser::os_string(),
        _ => ValueParser::from(move |text: &str| {
            (option.read)(&[text.into()]).map(|_| text.to_owned())
        }),
    };
    let action = if option.takes.is_repeated() {
        ArgAction::Append
    } else {
        ArgAction::Set
    };
    let arg = Arg::new(option.name)
        .long(option.name)
        .value_name(option.takes.unit())
        .help(help)
        .value_parser(parser)
        .action(action);
    let shorthands = option.shorthands.iter().map(|shorthand| {
        let flag = flag(shorthand.name, shorthand.help);
        match shorthand.letter {
            Some(letter) => flag.short(letter),
            None => flag,
        }
    });
    std::iter::once(arg).chain(shorthands).collect()
}

/// The name of the option that says no to a switch.
fn negative(option: &RunOption) -> String {
    format!("no-{}", option.name)
}

fn flag(name: impl Into<clap::builder::Str>, help: &str) -> Arg {
    let name = name.into();
    Arg::new(&name)
        .long(name)
        .help(help.to_owned())
        .action(ArgAction::SetTrue)
}

/// What a command line says.
///
/// The example stands at [`parse`].
#[derive(Debug)]
pub struct CommandLine {
    /// What it says of the run.
    pub settings: Settings,
    /// Which file says more.
    pub file: FileChoice,
}

/// Which file says more of a run than the command line.
///
/// The example stands at [`parse`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileChoice {
    /// The nearest `bencher.toml`.
    Nearest,
    /// This one.
    At(PathBuf),
    /// None.
    Nothing,
}

/// Reads a command line, the program's name first.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
/// use bencher_core::bench::OutputFormat;
/// use bencher_core::cli::{FileChoice, parse};
/// let said = parse(&Sorting::SCHEMA, ["demo", "--samples", "3", "--json"].map(Into::into))?;
/// let config = said.settings.config();
/// assert_eq!(config.density.samples_per_var, Some(3));
/// assert_eq!(config.output, OutputFormat::Json);
/// assert_eq!(said.file, FileChoice::Nearest);
/// let error = parse(&Sorting::SCHEMA, ["demo", "--sampels", "3"].map(Into::into)).unwrap_err();
/// assert!(error.to_string().contains("--samples"));
/// let error = parse(&Sorting::SCHEMA, ["demo", "--over-time"].map(Into::into)).unwrap_err();
/// assert!(!error.to_string().contains("--overwrite"));
/// # Ok::<(), clap::Error>(())
/// ```
///
/// # Errors
/// Where an option is unknown or a value does not fit; also where help was asked for.
pub fn parse(
    schema: &Schema,
    args: impl IntoIterator<Item = OsString>,
) -> Result<CommandLine, clap::Error> {
    let mut command = command(schema);
    let args = with_negative_values(&command, args);
    let matches = command
        .try_get_matches_from_mut(args)
        .map_err(without_false_friends)?;
    said(&mut command, &matches)
}

/// An error that suggests no option of another meaning: `--over-time` must not lead to `--overwrite`.
fn without_false_friends(mut error: clap::Error) -> clap::Error {
    use clap::error::{ContextKind, ContextValue};

    if let Some(ContextValue::String(given)) = error.get(ContextKind::InvalidArg)
        && given.starts_with("--over-t")
    {
        error.remove(ContextKind::SuggestedArg);
        // It would show the suggestion in place.
        error.remove(ContextKind::Usage);
    }
    error
}

/// The same command line, in which a number below zero behind an option is its value: clap takes it for an option
/// of its own, and what is wrong with it is for the one that it is the value of to say.
pub(crate) fn with_negative_values(
    command: &Command,
    args: impl IntoIterator<Item = OsString>,
) -> Vec<OsString> {
    let takes_value = |arg: &OsStr| {
        let name = arg.to_str().and_then(|arg| arg.strip_prefix("--"));
        let known = name.and_then(|name| {
            let mut known = command.get_arguments();
            known.find(|known| known.get_long() == Some(name))
        });
        known.is_some_and(|known| known.get_action().takes_values())
    };
    let is_number_below_zero = |arg: &OsStr| {
        let rest = arg.to_str().and_then(|arg| arg.strip_prefix('-'));
        rest.is_some_and(|rest| {
            rest.trim_start_matches('.')
                .starts_with(|c: char| c.is_ascii_digit())
        })
    };
    let mut args = args.into_iter().peekable();
    let mut joined = Vec::new();
    while let Some(mut arg) = args.next() {
        if arg == "--" {
            // Behind it there are no options.
            joined.push(arg);
            joined.extend(args);
            break;
        }
        if takes_value(&arg)
            && let Some(value) = args.next_if(|next| is_number_below_zero(next))
        {
            arg.push("=");
            arg.push(value);
        }
        joined.push(arg);
    }
    joined
}

/// What a command line says, once `command` has taken it apart.
///
/// # Errors
/// Where a value does not fit.
pub(crate) fn said(
    command: &mut Command,
    matches: &ArgMatches,
) -> Result<CommandLine, clap::Error> {
    let mut settings = Settings::default();
    for option in options() {
        let values = given(matches, option);
        if !values.is_empty() {
            settings
                .add(option, &values, SettingSource::CommandLine, None)
                .map_err(|reason| {
                    let text = format!("--{}: {reason}", option.name);
                    command.error(clap::error::ErrorKind::ValueValidation, text)
                })?;
        }
    }
    let file = match matches.get_one::<PathBuf>("config") {
        Some(path) => FileChoice::At(path.clone()),
        None if matches.get_flag("no-config") => FileChoice::Nothing,
        None => FileChoice::Nearest,
    };
    Ok(CommandLine { settings, file })
}

/// The values that the command line gives to an option.
fn given(matches: &ArgMatches, option: &RunOption) -> Vec<OsString> {
    if option.takes == OptionValue::Switch {
        let no = negative(option);
        let said = [(option.name, "true"), (no.as_str(), "false")].into_iter();
        let said = said.filter(|(name, _)| matches.get_flag(name));
        return said.map(|(_, value)| value.into()).collect();
    }
    let values = matches.get_raw(option.name).into_iter().flatten();
    let shorthands = option.shorthands.iter();
    let said = shorthands.filter(|shorthand| matches.get_flag(shorthand.name));
    values
        .chain(said.map(|shorthand| OsStr::new(shorthand.value)))
        .map(OsStr::to_owned)
        .collect()
}
